package scan

import (
	"cmp"
	"math"
	"slices"
)

// frame is where a code may lie: three eyes, of which one may be supposed only.
type frame struct {
	anchors
	pitch    float64 // of the eyes, in pixels
	contrast float64 // of the eyes
	sign     float64 // +1 when lines are darker than the ground
	cost     float64 // how far from the expected shape, 0 is perfect
}

const (
	// maxEyes is how many of the surest eyes are combined.
	maxEyes = 48
	// maxFrames is how many of the best frames are tried.
	maxFrames = 64
	// maxPairEyes is how many of the surest eyes are combined to frames that lack an eye, maxPairs how many of those
	// are tried.
	maxPairEyes, maxPairs = 16, 8
)

// newFrame is a frame of three eyes: bottom left, top left, top right.
func newFrame(eyes [3]*eye) frame {
	f := frame{sign: 1}
	if !eyes[1].dark {
		f.sign = -1
	}
	for i, e := range eyes {
		f.eyes[i] = Point{e.x, e.y}
		f.pitch += e.pitch / 3
		f.contrast += e.contrast / 3
	}
	return f
}

// triples lists the frames of three eyes that can be a code's, the likeliest first.
func triples(eyes []eye, out []frame) []frame {
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
				if cost, ok := judge(&eyes[i], &eyes[j], &eyes[k]); ok {
					f := newFrame([3]*eye{&eyes[i], &eyes[j], &eyes[k]})
					f.cost = cost
					out = append(out, f)
				}
			}
		}
	}
	return best(out, maxFrames)
}

func best(frames []frame, most int) []frame {
	slices.SortStableFunc(frames, func(a, b frame) int { return cmp.Compare(a.cost, b.cost) })
	return frames[:min(len(frames), most)]
}

// alike reports whether two eyes can be of one code.
func alike(a, b *eye) bool {
	return a.dark == b.dark && a.pitch < 2.5*b.pitch && b.pitch < 2.5*a.pitch
}

// judge compares the triangle of eyes with the one a code has: equal sides at a right angle, in clockwise order, and
// 31.8 pitches long. Perspective changes all of it, within bounds.
func judge(bottom, corner, right *eye) (cost float64, ok bool) {
	rx, ry := right.x-corner.x, right.y-corner.y
	dx, dy := bottom.x-corner.x, bottom.y-corner.y
	across, down := math.Hypot(rx, ry), math.Hypot(dx, dy)
	pitch := (bottom.pitch + corner.pitch + right.pitch) / 3
	sine := (rx*dy - ry*dx) / (across * down)
	ratio := math.Log(across / down)
	length := math.Log((across + down) / 2 / (2 * eyeSide * pitch))
	if !(sine > 0.4) || math.Abs(ratio) > 1 || math.Abs(length) > 0.6 {
		return 0, false
	}
	sizes := math.Abs(math.Log(bottom.pitch/corner.pitch)) + math.Abs(math.Log(right.pitch/corner.pitch))
	return math.Abs(ratio) + math.Abs(length) + (1 - sine) + sizes, true
}

// pairs lists the frames of two eyes and one that is hidden, supposed where a code seen from the front has it, the
// best fitting first.
func pairs(p *plane, eyes []eye, out []frame) []frame {
	eyes = eyes[:min(len(eyes), maxPairEyes)]
	for i := range eyes {
		for j := range eyes {
			if i == j || !alike(&eyes[i], &eyes[j]) {
				continue
			}
			for hidden := range 3 {
				f, ok := supposed(&eyes[i], &eyes[j], hidden)
				if !ok {
					continue
				}
				m := f.pose()
				fit := f.sign * m.fit(p)
				if fit > minFit*f.contrast {
					f.cost = -fit
					out = append(out, f)
				}
			}
		}
	}
	return best(out, maxPairs)
}

// supposed adds the hidden eye to two others, which stand for the remaining ones in their order.
func supposed(a, b *eye, hidden int) (frame, bool) {
	const slack = 1.3
	dx, dy := b.x-a.x, b.y-a.y
	want := 2 * eyeSide
	if hidden == 1 {
		want *= math.Sqrt2
	}
	pitch := math.Hypot(dx, dy) / want
	if seen := (a.pitch + b.pitch) / 2; pitch > slack*seen || seen > slack*pitch {
		return frame{}, false
	}
	third := eye{pitch: pitch, contrast: (a.contrast + b.contrast) / 2, dark: a.dark}
	switch hidden {
	case 0: // a is the top left, b the top right: the bottom left lies a quarter turn clockwise
		third.x, third.y = a.x-dy, a.y+dx
		return newFrame([3]*eye{&third, a, b}), true
	case 1: // a is the bottom left, b the top right
		third.x, third.y = (a.x+b.x+dy)/2, (a.y+b.y-dx)/2
		return newFrame([3]*eye{a, &third, b}), true
	default: // a is the bottom left, b the top left
		third.x, third.y = b.x-dy, b.y+dx
		return newFrame([3]*eye{a, b, &third}), true
	}
}

// middle is about where the code's middle lies.
func (f *frame) middle() (x, y float64) {
	return (f.eyes[0].X + f.eyes[2].X) / 2, (f.eyes[0].Y + f.eyes[2].Y) / 2
}

const (
	// minFit is the least share of an eye's contrast that the landmarks must show for a frame to be read, and minFlatFit
	// that for it to be seen in perspective: chance gives less than 0.1.
	minFit, minFlatFit = 0.3, 0.12
	// minSharpness is the least sharpness of a frame that is worth polishing; chance gives about 0.15.
	minSharpness = 0.2
)

// read finds the frame's pose and reads the symbol: first as the eyes stand, then with perspective, then polished.
func (f *frame) read(p *plane, r *reader) (found, bool) {
	a := f.anchors
	least := minFit * f.contrast
	m := a.pose()
	fit := f.sign * m.fit(p)
	if fit < minFlatFit*f.contrast {
		return found{}, false
	}
	if fit > least {
		if out, ok := r.readUnder(p, &m, f.sign); ok {
			return out, true
		}
	}
	a.tilt(p, f.sign)
	m = a.pose()
	if f.sign*m.fit(p) < least {
		return found{}, false
	}
	if out, ok := r.readUnder(p, &m, f.sign); ok {
		return out, true
	}
	if m.sharpness(p, f.sign) < minSharpness {
		return found{}, false
	}
	a.polish(f.pitch, func(m *pose) float64 { return m.sharpness(p, f.sign) })
	m = a.pose()
	return r.readUnder(p, &m, f.sign)
}

// readUnder samples and reads with a given pose.
func (r *reader) readUnder(p *plane, m *pose, sign float64) (found, bool) {
	s := sampler{p: p, m: m, sign: sign}
	var values soft
	if !s.measure(&values) {
		return found{}, false
	}
	got, ok := r.read(&values)
	if r.trace != nil {
		r.trace.addFrame(r.back.after(*m), &values, got, ok)
	}
	if !ok {
		return found{}, false
	}
	return found{Result{Symbol: got.symbol, Payload: got.payload, Corrected: got.corrected}, *m}, true
}
