package scan

import (
	"cmp"
	"math"
	"slices"

	"github.com/suncode/suncode"
)

// frame is three eyes that may belong to one code: bottom left, top left, top right.
type frame struct {
	eyes [3]eye
	cost float64 // how far from the expected shape, 0 is perfect
}

const (
	// maxEyes is how many of the surest eyes are combined.
	maxEyes = 48
	// maxFrames is how many of the best frames are tried.
	maxFrames = 64
)

// frames lists the triples of eyes that can be a code's, the likeliest first.
func frames(eyes []eye, out []frame) []frame {
	eyes = eyes[:min(len(eyes), maxEyes)]
	for i := range eyes {
		for j := range eyes {
			if j == i || !alike(&eyes[i], &eyes[j]) {
				continue
			}
			for k := range eyes {
				if k == i || k == j || !alike(&eyes[i], &eyes[k]) {
					continue
				}
				f := frame{eyes: [3]eye{eyes[i], eyes[j], eyes[k]}}
				if f.judge() {
					out = append(out, f)
				}
			}
		}
	}
	slices.SortStableFunc(out, func(a, b frame) int { return cmp.Compare(a.cost, b.cost) })
	return out[:min(len(out), maxFrames)]
}

// alike reports whether two eyes can be of one code.
func alike(a, b *eye) bool {
	return a.dark == b.dark && a.pitch < 2.5*b.pitch && b.pitch < 2.5*a.pitch
}

// judge compares the triangle of eyes with the one a code has: equal sides at a right angle, in clockwise order, and
// 31.8 pitches long. Perspective changes all of it, within bounds.
func (f *frame) judge() bool {
	bottom, corner, right := &f.eyes[0], &f.eyes[1], &f.eyes[2]
	rx, ry := right.x-corner.x, right.y-corner.y
	dx, dy := bottom.x-corner.x, bottom.y-corner.y
	across, down := math.Hypot(rx, ry), math.Hypot(dx, dy)
	pitch := (bottom.pitch + corner.pitch + right.pitch) / 3
	sine := (rx*dy - ry*dx) / (across * down)
	ratio := math.Log(across / down)
	length := math.Log((across + down) / 2 / (2 * eyeSide * pitch))
	if !(sine > 0.4) || math.Abs(ratio) > 1 || math.Abs(length) > 0.6 {
		return false
	}
	sizes := math.Abs(math.Log(bottom.pitch/corner.pitch)) + math.Abs(math.Log(right.pitch/corner.pitch))
	f.cost = math.Abs(ratio) + math.Abs(length) + (1 - sine) + sizes
	return true
}

// middle is about where the code's middle lies.
func (f *frame) middle() (x, y float64) {
	return (f.eyes[0].x + f.eyes[2].x) / 2, (f.eyes[0].y + f.eyes[2].y) / 2
}

func (f *frame) anchors() anchors {
	var a anchors
	for i, e := range f.eyes {
		a.eyes[i] = Point{e.x, e.y}
	}
	return a
}

// minFit is the least share of an eye's contrast that the landmarks must show.
const minFit = 0.3

// read finds the frame's pose and reads the symbol: first as the eyes stand, then with perspective, then polished.
func (f *frame) read(p *plane) (found, bool) {
	a := f.anchors()
	sign := 1.0
	if !f.eyes[0].dark {
		sign = -1
	}
	contrast := (f.eyes[0].contrast + f.eyes[1].contrast + f.eyes[2].contrast) / 3
	m := a.pose()
	if sign*m.fit(p) > minFit*contrast {
		if r, ok := readUnder(p, &m, sign); ok {
			return r, true
		}
	}
	a.tilt(p, sign)
	m = a.pose()
	if sign*m.fit(p) < minFit*contrast {
		return found{}, false
	}
	if r, ok := readUnder(p, &m, sign); ok {
		return r, true
	}
	s := sampler{p: p, sign: sign}
	var scratch soft
	pitch := (f.eyes[0].pitch + f.eyes[1].pitch + f.eyes[2].pitch) / 3
	a.polish(pitch, func(m *pose) float64 { return s.sharpness(m, &scratch) })
	m = a.pose()
	return readUnder(p, &m, sign)
}

// readUnder samples and reads with a given pose.
func readUnder(p *plane, m *pose, sign float64) (found, bool) {
	s := sampler{p: p, m: m, sign: sign}
	var values soft
	if !s.measure(&values) {
		return found{}, false
	}
	r, ok := values.read()
	if !ok {
		return found{}, false
	}
	out := found{Result: Result{Symbol: r.symbol, Payload: r.payload, Corrected: r.corrected}}
	const half = suncode.EdgePitches / 2.0
	for i, c := range [4][2]float64{{-half, -half}, {half, -half}, {half, half}, {-half, half}} {
		out.Corners[i].X, out.Corners[i].Y = m.apply(c[0], c[1])
	}
	out.x, out.y = m.apply(0, 0)
	ex, ey := m.apply(suncode.CodeRadius, 0)
	out.radius = math.Hypot(ex-out.x, ey-out.y)
	return out, true
}
