package suncode

import "github.com/suncode/suncode/internal/rs"

// Level is a ray count together with a strength of correction. Its value is the type number of the format word
// (SPEC.md 5.1).
type Level int

// The levels in the order a writer tries them: each holds more than the one before.
const (
	// Level36H has 36 rays and corrects 9 of 38 codewords.
	Level36H Level = 7
	// Level36L has 36 rays and corrects 6 of 38 codewords.
	Level36L Level = 4
	// Level54 has 54 rays and corrects 8 of 52 codewords.
	Level54 Level = 8
	// Level72 has 72 rays and corrects 11 of 66 codewords.
	Level72 Level = 2
)

// MaxCodewords is the number of codewords of the largest level.
const MaxCodewords = 66

// Levels lists every level, in the order a writer tries them.
var Levels = [...]Level{Level36H, Level36L, Level54, Level72}

// shape is a row of the table of SPEC.md 5.1.
type shape struct{ rays, codewords, data int }

func (l Level) shape() shape {
	switch l {
	case Level36H:
		return shape{36, 38, 20}
	case Level36L:
		return shape{36, 38, 25}
	case Level54:
		return shape{54, 52, 35}
	case Level72:
		return shape{72, 66, 43}
	}
	return shape{}
}

// Valid reports whether l is one of Levels.
func (l Level) Valid() bool { return l.shape().rays != 0 }

// Rays is the number of rays: 36, 54 or 72; 0 when l is not valid.
func (l Level) Rays() int { return l.shape().rays }

// Codewords is the number of codewords, data and parity together.
func (l Level) Codewords() int { return l.shape().codewords }

// DataCodewords is the number of codewords that carry the payload.
func (l Level) DataCodewords() int { return l.shape().data }

// Parity is the number of parity codewords: an error costs two of them, an erasure one.
func (l Level) Parity() int { return l.shape().codewords - l.shape().data }

// ByteCapacity is the longest payload in bytes mode.
func (l Level) ByteCapacity() int { return (8*l.DataCodewords() - modeBits - byteCountBits) / 8 }

// TextCapacity is the longest payload in alphanumeric mode.
func (l Level) TextCapacity() int {
	bits := 8*l.DataCodewords() - modeBits - textCountBits
	capacity := bits / pairBits * 2
	if bits%pairBits >= singleBits {
		capacity++
	}
	return capacity
}

// parityFits holds at compile time that the largest parity is one the rs package takes.
const _ = uint(rs.MaxParity - 23)
