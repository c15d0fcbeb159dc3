package render

import (
	"image"
	"image/draw"
	"path/filepath"
	"testing"

	"github.com/suncode/suncode"
)

// TestHero keeps the picture at the top of the README: three codes of apps that do not exist. Run with -update it
// draws the picture anew.
func TestHero(t *testing.T) {
	const (
		panel, gap = 560, 20
		code       = 520
	)
	aubergine := rgb(0x4a2040)
	codes := []struct {
		symbol      *suncode.Symbol
		top, bottom uint32 // the panel's colours
		o           Options
	}{
		{symbolOf(t, suncode.Level36H, 21, "tea house, no. 7"), 0xffffff, 0xffffff, Options{Logo: teaLogo()}},
		{symbolOf(t, suncode.Level54, 27, "bicycle 4711, at the station"), 0xeaf1fb, 0xeaf1fb, Options{
			Line: rgb(0x23508f), Ground: rgb(0xeaf1fb), Logo: bicycleLogo(),
		}},
		{symbolOf(t, suncode.Level72, 18, "the reading room on the second floor"), 0xffe9bd, 0xffb392, Options{
			Line: aubergine, Transparent: true, Logo: libraryLogo(),
		}},
	}
	hero := uniform(3*panel+2*gap, panel, white)
	for i, c := range codes {
		at := image.Rect(i*(panel+gap), 0, i*(panel+gap)+panel, panel)
		roundedPanel(hero, at, c.top, c.bottom)
		c.o.WidthPx = code
		draw.Draw(hero, at.Inset((panel-code)/2), drawn(t, c.symbol, c.o), image.Point{}, draw.Over)
	}
	compareGolden(t, filepath.Join("..", "docs", "images", "hero.png"), hero)
}

// roundedPanel fills a rectangle with round corners, shaded from top to bottom.
func roundedPanel(img *image.NRGBA, r image.Rectangle, top, bottom uint32) {
	mix := func(shift uint, y int) uint32 {
		a, b := int(top>>shift&255), int(bottom>>shift&255)
		return uint32(a+(b-a)*(y-r.Min.Y)/r.Dy()) << shift
	}
	const corner = 36
	shade := image.NewNRGBA(r)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		row := rgb(mix(16, y) | mix(8, y) | mix(0, y))
		for x := r.Min.X; x < r.Max.X; x++ {
			shade.SetNRGBA(x, y, row)
		}
	}
	c := &canvas{img: img, pitch: 1}
	bar := func(y, radius float64) {
		from, to := point{float64(r.Min.X) + radius, y}, point{float64(r.Max.X) - radius, y}
		c.fill(shape{from: from, to: to, radius: radius}, paint{tile: shade})
	}
	bar(float64(r.Min.Y)+corner, corner)
	bar(float64(r.Max.Y)-corner, corner)
	draw.Draw(img, image.Rect(r.Min.X, r.Min.Y+corner, r.Max.X, r.Max.Y-corner), shade, r.Min.Add(image.Pt(0, corner)), draw.Src)
}

// bar is a capsule of a logo between two points; its bearing only matters to be about right.
func bar(x0, y0, x1, y1, radius float64) shape {
	return shape{from: point{x0, y0}, to: point{x1, y1}, bearing: bearingTo(x1-x0, y1-y0), radius: radius}
}

// bearingTo is the direction of the table nearest to a vector, on a step of the coarsest arc.
func bearingTo(dx, dy float64) int {
	best, most := 0, -2.0
	for i := range bearings {
		if along := dx*units[i].x + dy*units[i].y; along > most {
			best, most = i, along
		}
	}
	return best
}

func ringShape(x, y, radius, hole float64) shape {
	s := disc(point{x, y}, radius)
	s.hole = hole
	return s
}

// teaLogo is a steaming cup.
func teaLogo() *Logo {
	ground := rgb(0x1f7a66)
	return &Logo{emblem{mark: []layer{
		{disc(point{}, 1), ground},
		{ringShape(0.42, 0.24, 0.2, 0.11), white},
		{disc(point{0, 0.06}, 0.46), white},
		{bar(-0.35, -0.36, 0.35, -0.36, 0.42), ground},
		{bar(-0.46, 0.62, 0.46, 0.62, 0.045), white},
		{bar(-0.2, -0.22, -0.2, -0.42, 0.045), white},
		{bar(0, -0.22, 0, -0.56, 0.045), white},
		{bar(0.2, -0.22, 0.2, -0.42, 0.045), white},
	}}}
}

// bicycleLogo is a bicycle.
func bicycleLogo() *Logo {
	const thin = 0.04
	return &Logo{emblem{mark: []layer{
		{disc(point{}, 1), rgb(0xf2b134)},
		{ringShape(-0.42, 0.22, 0.31, 0.23), rgb(0x23508f)},
		{ringShape(0.42, 0.22, 0.31, 0.23), rgb(0x23508f)},
		{bar(-0.42, 0.22, -0.18, -0.2, thin), rgb(0x23508f)},
		{bar(-0.18, -0.2, 0.28, -0.2, thin), rgb(0x23508f)},
		{bar(-0.42, 0.22, -0.02, 0.22, thin), rgb(0x23508f)},
		{bar(-0.02, 0.22, 0.28, -0.2, thin), rgb(0x23508f)},
		{bar(-0.02, 0.22, -0.24, -0.32, thin), rgb(0x23508f)},
		{bar(0.42, 0.22, 0.24, -0.36, thin), rgb(0x23508f)},
		{bar(0.24, -0.36, 0.4, -0.4, thin), rgb(0x23508f)},
		{bar(-0.36, -0.34, -0.14, -0.34, 0.05), rgb(0x23508f)},
	}}}
}

// libraryLogo is a row of books.
func libraryLogo() *Logo {
	return &Logo{emblem{mark: []layer{
		{disc(point{}, 1), rgb(0xb5452c)},
		{bar(-0.42, -0.3, -0.42, 0.34, 0.1), rgb(0xffe9bd)},
		{bar(-0.16, -0.42, -0.16, 0.34, 0.1), rgb(0xffc247)},
		{bar(0.1, -0.22, 0.1, 0.34, 0.1), rgb(0xffe9bd)},
		{bar(0.34, -0.28, 0.5, 0.33, 0.1), rgb(0xffc247)},
		{bar(-0.58, 0.56, 0.62, 0.56, 0.045), rgb(0xffe9bd)},
	}}}
}
