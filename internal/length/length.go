// Package length reads lengths as people write them: "20mm", "2.5 cm", "1in", "36pt", "3m", "20".
package length

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// units are the units of a length, in millimetres.
var units = map[string]float64{"mm": 1, "cm": 10, "m": 1000, "in": 25.4, "pt": 25.4 / 72, "": 1}

// MaxMM is the longest length that is read, in millimetres: a kilometre.
const MaxMM = 1e6

// maxText bounds the text of a number, in bytes.
const maxText = 32

// Errors of Parse.
var (
	ErrSyntax = errors.New("want a number and mm, cm, m, in or pt")
	ErrRange  = errors.New("more than a kilometre")
)

// Parse reads a length and returns millimetres, 0 to MaxMM. Without a unit it is millimetres. Errors are ErrSyntax and
// ErrRange.
func Parse(text string) (float64, error) {
	number, unit := Split(text)
	scale, known := units[unit]
	v, ok := Number(number)
	switch {
	case !known || !ok:
		return 0, ErrSyntax
	case v*scale > MaxMM:
		return 0, ErrRange
	}
	return v * scale, nil
}

// Split cuts the small letters off the end of a text, and one space before them.
func Split(text string) (number, unit string) {
	number = strings.TrimRight(text, "abcdefghijklmnopqrstuvwxyz")
	unit = text[len(number):]
	return strings.TrimSuffix(number, " "), unit
}

// Number reads decimal digits with at most one point: no sign, no exponent.
func Number(text string) (float64, bool) {
	if len(text) > maxText || strings.Trim(text, "0123456789.") != "" {
		return 0, false
	}
	v, err := strconv.ParseFloat(text, 64)
	return v, err == nil
}

// Text is a length for people: a tenth of a millimetre, or a hundredth of a metre from one metre on.
func Text(mm float64) string {
	if mm >= 1000 {
		return strconv.FormatFloat(math.Round(mm/10)/100, 'f', -1, 64) + " m"
	}
	return strconv.FormatFloat(math.Round(10*mm)/10, 'f', -1, 64) + " mm"
}
