package render

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"sync"
	"testing"

	"github.com/suncode/suncode"
)

func written(tb testing.TB, write func(*bytes.Buffer) error) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// TestJPEG checks the file's frame and that Go and libjpeg see what was drawn.
func TestJPEG(t *testing.T) {
	s := symbols(t)[2]
	for _, o := range []Options{{WidthPx: 281, Logo: photoLogo(t)}, {WidthPx: 430, Line: rgb(0x3a62ad)}} {
		data := written(t, func(b *bytes.Buffer) error { return JPEG(b, s, o) })
		if !bytes.HasPrefix(data, []byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01")) {
			t.Errorf("begins with %x, want a JFIF segment", data[:12])
		}
		if n := bytes.Count(data, []byte("JFIF")); n != 1 {
			t.Errorf("%d JFIF segments", n)
		}
		if !bytes.Contains(data, []byte("\xff\xc0\x00\x11\x08")) {
			t.Error("no baseline frame of three components")
		}
		img, err := jpeg.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		coded, ok := img.(*image.YCbCr)
		if !ok || coded.SubsampleRatio != image.YCbCrSubsampleRatio420 {
			t.Errorf("not 4:2:0: %T", img)
		}
		want := drawn(t, s, o)
		if mean, _ := difference(t, img, want); mean > 3 {
			t.Errorf("mean difference %.2f of 255", mean)
		}
		ppm := tool(t, data, "djpeg", "-ppm", "-dct", "int")
		if mean, _ := difference(t, parsePPM(t, ppm), want); mean > 3 {
			t.Errorf("by djpeg: mean difference %.2f of 255", mean)
		}
	}
}

// parsePPM reads what djpeg writes: binary, 8 bits, without comments.
func parsePPM(t *testing.T, data []byte) image.Image {
	t.Helper()
	fields := bytes.SplitN(data, []byte("\n"), 4)
	if len(fields) != 4 || string(fields[0]) != "P6" || string(fields[2]) != "255" {
		t.Fatalf("no PPM: %.20q", data)
	}
	edge := 0
	for _, digit := range bytes.Fields(fields[1])[0] {
		edge = 10*edge + int(digit-'0')
	}
	if len(fields[3]) != 3*edge*edge {
		t.Fatalf("%d bytes of pixels, want %d squared times 3", len(fields[3]), edge)
	}
	img := image.NewNRGBA(image.Rect(0, 0, edge, edge))
	for i := range edge * edge {
		copy(img.Pix[4*i:], fields[3][3*i:3*i+3])
		img.Pix[4*i+3] = 255
	}
	return img
}

// difference is the mean and the largest one over all pixels and colour channels, of 255, after laying both on white.
func difference(t *testing.T, got image.Image, want *image.NRGBA) (mean float64, worst int) {
	t.Helper()
	if got.Bounds().Size() != want.Rect.Size() {
		t.Fatalf("size %v, want %v", got.Bounds().Size(), want.Rect.Size())
	}
	onWhite := func(c color.Color) [3]int {
		r, g, b, a := c.RGBA()
		rest := 0xffff - a
		return [3]int{int(r+rest) >> 8, int(g+rest) >> 8, int(b+rest) >> 8}
	}
	sum := 0
	for y := range want.Rect.Dy() {
		for x := range want.Rect.Dx() {
			p := onWhite(got.At(got.Bounds().Min.X+x, got.Bounds().Min.Y+y))
			q := onWhite(want.NRGBAAt(x, y))
			for i := range p {
				d := max(p[i]-q[i], q[i]-p[i])
				sum += d
				worst = max(worst, d)
			}
		}
	}
	return float64(sum) / float64(3*want.Rect.Dx()*want.Rect.Dy()), worst
}

// TestPNG gets back exactly what was drawn.
func TestPNG(t *testing.T) {
	s := symbols(t)[1]
	for _, o := range []Options{{WidthPx: 280}, {WidthPx: 333, Transparent: true, Logo: photoLogo(t)}} {
		data := written(t, func(b *bytes.Buffer) error { return PNG(b, s, o) })
		img, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if differing, _ := compare(drawn(t, s, o), img); differing != 0 {
			t.Errorf("%d pixels differ", differing)
		}
		const colourType = 25
		want := byte(2)
		if o.Transparent {
			want = 6
		}
		if data[colourType] != want {
			t.Errorf("colour type %d, want %d", data[colourType], want)
		}
	}
}

// TestTransparent looks at what must be see-through and what must not.
func TestTransparent(t *testing.T) {
	s := symbols(t)[0]
	const width = 540 // ten pixels a pitch
	line := rgb(0x123456)
	img := drawn(t, s, Options{WidthPx: width, Transparent: true, Line: line, Logo: photoLogo(t)})
	at := func(angle int, distance float64) color.NRGBA {
		p := middle.out(bearing(float64(angle)), distance)
		return img.NRGBAAt(int(10*p.x), int(10*p.y))
	}
	none := color.NRGBA{}
	for name, c := range map[string]color.NRGBA{
		"corner": img.NRGBAAt(0, 0), "around the logo": at(2, 12.5), "between rays": at(2, 20), "margin": at(180, 26.5),
		"eye's gap": at(225, 22.5-1.1), "around an eye": at(225, 22.5+3), "around the badge": at(45, 23-5.3),
	} {
		if c != none {
			t.Errorf("%s is %v, want nothing", name, c)
		}
	}
	for name, c := range map[string]color.NRGBA{
		"eye's dot": at(225, 22.5), "eye's ring": at(225, 22.5-2.1), "fixed cell": at(185, 13.5),
	} {
		if c != line {
			t.Errorf("%s is %v, want %v", name, c, line)
		}
	}
	for name, c := range map[string]color.NRGBA{"logo": at(0, 0), "logo's rim": at(100, 11.8), "badge": at(45, 23)} {
		if c.A != 255 {
			t.Errorf("%s has alpha %d, want 255", name, c.A)
		}
	}
	for i := 0; i < len(img.Pix); i += 4 {
		if p := img.Pix[i : i+4]; p[3] == 0 && (p[0] != 0 || p[1] != 0 || p[2] != 0) {
			t.Fatalf("a see-through pixel has a colour: %v", p)
		}
	}
}

// TestSameBytes draws from many goroutines that share a logo and a badge.
func TestSameBytes(t *testing.T) {
	s := symbols(t)[3]
	photo := photoLogo(t)
	write := func(b *bytes.Buffer) error {
		o := Options{WidthPx: 300, Logo: photo, Badge: &Badge{photo.emblem}}
		if err := JPEG(b, s, o); err != nil {
			return err
		}
		if err := SVG(b, s, o); err != nil {
			return err
		}
		o.Transparent = true
		return PNG(b, s, o)
	}
	want := written(t, write)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if got := written(t, write); !bytes.Equal(got, want) {
				t.Error("two drawings of the same differ")
			}
		})
	}
	all.Wait()
}

func FuzzDraw(f *testing.F) {
	for i, l := range suncode.Levels {
		f.Add(int(l), i+1, []byte{1, 2, 3}, 108+50*i, uint32(0x336699), i%2 == 0)
	}
	f.Add(0, 0, []byte(nil), -1, uint32(0), false)
	f.Fuzz(func(t *testing.T, level, mask int, stream []byte, width int, line uint32, transparent bool) {
		s := suncode.Symbol{Level: suncode.Level(level), Mask: 1 + (mask%32+32)%32}
		copy(s.Stream[:], stream)
		o := Options{WidthPx: width % 600, Line: rgb(line), Transparent: transparent}
		img, err := Draw(&s, o)
		if err != nil {
			return
		}
		o, err = o.complete(&s)
		if err != nil {
			t.Fatalf("drawn, yet refused: %v", err)
		}
		if err := wrongCell(&s, img, o.Line, o.Ground); o.WidthPx >= 280 && err != nil {
			t.Fatal(err)
		}
	})
}
