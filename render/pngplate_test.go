package render

import (
	"bytes"
	"fmt"
	"image/png"
	"testing"

	"pgregory.net/rapid"

	"github.com/suncode/suncode"
)

func pngPlateOf(tb testing.TB, s *suncode.Symbol, o Options) *pngPlate {
	tb.Helper()
	o, err := o.complete(s)
	if err != nil {
		tb.Fatal(err)
	}
	var size meter
	return newPNGPlate(newPNGStencil(o.WidthPx, s.Level.Rays(), o.Line, o.Ground, &size), o, &size)
}

// TestPNGPlate gets back the drawing, to the pixel. The decoder checks both sums of the file.
func TestPNGPlate(t *testing.T) {
	photo := photoLogo(t)
	rapid.Check(t, func(rt *rapid.T) {
		s, o := anySymbol(rt), anyLooks(rt, photo)
		if rapid.Bool().Draw(rt, "transparent") {
			o.Transparent = true
			o.Ground.A = 0
			o.Ground.R, o.Ground.G, o.Ground.B = 0, 0, 0
		}
		plate := pngPlateOf(t, s, o)
		for range 2 {
			rays := s.Rays()
			img, err := png.Decode(bytes.NewReader(plate.appendTo(nil, &rays)))
			if err != nil {
				rt.Fatal(err)
			}
			if n, _ := compare(drawn(t, s, o), img); n != 0 {
				rt.Fatalf("%d pixels differ", n)
			}
			again := anySymbol(rt)
			again.Level = s.Level
			s = again
		}
	})
}

func BenchmarkPNGPlate(b *testing.B) {
	s := benchSymbol(b)
	for _, o := range []Options{
		{WidthPx: 430, Logo: DefaultLogo("Tea House"), Transparent: true},
		{WidthPx: 430, Logo: DefaultLogo("Tea House")},
		{WidthPx: 430, Logo: photoLogo(b), Transparent: true},
	} {
		plate := pngPlateOf(b, s, o)
		b.Run(fmt.Sprintf("warm/%d/%v", o.WidthPx, o.Transparent), func(b *testing.B) {
			b.ReportAllocs()
			var buf []byte
			for b.Loop() {
				rays := s.Rays()
				buf = plate.appendTo(buf[:0], &rays)
			}
			b.ReportMetric(float64(len(buf)), "bytes")
			b.ReportMetric(float64(len(plate.steps)), "steps")
		})
	}
}
