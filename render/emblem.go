package render

import (
	"image"
	"image/color"
)

// emblem is what fills a round place of the picture: a mark drawn from shapes, or somebody's photo.
type emblem struct {
	mark  []layer
	photo *photo
}

// layer is a coloured shape of a mark, in units of the disc: (0, 0) is its centre, 1 its radius.
type layer struct {
	shape
	colour color.NRGBA
}

// draw fills the disc about a centre, in pitches.
func (e *emblem) draw(c *canvas, centre point, radius float64) {
	for _, l := range e.mark {
		c.fill(l.within(centre, radius), paint{colour: l.colour})
	}
	if e.photo == nil {
		return
	}
	place := disc(centre, radius)
	tile := e.photo.tile(place.within(point{}, c.pitch), c.img.Rect.Dx())
	c.fill(place, paint{tile: tile})
}

// square draws the emblem alone, touching the edges of a white picture.
func (e *emblem) square(edgePx int) *image.NRGBA {
	c := newCanvas(edgePx, float64(edgePx))
	c.flood(white)
	e.draw(c, point{0.5, 0.5}, 0.5)
	return c.img
}
