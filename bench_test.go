package suncode_test

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
	"image/png"
	"io"
	"strings"
	"testing"

	"github.com/suncode/suncode"
	"github.com/suncode/suncode/render"
	"github.com/suncode/suncode/scan"
	"github.com/suncode/suncode/ticket"
)

// BenchmarkCode measures the way of a code, step by step and size by size, beside Go's own encoders on the same
// drawing. Names are STEP/SIZE for tools/benchtable, which `make bench` pipes it through: rays for encode and decode,
// the picture's width in pixels for the rest.
func BenchmarkCode(b *testing.B) {
	for _, sceneLength := range []int{10, 24, 32} {
		benchmarkSymbol(b, benchTicket(b, sceneLength))
	}
	symbol, err := suncode.EncodeBytes(benchTicket(b, 10))
	must(b, err)
	for _, widthPx := range []int{280, 430, 860, 1280} {
		benchmarkPictures(b, &symbol, widthPx)
	}
}

// benchTicket is a ticket with a scene out of the largest alphabet.
func benchTicket(b *testing.B, sceneLength int) []byte {
	b.Helper()
	t := ticket.Ticket{App: 1, Page: 2, Key: 1, Scene: strings.Repeat("Ab9=&~", 6)[:sceneLength]}
	raw, err := ticket.Make(t, make([]byte, 32))
	must(b, err)
	return raw
}

func benchmarkSymbol(b *testing.B, payload []byte) {
	b.Helper()
	symbol, err := suncode.EncodeBytes(payload)
	must(b, err)
	rays := symbol.Level.Rays()
	b.Run(fmt.Sprintf("encode/%d", rays), func(b *testing.B) {
		for b.Loop() {
			_, err := suncode.EncodeBytes(payload)
			must(b, err)
		}
	})
	b.Run(fmt.Sprintf("decode/%d", rays), func(b *testing.B) {
		for b.Loop() {
			_, _, err := symbol.Decode()
			must(b, err)
		}
	})
}

func benchmarkPictures(b *testing.B, symbol *suncode.Symbol, widthPx int) {
	b.Helper()
	opaque := render.Options{WidthPx: widthPx}
	hyaline := render.Options{WidthPx: widthPx, Transparent: true}
	ready, err := render.Draw(symbol, opaque)
	must(b, err)
	seeThrough, err := render.Draw(symbol, hyaline)
	must(b, err)
	rgba := image.NewRGBA(ready.Bounds()) // the type that image/jpeg is fast with
	draw.Draw(rgba, rgba.Bounds(), ready, image.Point{}, draw.Src)
	photo := benchPhoto(b, symbol, opaque)

	for _, step := range []struct {
		name string
		run  func() error
	}{
		{"draw", func() error { _, err := render.Draw(symbol, opaque); return err }},
		{"jpeg", func() error { return render.JPEG(io.Discard, symbol, opaque) }},
		{"gojpeg", func() error { return jpeg.Encode(io.Discard, rgba, &jpeg.Options{Quality: 90}) }},
		{"png", func() error { return render.PNG(io.Discard, symbol, opaque) }},
		{"gopng", func() error { return png.Encode(io.Discard, ready) }},
		{"hyaline", func() error { return render.PNG(io.Discard, symbol, hyaline) }},
		{"gohyaline", func() error { return png.Encode(io.Discard, seeThrough) }},
		{"scan", func() error { return wantCodes(scan.Find(photo, scan.Options{}), 1) }},
	} {
		b.Run(fmt.Sprintf("%s/%d", step.name, widthPx), func(b *testing.B) {
			for b.Loop() {
				must(b, step.run())
			}
		})
	}
}

// benchPhoto is the drawing as a scanner gets it: written as JPEG and opened again.
func benchPhoto(b *testing.B, symbol *suncode.Symbol, o render.Options) image.Image {
	b.Helper()
	var file bytes.Buffer
	must(b, render.JPEG(&file, symbol, o))
	photo, err := jpeg.Decode(&file)
	must(b, err)
	return photo
}

func wantCodes(found []scan.Result, want int) error {
	if len(found) != want {
		return fmt.Errorf("scan found %d codes, want %d", len(found), want)
	}
	return nil
}

func must(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}
