package render

import (
	"image"
	"image/color"
	"sync/atomic"
)

// jpegStencil is what all JPEG plates of a width, a ray count and two colours have in common: the tables, and the
// blocks with places of the grid and without logo or badge. Blocks are coded when they are first needed.
type jpegStencil struct {
	*lattice
	full   bool // 4:4:4
	code   *jpegCode
	ink    [256]ycc   // the line at each coverage
	blocks []inkBlock // blocks with places, in the order of the file
	index  []int32    // for every tile of the picture its number in blocks from 1, or 0
	bank   bank
}

// inkBlock is a block whose pixels depend on the symbol.
type inkBlock struct {
	at      image.Point
	windows []window
	shared  bool        // neither logo nor badge reach into it
	first   int         // its entries: one for each state in luma; in 4:4:4 then those of the chroma components
	base    *[3]samples // what lies under the ink; nil for the ground alone
}

const blockEdge = 8

// box is the pixels of a block.
func box(at image.Point) image.Rectangle {
	return image.Rectangle{at, at.Add(image.Pt(blockEdge, blockEdge))}
}

// newJPEGStencil surveys the blocks and makes the tables. Lines and ground without chroma, black and white above all,
// need it in the logo and badge only and take 4:2:0. Else chroma is as sharp as luma: blocks of half the resolution
// would depend on four times as many places.
func newJPEGStencil(widthPx, rays int, line, ground color.NRGBA, size *meter) *jpegStencil {
	s := &jpegStencil{lattice: newLattice(widthPx, rays)}
	s.bank.size = size
	for cover, c := range newShades(line, ground) {
		s.ink[cover] = toYCC(c)
	}
	s.full = !isGrey(line) || !isGrey(ground)
	tiles := s.survey(image.Pt(blockEdge, blockEdge), false)
	s.index = make([]int32, len(tiles))
	for b := range scan(widthPx, s.full) {
		if b.component != 0 || b.at.X >= widthPx || b.at.Y >= widthPx {
			continue
		}
		if windows := tiles[s.tile(b.at)]; stateBits(windows) > 0 {
			s.blocks = append(s.blocks, inkBlock{at: b.at, windows: windows, shared: !s.nearArt(box(b.at))})
			s.index[s.tile(b.at)] = int32(len(s.blocks))
		}
	}
	s.bank.entries = place(s.blocks, s.full, func(b *inkBlock) bool { return b.shared })
	size.add(8*len(s.bank.entries) + 64*len(s.blocks) + 4*len(s.index))
	art := newArtwork(Options{WidthPx: widthPx, Line: line, Ground: ground, Badge: ourBadge})
	for i := range s.blocks {
		if b := &s.blocks[i]; b.shared {
			b.base = art.under(b.at)
		}
	}
	s.code = jpegCodeFor(widthPx, rays, s.full)
	return s
}

// place gives the chosen blocks their entries.
func place(blocks []inkBlock, full bool, chosen func(*inkBlock) bool) []atomic.Uint64 {
	n := 0
	for i := range blocks {
		if b := &blocks[i]; chosen(b) {
			b.first = n
			n += components(full) << stateBits(b.windows)
		}
	}
	return make([]atomic.Uint64, n)
}

// components is how many components have ink.
func components(full bool) int {
	if full {
		return 3
	}
	return 1
}

// inkAt is the block with places at a block of the file, nil where there is none.
func (s *jpegStencil) inkAt(b block) *inkBlock {
	if b.component > 0 && !s.full || b.at.X >= s.widthPx || b.at.Y >= s.widthPx {
		return nil
	}
	if i := s.index[s.tile(b.at)]; i > 0 {
		return &s.blocks[i-1]
	}
	return nil
}

func (s *jpegStencil) tile(at image.Point) int {
	return at.Y/blockEdge*((s.widthPx+blockEdge-1)/blockEdge) + at.X/blockEdge
}

// inked is the block's pixels in a state.
func (s *jpegStencil) inked(p *pen, b *inkBlock, state uint32) (pixels [3]samples) {
	var covers [64]uint8
	p.cover(covers[:], box(b.at), b.windows, state)
	if b.base != nil {
		pixels = *b.base
	}
	for i, cover := range covers {
		if b.base != nil && cover == 0 {
			continue
		}
		for component, v := range s.ink[cover] {
			pixels[component][i] = v
		}
	}
	return pixels
}

// compile codes a block's state in all components that have ink, and returns the entry asked for.
func (s *jpegStencil) compile(to *bank, b *inkBlock, component int, state uint32) entry {
	to.mu.Lock()
	defer to.mu.Unlock()
	at := func(component int) *atomic.Uint64 {
		return &to.entries[b.first+component<<stateBits(b.windows)+int(state)]
	}
	if e := at(component).Load(); e != 0 {
		return entry(e)
	}
	pixels := s.inked(&pen{lattice: s.lattice}, b, state)
	var bits bitString
	for i := range components(s.full) {
		table := min(i, 1)
		f := pixels[i].transform()
		l := s.code.steps[table].levels(&f)
		bits.reset()
		s.code.appendRest(&bits, table, &l)
		at(i).Store(uint64(to.store(&bits, constantBias+int(l[0]))))
	}
	return entry(at(component).Load())
}

// constantBias is added to the level of a block's constant part in its entry.
const constantBias = 1 << (extraBits - 1)
