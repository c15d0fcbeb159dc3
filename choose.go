package suncode

// EncodeBytes makes the symbol of up to 41 bytes: the fewest rays, within them the strongest level, and the mask whose
// drawing looks best (SPEC.md 5.4). It returns ErrTooLong for more.
func EncodeBytes(payload []byte) (Symbol, error) {
	return encodeBest(Payload{Mode: Bytes, Data: payload})
}

// EncodeText makes the symbol of up to 60 characters of Alphabet, choosing level and mask as EncodeBytes does. It
// returns ErrTooLong, or an error wrapping ErrCharacter.
func EncodeText(text string) (Symbol, error) {
	return encodeBest(Payload{Mode: Alphanumeric, Data: []byte(text)})
}

func encodeBest(p Payload) (Symbol, error) {
	for _, l := range Levels {
		if p.sizeBits() > 8*l.DataCodewords() {
			continue
		}
		codewords, err := p.codewords(l)
		if err != nil {
			return Symbol{}, err
		}
		return bestMask(l, &codewords), nil
	}
	return Symbol{}, ErrTooLong
}

// bestMask tries every mask a writer may use and keeps the one of least penalty, the lowest id among equals.
func bestMask(l Level, codewords *stream) (best Symbol) {
	least := -1
	for _, mask := range maskSetFor(l.Rays()).writers {
		s := Symbol{Level: l, Mask: mask, Stream: *codewords}
		s.applyMask(0)
		if penalty := s.penalty(); least < 0 || penalty < least {
			best, least = s, penalty
		}
	}
	return best
}

// sectors is into how many equal parts penalty divides the circle: 30 degrees each.
const sectors = 12

// penalty scores how uneven a drawing looks, in cells (SPEC.md 5.4): for each sector the square of the surplus of one
// colour, and four for each lone dot, so that weight is even all around and strokes are long.
func (s *Symbol) penalty() int {
	lone := 0
	var surplus [sectors]int
	before, run := place{}, 0
	for bit, p := range layoutFor(s.Level.Rays()).data {
		if p.ray != before.ray || p.k != before.k+1 {
			lone += loneDot(run)
			run = 0
		}
		before = p
		if s.Stream[bit/8]>>(7-bit%8)&1 == 1 {
			surplus[p.ray*sectors/RaySlots]++
			run++
			continue
		}
		surplus[p.ray*sectors/RaySlots]--
		lone += loneDot(run)
		run = 0
	}
	penalty := 4 * (lone + loneDot(run))
	for _, d := range surplus {
		penalty += d * d
	}
	return penalty
}

func loneDot(run int) int {
	if run == 1 {
		return 1
	}
	return 0
}
