package render

import (
	"encoding/binary"
	"slices"
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
	maxWindows = 4
	maxTail    = 32
	noTable    = 2
	nobody     = 3
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
		pixels := art.samples(b)
		l := s.code.steps[min(b.component, 1)].levels(pixels.transform())
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
	for _, window := range b.windows {
		if window.mask != 0 {
			step.windows[step.n] = window
			step.n++
		}
	}
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

// appendTo adds the file of a symbol to dst. What was not written yet are the highest bits of acc; fill says how many,
// below 64. A word is put by filling acc up, and beginning the next one with what did not fit.
func (p *jpegPlate) appendTo(dst []byte, rays *[suncode.RaySlots]uint16) []byte {
	buf := slices.Grow(dst, int(p.room.Load())+len(p.header))
	at := len(dst) + copy(buf[len(dst):cap(buf)], p.header)
	buf = buf[:cap(buf)]
	acc, fill := uint64(0), uint(0)
	before := p.start
	for i := range p.steps {
		s := &p.steps[i]
		index := state(s.windows[:s.n], rays)
		e := entry(s.bank.entries[s.first+index].Load())
		if e == 0 {
			e = p.compile(s.bank, s.ink, int(s.component), index)
		}
		n := e.length()
		if at+n/4+64 > len(buf) {
			buf = slices.Grow(buf[:at], n/4+64)
			buf = buf[:cap(buf)]
		}
		level := int32(e.extra() - constantBias)
		diff := p.code.diffs[s.table&3][(level-before[s.component&3])&1023]
		before[s.component&3] = level + s.delta

		size := uint(diff & 31)
		word := uint64(diff>>5) << (64 - size)
		acc |= word >> fill
		if fill += size; fill >= 64 {
			at = spill(buf, at, acc)
			fill -= 64
			acc = word << (size - fill)
		}
		words := s.bank.words(e)
		for ; n >= 64; n -= 64 {
			at = spill(buf, at, acc|words[0]>>(fill&63))
			acc = words[0] << 1 << (63 - fill&63)
			words = words[1:]
		}
		if n > 0 {
			acc |= words[0] >> (fill & 63)
			if fill += uint(n); fill >= 64 {
				at = spill(buf, at, acc)
				fill -= 64
				acc = words[0] << (uint(n) - fill)
			}
		}
		if s.tailBits > 0 {
			acc |= s.tail >> (fill & 63)
			if fill += uint(s.tailBits); fill >= 64 {
				at = spill(buf, at, acc)
				fill -= 64
				acc = s.tail << (uint(s.tailBits) - fill)
			}
		}
	}
	file := slices.Grow(buf[:at], 32)
	if fill > 0 {
		file = file[:cap(file)]
		at = stuff(file, at, acc|^uint64(0)>>fill, int(fill+7)/8)
	}
	file = append(file[:at], 0xff, 0xd9)
	learn(&p.room, len(file)-len(dst))
	return file
}

// learn keeps a little more room than the longest picture so far needed.
func learn(room *atomic.Int64, n int) {
	if int64(n+128) > room.Load() {
		room.Store(int64(n + n/16 + 1024))
	}
}

// spill writes 8 bytes, with a zero after each that is FF, and says where the next ones go.
func spill(buf []byte, at int, v uint64) int {
	const low = 0x7f7f7f7f7f7f7f7f
	if (v&low+low/127)&v&^low != 0 {
		return stuff(buf, at, v, 8)
	}
	binary.BigEndian.PutUint64(buf[at:], v)
	return at + 8
}

// stuff writes the n highest bytes of v.
func stuff(buf []byte, at int, v uint64, n int) int {
	for range n {
		b := byte(v >> 56)
		buf[at] = b
		at++
		if b == 0xff {
			buf[at] = 0
			at++
		}
		v <<= 8
	}
	return at
}
