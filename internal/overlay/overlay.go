// Package overlay draws what a scan saw on top of the picture, for people who wonder why a code was read or was not.
package overlay

import (
	"image"
	"image/color"
	"image/draw"
	"math"

	"github.com/suncode/suncode"
	"github.com/suncode/suncode/scan"
)

// The colours of the marks, chosen to differ from each other for everybody and from most pictures.
var (
	eyeColour   = color.NRGBA{0, 150, 255, 255}  // places that looked like eyes
	readColour  = color.NRGBA{0, 190, 90, 255}   // the square around a code that was read
	failColour  = color.NRGBA{235, 60, 60, 255}  // the square around one that was not
	darkColour  = color.NRGBA{255, 0, 160, 255}  // cells taken for dots
	lightColour = color.NRGBA{0, 170, 190, 255}  // cells taken for ground
	wrongColour = color.NRGBA{255, 170, 0, 255}  // cells that were corrected
	fade        = color.NRGBA{255, 255, 255, 90} // laid over the picture, so that marks stand out
)

// maxFailed is how many of the frames that were not read are drawn: the last ones, which were looked at hardest.
const maxFailed = 3

// Draw returns the picture, faded, with a trace's marks: a ring around each eye candidate; a square around each frame,
// green if it was read; within it a disc on each cell, whose colour says dark or light and whose size how surely; and a
// ring around each cell that was corrected. Frames that were not read are shown only when none was.
func Draw(img image.Image, t *scan.Trace) *image.NRGBA {
	b := img.Bounds()
	c := &canvas{image.NewNRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))}
	draw.Draw(c, c.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(c, c.Rect, img, b.Min, draw.Over)
	draw.Draw(c, c.Rect, image.NewUniform(fade), image.Point{}, draw.Over)
	for _, e := range t.Eyes {
		c.ring(e.At, suncode.EyeRingRadius*e.Pitch, max(1, e.Pitch/4), eyeColour)
	}
	for _, f := range shown(t.Frames) {
		c.frame(&f)
	}
	return c.NRGBA
}

// shown picks the frames that are drawn.
func shown(all []scan.TracedFrame) (some []scan.TracedFrame) {
	for _, f := range all {
		if f.Read {
			some = append(some, f)
		}
	}
	if len(some) == 0 {
		some = all[max(0, len(all)-maxFailed):]
	}
	return some
}

// canvas is a picture that marks are drawn on.
type canvas struct{ *image.NRGBA }

func (c *canvas) frame(f *scan.TracedFrame) {
	pitch := math.Hypot(f.Corners[1].X-f.Corners[0].X, f.Corners[1].Y-f.Corners[0].Y) / suncode.EdgePitches
	outline := failColour
	if f.Read {
		outline = readColour
	}
	for i, from := range f.Corners {
		c.line(from, f.Corners[(i+1)%4], max(1, pitch/3), outline)
	}
	for ray := range f.Cells {
		for k := range f.Cells[ray] {
			if suncode.Plan(72)[ray][k].Kind != suncode.Blank {
				c.cell(&f.Cells[ray][k], pitch)
			}
		}
	}
}

func (c *canvas) cell(cell *scan.TracedCell, pitch float64) {
	colour := lightColour
	if cell.Value > 0 {
		colour = darkColour
	}
	sure := min(1, 2*math.Abs(cell.Value))
	c.ring(cell.At, 0, 0.8*pitch*sure, colour)
	if cell.Corrected {
		c.ring(cell.At, 0.5*pitch, max(1, 0.2*pitch), wrongColour)
	}
}

// ring draws a circle line of a width about a radius; with radius 0 it is a disc.
func (c *canvas) ring(at scan.Point, radius, width float64, colour color.NRGBA) {
	reach := radius + width
	c.cover(at.X-reach, at.Y-reach, at.X+reach, at.Y+reach, colour, func(x, y float64) float64 {
		return width/2 - math.Abs(math.Hypot(x-at.X, y-at.Y)-radius)
	})
}

// line draws a stretch between two points.
func (c *canvas) line(from, to scan.Point, width float64, colour color.NRGBA) {
	dx, dy := to.X-from.X, to.Y-from.Y
	length := math.Hypot(dx, dy)
	if length == 0 {
		return
	}
	c.cover(min(from.X, to.X)-width, min(from.Y, to.Y)-width, max(from.X, to.X)+width, max(from.Y, to.Y)+width, colour,
		func(x, y float64) float64 {
			along := min(max(((x-from.X)*dx+(y-from.Y)*dy)/length, 0), length)
			return width/2 - math.Hypot(x-from.X-along*dx/length, y-from.Y-along*dy/length)
		})
}

// cover colours the pixels of a box as far as inside, their depth in a shape in pixels, says.
func (c *canvas) cover(x0, y0, x1, y1 float64, colour color.NRGBA, inside func(x, y float64) float64) {
	box := image.Rect(int(math.Floor(x0)), int(math.Floor(y0)), int(math.Ceil(x1)), int(math.Ceil(y1))).Intersect(c.Rect)
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			share := min(max(inside(float64(x)+0.5, float64(y)+0.5)+0.5, 0), 1)
			if share == 0 {
				continue
			}
			old := c.NRGBAAt(x, y)
			mix := func(a, b uint8) uint8 { return uint8(float64(a) + share*(float64(b)-float64(a)) + 0.5) }
			c.SetNRGBA(x, y, color.NRGBA{mix(old.R, colour.R), mix(old.G, colour.G), mix(old.B, colour.B), 255})
		}
	}
}
