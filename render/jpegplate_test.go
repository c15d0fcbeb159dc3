package render

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/suncode/suncode"
)

// plainJPEG codes a drawing block by block, the obvious way, with the tables of a plate.
type plainJPEG struct {
	code   *jpegCode
	img    *image.NRGBA
	bits   []bool
	before [3]int
}

func (p *plainJPEG) file(header []byte) []byte {
	edge := p.img.Rect.Dx()
	unit := 16
	if p.code.full {
		unit = 8
	}
	for y := 0; y < edge; y += unit {
		for x := 0; x < edge; x += unit {
			for i := range unit * unit / 64 {
				p.block(0, x+i%2*8, y+i/2*8, 1)
			}
			p.block(1, x, y, unit/8)
			p.block(2, x, y, unit/8)
		}
	}
	for len(p.bits)%8 != 0 {
		p.bits = append(p.bits, true)
	}
	out := bytes.Clone(header)
	for i := 0; i < len(p.bits); i += 8 {
		b := byte(0)
		for _, bit := range p.bits[i : i+8] {
			b <<= 1
			if bit {
				b |= 1
			}
		}
		out = append(out, b)
		if b == 0xff {
			out = append(out, 0)
		}
	}
	return append(out, 0xff, 0xd9)
}

// pixel is a component of a pixel of the picture, or of the mean of several, whose edges are repeated outside.
func (p *plainJPEG) pixel(component, x, y, scale int) int {
	sum := 0
	for i := range scale * scale {
		c := p.img.NRGBAAt(min(x+i%scale, p.img.Rect.Max.X-1), min(y+i/scale, p.img.Rect.Max.Y-1))
		luma, cb, cr := color.RGBToYCbCr(c.R, c.G, c.B)
		sum += int([3]uint8{luma, cb, cr}[component])
	}
	return (sum + scale*scale/2) / (scale * scale)
}

func (p *plainJPEG) block(component, x, y, scale int) {
	var in [8][8]int
	for v := range in {
		for u := range in {
			in[v][u] = p.pixel(component, x+u*scale, y+v*scale, scale) - 128
		}
	}
	out := plainDCT(in)
	table := min(component, 1)
	var l [64]int
	for i, place := range zigzag {
		value, sign := out[place/8][place%8], 1
		if value < 0 {
			value, sign = -value, -1
		}
		bias := 0.4
		if i == 0 {
			bias = 0.5
		}
		l[i] = sign * int(math.Floor(float64(value)/16/float64(p.code.steps[table].step[i])+bias))
	}
	p.number(p.code.consts[table], 0, l[0]-p.before[component])
	p.before[component] = l[0]
	run := 0
	for _, v := range l[1:] {
		if v == 0 {
			run++
			continue
		}
		for ; run > 15; run -= 16 {
			p.symbol(p.code.rest[table], 0xf0)
		}
		p.number(p.code.rest[table], run, v)
		run = 0
	}
	if run > 0 {
		p.symbol(p.code.rest[table], 0)
	}
}

// plainDCT is JPEG's transform by its definition, in the plates' steps; [row][column].
func plainDCT(in [8][8]int) (out [8][8]int) {
	var middle [8][8]int
	for y := range 8 {
		for u := range 8 {
			for x := range 8 {
				middle[y][u] += plainCosines[u][x] * in[y][x]
			}
			middle[y][u] = (middle[y][u] + 256) >> 9
		}
	}
	for v := range 8 {
		for u := range 8 {
			for y := range 8 {
				out[v][u] += plainCosines[v][y] * middle[y][u]
			}
			out[v][u] = (out[v][u] + 4096) >> 13
		}
	}
	return out
}

var plainCosines = makePlainCosines()

func makePlainCosines() (t [8][8]int) {
	for u := range t {
		for x := range t[u] {
			c := math.Cos(float64(2*x+1)*float64(u)*math.Pi/16) / 2
			if u == 0 {
				c = math.Sqrt(0.125)
			}
			t[u][x] = int(math.Round(c * 8192))
		}
	}
	return t
}

func (p *plainJPEG) number(t *jpegTable, run, v int) {
	size := 0
	for math.Abs(float64(v)) >= float64(int(1)<<size) {
		size++
	}
	p.symbol(t, run<<4|size)
	if v < 0 {
		v += 1<<size - 1
	}
	for i := size - 1; i >= 0; i-- {
		p.bits = append(p.bits, v>>i&1 == 1)
	}
}

// symbol finds a word by counting, as decoders build their tables.
func (p *plainJPEG) symbol(t *jpegTable, symbol int) {
	word, at := 0, 0
	for length, n := range t.counts {
		for range n {
			if int(t.symbols[at]) == symbol {
				for i := length; i >= 0; i-- {
					p.bits = append(p.bits, word>>i&1 == 1)
				}
				return
			}
			word++
			at++
		}
		word <<= 1
	}
	panic(fmt.Sprintf("no word for %02x", symbol))
}

func jpegPlateOf(tb testing.TB, s *suncode.Symbol, o Options) *jpegPlate {
	tb.Helper()
	o, err := o.complete(s)
	if err != nil {
		tb.Fatal(err)
	}
	var size meter
	return newJPEGPlate(newJPEGStencil(o.WidthPx, s.Level.Rays(), o.Line, o.Ground, &size), o, &size)
}

// anySymbol is a symbol of random cells: a plate cares about no code.
func anySymbol(t *rapid.T) *suncode.Symbol {
	s := &suncode.Symbol{
		Level: rapid.SampledFrom(suncode.Levels[:]).Draw(t, "level"),
		Mask:  rapid.IntRange(1, suncode.MaskCount).Draw(t, "mask"),
	}
	copy(s.Stream[:], rapid.SliceOfN(rapid.Byte(), s.Level.Codewords(), s.Level.Codewords()).Draw(t, "stream"))
	return s
}

// anyLooks are options of a plate.
func anyLooks(t *rapid.T, photo *Logo) Options {
	colour := func(name string) color.NRGBA { return rgb(rapid.Uint32Range(0, 1<<24-1).Draw(t, name)) }
	o := Options{WidthPx: rapid.IntRange(MinPlatePx, 400).Draw(t, "width")}
	switch rapid.IntRange(0, 3).Draw(t, "colours") {
	case 0:
		o.Line = colour("line")
	case 1:
		o.Line, o.Ground = colour("line"), colour("ground")
	case 2:
		grey := rapid.Byte().Draw(t, "grey")
		o.Line = color.NRGBA{grey, grey, grey, 255}
	}
	o.Logo = rapid.SampledFrom([]*Logo{nil, DefaultLogo("Tea House"), photo}).Draw(t, "logo")
	if rapid.Bool().Draw(t, "badge") {
		o.Badge = &Badge{photo.emblem}
	}
	return o
}

// TestJPEGPlate holds plates to the drawing and the plain encoder, to the byte.
func TestJPEGPlate(t *testing.T) {
	photo := photoLogo(t)
	rapid.Check(t, func(rt *rapid.T) {
		s, o := anySymbol(rt), anyLooks(rt, photo)
		plate := jpegPlateOf(t, s, o)
		for range 2 {
			rays := s.Rays()
			got := plate.appendTo(nil, &rays)
			plain := plainJPEG{code: plate.code, img: drawn(t, s, o)}
			if want := plain.file(plate.header); !bytes.Equal(got, want) {
				i := 0
				for i < len(got) && i < len(want) && got[i] == want[i] {
					i++
				}
				rt.Fatalf("%d bytes, want %d; the first that differs is at %d, the header has %d", len(got), len(want), i, len(plate.header))
			}
			if drawn := plate.code.appendDrawn(nil, &artwork{canvas: &canvas{img: drawn(t, s, o)}}); !bytes.Equal(got, drawn) {
				rt.Fatal("without a plate the picture is another one")
			}
			again := anySymbol(rt)
			again.Level = s.Level
			s = again
		}
	})
}

// TestPlateShows checks that Go and libjpeg see what was drawn, with 4:2:0 and 4:4:4.
func TestPlateShows(t *testing.T) {
	for _, s := range symbols(t) {
		for _, o := range []Options{{Logo: photoLogo(t)}, {WidthPx: 281, Line: rgb(0x3a62ad)}} {
			plate, rays := jpegPlateOf(t, s, o), s.Rays()
			data := plate.appendTo(nil, &rays)
			img, err := jpeg.Decode(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			want := drawn(t, s, o)
			if mean, _ := difference(t, img, want); mean > 2.1 {
				t.Errorf("mean difference %.2f of 255", mean)
			}
			ppm := tool(t, data, "djpeg", "-ppm", "-dct", "int")
			if mean, _ := difference(t, parsePPM(t, ppm), want); mean > 2.1 {
				t.Errorf("by djpeg: mean difference %.2f of 255", mean)
			}
		}
	}
}

// TestPlateSize holds plates to four fifths of what Go's encoder, and libjpeg, take at quality 90.
func TestPlateSize(t *testing.T) {
	s := benchSymbol(t)
	for _, width := range []int{280, 430, 1280} {
		for _, line := range []color.NRGBA{black, rgb(0x3a62ad)} {
			o := Options{WidthPx: width, Line: line, Logo: DefaultLogo("Tea House")}
			plate, rays := jpegPlateOf(t, s, o), s.Rays()
			ours := len(plate.appendTo(nil, &rays))
			theirs := len(written(t, func(b *bytes.Buffer) error { return JPEG(b, s, o) }))
			most := 0.81
			if line != black {
				most = 0.9
			}
			if ratio := float64(ours) / float64(theirs); ratio > most {
				t.Errorf("width %d, %v: %.3f of the size", width, line, ratio)
			}
		}
	}
}

// manyRays are those of more symbols than a processor can learn by heart.
func manyRays(tb testing.TB) (all [][suncode.RaySlots]uint16) {
	tb.Helper()
	for i := range 256 {
		s, err := suncode.EncodeBytes(fmt.Appendf(nil, "symbol number %d", i))
		if err != nil {
			tb.Fatal(err)
		}
		all = append(all, s.Rays())
	}
	return all
}

func BenchmarkJPEGPlate(b *testing.B) {
	for _, width := range []int{430, 1280} {
		s := benchSymbol(b)
		o := Options{WidthPx: width, Logo: DefaultLogo("Tea House")}
		plate := jpegPlateOf(b, s, o)
		b.Run(fmt.Sprintf("warm/%d", width), func(b *testing.B) {
			b.ReportAllocs()
			var buf []byte
			all := manyRays(b)
			for i := 0; b.Loop(); i++ {
				buf = plate.appendTo(buf[:0], &all[i%len(all)])
			}
			b.ReportMetric(float64(len(buf)), "bytes")
			b.ReportMetric(float64(len(plate.steps)), "steps")
		})
		b.Run(fmt.Sprintf("stencil/%d", width), func(b *testing.B) {
			for b.Loop() {
				var size meter
				newJPEGStencil(width, 36, black, white, &size)
			}
		})
		b.Run(fmt.Sprintf("plate/%d", width), func(b *testing.B) {
			o, _ := o.complete(s)
			for b.Loop() {
				var size meter
				newJPEGPlate(plate.jpegStencil, o, &size)
			}
		})
		b.Run(fmt.Sprintf("cold/%d", width), func(b *testing.B) {
			for b.Loop() {
				plate := jpegPlateOf(b, s, o)
				rays := s.Rays()
				plate.appendTo(nil, &rays)
			}
		})
	}
}
