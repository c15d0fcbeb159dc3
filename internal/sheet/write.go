package sheet

import (
	"errors"
	"io"
)

var errPending = errors.New("sheet: not there yet")

// WriteSVG writes one label as SVG. The document's size is the label's with its bleed; captions are outlines, so that
// they look the same without the font. Errors wrap [ErrStyle], [ErrCaption] or render's.
func WriteSVG(w io.Writer, i *Item, s *Style) error { return errPending }

// WritePDF writes one label as PDF of one page. Its media box is the label with its bleed, its trim box the label.
// Errors are those of [WriteSVG].
func WritePDF(w io.Writer, i *Item, s *Style) error { return errPending }

// Sheet is a contact sheet being written. It is not safe for concurrent use.
type Sheet struct{}

// NewSheet begins a PDF of as many pages as there will be labels for. What it keeps in memory is one page, four bytes
// for each page before, and the logos and badges. The error wraps [ErrStyle] and says what would fit when the layout
// leaves a code less than [MinSizeMM] or less than the style's size.
func NewSheet(w io.Writer, l Layout, s Style) (*Sheet, error) { return nil, errPending }

// SizeMM is how large the codes are.
func (s *Sheet) SizeMM() float64 { return 0 }

// Pages is how many pages were begun.
func (s *Sheet) Pages() int { return 0 }

// Add puts a label in the next place, row by row. An item that cannot be drawn is an error that wraps [ErrCaption] or
// one of render's, and takes no place; the sheet goes on. Any other error is the writer's.
func (s *Sheet) Add(i *Item) error { return errPending }

// Close ends the PDF. It does not close the writer. A sheet without a label is one empty page.
func (s *Sheet) Close() error { return errPending }
