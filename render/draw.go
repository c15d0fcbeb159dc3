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
	for _, stroke := range ink(s) {
		c.fill(stroke, paint{colour: o.Line})
	}
	if o.Logo != nil {
		o.Logo.draw(c, middle, suncode.LogoRadius)
	}
	o.Badge.draw(c, badgeCentre, suncode.BadgeRadius)
	return c.img, nil
}
