package sheet

import (
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/suncode/suncode/internal/typeface"
)

// Bounds of captions.
const (
	MaxCaption   = 200  // characters
	MinCaptionMM = 1.4  // type size: 4 points, below which print breaks up
	MaxCaptionMM = 50.0 // type size
)

const (
	captionShare = 0.085 // the type size as a part of the code's, between the least and the most
	leastType    = 1.8   // mm: 5 points
	mostType     = 4.2   // mm: 12 points
	leading      = 1.25  // from line to line, in type sizes
	maxLines     = 3
)

// typeSize is how large captions are set where they have room.
func (s *Style) typeSize(sizeMM float64) float64 {
	if s.CaptionMM != 0 {
		return s.CaptionMM
	}
	return min(max(captionShare*sizeMM, leastType), mostType)
}

func (s *Style) face() *typeface.Face {
	if s.Font == nil {
		return typeface.Default()
	}
	return s.Font
}

// textBlock is a caption in lines.
type textBlock struct {
	lines  []string
	widths []float64 // in type sizes
	size   float64   // type size, mm
}

// height is that of all lines, in mm.
func (t *textBlock) height() float64 { return float64(len(t.lines)) * leading * t.size }

// baseline is how far below the block's top a line stands, capitals being in the middle of their line.
func (t *textBlock) baseline(line int, face *typeface.Face) float64 {
	return (float64(line)*leading + (leading+face.Capital())/2) * t.size
}

// passes are what is tried in turn: how small the type may be, as a part of what the number of lines allows, and whether
// words may be cut.
var passes = []struct {
	least float64
	cut   bool
}{{0.7, false}, {0.55, false}, {0.7, true}, {0, true}}

// setCaption breaks a caption into lines for a width and a height, all in mm, as few and as large as go. Spaces of any
// kind are one space.
func setCaption(face *typeface.Face, caption string, size, width, height float64) (textBlock, error) {
	runes := []rune(strings.Join(strings.Fields(caption), " "))
	if !utf8.ValidString(caption) {
		return textBlock{}, fault(ErrCaption, "it is not UTF-8")
	}
	if len(runes) > MaxCaption {
		return textBlock{}, fault(ErrCaption, "%d characters, at most %d", len(runes), MaxCaption)
	}
	widths := make([]float64, len(runes))
	for i, r := range runes {
		var err error
		if widths[i], err = face.Width(string(r)); err != nil {
			return textBlock{}, captionFault(err)
		}
	}
	for _, pass := range passes {
		for lines := 1; lines <= maxLines; lines++ {
			top := min(size, height/(leading*float64(lines)))
			for t := top; t >= pass.least*top && t >= MinCaptionMM-1e-9; t -= 0.04 * top {
				if block, ok := breakLines(runes, widths, width/t, lines, pass.cut); ok {
					block.size = t
					return block, nil
				}
			}
		}
	}
	return textBlock{}, fault(ErrCaption, "%q is too long for a width of %s", clip(string(runes)), mm(width))
}

func captionFault(err error) error {
	if missing, ok := errors.AsType[*typeface.MissingError](err); ok {
		return fault(ErrCaption, "%w; another font may have it", missing)
	}
	return fault(ErrCaption, "%w", err)
}

// breakLines breaks a text into at most so many lines of a width, given in type sizes: after spaces and beside Chinese
// characters, and within a word only if that may be and the word alone is too wide.
func breakLines(runes []rune, widths []float64, width float64, most int, cutWords bool) (b textBlock, ok bool) {
	for from := 0; from < len(runes); {
		end, sum, wide := from, 0.0, 0.0 // wide is the width up to the last place to break
		cut := from
		for end < len(runes) && sum+widths[end] <= width {
			sum += widths[end]
			end++
			if end == len(runes) || breaksAt(runes, end) {
				cut, wide = end, sum
			}
		}
		if cut == from && cutWords {
			cut, wide = end, sum
		}
		if cut == from || len(b.lines) == most {
			return b, false
		}
		next := cut
		for next < len(runes) && runes[next] == ' ' {
			next++
		}
		for cut > from && runes[cut-1] == ' ' {
			cut--
			wide -= widths[cut]
		}
		b.lines = append(b.lines, string(runes[from:cut]))
		b.widths = append(b.widths, wide)
		from = next
	}
	return b, true
}

// breaksAt tells whether a line may end before a character.
func breaksAt(runes []rune, i int) bool {
	const firstChinese = 0x2E80
	const neverFirst = "，。、；：？！）》」』】”’…,.;:?!)"
	if strings.ContainsRune(neverFirst, runes[i]) {
		return false
	}
	return runes[i] == ' ' || runes[i-1] == ' ' || runes[i] >= firstChinese || runes[i-1] >= firstChinese
}
