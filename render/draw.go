package render

import (
	"image"
	"runtime"

	"github.com/suncode/suncode"
)

// Draw makes the picture as pixels: WidthPx × WidthPx from (0, 0), straight alpha. Errors wrap ErrOptions and come
// before any pixel memory is taken.
func Draw(s *suncode.Symbol, o Options) (*image.NRGBA, error) {
	o, err := o.complete(s)
	if err != nil {
		return nil, err
	}
	c := &canvas{}
	c.sketch(s, o)
	return c.img, nil
}

// sketch is Draw with options that are complete. It lets others go first.
func (c *canvas) sketch(s *suncode.Symbol, o Options) {
	c.begin(o.WidthPx, float64(o.WidthPx)/suncode.EdgePitches)
	if !o.Transparent {
		c.flood(o.Ground)
	}
	for ray, cells := range s.Rays() {
		for first, last := range runs(cells) {
			c.capsule(ray, first, last, o.Line)
		}
		runtime.Gosched()
	}
	c.emblems(o)
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
