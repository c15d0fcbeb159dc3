package render

import (
	"iter"
	"math"
	"math/bits"

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
	for ray, cells := range s.Rays() {
		direction := bearing(suncode.RayAngle(ray))
		for first, last := range runs(cells) {
			shapes = append(shapes, shape{
				from:    middle.out(direction, suncode.FirstRadius+float64(first)),
				to:      middle.out(direction, suncode.FirstRadius+float64(last)),
				bearing: direction,
				radius:  dotRadius,
			})
		}
	}
	return append(shapes, eyes...)
}

// eyes are the dots and rings of the eyes, in pitches.
var eyes = makeEyes()

func makeEyes() (shapes []shape) {
	for _, angle := range suncode.EyeAngles {
		centre := middle.out(bearing(angle), suncode.EyeDistance)
		ring := disc(centre, suncode.EyeRingRadius)
		ring.hole = suncode.EyeGapRadius
		shapes = append(shapes, disc(centre, suncode.EyeDotRadius), ring)
	}
	return shapes
}

// runs are the first and the last place of every run of dark places of a ray, given as bits.
func runs(cells uint16) iter.Seq2[int, int] {
	return func(yield func(first, last int) bool) {
		for cells != 0 {
			first := bits.TrailingZeros16(cells)
			last := first + bits.TrailingZeros16(^(cells >> first)) - 1
			if !yield(first, last) {
				return
			}
			cells &^= 1<<(last+1) - 1
		}
	}
}

// cellAt is the middle of a place of the grid in a picture with that many pixels to the pitch.
func cellAt(ray, k int, pitch float64) point {
	p := middle.out(bearing(suncode.RayAngle(ray)), suncode.FirstRadius+float64(k))
	return point{float64(p.x * pitch), float64(p.y * pitch)}
}

// appendCapsule adds the outline of a run of dark places. Its sides have a corner at every place, so that how a pixel
// looks follows from the places about it alone and not from where the run begins and ends: plates rely on it.
func appendCapsule(outline []fixed, ray, first, last int, pitch float64) []fixed {
	const quarter = bearings / 4
	direction := bearing(suncode.RayAngle(ray))
	radius := dotRadius * pitch
	_, rim := arcStep(radius)
	outline = appendArc(outline, cellAt(ray, last, pitch), radius, direction+3*quarter, 2*quarter)
	for k := last - 1; k > first; k-- {
		outline = append(outline, fix(cellAt(ray, k, pitch).out(direction+quarter, rim)))
	}
	outline = appendArc(outline, cellAt(ray, first, pitch), radius, direction+quarter, 2*quarter)
	for k := first + 1; k < last; k++ {
		outline = append(outline, fix(cellAt(ray, k, pitch).out(direction+3*quarter, rim)))
	}
	return outline
}
