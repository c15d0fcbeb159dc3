package render

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/suncode/suncode"
)

var update = flag.Bool("update", false, "write the golden files instead of comparing with them")

// TestGolden compares every pixel with pictures that were looked at by eye.
func TestGolden(t *testing.T) {
	tests := []struct {
		name  string
		level suncode.Level
		mask  int
		o     Options
	}{
		{"36-plain", suncode.Level36H, 21, Options{WidthPx: 280}},
		{"54-blue", suncode.Level54, 27, Options{WidthPx: 300, Line: rgb(0x3a62ad), Logo: DefaultLogo("Tea House")}},
		{"72-transparent", suncode.Level72, 18, Options{WidthPx: 360, Transparent: true, Logo: photoLogo(t)}},
		{"36-dark-ground", suncode.Level36L, 5, Options{WidthPx: 281, Line: rgb(0xffe8c2), Ground: rgb(0x1d3b36)}},
		{"36-smallest", suncode.Level36H, 3, Options{WidthPx: MinWidthPx, Logo: DefaultLogo("")}},
		{"36-photo-badge", suncode.Level36H, 9, Options{
			WidthPx: 280, Line: rgb(0x7a2a1a), Logo: photoLogo(t), Badge: &Badge{photoLogo(t).emblem},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			img := drawn(t, symbolOf(t, tt.level, tt.mask, "golden"), tt.o)
			compareGolden(t, filepath.Join("testdata", tt.name+".png"), img)
		})
	}
}

// TestGoldenMarks compares our badge, large and small, and a row of default logos.
func TestGoldenMarks(t *testing.T) {
	const edge = 120
	names := []string{"", "Tea House", "Bicycles", "图书馆", "Parking", "a", "b", "c", "d", "e"}
	sheet := image.NewNRGBA(image.Rect(0, 0, 6*edge, 2*edge))
	draw.Draw(sheet, sheet.Rect, image.White, image.Point{}, draw.Src)
	put := func(i int, e *emblem, edgePx int) {
		at := image.Pt(i%6*edge, i/6*edge)
		draw.Draw(sheet, image.Rectangle{at, at.Add(image.Pt(edgePx, edgePx))}, e.square(edgePx), image.Point{}, draw.Src)
	}
	put(0, &ourBadge.emblem, edge)
	put(1, &ourBadge.emblem, 52)
	for i, name := range names {
		put(2+i, &DefaultLogo(name).emblem, edge-10)
	}
	compareGolden(t, filepath.Join("testdata", "marks.png"), sheet)
}

// TestGoldenSVG compares a drawing's text.
func TestGoldenSVG(t *testing.T) {
	var b bytes.Buffer
	s := symbolOf(t, suncode.Level36H, 21, "golden svg")
	if err := SVG(&b, s, Options{Line: rgb(0x3a62ad), Logo: DefaultLogo("Tea House")}); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join("testdata", "36-blue.svg")
	if *update {
		writeFile(t, name, b.Bytes())
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b.Bytes(), want) {
		got := strings.TrimSuffix(name, ".svg") + ".got.svg"
		writeFile(t, got, b.Bytes())
		t.Errorf("differs from %s; see %s", name, got)
	}
}

// compareGolden fails unless the file holds the very pixels. What differs is saved beside it.
func compareGolden(t *testing.T, name string, got *image.NRGBA) {
	t.Helper()
	if *update {
		writeFile(t, name, pngOf(t, got))
		return
	}
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	want, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	differing, diff := compare(got, want)
	if differing == 0 {
		return
	}
	base := strings.TrimSuffix(name, ".png")
	writeFile(t, base+".got.png", pngOf(t, got))
	writeFile(t, base+".diff.png", pngOf(t, diff))
	t.Errorf("%d pixels differ from %s; see %s.got.png and %[3]s.diff.png", differing, name, base)
}

// compare counts the pixels that differ, and shows them black on white.
func compare(got *image.NRGBA, want image.Image) (differing int, diff *image.NRGBA) {
	diff = image.NewNRGBA(got.Rect)
	for y := range got.Rect.Dy() {
		for x := range got.Rect.Dx() {
			at := image.Pt(x, y)
			inside := at.In(want.Bounds())
			same := inside && color.NRGBAModel.Convert(want.At(x, y)) == color.NRGBAModel.Convert(got.At(x, y))
			diff.SetNRGBA(x, y, white)
			if !same {
				differing++
				diff.SetNRGBA(x, y, black)
			}
		}
	}
	if got.Rect != want.Bounds() {
		differing++
	}
	return differing, diff
}

func writeFile(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
}
