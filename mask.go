package suncode

import "slices"

// MaskCount is the number of mask ids, 1 to 32; the masks of ids 22 and 30 are not known.
const MaskCount = 32

// inverts tells whether a mask inverts the data cell at ray j and i = k + 3 (SPEC.md 5.3).
type inverts func(i, j int) bool

// The conditions that masks are built from. c0 and c1, c6 and c7 cannot be told apart on main rays, up to inversion.
var (
	c0  inverts = func(i, j int) bool { return (i+j)%2 == 0 }
	c1  inverts = func(i, _ int) bool { return i%2 == 0 }
	c2  inverts = func(_, j int) bool { return j%3 == 0 }
	c3  inverts = func(i, j int) bool { return (i+j)%3 == 0 }
	c4  inverts = func(i, j int) bool { return (i/2+j/3)%2 == 0 }
	c5  inverts = func(i, j int) bool { return i*j%2+i*j%3 == 0 }
	c6  inverts = func(i, j int) bool { return (i*j%2+i*j%3)%2 == 0 }
	c7  inverts = func(i, j int) bool { return ((i+j)%2+i*j%3)%2 == 0 }
	c8  inverts = func(_, j int) bool { return j/3%2 == 0 }
	c9  inverts = func(_, j int) bool { return j/3%3 == 0 }
	c10 inverts = func(i, j int) bool { return (i+j)/3%2 == 0 }

	left   inverts = func(_, j int) bool { return j < 10 }
	top    inverts = func(_, j int) bool { return j <= 50 }
	right  inverts = func(_, j int) bool { return 10 <= j && j <= 50 }
	gaps   inverts = func(_, j int) bool { return j&74 == 0 }
	hollow inverts = func(i, _ int) bool { return i < 5 }
)

func xor(a, b inverts) inverts { return func(i, j int) bool { return a(i, j) != b(i, j) } }
func not(a inverts) inverts    { return func(i, j int) bool { return !a(i, j) } }

// maskRule is a mask as it is known. Confirmed masks were seen on added rays. The others are known from 36 rays only;
// where added rays could tell two rules apart, other is the second one.
type maskRule struct {
	rule      inverts
	other     inverts
	confirmed bool
}

func seen(r inverts) maskRule            { return maskRule{rule: r, confirmed: true} }
func mainOnly(r inverts) maskRule        { return maskRule{rule: r} }
func eitherOf(r, other inverts) maskRule { return maskRule{rule: r, other: other} }

// maskRules is the table of SPEC.md 5.3, by id.
var maskRules = [MaskCount + 1]maskRule{
	1:  seen(xor(c0, right)),
	2:  seen(xor(c3, top)),
	3:  eitherOf(c1, not(c0)),
	4:  seen(not(xor(c0, c2))),
	5:  mainOnly(c3),
	6:  eitherOf(xor(c1, hollow), xor(not(c0), hollow)),
	7:  seen(not(xor(c2, c5))),
	8:  seen(not(xor(c1, gaps))),
	9:  seen(not(xor(c2, c6))),
	10: seen(not(xor(c2, c3))),
	11: seen(not(xor(c1, top))),
	12: seen(top),
	13: seen(not(c3)),
	14: seen(c0),
	15: seen(not(xor(c1, c5))),
	16: mainOnly(c4),
	17: seen(xor(c3, c8)),
	18: seen(not(xor(c1, c8))),
	19: eitherOf(xor(c0, c4), xor(not(c1), c4)),
	20: eitherOf(xor(c6, hollow), xor(not(c7), hollow)),
	21: seen(xor(c4, c9)),
	23: mainOnly(xor(c3, c9)),
	24: seen(xor(c2, c4)),
	25: seen(not(xor(c0, left))),
	26: seen(not(xor(c10, c2))),
	27: seen(xor(c4, right)),
	28: seen(xor(c3, c5)),
	29: seen(not(c7)),
	31: seen(not(c4)),
	32: eitherOf(xor(c4, c7), xor(c4, not(c6))),
}

// stream is a symbol's data cells in stream order, most significant bit first.
type stream [MaxCodewords]byte

// maskSet holds a ray count's masks as streams, and the ids a writer may use.
type maskSet struct {
	streams [MaskCount + 1][]stream // the readings of each id, none when unknown
	writers []int
}

var masks36, masks54, masks72 = newMaskSet(36), newMaskSet(54), newMaskSet(72)

// maskSetFor is the mask set of a ray count, nil when there is none.
func maskSetFor(rays int) *maskSet {
	switch rays {
	case 36:
		return masks36
	case 54:
		return masks54
	case 72:
		return masks72
	}
	return nil
}

func newMaskSet(rays int) *maskSet {
	set := &maskSet{}
	for id, m := range maskRules {
		if m.rule == nil {
			continue
		}
		set.streams[id] = append(set.streams[id], maskStream(rays, m.rule))
		if rays > 36 && m.other != nil {
			set.streams[id] = append(set.streams[id], maskStream(rays, m.other))
		}
		if rays == 36 || m.confirmed {
			set.writers = append(set.writers, id)
		}
	}
	return set
}

func maskStream(rays int, rule inverts) (s stream) {
	for bit, p := range layoutFor(rays).data {
		if rule(p.k+3, p.ray) {
			s[bit/8] |= 0x80 >> (bit % 8)
		}
	}
	return s
}

// Masks lists the mask ids a writer may use for a ray count, ascending: the 30 known ones for 36 rays, those confirmed
// on added rays for 54 and 72.
func Masks(rays int) []int {
	if set := maskSetFor(rays); set != nil {
		return slices.Clone(set.writers)
	}
	return nil
}
