package scan

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"github.com/suncode/suncode"
)

// TestChance reads grids of chance values whose format ring is sound, as a lookalike's could be: none is accepted.
// SUNCODE_CHANCE sets how many.
func TestChance(t *testing.T) {
	trials := 2000
	if n, err := strconv.Atoi(os.Getenv("SUNCODE_CHANCE")); err == nil {
		trials = n
	}
	r := rand.New(rand.NewPCG(1, 280))
	var room reader
	for i := range trials {
		level := suncode.Levels[i%len(suncode.Levels)]
		masks := suncode.Masks(level.Rays())
		word := suncode.FormatWord(level, masks[r.IntN(len(masks))])
		var s soft
		for ray := range s {
			for k := range s[ray] {
				s[ray][k] = r.Float64() - 0.5
				if i%2 == 0 {
					s[ray][k] = 0.2*r.NormFloat64() + 0.4*float64(2*r.IntN(2)-1)
				}
			}
		}
		for bit := range 36 {
			ray, k := suncode.FormatPlace(bit)
			s[ray][k] = float64(word>>(17-bit%18)&1) - 0.5
		}
		if got, ok := room.read(&s); ok {
			t.Errorf("trial %d: read %v %q with %d corrected", i, got.payload.Mode, got.payload.Data, got.corrected)
		}
	}
}
