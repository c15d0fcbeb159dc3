package render

import "encoding/binary"

// The discrete cosine transform of JPEG in whole numbers, so that every machine gets the same: two passes of eight
// sums of products with the cosines in steps of 1/2^cosineBits.
const (
	cosineBits = 13
	// keptBits is how many binary places of the coefficients there are between and after the passes.
	keptBits = 4
)

// cosines are cos(i·π/16)/2 in steps of 1/2^cosineBits; the first one, of the constant part, is 1/√8.
var cosines = [8]int32{2896, 4017, 3784, 3406, 2896, 2276, 1567, 799}

// samples are the pixels of a block in one component, row by row.
type samples [64]uint8

// levels are the quantised coefficients of a block in zigzag order.
type levels [64]int16

// zigzag is the place in a block, row by row, of the coefficient at each place in the file.
var zigzag = makeZigzag()

func makeZigzag() (order [64]uint8) {
	x, y := 0, 0
	for i := range order {
		order[i] = uint8(8*y + x)
		switch up := (x+y)%2 == 0; {
		case up && x == 7, !up && y < 7 && x == 0:
			y++
		case up && y == 0, !up && y == 7:
			x++
		case up:
			x, y = x+1, y-1
		default:
			x, y = x-1, y+1
		}
	}
	return order
}

// transform is the block's coefficients with keptBits binary places, row by row.
func (s *samples) transform() (f [64]int32) {
	for y := range 8 {
		row := (*[8]uint8)(s[8*y:])
		var in [8]int32
		for x := range in {
			in[x] = int32(row[x]) - 128
		}
		out := spectrum(&in)
		for u := range out {
			f[8*y+u] = rounded(out[u], cosineBits-keptBits)
		}
	}
	for u := range 8 {
		var in [8]int32
		for y := range in {
			in[y] = f[8*y+u]
		}
		out := spectrum(&in)
		for v := range out {
			f[8*v+u] = rounded(out[v], cosineBits)
		}
	}
	return f
}

// alike reports whether all pixels of the block are.
func (s *samples) alike() bool {
	first := binary.LittleEndian.Uint64(s[:])
	if first != uint64(s[0])*0x0101010101010101 {
		return false
	}
	for i := 8; i < len(s); i += 8 {
		if binary.LittleEndian.Uint64(s[i:]) != first {
			return false
		}
	}
	return true
}

// flatPart is the first coefficient of a block whose pixels are all alike; the others are zero.
func flatPart(v int) int32 {
	f := rounded(8*cosines[0]*int32(v-128), cosineBits-keptBits)
	return rounded(8*cosines[0]*f, cosineBits)
}

func rounded(v int32, places int) int32 { return (v + 1<<(places-1)) >> places }

// spectrum is one pass over eight values. Cosines that are alike up to their sign share a product.
func spectrum(in *[8]int32) [8]int32 {
	a0, a1, a2, a3 := in[0]+in[7], in[1]+in[6], in[2]+in[5], in[3]+in[4]
	b0, b1, b2, b3 := in[0]-in[7], in[1]-in[6], in[2]-in[5], in[3]-in[4]
	c := &cosines
	return [8]int32{
		c[0] * (a0 + a1 + a2 + a3),
		c[1]*b0 + c[3]*b1 + c[5]*b2 + c[7]*b3,
		c[2]*(a0-a3) + c[6]*(a1-a2),
		c[3]*b0 - c[7]*b1 - c[1]*b2 - c[5]*b3,
		c[4] * (a0 - a1 - a2 + a3),
		c[5]*b0 - c[1]*b1 + c[7]*b2 + c[3]*b3,
		c[6]*(a0-a3) - c[2]*(a1-a2),
		c[7]*b0 - c[5]*b1 + c[3]*b2 - c[1]*b3,
	}
}

// quantizer turns coefficients into levels. A level is the nearest one for the constant part; the others are rounded
// down up to deadZone of a step, which costs little to see and saves many small levels.
type quantizer struct {
	step   [64]uint8 // in zigzag order, as the file has them
	factor [64]int64 // 1/step with factorBits binary places
}

const (
	factorBits = 24
	half       = 1 << (factorBits - 1)
	deadZone   = 1 << factorBits * 60 / 100
)

func newQuantizer(constant, rest uint8) *quantizer {
	q := &quantizer{}
	for i := range q.step {
		q.step[i] = rest
	}
	q.step[0] = constant
	for i, step := range q.step {
		q.factor[i] = 1 << (factorBits - keptBits) / int64(step)
	}
	return q
}

// levels quantises a block's coefficients.
func (q *quantizer) levels(f *[64]int32) (l levels) {
	bias := int64(half)
	for i, place := range zigzag {
		v := int64(f[place])
		if v < 0 {
			l[i] = int16(-((-v*q.factor[i] + bias) >> factorBits))
		} else {
			l[i] = int16((v*q.factor[i] + bias) >> factorBits)
		}
		bias = 1<<factorBits - deadZone
	}
	return l
}
