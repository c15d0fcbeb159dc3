package scan

import "math"

const (
	// stretchBy is how much longer a stretched picture is in one direction: a code tilted by 72 degrees looks round.
	stretchBy = 3.2
	// stretches is in how many directions a picture is stretched.
	stretches = 6
	// maxStretchedPx is the most pixels of a picture that is stretched; larger ones are halved first.
	maxStretchedPx = 400_000
)

// stretch makes src longer in one direction, given as an angle from the x axis, and turns it so that this is downwards:
// what is narrow there has the fewest pixels, and sections go along the rows. It returns what takes the new plane's points
// to src's. What lies outside src is like its edge.
func (p *plane) stretch(src *plane, angle float64) pose {
	sin, cos := math.Sincos(angle)
	w, h := float64(src.w), float64(src.h)
	nw, nh := math.Abs(sin)*w+math.Abs(cos)*h, stretchBy*(math.Abs(cos)*w+math.Abs(sin)*h)
	p.resize(int(nw), int(nh))
	m := pose{a: sin, b: cos / stretchBy, d: -cos, e: sin / stretchBy}
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
