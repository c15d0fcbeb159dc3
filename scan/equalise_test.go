package scan

import (
	"math/rand/v2"
	"testing"

	"github.com/suncode/suncode"
)

// TestEqualise blurs the cells of symbols by shares that are not told, until several are on the wrong side: they come
// back.
func TestEqualise(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 280))
	for trial := range 40 {
		level := suncode.Levels[trial%len(suncode.Levels)]
		payload := make([]byte, level.ByteCapacity())
		for i := range payload {
			payload[i] = byte(r.Uint32())
		}
		masks := suncode.Masks(level.Rays())
		guess := formatGuess{level: level, mask: masks[r.IntN(len(masks))]}
		symbol, err := suncode.Encode(suncode.Payload{Mode: suncode.Bytes, Data: payload}, level, guess.mask)
		if err != nil {
			t.Fatal(err)
		}
		var dark, blurred, out soft
		for ray := range dark {
			for k := range dark[ray] {
				if symbol.Dark(ray, k) {
					dark[ray][k] = 1
				}
			}
		}
		for ray := range dark {
			for k := range dark[ray] {
				n := neighbours(&dark, ray, k)
				blurred[ray][k] = 0.5*n[0] + 0.22*n[1] + 0.08*n[2] - 0.42 + 0.03*r.NormFloat64()
			}
		}
		blurred.equalise(guess, &out)
		before, after := wrongCells(&blurred, &symbol), wrongCells(&out, &symbol)
		if after > before/4 {
			t.Errorf("level %d: %d wrong cells, %d before", level, after, before)
		}
	}
}

func wrongCells(s *soft, symbol *suncode.Symbol) (wrong int) {
	for bit := range 8 * symbol.Level.Codewords() {
		ray, k := suncode.Place(symbol.Level.Rays(), bit)
		if (s[ray][k] > 0) != symbol.Dark(ray, k) {
			wrong++
		}
	}
	return wrong
}
