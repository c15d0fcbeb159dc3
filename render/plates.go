package render

import (
	"bytes"
	"image/color"
	"maps"
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/suncode/suncode"
)

// Plates makes pictures by looking bits up instead of drawing. A plate is the drawing of a width, a ray count, its
// colours, a logo and a badge, compiled: for each part of the file the coded bits in every state of the few places of
// the grid that touch it. A picture from a plate costs next to nothing.
//
// The first pictures of a look are drawn and coded, which gives the same bytes: a plate takes a few times as long, and
// is worth it for a look that comes again. So a caller with a new colour in every call has no plates built. Pictures
// are drawn on half the processors at most, in small turns, and with as long a rest after each if there are pictures
// from plates to make, so that those go first.
//
// Plates are kept within a budget of memory. What several share, all that does not depend on logo and badge, is there
// once. Of the plates used once only, which may take a quarter of the budget, the oldest goes first, so that a flood
// of new looks drives out nothing but itself; of the others the one that was not used for longest. At most all but
// one of the processors build plates at a time, and none is built twice at once: meanwhile its pictures are drawn.
//
// It is safe for concurrent use.
type Plates struct {
	budget   int64
	size     atomic.Int64
	epoch    atomic.Int64 // the number of plates made
	drawing  chan struct{}
	served   atomic.Int64                            // pictures from plates
	slots    atomic.Pointer[map[plateKey]*plateSlot] // copied to change it
	mu       sync.Mutex                              // for changing slots, and for what follows
	stencils map[stencilKey]*stencilSlot
	seen     looks
	building map[plateKey]bool
	builders int // how many may build at a time
}

// DefaultPlateBytes is a budget that serves hundreds of apps at the usual width.
const DefaultPlateBytes = 256 << 20

// Widths that a plate can have, in pixels. Others are drawn.
const (
	MinPlatePx = 200
	MaxPlatePx = 2048
)

// stencilKey is what plates that share a stencil have in common.
type stencilKey struct {
	widthPx, rays int
	line, ground  color.NRGBA // no ground: transparent
	png           bool
}

// plateKey is all that a plate depends on.
type plateKey struct {
	stencilKey
	logo  *Logo
	badge *Badge
}

// plate is a compiled picture file.
type plate interface {
	// appendTo adds the file with a symbol's rays to dst.
	appendTo(dst []byte, rays *[suncode.RaySlots]uint16) []byte
}

// plateSlot holds a plate.
type plateSlot struct {
	plate   plate
	bytes   meter
	stencil *stencilSlot
	last    atomic.Int64 // the epoch of the last use
	again   atomic.Bool  // it was used twice
}

// stencilSlot holds what plates share. It lives as long as one of them.
type stencilSlot struct {
	jpegOnce sync.Once
	jpeg     *jpegStencil // or else those of PNG
	pngOnce  [2]sync.Once
	png      [2]*pngStencil // without a palette, with one
	bytes    meter
	plates   int
}

// meter adds up what something takes, for itself and in the sum of all.
type meter struct {
	mu  sync.Mutex
	own int64
	sum *atomic.Int64 // nil when it was dropped
}

func (m *meter) add(bytes int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.own += int64(bytes)
	if m.sum != nil {
		m.sum.Add(int64(bytes))
	}
}

// drop takes it out of the sum.
func (m *meter) drop() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.sum != nil {
		m.sum.Add(-m.own)
	}
	m.sum = nil
}

func (m *meter) bytes() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.own
}

// NewPlates makes Plates that keep to a budget of bytes. Whatever the budget, the plate in use is there.
func NewPlates(budgetBytes int64) *Plates {
	processors := runtime.GOMAXPROCS(0)
	p := &Plates{
		budget:   budgetBytes,
		drawing:  make(chan struct{}, max(1, processors/2)),
		stencils: map[stencilKey]*stencilSlot{},
		building: map[plateKey]bool{},
		builders: max(1, processors-1),
	}
	p.slots.Store(&map[plateKey]*plateSlot{})
	return p
}

// AppendJPEG adds the picture to dst: a baseline JFIF file that looks better than quality 90, in 4:2:0 where lines and
// ground are black, white or grey and in 4:4:4 where they have a colour. The same symbol and options give the same
// bytes, whatever plates there are. Errors are those of JPEG.
func (p *Plates) AppendJPEG(dst []byte, s *suncode.Symbol, o Options) ([]byte, error) {
	return p.append(dst, s, o, false)
}

// AppendPNG adds the picture to dst: a PNG file of what Draw draws. Errors are those of PNG.
func (p *Plates) AppendPNG(dst []byte, s *suncode.Symbol, o Options) ([]byte, error) {
	return p.append(dst, s, o, true)
}

func (p *Plates) append(dst []byte, s *suncode.Symbol, o Options, png bool) ([]byte, error) {
	if o.Transparent && !png {
		return dst, errTransparentJPEG
	}
	o, err := o.complete(s)
	if err != nil {
		return dst, err
	}
	if o.WidthPx < MinPlatePx || o.WidthPx > MaxPlatePx {
		return appendDrawn(dst, s, o, png)
	}
	key := plateKey{stencilKey{o.WidthPx, s.Level.Rays(), o.Line, o.Ground, png}, o.Logo, o.Badge}
	slot := p.slot(key, o)
	if slot == nil {
		return p.appendNew(dst, s, o, png), nil
	}
	p.served.Add(1)
	rays := s.Rays()
	dst = slot.plate.appendTo(dst, &rays)
	if p.size.Load() > p.budget {
		p.trim()
	}
	return dst, nil
}

// appendDrawn adds a picture that no plate can make.
func appendDrawn(dst []byte, s *suncode.Symbol, o Options, png bool) ([]byte, error) {
	write := JPEG
	if png {
		write = PNG
	}
	b := bytes.NewBuffer(dst)
	err := write(b, s, o)
	return b.Bytes(), err
}

// appendNew adds a picture that there is no plate for yet. Options are complete.
func (p *Plates) appendNew(dst []byte, s *suncode.Symbol, o Options, png bool) []byte {
	p.drawing <- struct{}{}
	defer p.rest(time.Now(), p.served.Load())
	art := artworks.Get().(*artwork)
	defer artworks.Put(art)
	art.sketch(s, o)
	if png {
		colours := newPalette(newShades(o.Line, o.Ground), art.img)
		return newPNGLayout(o.WidthPx, s.Level.Rays(), o.Line, o.Ground, colours != nil).appendDrawn(dst, art, colours)
	}
	return jpegCodeFor(o.WidthPx, s.Level.Rays(), !isGrey(o.Line) || !isGrey(o.Ground)).appendDrawn(dst, art)
}

// rest lets the next picture be drawn: at once, or after as long as this one took if pictures from plates were made
// meanwhile, whose callers do not wait for a stranger's colours then.
func (p *Plates) rest(begin time.Time, served int64) {
	free := func() { <-p.drawing }
	if p.served.Load() == served {
		free()
		return
	}
	time.AfterFunc(time.Since(begin), free)
}

// slot finds the plate, or builds it if that is worth it now. It is nil if not.
func (p *Plates) slot(key plateKey, o Options) *plateSlot {
	slot := (*p.slots.Load())[key]
	if slot == nil {
		return p.open(key, o)
	}
	if !slot.again.Load() {
		slot.again.Store(true)
	}
	if now := p.epoch.Load(); slot.last.Load() != now {
		slot.last.Store(now)
	}
	return slot
}

// open builds a plate, unless its look is new, or somebody else does, or too many are being built.
func (p *Plates) open(key plateKey, o Options) *plateSlot {
	slot, mine := p.claim(key)
	if mine {
		p.build(slot, key, o)
		p.publish(slot, key)
	}
	return slot
}

// claim is the plate that is there after all, or an empty one that is the caller's to build, or nil.
func (p *Plates) claim(key plateKey) (slot *plateSlot, mine bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if slot := (*p.slots.Load())[key]; slot != nil {
		return slot, false
	}
	if p.seen.count(key) <= drawnFirst || p.building[key] || len(p.building) >= p.builders {
		return nil, false
	}
	p.building[key] = true
	stencil := p.stencils[key.stencilKey]
	if stencil == nil {
		stencil = &stencilSlot{bytes: meter{sum: &p.size}}
		p.stencils[key.stencilKey] = stencil
	}
	stencil.plates++
	return &plateSlot{stencil: stencil, bytes: meter{sum: &p.size}}, true
}

// publish lets all use a plate that is built.
func (p *Plates) publish(slot *plateSlot, key plateKey) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.building, key)
	slots := maps.Clone(*p.slots.Load())
	slots[key] = slot
	slot.last.Store(p.epoch.Add(1))
	p.slots.Store(&slots)
}

func (p *Plates) build(slot *plateSlot, key plateKey, o Options) {
	shared := slot.stencil
	if !key.png {
		shared.jpegOnce.Do(func() {
			shared.jpeg = newJPEGStencil(key.widthPx, key.rays, key.line, key.ground, &shared.bytes)
		})
		slot.plate = newJPEGPlate(shared.jpeg, o, &slot.bytes)
		return
	}
	art, kind := newArtwork(o), 0
	colours := newPalette(newShades(key.line, key.ground), art.img)
	if colours != nil {
		kind = 1
	}
	shared.pngOnce[kind].Do(func() {
		shared.png[kind] = newPNGStencil(key.widthPx, key.rays, key.line, key.ground, kind == 1, &shared.bytes)
	})
	slot.plate = newPNGPlate(shared.png[kind], art, colours, &slot.bytes)
}

// drawnFirst is how many pictures of a look are drawn before a plate is built, which takes about as long as that.
const drawnFirst = 2

// looks counts how often the last looks without a plate were asked for. It forgets the oldest.
type looks struct{ fresh, old map[plateKey]uint8 }

// keptLooks is how many looks there may be in either map.
const keptLooks = 1024

// count is how often a look was asked for, this time included.
func (l *looks) count(key plateKey) int {
	if len(l.fresh) >= keptLooks || l.fresh == nil {
		l.fresh, l.old = map[plateKey]uint8{}, l.fresh
	}
	n := max(l.fresh[key], l.old[key])
	if n < math.MaxUint8 {
		n++
	}
	l.fresh[key] = n
	return int(n)
}

// trim drops plates until those that stay fit into the budget.
func (p *Plates) trim() {
	p.mu.Lock()
	defer p.mu.Unlock()
	slots := maps.Clone(*p.slots.Load())
	for len(slots) > 1 && p.size.Load() > p.budget {
		key := p.victim(slots)
		slot := slots[key]
		delete(slots, key)
		slot.bytes.drop()
		if slot.stencil.plates--; slot.stencil.plates == 0 {
			slot.stencil.bytes.drop()
			delete(p.stencils, key.stencilKey)
		}
	}
	p.slots.Store(&slots)
}

// victim is the plate to drop next: the one used least lately, among those used once if they take more than their
// quarter of the budget or there are no others, else among the others.
func (p *Plates) victim(slots map[plateKey]*plateSlot) plateKey {
	var oldest [2]plateKey
	least := [2]int64{-1, -1}
	once := int64(0)
	for key, slot := range slots {
		kind := 0
		if slot.again.Load() {
			kind = 1
		} else {
			once += slot.bytes.bytes() + slot.stencil.bytes.bytes()
		}
		if last := slot.last.Load(); least[kind] < 0 || last < least[kind] {
			oldest[kind], least[kind] = key, last
		}
	}
	if least[1] < 0 || least[0] >= 0 && once > p.budget/4 {
		return oldest[0]
	}
	return oldest[1]
}
