package scan

import (
	"math"

	"github.com/suncode/suncode"
)

// Point is a place in a picture, in pixels from its top left corner: x to the right, y down.
type Point struct{ X, Y float64 }

func (p Point) distance(q Point) float64 { return math.Hypot(p.X-q.X, p.Y-q.Y) }

// pose maps code coordinates (pitches from the middle, y down) to pixels: a homography with its last entry 1.
type pose struct{ a, b, c, d, e, f, g, h float64 }

func (m *pose) apply(u, v float64) (x, y float64) {
	w := 1 / (m.g*u + m.h*v + 1)
	return (m.a*u + m.b*v + m.c) * w, (m.d*u + m.e*v + m.f) * w
}

// point is apply that gives a Point.
func (m *pose) point(u, v float64) Point {
	x, y := m.apply(u, v)
	return Point{x, y}
}

// after is the pose that applies first and then m, which has no perspective.
func (m *pose) after(first pose) pose {
	return pose{
		a: m.a*first.a + m.b*first.d + m.c*first.g,
		b: m.a*first.b + m.b*first.e + m.c*first.h,
		c: m.a*first.c + m.b*first.f + m.c,
		d: m.d*first.a + m.e*first.d + m.f*first.g,
		e: m.d*first.b + m.e*first.e + m.f*first.h,
		f: m.d*first.c + m.e*first.f + m.f,
		g: first.g, h: first.h,
	}
}

// corners are those of the square around the code, clockwise from its top left.
func (m *pose) corners() [4]Point {
	const half = suncode.EdgePitches / 2.0
	return [4]Point{m.point(-half, -half), m.point(half, -half), m.point(half, half), m.point(-half, half)}
}

// pitch is the mean length of a pitch in the code's middle, in pixels.
func (m *pose) pitch() float64 {
	return math.Sqrt(math.Abs((m.a-m.c*m.g)*(m.e-m.f*m.h) - (m.b-m.c*m.h)*(m.d-m.f*m.g)))
}

// eyeSide is half the side of the square whose corners the eyes are, in pitches.
var eyeSide = suncode.EyeDistance / math.Sqrt2

// anchors are what determines a pose: where the three eyes lie, in the order of suncode.EyeAngles, and the two
// perspective entries, in 1/pitch.
type anchors struct {
	eyes [3]Point
	g, h float64
}

// pose solves for the homography that takes the eyes to their points.
func (a *anchors) pose() pose {
	m := pose{g: a.g, h: a.h}
	bottomLeft := 1 - a.g*eyeSide + a.h*eyeSide
	topLeft := 1 - a.g*eyeSide - a.h*eyeSide
	topRight := 1 + a.g*eyeSide - a.h*eyeSide
	m.a, m.b, m.c = plainFit(a.eyes[0].X*bottomLeft, a.eyes[1].X*topLeft, a.eyes[2].X*topRight)
	m.d, m.e, m.f = plainFit(a.eyes[0].Y*bottomLeft, a.eyes[1].Y*topLeft, a.eyes[2].Y*topRight)
	return m
}

// plainFit is the plane over code coordinates with the given values at the three eyes.
func plainFit(bottomLeft, topLeft, topRight float64) (du, dv, middle float64) {
	du = (topRight - topLeft) / (2 * eyeSide)
	dv = (bottomLeft - topLeft) / (2 * eyeSide)
	return du, dv, topLeft + eyeSide*(du+dv)
}

// spot is a place whose colour every code shares.
type spot struct {
	u, v float64
	dark bool
}

// landmarks are the spots a pose is judged by: the rings of always-dark cells and the ground beside them, and the
// eyes' dots, gaps and rings. The first ones, ringMarks, are those of the rings: what has three eyes at the right places
// need not have them. someMarks are enough for a guess.
var (
	landmarks = makeLandmarks()
	ringMarks = landmarks[:len(landmarks)-len(suncode.EyeAngles)*eyeMarks]
	someMarks = everyThird(ringMarks)
)

func everyThird(spots []spot) (some []spot) {
	for i := 0; i < len(spots); i += 3 {
		some = append(some, spots[i])
	}
	return some
}

const eyeMarks = 1 + directions + directions/2

func makeLandmarks() (spots []spot) {
	for ray := range suncode.RaySlots {
		spots = append(spots, polar(suncode.FirstRadius, float64(ray), ray%2 == 1))
		if ray%2 == 0 {
			spots = append(spots, polar(suncode.FirstRadius+1.5, float64(ray), false))
			continue
		}
		for k := 1; k <= 2; k++ {
			if suncode.Plan(36)[ray][k].Kind == suncode.Fixed {
				spots = append(spots, polar(suncode.FirstRadius+float64(k), float64(ray), true))
			}
		}
	}
	for _, angle := range suncode.EyeAngles {
		s, c := math.Sincos(angle * math.Pi / 180)
		u, v := suncode.EyeDistance*c, suncode.EyeDistance*s
		spots = append(spots, spot{u, v, true})
		for i, d := range compass {
			if i%2 == 0 {
				spots = append(spots, spot{u + 1.1*d[0], v + 1.1*d[1], false})
			}
			spots = append(spots, spot{u + ringMiddle*d[0], v + ringMiddle*d[1], true})
		}
	}
	return spots
}

// polar is the spot at a radius in the direction of a ray, which may lie between two.
func polar(radius, ray float64, dark bool) spot {
	s, c := math.Sincos((180 + 5*ray) * math.Pi / 180)
	return spot{radius * c, radius * s, dark}
}

// fit tells how well a pose explains the landmarks: the mean brightness of the light ones less that of the dark ones.
// With light lines on a dark ground it is negative.
func (m *pose) fit(p *plane, spots []spot) float64 {
	var light, dark float64
	var nLight, nDark int
	for _, s := range spots {
		v, ok := p.at(m.apply(s.u, s.v))
		switch {
		case !ok:
		case s.dark:
			dark += v
			nDark++
		default:
			light += v
			nLight++
		}
	}
	if least := len(spots) / 10; nLight < least || nDark < least {
		return 0
	}
	return light/float64(nLight) - dark/float64(nDark)
}

// tiltSteps are those of the perspective in a search, one round after the other.
var tiltSteps = [...]float64{0.004, 0.002, 0.001, 0.0005}

// tilt searches the perspective with which the spots fit best while the eyes stay where they are, and returns how well
// they do. The first round goes by the rough spots alone. When it does not find hope, or the second one twice as much, no
// other follows.
func (a *anchors) tilt(p *plane, rough, spots []spot, sign, hope float64) float64 {
	best := math.Inf(-1)
	for round, step := range tiltSteps {
		best = math.Inf(-1)
		bestG, bestH := a.g, a.h
		for i := -2; i <= 2; i++ {
			for j := -2; j <= 2; j++ {
				try := *a
				try.g, try.h = a.g+float64(i)*step, a.h+float64(j)*step
				m := try.pose()
				if score := sign * m.fit(p, rough); score > best {
					best, bestG, bestH = score, try.g, try.h
				}
			}
		}
		a.g, a.h = bestG, bestH
		if round < 2 && best < hope*float64(1+round) {
			break
		}
		rough = spots
	}
	return best
}

// polish moves the eyes and the perspective in small steps for as long as the cells become sharper.
func (a *anchors) polish(p *plane, pitch, sign float64) {
	m := a.pose()
	best := m.sharpness(p, sign)
	for step := 0.25; step > 0.04; step /= 2 {
		for round := range 8 {
			improved := false
			for dim := range 8 {
				for _, by := range [2]float64{step, -step} {
					try := *a
					try.move(dim, by, pitch)
					m := try.pose()
					if s := m.sharpness(p, sign); s > best {
						*a, best, improved = try, s, true
						break
					}
				}
			}
			if !improved || round == 7 {
				break
			}
		}
	}
}

// move shifts one of the eight anchors: a coordinate of an eye by so many pitches, or a perspective entry by what
// shifts the code's edge about as far.
func (a *anchors) move(dim int, by, pitch float64) {
	const perspectiveStep = 1.0 / 500
	switch {
	case dim == 6:
		a.g += by * perspectiveStep
	case dim == 7:
		a.h += by * perspectiveStep
	case dim%2 == 0:
		a.eyes[dim/2].X += by * pitch
	default:
		a.eyes[dim/2].Y += by * pitch
	}
}
