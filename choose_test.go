package suncode

import (
	"testing"

	"pgregory.net/rapid"
)

// plainPenalty counts place by place what SPEC.md 5.4 says.
func plainPenalty(s *Symbol) int {
	rays := s.Level.Rays()
	plan := Plan(rays)
	there := func(ray, k int) bool { return k >= 0 && k < Radii && plan[ray][k].Kind != Blank }
	dark := func(ray, k int) bool { return there(ray, k) && s.Dark(ray, k) }
	light := func(ray, k int) bool { return there(ray, k) && !s.Dark(ray, k) }
	dots, gaps, patches := 0, 0, 0
	var surplus [12]int
	for ray := range RaySlots {
		for k := range Radii {
			if dark(ray, k) {
				surplus[ray/6]++
			} else if light(ray, k) {
				surplus[ray/6]--
			}
			if dark(ray, k) && !dark(ray, k-1) && !dark(ray, k+1) {
				dots++
			}
			if light(ray, k) && light(ray, k+1) && light(ray, k+2) && light(ray, k+3) {
				gaps++
			}
			bald := k+2 < Radii
			for i := range 4 {
				for j := range 3 {
					near := (ray + i) % RaySlots
					bald = bald && (!present(rays, near) || light(near, k+j))
				}
			}
			if bald {
				patches++
			}
		}
	}
	squares := 0
	for _, d := range surplus {
		squares += d * d
	}
	return 6*dots + 4*gaps + 6*patches + squares/8
}

// TestPenalty holds the fast count to the plain one.
func TestPenalty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := rapid.SampledFrom(Levels[:]).Draw(t, "level")
		s := Symbol{Level: l, Mask: rapid.SampledFrom(Masks(l.Rays())).Draw(t, "mask")}
		copy(s.Stream[:], rapid.SliceOfN(rapid.Byte(), l.Codewords(), l.Codewords()).Draw(t, "stream"))
		g := gauges[l]
		rays := s.Rays()
		cells := g.arrange(&rays)
		if got, want := g.penalty(&cells, &board{}), plainPenalty(&s); got != want {
			t.Fatalf("penalty %d, want %d", got, want)
		}
	})
}

// TestBestMask finds no mask with a smaller penalty, and none as small with a lower id.
func TestBestMask(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := rapid.SampledFrom(Levels[:]).Draw(t, "level")
		payload := Payload{Mode: Bytes, Data: rapid.SliceOfN(rapid.Byte(), l.ByteCapacity(), l.ByteCapacity()).Draw(t, "payload")}
		codewords, err := payload.codewords(l)
		if err != nil {
			t.Fatal(err)
		}
		best := bestMask(l, &codewords)
		for _, mask := range Masks(l.Rays()) {
			other, err := Encode(payload, l, mask)
			if err != nil {
				t.Fatal(err)
			}
			if got, least := plainPenalty(&other), plainPenalty(&best); got < least || got == least && mask < best.Mask {
				t.Fatalf("mask %d has penalty %d; chosen was %d with %d", mask, got, best.Mask, least)
			}
		}
	})
}
