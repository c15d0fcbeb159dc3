package render

import (
	"image"
	"image/color"
	"iter"
	"runtime"
	"slices"
	"sync"

	"github.com/suncode/suncode"
)

// artwork is what a picture shows whatever its symbol is: the ground, the eyes, logo and badge, and after addFixed the
// places that are always dark.
type artwork struct {
	*canvas
	line   paint
	planes [3][]uint8 // the components, full resolution, made by separate
	stride int
	bits   bitString // room for its code
	data   []byte
	row    [stretchPx + 1]color.NRGBA
}

// artworks keeps the memory of drawings that were coded.
var artworks = sync.Pool{New: func() any { return &artwork{canvas: &canvas{}} }}

func newArtwork(o Options) *artwork {
	a := &artwork{canvas: newCanvas(o.WidthPx, float64(o.WidthPx)/suncode.EdgePitches), line: paint{colour: o.Line}}
	if !o.Transparent {
		a.flood(o.Ground)
	}
	a.emblems(o)
	return a
}

// under is the pixels of the block at a place, before addFixed; nil when they are all alike.
func (a *artwork) under(at image.Point) *[3]samples {
	var pixels [3]samples
	same := true
	first := a.img.NRGBAAt(at.X, at.Y)
	for i := range 64 {
		c := a.img.NRGBAAt(min(at.X+i%8, a.img.Rect.Max.X-1), min(at.Y+i/8, a.img.Rect.Max.Y-1))
		same = same && c == first
		for component, v := range toYCC(c) {
			pixels[component][i] = v
		}
	}
	if same {
		return nil
	}
	return &pixels
}

// addFixed draws the places that are always dark.
func (a *artwork) addFixed(l *lattice) {
	for ray, places := range l.fixed {
		for first, last := range runs(places) {
			a.capsule(ray, first, last, a.line.colour)
		}
	}
}

// separate makes the planes: whole blocks, the last row and column repeated.
func (a *artwork) separate() {
	edge := a.img.Rect.Dx()
	a.stride = (edge + 2*blockEdge - 1) / (2 * blockEdge) * (2 * blockEdge)
	for i := range a.planes {
		a.planes[i] = slices.Grow(a.planes[i][:0], a.stride*a.stride)[:a.stride*a.stride]
	}
	for y := range a.stride {
		if y%16 == 0 {
			runtime.Gosched() // see sketch
		}
		row := a.img.Pix[min(y, edge-1)*a.img.Stride:]
		at := y * a.stride
		var seen [3]uint8
		colour := toYCC(black)
		for x := range a.stride {
			p := row[4*min(x, edge-1):]
			if now := [3]uint8{p[0], p[1], p[2]}; now != seen {
				seen, colour = now, toYCC(rgb(uint32(p[0])<<16|uint32(p[1])<<8|uint32(p[2])))
			}
			a.planes[0][at+x], a.planes[1][at+x], a.planes[2][at+x] = colour[0], colour[1], colour[2]
		}
	}
}

// block is a block of a JPEG file: a component, and where its pixels begin and how many of the picture's each of them
// stands for, sideways and down.
type block struct {
	component int
	at        image.Point
	scale     int
}

// scan lists the blocks of a square picture in the order of the file.
func scan(widthPx int, full bool) iter.Seq[block] {
	chroma := 2
	if full {
		chroma = 1
	}
	return func(yield func(block) bool) {
		unit := chroma * blockEdge
		for y := 0; y < widthPx; y += unit {
			for x := 0; x < widthPx; x += unit {
				for i := range chroma * chroma {
					if !yield(block{0, image.Pt(x+i%chroma*blockEdge, y+i/chroma*blockEdge), 1}) {
						return
					}
				}
				for component := 1; component <= 2; component++ {
					if !yield(block{component, image.Pt(x, y), chroma}) {
						return
					}
				}
			}
		}
	}
}

// samples are the pixels of a block, after separate.
func (a *artwork) samples(b block) (s samples) {
	plane := a.planes[b.component][b.at.Y*a.stride+b.at.X:]
	if b.scale == 1 {
		for y := range blockEdge {
			copy(s[blockEdge*y:], plane[y*a.stride:][:blockEdge])
		}
		return s
	}
	for i := range s {
		p := plane[2*(i/blockEdge)*a.stride+2*(i%blockEdge):]
		s[i] = uint8((int(p[0]) + int(p[1]) + int(p[a.stride]) + int(p[a.stride+1]) + 2) / 4)
	}
	return s
}
