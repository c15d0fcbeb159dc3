package sheet

import (
	"fmt"
	"image/color"
	"io"
	"math"
	"slices"
	"strconv"

	"github.com/suncode/suncode/internal/pdf"
)

// Crop marks, in mm.
const (
	markGap    = 1.5
	markLength = 4.0
	markWidth  = 0.1 // a quarter of a point
	leastMark  = 1.5
)

// pageNumberMM is the type size of page numbers.
const pageNumberMM = 2.8

// Sheet is a contact sheet being written. It is not safe for concurrent use.
type Sheet struct {
	layout  Layout
	style   Style
	press   *press
	label   label // of every place, without a text
	content pdf.Content
	placed  int // labels on the page at work
}

// NewSheet begins a PDF of as many pages as there will be labels for. What it keeps in memory is one page, some 30
// bytes for each page before, the font's glyphs that were used, and the logos and badges. The error wraps [ErrStyle]
// and says what would fit when the layout leaves a code less than [MinSizeMM] or less than the style's size.
func NewSheet(w io.Writer, l Layout, s Style) (*Sheet, error) {
	place, err := l.place(&s)
	if err != nil {
		return nil, err
	}
	return &Sheet{layout: l, style: s, press: newPress(w, s.face()), label: place}, nil
}

// State is a sheet between two pages, as plain data: [ResumeSheet] goes on from it. It shares memory with the Sheet,
// which does not change what the State has until Close.
type State struct {
	PDF    pdf.State `json:"pdf"`
	Pages  []pdf.Ref `json:"pages"`
	Images []Image   `json:"images,omitempty"`
	Runes  []rune    `json:"runes,omitempty"` // of the captions
}

// State is where the sheet has come; false means that a page is at work.
func (s *Sheet) State() (State, bool) {
	if s.placed > 0 {
		return State{}, false
	}
	state := State{PDF: s.press.out.State(), Pages: s.press.pages, Images: s.press.images}
	if s.press.subset != nil {
		state.Runes = s.press.subset.Runes()
	}
	return state, true
}

// ResumeSheet goes on with a sheet of that layout and style, at the end of what was written when it had the State. What
// comes of it is what the first one would have made.
func ResumeSheet(w io.Writer, l Layout, s Style, from *State) (*Sheet, error) {
	sheet, err := NewSheet(io.Discard, l, s)
	if err != nil {
		return nil, err
	}
	p := sheet.press
	if p.out, err = pdf.Resume(w, from.PDF); err != nil {
		return nil, fmt.Errorf("sheet: %w", err)
	}
	p.pages, p.images = slices.Clone(from.Pages), slices.Clone(from.Images)
	if len(from.Runes) > 0 {
		p.subset = p.face.Subset()
		if _, err := p.subset.Encode(nil, string(from.Runes)); err != nil {
			return nil, fmt.Errorf("sheet: %w", err)
		}
	}
	return sheet, nil
}

// Len is how long the file is so far, in bytes.
func (s *Sheet) Len() int64 { return s.press.out.Len() }

// Check says what is wrong with the layout in that style, as [NewSheet] does.
func (l *Layout) Check(s *Style) error {
	_, err := l.place(s)
	return err
}

// SizeMM is how large the codes are.
func (s *Sheet) SizeMM() float64 { return s.label.size }

// Pages is how many pages were begun.
func (s *Sheet) Pages() int {
	return len(s.press.pages) + min(1, s.placed)
}

// Add puts a label in the next place, row by row. An item that cannot be drawn is an error that wraps [ErrCaption] or
// one of render's, and takes no place; the sheet goes on. Any other error is the writer's.
func (s *Sheet) Add(i *Item) error {
	l, err := s.withCaption(i.Caption)
	if err != nil {
		return err
	}
	column, row := s.placed%s.layout.Grid.Columns, s.placed/s.layout.Grid.Columns
	x, y := s.layout.MarginMM+float64(column)*(l.width+s.layout.GutterMM), s.layout.MarginMM+float64(row)*(l.height+s.layout.GutterMM)
	before := len(s.content)
	if err := s.press.label(&s.content, i, &l, s.style.BleedMM, x, y, s.layout.Paper.HeightMM); err != nil {
		s.content = s.content[:before]
		return err
	}
	if s.placed++; s.placed == s.layout.Grid.Columns*s.layout.Grid.Rows {
		s.EndPage()
	}
	return s.press.out.Err()
}

// withCaption is a label with that text.
func (s *Sheet) withCaption(caption string) (label, error) {
	l := s.label
	if !s.layout.Captions || caption == "" {
		return l, nil
	}
	text, err := setCaption(s.press.face, caption, s.style.typeSize(l.size), l.width-2*textMargin(l.width), s.captionRoom())
	if err != nil {
		return l, err
	}
	l.text = text
	l.textTop += (s.captionRoom() - text.height()) / 2
	return l, nil
}

// CheckCaption is the error that Add has for an item with that caption.
func (s *Sheet) CheckCaption(caption string) error {
	_, err := s.withCaption(caption)
	return err
}

// EndPage ends the page at work: the next label comes on a new one. Without a label on the page it does nothing.
func (s *Sheet) EndPage() {
	if s.placed > 0 {
		s.endPage()
	}
}

// Close ends the PDF. It does not close the writer. A sheet without a label is one empty page.
func (s *Sheet) Close() error {
	if s.placed > 0 || len(s.press.pages) == 0 {
		s.endPage()
	}
	return s.press.close()
}

func (s *Sheet) endPage() {
	paper := s.layout.Paper
	if s.layout.CropMarks {
		s.cropMarks()
	}
	if s.layout.PageNumbers {
		s.pageNumber()
	}
	s.press.page(s.content, paper.WidthMM, paper.HeightMM, 0)
	s.content, s.placed = s.content[:0], 0
}

var black = color.NRGBA{A: 255}

// pageNumber sets the page's number in the margin below the last column, where no cut is. A font without digits leaves
// it out.
func (s *Sheet) pageNumber() {
	text := strconv.Itoa(len(s.press.pages) + 1)
	width, err := s.press.face.Width(text)
	if err != nil {
		return
	}
	size := min(pageNumberMM, 0.4*s.layout.MarginMM)
	x := s.layout.Paper.WidthMM - s.layout.MarginMM - s.label.width/2 - width*size/2
	_ = s.press.text(&s.content, text, black, size, x, (s.layout.MarginMM-size*s.press.face.Capital())/2)
}

// cropMarks draws a line in the margins beside every cut.
func (s *Sheet) cropMarks() {
	paper, margin, bleed := s.layout.Paper, s.layout.MarginMM, s.style.BleedMM
	gap := max(markGap, bleed)
	length := min(markLength, margin-gap-1)
	s.content.Colour(black)
	for _, x := range cuts(margin, s.label.width, s.layout.GutterMM, s.layout.Grid.Columns) {
		rect(&s.content, x-markWidth/2, margin-gap-length, markWidth, length, paper.HeightMM)
		rect(&s.content, x-markWidth/2, paper.HeightMM-margin+gap, markWidth, length, paper.HeightMM)
	}
	for _, y := range cuts(margin, s.label.height, s.layout.GutterMM, s.layout.Grid.Rows) {
		rect(&s.content, margin-gap-length, y-markWidth/2, length, markWidth, paper.HeightMM)
		rect(&s.content, paper.WidthMM-margin+gap, y-markWidth/2, length, markWidth, paper.HeightMM)
	}
}

// cuts are where labels begin and end, each place once.
func cuts(first, edge, gutter float64, n int) (list []float64) {
	for i := range n {
		at := first + float64(i)*(edge+gutter)
		if i == 0 || gutter > 0 {
			list = append(list, at)
		}
		list = append(list, at+edge)
	}
	return list
}

// textMargin keeps captions away from a label's cut.
func textMargin(width float64) float64 { return min(2, 0.05*width) }

// captionRoom is the height that captions have on a sheet: one line of the usual size.
func (s *Sheet) captionRoom() float64 { return leading * s.style.typeSize(s.label.size) }

// place lays a label out, all of which are alike, the code in the middle of what the caption leaves.
func (l *Layout) place(s *Style) (label, error) {
	if err := s.Check(); err != nil {
		return label{}, err
	}
	if err := l.check(s); err != nil {
		return label{}, err
	}
	p := label{
		width:  share(l.Paper.WidthMM-2*l.MarginMM, l.GutterMM, l.Grid.Columns),
		height: share(l.Paper.HeightMM-2*l.MarginMM, l.GutterMM, l.Grid.Rows),
	}
	most := l.largest(s, p.width, p.height)
	p.size = s.SizeMM
	if p.size == 0 {
		p.size = most
	}
	if most < MinSizeMM || p.size > most+1e-9 {
		return p, l.misfit(s, most)
	}
	quiet := s.Quiet.of(p.size)
	over := (p.height - l.needs(s, p.size)) / 2 // above and below what is needed
	p.x, p.y = (p.width-p.size)/2, over+quiet
	p.textTop = over + p.size + 2*quiet
	return p, nil
}

// share is the edge of each of n labels in a row with gutters between them.
func share(length, gutter float64, n int) float64 {
	return (length - gutter*float64(n-1)) / float64(n)
}

// needs is the height of a label with a code of a size.
func (l *Layout) needs(s *Style, size float64) float64 {
	height := size + 2*s.Quiet.of(size)
	if l.Captions {
		height += leading*s.typeSize(size) + captionFoot
	}
	return height
}

// captionFoot is the paper below a caption on a sheet, in mm.
const captionFoot = 1.0

// largest is the size of the largest code for a label: 0 when none fits.
func (l *Layout) largest(s *Style, width, height float64) float64 {
	low, high := 0.0, MaxSizeMM
	for range 60 {
		middle := (low + high) / 2
		if middle+2*s.Quiet.of(middle) <= width && l.needs(s, middle) <= height {
			low = middle
		} else {
			high = middle
		}
	}
	return math.Floor(low*1000) / 1000
}

// misfit is the error that says what would fit.
func (l *Layout) misfit(s *Style, most float64) error {
	want := s.SizeMM
	if want == 0 {
		want = MinSizeMM
	}
	trial := *l
	fits := func(n *int) int {
		for *n = maxGrid; *n > 0; *n-- {
			width := share(l.Paper.WidthMM-2*l.MarginMM, l.GutterMM, trial.Grid.Columns)
			height := share(l.Paper.HeightMM-2*l.MarginMM, l.GutterMM, trial.Grid.Rows)
			if l.largest(s, width, height) >= want {
				return *n
			}
		}
		return 0
	}
	trial.Grid = Grid{1, 1}
	columns := fits(&trial.Grid.Columns)
	trial.Grid.Columns = 1
	rows := fits(&trial.Grid.Rows)
	if columns == 0 || rows == 0 {
		return fault(ErrStyle, "no code of %s fits on %s with margins of %s", mm(want), l.Paper, mm(l.MarginMM))
	}
	return fault(ErrStyle, "codes of %s do not fit %s on %s: they would have %s; a grid of at most %s would do", mm(want), l.Grid, l.Paper, mm(max(most, 0)), Grid{columns, rows})
}

// check holds the bounds of what a layout says.
func (l *Layout) check(s *Style) error {
	if err := l.Paper.check(); err != nil {
		return err
	}
	if g := l.Grid; g.Columns < 1 || g.Rows < 1 || g.Columns > maxGrid || g.Rows > maxGrid {
		return fault(ErrStyle, "the grid %s, want 1 to %d each", g, maxGrid)
	}
	if !(l.MarginMM >= 0 && l.GutterMM >= 0 && l.MarginMM <= MaxPaperMM && l.GutterMM <= MaxPaperMM) {
		return fault(ErrStyle, "margins of %s and gutters of %s", mm(l.MarginMM), mm(l.GutterMM))
	}
	if l.GutterMM < 2*s.BleedMM && l.Grid != (Grid{1, 1}) {
		return fault(ErrStyle, "a bleed of %s needs gutters of %s", mm(s.BleedMM), mm(2*s.BleedMM))
	}
	if l.MarginMM < s.BleedMM {
		return fault(ErrStyle, "a bleed of %s needs margins as wide", mm(s.BleedMM))
	}
	if least := max(markGap, s.BleedMM) + leastMark + 1; l.CropMarks && l.MarginMM < least {
		return fault(ErrStyle, "crop marks need margins of %s", mm(least))
	}
	return nil
}
