package sheet

import (
	"github.com/suncode/suncode"
	"github.com/suncode/suncode/internal/typeface"
	"github.com/suncode/suncode/render"
)

// Bounds and defaults of a code's size, in millimetres of its square's edge.
const (
	// MinSizeMM keeps a pitch above two dots of a 300 dpi printer.
	MinSizeMM     = 10.0
	MaxSizeMM     = 4000.0
	DefaultSizeMM = 30.0
	// MaxBleedMM is the widest bleed.
	MaxBleedMM = 50.0
	// MaxLabelMM keeps a page within the 14,400 points that readers of PDF must bear: a label with its bleed.
	MaxLabelMM = 5000.0
	// DefaultQuietPitches is how wide the quiet zone is, beside the one pitch that the square itself has around its
	// outermost dots.
	DefaultQuietPitches = 2.0
)

// Item is one code to print.
type Item struct {
	Symbol  suncode.Symbol
	Options render.Options // its WidthPx does not count
	Caption string         // "": none. At most MaxCaption characters, all of them in the style's font
}

// Style is how a code is printed. [NewStyle] has the defaults.
type Style struct {
	SizeMM    float64        `json:"size_mm,omitempty"`    // edge of the code's square; 0: DefaultSizeMM, on a sheet all that fits
	BleedMM   float64        `json:"bleed_mm,omitempty"`   // how far the ground goes over the cut
	Quiet     Space          `json:"quiet"`                // on all four sides of the square
	CaptionMM float64        `json:"caption_mm,omitempty"` // type size of the caption; 0: in proportion to the code
	Font      *typeface.Face `json:"-"`                    // of the caption; nil: the one that is built in
	FontID    string         `json:"font,omitempty"`       // the ID of Font, for those who compare styles: see SetFont
}

// NewStyle is a code of DefaultSizeMM with a quiet zone of DefaultQuietPitches, without bleed.
func NewStyle() Style { return Style{Quiet: Space{Pitches: DefaultQuietPitches}} }

// SetFont chooses the font of the caption.
func (s *Style) SetFont(f *typeface.Face) { s.Font, s.FontID = f, f.ID() }

// Check says what is wrong with the style. The error is a [*StyleError].
func (s *Style) Check() error {
	switch {
	case s.SizeMM != 0 && !(s.SizeMM >= MinSizeMM && s.SizeMM <= MaxSizeMM):
		return badStyle("size_mm", "a size of %s mm, want %s to %s", number(s.SizeMM), mm(MinSizeMM), mm(MaxSizeMM))
	case !(s.BleedMM >= 0 && s.BleedMM <= MaxBleedMM):
		return badStyle("bleed_mm", "a bleed of %s mm, want 0 to %s", number(s.BleedMM), mm(MaxBleedMM))
	case s.CaptionMM != 0 && !(s.CaptionMM >= MinCaptionMM && s.CaptionMM <= MaxCaptionMM):
		return badStyle("caption_mm", "captions of %s mm, want %s to %s", number(s.CaptionMM), mm(MinCaptionMM), mm(MaxCaptionMM))
	}
	if s.FontID != "" && s.Font == nil {
		return badStyle("font", "the font %q is not here", clip(s.FontID))
	}
	if err := s.Quiet.check(); err != nil {
		return err
	}
	if edge := s.longest(); edge > MaxLabelMM {
		return badStyle("size_mm", "a label of up to %s with quiet zone, caption and bleed, want at most %s", mm(edge), mm(MaxLabelMM))
	}
	return nil
}

// longest is the longest edge that a label can have, its bleed too.
func (s *Style) longest() float64 {
	size := s.size()
	quiet, letters := s.Quiet.of(size), s.typeSize(size)
	return size + 2*quiet + maxLines*leading*letters + max(quiet, letters/2) + 2*s.BleedMM
}

// size is how large the code of a label of its own is.
func (s *Style) size() float64 {
	if s.SizeMM == 0 {
		return DefaultSizeMM
	}
	return s.SizeMM
}
