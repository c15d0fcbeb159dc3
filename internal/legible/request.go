package legible

import (
	"errors"
	"fmt"
	"image/color"
	"strconv"
	"strings"

	"github.com/suncode/suncode"
	"github.com/suncode/suncode/internal/length"
)

// ErrRequest is wrapped by the errors of Request.Question.
var ErrRequest = errors.New("legible: bad request")

// Request is a Question as people and programs write it. All of it may be left out.
type Request struct {
	LineColor   string  `json:"line_color"` // #rrggbb, black unless given
	Ground      string  `json:"ground"`     // #rrggbb, white unless given
	Transparent bool    `json:"transparent"`
	Rays        int     `json:"rays"`     // 36, 54 or 72
	Size        string  `json:"size"`     // such as 20mm
	Distance    string  `json:"distance"` // such as 1m
	DPI         float64 `json:"dpi"`
	Logo        []byte  `json:"logo"` // a JPEG, PNG or WebP file
}

// Bounds of a request.
const (
	maxSizeMM     = 100_000
	maxDistanceMM = length.MaxMM
	leastDPI      = 20
	mostDPI       = 20_000
)

// Question reads the request. Errors wrap [ErrRequest] and say which field is wrong.
func (r *Request) Question() (q Question, err error) {
	q.Transparent, q.Rays, q.DPI = r.Transparent, r.Rays, r.DPI
	if q.Line, err = ParseColour(r.LineColor); err != nil {
		return q, fmt.Errorf("%w: line_color: %w", ErrRequest, err)
	}
	if q.Ground, err = ParseColour(r.Ground); err != nil {
		return q, fmt.Errorf("%w: ground: %w", ErrRequest, err)
	}
	if q.SizeMM, err = parseLength(r.Size, maxSizeMM); err != nil {
		return q, fmt.Errorf("%w: size %.40q: %w", ErrRequest, r.Size, err)
	}
	if q.DistanceMM, err = parseLength(r.Distance, maxDistanceMM); err != nil {
		return q, fmt.Errorf("%w: distance %.40q: %w", ErrRequest, r.Distance, err)
	}
	if r.Rays != 0 && r.Rays != suncode.Level36H.Rays() && r.Rays != suncode.Level54.Rays() && r.Rays != suncode.Level72.Rays() {
		return q, fmt.Errorf("%w: rays %d, want 36, 54 or 72", ErrRequest, r.Rays)
	}
	if r.DPI != 0 && !(r.DPI >= leastDPI && r.DPI <= mostDPI) {
		return q, fmt.Errorf("%w: dpi %g, want %d to %d", ErrRequest, r.DPI, leastDPI, mostDPI)
	}
	if len(r.Logo) > 0 {
		if q.Logo, err = ReadLogo(r.Logo); err != nil {
			return q, fmt.Errorf("%w: logo: %w", ErrRequest, err)
		}
	}
	return q, nil
}

// parseLength reads a length that is more than nothing, or the empty text as 0.
func parseLength(text string, most float64) (float64, error) {
	if text == "" {
		return 0, nil
	}
	v, err := length.Parse(text)
	switch {
	case err != nil:
		return 0, err
	case v < 0.1 || v > most:
		return 0, fmt.Errorf("want 0.1 mm to %s", length.Text(most))
	}
	return v, nil
}

// ParseColour reads #rrggbb, #rgb, or either without the sign, or nothing as the zero value.
func ParseColour(text string) (c color.NRGBA, err error) {
	if text == "" {
		return c, nil
	}
	digits := strings.TrimPrefix(text, "#")
	if len(digits) == 3 {
		digits = string([]byte{digits[0], digits[0], digits[1], digits[1], digits[2], digits[2]})
	}
	v, err := strconv.ParseUint(digits, 16, 24)
	if err != nil || len(digits) != 6 {
		return c, fmt.Errorf("%.20q is not a colour of the form #rrggbb", text)
	}
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 255}, nil
}
