package legible

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"math"
	"testing"

	"github.com/suncode/suncode"
	"github.com/suncode/suncode/internal/testkit"
	"github.com/suncode/suncode/render"
	"github.com/suncode/suncode/scan"
)

// The photographs by hand that the upper limits are made for: steps of everything that spoils pictures. With three
// steps all codes in black on white are still read from 220 pixels, with two a code that is just large enough.
const (
	contrastSteps = 3
	sizeSteps     = 2
)

// shown is a code on a margin of its ground.
type shown struct {
	testkit.Code
	picture image.Image
	square  image.Rectangle
}

// show draws a code of testkit in other colours.
func show(t *testing.T, rays int, seed uint64, line, ground color.NRGBA) shown {
	t.Helper()
	code, err := testkit.NewCode(rays, seed)
	if err != nil {
		t.Fatal(err)
	}
	drawn, err := render.Draw(&code.Symbol, render.Options{WidthPx: testkit.CodePx, Line: line, Ground: ground})
	if err != nil {
		t.Fatal(err)
	}
	square := drawn.Rect.Add(image.Pt(testkit.Margin, testkit.Margin))
	sheet := image.NewNRGBA(image.Rectangle{Max: square.Max.Add(image.Pt(testkit.Margin, testkit.Margin))})
	draw.Draw(sheet, sheet.Rect, image.NewUniform(ground), image.Point{}, draw.Src)
	draw.Draw(sheet, square, drawn, image.Point{}, draw.Src)
	return shown{code, sheet, square}
}

// photographed is the scene of a picture by hand of some steps; of none it is perfect.
func photographed(t *testing.T, steps float64, trial int) testkit.Scene {
	t.Helper()
	if steps == 0 {
		return testkit.Scene{Seed: uint64(trial)}
	}
	for i := range testkit.Axes {
		if testkit.Axes[i].Name == "photograph" {
			return testkit.Axes[i].Scene(steps, trial)
		}
	}
	t.Fatal("no axis is called photograph")
	return testkit.Scene{}
}

// isRead tells whether the scanner reads the code in a picture of it.
func (s *shown) isRead(img image.Image) bool {
	for _, r := range scan.Find(img, scan.Options{}) {
		if raw, ok := r.Ticket(); ok && bytes.Equal(raw, s.Ticket) {
			return true
		}
	}
	return false
}

// trials is how many pictures are taken: two of each kind in a short run.
func trials(most int) int {
	if testing.Short() {
		return min(2, most)
	}
	return most
}

// enough is how many of some pictures are to be read: all but one, as the bar of docs/ROBUSTNESS.md is nine of ten.
func enough(trials int) int { return max(1, trials-1) }

func greyOf(level float64) color.NRGBA {
	v := uint8(math.Round(level))
	return color.NRGBA{R: v, G: v, B: v, A: 255}
}

// TestContrastLimits takes pictures on both sides of the limits.
func TestContrastLimits(t *testing.T) {
	for _, tt := range []struct {
		name             string
		steps            float64
		difference       float64
		trials           int
		wantRead, allOut bool
	}{
		{"perfect, enough", 0, LeastContrast, 4, true, false},
		{"perfect, too little", 0, LeastContrast / 8, 2, false, true},
		{"photograph, enough", contrastSteps, GoodContrast, 4, true, false},
		{"photograph, too little", contrastSteps, GoodContrast / 3, 2, false, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			read, trials := 0, trials(tt.trials)
			for trial := range trials {
				line := float64(trial) / float64(tt.trials) * (255 - tt.difference)
				s := show(t, 36, uint64(trial), greyOf(line), greyOf(line+tt.difference))
				scene := photographed(t, tt.steps, trial)
				if s.isRead(scene.Take(s.picture, s.square)) {
					read++
				}
			}
			if tt.wantRead && read < enough(trials) || tt.allOut && read > 0 {
				t.Errorf("%d of %d are read", read, trials)
			}
		})
	}
}

// TestSizeLimits takes pictures from both sides of the limits. The lens and the hand blur them by as many pixels
// whatever the size is.
func TestSizeLimits(t *testing.T) {
	for _, tt := range []struct {
		name     string
		rays     int
		steps    float64
		px       float64
		wantRead bool
	}{
		{"perfect, 36 rays, enough", 36, 0, leastPx36, true},
		{"perfect, 72 rays, enough", 72, 0, leastPx, true},
		{"perfect, 36 rays, too small", 36, 0, leastPx36 - 10, false},
		{"perfect, 72 rays, too small", 72, 0, leastPx - 12, false},
		{"photograph, 36 rays, enough", 36, sizeSteps, goodPx, true},
		{"photograph, 72 rays, enough", 72, sizeSteps, goodPx, true},
		{"photograph, 36 rays, too small", 36, sizeSteps, leastPx, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			read, trials := 0, trials(3)
			for trial := range trials {
				s := show(t, tt.rays, uint64(trial), black, white)
				scene := photographed(t, tt.steps, trial)
				scene.EdgePx = tt.px
				scene.BlurPx, scene.MotionPx = scene.BlurPx*testkit.CodePx/tt.px, scene.MotionPx*testkit.CodePx/tt.px
				if s.isRead(scene.Take(s.picture, s.square)) {
					read++
				}
			}
			if tt.wantRead && read < enough(trials) || !tt.wantRead && read > 0 {
				t.Errorf("%d of %d are read", read, trials)
			}
		})
	}
}

// printed is a code as a printer sets it that has dots of one size, black or white, some to the pitch.
func printed(t *testing.T, s *shown, dots float64) (image.Image, image.Rectangle) {
	t.Helper()
	fine, err := render.Draw(&s.Symbol, render.Options{WidthPx: 2160})
	if err != nil {
		t.Fatal(err)
	}
	edge := int(math.Round(dots * suncode.EdgePitches))
	const margin = 4 // dots
	cell := max(1, testkit.CodePx/edge)
	square := image.Rect(margin*cell, margin*cell, (margin+edge)*cell, (margin+edge)*cell)
	sheet := image.NewNRGBA(image.Rectangle{Max: square.Max.Add(square.Min)})
	draw.Draw(sheet, sheet.Rect, image.White, image.Point{}, draw.Src)
	for y := range edge {
		for x := range edge {
			at := func(i int) int { return (2*i + 1) * fine.Rect.Dx() / (2 * edge) }
			if grey(fine.NRGBAAt(at(x), at(y))) < 128 {
				dot := image.Rect(x*cell, y*cell, (x+1)*cell, (y+1)*cell).Add(square.Min)
				draw.Draw(sheet, dot, image.Black, image.Point{}, draw.Src)
			}
		}
	}
	return sheet, square
}

// TestDotLimits prints codes with dots on both sides of the limits.
func TestDotLimits(t *testing.T) {
	for _, tt := range []struct {
		name        string
		dots, steps float64
		wantRead    bool
	}{
		{"perfect, enough", leastDots, 0, true},
		{"perfect, too coarse", leastDots / 2, 0, false},
		{"photograph, enough", goodDots, contrastSteps, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			read, trials := 0, trials(4)
			for trial := range trials {
				s := show(t, []int{36, 72}[trial%2], uint64(trial), black, white)
				scene := photographed(t, tt.steps, trial)
				if s.isRead(scene.Take(printed(t, &s, tt.dots))) {
					read++
				}
			}
			if tt.wantRead && read < enough(trials) || !tt.wantRead && read > 0 {
				t.Errorf("%d of %d are read", read, trials)
			}
		})
	}
}

// TestNearestIsRead takes photographs of codes in colours that were not good, and in those that would do instead.
func TestNearestIsRead(t *testing.T) {
	pairs := [][2]color.NRGBA{
		{{0xff, 0xe8, 0xc2, 255}, white},
		{{0xff, 0xff, 0, 255}, white},
		{{0, 0xc8, 0xff, 255}, {0x90, 0xee, 0x90, 255}},
		{{0x80, 0x40, 0x40, 255}, {0x60, 0x60, 0x60, 255}},
		{{10, 10, 60, 255}, {0, 0, 0, 255}},
	}[:trials(5)]
	read := 0
	for trial, pair := range pairs {
		better := Nearest(pair[0], pair[1])
		s := show(t, 36, uint64(trial), better, pair[1])
		scene := photographed(t, contrastSteps, trial)
		if s.isRead(scene.Take(s.picture, s.square)) {
			read++
		} else {
			t.Logf("%s on %s instead of %s is not read", hex(better), hex(pair[1]), hex(pair[0]))
		}
	}
	if read < enough(len(pairs)) {
		t.Errorf("%d of %d are read", read, len(pairs))
	}
}

// TestFrameLimits cuts the picture off at the code's square, which is enough, and through its eyes, which is not.
func TestFrameLimits(t *testing.T) {
	for _, rays := range []int{36, 72} {
		s := show(t, rays, 1, black, white)
		for share, want := range map[float64]bool{1: true, eyesShare - 0.02: false} {
			cut := int((1 - share) * float64(s.square.Dx()) / 2)
			frame := image.NewNRGBA(s.square.Inset(cut))
			draw.Draw(frame, frame.Rect, s.picture, frame.Rect.Min, draw.Src)
			if got := s.isRead(frame); got != want {
				t.Errorf("%d rays, %.2f of the square: read %v", rays, share, got)
			}
		}
	}
}
