package testkit

import (
	"image"
	"math"
	"math/rand/v2"
)

// grain is a random texture of so many pixels, like wood, stone or cloth: four layers of smooth noise, each half as
// coarse and half as strong as the one before, drawn out in one direction. Values are about 0 to 255.
func grain(r *rand.Rand, w, h int, coarsePx float64) []float32 {
	out := make([]float32, w*h)
	middle := float32(50 + 150*r.Float64())
	strength := float32(30 + 120*r.Float64())
	sin, cos := math.Sincos(r.Float64() * math.Pi)
	long := 1 + 5*r.Float64()
	for i := range out {
		out[i] = middle
	}
	for size := coarsePx; size > coarsePx/16; size /= 2 {
		strength /= 2
		var lattice [64 * 64]float32
		for i := range lattice {
			lattice[i] = 2*r.Float32() - 1
		}
		for i := range out {
			x, y := float64(i%w), float64(i/w)
			out[i] += strength * smooth(&lattice, (x*cos+y*sin)/(size*long), (y*cos-x*sin)/size)
		}
	}
	return out
}

// smooth is the value between four points of a lattice that repeats.
func smooth(lattice *[64 * 64]float32, x, y float64) float32 {
	fx, fy := math.Floor(x), math.Floor(y)
	x0, y0 := int(fx)&63, int(fy)&63
	x1, y1 := (x0+1)&63, (y0+1)&63
	u, v := float32(x-fx), float32(y-fy)
	u, v = u*u*(3-2*u), v*v*(3-2*v)
	upper := (1-u)*lattice[y0*64+x0] + u*lattice[y0*64+x1]
	lower := (1-u)*lattice[y1*64+x0] + u*lattice[y1*64+x1]
	return (1-v)*upper + v*lower
}

// lay puts a table under the picture that reaches so many pixels further to all sides.
func (v *view) lay(by int) {
	r := v.rand(partTable)
	w, h := v.w+2*by, v.h+2*by
	table := newCanvas(w, h, 0)
	coarse := v.unit * (8 + 40*r.Float64())
	for _, plane := range v.planes {
		under := grain(r, w, h, coarse)
		for y := range v.h {
			copy(under[(y+by)*w+by:], plane[y*v.w:(y+1)*v.w])
		}
		table.planes = append(table.planes, under)
	}
	v.canvas = table
}

// Table is a picture without a code and without anything that looks like one: a grain, a little noise.
func Table(w, h int, seed uint64) *image.Gray { return still(w, h, 0, seed) }

// Clutter is a busy picture without a code, like a desk or a shelf: patches of textures, stripes, checks, dots, nested
// rings and squares, and lines of what looks like text, over each other in random sizes and turns.
func Clutter(w, h int, seed uint64) *image.Gray { return still(w, h, 64, seed) }

// still is a table with so many patches, a little out of focus and noisy.
func still(w, h, patches int, seed uint64) *image.Gray {
	r := rand.New(rand.NewPCG(seed, uint64(w)))
	c := &canvas{w: w, h: h, planes: [][]float32{grain(r, w, h, float64(h)/8)}}
	for range patches {
		c.patch(r)
	}
	c.blur(0.6)
	noise := grainNoise(r)
	c.each(func(_, _ int, b float32) float32 { return min(max(b, 0), 255) + noise() })
	return c.image().(*image.Gray)
}

// grainNoise gives Gaussian noise of σ 3 out of a table, since a large picture takes many.
func grainNoise(r *rand.Rand) func() float32 {
	var table [1 << 12]float32
	for i := range table {
		table[i] = float32(3 * r.NormFloat64())
	}
	return func() float32 { return table[r.Uint32()%uint32(len(table))] }
}

// patch lays a turned rectangle with a pattern somewhere on the canvas.
func (c *canvas) patch(r *rand.Rand) {
	unit := float64(c.h)
	w, h := unit*(0.06+0.3*r.Float64()), unit*(0.06+0.3*r.Float64())
	midX, midY := float64(c.w)*r.Float64(), float64(c.h)*r.Float64()
	sin, cos := math.Sincos(r.Float64() * 2 * math.Pi)
	pattern := patterns[r.IntN(len(patterns))]
	period := unit * (0.004 + 0.04*r.Float64()*r.Float64())
	light, dark := float32(120+135*r.Float64()), float32(120*r.Float64())
	salt := r.Uint32()
	reach := math.Hypot(w, h) / 2
	plane := c.planes[0]
	for y := max(0, int(midY-reach)); y < min(c.h, int(midY+reach)); y++ {
		for x := max(0, int(midX-reach)); x < min(c.w, int(midX+reach)); x++ {
			dx, dy := float64(x)-midX, float64(y)-midY
			u, v := dx*cos+dy*sin, dy*cos-dx*sin
			if math.Abs(u) > w/2 || math.Abs(v) > h/2 {
				continue
			}
			plane[y*c.w+x] = light
			if pattern(u/period, v/period, salt) {
				plane[y*c.w+x] = dark
			}
		}
	}
}

// patterns say whether a point is dark; a period is 1 long, salt makes each patch its own.
var patterns = [...]func(u, v float64, salt uint32) bool{
	func(float64, float64, uint32) bool { return false },
	func(u, _ float64, _ uint32) bool { return u-math.Floor(u) < 0.5 },
	func(u, v float64, _ uint32) bool { return (int(math.Floor(u))+int(math.Floor(v)))%2 == 0 },
	func(u, v float64, salt uint32) bool { return scramble(u, v, salt)%2 == 0 },
	func(u, v float64, _ uint32) bool { // dots
		return math.Hypot(u-math.Floor(u)-0.5, v-math.Floor(v)-0.5) < 0.35
	},
	func(u, v float64, salt uint32) bool { // rings around dots, as the eyes of our codes are, or nearly
		d := 6 * math.Hypot(u/6-math.Floor(u/6)-0.5, v/6-math.Floor(v/6)-0.5)
		dot, inner, outer := float64(salt%8)/8, 1+float64(salt/8%8)/8, 2+float64(salt/64%8)/8
		return d < dot || d > inner && d < outer
	},
	func(u, v float64, salt uint32) bool { // squares in squares, as the eyes of QR codes are, or nearly
		d := 9 * max(math.Abs(u/9-math.Floor(u/9)-0.5), math.Abs(v/9-math.Floor(v/9)-0.5))
		dot, inner, outer := 1+float64(salt%8)/8, 2+float64(salt/8%8)/8, 3+float64(salt/64%8)/8
		return d < dot || d > inner && d < outer
	},
	func(u, v float64, salt uint32) bool { // lines of text
		line := v / 3
		word := math.Floor(u / 9)
		return line-math.Floor(line) < 0.55 && u/9-word < 0.8 && scramble(2*u, 2*v, salt)%5 < 2
	},
}

// scramble is a random number for the square of side 1 that a point lies in.
func scramble(u, v float64, salt uint32) uint32 {
	n := uint32(int32(math.Floor(u)))*0x9E3779B1 ^ uint32(int32(math.Floor(v)))*0x85EBCA77 ^ salt
	n ^= n >> 15
	n *= 0x2C1B3C6D
	n ^= n >> 13
	return n
}
