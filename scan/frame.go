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
	g, h     float64 // the perspective that the sizes of the eyes speak for
}

// combining bounds how eyes are combined to frames.
type combining struct {
	eyes     int // how many of the surest eyes are combined
	partners int // with how many of the others at the right distance each of them
	frames   int // how many of the best frames are kept
}

var (
	// hastily is for the first look, where a picture full of rings must not cost much, nor a sheet full of codes lack one.
	hastily    = combining{eyes: 192, partners: 10, frames: 96}
	thoroughly = combining{eyes: 192, partners: maxPartners, frames: 192}
)

const (
	// maxPartners is the most partners that an eye can have.
	maxPartners = 24
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
	f.g, f.h = perspective(eyes[0].pitch, eyes[1].pitch, eyes[2].pitch)
	return f
}

// perspective follows from the pitches of the eyes: an area shrinks with the cube of the homography's denominator w, so
// that w goes with the power -2/3 of a pitch, and w is 1 in the middle.
func perspective(bottomLeft, topLeft, topRight float64) (g, h float64) {
	down, across := math.Cbrt(topLeft/bottomLeft), math.Cbrt(topLeft/topRight)
	down, across = down*down, across*across // w at those eyes as a share of w at the top left one
	w := 2 / (down + across)
	return w * (across - 1) / (2 * eyeSide), w * (down - 1) / (2 * eyeSide)
}

// start is the pose to start from and how well the spots fit it: seen from the front, or in the perspective of the eyes'
// sizes.
func (f *frame) start(p *plane, spots []spot) (a anchors, fit float64) {
	a = f.anchors
	m := a.pose()
	fit = f.sign * m.fit(p, spots)
	a.g, a.h = f.g, f.h
	m = a.pose()
	if leaning := f.sign * m.fit(p, spots); leaning > fit {
		return a, leaning
	}
	return f.anchors, fit
}

// triples lists the frames of three eyes that can be a code's, the likeliest first.
func (c *combining) triples(eyes []eye, out []frame) []frame {
	eyes = eyes[:min(len(eyes), c.eyes)]
	worst := math.Inf(1) // of the frames that are kept
	var room [maxPartners]partner
	for j := range eyes {
		partners := c.partnersOf(j, eyes, &room)
		for i := range partners {
			bottom := &eyes[partners[i].eye]
			for k := range partners {
				right := &eyes[partners[k].eye]
				if i == k || !alike(bottom, right) {
					continue
				}
				cost, ok := judge(bottom, &eyes[j], right)
				if !ok || cost >= worst {
					continue
				}
				f := newFrame([3]*eye{bottom, &eyes[j], right})
				f.cost = cost
				if out = append(out, f); len(out) >= 2*c.frames {
					out = best(out, c.frames)
					worst = out[c.frames-1].cost
				}
			}
		}
	}
	return best(out, c.frames)
}

// partner is an eye that can be at the other end of a side, and how far its distance is from a side's.
type partner struct {
	eye int
	off float64
}

// partnersOf lists the likeliest partners of a corner, in no order.
func (c *combining) partnersOf(corner int, eyes []eye, room *[maxPartners]partner) []partner {
	n, worst := 0, 0
	for i := range eyes {
		if i == corner {
			continue
		}
		off, ok := sides(&eyes[i], &eyes[corner])
		switch {
		case !ok:
			continue
		case n < c.partners:
			room[n] = partner{i, off}
			n++
		case off < room[worst].off:
			room[worst] = partner{i, off}
		default:
			continue
		}
		if n == c.partners {
			worst = 0
			for k := range room[:n] {
				if room[k].off > room[worst].off {
					worst = k
				}
			}
		}
	}
	return room[:n]
}

// best keeps the frames of the least cost, the cheapest first.
func best(frames []frame, most int) []frame {
	slices.SortStableFunc(frames, func(a, b frame) int { return cmp.Compare(a.cost, b.cost) })
	return frames[:min(len(frames), most)]
}

// alike reports whether two eyes can be of one code.
func alike(a, b *eye) bool {
	return a.dark == b.dark && a.pitch < 2.5*b.pitch && b.pitch < 2.5*a.pitch
}

// The shape of a triangle that can be a code's: what perspective may do to it, in natural logarithms, and the least sine
// of its corner.
const (
	maxRatio, maxLength = 1.0, 0.6
	minSine             = 0.4
)

// sides reports whether two eyes can be at the ends of a side of a code's square, whatever the third is: what it asks
// follows from what judge does. It also gives a measure of how far they are from being seen from the front.
func sides(end, corner *eye) (off float64, ok bool) {
	if !alike(end, corner) {
		return 0, false
	}
	least, most := sideBounds[0]*(end.pitch+1.4*corner.pitch), sideBounds[1]*(end.pitch+3.5*corner.pitch)
	dx, dy := end.x-corner.x, end.y-corner.y
	square := dx*dx + dy*dy
	if square < least*least || square > most*most {
		return 0, false
	}
	want := eyeSide * (end.pitch + corner.pitch)
	return max(square/(want*want), want*want/square) * max(end.pitch/corner.pitch, corner.pitch/end.pitch), true
}

// sideBounds are the least and the greatest length of a side for a sum of three pitches of 1, where the other side may be
// longer or shorter by the greatest ratio.
var sideBounds = [2]float64{
	2 * eyeSide / 3 * math.Exp(-maxLength) * 2 / (1 + math.Exp(maxRatio)),
	2 * eyeSide / 3 * math.Exp(maxLength) * 2 / (1 + math.Exp(-maxRatio)),
}

// judge compares the triangle of eyes with the one a code has: equal sides at a right angle, in clockwise order, and
// 31.8 pitches long. Perspective changes all of it, within bounds.
func judge(bottom, corner, right *eye) (cost float64, ok bool) {
	rx, ry := right.x-corner.x, right.y-corner.y
	dx, dy := bottom.x-corner.x, bottom.y-corner.y
	cross := rx*dy - ry*dx
	if cross <= 0 {
		return 0, false
	}
	across, down := math.Sqrt(rx*rx+ry*ry), math.Sqrt(dx*dx+dy*dy)
	sine := cross / (across * down)
	if !(sine > minSine) {
		return 0, false
	}
	pitch := (bottom.pitch + corner.pitch + right.pitch) / 3
	ratio := math.Log(across / down)
	length := math.Log((across + down) / 2 / (2 * eyeSide * pitch))
	if math.Abs(ratio) > maxRatio || math.Abs(length) > maxLength {
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
				fit := f.sign * m.fit(p, landmarks)
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
		return flat(&third, a, b), true
	case 1: // a is the bottom left, b the top right
		third.x, third.y = (a.x+b.x+dy)/2, (a.y+b.y-dx)/2
		return flat(a, &third, b), true
	default: // a is the bottom left, b the top left
		third.x, third.y = b.x-dy, b.y+dx
		return flat(a, b, &third), true
	}
}

// flat is a frame of eyes whose sizes say nothing of perspective.
func flat(bottomLeft, topLeft, topRight *eye) frame {
	f := newFrame([3]*eye{bottomLeft, topLeft, topRight})
	f.g, f.h = 0, 0
	return f
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
	least := minFit * f.contrast
	a, fit := f.start(p, landmarks)
	m := a.pose()
	if fit < minFlatFit*f.contrast {
		return found{}, false
	}
	if fit > least {
		if out, ok := r.readUnder(p, &m, f.sign); ok {
			return out, true
		}
	}
	if a.tilt(p, landmarks, landmarks, f.sign, math.Inf(-1)) < least {
		return found{}, false
	}
	m = a.pose()
	if out, ok := r.readUnder(p, &m, f.sign); ok {
		return out, true
	}
	if m.sharpness(p, f.sign) < minSharpness {
		return found{}, false
	}
	a.polish(p, f.pitch, f.sign)
	m = a.pose()
	return r.readUnder(p, &m, f.sign)
}

const (
	// minRingFit is the least share of an eye's contrast that the rings must show for a frame to be read at the first
	// look, and hopeless what is not worth a search for the perspective; chance gives less than 0.1.
	minRingFit, hopeless = 0.4, 0.15
)

// readHasty is read for the first look: it goes by the rings alone, leaves a frame sooner, and polishes it only when it is
// worth it.
func (f *frame) readHasty(p *plane, r *reader, worth bool) (found, bool) {
	least := minRingFit * f.contrast
	a, fit := f.start(p, ringMarks)
	m := a.pose()
	if fit > least {
		if out, ok := r.readUnder(p, &m, f.sign); ok {
			return out, true
		}
	}
	if a.tilt(p, someMarks, ringMarks, f.sign, hopeless*f.contrast) < least {
		return found{}, false
	}
	m = a.pose()
	if out, ok := r.readUnder(p, &m, f.sign); ok {
		return out, true
	}
	if !worth || m.sharpness(p, f.sign) < minSharpness {
		return found{}, false
	}
	a.polish(p, f.pitch, f.sign)
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
