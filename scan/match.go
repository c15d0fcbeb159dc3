package scan

import (
	"cmp"
	"math"
	"slices"
)

// The matcher finds eyes that a section no longer shows, in blurred and very small pictures: it slides a drawing of
// an eye over the picture in many sizes. It is slow, and used when nothing else found a code.

const (
	// matchPitch is the pitch of the drawing in pixels; the picture is reduced until its eyes are as large.
	matchPitch = 2.2
	// matchReach is the drawing's radius in pixels: an eye and the ground around it.
	matchReach = 7
	// matchSteps is how many sizes are tried for each doubling.
	matchSteps = 3
	// minMatch is the least correlation of an eye, of 1.
	minMatch = 0.5
	// leastVariance is the least variance of brightness that is compared.
	leastVariance = 1.0
	// maxMatchPx is the most pixels of a picture that is searched; larger ones are halved first.
	maxMatchPx = 600_000
	// maxMatches is how many eyes of one size are kept.
	maxMatches = 24
)

// tap is a pixel of the drawing: its place and how light it is, the mean being 0.
type tap struct {
	dx, dy int
	weight float64
}

// taps is the drawing, slightly blurred, with weights of unit length.
var taps = makeTaps()

func makeTaps() (taps []tap) {
	const soft = 0.45 // pitches over which an edge goes from dark to light
	sum := 0.0
	for dy := -matchReach; dy <= matchReach; dy++ {
		for dx := -matchReach; dx <= matchReach; dx++ {
			r := math.Hypot(float64(dx), float64(dy)) / matchPitch
			if r*matchPitch > matchReach {
				continue
			}
			edge := func(at float64) float64 { return 1 / (1 + math.Exp(-4*(r-at)/soft)) }
			light := edge(0.5) - edge(1.7) + edge(2.5)
			taps = append(taps, tap{dx, dy, light})
			sum += light
		}
	}
	norm := 0.0
	for i := range taps {
		taps[i].weight -= sum / float64(len(taps))
		norm += taps[i].weight * taps[i].weight
	}
	for i := range taps {
		taps[i].weight /= math.Sqrt(norm)
	}
	return taps
}

// matcher holds the working memory of a search.
type matcher struct {
	small   plane
	offsets []int
	score   []float64
	eyes    []eye
}

// find looks in p for eyes of all sizes that fit, the smallest first, until stopped, and returns them in p's pixels, the
// surest first.
func (m *matcher) find(p *plane, stop func() bool) []eye {
	m.eyes = m.eyes[:0]
	for i := 0; !stop(); i++ {
		shrink := math.Pow(2, float64(i)/matchSteps)
		if min(float64(p.w), float64(p.h))/shrink < minEdgePx {
			break
		}
		m.small.reduce(p, shrink)
		m.correlate()
		m.collect(shrink)
	}
	slices.SortStableFunc(m.eyes, func(a, b eye) int { return cmp.Compare(b.contrast, a.contrast) })
	return m.eyes
}

// reduce makes src smaller by a factor of at least 1: every pixel is the mean of the area it covers.
func (p *plane) reduce(src *plane, factor float64) {
	p.resize(int(float64(src.w)/factor), int(float64(src.h)/factor))
	for y := range p.h {
		y0, y1 := float64(y)*factor, float64(y+1)*factor
		for x := range p.w {
			p.pix[y*p.w+x] = src.mean(float64(x)*factor, y0, float64(x+1)*factor, y1)
		}
	}
}

// mean is the average brightness of a rectangle within the plane.
func (p *plane) mean(x0, y0, x1, y1 float64) byte {
	sum, area := 0.0, 0.0
	for y := int(y0); y < p.h && float64(y) < y1; y++ {
		high := min(float64(y+1), y1) - max(float64(y), y0)
		for x := int(x0); x < p.w && float64(x) < x1; x++ {
			share := high * (min(float64(x+1), x1) - max(float64(x), x0))
			sum += share * float64(p.pix[y*p.w+x])
			area += share
		}
	}
	return byte(sum/area + 0.5)
}

// correlate compares the drawing with every place of small: +1 is an eye of dark lines, -1 one of light lines.
func (m *matcher) correlate() {
	p := &m.small
	m.offsets = m.offsets[:0]
	for _, t := range taps {
		m.offsets = append(m.offsets, t.dy*p.w+t.dx)
	}
	if cap(m.score) < len(p.pix) {
		m.score = make([]float64, len(p.pix))
	}
	m.score = m.score[:len(p.pix)]
	clear(m.score)
	for y := matchReach; y < p.h-matchReach; y++ {
		for x := matchReach; x < p.w-matchReach; x++ {
			at := y*p.w + x
			sum, squares, product := 0, 0, 0.0
			for i, o := range m.offsets {
				v := int(p.pix[at+o])
				sum += v
				squares += v * v
				product += taps[i].weight * float64(v)
			}
			n := float64(len(taps))
			spread := float64(squares) - float64(sum)*float64(sum)/n
			if spread > n*leastVariance {
				m.score[at] = product / math.Sqrt(spread)
			}
		}
	}
}

// collect keeps the best peaks of the correlation.
func (m *matcher) collect(shrink float64) {
	p := &m.small
	from := len(m.eyes)
	for y := matchReach; y < p.h-matchReach; y++ {
		for x := matchReach; x < p.w-matchReach; x++ {
			at := y*p.w + x
			score := math.Abs(m.score[at])
			if score < minMatch || !m.peak(at) {
				continue
			}
			m.eyes = append(m.eyes, eye{
				x:        shrink * (float64(x) + 0.5 + vertex(m.score[at-1], m.score[at], m.score[at+1])),
				y:        shrink * (float64(y) + 0.5 + vertex(m.score[at-p.w], m.score[at], m.score[at+p.w])),
				pitch:    shrink * matchPitch,
				dark:     m.score[at] > 0,
				contrast: score,
			})
		}
	}
	fresh := m.eyes[from:]
	slices.SortStableFunc(fresh, func(a, b eye) int { return cmp.Compare(b.contrast, a.contrast) })
	m.eyes = m.eyes[:from+min(len(fresh), maxMatches)]
}

// peak reports whether a score is the strongest of its neighbourhood.
func (m *matcher) peak(at int) bool {
	score := m.score[at]
	for dy := -1; dy <= 1; dy++ {
		for dx := -1; dx <= 1; dx++ {
			other := m.score[at+dy*m.small.w+dx]
			if score > 0 && other > score || score < 0 && other < score {
				return false
			}
		}
	}
	return true
}

// vertex is where the parabola through three neighbouring values has its extreme, -1/2 to 1/2 from the middle.
func vertex(before, middle, after float64) float64 {
	bend := before - 2*middle + after
	if bend == 0 {
		return 0
	}
	return max(-0.5, min(0.5, (before-after)/(2*bend)))
}
