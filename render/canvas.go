package render

import (
	"image"
	"image/color"
	"math"
)

// canvas is a picture being drawn: straight alpha, one shape over the other.
type canvas struct {
	img     *image.NRGBA
	pitch   float64 // pixels to the unit in which shapes are given
	outline []fixed // the points of the outline being filled
	area    areas
}

func newCanvas(widthPx int, pitch float64) *canvas {
	c := &canvas{}
	c.begin(widthPx, pitch)
	return c
}

// begin makes the canvas an empty one.
func (c *canvas) begin(widthPx int, pitch float64) {
	c.pitch = pitch
	if n := 4 * widthPx * widthPx; c.img != nil && cap(c.img.Pix) >= n {
		c.img = &image.NRGBA{Pix: c.img.Pix[:n], Stride: 4 * widthPx, Rect: image.Rect(0, 0, widthPx, widthPx)}
		clear(c.img.Pix)
		return
	}
	c.img = image.NewNRGBA(image.Rect(0, 0, widthPx, widthPx))
}

// paint is what a shape is filled with: the opaque pixels of a tile that covers it, or where there is none a colour.
type paint struct {
	colour color.NRGBA
	tile   *image.NRGBA
}

// fixed is a place in pixels, in steps of 1/one.
type fixed struct{ x, y int64 }

const (
	fixedBits = 16
	one       = 1 << fixedBits
)

func fix(p point) fixed {
	return fixed{int64(math.Round(p.x * one)), int64(math.Round(p.y * one))}
}

// fill paints a shape given in pitches.
func (c *canvas) fill(s shape, p paint) {
	s = s.within(point{}, c.pitch)
	box := s.bounds().Intersect(c.img.Rect)
	if box.Empty() {
		return
	}
	c.area.reset(box)
	c.trace(s)
	c.area.close(c.outline)
	if s.hole > 0 {
		c.outline = appendArc(c.outline[:0], s.from, s.hole, bearings, -bearings)
		c.area.close(c.outline)
	}
	c.paintBox(p)
}

// capsule paints a run of dark places of a ray in a picture of a code.
func (c *canvas) capsule(ray, first, last int, colour color.NRGBA) {
	c.outline = appendCapsule(c.outline[:0], ray, first, last, c.pitch)
	c.area.reset(extent(c.outline))
	c.area.close(c.outline)
	c.paintBox(paint{colour: colour})
}

// extent is the pixels that an outline passes or surrounds.
func extent(outline []fixed) image.Rectangle {
	low, high := outline[0], outline[0]
	for _, p := range outline {
		low = fixed{min(low.x, p.x), min(low.y, p.y)}
		high = fixed{max(high.x, p.x), max(high.y, p.y)}
	}
	return image.Rect(int(low.x>>fixedBits), int(low.y>>fixedBits), int(high.x>>fixedBits)+1, int(high.y>>fixedBits)+1)
}

func (c *canvas) paintBox(p paint) {
	box := c.area.box
	for y := box.Min.Y; y < box.Max.Y; y++ {
		c.paintRow(y, box, p)
	}
}

// bounds is the whole pixels that the shape may touch.
func (s shape) bounds() image.Rectangle {
	reach := s.radius + 1 // the polygon's corners lie a little outside the circle
	return image.Rect(
		int(math.Floor(min(s.from.x, s.to.x)-reach)), int(math.Floor(min(s.from.y, s.to.y)-reach)),
		int(math.Ceil(max(s.from.x, s.to.x)+reach)), int(math.Ceil(max(s.from.y, s.to.y)+reach)),
	)
}

// trace walks around the shape: half a circle about its end, half a circle about its beginning.
func (c *canvas) trace(s shape) {
	c.outline = appendArc(c.outline[:0], s.to, s.radius, s.bearing+bearings*3/4, bearings/2)
	c.outline = appendArc(c.outline, s.from, s.radius, s.bearing+bearings/4, bearings/2)
}

// appendArc adds the corners of a polygon along an arc, begin and end included. Turn is how far the arc goes, in
// bearings. The corners lie outside the circle by just so much that the polygon has the circle's area.
func appendArc(outline []fixed, centre point, radius float64, begin, turn int) []fixed {
	step, rim := arcStep(radius)
	if turn < 0 {
		step = -step
	}
	for i := 0; i != turn+step; i += step {
		outline = append(outline, fix(centre.out(begin+i, rim)))
	}
	return outline
}

// arcStep is the longest step along a circle of a radius in pixels that keeps the chord within 1/128 pixel of it, and
// how far out the corners then lie; every step divides half a turn.
func arcStep(radius float64) (step int, rim float64) {
	const tolerance = 1.0 / 128
	for _, step = range []int{20, 10, 5, 4, 2, 1} {
		angle := float64(step) * (2 * math.Pi / bearings)
		rim = radius * (1 + float64(angle*angle/12))
		if radius*angle*angle/8 <= tolerance {
			break
		}
	}
	return step, rim
}

// paintRow lays the paint over one row of the box as far as the shape covers it.
func (c *canvas) paintRow(y int, box image.Rectangle, p paint) {
	row := c.img.Pix[c.img.PixOffset(box.Min.X, y):]
	cells := c.area.row(y)
	sum := int64(0)
	for i := range box.Dx() {
		sum += cells[i]
		cover := coverage(sum)
		if cover == 0 {
			continue
		}
		source := p.colour
		if p.tile != nil {
			source = p.tile.NRGBAAt(box.Min.X+i, y)
		}
		over((*[4]uint8)(row[4*i:]), source, cover)
	}
}

// over lays an opaque colour with a coverage of 1..255 over a pixel with straight alpha.
func over(dst *[4]uint8, src color.NRGBA, cover int) {
	if cover == 255 {
		*dst = [4]uint8{src.R, src.G, src.B, 255}
		return
	}
	below := int(dst[3]) * (255 - cover) // the part of what was there, of 255²
	total := 255*cover + below
	mix := func(below, total, old, fresh int) uint8 {
		return uint8((255*cover*fresh + below*old + total/2) / total)
	}
	dst[0] = mix(below, total, int(dst[0]), int(src.R))
	dst[1] = mix(below, total, int(dst[1]), int(src.G))
	dst[2] = mix(below, total, int(dst[2]), int(src.B))
	dst[3] = uint8((total + 127) / 255)
}

// flood paints everything in one colour.
func (c *canvas) flood(colour color.NRGBA) {
	pix := c.img.Pix
	for i := 0; i < len(pix); i += 4 {
		pix[i], pix[i+1], pix[i+2], pix[i+3] = colour.R, colour.G, colour.B, colour.A
	}
}
