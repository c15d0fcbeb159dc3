package render

import (
	"encoding/binary"
	"hash/crc32"
	"slices"
	"sync/atomic"

	"github.com/suncode/suncode"
)

// pngPlate is a PNG file with switchable stretches of its rows.
type pngPlate struct {
	*pngStencil
	colours   *palette // nil without a palette
	header    []byte   // up to the data of the picture, whose length is still missing
	steps     []pngStep
	stretches []inkStretch // those of the stencil with a base of their own
	bank      bank
	room      atomic.Int64
}

// pngStep adds a stretch in the symbol's state, or bytes that are the same in every picture.
type pngStep struct {
	windows [maxWindows]window
	n       uint8 // windows in use
	first   uint32
	length  uint32 // bytes of the picture, modulo adlerPrime
	bank    *bank
	ink     *inkStretch
}

// newPNGPlate codes what is the same in every picture: the artwork of its looks, whose colours are in the palette if
// the stencil has one.
func newPNGPlate(s *pngStencil, art *artwork, colours *palette, size *meter) *pngPlate {
	p := &pngPlate{pngStencil: s, colours: colours, header: s.header(colours), stretches: slices.Clone(s.stretches)}
	p.bank.size = size
	total := 0
	for i := range p.stretches {
		t := &p.stretches[i]
		t.lay(art, false)
		if !t.shared {
			t.first = total
			total += 1 << stateBits(t.windows)
		}
	}
	art.addFixed(s.lattice)
	w := pngWriter{p: p, entries: make([]entry, total)}
	s.rows(art, colours, func(data []byte, ink int) {
		if ink > 0 {
			w.flush()
			w.switchable(&p.stretches[ink-1])
			return
		}
		if w.pending = append(w.pending, data...); len(w.pending) >= maxPending {
			w.flush()
		}
	})
	w.flush()
	p.bank.entries = make([]atomic.Uint64, len(w.entries))
	for i, e := range w.entries {
		p.bank.entries[i].Store(uint64(e))
	}
	p.steps = slices.Clip(p.steps)
	size.add(8*len(w.entries) + 64*len(p.steps) + 80*len(p.stretches))
	return p
}

// maxPending bounds a run's bytes so that its bits fit into an entry.
const maxPending = maxRun/longestWord - 4*stretchPx - 64

// pngWriter puts a plate's steps together.
type pngWriter struct {
	p       *pngPlate
	entries []entry
	pending []byte
}

func (w *pngWriter) switchable(t *inkStretch) {
	p := w.p
	step := pngStep{first: uint32(t.first), length: uint32(p.depth * t.n), bank: &p.pngStencil.bank, ink: t}
	if !t.shared {
		step.bank = &p.bank
	}
	step.windows, step.n = switches(t.windows)
	p.steps = append(p.steps, step)
}

func (w *pngWriter) flush() {
	if len(w.pending) == 0 {
		return
	}
	var bits lowBits
	w.p.code.appendTo(&bits, w.pending)
	w.p.steps = append(w.p.steps, pngStep{
		first: uint32(len(w.entries)), length: uint32(len(w.pending) % adlerPrime), bank: &w.p.bank,
	})
	w.entries = append(w.entries, w.p.bank.storeSummed(newSums(w.pending), &bits))
	w.pending = w.pending[:0]
}

// header is the file up to the first chunk of data and its name; the chunk's length is still missing.
func (s *pngStencil) header(colours *palette) []byte {
	const rgb, numbers, rgba = 2, 3, 6
	kind := map[int]byte{1: numbers, 3: rgb, 4: rgba}[s.depth]
	size := binary.BigEndian.AppendUint32(nil, uint32(s.widthPx))
	b := appendChunk([]byte("\x89PNG\r\n\x1a\n"), "IHDR", slices.Concat(size, size, []byte{8, kind, 0, 0, 0}))
	if s.depth == 1 {
		b = colours.appendTo(b)
	}
	return append(b, "\x00\x00\x00\x00IDAT"...)
}

func appendChunk(file []byte, name string, data []byte) []byte {
	file = binary.BigEndian.AppendUint32(file, uint32(len(data)))
	at := len(file)
	file = append(append(file, name...), data...)
	return binary.BigEndian.AppendUint32(file, crc32.ChecksumIEEE(file[at:]))
}

const pngEnd = "\x00\x00\x00\x00IEND\xae\x42\x60\x82"

// appendTo adds the file of a symbol to dst.
func (p *pngPlate) appendTo(dst []byte, rays *[suncode.RaySlots]uint16) []byte {
	begin := len(dst)
	dst = slices.Grow(dst, int(p.room.Load()))
	out := pngSink{buf: append(dst, p.header...)}
	out.at = len(out.buf)
	out.buf = out.buf[:cap(out.buf)]
	data := out.at
	out.grow(8*len(p.code.header.words) + 16)
	out.add(p.code.header.words, p.code.header.n)
	low, high := uint64(1), uint64(0)
	for i := range p.steps {
		s := &p.steps[i]
		at := state(s.windows[:s.n], rays)
		e := entry(s.bank.entries[s.first+at].Load())
		if e == 0 {
			e = p.compile(s.bank, s.ink, at, p.colours)
		}
		words := s.bank.words(e)
		high += low*uint64(s.length) + words[0]&(1<<32-1)
		if low += words[0] >> 32; low >= 1<<24 {
			low, high = low%adlerPrime, high%adlerPrime
		}
		n := e.length()
		if out.at+n/8+24 > len(out.buf) {
			out.grow(n/8 + 24)
		}
		out.add(words[1:], n)
	}
	end := p.code.codes[deflateEnd]
	out.grow(64)
	out.put(uint64(end.word), uint(end.n))
	binary.LittleEndian.PutUint64(out.buf[out.at:], out.acc)
	out.at += int(out.fill+7) / 8
	file := closePNG(out.buf[:out.at], data, uint32(high%adlerPrime<<16|low%adlerPrime))
	learn(&p.room, len(file)-begin)
	return file
}

// closePNG ends a file whose compressed data begins at data: it lacks their sum, their length and what comes after.
func closePNG(file []byte, data int, sum uint32) []byte {
	file = binary.BigEndian.AppendUint32(file, sum)
	binary.BigEndian.PutUint32(file[data-8:], uint32(len(file)-data))
	file = binary.BigEndian.AppendUint32(file, crc32.ChecksumIEEE(file[data-4:]))
	return append(file, pngEnd...)
}

// pngSink is a file being written. What was not written yet are the lowest bits of acc.
type pngSink struct {
	buf  []byte
	at   int
	acc  uint64
	fill uint // bits in acc, below 64
}

// add adds n bits.
func (s *pngSink) add(words []uint64, n int) {
	for ; n > 64; n -= 64 {
		binary.LittleEndian.PutUint64(s.buf[s.at:], s.acc|words[0]<<s.fill)
		s.at += 8
		s.acc = words[0] >> (64 - s.fill)
		words = words[1:]
	}
	if n > 0 {
		s.put(words[0], uint(n))
	}
}

// put adds the n lowest bits of word, up to 64; the others are zero.
func (s *pngSink) put(word uint64, n uint) {
	s.acc |= word << s.fill
	s.fill += n
	if s.fill >= 64 {
		binary.LittleEndian.PutUint64(s.buf[s.at:], s.acc)
		s.at += 8
		s.fill -= 64
		s.acc = word >> (n - s.fill)
	}
}

// grow makes room for n more bytes.
func (s *pngSink) grow(n int) {
	if n > len(s.buf)-s.at {
		s.buf = slices.Grow(s.buf[:s.at], n)
		s.buf = s.buf[:cap(s.buf)]
	}
}
