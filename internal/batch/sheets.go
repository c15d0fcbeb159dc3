package batch

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/suncode/suncode/internal/sheet"
)

// Sheets is a [Sink] of contact sheets: the codes of a job in the order of their
// rows on sheets of paper, one PDF. [Run] gives it codes in the place of files:
// a row that is bad takes no place, and Spec.Format and the names of files do
// not count. There is no manifest. It is resumed with the page that was not full.
type Sheets struct {
	part
	layout sheet.Layout
	style  sheet.Style
	pages  *sheet.Sheet

	mu sync.Mutex // Sync runs beside the pages
	w  *bufio.Writer
}

// NewSheets is a sink that makes the PDF at path, which must not be there at a
// fresh start. Until it is whole its name ends with [Part].
func NewSheets(l sheet.Layout, path string) *Sheets {
	return &Sheets{layout: l, part: part{path: path}}
}

// StreamSheets is a sink that writes the PDF to w. It cannot be resumed.
func StreamSheets(l sheet.Layout, w io.Writer) *Sheets { return &Sheets{layout: l, part: part{out: w}} }

// Begin implements [Sink].
func (s *Sheets) Begin(_ context.Context, _ string, at *Mark) error {
	at, err := s.begin(at)
	if err != nil {
		return err
	}
	s.w = bufio.NewWriterSize(s.out, 256<<10)
	if at.Sheet == nil {
		s.pages, err = sheet.NewSheet(s, s.layout, s.style)
	} else {
		s.pages, err = sheet.ResumeSheet(s, s.layout, s.style, at.Sheet)
	}
	if err != nil {
		return errors.Join(badSpec("sheet", "%v", err), s.Close())
	}
	return nil
}

// Write is for the PDF.
func (s *Sheets) Write(data []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(data)
}

// Parallel implements [Sink].
func (s *Sheets) Parallel() int { return 1 }

// Put implements [Sink]: sheets take no files.
func (s *Sheets) Put(_ context.Context, f File) error {
	return fmt.Errorf("%s is no code to be printed", f.Name)
}

// Mark implements [Sink]; it is nothing while a page is at work.
func (s *Sheets) Mark() Mark {
	state, ok := s.pages.State()
	if !ok {
		return Mark{}
	}
	return Mark{Written: state.PDF.Length, Sheet: &state}
}

// Sync implements [Sink].
func (s *Sheets) Sync(context.Context) error {
	s.mu.Lock()
	err := s.w.Flush()
	s.mu.Unlock()
	if err != nil || s.f == nil {
		return err
	}
	return s.f.Sync()
}

// Finish implements [Sink].
func (s *Sheets) Finish(ctx context.Context, _ []Extra) error {
	if err := s.pages.Close(); err != nil {
		return err
	}
	if err := s.Sync(ctx); err != nil || s.f == nil {
		return err
	}
	return s.whole()
}

// Close implements [Sink].
func (s *Sheets) Close() error { return s.close() }
