package render

import (
	"errors"
	"fmt"
	"image/color"

	"github.com/suncode/suncode"
)

// Widths of a picture, in pixels. Two pixels a pitch is the least that keeps dots apart.
const (
	MinWidthPx     = 2 * suncode.EdgePitches
	MaxWidthPx     = 8192
	DefaultWidthPx = 430
)

// ErrOptions is wrapped by every error about what was asked for: a width out of range, a colour that is not opaque,
// two wishes that exclude each other, a symbol without a valid level.
var ErrOptions = errors.New("render: bad options")

// Options say how a symbol looks. The zero value is black on white, DefaultWidthPx wide, with our badge and an empty
// middle.
type Options struct {
	// WidthPx is the picture's edge, MinWidthPx to MaxWidthPx; 0 means DefaultWidthPx.
	WidthPx int
	// Line is the colour of rays and eyes, opaque; the zero value means black.
	Line color.NRGBA
	// Transparent leaves out the ground: all but lines, logo and badge is see-through. Not for JPEG.
	Transparent bool
	// Ground is the colour behind everything, opaque; the zero value means white, or nothing if Transparent.
	Ground color.NRGBA
	// Logo fills the middle; nil leaves it empty.
	Logo *Logo
	// Badge fills the disc at the bottom right; nil means ours.
	Badge *Badge
}

var (
	black = color.NRGBA{A: 255}
	white = color.NRGBA{R: 255, G: 255, B: 255, A: 255}
)

// complete checks the options and puts the defaults in their places.
func (o Options) complete(s *suncode.Symbol) (Options, error) {
	if s == nil || !s.Level.Valid() {
		return o, fmt.Errorf("%w: a symbol without a valid level", ErrOptions)
	}
	if o.WidthPx == 0 {
		o.WidthPx = DefaultWidthPx
	}
	if o.WidthPx < MinWidthPx || o.WidthPx > MaxWidthPx {
		return o, fmt.Errorf("%w: width %d, want %d to %d pixels", ErrOptions, o.WidthPx, MinWidthPx, MaxWidthPx)
	}
	none := color.NRGBA{}
	if o.Transparent && o.Ground != none {
		return o, fmt.Errorf("%w: a transparent picture has no ground colour", ErrOptions)
	}
	if o.Line == none {
		o.Line = black
	}
	if o.Ground == none && !o.Transparent {
		o.Ground = white
	}
	if o.Line.A != 255 {
		return o, fmt.Errorf("%w: the line colour is not opaque", ErrOptions)
	}
	if !o.Transparent && o.Ground.A != 255 {
		return o, fmt.Errorf("%w: the ground colour is not opaque", ErrOptions)
	}
	if o.Badge == nil {
		o.Badge = ourBadge
	}
	return o, nil
}
