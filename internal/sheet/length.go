package sheet

import (
	"math"
	"strconv"
	"strings"

	"github.com/suncode/suncode"
	"github.com/suncode/suncode/internal/length"
)

// ParseLength reads a length such as "20mm", "2.5cm", "1in", "36pt" or "20", which is millimetres too, and returns
// millimetres. The error wraps [ErrStyle].
func ParseLength(text string) (float64, error) {
	v, err := length.Parse(text)
	if err != nil {
		return 0, fault(ErrStyle, "the length %q: %w", clip(text), err)
	}
	return v, nil
}

// Space is a width in millimetres, in pitches, or both added up. Its text is "2p" for pitches and a length otherwise.
type Space struct{ MM, Pitches float64 }

// maxSpacePitches and maxSpaceMM bound a quiet zone.
const (
	maxSpacePitches = suncode.EdgePitches
	maxSpaceMM      = 200
)

// ParseSpace reads a quiet zone: "2p" is two pitches, anything else is a length. The error wraps [ErrStyle].
func ParseSpace(text string) (Space, error) {
	var space Space
	digits, unit := length.Split(text)
	if unit == "p" {
		pitches, ok := length.Number(digits)
		if !ok {
			return space, fault(ErrStyle, "the space %q, want a number and p, or a length", clip(text))
		}
		space.Pitches = pitches
		return space, space.check()
	}
	var err error
	if space.MM, err = length.Parse(text); err != nil {
		return Space{}, fault(ErrStyle, "the space %q: %w, or p for pitches", clip(text), err)
	}
	return space, space.check()
}

// String is the text that ParseSpace reads.
func (s Space) String() string {
	if s.Pitches != 0 {
		return number(s.Pitches) + "p"
	}
	return number(s.MM) + "mm"
}

// MarshalText is String.
func (s Space) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText is [ParseSpace].
func (s *Space) UnmarshalText(text []byte) (err error) {
	*s, err = ParseSpace(string(text))
	return err
}

func (s Space) check() error {
	if !(s.MM >= 0 && s.MM <= maxSpaceMM && s.Pitches >= 0 && s.Pitches <= maxSpacePitches) {
		return badStyle("quiet", "a quiet zone of %s, want at most %dp or %s", s, maxSpacePitches, mm(maxSpaceMM))
	}
	return nil
}

// of is the space beside a code of a size.
func (s Space) of(sizeMM float64) float64 { return s.MM + s.Pitches*sizeMM/suncode.EdgePitches }

// mm is a length for people.
func mm(v float64) string { return length.Text(v) }

// number is a number for files, to 1/1000.
func number(v float64) string { return strconv.FormatFloat(math.Round(v*1000)/1000, 'f', -1, 64) }

// clip shortens what somebody wrote for an error.
func clip(text string) string {
	const most = 40
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
