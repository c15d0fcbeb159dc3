package render

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image/png"
	"io"
	"testing"

	"github.com/suncode/suncode"
)

type svgCase struct {
	name string
	Options
}

// svgCases are options that reach every part of the writer.
func svgCases(t *testing.T) []svgCase {
	t.Helper()
	return []svgCase{
		{"plain", Options{WidthPx: 280}},
		{"default", Options{Line: rgb(0x3a62ad), Logo: DefaultLogo("Tea House")}},
		{"photo", Options{WidthPx: 540, Logo: photoLogo(t), Badge: &Badge{photoLogo(t).emblem}}},
		{"ground", Options{WidthPx: 301, Line: rgb(0xffe8c2), Ground: rgb(0x1d3b36), Logo: photoLogo(t)}},
		{"transparent", Options{WidthPx: 430, Transparent: true}},
		{"smallest", Options{WidthPx: MinWidthPx}},
	}
}

func svgOf(t *testing.T, s *suncode.Symbol, o Options) []byte {
	t.Helper()
	return written(t, func(b *bytes.Buffer) error { return SVG(b, s, o) })
}

// TestSVGRastered compares the vectors, drawn by another program, with our own pixels.
func TestSVGRastered(t *testing.T) {
	all := symbols(t)
	for i, tt := range svgCases(t) {
		s, o := all[i%len(all)], tt.Options
		t.Run(tt.name, func(t *testing.T) {
			img, err := png.Decode(bytes.NewReader(tool(t, svgOf(t, s, o), "rsvg-convert")))
			if err != nil {
				t.Fatal(err)
			}
			mean, worst := difference(t, img, drawn(t, s, o))
			t.Logf("difference %.3f of 255, at most %d", mean, worst)
			photo := o.Logo != nil && o.Logo.photo != nil // scaled by another filter
			if mean > 0.6 || worst > 40 && !photo {
				t.Errorf("difference %.3f of 255, at most %d", mean, worst)
			}
		})
	}
}

// TestSVGForm reads the document as XML and checks its parts.
func TestSVGForm(t *testing.T) {
	for _, tt := range svgCases(t) {
		name, o := tt.name, tt.Options
		data := svgOf(t, symbols(t)[0], o)
		count := map[string]int{}
		decoder := xml.NewDecoder(bytes.NewReader(data))
		for {
			token, err := decoder.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if start, ok := token.(xml.StartElement); ok {
				count[start.Name.Local]++
			}
		}
		photos := 0
		if o.Logo != nil && o.Logo.photo != nil {
			photos++
		}
		if o.Badge != nil {
			photos++
		}
		if count["svg"] != 1 || count["image"] != photos || count["clipPath"] != photos {
			t.Errorf("%s: elements %v, want %d pictures", name, count, photos)
		}
		if bytes.Contains(data, []byte("NaN")) || bytes.Contains(data, []byte("Inf")) {
			t.Errorf("%s: a number is none", name)
		}
		if o.WidthPx == 0 {
			o.WidthPx = DefaultWidthPx
		}
		size := fmt.Appendf(nil, ` width="%d" height="%[1]d" viewBox="0 0 54 54"`, o.WidthPx)
		if !bytes.Contains(data, size) {
			t.Errorf("%s: no%s", name, size)
		}
	}
}

// TestSVGSize keeps the markup small.
func TestSVGSize(t *testing.T) {
	for _, s := range symbols(t) {
		data := svgOf(t, s, Options{})
		per := float64(len(data)) / float64(bytes.Count(data, []byte("M")))
		if per > 95 {
			t.Errorf("%d rays: %d bytes, %.1f a shape, want at most 95", s.Level.Rays(), len(data), per)
		}
	}
}
