package scan

import (
	"math"
	"slices"

	"github.com/suncode/suncode"
)

// soft holds how dark each place of the grid is: about +1/2 for a dot, -1/2 for the ground, 0 for what cannot be
// seen.
type soft [suncode.RaySlots][suncode.Radii]float64

// sampler measures the cells under a pose.
type sampler struct {
	p    *plane
	m    *pose
	sign float64 // +1 when lines are darker than the ground
	// cells and ground hold brightness as measured, NaN outside the picture.
	cells, ground [suncode.RaySlots][suncode.Radii]float64
	// dim is the brightness below which differences are noise.
	dim float64
	// contrast is how dark a dot is against the ground beside it, for each ray.
	contrast [suncode.RaySlots]float64
}

// spread is how far from a cell's middle its brightness is measured too, in pitches.
const spread = 0.22

// unit holds the directions of half rays: entry 2·ray is the ray itself.
var unit = func() (u [2 * suncode.RaySlots][2]float64) {
	for i := range u {
		s, c := math.Sincos((180 + 2.5*float64(i)) * math.Pi / 180)
		u[i] = [2]float64{c, s}
	}
	return u
}()

// dot is the mean brightness about a place of the grid.
func (s *sampler) dot(half int, radius float64) float64 {
	d := unit[(half+2*suncode.RaySlots)%(2*suncode.RaySlots)]
	u, v := radius*d[0], radius*d[1]
	sum, ok := s.p.at(s.m.apply(u, v))
	if !ok {
		return math.NaN()
	}
	sum *= 2
	weight := 2.0
	for _, o := range [4][2]float64{{d[0], d[1]}, {-d[0], -d[1]}, {-d[1], d[0]}, {d[1], -d[0]}} {
		if b, ok := s.p.at(s.m.apply(u+spread*o[0], v+spread*o[1])); ok {
			sum += b
			weight++
		}
	}
	return sum / weight
}

// beside is the brightness of the ground next to a place: half way to the next rays, or on the empty rays further in.
func (s *sampler) beside(ray, k int) float64 {
	aside := 1
	if k < 4 {
		aside = 2
	}
	radius := suncode.FirstRadius + float64(k)
	a, okA := s.p.at(s.aside(2*ray-aside, radius))
	b, okB := s.p.at(s.aside(2*ray+aside, radius))
	switch {
	case okA && okB:
		return (a + b) / 2
	case okA:
		return a
	case okB:
		return b
	}
	return math.NaN()
}

func (s *sampler) aside(half int, radius float64) (x, y float64) {
	d := unit[(half+2*suncode.RaySlots)%(2*suncode.RaySlots)]
	return s.m.apply(radius*d[0], radius*d[1])
}

// measure fills a grid. The contrast comes from the innermost ring, which is dark on every main ray; the threshold
// from the cells themselves. It reports whether the ring could be seen.
func (s *sampler) measure(out *soft) bool {
	for ray := range suncode.RaySlots {
		for k := range suncode.Radii {
			if ray%2 == 0 && k < 4 {
				continue
			}
			s.cells[ray][k] = s.dot(2*ray, suncode.FirstRadius+float64(k))
			s.ground[ray][k] = s.beside(ray, k)
		}
	}
	s.measureDim()
	if !s.measureContrast() {
		return false
	}
	for ray := range suncode.RaySlots {
		for k := range suncode.Radii {
			if ray%2 == 0 && k < 4 {
				continue
			}
			out[ray][k] = s.value(ray, k)
		}
	}
	s.level(out)
	return true
}

const (
	// minRing is the least share of the innermost ring's dots that must be seen: the reward codes of SPEC.md 4.6 lack
	// a third of them.
	minRing = 0.55
	// ringShare is the least contrast of a dot that is seen, as a share of the upper quartile's.
	ringShare = 0.4
)

const (
	// minDim is the least brightness that counts, of 255: below that lies noise.
	minDim = 12
	// dimShare is that of light lines, as a share of the upper quartile's: what lies on a black ground is not to be told by
	// how many times brighter it is.
	dimShare = 0.2
)

// measureDim takes the brightness of light lines from the innermost ring.
func (s *sampler) measureDim() {
	s.dim = minDim
	if s.sign > 0 {
		return
	}
	var ring [suncode.RaySlots / 2]float64
	for i := range ring {
		if v := s.cells[2*i+1][0]; !math.IsNaN(v) {
			ring[i] = v
		}
	}
	slices.Sort(ring[:])
	s.dim = max(minDim, dimShare*ring[len(ring)*3/4])
}

// measureContrast averages the innermost ring's contrast over neighbouring main rays. It reports whether enough of
// the ring's dots are there.
func (s *sampler) measureContrast() bool {
	const reach = 5
	var ring [suncode.RaySlots]float64
	var sorted [suncode.RaySlots / 2]float64
	for ray := 1; ray < suncode.RaySlots; ray += 2 {
		if v := s.darkness(s.ground[ray][0], s.cells[ray][0]); v > 0 {
			ring[ray] = v
		}
		sorted[ray/2] = ring[ray]
	}
	slices.Sort(sorted[:])
	least := ringShare * sorted[len(sorted)*3/4]
	good, mean := 0, 0.0
	for ray, v := range ring {
		if v <= least {
			ring[ray] = 0
		} else {
			mean += v
			good++
		}
	}
	if float64(good) < minRing*float64(len(sorted)) {
		return false
	}
	mean /= float64(good)
	for ray := range suncode.RaySlots {
		sum, count := 0.0, 0.0
		for off := -reach; off <= reach; off++ {
			if v := ring[(ray+off+suncode.RaySlots)%suncode.RaySlots]; v > 0 {
				sum += v
				count++
			}
		}
		if count == 0 {
			sum, count = mean, 1
		}
		s.contrast[ray] = sum / count
	}
	return true
}

// darkness is how much darker a cell is than the ground beside it, as a share of the lighter of the two: a shadow or a
// lamp changes both alike. With light lines on a dark ground it is the other way round.
func (s *sampler) darkness(ground, cell float64) float64 {
	lighter := ground
	if s.sign < 0 {
		lighter = cell
	}
	return s.sign * (ground - cell) / max(lighter, s.dim)
}

// value is a cell's darkness against the ground around it, which is averaged along the ray.
func (s *sampler) value(ray, k int) float64 {
	sum, count := 0.0, 0
	for kk := max(k-1, 0); kk <= min(k+1, suncode.Radii-1); kk++ {
		if (kk < 4) != (k < 4) {
			continue
		}
		if g := s.ground[ray][kk]; !math.IsNaN(g) {
			sum += g
			count++
		}
	}
	if count == 0 || math.IsNaN(s.cells[ray][k]) {
		return math.NaN()
	}
	return s.darkness(sum/float64(count), s.cells[ray][k]) / s.contrast[ray]
}

// level moves the threshold between the two heaps that the data cells' values form, and turns what was not seen to 0.
func (s *sampler) level(out *soft) {
	threshold := 0.5
	for range 4 {
		var sum, count [2]float64
		for ray := 1; ray < suncode.RaySlots; ray += 2 {
			for k := range suncode.Radii {
				kind := suncode.Plan(36)[ray][k].Kind
				v := out[ray][k]
				if math.IsNaN(v) || kind != suncode.Data && kind != suncode.Format {
					continue
				}
				side := 0
				if v > threshold {
					side = 1
				}
				sum[side] += v
				count[side]++
			}
		}
		if count[0] < 10 || count[1] < 10 {
			break
		}
		threshold = (sum[0]/count[0] + sum[1]/count[1]) / 2
	}
	for ray := range out {
		for k := range out[ray] {
			if v := out[ray][k]; math.IsNaN(v) {
				out[ray][k] = 0
			} else {
				out[ray][k] = v - threshold
			}
		}
	}
}

// mainCell is a place on a main ray, and one on the ground between it and the next ray, in code coordinates.
type mainCell struct {
	u, v, besideU, besideV float64
	fixed                  bool
}

// mainCells are the places that every code has, without those k = 12 that only repeat.
var mainCells = makeMainCells()

func makeMainCells() (cells []mainCell) {
	plan := suncode.Plan(36)
	for ray := 1; ray < suncode.RaySlots; ray += 2 {
		for k, cell := range plan[ray] {
			if cell.Kind == suncode.Blank || cell.Kind == suncode.Repeat {
				continue
			}
			radius := suncode.FirstRadius + float64(k)
			at, beside := polar(radius, float64(ray), true), polar(radius, float64(ray)+0.5, false)
			if k < 4 {
				beside = polar(radius, float64(ray)+1, false)
			}
			cells = append(cells, mainCell{at.u, at.v, beside.u, beside.v, cell.Kind == suncode.Fixed})
		}
	}
	return cells
}

// sharpness scores a pose by how clearly the main rays' cells part into dark and light, 0 to about 1/2: the mean
// distance from half way between the ground beside a cell and the darkness of the fixed cells, which must be dark.
func (m *pose) sharpness(p *plane, sign float64) float64 {
	s := sampler{sign: sign, dim: minDim}
	var values [36 * suncode.Radii]float64
	fixed, count := 0.0, 0
	for i, c := range mainCells {
		cell, okCell := p.at(m.apply(c.u, c.v))
		ground, okGround := p.at(m.apply(c.besideU, c.besideV))
		if !okCell || !okGround {
			values[i] = math.NaN()
			continue
		}
		values[i] = s.darkness(ground, cell)
		if c.fixed {
			fixed += values[i]
			count++
		}
	}
	if count == 0 || fixed <= 0 {
		return 0
	}
	half := fixed / float64(count) / 2
	sum := 0.0
	for i, c := range mainCells {
		part := min(max(values[i]/half-1, -1.2), 1.2)
		switch {
		case math.IsNaN(values[i]):
		case c.fixed:
			sum += part
		default:
			sum += math.Abs(part)
		}
	}
	return sum / float64(2*len(mainCells))
}
