package suncode

import "math/bits"

// CellKind says what a place of the grid is for (SPEC.md 4).
type CellKind uint8

// The kinds of places.
const (
	// Blank places are never dark: the ray has no dot there, or an eye or the badge covers it.
	Blank CellKind = iota
	// Fixed places are always dark.
	Fixed
	// Format places hold the two copies of the format word.
	Format
	// Data places hold the stream of codewords.
	Data
	// Repeat places repeat the data place before them, so that the outermost element is two pitches long.
	Repeat
)

// Cell is what stands at a place of the grid. Bit counts the bits of the stream for Data and Repeat, most significant
// first, and the 36 bits of the two format words for Format; it is 0 otherwise.
type Cell struct {
	Kind CellKind
	Bit  int
}

// Grid is a plan of all places: [ray][k].
type Grid [RaySlots][Radii]Cell

// place is a point of the grid.
type place struct{ ray, k int }

// layout is a plan with its inverse.
type layout struct {
	grid     Grid
	data     []place
	beams    []beam
	fixed    [RaySlots]uint16 // the always-dark places of each ray, bit k for place k
	repeated [RaySlots]uint16 // the places that the next one repeats
}

// beam is the part of the stream that a ray has: its bits go to places from the inside out.
type beam struct {
	ray, bit int
	mask     uint16 // as many ones as it has bits
	inner    bool   // the first two bits are k = 1 and 2; all others go from k = 4 on
}

var layout36, layout54, layout72 = newLayout(36), newLayout(54), newLayout(72)

// layoutFor is the layout of a ray count, nil when there is none.
func layoutFor(rays int) *layout {
	switch rays {
	case 36:
		return layout36
	case 54:
		return layout54
	case 72:
		return layout72
	}
	return nil
}

// Plan returns what every place is in a symbol of 36, 54 or 72 rays, and nil for other counts. It is shared: callers
// must not change it.
func Plan(rays int) *Grid {
	if l := layoutFor(rays); l != nil {
		return &l.grid
	}
	return nil
}

// Place is where data bit number bit of a symbol with that many rays lies; bit < 8 times the level's codewords.
func Place(rays, bit int) (ray, k int) {
	p := layoutFor(rays).data[bit]
	return p.ray, p.k
}

// FormatPlace is where bit number bit, 0 to 35, of the two format words lies.
func FormatPlace(bit int) (ray, k int) { return 2*bit + 1, formatRadius }

const (
	// formatRadius is the ring of the format word.
	formatRadius = 3
	// outerRadius is the last data place of a ray; Repeat follows.
	outerRadius = 11
)

// present tells whether a symbol has the ray: odd rays always, every second even one from 54, all from 72.
func present(rays, ray int) bool {
	switch {
	case ray%2 == 1:
		return true
	case ray%4 == 2:
		return rays >= 54
	default:
		return rays >= 72
	}
}

func newLayout(rays int) *layout {
	l := &layout{}
	for ray := range RaySlots {
		if !present(rays, ray) {
			continue
		}
		if ray%2 == 1 {
			l.fix(ray)
		}
		radii := dataRadii(ray)
		if len(radii) > 0 {
			l.beams = append(l.beams, beam{ray, len(l.data), 1<<len(radii) - 1, radii[0] == 1})
		}
		for _, k := range radii {
			cell := Cell{Data, len(l.data)}
			l.grid[ray][k] = cell
			l.data = append(l.data, place{ray, k})
			if k == outerRadius {
				l.grid[ray][k+1] = Cell{Repeat, cell.Bit}
				l.repeated[ray] = 1 << k
			}
		}
	}
	return l
}

// spread puts a stream on its data places and what repeats them: bit k of each ray for place k.
func (l *layout) spread(s *stream) (rays [RaySlots]uint16) {
	for _, b := range l.beams {
		at := b.bit / 8
		three := uint32(s[at])<<16 | uint32(s[min(at+1, MaxCodewords-1)])<<8 | uint32(s[min(at+2, MaxCodewords-1)])
		v := bits.Reverse16(uint16(three<<(b.bit%8)>>8)) & b.mask
		if b.inner {
			v = v&3<<1 | v>>2<<4
		} else {
			v <<= 4
		}
		rays[b.ray] = v | v&l.repeated[b.ray]<<1
	}
	return rays
}

// fix lays a main ray's always-dark and format places (SPEC.md 4.2, 4.3).
func (l *layout) fix(ray int) {
	l.grid[ray][0] = Cell{Kind: Fixed}
	switch ray {
	case 9, 11, 27, 29, 45, 47, 63, 65:
		l.grid[ray][1] = Cell{Kind: Fixed}
		l.grid[ray][2] = Cell{Kind: Fixed}
	}
	l.grid[ray][formatRadius] = Cell{Format, ray / 2}
	for k := range formatRadius {
		if l.grid[ray][k].Kind == Fixed {
			l.fixed[ray] |= 1 << k
		}
	}
}

// dataRadii lists a ray's data places, inner to outer: what the eyes and the badge leave (SPEC.md 4.4).
func dataRadii(ray int) []int {
	switch ray {
	case 8, 9, 10, 26, 27, 28, 62, 63, 64, 42, 48:
		return []int{4, 5}
	case 47:
		return []int{4}
	case 43:
		return []int{1, 2, 4}
	case 44, 45, 46:
		return nil
	case 11, 29, 65:
		return []int{4, 5, 6, 7, 8, 9, 10, 11}
	}
	if ray%2 == 0 {
		return []int{4, 5, 6, 7, 8, 9, 10, 11}
	}
	return []int{1, 2, 4, 5, 6, 7, 8, 9, 10, 11}
}
