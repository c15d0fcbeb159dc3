package scan

import "math"

const (
	// stretchBy is how much longer a stretched picture is in one direction: a code tilted by 63 degrees looks round.
	stretchBy = 2.2
	// maxStretchedPx is the most pixels of a picture that is stretched; larger ones are halved first.
	maxStretchedPx = 400_000
)

// stretch makes src longer in one direction, given as an angle from the x axis, and returns what takes the new plane's
// points to src's. What lies outside src is like its edge.
func (p *plane) stretch(src *plane, angle float64) pose {
	sin, cos := math.Sincos(angle)
	// Forth: stretch along (cos, sin). The new plane holds the picture's corners.
	const more = stretchBy - 1
	a, b, e := 1+more*cos*cos, more*cos*sin, 1+more*sin*sin
	w, h := float64(src.w), float64(src.h)
	nw, nh := a*w+math.Abs(b)*h, math.Abs(b)*w+e*h
	p.resize(int(nw), int(nh))
	// Back: shrink along the same direction, about the middles.
	const less = 1/stretchBy - 1
	m := pose{a: 1 + less*cos*cos, b: less * cos * sin, d: less * cos * sin, e: 1 + less*sin*sin}
	m.c = w/2 - (m.a*nw+m.b*nh)/2
	m.f = h/2 - (m.d*nw+m.e*nh)/2
	for y := range p.h {
		row := p.row(y)
		v := float64(y) + 0.5
		for x := range row {
			u := float64(x) + 0.5
			bx := min(max(m.a*u+m.b*v+m.c, 0), w)
			by := min(max(m.d*u+m.e*v+m.f, 0), h)
			value, _ := src.at(bx, by)
			row[x] = byte(value + 0.5)
		}
	}
	return m
}
