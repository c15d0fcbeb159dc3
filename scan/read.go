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
	// minEqualScore is the least agreement of a format word for which blur is taken out of the cells.
	minEqualScore = 0.6
	// spareParity is the parity that erasures may not use up: it is left to tell a codeword from chance.
	spareParity = 4
	// maxDisagreement is the share of what was seen, weighed by certainty, that the accepted symbol may contradict.
	maxDisagreement = 0.07
)

// reader holds the working memory of reading.
type reader struct {
	certainty soft
	equal     soft // the values without blur
	guesses   [formatGuesses]formatGuess
	order     [suncode.MaxCodewords]int
	trace     *Trace // nil unless somebody wants to see
	back      pose   // from the plane that is read to the picture
}

// read turns soft values into a symbol, or reports false. Nothing is accepted on correction alone: the payload must
// have exactly the structure of SPEC.md 7, and the cells must agree with what was seen (SPEC.md 9).
func (r *reader) read(s *soft) (reading, bool) {
	r.findFormats(s)
	for _, guess := range r.guesses {
		if guess.score < minFormatScore {
			break
		}
		if found, ok := r.readAs(s, guess); ok {
			return found, true
		}
		if guess.score < minEqualScore {
			continue
		}
		s.equalise(guess, &r.equal)
		if found, ok := r.readAs(&r.equal, guess); ok {
			return found, true
		}
	}
	return reading{}, false
}

// findFormats fills guesses with the likeliest format words, best first.
func (r *reader) findFormats(s *soft) {
	clear(r.guesses[:])
	var cells [36]float64
	norm := 0.0
	for bit := range cells {
		ray, k := suncode.FormatPlace(bit)
		cells[bit] = max(min(s[ray][k], 0.5), -0.5)
		norm += math.Abs(cells[bit])
	}
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
			r.guess(formatGuess{level, mask, sum / max(norm, 1e-9)})
		}
	}
}

// guess puts a format word in its place among the best.
func (r *reader) guess(g formatGuess) {
	for i, old := range r.guesses {
		if g.score > old.score {
			copy(r.guesses[i+1:], r.guesses[i:])
			r.guesses[i] = g
			return
		}
	}
}

// readAs decodes the data cells under one format word, giving up more and more of the least certain codewords.
func (r *reader) readAs(s *soft, guess formatGuess) (reading, bool) {
	seen := suncode.Symbol{Level: guess.level, Mask: guess.mask}
	s.weigh(guess.level.Rays(), &r.certainty)
	order := s.harden(&seen, &r.certainty, &r.order)
	for erased := 0; erased <= guess.level.Parity()-spareParity; erased += 2 {
		found := reading{symbol: seen}
		payload, corrected, err := found.symbol.Decode(order[:erased]...)
		if err != nil {
			continue
		}
		if disagreement(&seen, &found.symbol, &r.certainty) > maxDisagreement {
			continue
		}
		found.payload, found.corrected = payload, corrected
		return found, true
	}
	return reading{}, false
}

// weigh fills out with how much is known of each place of s, 0 to 1: how far its value is from half way, and less where
// all places around are alike, as under something that hides them.
func (s *soft) weigh(rays int, out *soft) {
	const (
		rayReach, reach = 4, 2
		hidden          = 0.1
	)
	plan := suncode.Plan(rays)
	*out = soft{}
	for ray := range plan {
		for k, cell := range plan[ray] {
			if cell.Kind != suncode.Data {
				continue
			}
			dark, all := 0, 0
			for r := ray - rayReach; r <= ray+rayReach; r++ {
				at := (r + suncode.RaySlots) % suncode.RaySlots
				for kk := max(k-reach, 0); kk <= min(k+reach, suncode.Radii-1); kk++ {
					if plan[at][kk].Kind == suncode.Blank {
						continue
					}
					all++
					if s[at][kk] > 0 {
						dark++
					}
				}
			}
			out[ray][k] = min(1, 2*math.Abs(s[ray][k]))
			if dark == 0 || dark == all {
				out[ray][k] *= hidden
			}
		}
	}
}

// harden decides every data cell and lists the codewords by certainty, the least certain first.
func (s *soft) harden(out *suncode.Symbol, certainty *soft, room *[suncode.MaxCodewords]int) []int {
	n := out.Level.Codewords()
	var least [suncode.MaxCodewords]float64
	order := room[:n]
	for word := range n {
		order[word] = word
		least[word] = 1
		for bit := range 8 {
			ray, k := suncode.Place(out.Level.Rays(), 8*word+bit)
			if s[ray][k] > 0 {
				out.Stream[word] |= 0x80 >> bit
			}
			least[word] = min(least[word], certainty[ray][k])
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(least[a], least[b]) })
	return order
}

// disagreement is the share of certainty with which the cells seen contradict a corrected symbol; 1 when too little is
// certain at all.
func disagreement(seen, corrected *suncode.Symbol, certainty *soft) float64 {
	const leastSeen = 0.4 // mean certainty
	wrong, all := 0.0, 0.0
	bits := 8 * seen.Level.Codewords()
	for bit := range bits {
		ray, k := suncode.Place(seen.Level.Rays(), bit)
		all += certainty[ray][k]
		if (seen.Stream[bit/8]^corrected.Stream[bit/8])>>(7-bit%8)&1 == 1 {
			wrong += certainty[ray][k]
		}
	}
	if all < leastSeen*float64(bits) {
		return 1
	}
	return wrong / all
}
