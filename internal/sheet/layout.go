package sheet

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/suncode/suncode/internal/length"
)

// Paper is a sheet of paper, in millimetres. Its text is a name such as "a4", or width × height such as "300x400mm".
type Paper struct{ WidthMM, HeightMM float64 }

// papers are the sheets with a name, upright.
var papers = map[string]Paper{
	"a3": {297, 420}, "a4": {210, 297}, "a5": {148, 210}, "a6": {105, 148},
	"letter": {215.9, 279.4}, "legal": {215.9, 355.6}, "tabloid": {279.4, 431.8},
}

// Bounds of a paper's edges, in millimetres.
const (
	MinPaperMM = 30.0
	MaxPaperMM = 5000.0
)

// ParsePaper reads the name of a paper, with "-landscape" for one that lies, or its width and height: "210x297mm". The
// error wraps [ErrStyle].
func ParsePaper(text string) (Paper, error) {
	name, lies := strings.CutSuffix(strings.ToLower(text), "-landscape")
	if p, ok := papers[name]; ok {
		if lies {
			p.WidthMM, p.HeightMM = p.HeightMM, p.WidthMM
		}
		return p, nil
	}
	digits, unit := length.Split(text)
	width, height, two := strings.Cut(digits, "x")
	if unit != "" && two && !lies {
		w, err1 := ParseLength(width + unit)
		h, err2 := ParseLength(height + unit)
		if err1 == nil && err2 == nil {
			p := Paper{w, h}
			return p, p.check()
		}
	}
	return Paper{}, fault(ErrStyle, "the paper %q, want a3, a4, a5, a6, letter, legal, tabloid or WIDTHxHEIGHTmm", clip(text))
}

func (p Paper) check() error {
	for _, edge := range []float64{p.WidthMM, p.HeightMM} {
		if !(edge >= MinPaperMM && edge <= MaxPaperMM) {
			return fault(ErrStyle, "paper of %s, want edges of %s to %s", p, mm(MinPaperMM), mm(MaxPaperMM))
		}
	}
	return nil
}

// String is the paper's name, or its width and height.
func (p Paper) String() string {
	names := make([]string, 0, 1)
	for name, known := range papers {
		switch p {
		case known:
			names = append(names, name)
		case Paper{known.HeightMM, known.WidthMM}:
			names = append(names, name+"-landscape")
		}
	}
	if len(names) > 0 {
		return slices.Min(names)
	}
	return number(p.WidthMM) + "x" + number(p.HeightMM) + "mm"
}

// MarshalText is String.
func (p Paper) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText is [ParsePaper].
func (p *Paper) UnmarshalText(text []byte) (err error) {
	*p, err = ParsePaper(string(text))
	return err
}

// Grid is how many labels stand side by side and one below the other. Its text is "4x6".
type Grid struct{ Columns, Rows int }

// maxGrid bounds columns and rows.
const maxGrid = 500

// ParseGrid reads columns and rows such as "4x6". The error wraps [ErrStyle].
func ParseGrid(text string) (Grid, error) {
	columns, rows, _ := strings.Cut(text, "x")
	c, err1 := strconv.ParseUint(columns, 10, 16)
	r, err2 := strconv.ParseUint(rows, 10, 16)
	if err1 != nil || err2 != nil || c < 1 || r < 1 || c > maxGrid || r > maxGrid {
		return Grid{}, fault(ErrStyle, "the grid %q, want COLUMNSxROWS, each 1 to %d", clip(text), maxGrid)
	}
	return Grid{int(c), int(r)}, nil
}

// String is the text that ParseGrid reads.
func (g Grid) String() string { return fmt.Sprintf("%dx%d", g.Columns, g.Rows) }

// MarshalText is String.
func (g Grid) MarshalText() ([]byte, error) { return []byte(g.String()), nil }

// UnmarshalText is [ParseGrid].
func (g *Grid) UnmarshalText(text []byte) (err error) {
	*g, err = ParseGrid(string(text))
	return err
}

// Layout is a contact sheet. [NewLayout] has the defaults.
type Layout struct {
	Paper       Paper   `json:"paper"`
	Grid        Grid    `json:"grid"`
	MarginMM    float64 `json:"margin_mm"`              // from the paper's edges to the labels
	GutterMM    float64 `json:"gutter_mm,omitempty"`    // between two labels
	CropMarks   bool    `json:"crop_marks,omitempty"`   // in the margins, where the paper is cut
	PageNumbers bool    `json:"page_numbers,omitempty"` // in the margin below
	Captions    bool    `json:"captions,omitempty"`     // labels have room for one; without it no caption shows
}

// NewLayout is four times six labels on A4, with margins of 10 mm and no gutters.
func NewLayout() Layout {
	return Layout{Paper: papers["a4"], Grid: Grid{4, 6}, MarginMM: 10}
}
