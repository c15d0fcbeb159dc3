package render

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/suncode/suncode"
)

// definition answers from SPEC.md 3 alone what is ink.
type definition struct {
	dark     [suncode.RaySlots][suncode.Radii]bool
	sin, cos [suncode.RaySlots]float64
}

func define(s *suncode.Symbol) *definition {
	var d definition
	for ray := range suncode.RaySlots {
		d.sin[ray], d.cos[ray] = math.Sincos(float64(180+5*ray) * math.Pi / 180)
		for k := range suncode.Radii {
			d.dark[ray][k] = s.Dark(ray, k)
		}
	}
	return &d
}

// ink says whether a place, in pitches from the middle, is inside a capsule or an eye.
func (d *definition) ink(x, y float64) bool {
	const eye = 22.5 * math.Sqrt2 / 2
	for _, sign := range [][2]float64{{-1, 1}, {-1, -1}, {1, -1}} {
		dx, dy := x-sign[0]*eye, y-sign[1]*eye
		r := dx*dx + dy*dy
		if r <= 0.5*0.5 || r >= 1.7*1.7 && r <= 2.5*2.5 {
			return true
		}
	}
	nearest := int(math.Round((math.Atan2(y, x)*180/math.Pi - 180) / 5))
	for ray := nearest - 1; ray <= nearest+1; ray++ {
		if d.onRay((ray+2*suncode.RaySlots)%suncode.RaySlots, x, y) {
			return true
		}
	}
	return false
}

// onRay turns the place so that the ray lies along the first axis.
func (d *definition) onRay(ray int, x, y float64) bool {
	along, aside := x*d.cos[ray]+y*d.sin[ray], y*d.cos[ray]-x*d.sin[ray]
	if math.Abs(aside) > 0.5 {
		return false
	}
	for k, dark := range d.dark[ray] {
		if !dark {
			continue
		}
		past := along - (13.5 + float64(k))
		if past*past+aside*aside <= 0.5*0.5 {
			return true
		}
		if k+1 < suncode.Radii && d.dark[ray][k+1] && past >= 0 && past <= 1 {
			return true
		}
	}
	return false
}

// TestCoverage compares every pixel with the share of points inside it that SPEC.md 3 calls ink.
func TestCoverage(t *testing.T) {
	for i, s := range symbols(t) {
		width := []int{108, 121, 140, 163}[i]
		d := define(s)
		c := newCanvas(width, float64(width)/54)
		for _, stroke := range ink(s) {
			c.fill(stroke, paint{colour: black})
		}
		sum := 0.0
		for y := range width {
			for x := range width {
				got, want := float64(c.img.NRGBAAt(x, y).A), 255*d.share(width, x, y)
				sum += got - want
				if math.Abs(got-want) > 6 {
					t.Errorf("width %d: pixel %d, %d covered %.0f of 255, want about %.0f", width, x, y, got, want)
				}
			}
		}
		if mean := sum / float64(width*width); math.Abs(mean) > 0.04 {
			t.Errorf("width %d: mean error %.4f of 255", width, mean)
		}
	}
}

// share is how much of a pixel is ink, by a few points on its rim and, where they differ, many inside.
func (d *definition) share(width, x, y int) float64 {
	at := func(dx, dy float64) bool {
		toPitches := func(v float64) float64 { return v*54/float64(width) - 27 }
		return d.ink(toPitches(float64(x)+dx), toPitches(float64(y)+dy))
	}
	count := 0
	for i := range 9 {
		if at(float64(i%3)/2, float64(i/3)/2) {
			count++
		}
	}
	if count == 0 || count == 9 {
		return float64(count) / 9
	}
	const n = 20
	count = 0
	for i := range n * n {
		if at((float64(i%n)+0.5)/n, (float64(i/n)+0.5)/n) {
			count++
		}
	}
	return float64(count) / (n * n)
}

// TestArea adds up the coverage of a lone shape anywhere, of any size.
func TestArea(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const edge = 160
		s := shape{
			bearing: rapid.IntRange(0, 71).Draw(t, "direction") * bearings / 72,
			radius:  rapid.Float64Range(1, 25).Draw(t, "radius"),
		}
		s.from = point{rapid.Float64Range(70, 90).Draw(t, "x"), rapid.Float64Range(70, 90).Draw(t, "y")}
		length := rapid.Float64Range(0, 40).Draw(t, "length")
		s.to = s.from.out(s.bearing, length)
		want := math.Pi*s.radius*s.radius + 2*s.radius*length
		if length == 0 {
			s.hole = s.radius * rapid.Float64Range(0, 0.9).Draw(t, "hole")
			want -= math.Pi * s.hole * s.hole
		}
		c := newCanvas(edge, 1)
		c.fill(s, paint{colour: black})
		got := 0.0
		for i := 3; i < len(c.img.Pix); i += 4 {
			got += float64(c.img.Pix[i]) / 255
		}
		// Straight sides lie up to 1/128 pixel too far out, and each pixel of the rim is rounded by up to half a step.
		rim := 8*(s.radius+s.hole) + 2*math.Sqrt2*length
		if math.Abs(got-want) > 0.03+length/64+rim*coverStep/510 {
			t.Fatalf("area %.3f, want %.3f", got, want)
		}
	})
}

// TestClipping draws shapes that hang over every side: what is inside is as if nothing were cut off.
func TestClipping(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := shape{
			from:    point{rapid.Float64Range(-10, 40).Draw(t, "x"), rapid.Float64Range(-10, 40).Draw(t, "y")},
			bearing: rapid.IntRange(0, bearings-1).Draw(t, "direction") / 20 * 20,
			radius:  rapid.Float64Range(0.3, 12).Draw(t, "radius"),
		}
		s.to = s.from.out(s.bearing, rapid.Float64Range(0, 30).Draw(t, "length"))
		small := newCanvas(30, 1)
		small.fill(s, paint{colour: black})
		large := newCanvas(150, 1)
		s.from, s.to = point{s.from.x + 60, s.from.y + 60}, point{s.to.x + 60, s.to.y + 60}
		large.fill(s, paint{colour: black})
		for y := range 30 {
			for x := range 30 {
				got, want := int(small.img.NRGBAAt(x, y).A), int(large.img.NRGBAAt(x+60, y+60).A)
				if got < want-1 || got > want+1 { // adding 60 may round a coordinate by 1/65536 pixel
					t.Fatalf("pixel %d, %d is %d, want %d", x, y, got, want)
				}
			}
		}
	})
}

// TestCellCentres finds the line colour or the ground in the middle of every cell, at every 29th width of the API.
func TestCellCentres(t *testing.T) {
	logo := photoLogo(t)
	all := symbols(t)
	for width := 280; width <= 1280; width += 29 {
		s := all[width/29%len(all)]
		line := color.NRGBA{R: uint8(width), G: 30, B: 90, A: 255}
		img := drawn(t, s, Options{WidthPx: width, Line: line, Logo: logo})
		if err := wrongCell(s, img, line, white); err != nil {
			t.Fatalf("width %d: %v", width, err)
		}
	}
}

// TestWidest draws the largest pictures that still test quickly, and the smallest.
func TestWidest(t *testing.T) {
	for _, width := range []int{MinWidthPx, MinWidthPx + 1, 2048} {
		for _, s := range symbols(t) {
			img := drawn(t, s, Options{WidthPx: width, Transparent: true})
			if err := wrongCell(s, img, black, color.NRGBA{}); width > MinWidthPx+1 && err != nil {
				t.Errorf("width %d: %v", width, err)
			}
		}
	}
}

// wrongCell is the first cell whose middle does not have the colour it should have.
func wrongCell(s *suncode.Symbol, img *image.NRGBA, line, ground color.NRGBA) error {
	plan := suncode.Plan(s.Level.Rays())
	pitch := float64(img.Rect.Dx()) / 54
	for ray := range suncode.RaySlots {
		sin, cos := math.Sincos(suncode.RayAngle(ray) * math.Pi / 180)
		for k := range suncode.Radii {
			if plan[ray][k].Kind == suncode.Blank {
				continue
			}
			r := suncode.FirstRadius + float64(k)
			got := img.NRGBAAt(int((27+r*cos)*pitch), int((27+r*sin)*pitch))
			want := ground
			if s.Dark(ray, k) {
				want = line
			}
			if got != want {
				return fmt.Errorf("cell %d of ray %d is %v, want %v", k, ray, got, want)
			}
		}
	}
	return nil
}

// TestUnits shows that no machine rounds the table differently: every sine is far from the middle between two steps,
// by more than the last place of math.Sin.
func TestUnits(t *testing.T) {
	const places = 1 << 32
	for i, u := range units {
		sin, cos := math.Sincos(float64(i) * (2 * math.Pi / bearings))
		for _, v := range []float64{sin, cos} {
			_, rest := math.Modf(math.Abs(v) * places)
			if margin := math.Abs(rest - 0.5); margin < 1e-5 {
				t.Errorf("direction %d: %v lies within %g of a tie", i, v, margin)
			}
		}
		if d := math.Abs(math.Hypot(u.x, u.y) - 1); d > 1e-9 {
			t.Errorf("direction %d has length 1 + %g", i, d)
		}
	}
	for i, want := range map[int]point{0: {1, 0}, 360: {0, 1}, 720: {-1, 0}, 1080: {0, -1}} {
		if units[i] != want {
			t.Errorf("direction %d is %v, want %v", i, units[i], want)
		}
	}
}
