package sheet

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/suncode/suncode"
)

// units are the units of a length, in millimetres.
var units = map[string]float64{"mm": 1, "cm": 10, "in": 25.4, "pt": 25.4 / 72, "": 1}

// maxLengthText bounds the text of a length, in bytes.
const maxLengthText = 32

// ParseLength reads a length such as "20mm", "2.5cm", "1in", "36pt" or "20", which is millimetres too, and returns
// millimetres, 0 to 100,000. The error wraps [ErrStyle].
func ParseLength(text string) (float64, error) {
	number, unit := splitUnit(text)
	scale, ok := units[unit]
	v, err := parseNumber(number)
	if !ok || err != nil {
		return 0, fmt.Errorf("%w: the length %q, want a number and mm, cm, in or pt", ErrStyle, clip(text))
	}
	return v * scale, nil
}

// splitUnit cuts the letters off the end.
func splitUnit(text string) (number, unit string) {
	number = strings.TrimRight(text, "abcdefghijklmnopqrstuvwxyz")
	return strings.TrimSuffix(number, " "), text[len(number):]
}

// parseNumber reads decimal digits with at most one point: no sign, no exponent.
func parseNumber(text string) (float64, error) {
	if len(text) > maxLengthText || strings.Trim(text, "0123456789.") != "" {
		return 0, strconv.ErrSyntax
	}
	v, err := strconv.ParseFloat(text, 64)
	if err == nil && v > 100_000 {
		return 0, strconv.ErrRange
	}
	return v, err
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
	number, unit := splitUnit(text)
	if unit == "p" {
		pitches, err := parseNumber(number)
		if err != nil {
			return Space{}, fmt.Errorf("%w: the space %q, want a number and p, mm, cm, in or pt", ErrStyle, clip(text))
		}
		return Space{Pitches: pitches}, Space{Pitches: pitches}.check()
	}
	v, err := ParseLength(text)
	if err != nil {
		return Space{}, fmt.Errorf("%w: the space %q, want a number and p, mm, cm, in or pt", ErrStyle, clip(text))
	}
	return Space{MM: v}, Space{MM: v}.check()
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
		return fmt.Errorf("%w: a quiet zone of %s, want at most %dp or %s", ErrStyle, s, maxSpacePitches, mm(maxSpaceMM))
	}
	return nil
}

// of is the space beside a code of a size.
func (s Space) of(sizeMM float64) float64 { return s.MM + s.Pitches*sizeMM/suncode.EdgePitches }

// mm is a length for people, rounded to a tenth.
func mm(v float64) string { return strconv.FormatFloat(math.Round(10*v)/10, 'f', -1, 64) + " mm" }

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
