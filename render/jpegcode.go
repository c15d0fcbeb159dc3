package render

import "encoding/binary"

// jpegCode is how the blocks of a JPEG file are written: quantisation and Huffman tables, one of each for luma and one
// for both chroma components.
type jpegCode struct {
	full   bool // chroma in full resolution, 4:4:4, else 4:2:0
	steps  [2]*quantizer
	consts [2]*jpegTable   // for the size of differences of constant parts
	rest   [2]*jpegTable   // for runs of zeros and the size of what ends them
	diffs  [4][1024]uint32 // for luma, chroma and, twice, nothing: the word of a difference << 5 | its length
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

func newJPEGCode(full bool, t *tally) *jpegCode {
	c := &jpegCode{full: full, steps: newJPEGQuantizers(full)}
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
