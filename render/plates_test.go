package render

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"sync"
	"testing"
)

func made(tb testing.TB, p *Plates, level int, o Options) []byte {
	tb.Helper()
	write := p.AppendJPEG
	if o.Transparent {
		write = p.AppendPNG
	}
	data, err := write([]byte("before"), symbols(tb)[level], o)
	if err != nil {
		tb.Fatal(err)
	}
	rest, ok := bytes.CutPrefix(data, []byte("before"))
	if !ok {
		tb.Fatal("what was there before is gone")
	}
	return rest
}

// warm makes pictures of a look until there is a plate.
func warm(tb testing.TB, p *Plates, o Options) *plateSlot {
	tb.Helper()
	for range drawnFirst + 1 {
		made(tb, p, 0, o)
	}
	s := symbols(tb)[0]
	o, err := o.complete(s)
	if err != nil {
		tb.Fatal(err)
	}
	return (*p.slots.Load())[plateKey{stencilKey{o.WidthPx, s.Level.Rays(), o.Line, o.Ground, o.Transparent}, o.Logo, o.Badge}]
}

// TestPlatesShare makes the same pictures from many goroutines, with room for all plates and with room for none, drawn
// and from plates.
func TestPlatesShare(t *testing.T) {
	roomy, tight := NewPlates(DefaultPlateBytes), NewPlates(1)
	logos := []*Logo{nil, DefaultLogo("a"), DefaultLogo("b")}
	var looks []Options
	for i := range 6 {
		looks = append(looks, Options{WidthPx: 280, Logo: logos[i%3], Transparent: i >= 3})
	}
	want := make([][]byte, len(looks))
	for i, o := range looks {
		want[i] = made(t, NewPlates(DefaultPlateBytes), 0, o)
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range drawnFirst + 2 {
				for i, o := range looks {
					for _, p := range []*Plates{roomy, tight} {
						if !bytes.Equal(made(t, p, 0, o), want[i]) {
							t.Errorf("picture %d is another one", i)
						}
					}
				}
			}
		})
	}
	all.Wait()
	for _, o := range looks {
		warm(t, roomy, o)
	}
	if plates, stencils := len(*roomy.slots.Load()), len(roomy.stencils); plates != 6 || stencils != 2 {
		t.Errorf("%d plates on %d stencils, want 6 on 2", plates, stencils)
	}
	if plates, stencils := len(*tight.slots.Load()), len(tight.stencils); plates != 1 || stencils != 1 {
		t.Errorf("with no room: %d plates on %d stencils, want 1 on 1", plates, stencils)
	}
}

// TestPlateShared makes the first pictures of many symbols from one plate in several goroutines at once, all of which
// add to its banks while the others read. With -race it holds that none reads what another writes.
func TestPlateShared(t *testing.T) {
	s, o, all := benchSymbol(t), Options{WidthPx: 280, Logo: DefaultLogo("a")}, manyRays(t)[:48]
	for name, build := range map[string]func() plate{
		"jpeg": func() plate { return jpegPlateOf(t, s, o) },
		"png":  func() plate { return pngPlateOf(t, s, o) },
	} {
		t.Run(name, func(t *testing.T) {
			alone, shared := build(), build()
			var want [][]byte
			for i := range all {
				want = append(want, alone.appendTo(nil, &all[i]))
			}
			var group sync.WaitGroup
			for first := range 4 {
				group.Go(func() {
					for i := range all {
						i = (i + first*len(all)/4) % len(all)
						if !bytes.Equal(shared.appendTo(nil, &all[i]), want[i]) {
							t.Errorf("picture %d is another one", i)
						}
					}
				})
			}
			group.Wait()
		})
	}
}

// TestPlatesFlood asks for one new colour after the other, once each and then so often that plates are built: the
// budget holds, and what others use stays.
func TestPlatesFlood(t *testing.T) {
	const budget = 8 << 20
	p := NewPlates(budget)
	usual := []Options{{WidthPx: 280}, {WidthPx: 300, Line: rgb(0x3a62ad)}, {WidthPx: 280, Transparent: true}}
	var slots []*plateSlot
	for _, o := range usual {
		warm(t, p, o)
		slots = append(slots, warm(t, p, o))
	}
	before := p.size.Load()
	for i := range 60 {
		made(t, p, 0, Options{WidthPx: 282, Line: rgb(uint32(i*4 + 1))})
	}
	if after := p.size.Load(); after != before {
		t.Errorf("new colours took %d bytes", after-before)
	}
	most := int64(0)
	for i := range 60 {
		warm(t, p, Options{WidthPx: 281, Line: rgb(uint32(i*4 + 1))})
		most = max(most, p.size.Load())
		if err := p.balance(); err != nil {
			t.Fatal(err)
		}
	}
	if most > budget || most < budget/4 {
		t.Errorf("up to %d bytes, budget %d", most, int64(budget))
	}
	for i, o := range usual {
		if warm(t, p, o) != slots[i] {
			t.Errorf("the flood drove out plate %d", i)
		}
	}
}

// TestLooks counts looks, and keeps no more than its bound of those that come once.
func TestLooks(t *testing.T) {
	var l looks
	key := func(i int) plateKey { return plateKey{stencilKey: stencilKey{widthPx: i}} }
	for i := range 10 * keptLooks {
		if n := l.count(key(i)); n != 1 {
			t.Fatalf("look %d was seen %d times", i, n)
		}
		if n := l.count(key(-1)); n != min(i+1, 255) {
			t.Fatalf("the look in between was seen %d times, want %d", n, i+1)
		}
		if n := len(l.fresh) + len(l.old); n > 2*keptLooks {
			t.Fatalf("%d looks are kept", n)
		}
	}
}

// balance adds everything up again.
func (p *Plates) balance() error {
	sum := int64(0)
	plates := map[*stencilSlot]int{}
	for _, slot := range *p.slots.Load() {
		sum += slot.bytes.bytes()
		plates[slot.stencil]++
	}
	for key, stencil := range p.stencils {
		sum += stencil.bytes.bytes()
		if stencil.plates != plates[stencil] || stencil.plates == 0 {
			return fmt.Errorf("the stencil of %v counts %d plates, there are %d", key, stencil.plates, plates[stencil])
		}
	}
	if got := p.size.Load(); got != sum || len(plates) != len(p.stencils) {
		return fmt.Errorf("%d bytes on %d stencils, counted as %d on %d", sum, len(plates), got, len(p.stencils))
	}
	return nil
}

// TestPlatesOptions refuses what JPEG refuses, and draws what has no plate.
func TestPlatesOptions(t *testing.T) {
	p, s := NewPlates(0), symbols(t)[0]
	for _, o := range []Options{{WidthPx: MinWidthPx - 1}, {WidthPx: MaxWidthPx + 1}, {Transparent: true}} {
		if data, err := p.AppendJPEG(nil, s, o); !errors.Is(err, ErrOptions) || len(data) > 0 {
			t.Errorf("%+v: %d bytes, %v", o, len(data), err)
		}
	}
	small := Options{WidthPx: MinPlatePx - 1, Transparent: true}
	if !bytes.Equal(made(t, p, 0, small), written(t, func(b *bytes.Buffer) error { return PNG(b, s, small) })) {
		t.Error("a small picture is another one")
	}
	if len(*p.slots.Load()) != 0 {
		t.Error("there are plates")
	}
}

// TestWindows holds that no tile of a plate depends on more rays and places than a step has room for.
func TestWindows(t *testing.T) {
	for widthPx := MinPlatePx; widthPx <= MaxPlatePx; widthPx += 1 + widthPx/16 {
		for _, rays := range []int{36, 54, 72} {
			p := newLattice(widthPx, rays)
			for _, tiles := range [][][]window{
				p.survey(image.Pt(blockEdge, blockEdge), false), p.survey(image.Pt(stretchPx, 1), true),
			} {
				for _, windows := range tiles {
					n := 0
					for _, w := range windows {
						if w.mask != 0 {
							n++
						}
					}
					if n > maxWindows || stateBits(windows) > 12 {
						t.Fatalf("width %d, %d rays: %d windows, %d bits", widthPx, rays, n, stateBits(windows))
					}
				}
			}
		}
	}
}
