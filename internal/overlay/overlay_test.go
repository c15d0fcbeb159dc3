package overlay

import (
	"image/color"
	"testing"

	"github.com/suncode/suncode"
	"github.com/suncode/suncode/render"
	"github.com/suncode/suncode/scan"
)

// TestDraw looks at the marks of a real scan: dots are marked dark, the ground between rays is left, eyes are ringed, a
// cell that was painted over is marked as corrected.
func TestDraw(t *testing.T) {
	symbol, err := suncode.EncodeBytes([]byte("what was seen"))
	if err != nil {
		t.Fatal(err)
	}
	img, err := render.Draw(&symbol, render.Options{WidthPx: 540})
	if err != nil {
		t.Fatal(err)
	}
	var before scan.Trace
	scan.Find(img, scan.Options{Trace: &before})
	ray, k := darkCell(&symbol)
	hole := before.Frames[0].Cells[ray][k].At
	for y := int(hole.Y) - 8; y < int(hole.Y)+8; y++ {
		for x := int(hole.X) - 8; x < int(hole.X)+8; x++ {
			img.SetNRGBA(x, y, color.NRGBA{255, 255, 255, 255})
		}
	}

	var trace scan.Trace
	if got := scan.Find(img, scan.Options{Trace: &trace}); len(got) != 1 || got[0].Corrected == 0 {
		t.Fatalf("%d codes", len(got))
	}
	if len(trace.Eyes) < 3 || len(trace.Frames) == 0 || !trace.Frames[len(trace.Frames)-1].Read {
		t.Fatalf("%d eyes, %d frames", len(trace.Eyes), len(trace.Frames))
	}
	cells := &trace.Frames[len(trace.Frames)-1].Cells
	if !cells[ray][k].Corrected {
		t.Error("the cell that was painted over is not marked as corrected")
	}
	out := Draw(img, &trace)
	for _, c := range []struct {
		what string
		at   scan.Point
		want color.NRGBA
	}{
		{"a fixed dot", cells[1][0].At, darkColour},
		{"the hole's ring", scan.Point{X: hole.X, Y: hole.Y - 5}, wrongColour},
		{"an eye's ring", scan.Point{X: 270 - 159.1, Y: 270 - 159.1 - 25}, eyeColour},
		{"the frame", scan.Point{X: 270, Y: 0}, readColour},
		{"the ground", scan.Point{X: 8, Y: 8}, color.NRGBA{255, 255, 255, 255}},
	} {
		if got := out.NRGBAAt(int(c.at.X), int(c.at.Y)); got != c.want {
			t.Errorf("%s is %v, want %v", c.what, got, c.want)
		}
	}
}

// darkCell is a dark data cell of the symbol.
func darkCell(s *suncode.Symbol) (ray, k int) {
	for bit := 8; ; bit++ {
		if ray, k := suncode.Place(s.Level.Rays(), bit); s.Dark(ray, k) {
			return ray, k
		}
	}
}

// TestNothingSeen draws a picture without marks.
func TestNothingSeen(t *testing.T) {
	img, err := render.Draw(&suncode.Symbol{Level: suncode.Level36H, Mask: 1}, render.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := Draw(img, &scan.Trace{}); got.Rect != img.Rect {
		t.Errorf("%v, want %v", got.Rect, img.Rect)
	}
}
