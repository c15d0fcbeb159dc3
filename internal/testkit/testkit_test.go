package testkit_test

import (
	"bytes"
	"image"
	"math"
	"slices"
	"testing"

	"github.com/suncode/suncode/internal/testkit"
	"github.com/suncode/suncode/ticket"
)

func newCode(t *testing.T, rays int) testkit.Code {
	t.Helper()
	c, err := testkit.NewCode(rays, 1)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// same reports whether two pictures have the same type, size and pixels.
func same(a, b image.Image) bool {
	switch a := a.(type) {
	case *image.Gray:
		b, ok := b.(*image.Gray)
		return ok && a.Rect == b.Rect && bytes.Equal(a.Pix, b.Pix)
	case *image.NRGBA:
		b, ok := b.(*image.NRGBA)
		return ok && a.Rect == b.Rect && bytes.Equal(a.Pix, b.Pix)
	}
	return false
}

// TestAxes holds that every bar is a level that is tried, and that names are told apart.
func TestAxes(t *testing.T) {
	names := map[string]bool{}
	for _, axis := range testkit.Axes {
		if names[axis.Name] {
			t.Errorf("two axes are called %s", axis.Name)
		}
		names[axis.Name] = true
		for _, bar := range []float64{axis.Least, axis.Aim} {
			if bar != 0 && !slices.Contains(axis.Levels, bar) {
				t.Errorf("%s: the bar %v is not tried", axis.Name, bar)
			}
		}
		if slices.Index(axis.Levels, axis.Aim) < slices.Index(axis.Levels, axis.Least) {
			t.Errorf("%s: the aim %v is milder than the least, %v", axis.Name, axis.Aim, axis.Least)
		}
	}
}

// TestSameSeed holds that a trial is the same picture every time, another trial another one, and that every level
// changes the drawing.
func TestSameSeed(t *testing.T) {
	code := newCode(t, 36)
	plain, _ := testkit.OnMargin(code.Picture, testkit.Margin)
	for _, axis := range testkit.Axes {
		level := axis.Levels[len(axis.Levels)-1]
		first := axis.Picture(code.Picture, level, 1)
		if !same(first, axis.Picture(code.Picture, level, 1)) {
			t.Errorf("%s: the same trial differs", axis.Name)
		}
		if same(first, plain) {
			t.Errorf("%s: nothing is damaged", axis.Name)
		}
		if random := axis.Name != "blur" && axis.Name != "JPEG"; random == same(first, axis.Picture(code.Picture, level, 2)) {
			t.Errorf("%s: trials differ: %v, want %v", axis.Name, !random, random)
		}
	}
}

// TestNoDamage holds that an empty scene changes nothing.
func TestNoDamage(t *testing.T) {
	plain, box := testkit.OnMargin(newCode(t, 54).Picture, 7)
	var scene testkit.Scene
	if got := scene.Take(plain, box); !same(got, plain) {
		t.Error("the picture is another")
	}
}

// TestCodes opens the ticket of each kind of code and holds the length of its scene.
func TestCodes(t *testing.T) {
	for _, rays := range []int{36, 54, 72} {
		code := newCode(t, rays)
		payload, corrected, err := code.Symbol.Decode()
		if err != nil || corrected != 0 || !bytes.Equal(payload.Data, code.Ticket) {
			t.Errorf("%d rays: %x, %d corrected, %v", rays, payload.Data, corrected, err)
		}
		if got := code.Symbol.Level.Rays(); got != rays {
			t.Errorf("%d rays, want %d", got, rays)
		}
		opened, err := ticket.Parse(code.Ticket)
		if err != nil || len(opened.Scene) != 12 {
			t.Errorf("%d rays: scene %q, %v", rays, opened.Scene, err)
		}
	}
	if _, err := testkit.NewCode(35, 1); err == nil {
		t.Error("a code of 35 rays was drawn")
	}
}

// TestTurn holds that a turn by a quarter moves the badge from the bottom right to the bottom left.
func TestTurn(t *testing.T) {
	plain, box := testkit.OnMargin(newCode(t, 36).Picture, testkit.Margin)
	scene := testkit.Scene{TurnDegrees: 90}
	turned := scene.Take(plain, box).(*image.Gray)
	mean := func(x, y int) float64 {
		sum := 0.0
		for i := range 41 * 41 {
			sum += float64(turned.GrayAt(x-20+i%41, y-20+i/41).Y)
		}
		return sum / (41 * 41)
	}
	at := int(math.Round(23 * 280 / 54 / math.Sqrt2)) // the badge, from the middle
	middle := turned.Rect.Dx() / 2
	if left, right := mean(middle-at, middle+at), mean(middle+at, middle+at); left > right-60 {
		t.Errorf("mean brightness %.0f at the bottom left, %.0f at the bottom right", left, right)
	}
}

// TestClutter holds that clutter is what it was, and busy everywhere.
func TestClutter(t *testing.T) {
	img := testkit.Clutter(320, 240, 5)
	if !same(img, testkit.Clutter(320, 240, 5)) || same(img, testkit.Clutter(320, 240, 6)) {
		t.Error("not the picture of its seed")
	}
	for quarter := range 4 {
		var shades [256]bool
		n := 0
		for i := range 160 * 120 {
			v := img.GrayAt(quarter%2*160+i%160, quarter/2*120+i/160).Y
			if !shades[v] {
				shades[v] = true
				n++
			}
		}
		if n < 100 {
			t.Errorf("quarter %d has %d shades", quarter, n)
		}
	}
}
