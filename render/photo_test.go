package render

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"runtime"
	"strings"
	"testing"
)

// uniform is a picture of one colour.
func uniform(w, h int, c color.NRGBA) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	(&canvas{img: img}).flood(c)
	return img
}

// TestParseLogo draws logos of odd sizes: the disc is filled by them and nothing lies outside it.
func TestParseLogo(t *testing.T) {
	s := benchSymbol(t)
	teal := rgb(0x107a70)
	for _, size := range []image.Point{{1, 1}, {2, 1}, {1, 5000}, {5000, 1}, {7, 7}, {300, 200}, {1300, 1100}} {
		logo, err := ParseLogo(pngOf(t, uniform(size.X, size.Y, teal)))
		if err != nil {
			t.Errorf("%v: %v", size, err)
			continue
		}
		for _, width := range []int{MinWidthPx, 281} {
			img := drawn(t, s, Options{WidthPx: width, Logo: logo, Line: rgb(0x900000)})
			for _, at := range []float64{0.1, 5, 11.2} {
				p := middle.out(100, at)
				got := img.NRGBAAt(int(p.x*float64(width)/54), int(p.y*float64(width)/54))
				if got != teal {
					t.Errorf("%v at width %d: %v at %g pitches, want %v", size, width, got, at, teal)
				}
			}
			p := middle.out(1010, 12.6)
			if got := img.NRGBAAt(int(p.x*float64(width)/54), int(p.y*float64(width)/54)); width > 200 && got != white {
				t.Errorf("%v at width %d: %v outside the disc", size, width, got)
			}
		}
	}
}

// TestLogoPlacement draws a logo with a bright middle square and checks that the square is cut from the middle, not
// stretched, and where its quarters come to lie.
func TestLogoPlacement(t *testing.T) {
	img := uniform(300, 100, rgb(0xff00ff))
	for y := range 100 {
		for x := 100; x < 200; x++ {
			img.SetNRGBA(x, y, color.NRGBA{R: uint8(x), G: uint8(2 * y), A: 255})
		}
	}
	img.SetNRGBA(150, 80, color.NRGBA{})
	logo, err := ParseLogo(pngOf(t, img))
	if err != nil {
		t.Fatal(err)
	}
	const width = 540
	got := drawn(t, benchSymbol(t), Options{WidthPx: width, Logo: logo})
	for _, p := range []image.Point{{200, 270}, {270, 200}, {340, 270}, {270, 300}, {300, 240}} {
		want := color.NRGBA{R: uint8(100 + (p.X-150)*100/240), G: uint8(2 * (p.Y - 150) * 100 / 240), A: 255}
		c := got.NRGBAAt(p.X, p.Y)
		if abs(int(c.R)-int(want.R)) > 2 || abs(int(c.G)-int(want.G)) > 3 || c.B != 0 {
			t.Errorf("at %v: %v, want %v", p, c, want)
		}
	}
	// The see-through pixel is 2.4 pixels wide here, about (271.2, 343.2), and white.
	if c := got.NRGBAAt(271, 343); c.B < 200 {
		t.Errorf("a see-through pixel is drawn %v, want white", c)
	}
}

func abs(v int) int { return max(v, -v) }

// claim is the header of a PNG of a size that is not there.
func claim(w, h uint32) []byte {
	header := binary.BigEndian.AppendUint32([]byte("IHDR"), w)
	header = append(binary.BigEndian.AppendUint32(header, h), 8, 6, 0, 0, 0)
	data := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), header...)
	return binary.BigEndian.AppendUint32(data, crc32.ChecksumIEEE(header))
}

func TestParseRefuses(t *testing.T) {
	tests := map[string]struct {
		data []byte
		want string
	}{
		"nothing":   {nil, "not a JPEG, PNG or WebP"},
		"text":      {[]byte("<svg/>"), "not a JPEG, PNG or WebP"},
		"cut short": {pngOf(t, photoPicture())[:200], "damaged"},
		"huge":      {claim(100_000, 100_000), "too many pixels"},
		"large":     {claim(5000, 5000), "too many pixels"},
		"heavy":     {make([]byte, MaxPictureBytes+1), "16777217 bytes"},
	}
	for name, tt := range tests {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := ParseLogo(tt.data)
		runtime.ReadMemStats(&after)
		if !errors.Is(err, ErrPicture) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", name, err, tt.want)
		}
		if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
			t.Errorf("%s: %d bytes allocated to refuse it", name, n)
		}
		if _, err := ParseBadge(tt.data); !errors.Is(err, ErrPicture) {
			t.Errorf("%s as a badge: got %v, want %v", name, err, ErrPicture)
		}
	}
}

// TestEmbed checks which file goes into an SVG.
func TestEmbed(t *testing.T) {
	var plain bytes.Buffer
	if err := jpeg.Encode(&plain, photoPicture(), nil); err != nil {
		t.Fatal(err)
	}
	var large bytes.Buffer
	if err := jpeg.Encode(&large, uniform(1040, 1030, rgb(0x336699)), nil); err != nil {
		t.Fatal(err)
	}
	turned := bytes.Replace(large.Bytes(), []byte("\xff\xd8"), []byte("\xff\xd8\xff\xe1\x00\x0aExif\x00\x00XX"), 1)
	noise := image.NewNRGBA(image.Rect(0, 0, 400, 380))
	for i, state := 0, uint32(1); i < len(noise.Pix); i++ {
		state = state*1664525 + 1013904223
		noise.Pix[i] = byte(state>>24) | 0x80
	}
	tests := map[string]struct {
		data  []byte
		asIs  bool
		media string
	}{
		"png":         {pngOf(t, photoPicture()), true, "image/png"},
		"jpeg":        {plain.Bytes(), true, "image/jpeg"},
		"orientation": {turned, false, "image/png"},
		"heavy":       {pngOf(t, noise), false, "image/png"},
	}
	for name, tt := range tests {
		logo, err := ParseLogo(tt.data)
		if err != nil {
			t.Fatal(err)
		}
		shown, err := logo.photo.forSVG(embedBytes)
		if err != nil {
			t.Fatal(err)
		}
		data, media := shown.Data, shown.MediaType
		if bytes.Equal(data, tt.data) != tt.asIs || media != tt.media {
			t.Errorf("%s: embedded as it is %t as %s, want %t as %s", name, !tt.asIs, media, tt.asIs, tt.media)
		}
		if again, err := ParseLogo(data); err != nil || again.photo.master.Rect.Dx() > masterPx {
			t.Errorf("%s: what is embedded is no fit picture: %v", name, err)
		}
	}
}

// TestTiles fills the store of scaled copies past its bounds.
func TestTiles(t *testing.T) {
	logo := photoLogo(t)
	for _, width := range []int{280, 300, 320, 340, 360, 2000, 280} {
		drawn(t, benchSymbol(t), Options{WidthPx: width, Logo: logo})
	}
	kept := []int{}
	for _, s := range logo.photo.tiles.kept {
		kept = append(kept, s.widthPx)
	}
	want := []int{320, 340, 360, 280}
	if len(kept) != len(want) {
		t.Fatalf("kept %v, want %v", kept, want)
	}
	for i := range want {
		if kept[i] != want[i] {
			t.Fatalf("kept %v, want %v", kept, want)
		}
	}
	if got := logo.photo.tiles.get(360); got == nil || got != logo.photo.tiles.kept[2].tile {
		t.Error("the kept copy is not given back")
	}
	if logo.photo.tiles.get(2000) != nil {
		t.Error("a copy too large to keep was kept")
	}
}

// TestResample compares with the definition: each pixel a weighted mean of the source, in floating point.
func TestResample(t *testing.T) {
	src := middleSquare(photoPicture())
	n := src.Rect.Dx()
	for _, edge := range []float64{17.3, 80, 160, 391.7} {
		corner := point{3.7, -2.4}
		box := image.Rect(-2, -4, int(edge)+8, int(edge)+3)
		got := resample(src, box, corner, edge)
		if got.Rect != box {
			t.Fatalf("box %v, want %v", got.Rect, box)
		}
		for y := box.Min.Y; y < box.Max.Y; y += 7 {
			for x := box.Min.X; x < box.Max.X; x += 5 {
				want := weighted(src, n, (float64(x)+0.5-corner.x)*float64(n)/edge, (float64(y)+0.5-corner.y)*float64(n)/edge,
					max(1, float64(n)/edge))
				c := got.NRGBAAt(x, y)
				for i, v := range []uint8{c.R, c.G, c.B} {
					if math.Abs(float64(v)-want[i]) > 3 {
						t.Fatalf("edge %g at %d, %d: %v, want %.1f", edge, x, y, c, want)
					}
				}
			}
		}
	}
}

// weighted is the Catmull-Rom mean around a place in source pixels, clipped to what a pixel can show.
func weighted(src *image.NRGBA, n int, cx, cy, stretch float64) [3]float64 {
	kernel := func(d float64) float64 {
		d = math.Abs(d) / stretch
		switch {
		case d < 1:
			return 1.5*d*d*d - 2.5*d*d + 1
		case d < 2:
			return -0.5*d*d*d + 2.5*d*d - 4*d + 2
		}
		return 0
	}
	var sum [3]float64
	total := 0.0
	reach := int(2*stretch) + 2
	for y := int(cy) - reach; y <= int(cy)+reach; y++ {
		for x := int(cx) - reach; x <= int(cx)+reach; x++ {
			w := kernel(float64(x)+0.5-cx) * kernel(float64(y)+0.5-cy)
			c := src.NRGBAAt(min(max(x, 0), n-1), min(max(y, 0), n-1))
			sum[0] += w * float64(c.R)
			sum[1] += w * float64(c.G)
			sum[2] += w * float64(c.B)
			total += w
		}
	}
	for i := range sum {
		sum[i] = min(max(sum[i]/total, 0), 255)
	}
	return sum
}

// FuzzParseLogo draws whatever is taken for a logo, inside its disc only.
func FuzzParseLogo(f *testing.F) {
	f.Add(pngOf(f, uniform(3, 5, rgb(0x107a70))))
	f.Add(pngOf(f, photoPicture()))
	f.Add(claim(70_000, 1))
	var b bytes.Buffer
	if err := jpeg.Encode(&b, uniform(9, 4, rgb(0x800000)), nil); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	s := benchSymbol(f)
	empty := drawn(f, s, Options{WidthPx: 108})
	f.Fuzz(func(t *testing.T, data []byte) {
		logo, err := ParseLogo(data)
		if err != nil {
			if !errors.Is(err, ErrPicture) {
				t.Fatalf("an error of no kind: %v", err)
			}
			return
		}
		img := drawn(t, s, Options{WidthPx: 108, Logo: logo})
		for i := 0; i < len(img.Pix); i += 4 {
			x, y := i/4%108-54, i/4/108-54
			inside := x*x+y*y <= 26*26
			if img.Pix[i+3] != 255 || !inside && !bytes.Equal(img.Pix[i:i+4], empty.Pix[i:i+4]) {
				t.Fatalf("pixel %d, %d from the middle is %v", x, y, img.Pix[i:i+4])
			}
		}
		if tone, ok := logo.Tone(); ok && Contrast(tone, white) < ToneContrast {
			t.Fatalf("tone %v is too light", tone)
		}
		if _, err := logo.photo.forSVG(embedBytes); err != nil {
			t.Fatal(err)
		}
	})
}
