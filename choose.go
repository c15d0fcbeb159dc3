package suncode

import "math/bits"

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
func bestMask(l Level, codewords *stream) Symbol {
	set, gauge := maskSetFor(l.Rays()), gaugeFor(l.Rays())
	plain := codewords.words()
	least, best := -1, 0
	for _, mask := range set.writers {
		cells := set.words[mask]
		for i := range cells {
			cells[i] ^= plain[i]
		}
		if penalty := gauge.penalty(&cells); least < 0 || penalty < least {
			least, best = penalty, mask
		}
	}
	s := Symbol{Level: l, Mask: best, Stream: *codewords}
	s.applyMask(0)
	return s
}

// streamWords is a stream in words of 64 bits, the first bit the highest of the first word.
type streamWords [(8*MaxCodewords + 63) / 64]uint64

func (s *stream) words() (w streamWords) {
	for i, b := range s {
		w[i/8] |= uint64(b) << (56 - i%8*8)
	}
	return w
}

// sectors is into how many equal parts the penalty divides the circle: 30 degrees each.
const sectors = 12

// gauge is what the penalty needs to know of a ray count's data places. Streams go along the rays, one ray after the
// other, so that a sector is a piece of the stream and the neighbours of a place are the bits next to it.
type gauge struct {
	joined streamWords // bits whose next one is the next place on the ray
	parts  [sectors][]part
	places [sectors]int // data places in a sector
}

// part is the bits of one word that belong to a sector.
type part struct {
	word int
	bits uint64
}

var gauge36, gauge54, gauge72 = newGauge(36), newGauge(54), newGauge(72)

func gaugeFor(rays int) *gauge {
	switch rays {
	case 36:
		return gauge36
	case 54:
		return gauge54
	default:
		return gauge72
	}
}

func newGauge(rays int) *gauge {
	g := &gauge{}
	data := layoutFor(rays).data
	for bit, p := range data {
		word, mask := bit/64, uint64(1)<<(63-bit%64)
		if bit+1 < len(data) && data[bit+1] == (place{p.ray, p.k + 1}) {
			g.joined[word] |= mask
		}
		sector := p.ray * sectors / RaySlots
		parts := g.parts[sector]
		if n := len(parts); n == 0 || parts[n-1].word != word {
			parts = append(parts, part{word: word})
		}
		parts[len(parts)-1].bits |= mask
		g.parts[sector] = parts
		g.places[sector]++
	}
	return g
}

// penalty scores how uneven a drawing looks, in cells (SPEC.md 5.4): for each sector the square of the surplus of one
// colour, and four for each lone dot, so that weight is even all around and strokes are long.
func (g *gauge) penalty(cells *streamWords) int {
	penalty := 0
	before := uint64(0) // whether the last place of the word before is dark and joined
	for i, dark := range cells {
		after := uint64(0)
		if i+1 < len(cells) {
			after = cells[i+1] >> 63
		}
		joined := dark & g.joined[i]
		lone := dark &^ (g.joined[i] & (dark<<1 | after)) &^ (joined>>1 | before<<63)
		penalty += 4 * bits.OnesCount64(lone)
		before = joined & 1
	}
	for sector, parts := range g.parts {
		surplus := -g.places[sector]
		for _, p := range parts {
			surplus += 2 * bits.OnesCount64(cells[p.word]&p.bits)
		}
		penalty += surplus * surplus
	}
	return penalty
}
