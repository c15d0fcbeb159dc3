package render

import (
	"encoding/binary"
	"runtime"
	"slices"
	"sync"

	"github.com/suncode/suncode"
)

// jpegCode is how the blocks of a JPEG file are written: quantisation and Huffman tables, one of each for luma and one
// for both chroma components.
type jpegCode struct {
	full   bool // chroma in full resolution, 4:4:4, else 4:2:0
	steps  [2]*quantizer
	consts [2]*jpegTable   // for the size of differences of constant parts
	rest   [2]*jpegTable   // for runs of zeros and the size of what ends them
	diffs  [4][1024]uint32 // for luma, chroma and, twice, nothing: the word of a difference << 5 | its length
	flat   [2][256]int16   // the level of the constant part of a block whose pixels are all alike
}

// jpegCodes are the codes there are, made when they are first needed: what pictures of a size, a ray count and with or
// without colour have in common. They depend on nothing else, so that a picture's bytes depend on itself alone.
var jpegCodes [len(typicalWidths)][3][2]struct {
	once sync.Once
	code *jpegCode
}

// typicalWidths are those that codes are made for, in pixels. A picture takes the widest that is not wider than itself.
var typicalWidths = [...]int{MinPlatePx, 280, 430, 640, 860, 1280}

// jpegCodeFor is the code of pictures of a width and a ray count: with lines in a colour, in 4:4:4, or without.
func jpegCodeFor(widthPx, rays int, colour bool) *jpegCode {
	size := typicalSize(widthPx)
	line, kind := black, 0
	if colour {
		line, kind = typicalColour, 1
	}
	slot := &jpegCodes[size][rays/18-2][kind]
	slot.once.Do(func() {
		slot.code = newJPEGCode(colour, typicalArt(rays, typicalOptions(typicalWidths[size], line, white)))
	})
	return slot.code
}

// typicalSize is the number of the typical width of a picture.
func typicalSize(widthPx int) int {
	size := 0
	for size+1 < len(typicalWidths) && typicalWidths[size+1] <= widthPx {
		size++
	}
	return size
}

// What stands for any logo and any colour where codes are made.
var (
	typicalLogo   = DefaultLogo("typical")
	typicalColour = rgb(0x3a62ad)
)

// typicalArt is the drawing of a symbol like any other.
func typicalArt(rays int, o Options) *artwork {
	s := suncode.Symbol{Mask: 1}
	chance := uint32(1)
	for _, l := range suncode.Levels {
		if l.Rays() == rays {
			s.Level = l
		}
	}
	for i := range s.Level.Codewords() {
		chance = chance*1664525 + 1013904223
		s.Stream[i] = byte(chance >> 24)
	}
	a := newArtwork(o)
	for ray, cells := range s.Rays() {
		for first, last := range runs(cells) {
			a.capsule(ray, first, last, o.Line)
		}
	}
	return a
}

// Steps of quantisation. Annex K of the JPEG standard weighs frequencies for photographs; sharp lines have all of
// them, and one step for all loses least at a size: 11 looks better than quality 90 of libjpeg at four fifths of its
// size. docs/PERFORMANCE.md has the figures.
const (
	constantStep   = 8
	lumaStep       = 11
	halfChromaStep = 16
	fullChromaStep = 24
)

func newJPEGQuantizers(full bool) [2]*quantizer {
	chroma := uint8(halfChromaStep)
	if full {
		chroma = fullChromaStep
	}
	return [2]*quantizer{newQuantizer(constantStep, lumaStep), newQuantizer(constantStep, chroma)}
}

// tally counts what a Huffman table has to code.
type tally struct{ consts, rest [2][256]int }

// newTally begins with one of everything that any block may need.
func newTally() *tally {
	t := &tally{}
	for table := range 2 {
		for size := range 11 {
			t.consts[table][size] = 1
		}
		for run := range 16 {
			for size := 1; size <= 10; size++ {
				t.rest[table][run<<4|size] = 1
			}
		}
		t.rest[table][endOfBlock], t.rest[table][sixteenZeros] = 1, 1
	}
	return t
}

// Symbols that stand for zeros only.
const (
	endOfBlock   = 0x00
	sixteenZeros = 0xf0
)

// block counts a block; table is 0 for luma, and before the level of the last block's constant part.
func (t *tally) block(table int, l *levels, before int) {
	size, _ := magnitude(int(l[0]) - before)
	t.consts[table][size]++
	l.symbols(func(symbol uint8, _ uint32) { t.rest[table][symbol]++ })
}

// symbols walks through what codes a block's levels after the first: symbols, whose lower half is the number of bits
// that follow.
func (l *levels) symbols(visit func(symbol uint8, extra uint32)) {
	run := 0
	for _, v := range l[1:] {
		if v == 0 {
			run++
			continue
		}
		for ; run >= 16; run -= 16 {
			visit(sixteenZeros, 0)
		}
		size, extra := magnitude(int(v))
		visit(uint8(run<<4|size), extra)
		run = 0
	}
	if run > 0 {
		visit(endOfBlock, 0)
	}
}

// newJPEGCode makes the best tables for a picture.
func newJPEGCode(full bool, art *artwork) *jpegCode {
	c := &jpegCode{full: full, steps: newJPEGQuantizers(full)}
	for table, q := range c.steps {
		for v := range c.flat[table] {
			l := q.levels(&[64]int32{flatPart(v)})
			c.flat[table][v] = l[0]
		}
	}
	t := newTally()
	art.separate()
	var before [3]int
	for b := range scan(art.img.Rect.Dx(), full) {
		table := min(b.component, 1)
		l := c.levels(art, b)
		t.block(table, &l, before[b.component])
		before[b.component] = int(l[0])
	}
	for table := range 2 {
		c.consts[table], c.rest[table] = newJPEGTable(&t.consts[table]), newJPEGTable(&t.rest[table])
		for diff := -512; diff < 512; diff++ {
			size, extra := magnitude(diff)
			word := c.consts[table].codes[size]
			c.diffs[table][diff&1023] = (word.word<<size|extra)<<5 | uint32(word.n) + uint32(size)
		}
	}
	return c
}

// levels are those of a block of a picture whose planes are separate.
func (c *jpegCode) levels(art *artwork, b block) (l levels) {
	pixels := art.samples(b)
	table := min(b.component, 1)
	if pixels.alike() {
		l[0] = c.flat[table][pixels[0]]
		return l
	}
	f := pixels.transform()
	return c.steps[table].levels(&f)
}

// appendDrawn adds a picture that is drawn: the very bytes that a plate of its looks gives.
func (c *jpegCode) appendDrawn(dst []byte, art *artwork) []byte {
	art.separate()
	bits := &art.bits
	bits.reset()
	var before [3]int
	for b := range scan(art.img.Rect.Dx(), c.full) {
		if b.component == 0 && b.at.X == 0 {
			runtime.Gosched() // see sketch
		}
		table := min(b.component, 1)
		l := c.levels(art, b)
		c.appendDiff(bits, table, int(l[0])-before[b.component])
		before[b.component] = int(l[0])
		c.appendRest(bits, table, &l)
	}
	size := (bits.n + 7) / 8
	bits.add(0xff, 8) // fills the last byte up
	art.data = slices.Grow(art.data[:0], 8*len(bits.words))
	for _, word := range bits.words {
		art.data = binary.BigEndian.AppendUint64(art.data, word)
	}
	dst = slices.Grow(dst, size+size/64+1024)
	dst = stuff(append(dst, c.header(art.img.Rect.Dx())...), art.data[:size])
	return append(dst, 0xff, 0xd9)
}

// appendRest adds a block's levels after the first.
func (c *jpegCode) appendRest(s *bitString, table int, l *levels) {
	codes := &c.rest[table].codes
	l.symbols(func(symbol uint8, extra uint32) {
		size := int(symbol & 15)
		s.add(codes[symbol].word<<size|extra, int(codes[symbol].n)+size)
	})
}

// appendDiff adds the difference of two blocks' constant parts.
func (c *jpegCode) appendDiff(s *bitString, table, diff int) {
	word := c.diffs[table][diff&1023]
	s.add(word>>5, int(word&31))
}

// header is the file up to the first block.
func (c *jpegCode) header(widthPx int) []byte {
	b := []byte(jfif)
	for table, q := range c.steps {
		b = append(b, 0xff, 0xdb, 0, 2+1+64, byte(table))
		b = append(b, q.step[:]...)
	}
	sampling := byte(0x22)
	if c.full {
		sampling = 0x11
	}
	b = append(b, 0xff, 0xc0, 0, 17, 8)
	b = binary.BigEndian.AppendUint16(b, uint16(widthPx))
	b = binary.BigEndian.AppendUint16(b, uint16(widthPx))
	b = append(b, 3, 1, sampling, 0, 2, 0x11, 1, 3, 0x11, 1)
	for table := range 2 {
		b = c.consts[table].appendTo(b, byte(table))
		b = c.rest[table].appendTo(b, 0x10|byte(table))
	}
	return append(b, 0xff, 0xda, 0, 12, 3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0)
}

// appendTo writes the table as a segment.
func (t *jpegTable) appendTo(b []byte, id byte) []byte {
	b = append(b, 0xff, 0xc4)
	b = binary.BigEndian.AppendUint16(b, uint16(2+1+16+len(t.symbols)))
	b = append(b, id)
	b = append(b, t.counts[:]...)
	return append(b, t.symbols...)
}
