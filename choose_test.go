package suncode

import (
	"testing"

	"pgregory.net/rapid"
)

// plainPenalty counts cell by cell what SPEC.md 5.4 says.
func plainPenalty(s *Symbol) int {
	penalty := 0
	var surplus [sectors]int
	plan := Plan(s.Level.Rays())
	dark := func(ray, k int) bool {
		return k >= 0 && k < Radii && plan[ray][k].Kind == Data && s.Dark(ray, k)
	}
	for ray := range RaySlots {
		for k := range Radii {
			switch {
			case plan[ray][k].Kind != Data:
				continue
			case !dark(ray, k):
				surplus[ray/6]--
				continue
			case !dark(ray, k-1) && !dark(ray, k+1):
				penalty += 4
			}
			surplus[ray/6]++
		}
	}
	for _, d := range surplus {
		penalty += d * d
	}
	return penalty
}

// TestPenalty holds the fast count to the plain one.
func TestPenalty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := Symbol{Level: rapid.SampledFrom(Levels[:]).Draw(t, "level"), Mask: 1}
		copy(s.Stream[:], rapid.SliceOfN(rapid.Byte(), s.Level.Codewords(), s.Level.Codewords()).Draw(t, "stream"))
		cells := (*stream)(&s.Stream).words()
		if got, want := gaugeFor(s.Level.Rays()).penalty(&cells), plainPenalty(&s); got != want {
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
