package scan

import (
	"encoding/binary"
	"math"
	"testing"

	"pgregory.net/rapid"
)

// plainPlane draws a plane of any small size, often of few different values.
func plainPlane(t *rapid.T) *plane {
	p := &plane{w: rapid.IntRange(1, 45).Draw(t, "w"), h: rapid.IntRange(1, 45).Draw(t, "h")}
	values := rapid.Byte()
	if rapid.Bool().Draw(t, "few values") {
		values = rapid.SampledFrom([]byte{0, 1, 127, 128, 254, 255})
	}
	p.pix = rapid.SliceOfN(values, p.w*p.h, p.w*p.h).Draw(t, "pix")
	return p
}

// TestWords compares eight bytes at once, as words and one by one.
func TestWords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Uint64().Draw(t, "a"), rapid.Uint64().Draw(t, "b")
		var x, y, low, high, lesser [8]byte
		binary.LittleEndian.PutUint64(x[:], a)
		binary.LittleEndian.PutUint64(y[:], b)
		lo, hi := sorted(a, b)
		binary.LittleEndian.PutUint64(low[:], lo)
		binary.LittleEndian.PutUint64(high[:], hi)
		binary.LittleEndian.PutUint64(lesser[:], less(a, b))
		least, bits := byte(255), uint(0)
		for i := range x {
			if low[i] != min(x[i], y[i]) || high[i] != max(x[i], y[i]) {
				t.Fatalf("%d and %d are sorted to %d and %d", x[i], y[i], low[i], high[i])
			}
			if (lesser[i] == 0x80) != (x[i] < y[i]) || lesser[i]&0x7f != 0 {
				t.Fatalf("%d < %d: %#x", x[i], y[i], lesser[i])
			}
			least = min(least, x[i])
			if x[i] < y[0] {
				bits |= 1 << i
			}
		}
		if got := lowest(a); got != least {
			t.Fatalf("the least of %v is %d", x, got)
		}
		if got, plain := below(x[:], y[0]), belowEach(x[:], y[0]); got != bits || plain != bits {
			t.Fatalf("below %d in %v: %b and %b, want %b", y[0], x, got, plain, bits)
		}
	})
}

// TestHalve compares with the mean of four pixels.
func TestHalve(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src := plainPlane(t)
		var got plane
		got.halve(src)
		for y := range src.h / 2 {
			for x := range src.w / 2 {
				sum := 2
				for _, v := range []byte{src.row(2 * y)[2*x], src.row(2 * y)[2*x+1], src.row(2*y + 1)[2*x], src.row(2*y + 1)[2*x+1]} {
					sum += int(v)
				}
				if v := got.row(y)[x]; int(v) != sum/4 {
					t.Fatalf("%d, %d: %d, want %d", x, y, v, sum/4)
				}
			}
		}
	})
}

// TestThresholds looks at every pixel of every other row of a block and of those two steps away.
func TestThresholds(t *testing.T) {
	var got thresholds // its memory is used again, as in a scanner
	rapid.Check(t, func(t *rapid.T) {
		p := plainPlane(t)
		least := rapid.SampledFrom([]int{minContrast, hastyContrast, 0}).Draw(t, "least")
		percent := rapid.IntRange(1, 99).Draw(t, "percent")
		got.measure(p, least, percent)
		for y := range p.h {
			for x := range p.w {
				lo, hi := byte(255), byte(0)
				for yy := max(y/blockPx-reach, 0) * blockPx; yy < min((y/blockPx+reach+1)*blockPx, p.h); yy += 2 {
					for xx := max(x/blockPx-reach, 0) * blockPx; xx < min((x/blockPx+reach+1)*blockPx, p.w); xx++ {
						lo, hi = min(lo, p.row(yy)[xx]), max(hi, p.row(yy)[xx])
					}
				}
				want := byte(0)
				if int(hi)-int(lo) >= least {
					want = byte(math.Floor(float64(lo) + float64(int(hi)-int(lo))*float64(percent)/100 + 0.5 + 1e-9))
				}
				if v := got.at(x, y); v != want {
					t.Fatalf("%dx%d, %d, %d: %d, want %d", p.w, p.h, x, y, v, want)
				}
			}
		}
	})
}

// TestCrossings compares with a walk from pixel to pixel.
func TestCrossings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := plainPlane(t)
		var th thresholds
		th.measure(p, minContrast, half)
		f := eyeFinder{p: p, t: &th}
		for y := range p.h {
			firstDark := f.crossings(y)
			row, n := p.row(y), 0
			for x := 1; x < p.w; x++ {
				before, now := int(row[x-1])-int(th.at(x-1, y)), int(row[x])-int(th.at(x, y))
				if (before < 0) == (now < 0) {
					continue
				}
				if n == 0 && firstDark != (now < 0) {
					t.Fatalf("row %d: the first run after an edge is dark: %v", y, firstDark)
				}
				want := float64(x) - 0.5 + float64(before)/float64(before-now)
				if n == len(f.edges) || float64(f.edges[n])/256-want > 0.01 || want-float64(f.edges[n])/256 > 0.01 {
					t.Fatalf("row %d: edges %v, want number %d at %v", y, f.edges, n, want)
				}
				n++
			}
			if n != len(f.edges) {
				t.Fatalf("row %d: %d edges, want %d", y, len(f.edges), n)
			}
		}
	})
}
