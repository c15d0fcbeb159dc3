package render

import (
	"image"

	"github.com/suncode/suncode"
)

// Draw makes the picture as pixels: WidthPx × WidthPx from (0, 0), straight alpha. Errors wrap ErrOptions and come
// before any pixel memory is taken.
func Draw(s *suncode.Symbol, o Options) (*image.NRGBA, error) {
	o, err := o.complete(s)
	if err != nil {
		return nil, err
	}
	c := newCanvas(o.WidthPx, float64(o.WidthPx)/suncode.EdgePitches)
	if !o.Transparent {
		c.flood(o.Ground)
	}
	for ray, cells := range s.Rays() {
		for first, last := range runs(cells) {
			c.capsule(ray, first, last, o.Line)
		}
	}
	c.emblems(o)
	return c.img, nil
}

// emblems draws what does not depend on the symbol: eyes, logo and badge.
func (c *canvas) emblems(o Options) {
	for _, eye := range eyes {
		c.fill(eye, paint{colour: o.Line})
	}
	if o.Logo != nil {
		o.Logo.draw(c, middle, suncode.LogoRadius)
	}
	o.Badge.draw(c, badgeCentre, suncode.BadgeRadius)
}
