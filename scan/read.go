package scan

import (
	"cmp"
	"math"
	"slices"

	"github.com/suncode/suncode"
)

// reading is a symbol that soft values confirm.
type reading struct {
	symbol    suncode.Symbol
	payload   suncode.Payload
	corrected int
}

// formatGuess is a level and mask with how well the format ring agrees, -1 to 1.
type formatGuess struct {
	level suncode.Level
	mask  int
	score float64
}

const (
	// formatGuesses is how many format words are tried.
	formatGuesses = 3
	// minFormatScore is the least agreement of a format word that is tried.
	minFormatScore = 0.4
	// spareParity is the parity that erasures may not use up: it is left to tell a codeword from chance.
	spareParity = 6
	// maxDisagreement is the share of data cells in which the accepted symbol may differ from what was seen.
	maxDisagreement = 0.14
)

// read turns soft values into a symbol, or reports false. Nothing is accepted on correction alone: the payload must
// have exactly the structure of SPEC.md 7, and the cells must agree with what was seen (SPEC.md 9).
func (s *soft) read() (reading, bool) {
	for _, guess := range s.formats() {
		if r, ok := s.readAs(guess); ok {
			return r, true
		}
	}
	return reading{}, false
}

// formats lists the likeliest format words, best first.
func (s *soft) formats() []formatGuess {
	var cells [36]float64
	norm := 0.0
	for bit := range cells {
		ray, k := suncode.FormatPlace(bit)
		cells[bit] = max(min(s[ray][k], 0.5), -0.5)
		norm += math.Abs(cells[bit])
	}
	if norm == 0 {
		return nil
	}
	var guesses []formatGuess
	for _, level := range suncode.Levels {
		for mask := 1; mask <= suncode.MaskCount; mask++ {
			word := suncode.FormatWord(level, mask)
			sum := 0.0
			for bit, v := range cells {
				if word>>(17-bit%18)&1 == 1 {
					sum += v
				} else {
					sum -= v
				}
			}
			if score := sum / norm; score >= minFormatScore {
				guesses = append(guesses, formatGuess{level, mask, score})
			}
		}
	}
	slices.SortStableFunc(guesses, func(a, b formatGuess) int { return cmp.Compare(b.score, a.score) })
	return guesses[:min(len(guesses), formatGuesses)]
}

// readAs decodes the data cells under one format word, giving up more and more of the least certain codewords.
func (s *soft) readAs(guess formatGuess) (reading, bool) {
	seen := suncode.Symbol{Level: guess.level, Mask: guess.mask}
	order := s.harden(&seen)
	for erased := 0; erased <= guess.level.Parity()-spareParity; erased += 2 {
		r := reading{symbol: seen}
		payload, corrected, err := r.symbol.Decode(order[:erased]...)
		if err != nil {
			continue
		}
		if !agrees(&seen, &r.symbol) {
			return reading{}, false
		}
		r.payload, r.corrected = payload, corrected
		return r, true
	}
	return reading{}, false
}

// harden decides every data cell and lists the codewords by certainty, the least certain first.
func (s *soft) harden(out *suncode.Symbol) []int {
	n := out.Level.Codewords()
	var certainty [suncode.MaxCodewords]float64
	order := make([]int, n)
	for word := range n {
		order[word] = word
		certainty[word] = math.Inf(1)
		for bit := range 8 {
			ray, k := suncode.Place(out.Level.Rays(), 8*word+bit)
			v := s[ray][k]
			if v > 0 {
				out.Stream[word] |= 0x80 >> bit
			}
			certainty[word] = min(certainty[word], math.Abs(v))
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(certainty[a], certainty[b]) })
	return order
}

// agrees compares the cells of a corrected symbol with those seen.
func agrees(seen, corrected *suncode.Symbol) bool {
	differing := 0
	for i, b := range seen.Stream {
		for d := b ^ corrected.Stream[i]; d != 0; d &= d - 1 {
			differing++
		}
	}
	return float64(differing) <= maxDisagreement*float64(8*seen.Level.Codewords())
}
