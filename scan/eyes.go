package scan

import (
	"cmp"
	"math"
	"slices"
)

// eye is a place that looks like an eye of a code: a dot, a gap and a ring around one centre.
type eye struct {
	x, y     float64 // centre in pixels of the whole picture
	pitch    float64 // pixels
	dark     bool    // the ring is darker than the gap
	contrast float64 // brightness of the gap less that of the ring, absolute
}

// profile is the section through an eye's middle in pitches: ring, gap, dot, gap, ring (SPEC.md 3.3).
var profile = [5]float64{0.8, 1.2, 1.0, 1.2, 0.8}

const profileWidth = 5.0

// eyeFinder looks for eyes in one plane.
type eyeFinder struct {
	p     *plane
	t     *thresholds
	edges []float64 // where the row crosses the threshold
	eyes  []eye
}

// find scans every step-th row for the profile and checks each hit in all directions.
func (f *eyeFinder) find(step int) {
	f.eyes = f.eyes[:0]
	for y := step / 2; y < f.p.h; y += step {
		firstDark := f.crossings(y)
		for i := 0; i+5 < len(f.edges); i++ {
			pitch, centre, ok := matchProfile(f.edges[i : i+6])
			if ok {
				f.check(centre, float64(y)+0.5, pitch, (i%2 == 0) == firstDark)
			}
		}
	}
}

// crossings lists where a row passes its threshold, to a fraction of a pixel, and tells whether the run after the
// first crossing is dark.
func (f *eyeFinder) crossings(y int) (firstDark bool) {
	f.edges = f.edges[:0]
	row := f.p.row(y)
	levels := f.t.level[y/blockPx*f.t.w:]
	before := int(row[0]) - int(levels[0])
	for x := 1; x < len(row); x++ {
		now := int(row[x]) - int(levels[x/blockPx])
		if (before < 0) != (now < 0) {
			if len(f.edges) == 0 {
				firstDark = now < 0
			}
			f.edges = append(f.edges, float64(x)-0.5+float64(before)/float64(before-now))
		}
		before = now
	}
	return firstDark
}

// matchProfile compares five runs, given by their six edges, with an eye's section.
func matchProfile(e []float64) (pitch, centre float64, ok bool) {
	pitch = (e[5] - e[0]) / profileWidth
	if pitch < 0.8 {
		return 0, 0, false
	}
	slack := 0.3*pitch + 0.6
	for i, want := range profile {
		if math.Abs(e[i+1]-e[i]-want*pitch) > slack {
			return 0, 0, false
		}
	}
	return pitch, (e[2] + e[3]) / 2, true
}

// check follows rays out of a supposed centre. A true eye shows dot, gap and ring in nearly all directions; their
// distances give centre and size to a fraction of a pixel.
func (f *eyeFinder) check(x, y, pitch float64, dark bool) {
	e := eye{x: x, y: y, pitch: pitch, dark: dark}
	if f.known(&e) {
		return
	}
	for range 2 {
		if !f.centre(&e) {
			return
		}
	}
	if !f.known(&e) {
		f.eyes = append(f.eyes, e)
	}
}

// known reports whether an eye was found before, in another row.
func (f *eyeFinder) known(e *eye) bool {
	for i := range f.eyes {
		if f.eyes[i].same(e) {
			return true
		}
	}
	return false
}

// same reports whether two eyes are one: a larger one around a smaller one is not.
func (e *eye) same(other *eye) bool {
	dx, dy := e.x-other.x, e.y-other.y
	return dx*dx+dy*dy < e.pitch*e.pitch && e.dark == other.dark &&
		e.pitch < 1.3*other.pitch && other.pitch < 1.3*e.pitch
}

const directions = 16

// maxBlind is in how many directions an eye may not look like one.
const maxBlind = 4

// acrossFirst lists the directions, those first that a section along the row has not shown.
var acrossFirst = [directions]int{4, 12, 2, 10, 6, 14, 3, 11, 5, 13, 1, 9, 7, 15, 0, 8}

// compass are the directions in which an eye is looked at.
var compass = func() (c [directions][2]float64) {
	for i := range c {
		s, co := math.Sincos(2 * math.Pi * float64(i) / directions)
		c[i] = [2]float64{co, s}
	}
	return c
}()

// centre moves an eye to the middle of its ring and measures it; false when it is none.
func (f *eyeFinder) centre(e *eye) bool {
	var outs [directions]float64
	seen, blind := 0, 0
	light, heavy := 0.0, 0.0
	for _, i := range acrossFirst {
		gap, ring, out, ok := f.follow(e, compass[i])
		if !ok {
			if blind++; blind > maxBlind {
				return false
			}
			continue
		}
		outs[i] = out
		light += gap
		heavy += ring
		seen++
	}
	var dx, dy, sum float64
	pairs := 0
	for i := range directions / 2 {
		a, b := outs[i], outs[i+directions/2]
		if a == 0 || b == 0 {
			continue
		}
		dx += (a - b) / 2 * compass[i][0]
		dy += (a - b) / 2 * compass[i][1]
		sum += a + b
		pairs++
	}
	if pairs < directions/2-3 {
		return false
	}
	e.x += 2 * dx / float64(pairs)
	e.y += 2 * dy / float64(pairs)
	e.pitch = sum / float64(2*pairs) / ringMiddle
	e.contrast = math.Abs(light-heavy) / float64(seen)
	return true
}

// ringMiddle is the radius of the middle of an eye's ring in pitches.
const ringMiddle = 2.1

// follow walks from the centre outwards and finds the far side of the dot and both sides of the ring. It returns the
// brightness of gap and ring and the radius of the ring's middle.
func (f *eyeFinder) follow(e *eye, d [2]float64) (gap, ring, middle float64, ok bool) {
	px, py := int(e.x), int(e.y)
	if px < 0 || py < 0 || px >= f.p.w || py >= f.p.h {
		return 0, 0, 0, false
	}
	level := float64(f.t.at(px, py))
	step := min(max(e.pitch/6, 0.34), 2)
	limit := 1.7 * profileWidth / 2 * e.pitch
	sign := 1.0
	if !e.dark {
		sign = -1
	}
	var edges [3]float64
	var extreme [3]float64
	found := 0
	before, okAt := f.p.at(e.x, e.y)
	if !okAt || sign*(before-level) > 0 {
		return 0, 0, 0, false
	}
	want := 1.0
	for r := step; r < limit; r += step {
		v, inside := f.p.at(e.x+r*d[0], e.y+r*d[1])
		if !inside {
			return 0, 0, 0, false
		}
		if sign*want*(v-level) > 0 {
			edges[found] = r - step*math.Abs(v-level)/max(math.Abs(v-before), 1)
			found++
			want = -want
			if found == len(edges) {
				break
			}
			extreme[found] = v
		}
		if found > 0 && sign*want*(v-extreme[found]) < 0 {
			extreme[found] = v
		}
		before = v
	}
	if found < len(edges) || !plausible(edges) {
		return 0, 0, 0, false
	}
	return extreme[1], extreme[2], (edges[1] + edges[2]) / 2, true
}

// plausible compares the radii 0.5, 1.7 and 2.5 pitches with what was met on one ray, which blur and tilt may change.
func plausible(e [3]float64) bool {
	dot, inner := e[0]/e[2], e[1]/e[2]
	return dot > 0.06 && dot < 0.42 && inner > 0.48 && inner < 0.85
}

// rank sorts the surest eyes first.
func (f *eyeFinder) rank() {
	slices.SortFunc(f.eyes, func(a, b eye) int { return cmp.Compare(b.contrast, a.contrast) })
}
