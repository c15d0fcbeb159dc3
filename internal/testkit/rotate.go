package testkit

import (
	"image"
	"image/color"
	"math"
)

// Rotate turns a picture clockwise about its middle by so many degrees, onto a ground large enough to hold it.
func Rotate(img *image.NRGBA, degrees float64, ground color.NRGBA) *image.NRGBA {
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	w, h := float64(img.Rect.Dx()), float64(img.Rect.Dy())
	const rounding = 1e-6 // quarter turns keep their size
	nw := int(math.Ceil(math.Abs(w*cos) + math.Abs(h*sin) - rounding))
	nh := int(math.Ceil(math.Abs(w*sin) + math.Abs(h*cos) - rounding))
	out := image.NewNRGBA(image.Rect(0, 0, nw, nh))
	for y := range nh {
		for x := range nw {
			u, v := float64(x)+0.5-float64(nw)/2, float64(y)+0.5-float64(nh)/2
			out.SetNRGBA(x, y, between(img, u*cos+v*sin+w/2, -u*sin+v*cos+h/2, ground))
		}
	}
	return out
}

// between interpolates the four pixels around a point; outside the picture lies the ground.
func between(img *image.NRGBA, x, y float64, ground color.NRGBA) color.NRGBA {
	x0, y0 := math.Floor(x-0.5), math.Floor(y-0.5)
	fx, fy := x-0.5-x0, y-0.5-y0
	var sum [4]float64
	for i, weight := range [4]float64{(1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy} {
		c := [4]uint8{ground.R, ground.G, ground.B, ground.A}
		if p := (image.Point{int(x0) + i%2, int(y0) + i/2}); p.In(img.Rect) {
			c = [4]uint8(img.Pix[img.PixOffset(p.X, p.Y):])
		}
		for j, v := range c {
			sum[j] += weight * float64(v)
		}
	}
	round := func(v float64) uint8 { return uint8(v + 0.5) }
	return color.NRGBA{round(sum[0]), round(sum[1]), round(sum[2]), round(sum[3])}
}
