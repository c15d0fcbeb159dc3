package scan

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
)

// eye is a place that looks like an eye of a code: a dot, a gap and a ring around one centre.
type eye struct {
	x, y     float64 // centre in pixels of the whole picture
	pitch    float64 // pixels
	dark     bool    // the ring is darker than the gap
	contrast float64 // brightness of the gap less that of the ring, absolute
}

const profileWidth = 5.0 // of the section through an eye's middle, in pitches

// eyeFinder looks for eyes in one plane.
type eyeFinder struct {
	p       *plane
	t       *thresholds
	stop    func() bool // asked every stopRows; nil: never
	hasty   bool        // eyes that hardly look like one are passed over
	halved  bool        // and large ones, which half the size shows as well
	edges   []int32     // where the row crosses the threshold, in 256ths of a pixel
	eyes    []eye
	largest float64 // pitch among the eyes
}

// stopRows is how many rows are looked at between two questions whether to stop.
const stopRows = 64

// find scans every step-th row for the profile and checks each hit in all directions.
func (f *eyeFinder) find(step int) {
	f.eyes, f.largest = f.eyes[:0], 0
	least, most, slack := int32(leastPitch), int32(math.MaxInt32/5), int32(looseSlack)
	if f.hasty {
		least, slack = hastyPitch, hastySlack
		if f.halved {
			most = halvedPitch
		}
	}
	for y := step / 2; y < f.p.h; y += step {
		if y%stopRows == step/2 && f.stop != nil && f.stop() {
			return
		}
		firstDark := f.crossings(y)
		for i := 0; i+5 < len(f.edges); i++ {
			e := (*[6]int32)(f.edges[i:])
			if !matchProfile(e, least, most, slack) {
				continue
			}
			pitch, centre := float64(e[5]-e[0])/(256*profileWidth), float64(e[2]+e[3])/512
			f.check(centre, float64(y)+0.5, pitch, (i%2 == 0) == firstDark)
		}
	}
}

// crossings lists where a row passes its threshold, to a fraction of a pixel, and tells whether the run after the
// first crossing is dark. The pixels of a block are compared with its threshold all at once.
func (f *eyeFinder) crossings(y int) (firstDark bool) {
	row := f.p.row(y)
	if cap(f.edges) < len(row) {
		f.edges = make([]int32, len(row))
	}
	edges := f.edges[:len(row)]
	n := 0
	levels := f.t.level[y/blockPx*f.t.w:][:f.t.w]
	firstDark = row[0] >= levels[0]
	last := uint(0)
	if !firstDark {
		last = 1
	}
	for bx, level := range levels {
		x := bx * blockPx
		var darker uint
		switch {
		case level == 0:
		case x+blockPx <= len(row):
			darker = below(row[x:x+blockPx], level)
		default:
			darker = belowEach(row[x:], level)
		}
		changes := darker ^ (darker<<1 | last)
		last = darker >> (blockPx - 1) & 1
		for changes &= 1<<min(blockPx, len(row)-x) - 1; changes != 0; changes &= changes - 1 {
			at := x + bits.TrailingZeros(changes)
			from := level
			if at == x {
				from = levels[bx-1]
			}
			before, now := int(row[at-1])-int(from), int(row[at])-int(level)
			edges[n] = int32(at<<8 - 128 + before*share[before-now+len(share)/2]>>8)
			n++
		}
	}
	f.edges = edges[:n]
	return firstDark
}

// share has 65536ths of 1/n at place 510+n, for differences of brightness.
var share = func() (s [2*510 + 1]int) {
	for i := range s {
		if n := i - len(s)/2; n != 0 {
			s[i] = 65536 / n
		}
	}
	return s
}()

// below has bit i set when pixel i of the eight is darker than level.
func below(eight []byte, level byte) uint {
	return uint(less(word(eight), uint64(level)*lowBits) >> 7 * 0x0102040810204080 >> 56)
}

// belowEach is below for the last pixels of a row.
func belowEach(rest []byte, level byte) (darker uint) {
	for i, v := range rest {
		if v < level {
			darker |= 1 << i
		}
	}
	return darker
}

// halvedPitch is the greatest pitch of an eye at the first look where half the size is looked at too, in 256ths of a pixel.
const halvedPitch = 256 * 6

// The least pitch of an eye, and how far an edge of its section may be off besides 3/10 of a pitch, in 256ths of a
// pixel: at the first look, and later.
const (
	hastyPitch, hastySlack = 256 * 3 / 2, 256 / 2
	leastPitch, looseSlack = 256 * 4 / 5, 256 * 3 / 5
)

// matchProfile compares five runs, given by their six edges in 256ths of a pixel, with an eye's section: ring, gap, dot,
// gap and ring of 0.8, 1.2, 1, 1.2 and 0.8 pitches (SPEC.md 3.3). It decides at the end, once: what most rows show is
// chance, and a branch for each run would be a guess.
func matchProfile(e *[6]int32, least, most, slack int32) bool {
	width := e[5] - e[0] // 5 pitches
	slack = 25*slack + width*3/2
	ring1 := 25*(e[1]-e[0]) - 4*width // how far off a run is, in 25ths
	gap1 := 25*(e[2]-e[1]) - 6*width
	dot := 25*(e[3]-e[2]) - 5*width
	gap2 := 25*(e[4]-e[3]) - 6*width
	ring2 := 25*(e[5]-e[4]) - 4*width
	bad := (slack - ring1) | (slack + ring1) | (slack - gap1) | (slack + gap1) | (slack - dot) | (slack + dot) |
		(slack - gap2) | (slack + gap2) | (slack - ring2) | (slack + ring2) | (width - 5*least) | (5*most - width)
	return bad >= 0
}

// check follows rays out of a supposed centre. A true eye shows dot, gap and ring in nearly all directions; their
// distances give centre and size to a fraction of a pixel.
func (f *eyeFinder) check(x, y, pitch float64, dark bool) {
	e := eye{x: x, y: y, pitch: pitch, dark: dark}
	if f.known(&e) || f.hasty && f.doubtful(&e) {
		return
	}
	for range 2 {
		if !f.centre(&e) {
			return
		}
	}
	if !f.known(&e) {
		f.eyes = append(f.eyes, e)
		f.largest = max(f.largest, e.pitch)
	}
}

// doubtful reports at a glance whether an eye lacks its gap in more than one of six directions, as most do that chance
// makes of stripes. The glance meets the gap while the eye is half to nearly twice as high as it is wide.
func (f *eyeFinder) doubtful(e *eye) bool {
	const gap = 256 * 9 / 10 // of a pitch
	x, y, far := int(256*e.x), int(256*e.y), int(gap*e.pitch)
	if reach := far>>8 + 1; x>>8 < reach || y>>8 < reach || x>>8 >= f.p.w-reach || y>>8 >= f.p.h-reach {
		return true
	}
	level := f.t.at(x>>8, y>>8)
	missing := 0
	for _, i := range [...]int{4, 12, 2, 10, 6, 14} {
		way := fineCompass[i]
		if (f.p.pix[(y+far*way[1]>>14)>>8*f.p.w+(x+far*way[0]>>14)>>8] < level) == e.dark {
			if missing++; missing > 1 {
				return true
			}
		}
	}
	return false
}

// refine looks between the pixels at the eyes of a frame that was found in haste.
func (f *eyeFinder) refine(m *frame) {
	f.hasty = false
	var eyes [3]eye
	for i, at := range m.eyes {
		eyes[i] = eye{x: at.X, y: at.Y, pitch: m.pitch, dark: m.sign > 0}
		if !f.centre(&eyes[i]) {
			return
		}
	}
	*m = newFrame([3]*eye{&eyes[0], &eyes[1], &eyes[2]})
}

// known reports whether an eye was found before, in another row: one of the last, since rows go downwards.
func (f *eyeFinder) known(e *eye) bool {
	for i := len(f.eyes) - 1; i >= 0; i-- {
		if f.eyes[i].same(e) {
			return true
		}
		if f.eyes[i].y < e.y-4*f.largest {
			break
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

// maxBlind is in how many directions an eye may not look like one, maxHastyBlind that at the first look.
const maxBlind, maxHastyBlind = 4, 3

// An eye's ring ends 2.5 pitches from its centre, or so many when it is seen from the side: at most, and at the first
// look at least.
const followReach, dashLeast = 4.25, 1.2

// dotMost is how far the dot may reach then: plausible's share of it.
const dotMost = maxDot * followReach / 100

// acrossFirst lists the directions, those first that a section along the row has not shown.
var acrossFirst = [directions]int{4, 12, 3, 11, 5, 13, 2, 10, 6, 14, 1, 9, 7, 15, 0, 8}

// compass are the directions in which an eye is looked at.
var compass = func() (c [directions][2]float64) {
	for i := range c {
		s, co := math.Sincos(2 * math.Pi * float64(i) / directions)
		c[i] = [2]float64{co, s}
	}
	return c
}()

// fineCompass is the compass in 16384ths.
var fineCompass = func() (c [directions][2]int) {
	for i, d := range compass {
		c[i] = [2]int{int(math.Round(16384 * d[0])), int(math.Round(16384 * d[1]))}
	}
	return c
}()

// centre moves an eye to the middle of its ring and measures it; false when it is none.
func (f *eyeFinder) centre(e *eye) bool {
	x, y, most := int(e.x), int(e.y), maxBlind
	if f.hasty {
		if reach := int(followReach*e.pitch) + 1; x < reach || y < reach || x >= f.p.w-reach || y >= f.p.h-reach {
			return false
		}
		most = maxHastyBlind
	} else if x < 0 || y < 0 || x >= f.p.w || y >= f.p.h {
		return false
	}
	level := f.t.at(x, y)
	var outs [directions]float64
	seen, blind := 0, 0
	light, heavy := 0.0, 0.0
	var from dashing
	if f.hasty {
		from = newDashing(e, level)
	}
	for _, i := range acrossFirst {
		var r ray
		if f.hasty {
			r = f.dash(&from, i)
		} else {
			r = f.follow(e, i, float64(level))
		}
		if r.middle == 0 {
			if blind++; blind > most {
				return false
			}
			continue
		}
		outs[i] = r.middle
		light += r.gap
		heavy += r.ring
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

// ray is what is met in one direction from an eye's centre: the brightness of gap and ring, and the radius of the ring's
// middle in pixels, which is 0 when there is no eye.
type ray struct{ gap, ring, middle float64 }

// follow walks from the centre outwards and finds the far side of the dot and both sides of the ring.
func (f *eyeFinder) follow(e *eye, direction int, level float64) ray {
	d := compass[direction]
	step := min(max(e.pitch/6, 0.34), 2)
	limit := followReach * e.pitch
	sign := 1.0
	if !e.dark {
		sign = -1
	}
	var edges, extreme [3]float64
	found := 0
	before, okAt := f.p.at(e.x, e.y)
	if !okAt || sign*(before-level) > 0 {
		return ray{}
	}
	want := 1.0
	for r := step; r < limit; r += step {
		v, inside := f.p.at(e.x+r*d[0], e.y+r*d[1])
		if !inside {
			return ray{}
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
		return ray{}
	}
	return ray{extreme[1], extreme[2], (edges[1] + edges[2]) / 2}
}

// dashing is what all dashes from an eye have in common. Lengths are in 256ths of a stride, which is a pixel or more.
type dashing struct {
	x, y      int  // the centre, in 256ths of a pixel
	stride    int  // in 256ths of a pixel
	most, dot int  // how many strides there are at most, and until the dot has to end
	least     int  // where the ring may end at least
	level     byte // between dark and light
	dark      bool // the ring
}

func newDashing(e *eye, level byte) dashing {
	stride := max(1, e.pitch/4)
	return dashing{
		x: int(256 * e.x), y: int(256 * e.y), stride: int(256 * stride), most: int(followReach * e.pitch / stride),
		dot: int(dotMost * e.pitch / stride), least: int(256 * dashLeast * e.pitch / stride), level: level, dark: e.dark,
	}
}

// dash is follow in strides, without a look between pixels, and not for the edge of the picture.
func (f *eyeFinder) dash(from *dashing, direction int) ray {
	x, y, level, dark := from.x, from.y, from.level, from.dark
	before := f.p.pix[y>>8*f.p.w+x>>8]
	if (before < level) != dark {
		return ray{}
	}
	way := fineCompass[direction]
	dx, dy := from.stride*way[0]>>14, from.stride*way[1]>>14
	var edges [3]int
	found := 0
	for n, limit := 1, from.dot; n <= limit; n++ {
		x += dx
		y += dy
		v := f.p.pix[y>>8*f.p.w+x>>8]
		if (v < level) != dark {
			edges[found] = n<<8 - (int(v)-int(level))*share[int(v)-int(before)+len(share)/2]>>8
			dark = !dark
			limit = from.most
			if found++; found == len(edges) {
				break
			}
		}
		before = v
	}
	dot, inner, out := 100*edges[0], 100*edges[1], edges[2]
	bad := (out - from.least) | (dot - minDot*out) | (maxDot*out - dot) | (inner - minInner*out) | (maxInner*out - inner)
	if found < len(edges) || bad < 0 {
		return ray{}
	}
	return ray{
		gap:    from.pixel(f.p, way, (edges[0]+edges[1])/2),
		ring:   from.pixel(f.p, way, (edges[1]+edges[2])/2),
		middle: float64(from.stride*(edges[1]+edges[2])) / (2 * 256 * 256),
	}
}

// pixel is the brightness so far out.
func (d *dashing) pixel(p *plane, way [2]int, out int) float64 {
	x, y := d.x+d.stride*out>>8*way[0]>>14, d.y+d.stride*out>>8*way[1]>>14
	return float64(p.pix[y>>8*p.w+x>>8])
}

// What the radii of the dot and of the ring's inner side may be, in hundredths of the outer one.
const (
	minDot, maxDot     = 6, 42
	minInner, maxInner = 48, 85
)

// plausible compares the radii 0.5, 1.7 and 2.5 pitches with what was met on one ray, which blur and tilt may change.
func plausible(e [3]float64) bool {
	dot, inner := 100*e[0]/e[2], 100*e[1]/e[2]
	return dot > minDot && dot < maxDot && inner > minInner && inner < maxInner
}

// rank sorts the surest eyes first.
func (f *eyeFinder) rank() {
	slices.SortFunc(f.eyes, func(a, b eye) int { return cmp.Compare(b.contrast, a.contrast) })
}
