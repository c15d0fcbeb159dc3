package render

import (
	"math"

	"github.com/suncode/suncode"
)

// point is a place: in pitches or in pixels, from the top left corner, or relative to a disc's centre and radius.
type point struct{ x, y float64 }

// shape is all within radius of the straight line between two points, without what is within hole of the first one.
// A dot and a badge are shapes of equal points; an eye's ring has a hole besides.
type shape struct {
	from, to     point
	bearing      int // the direction from → to, in turns of 1/bearings
	radius, hole float64
}

// bearings is the number of directions of the table of unit vectors: four a degree.
const bearings = 1440

var units = makeUnits()

// makeUnits rounds sines and cosines to 32 binary places: more than a picture needs, and few enough that machines
// whose math.Sin differs in the last place agree.
func makeUnits() (t [bearings]point) {
	const places = 1 << 32
	for i := range t {
		sin, cos := math.Sincos(float64(i) * (2 * math.Pi / bearings))
		t[i] = point{math.Round(cos*places) / places, math.Round(sin*places) / places}
	}
	return t
}

// bearing is the table's index of an angle that is a multiple of a quarter degree, clockwise from 3 o'clock.
func bearing(degrees float64) int { return int(degrees*(bearings/360)) % bearings }

// out is the point that lies distance away in a direction. Here as elsewhere in this package the conversions of
// products keep the compiler from fusing them with the addition, which would round differently on some machines.
func (p point) out(direction int, distance float64) point {
	u := units[direction%bearings]
	return point{p.x + float64(distance*u.x), p.y + float64(distance*u.y)}
}

// disc is a round shape.
func disc(centre point, radius float64) shape {
	return shape{from: centre, to: centre, radius: radius}
}

// within maps a shape in units of a disc to where that disc lies.
func (s shape) within(centre point, radius float64) shape {
	place := func(p point) point {
		return point{centre.x + float64(p.x*radius), centre.y + float64(p.y*radius)}
	}
	s.from, s.to = place(s.from), place(s.to)
	s.radius *= radius
	s.hole *= radius
	return s
}

// The round places of the picture, in pitches.
var (
	middle      = point{suncode.EdgePitches / 2, suncode.EdgePitches / 2}
	badgeCentre = middle.out(bearing(suncode.BadgeAngle), suncode.BadgeDistance)
)

const (
	dotRadius = 0.5
	// inkShapes is room for the shapes of any symbol: at most every other place of a ray begins a capsule.
	inkShapes = suncode.RaySlots*(suncode.Radii+1)/2 + 2*len(suncode.EyeAngles)
)

// ink lists what a symbol shows in the line colour, in pitches: its capsules and its eyes. No two of them overlap.
func ink(s *suncode.Symbol) []shape {
	shapes := make([]shape, 0, inkShapes)
	for ray := range suncode.RaySlots {
		shapes = appendCapsules(shapes, s, ray)
	}
	for _, angle := range suncode.EyeAngles {
		centre := middle.out(bearing(angle), suncode.EyeDistance)
		ring := disc(centre, suncode.EyeRingRadius)
		ring.hole = suncode.EyeGapRadius
		shapes = append(shapes, disc(centre, suncode.EyeDotRadius), ring)
	}
	return shapes
}

// appendCapsules adds the runs of dark cells of one ray.
func appendCapsules(shapes []shape, s *suncode.Symbol, ray int) []shape {
	direction := bearing(suncode.RayAngle(ray))
	for k := 0; k < suncode.Radii; k++ {
		if !s.Dark(ray, k) {
			continue
		}
		first := k
		for k+1 < suncode.Radii && s.Dark(ray, k+1) {
			k++
		}
		shapes = append(shapes, shape{
			from:    middle.out(direction, suncode.FirstRadius+float64(first)),
			to:      middle.out(direction, suncode.FirstRadius+float64(k)),
			bearing: direction,
			radius:  dotRadius,
		})
	}
	return shapes
}
