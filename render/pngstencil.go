package render

import (
	"encoding/binary"
	"hash/adler32"
	"image"
	"image/color"
	"runtime"
	"slices"
	"sync/atomic"
)

// pngStencil is what all PNG plates of a width, a ray count and two colours have in common: the code, and the stretches
// of a row with places of the grid and without logo or badge.
type pngStencil struct {
	*lattice
	code      *deflateCode
	depth     int // bytes a pixel
	ink       *shades
	stretches []inkStretch // row by row
	index     []int32      // for every stretch of the picture its number in stretches from 1, or 0
	bank      bank
}

// inkStretch is pixels of a row that depend on the symbol, and the one to their left.
type inkStretch struct {
	at      image.Point
	n       int // pixels
	windows []window
	shared  bool
	first   int           // its entries, one for each state
	base    []color.NRGBA // what lies under the ink, from the left neighbour on; nil for the ground alone
}

// stretchPx is how long a stretch is: long enough that there are few, short enough that each has few states.
const stretchPx = 16

func newPNGStencil(widthPx, rays int, line, ground color.NRGBA, size *meter) *pngStencil {
	s := newPNGLayout(widthPx, rays, line, ground)
	s.bank.size = size
	total := 0
	art := newArtwork(Options{WidthPx: widthPx, Line: line, Ground: ground, Transparent: ground.A == 0, Badge: ourBadge})
	for i := range s.stretches {
		t := &s.stretches[i]
		t.shared = !s.nearArt(image.Rect(t.at.X-1, t.at.Y, t.at.X+stretchPx, t.at.Y+1))
		if t.shared {
			t.first = total
			total += 1 << stateBits(t.windows)
		}
		t.lay(art, true)
	}
	s.bank.entries = make([]atomic.Uint64, total)
	size.add(8*total + 80*len(s.stretches) + 4*len(s.index))
	return s
}

// newPNGLayout is a stencil as far as it says how a file is put together.
func newPNGLayout(widthPx, rays int, line, ground color.NRGBA) *pngStencil {
	s := &pngStencil{lattice: newLattice(widthPx, rays), depth: 3, ink: newShades(line, ground)}
	if ground.A == 0 {
		s.depth = 4
	}
	across := s.across()
	tiles := s.survey(image.Pt(stretchPx, 1), true)
	s.index = make([]int32, len(tiles))
	for i, windows := range tiles {
		if stateBits(windows) == 0 {
			continue
		}
		at := image.Pt(i%across*stretchPx, i/across)
		s.stretches = append(s.stretches, inkStretch{at: at, n: min(stretchPx, widthPx-at.X), windows: windows})
		s.index[i] = int32(len(s.stretches))
	}
	s.code = newDeflateCode(s.sample(rays, line, ground))
	return s
}

func (s *pngStencil) across() int { return (s.widthPx + stretchPx - 1) / stretchPx }

// lay notes what is under a stretch of a kind unless it is all ground.
func (t *inkStretch) lay(art *artwork, shared bool) {
	if t.shared != shared {
		return
	}
	base := make([]color.NRGBA, t.n+1)
	plain := true
	for i := range base {
		base[i] = art.img.NRGBAAt(max(t.at.X+i-1, 0), t.at.Y)
		plain = plain && base[i] == base[0]
	}
	if !plain {
		t.base = base
	}
}

// rows visits what the file's bytes are made of: of every row the mark of its filter, and its stretches. The bytes of
// one with ink are nil.
func (s *pngStencil) rows(art *artwork, visit func(data []byte, ink int)) {
	across := s.across()
	data := make([]byte, 0, stretchPx*4)
	for y := range s.widthPx {
		if y%16 == 0 {
			runtime.Gosched() // see sketch
		}
		visit([]byte{filterSub}, 0)
		for i := range across {
			if ink := s.index[y*across+i]; ink > 0 {
				visit(nil, int(ink))
				continue
			}
			at := image.Pt(i*stretchPx, y)
			data = s.filtered(data[:0], art.pixels(at, min(stretchPx, s.widthPx-at.X)))
			visit(data, 0)
		}
	}
}

// filterSub says that a row's bytes are differences to the pixel on the left.
const filterSub = 1

// filtered adds the differences of pixels, the first of which is the left neighbour; outside of the picture it is
// nothing, as NRGBAAt has it.
func (s *pngStencil) filtered(data []byte, pixels []color.NRGBA) []byte {
	left := pixels[0]
	for _, c := range pixels[1:] {
		data = append(data, c.R-left.R, c.G-left.G, c.B-left.B)
		if s.depth == 4 {
			data = append(data, c.A-left.A)
		}
		left = c
	}
	return data
}

// sampleWidthPx is the widest picture that a code is made for: a wider one has as much of everything but ground.
const sampleWidthPx = 430

// sample counts the symbols of a picture like any other.
func (s *pngStencil) sample(rays int, line, ground color.NRGBA) *[286]int {
	art := typicalArt(rays, Options{
		WidthPx: min(s.widthPx, sampleWidthPx), Line: line, Ground: ground, Transparent: ground.A == 0,
		Logo: typicalLogo, Badge: ourBadge,
	})
	var counts [286]int
	var data []byte
	edge := art.img.Rect.Dx()
	pixels := make([]color.NRGBA, 1, stretchPx+1)
	for y := range edge {
		for x := range edge {
			pixels = append(pixels, art.img.NRGBAAt(x, y))
			if len(pixels) == cap(pixels) {
				data = s.filtered(data, pixels)
				pixels[0], pixels = pixels[stretchPx], pixels[:1]
			}
		}
		tokens(data, func(symbol int, _ uint64, _ int) { counts[symbol]++ })
		data = data[:0]
	}
	return &counts
}

// appendDrawn adds a picture that is drawn: the very bytes that a plate of its looks gives.
func (s *pngStencil) appendDrawn(dst []byte, art *artwork) []byte {
	file := append(dst, pngHeader(s.widthPx, s.depth)...)
	data := len(file)
	bits := lowBits{words: slices.Clone(s.code.header.words), n: s.code.header.n}
	sum := adler32.New()
	var pending []byte
	flush := func() {
		sum.Write(pending)
		s.code.appendTo(&bits, pending)
		pending = pending[:0]
	}
	s.rows(art, func(piece []byte, ink int) {
		if ink > 0 {
			flush()
			t := &s.stretches[ink-1]
			pending = s.filtered(pending, art.pixels(t.at, t.n))
			flush()
			return
		}
		if pending = append(pending, piece...); len(pending) >= maxPending {
			flush()
		}
	})
	flush()
	end := s.code.codes[deflateEnd]
	bits.add(uint64(end.word), int(end.n))
	for _, word := range bits.words {
		file = binary.LittleEndian.AppendUint64(file, word)
	}
	return closePNG(file[:data+(bits.n+7)/8], data, sum.Sum32())
}

// pixels are n pixels of a row, at most stretchPx, and before them the left neighbour.
func (a *artwork) pixels(at image.Point, n int) []color.NRGBA {
	p := a.row[:0]
	for x := at.X - 1; x < at.X+n; x++ {
		p = append(p, a.img.NRGBAAt(x, at.Y))
	}
	return p
}

// inked is a stretch's bytes in a state.
func (s *pngStencil) inked(p *pen, t *inkStretch, state uint32) []byte {
	var covers [stretchPx + 1]uint8
	var pixels [stretchPx + 1]color.NRGBA
	p.cover(covers[:t.n+1], image.Rect(t.at.X-1, t.at.Y, t.at.X+t.n, t.at.Y+1), t.windows, state)
	for i, cover := range covers[:t.n+1] {
		if pixels[i] = s.ink[cover]; cover == 0 && t.base != nil {
			pixels[i] = t.base[i]
		}
	}
	if t.at.X == 0 {
		pixels[0] = color.NRGBA{} // outside of the picture
	}
	return s.filtered(nil, pixels[:t.n+1])
}

// compile codes a stretch's state: the sums of its bytes, then its bits.
func (s *pngStencil) compile(to *bank, t *inkStretch, state uint32) entry {
	to.mu.Lock()
	defer to.mu.Unlock()
	at := &to.entries[t.first+int(state)]
	if e := at.Load(); e != 0 {
		return entry(e)
	}
	data := s.inked(&pen{lattice: s.lattice}, t, state)
	var bits lowBits
	s.code.appendTo(&bits, data)
	e := to.storeSummed(newSums(data), &bits)
	at.Store(uint64(e))
	return e
}

// storeSummed keeps bits after a word with the sums of what they code. The length is that of the bits.
func (b *bank) storeSummed(s sums, bits *lowBits) entry {
	words := append([]uint64{s.low<<32 | s.high}, bits.words...)
	e := b.store(&bitString{words, bits.n}, 1)
	return e
}
