package render

import (
	"encoding/binary"
	"hash/adler32"
	"image"
	"image/color"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/suncode/suncode"
)

// pngStencil is what all PNG plates of a width, a ray count and two colours have in common: the code, and the stretches
// of a row with places of the grid and without logo or badge.
type pngStencil struct {
	*lattice
	code      *deflateCode
	depth     int // bytes a pixel: 4 with alpha, 3 without, 1 with a palette
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

func newPNGStencil(widthPx, rays int, line, ground color.NRGBA, paletted bool, size *meter) *pngStencil {
	s := newPNGLayout(widthPx, rays, line, ground, paletted)
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
func newPNGLayout(widthPx, rays int, line, ground color.NRGBA, paletted bool) *pngStencil {
	s := &pngStencil{lattice: newLattice(widthPx, rays), depth: 3, ink: newShades(line, ground)}
	switch {
	case paletted:
		s.depth = 1
		s.code = paletteCodeFor(widthPx, rays)
	default:
		if ground.A == 0 {
			s.depth = 4
		}
		s.code = newPNGCode(s.depth, rays, typicalOptions(min(widthPx, sampleWidthPx), line, ground))
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
func (s *pngStencil) rows(art *artwork, colours *palette, visit func(data []byte, ink int)) {
	across := s.across()
	data := make([]byte, 0, stretchPx*4)
	filter := byte(filterSub)
	if s.depth == 1 {
		filter = filterNone
	}
	for y := range s.widthPx {
		if y%16 == 0 {
			runtime.Gosched() // see sketch
		}
		visit([]byte{filter}, 0)
		for i := range across {
			if ink := s.index[y*across+i]; ink > 0 {
				visit(nil, int(ink))
				continue
			}
			at := image.Pt(i*stretchPx, y)
			data = appendPixels(data[:0], s.depth, colours, art.pixels(at, min(stretchPx, s.widthPx-at.X)))
			visit(data, 0)
		}
	}
}

// What a row's bytes are: numbers of a palette as they are, or differences to the pixel on the left.
const (
	filterNone = 0
	filterSub  = 1
)

// appendPixels adds the bytes of pixels, the first of which is the left neighbour and not one of them; outside of the
// picture it is nothing, as NRGBAAt has it.
func appendPixels(data []byte, depth int, colours *palette, pixels []color.NRGBA) []byte {
	if depth == 1 {
		return colours.appendNumbers(data, pixels)
	}
	left := pixels[0]
	for _, c := range pixels[1:] {
		data = append(data, c.R-left.R, c.G-left.G, c.B-left.B)
		if depth == 4 {
			data = append(data, c.A-left.A)
		}
		left = c
	}
	return data
}

// sampleWidthPx is the widest picture that a code is made for: a wider one has as much of everything but ground.
const sampleWidthPx = 430

// paletteCodes are the codes of pictures with a palette. As jpegCodes they depend on size and ray count only.
var paletteCodes [len(typicalWidths)][3]struct {
	once sync.Once
	code *deflateCode
}

func paletteCodeFor(widthPx, rays int) *deflateCode {
	size := typicalSize(min(widthPx, sampleWidthPx))
	slot := &paletteCodes[size][rays/18-2]
	slot.once.Do(func() {
		slot.code = newPNGCode(1, rays, typicalOptions(typicalWidths[size], black, white))
	})
	return slot.code
}

func typicalOptions(widthPx int, line, ground color.NRGBA) Options {
	return Options{WidthPx: widthPx, Line: line, Ground: ground, Transparent: ground.A == 0, Logo: typicalLogo, Badge: ourBadge}
}

// newPNGCode makes the best code for a picture like any other.
func newPNGCode(depth, rays int, o Options) *deflateCode {
	art := typicalArt(rays, o)
	colours := newPalette(newShades(o.Line, o.Ground), art.img)
	var counts [286]int
	var data []byte
	edge := art.img.Rect.Dx()
	for y := range edge {
		data = data[:0]
		for x := 0; x < edge; x += stretchPx {
			data = appendPixels(data, depth, colours, art.pixels(image.Pt(x, y), min(stretchPx, edge-x)))
		}
		tokens(data, func(symbol int, _ uint64, _ int) { counts[symbol]++ })
	}
	if depth > 1 {
		expectPhoto(&counts, edge)
	}
	return newDeflateCode(&counts)
}

// expectPhoto adds what a logo has that is too colourful for a palette, as photos are: in the three colours of each
// pixel all differences to the left one, and small ones more often, half as many every eight. They count an eighth, since
// most logos have even parts as well.
func expectPhoto(counts *[286]int, widthPx int) {
	const disc = math.Pi * (suncode.LogoRadius / suncode.EdgePitches) * (suncode.LogoRadius / suncode.EdgePitches)
	bytes := 3 * int(disc*float64(widthPx*widthPx))
	for difference := range 128 {
		n := bytes >> (difference/8 + 8)
		counts[difference] += n
		counts[255-difference] += n
	}
}

// appendDrawn adds a picture that is drawn: the very bytes that a plate of its looks gives.
func (s *pngStencil) appendDrawn(dst []byte, art *artwork, colours *palette) []byte {
	file := append(dst, s.header(colours)...)
	data := len(file)
	bits := lowBits{words: slices.Clone(s.code.header.words), n: s.code.header.n}
	sum := adler32.New()
	var pending []byte
	flush := func() {
		_, _ = sum.Write(pending) // never fails
		s.code.appendTo(&bits, pending)
		pending = pending[:0]
	}
	s.rows(art, colours, func(piece []byte, ink int) {
		if ink > 0 {
			flush()
			t := &s.stretches[ink-1]
			pending = appendPixels(pending, s.depth, colours, art.pixels(t.at, t.n))
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
func (s *pngStencil) inked(p *pen, t *inkStretch, state uint32, colours *palette) []byte {
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
	return appendPixels(nil, s.depth, colours, pixels[:t.n+1])
}

// compile codes a stretch's state: the sums of its bytes, then its bits.
func (s *pngStencil) compile(to *bank, t *inkStretch, state uint32, colours *palette) entry {
	to.mu.Lock()
	defer to.mu.Unlock()
	at := &to.entries[t.first+int(state)]
	if e := at.Load(); e != 0 {
		return entry(e)
	}
	data := s.inked(&pen{lattice: s.lattice}, t, state, colours)
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
