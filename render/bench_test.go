package render

import (
	"io"
	"strconv"
	"testing"
)

func BenchmarkDraw(b *testing.B) {
	forWidths(b, func(o Options) error {
		_, err := Draw(benchSymbol(b), o)
		return err
	})
}

func BenchmarkJPEG(b *testing.B) {
	forWidths(b, func(o Options) error { return JPEG(io.Discard, benchSymbol(b), o) })
}

func BenchmarkPNG(b *testing.B) {
	forWidths(b, func(o Options) error {
		o.Transparent = true
		return PNG(io.Discard, benchSymbol(b), o)
	})
}

func BenchmarkSVG(b *testing.B) {
	forWidths(b, func(o Options) error { return SVG(io.Discard, benchSymbol(b), o) })
}

func forWidths(b *testing.B, draw func(Options) error) {
	b.Helper()
	logo := photoLogo(b)
	for _, width := range []int{280, 430, 860, 1280} {
		b.Run(strconv.Itoa(width), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := draw(Options{WidthPx: width, Logo: logo}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
