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
	g := gauges[l]
	rays := layoutFor(l.Rays()).spread(codewords)
	data := g.arrange(&rays)
	least, best := -1, 0
	for i := range g.masks {
		cells := &g.masks[i]
		if penalty := g.penalty(&data, &cells.board); least < 0 || penalty < least {
			least, best = penalty, cells.mask
		}
	}
	s := Symbol{Level: l, Mask: best, Stream: *codewords}
	s.applyMask(0)
	return s
}

const (
	quarter = RaySlots / 4
	lane    = 16 // bits of a board's word that a ray has
	sectors = 12 // 30 degrees each
)

// board is the places of a symbol in words of 64 bits, bit k for place k, four rays to the word, a quarter of the circle
// apart: rays that are neighbours are in words that are, and those of a word are looked at together. With 36 rays there
// are words for the main rays only.
type board [quarter]uint64

// gauge is what the penalty of a level's symbols is counted with.
type gauge struct {
	words   int // of a board that are in use
	stride  int // ray numbers from one word to the next
	present board
	absent  board // all places of the rays that are not there
	even    [sectors]int
	masks   []maskBoard
}

// maskBoard is a mask that a writer may use, with all of its symbols that is not data: what it makes of light places.
type maskBoard struct {
	mask  int
	board board
}

var gauges = newGauges()

func newGauges() (all [Level54 + 1]*gauge) {
	for _, l := range Levels {
		all[l] = newGauge(l)
	}
	return all
}

func newGauge(l Level) *gauge {
	g := &gauge{words: quarter, stride: 1}
	if l.Rays() == RaySlots/2 {
		g.words, g.stride = quarter/2, 2
	}
	var there, missing [RaySlots]uint16
	for ray, places := range Plan(l.Rays()) {
		for k, cell := range places {
			if cell.Kind != Blank {
				there[ray] |= 1 << k
				g.even[ray*sectors/RaySlots]++
			}
		}
		if !present(l.Rays(), ray) {
			missing[ray] = 1<<Radii - 1
		}
	}
	g.present, g.absent = g.arrange(&there), g.arrange(&missing)
	for _, mask := range Masks(l.Rays()) {
		s := Symbol{Level: l, Mask: mask, Stream: maskSetFor(l.Rays()).streams[mask][0]}
		rays := s.Rays()
		g.masks = append(g.masks, maskBoard{mask, g.arrange(&rays)})
	}
	return g
}

// arrange makes a board of rays.
func (g *gauge) arrange(rays *[RaySlots]uint16) (b board) {
	for i := range g.words {
		ray := (i+1)*g.stride - 1
		b[i] = uint64(rays[ray]) | uint64(rays[ray+quarter])<<lane |
			uint64(rays[ray+2*quarter])<<(2*lane) | uint64(rays[ray+3*quarter])<<(3*lane)
	}
	return b
}

// What makes a drawing less beautiful, each time that it occurs (SPEC.md 5.4).
const (
	dotPenalty   = 6
	gapPenalty   = 4
	patchPenalty = 6
	surplusShare = 8
)

// penalty scores how uneven and how dotty a drawing is (SPEC.md 5.4): data with a mask on it.
func (g *gauge) penalty(data, mask *board) int {
	var bald [quarter + 3]uint64 // light places with two more light ones further out
	var weight [sectors / 4]uint64
	dots, gaps, patches := 0, 0, 0
	group := g.words / len(weight)
	for i := range weight {
		for j := i * group; j < (i+1)*group; j++ {
			dark := data[j] ^ mask[j]
			light := g.present[j] &^ dark
			bald[j] = light & (light >> 1) & (light >> 2)
			gaps += bits.OnesCount64(bald[j] & (light >> 3))
			bald[j] |= g.absent[j]
			dots += bits.OnesCount64(dark &^ (dark << 1) &^ (dark >> 1))
			weight[i] += onesOfBytes(dark)
		}
	}
	for i := range 3 {
		bald[g.words+i] = bits.RotateLeft64(bald[i], -lane)
	}
	for i := range g.words {
		patch := bald[i] & bald[i+1]
		if g.stride == 1 {
			patch &= bald[i+2] & bald[i+3]
		}
		patches += bits.OnesCount64(patch) * g.stride
	}
	surplus := 0
	for i, w := range weight {
		for j := range 4 {
			of := w >> (lane * j)
			d := 2*int(of&0xff+of>>8&0xff) - g.even[i+len(weight)*j]
			surplus += d * d
		}
	}
	return dotPenalty*dots + gapPenalty*gaps + patchPenalty*patches + surplus/surplusShare
}

// onesOfBytes is the number of ones in each byte.
func onesOfBytes(v uint64) uint64 {
	const pairs, nibbles, bytes = 0x5555555555555555, 0x3333333333333333, 0x0f0f0f0f0f0f0f0f
	v -= v >> 1 & pairs
	v = v&nibbles + v>>2&nibbles
	return (v + v>>4) & bytes
}
