package suncode

import "math/bits"

const (
	// formatBits is the length of the format word; it stands twice on the ring k = 3.
	formatBits = 18
	// masksPerType is the step between the word numbers of two types.
	masksPerType = 32
)

// formatBasis spans the format words: word number N is the exclusive or of the entries at N's set bits. It is the
// binary lexicode of length 18 and distance 6 (SPEC.md 5.2); a test builds it again from that definition.
var formatBasis = [...]uint32{0x0003F, 0x001C7, 0x0064B, 0x00A95, 0x0304D, 0x05096, 0x09257, 0x1129B, 0x212CE}

func formatNumbered(n int) uint32 {
	word := uint32(0)
	for i, b := range formatBasis {
		if n>>i&1 == 1 {
			word ^= b
		}
	}
	return word
}

// FormatWord is the 18-bit word that announces a level and a mask, 1 to 32.
func FormatWord(l Level, mask int) uint32 { return formatNumbered(masksPerType*int(l) + mask) }

// FormatDistance is the distance that two format words have at least.
const FormatDistance = 6

// ParseFormat finds the level and mask whose word, written twice, differs least from the 36 format cells, given with
// the first copy in the upper half. It returns the number of differing cells, and ok = false when more than 5 differ:
// beyond that another word could be as near.
func ParseFormat(cells uint64) (l Level, mask, differing int, ok bool) {
	differing = 2*formatBits + 1
	for _, level := range Levels {
		for m := 1; m <= MaskCount; m++ {
			word := uint64(FormatWord(level, m))
			if d := bits.OnesCount64(cells ^ (word<<formatBits | word)); d < differing {
				l, mask, differing = level, m, d
			}
		}
	}
	return l, mask, differing, differing < FormatDistance
}
