package render

import (
	"image"
	"math/bits"

	"github.com/suncode/suncode"
)

// A plate cuts the picture into tiles. How a tile looks follows from the few places of the grid whose ink touches it;
// they are neighbours on one to three rays, so that the state of a tile is a few windows on the symbol's rays, put
// together.

// window is the part of a tile's state that comes from one ray.
type window struct {
	mask  uint16 // as many ones as the window has places
	ray   uint8
	shift uint8 // the first place
	at    uint8 // the bit of the state that it becomes
}

// state gathers a tile's state out of a symbol's rays.
func state(windows []window, rays *[suncode.RaySlots]uint16) (s uint32) {
	for _, w := range windows {
		s |= uint32(rays[w.ray]>>w.shift&w.mask) << w.at
	}
	return s
}

// maxWindows is the most rays that decide how a tile looks.
const maxWindows = 4

// switches are the windows of a tile that depend on the symbol.
func switches(windows []window) (some [maxWindows]window, n uint8) {
	for _, w := range windows {
		if w.mask != 0 {
			some[n] = w
			n++
		}
	}
	return some, n
}

// stateBits is how many bits the state has.
func stateBits(windows []window) int {
	if len(windows) == 0 {
		return 0
	}
	last := windows[len(windows)-1]
	return int(last.at) + bits.OnesCount16(last.mask)
}

// lattice is the grid of a ray count in a picture of a width.
type lattice struct {
	widthPx  int
	pitch    float64
	present  [suncode.RaySlots]uint16 // places that are not blank
	fixed    [suncode.RaySlots]uint16 // places that are always dark
	variable [suncode.RaySlots]uint16 // places that the symbol decides, without those that repeat another
	repeated [suncode.RaySlots]uint16 // places that the next one repeats
}

func newLattice(widthPx, rays int) *lattice {
	l := &lattice{widthPx: widthPx, pitch: float64(widthPx) / suncode.EdgePitches}
	for ray, places := range suncode.Plan(rays) {
		for k, cell := range places {
			bit := uint16(1) << k
			if cell.Kind != suncode.Blank {
				l.present[ray] |= bit
			}
			switch cell.Kind {
			case suncode.Blank:
			case suncode.Fixed:
				l.fixed[ray] |= bit
			case suncode.Format, suncode.Data:
				l.variable[ray] |= bit
			case suncode.Repeat:
				l.repeated[ray] |= bit >> 1
			}
		}
	}
	return l
}

// survey finds for every tile of a size, row by row, which places it depends on: for each ray with ink in it a window,
// with an empty mask where that ink is always there. A tile without ink has none. Tiles may look at the pixels to
// their left as well.
func (l *lattice) survey(size image.Point, left bool) [][]window {
	across, down := (l.widthPx+size.X-1)/size.X, (l.widthPx+size.Y-1)/size.Y
	tiles := make([][]window, across*down)
	var area areas
	var outline []fixed
	for ray := range suncode.RaySlots {
		touch := func(places uint16) {
			area.reset(extent(outline))
			area.close(outline)
			area.visit(func(x, y int) {
				tile := y/size.Y*across + x/size.X
				l.touch(&tiles[tile], ray, places)
				if left && (x+1)%size.X == 0 && x+1 < l.widthPx {
					l.touch(&tiles[tile+1], ray, places)
				}
			})
		}
		l.pieces(ray, func(piece []fixed, places uint16) {
			outline = piece
			touch(places)
		})
	}
	for i := range tiles {
		l.settle(tiles[i])
	}
	return tiles
}

// pieces are the outlines that all ink of a ray is put together from, each with the places it depends on: the two half
// dots of every place, and the bars between neighbours.
func (l *lattice) pieces(ray int, visit func(outline []fixed, places uint16)) {
	const quarter = bearings / 4
	direction := bearing(suncode.RayAngle(ray))
	radius := dotRadius * l.pitch
	_, rim := arcStep(radius)
	for k := range suncode.Radii {
		bit := uint16(1) << k
		if l.present[ray]&bit == 0 {
			continue
		}
		centre := cellAt(ray, k, l.pitch)
		visit(appendArc(nil, centre, radius, direction+quarter, 2*quarter), bit|bit>>1)
		visit(appendArc(nil, centre, radius, direction+3*quarter, 2*quarter), bit|bit<<1)
		if l.present[ray]&(bit<<1) != 0 {
			next := cellAt(ray, k+1, l.pitch)
			visit([]fixed{
				fix(centre.out(direction+quarter, rim)), fix(centre.out(direction+3*quarter, rim)),
				fix(next.out(direction+3*quarter, rim)), fix(next.out(direction+quarter, rim)),
			}, bit|bit<<1)
		}
	}
}

// nearArt reports whether logo or badge may reach into a box.
func (l *lattice) nearArt(box image.Rectangle) bool {
	for _, d := range []shape{disc(middle, suncode.LogoRadius), disc(badgeCentre, suncode.BadgeRadius)} {
		d = d.within(point{}, l.pitch)
		x := min(max(d.from.x, float64(box.Min.X)), float64(box.Max.X)) - d.from.x
		y := min(max(d.from.y, float64(box.Min.Y)), float64(box.Max.Y)) - d.from.y
		if reach := d.radius + 1; float64(x*x)+float64(y*y) < reach*reach {
			return true
		}
	}
	return false
}

// touch notes that a tile depends on places of a ray. Rays come one after the other.
func (l *lattice) touch(tile *[]window, ray int, places uint16) {
	places |= places >> 1 & l.repeated[ray]
	if n := len(*tile); n == 0 || int((*tile)[n-1].ray) != ray {
		*tile = append(*tile, window{ray: uint8(ray)})
	}
	(*tile)[len(*tile)-1].mask |= places & l.variable[ray]
}

// settle turns the places of each window into where they are and where they go.
func (l *lattice) settle(windows []window) {
	at := 0
	for i := range windows {
		w := &windows[i]
		w.at = uint8(at)
		if w.mask == 0 {
			continue
		}
		w.shift = uint8(bits.TrailingZeros16(w.mask))
		n := bits.Len16(w.mask) - int(w.shift)
		w.mask = 1<<n - 1
		at += n
	}
}

// cells are the dark places that a state means on a window's ray.
func (l *lattice) cells(w window, state uint32) uint16 {
	cells := l.fixed[w.ray] | uint16(state>>w.at)&w.mask<<w.shift
	return cells | cells&l.repeated[w.ray]<<1
}

// pen draws the ink of single tiles.
type pen struct {
	*lattice
	area    areas
	outline []fixed
}

// cover puts into covers, row by row, how much ink there is on each pixel of a box in that state.
func (p *pen) cover(covers []uint8, box image.Rectangle, windows []window, state uint32) {
	p.area.reset(box)
	for _, w := range windows {
		for first, last := range runs(p.cells(w, state)) {
			p.outline = appendCapsule(p.outline[:0], int(w.ray), first, last, p.pitch)
			p.area.close(p.outline)
		}
	}
	i := 0
	for y := box.Min.Y; y < box.Max.Y; y++ {
		sum := int64(0)
		for _, area := range p.area.row(y)[:box.Dx()] {
			sum += area
			covers[i] = uint8(coverage(sum))
			i++
		}
	}
}
