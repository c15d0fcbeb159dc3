package testkit

import (
	"bytes"
	"image"
	"image/draw"
	"image/jpeg"
	"math"
	"math/rand/v2"
)

// Axis is one way a picture goes bad, by degrees.
type Axis struct {
	// Name says what is damaged, Unit what a severity counts.
	Name, Unit string
	// Severities are tried in this order, mild to hard.
	Severities []float64
	// apply damages a grey picture of a code with a margin, drawn 280 pixels wide.
	apply func(r *rand.Rand, img *image.Gray, severity float64) *image.Gray
}

// Margin is the ground around a code of 280 pixels before it is damaged, in pixels.
const Margin = 40

// Damage puts a drawing on a margin of its ground and damages it. The seed chooses what the axis leaves open: a
// direction, a place, noise.
func (a Axis) Damage(img *image.NRGBA, severity float64, seed uint64) *image.Gray {
	grey := image.NewGray(img.Rect.Inset(-Margin).Sub(image.Pt(-Margin, -Margin)))
	draw.Draw(grey, grey.Rect, image.NewUniform(img.At(0, 0)), image.Point{}, draw.Src)
	draw.Draw(grey, img.Rect.Add(image.Pt(Margin, Margin)), img, image.Point{}, draw.Over)
	return a.apply(rand.New(rand.NewPCG(seed, 280)), grey, severity)
}

// Axes are the ways a picture goes bad, after the table of peers' figures.
var Axes = []Axis{
	{"size", "px edge", []float64{140, 120, 100, 90, 80, 70, 64, 58, 54, 50}, shrink},
	{"blur", "σ px", []float64{1, 1.5, 2, 2.2, 2.5, 2.75, 3, 3.25}, func(_ *rand.Rand, img *image.Gray, s float64) *image.Gray {
		return blur(img, s)
	}},
	{"tilt", "degrees", []float64{30, 45, 55, 60, 65, 70, 75}, tilt},
	{"noise", "σ of 255", []float64{20, 40, 60, 80, 100, 120}, noise},
	{"JPEG", "quality", []float64{30, 10, 5, 3, 1}, squeeze},
	{"contrast", "share left", []float64{.3, .1, .06, .04, .02}, fade},
	{"shadow", "light lost", []float64{.3, .5, .75, .8, .9, .95}, shadow},
	{"disc", "share of square", []float64{.01, .02, .04, .06, .08, .1}, disc},
	{"centre", "share of square", []float64{.08, .12, .14, .15, .16}, centre},
	{"edge", "share of square", []float64{.04, .08, .1, .12, .15}, strip},
	{"motion", "px", []float64{3, 5, 7, 9, 11}, motion},
	{"glare", "diameter / edge", []float64{.1, .15, .2, .25, .3, .4}, glare},
	{"rotation", "degrees", []float64{7, 45, 90, 137, 181, 233, 300}, func(_ *rand.Rand, img *image.Gray, s float64) *image.Gray {
		return warp(img, img.Rect.Dx()+120, img.Rect.Dy()+120, rotation(s))
	}},
}

// codeBox is where the code lies on a picture with its margin.
func codeBox(img *image.Gray) image.Rectangle { return img.Rect.Inset(Margin) }

// sampleAt is the brightness between four pixels; beyond the edge lies the edge.
func sampleAt(img *image.Gray, x, y float64) float64 {
	x, y = min(max(x-0.5, 0), float64(img.Rect.Dx()-1)), min(max(y-0.5, 0), float64(img.Rect.Dy()-1))
	x0, y0 := int(x), int(y)
	x1, y1 := min(x0+1, img.Rect.Dx()-1), min(y0+1, img.Rect.Dy()-1)
	fx, fy := x-float64(x0), y-float64(y0)
	at := func(x, y int) float64 { return float64(img.Pix[y*img.Stride+x]) }
	return (1-fy)*((1-fx)*at(x0, y0)+fx*at(x1, y0)) + fy*((1-fx)*at(x0, y1)+fx*at(x1, y1))
}

func clamp(v float64) uint8 { return uint8(min(max(v+0.5, 0), 255)) }

// warp makes a picture of a size whose pixels come from where back says, four samples a pixel.
func warp(img *image.Gray, w, h int, back func(u, v float64) (x, y float64)) *image.Gray {
	out := image.NewGray(image.Rect(0, 0, w, h))
	cx, cy := float64(img.Rect.Dx())/2, float64(img.Rect.Dy())/2
	for y := range h {
		for x := range w {
			sum := 0.0
			for i := range 4 {
				u := float64(x) + 0.25 + 0.5*float64(i%2) - float64(w)/2
				v := float64(y) + 0.25 + 0.5*float64(i/2) - float64(h)/2
				bx, by := back(u, v)
				sum += sampleAt(img, cx+bx, cy+by)
			}
			out.Pix[y*out.Stride+x] = clamp(sum / 4)
		}
	}
	return out
}

func rotation(degrees float64) func(u, v float64) (x, y float64) {
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	return func(u, v float64) (float64, float64) { return u*cos + v*sin, -u*sin + v*cos }
}

// shrink averages areas until the code is so many pixels wide, at a place that is no whole pixel.
func shrink(r *rand.Rand, img *image.Gray, edge float64) *image.Gray {
	scale := float64(codeBox(img).Dx()) / edge
	dx, dy := r.Float64()*scale, r.Float64()*scale
	w := int(float64(img.Rect.Dx())/scale) - 1
	out := image.NewGray(image.Rect(0, 0, w, w))
	const fine = 8
	for y := range w {
		for x := range w {
			sum := 0.0
			for i := range fine * fine {
				sx := dx + (float64(x)+(float64(i%fine)+0.5)/fine)*scale
				sy := dy + (float64(y)+(float64(i/fine)+0.5)/fine)*scale
				sum += sampleAt(img, sx, sy)
			}
			out.Pix[y*out.Stride+x] = clamp(sum / (fine * fine))
		}
	}
	return out
}

func blur(img *image.Gray, sigma float64) *image.Gray {
	reach := int(math.Ceil(3.5 * sigma))
	kernel := make([]float64, 2*reach+1)
	total := 0.0
	for i := range kernel {
		d := float64(i - reach)
		kernel[i] = math.Exp(-d * d / (2 * sigma * sigma))
		total += kernel[i]
	}
	w, h := img.Rect.Dx(), img.Rect.Dy()
	half := make([]float64, w*h)
	for y := range h {
		for x := range w {
			for i, k := range kernel {
				half[y*w+x] += k / total * float64(img.Pix[y*img.Stride+min(max(x+i-reach, 0), w-1)])
			}
		}
	}
	out := image.NewGray(img.Rect)
	for y := range h {
		for x := range w {
			sum := 0.0
			for i, k := range kernel {
				sum += k / total * half[min(max(y+i-reach, 0), h-1)*w+x]
			}
			out.Pix[y*out.Stride+x] = clamp(sum)
		}
	}
	return out
}

// tilt looks at the code from the side, about a random axis, from three times its edge away.
func tilt(r *rand.Rand, img *image.Gray, degrees float64) *image.Gray {
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	axisSin, axisCos := math.Sincos(r.Float64() * 2 * math.Pi)
	distance := 3 * float64(codeBox(img).Dx())
	w := img.Rect.Dx() + 60
	return warp(img, w, w, func(u, v float64) (float64, float64) {
		along, across := u*axisCos+v*axisSin, -u*axisSin+v*axisCos
		y := across * distance / (distance*cos - across*sin)
		depth := 1 + y*sin/distance
		x := along * depth
		return x*axisCos - y*axisSin, x*axisSin + y*axisCos
	})
}

func each(img *image.Gray, f func(x, y int, v float64) float64) *image.Gray {
	out := image.NewGray(img.Rect)
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			i := y*img.Stride + x
			out.Pix[i] = clamp(f(x, y, float64(img.Pix[i])))
		}
	}
	return out
}

func noise(r *rand.Rand, img *image.Gray, sigma float64) *image.Gray {
	return each(img, func(_, _ int, v float64) float64 { return v + sigma*r.NormFloat64() })
}

func squeeze(_ *rand.Rand, img *image.Gray, quality float64) *image.Gray {
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, img, &jpeg.Options{Quality: int(quality)}); err != nil {
		panic(err)
	}
	back, err := jpeg.Decode(&buf)
	if err != nil {
		panic(err)
	}
	out := image.NewGray(img.Rect)
	draw.Draw(out, out.Rect, back, image.Point{}, draw.Src)
	return out
}

func fade(r *rand.Rand, img *image.Gray, left float64) *image.Gray {
	middle := 60 + 130*r.Float64()
	return each(img, func(_, _ int, v float64) float64 { return middle + left*(v-127.5) })
}

// shadow darkens one side of a line through the code.
func shadow(r *rand.Rand, img *image.Gray, lost float64) *image.Gray {
	sin, cos := math.Sincos(r.Float64() * 2 * math.Pi)
	box := codeBox(img)
	mid := float64(img.Rect.Dx()) / 2
	shift := (r.Float64() - 0.5) * 0.7 * float64(box.Dx())
	return each(img, func(x, y int, v float64) float64 {
		if (float64(x)-mid)*cos+(float64(y)-mid)*sin > shift {
			return v * (1 - lost)
		}
		return v
	})
}

func disc(r *rand.Rand, img *image.Gray, share float64) *image.Gray {
	box := codeBox(img)
	return cover(r, img, float64(box.Min.X)+r.Float64()*float64(box.Dx()), float64(box.Min.Y)+r.Float64()*float64(box.Dy()), share)
}

func centre(r *rand.Rand, img *image.Gray, share float64) *image.Gray {
	mid := float64(img.Rect.Dx()) / 2
	return cover(r, img, mid, mid, share)
}

func cover(r *rand.Rand, img *image.Gray, cx, cy, share float64) *image.Gray {
	radius := math.Sqrt(share/math.Pi) * float64(codeBox(img).Dx())
	shade := 255 * r.Float64()
	return each(img, func(x, y int, v float64) float64 {
		if math.Hypot(float64(x)+0.5-cx, float64(y)+0.5-cy) < radius {
			return shade
		}
		return v
	})
}

func strip(r *rand.Rand, img *image.Gray, share float64) *image.Gray {
	box := codeBox(img)
	lost := int(share*float64(box.Dx()) + 0.5)
	side := r.IntN(4)
	shade := 255 * r.Float64()
	return each(img, func(x, y int, v float64) float64 {
		depth := [4]int{x - box.Min.X, y - box.Min.Y, box.Max.X - 1 - x, box.Max.Y - 1 - y}[side]
		if depth < lost {
			return shade
		}
		return v
	})
}

func motion(r *rand.Rand, img *image.Gray, length float64) *image.Gray {
	sin, cos := math.Sincos(r.Float64() * math.Pi)
	const steps = 24
	return each(img, func(x, y int, _ float64) float64 {
		sum := 0.0
		for i := range steps {
			d := length * ((float64(i)+0.5)/steps - 0.5)
			sum += sampleAt(img, float64(x)+0.5+d*cos, float64(y)+0.5+d*sin)
		}
		return sum / steps
	})
}

func glare(r *rand.Rand, img *image.Gray, diameter float64) *image.Gray {
	box := codeBox(img)
	cx, cy := float64(box.Min.X)+r.Float64()*float64(box.Dx()), float64(box.Min.Y)+r.Float64()*float64(box.Dy())
	radius := diameter / 2 * float64(box.Dx())
	return each(img, func(x, y int, v float64) float64 {
		d := math.Hypot(float64(x)+0.5-cx, float64(y)+0.5-cy) / radius
		return v + 255*min(1, math.Exp(3*(1-d)))
	})
}
