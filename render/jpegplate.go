package render

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/suncode/suncode"
)

// jpegPlate is a JPEG file with switchable blocks: a list of steps, each of which adds bits.
type jpegPlate struct {
	*jpegStencil
	header []byte
	steps  []jpegStep
	start  [4]int32     // the constant parts before the first steps
	blocks []inkBlock   // those of the stencil with a base of their own
	bank   bank         // of blocks near the art, and of all that is the same in every picture
	room   atomic.Int64 // bytes that were enough for every picture so far
}

// jpegStep adds a block in the symbol's state, or a run of blocks that are the same in every picture. The difference to
// the block before is coded when the picture is made; within a run it is a part of the run.
type jpegStep struct {
	windows   [maxWindows]window
	n         uint8 // windows in use
	table     uint8 // of the difference: luma, chroma, nothing
	component uint8 // whose block before it follows: 3 is none
	tailBits  uint8
	first     uint32
	delta     int32 // from the run's first block of the component to its last
	bank      *bank
	tail      uint64 // bits that follow in any state, from the highest
	ink       *inkBlock
}

const (
	maxTail = 32
	noTable = 2
	nobody  = 3
)

// newJPEGPlate draws what is the same in every picture and codes it.
func newJPEGPlate(s *jpegStencil, o Options, size *meter) *jpegPlate {
	p := &jpegPlate{jpegStencil: s, header: s.code.header(o.WidthPx), blocks: slices.Clone(s.blocks)}
	p.bank.size = size
	art := newArtwork(o)
	for i := range p.blocks {
		if b := &p.blocks[i]; !b.shared {
			b.base = art.under(b.at)
		}
	}
	art.addFixed(s.lattice)
	art.separate()
	mixed := place(p.blocks, s.full, func(b *inkBlock) bool { return !b.shared })
	w := jpegWriter{p: p, entries: make([]entry, len(mixed))}
	for i := range w.known {
		w.known[i], w.owner[i] = true, -1
	}
	for b := range scan(o.WidthPx, s.full) {
		if s.inkAt(b) != nil {
			w.switchable(b.component, &p.blocks[s.index[s.tile(b.at)]-1])
			continue
		}
		l := s.code.levels(art, b)
		w.constant(b.component, &l)
	}
	w.flush()
	p.bank.entries = make([]atomic.Uint64, len(w.entries))
	for i, e := range w.entries {
		p.bank.entries[i].Store(uint64(e))
	}
	p.steps = slices.Clip(p.steps)
	size.add(8*len(w.entries) + 96*len(p.steps) + 64*len(p.blocks))
	return p
}

// jpegWriter puts a plate's steps together.
type jpegWriter struct {
	p       *jpegPlate
	entries []entry
	before  [3]int  // the constant part of each component's last block
	known   [3]bool // whether that is the same in every picture
	owner   [3]int  // the step that passes it on; -1 is the start
	pending bitString
	run     bool // pending belongs to the last step
}

// switchable adds a block with ink.
func (w *jpegWriter) switchable(component int, b *inkBlock) {
	w.flush()
	p := w.p
	step := jpegStep{
		table: uint8(min(component, 1)), component: uint8(component), bank: &p.jpegStencil.bank,
		first: uint32(b.first + component<<stateBits(b.windows)), ink: b,
	}
	if !b.shared {
		step.bank = &p.bank
	}
	step.windows, step.n = switches(b.windows)
	p.steps = append(p.steps, step)
	w.known[component] = false
}

// constant adds a block that is the same in every picture.
func (w *jpegWriter) constant(component int, l *levels) {
	table := min(component, 1)
	level := int(l[0])
	if !w.known[component] {
		w.flush()
		w.owner[component] = len(w.p.steps)
		w.p.steps = append(w.p.steps, jpegStep{
			table: uint8(table), component: uint8(component), first: uint32(len(w.entries)), bank: &w.p.bank,
		})
		w.entries = append(w.entries, entry(constantBias+level)) // flush adds the bits
		w.known[component], w.run = true, true
	} else {
		diff := level - w.before[component]
		w.p.code.appendDiff(&w.pending, table, diff)
		if at := w.owner[component]; at >= 0 {
			w.p.steps[at].delta += int32(diff)
		} else {
			w.p.start[component] += int32(diff)
		}
	}
	w.before[component] = level
	w.p.code.appendRest(&w.pending, table, l)
	if const4k := 1 << 12; w.pending.n > maxRun-const4k {
		w.flush()
	}
}

// flush hands the pending bits to the step they belong to: a run's own, the tail of a block with ink, or else a step
// without a difference.
func (w *jpegWriter) flush() {
	defer func() {
		w.pending.reset()
		w.run = false
	}()
	last := len(w.p.steps) - 1
	switch {
	case w.run:
		e := &w.entries[w.p.steps[last].first]
		*e = w.p.bank.store(&w.pending, e.extra())
	case w.pending.n == 0:
	case last >= 0 && w.p.steps[last].ink != nil && w.p.steps[last].tailBits == 0 && w.pending.n <= maxTail:
		w.p.steps[last].tail, w.p.steps[last].tailBits = w.pending.words[0], uint8(w.pending.n)
	default:
		w.p.steps = append(w.p.steps, jpegStep{
			table: noTable, component: nobody, first: uint32(len(w.entries)), bank: &w.p.bank,
		})
		w.entries = append(w.entries, w.p.bank.store(&w.pending, constantBias))
	}
}

// appendTo adds the file of a symbol to dst.
func (p *jpegPlate) appendTo(dst []byte, rays *[suncode.RaySlots]uint16) []byte {
	room, buf := takeScratch(int(p.room.Load()))
	defer scratch.Put(room)
	w := wordWriter{buf: buf}
	before := p.start
	var pieces [64]jpegPiece
	for steps := p.steps; len(steps) > 0; {
		n := min(len(steps), len(pieces))
		size := 0
		for i := range steps[:n] {
			size += p.gather(&steps[i], &pieces[i], &before, rays)
		}
		w.grow(size/8 + 8*(n+atOnce))
		w.write(pieces[:n])
		steps = steps[n:]
	}
	binary.BigEndian.PutUint64(w.buf[w.at:], w.acc|^uint64(0)>>w.fill)
	data := w.buf[:w.at+int(w.fill+7)/8]
	*room = w.buf
	learn(&p.room, len(data))
	dst = slices.Grow(dst, len(p.header)+len(data)+len(data)/128+64)
	return append(stuff(append(dst, p.header...), data), 0xff, 0xd9)
}

// jpegPiece is what a step adds: the bits of a difference as in jpegCode.diffs, n bits of words, and a tail.
type jpegPiece struct {
	words    []uint64
	tail     uint64
	n        int32
	diff     uint32
	tailBits uint8
}

// gather looks up what a step adds, and says how many bits that is without the difference.
func (p *jpegPlate) gather(s *jpegStep, to *jpegPiece, before *[4]int32, rays *[suncode.RaySlots]uint16) int {
	w := s.windows[0]
	index := uint32(rays[w.ray]>>(w.shift&15)&w.mask) << (w.at & 31)
	if s.n > 1 {
		index |= state(s.windows[1:s.n], rays)
	}
	e := entry(s.bank.entries[s.first+index].Load())
	if e == 0 {
		e = p.compile(s.bank, s.ink, int(s.component), index)
	}
	level := int32(e.extra() - constantBias)
	to.diff = p.code.diffs[s.table&3][(level-before[s.component&3])&1023]
	before[s.component&3] = level + s.delta
	to.words, to.n = s.bank.words(e), int32(e.length())
	to.tail, to.tailBits = s.tail, s.tailBits
	return e.length()
}

// wordWriter puts strings of bits one after the other. Their lengths are as good as random, so that nothing depends on
// them by a branch but the rare long string: whole words are written, and what was too much is written over. What was
// not written yet are the highest bits of acc; fill says how many: up to 7, and what a tail and a difference add.
type wordWriter struct {
	buf  []byte
	at   int
	acc  uint64
	fill uint
}

// grow makes room for n more bytes.
func (w *wordWriter) grow(n int) {
	if w.at+n > len(w.buf) {
		w.buf = append(w.buf[:w.at], make([]byte, n+len(w.buf)/2)...)
		w.buf = w.buf[:cap(w.buf)]
	}
}

func (w *wordWriter) write(pieces []jpegPiece) {
	buf, at, acc, fill := w.buf, w.at, w.acc, w.fill
	for i := range pieces {
		p := &pieces[i]
		size := uint(p.diff & 31)
		acc |= uint64(p.diff>>5) << (-size & 63) >> (fill & 63)
		fill += size
		kept := ^(^uint64(0) >> (fill & 63)) // ones for the fill highest bits
		words, n := p.words, int(p.n)
		for ; n > 64*atOnce; n -= 64 * atOnce {
			acc = shift((*[atOnce]uint64)(words), (*[8*atOnce + 8]byte)(buf[at:]), acc, kept, fill)
			at += 8 * atOnce
			words = words[atOnce:]
		}
		shift((*[atOnce]uint64)(words), (*[8*atOnce + 8]byte)(buf[at:]), acc, kept, fill)
		fill += uint(n)
		at += int(fill / 8)
		fill %= 8
		acc = uint64(buf[at])<<56&^(^uint64(0)>>fill) | p.tail>>fill
		fill += uint(p.tailBits)
	}
	w.at, w.acc, w.fill = at, acc, fill
}

// atOnce is how many words are written whether they are needed or not: as many as the most blocks have.
const atOnce = 5

// shift writes words from bit fill on, after those of acc, and returns what the last one leaves over. The mask kept has
// ones for the fill highest bits.
func shift(words *[atOnce]uint64, to *[8*atOnce + 8]byte, acc, kept uint64, fill uint) uint64 {
	turn := -int(fill)
	a, b, c := bits.RotateLeft64(words[0], turn), bits.RotateLeft64(words[1], turn), bits.RotateLeft64(words[2], turn)
	d, e := bits.RotateLeft64(words[3], turn), bits.RotateLeft64(words[4], turn)
	binary.BigEndian.PutUint64(to[:], acc|a&^kept)
	binary.BigEndian.PutUint64(to[8:], b^(a^b)&kept)
	binary.BigEndian.PutUint64(to[16:], c^(b^c)&kept)
	binary.BigEndian.PutUint64(to[24:], d^(c^d)&kept)
	binary.BigEndian.PutUint64(to[32:], e^(d^e)&kept)
	binary.BigEndian.PutUint64(to[40:], e&kept)
	return e & kept
}

// scratch keeps the memory for files on their way.
var scratch = sync.Pool{New: func() any { return new([]byte) }}

// takeScratch is a buffer of at least n bytes, and what to give back to scratch with it.
func takeScratch(n int) (room *[]byte, buf []byte) {
	room = scratch.Get().(*[]byte)
	if cap(*room) < n {
		*room = make([]byte, n)
	}
	return room, (*room)[:cap(*room)]
}

// stuff adds coded data to a file, with a zero after each FF.
func stuff(file, data []byte) []byte {
	for {
		at := bytes.IndexByte(data, 0xff) + 1
		if at == 0 {
			return append(file, data...)
		}
		file = append(append(file, data[:at]...), 0)
		data = data[at:]
	}
}

// learn keeps a little more room than the longest picture so far needed.
func learn(room *atomic.Int64, n int) {
	if int64(n+128) > room.Load() {
		room.Store(int64(n + n/16 + 1024))
	}
}
