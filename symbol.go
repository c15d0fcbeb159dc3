package suncode

import (
	"errors"

	"github.com/suncode/suncode/internal/rs"
)

// Symbol is a code as cells. Symbols are comparable: equal symbols are drawn alike.
type Symbol struct {
	Level Level
	// Mask is the mask's id, 1 to 32.
	Mask int
	// Stream holds the data cells as they are drawn, masked: bit by bit in stream order, most significant first,
	// dark = 1. Bytes beyond the level's codewords are zero.
	Stream [MaxCodewords]byte
}

var (
	// ErrLevel means that a level is none of Levels.
	ErrLevel = errors.New("suncode: unknown level")
	// ErrMask means that a mask is unknown, or for a writer not confirmed for the level's ray count.
	ErrMask = errors.New("suncode: unknown or unconfirmed mask")
	// ErrUncorrectable means that a symbol is damaged beyond its level's strength.
	ErrUncorrectable = errors.New("suncode: damaged beyond correction")
)

// Dark reports whether the cell at 0 <= ray < RaySlots, 0 <= k < Radii is dark in a symbol of a valid level.
func (s *Symbol) Dark(ray, k int) bool {
	cell := layoutFor(s.Level.Rays()).grid[ray][k]
	switch cell.Kind {
	case Fixed:
		return true
	case Format:
		return FormatWord(s.Level, s.Mask)>>(formatBits-1-cell.Bit%formatBits)&1 == 1
	case Data, Repeat:
		return s.Stream[cell.Bit/8]>>(7-cell.Bit%8)&1 == 1
	default:
		return false
	}
}

// Rays are the dark places of every ray of a symbol of a valid level: bit k is set where Dark(ray, k).
func (s *Symbol) Rays() (rays [RaySlots]uint16) {
	l := layoutFor(s.Level.Rays())
	rays = l.spread((*stream)(&s.Stream))
	word := FormatWord(s.Level, s.Mask)
	for ray, fixed := range l.fixed {
		rays[ray] |= fixed
		if ray%2 == 1 {
			bit := formatBits - 1 - ray/2%formatBits
			rays[ray] |= uint16(word>>bit&1) << formatRadius
		}
	}
	return rays
}

// Encode makes the symbol of a payload at a level with a mask out of Masks(l.Rays()). It returns ErrLevel, ErrMask,
// ErrMode, ErrTooLong or an error wrapping ErrCharacter.
func Encode(p Payload, l Level, mask int) (Symbol, error) {
	if !l.Valid() {
		return Symbol{}, ErrLevel
	}
	if mask < 1 || mask > MaskCount || len(maskSetFor(l.Rays()).streams[mask]) == 0 ||
		l.Rays() > 36 && !maskRules[mask].confirmed {
		return Symbol{}, ErrMask
	}
	codewords, err := p.codewords(l)
	if err != nil {
		return Symbol{}, err
	}
	s := Symbol{Level: l, Mask: mask, Stream: codewords}
	s.applyMask(0)
	return s, nil
}

// codewords packs a payload and adds the parity.
func (p Payload) codewords(l Level) (s stream, err error) {
	if err := p.pack(s[:l.DataCodewords()]); err != nil {
		return stream{}, err
	}
	return s, rs.Encode(s[:l.Codewords()], l.Parity())
}

// applyMask puts one of the mask's readings on the stream, or takes it off.
func (s *Symbol) applyMask(reading int) {
	mask := &maskSetFor(s.Level.Rays()).streams[s.Mask][reading]
	for i := range s.Level.Codewords() {
		s.Stream[i] ^= mask[i]
	}
}

// Decode corrects the symbol in place and returns its payload and the number of codewords corrected. Erasures, which
// may be none, are the indices of doubtful codewords: e errors elsewhere are corrected while 2·e + len(erasures) <=
// Parity. A mask that has two readings on added rays (SPEC.md 5.3) is tried both ways. On an error the symbol is
// unchanged: ErrLevel, ErrMask, ErrUncorrectable, or ErrStructure when the corrected data is no payload.
func (s *Symbol) Decode(erasures ...int) (Payload, int, error) {
	if !s.Level.Valid() {
		return Payload{}, 0, ErrLevel
	}
	if s.Mask < 1 || s.Mask > MaskCount {
		return Payload{}, 0, ErrMask
	}
	failure := ErrMask
	for reading := range maskSetFor(s.Level.Rays()).streams[s.Mask] {
		try := *s
		try.applyMask(reading)
		corrected, err := rs.Correct(try.Stream[:s.Level.Codewords()], s.Level.Parity(), erasures)
		if err != nil {
			failure = ErrUncorrectable
			continue
		}
		payload, err := unpack(try.Stream[:s.Level.DataCodewords()])
		if err != nil {
			failure = err
			continue
		}
		try.applyMask(reading)
		s.Stream = try.Stream
		return payload, corrected, nil
	}
	return Payload{}, 0, failure
}
