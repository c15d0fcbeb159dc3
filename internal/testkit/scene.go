package testkit

import (
	"image"
	"math"
	"math/rand/v2"
)

// CodePx is the width of a code at which the lengths of a Scene are meant: a pitch is 5.19 pixels.
const CodePx = 280

// Scene says how a picture of a code comes to be: how it is printed, what lies on it, how it is lit and where it is
// seen from, and what lens, sensor and file make of it, in this order. Lengths are in pixels of a code CodePx wide; a
// share of the square is one of the square around the code. The zero value changes nothing.
type Scene struct {
	// Seed chooses what the fields below leave open: directions, places, brightness and noise.
	Seed uint64

	// Inverted prints light on dark.
	Inverted bool
	// ColourStep prints a grey drawing in two random colours. It is how far they lie apart in the channel in which they differ most,
	// 0 to 255, to a quarter.
	ColourStep float64

	// DiscShare is the share of the square that a disc of one random shade hides at a random place, CentreShare the same
	// in the middle, StripShare the share under a strip along a random side. MarksHidden is how many of the three eyes
	// and the badge lie under such discs.
	DiscShare, CentreShare, StripShare float64
	MarksHidden                        int

	// ContrastLeft is the share of contrast left, about a random grey, the more random the less is left; 0 leaves all.
	ContrastLeft float64
	// ShadowLost is the share of light that a hard shadow takes from one side of a random line through the code.
	ShadowLost float64
	// GlareEdge is the diameter of a spot of pure light at a random place, as a share of the code's edge. It fades
	// outwards by a factor of e for each sixth of the diameter.
	GlareEdge float64

	// Textured lays the picture on a table with a grain.
	Textured bool
	// TiltDegrees looks at it from the side, about a random axis, from three times the code's edge away.
	TiltDegrees float64
	// TurnDegrees turns it clockwise.
	TurnDegrees float64
	// EdgePx is the width of the code in the picture, averaged over areas, at a random fraction of a pixel; 0 leaves it.
	EdgePx float64

	// BlurPx is the σ of a Gaussian blur, MotionPx the length of a straight movement in a random direction.
	BlurPx, MotionPx float64
	// Stops is how many times the exposure is doubled, or halved when negative: a print that reflects 3 to 90 % of the
	// light, in a picture of gamma 2.2 that cuts off at white.
	Stops float64
	// NoiseSigma is the σ of Gaussian noise, of 255.
	NoiseSigma float64
	// Quality is that of the JPEG file; 0 makes none.
	Quality int
}

// The parts of a scene that are random, each with numbers of its own, so that a part does not depend on the others.
const (
	partColours = iota + 1
	partCover
	partLight
	partTable
	partView
	partSensor
)

func (s *Scene) rand(part uint64) *rand.Rand { return rand.New(rand.NewPCG(s.Seed, part)) }

// Take makes the picture of a drawing in which a code has the given square around it.
func (s *Scene) Take(img image.Image, code image.Rectangle) image.Image {
	v := &view{Scene: s, canvas: fromImage(img), code: code.Sub(img.Bounds().Min)}
	v.unit = float64(code.Dx()) / CodePx
	v.print()
	v.cover()
	v.light()
	v.place()
	return v.expose()
}

// view is a scene in the making.
type view struct {
	*Scene
	*canvas
	code image.Rectangle // until it is placed
	unit float64         // pixels of the canvas for one of a code CodePx wide
}

// print chooses the colours.
func (v *view) print() {
	if v.Inverted {
		v.each(func(_, _ int, b float32) float32 { return 255 - b })
	}
	if v.ColourStep > 0 {
		line, ground := colourPair(v.rand(partColours), v.ColourStep)
		grey := v.planes[0]
		v.canvas = newCanvas(v.w, v.h, 3)
		for i := range v.planes {
			for at, b := range grey {
				v.planes[i][at] = float32(line[i]) + b/255*float32(ground[i]-line[i])
			}
		}
	}
}

// colourPair is two random colours of which the channel that differs most does so by step, or up to a quarter more.
func colourPair(r *rand.Rand, step float64) (line, ground [3]float64) {
	for {
		most := 0.0
		for i := range line {
			line[i], ground[i] = 255*r.Float64(), 255*r.Float64()
			most = max(most, math.Abs(line[i]-ground[i]))
		}
		if most >= step && most < 1.25*step {
			return line, ground
		}
	}
}

// place projects the scene as it is seen. What is seen is what the canvas held before the table came under it.
func (v *view) place() {
	seen := image.Rect(0, 0, v.w, v.h)
	if v.Textured {
		by := int(0.7 * CodePx * v.unit)
		v.lay(by)
		seen, v.code = seen.Add(image.Pt(by, by)), v.code.Add(image.Pt(by, by))
	}
	if v.TiltDegrees == 0 && v.TurnDegrees == 0 && v.EdgePx == 0 {
		if v.Textured {
			v.canvas = v.warp(seen.Dx(), seen.Dy(), 1, func(x, y float64) (float64, float64) {
				return x + float64(seen.Min.X), y + float64(seen.Min.Y)
			})
		}
		return
	}
	r := v.rand(partView)
	c := newCamera(v, r)
	box := c.bounds(seen)
	shiftX, shiftY := r.Float64()-0.5, r.Float64()-0.5
	w, h := int(math.Ceil(box[2]-box[0])), int(math.Ceil(box[3]-box[1]))
	fine := max(2, int(math.Ceil(2/c.scale)))
	v.canvas = v.warp(w, h, fine, func(x, y float64) (float64, float64) {
		return c.back(x+box[0]+shiftX, y+box[1]+shiftY)
	})
	v.unit *= c.scale
}

// camera maps the scene's plane to the picture. Points of the plane are pixels of the canvas, points of the picture lie
// about the code's middle.
type camera struct {
	midX, midY       float64 // the code's middle
	turnSin, turnCos float64
	axisSin, axisCos float64 // the direction about which the plane is tilted
	tiltSin, tiltCos float64
	distance         float64 // of the eye from the code's middle
	scale            float64 // pixels of the picture for one of the canvas
}

func newCamera(v *view, r *rand.Rand) *camera {
	c := &camera{scale: 1, distance: 3 * float64(v.code.Dx())}
	c.midX, c.midY = float64(v.code.Min.X+v.code.Max.X)/2, float64(v.code.Min.Y+v.code.Max.Y)/2
	c.turnSin, c.turnCos = math.Sincos(v.TurnDegrees * math.Pi / 180)
	c.tiltSin, c.tiltCos = math.Sincos(v.TiltDegrees * math.Pi / 180)
	c.axisSin, c.axisCos = math.Sincos(r.Float64() * 2 * math.Pi)
	if v.EdgePx > 0 {
		c.scale = v.EdgePx / float64(v.code.Dx())
	}
	return c
}

// forth is where a point of the plane is seen.
func (c *camera) forth(x, y float64) (u, v float64) {
	x, y = x-c.midX, y-c.midY
	x, y = x*c.turnCos-y*c.turnSin, x*c.turnSin+y*c.turnCos
	along, across := x*c.axisCos+y*c.axisSin, -x*c.axisSin+y*c.axisCos
	depth := 1 + across*c.tiltSin/c.distance
	along, across = c.scale*along/depth, c.scale*across*c.tiltCos/depth
	return along*c.axisCos - across*c.axisSin, along*c.axisSin + across*c.axisCos
}

// back is what lies at a point of the picture; beyond the horizon, something very far.
func (c *camera) back(u, v float64) (x, y float64) {
	u, v = u/c.scale, v/c.scale
	along, across := u*c.axisCos+v*c.axisSin, -u*c.axisSin+v*c.axisCos
	across *= c.distance / max(c.distance*c.tiltCos-across*c.tiltSin, 1)
	along *= 1 + across*c.tiltSin/c.distance
	x, y = along*c.axisCos-across*c.axisSin, along*c.axisSin+across*c.axisCos
	return c.midX + x*c.turnCos + y*c.turnSin, c.midY - x*c.turnSin + y*c.turnCos
}

// bounds is the box around a part of the plane as it is seen: left, top, right, bottom.
func (c *camera) bounds(r image.Rectangle) [4]float64 {
	box := [4]float64{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	for _, corner := range [4]image.Point{r.Min, {X: r.Max.X, Y: r.Min.Y}, r.Max, {X: r.Min.X, Y: r.Max.Y}} {
		x, y := c.forth(float64(corner.X), float64(corner.Y))
		box[0], box[1] = min(box[0], x), min(box[1], y)
		box[2], box[3] = max(box[2], x), max(box[3], y)
	}
	return box
}

// expose is what lens, sensor and file make of the light.
func (v *view) expose() image.Image {
	if v.BlurPx > 0 {
		v.blur(v.BlurPx * v.unit)
	}
	r := v.rand(partSensor)
	if v.MotionPx > 0 {
		v.move(r.Float64()*math.Pi, v.MotionPx*v.unit)
	}
	if v.Stops != 0 {
		const gamma, darkest, span = 2.2, 0.03, 0.87
		gain := math.Exp2(v.Stops)
		v.each(func(_, _ int, b float32) float32 {
			light := gain * (darkest + span*math.Pow(float64(min(max(b, 0), 255))/255, gamma))
			return 255 * float32(math.Pow(light, 1/gamma))
		})
	}
	if v.NoiseSigma > 0 {
		v.each(func(_, _ int, b float32) float32 {
			return min(max(b, 0), 255) + float32(v.NoiseSigma*r.NormFloat64())
		})
	}
	if v.Quality > 0 {
		return v.squeeze(v.Quality)
	}
	return v.image()
}

// move is a straight movement while the shutter is open.
func (v *view) move(direction, length float64) {
	sin, cos := math.Sincos(direction)
	steps := max(24, int(2*length))
	out := newCanvas(v.w, v.h, len(v.planes))
	for i, plane := range v.planes {
		for at := range plane {
			x, y := float64(at%v.w)+0.5, float64(at/v.w)+0.5
			sum := 0.0
			for step := range steps {
				d := length * ((float64(step)+0.5)/float64(steps) - 0.5)
				sum += v.sample(plane, x+d*cos, y+d*sin)
			}
			out.planes[i][at] = float32(sum / float64(steps))
		}
	}
	v.canvas = out
}
