package sheet

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/suncode/suncode/internal/pdf"
	"github.com/suncode/suncode/internal/typeface"
	"github.com/suncode/suncode/render"
)

// TestResumeSheet goes on from every place between two pages, and holds that the file is the same.
func TestResumeSheet(t *testing.T) {
	layout, style := NewLayout(), NewStyle()
	layout.Grid, layout.PageNumbers, layout.Captions = Grid{2, 3}, true, true
	logos := [][]byte{jpegFile(t, photo()), pngFile(t, photo())}
	item := func(i int) *Item {
		// A logo is parsed anew every time, as by another process.
		logo := logoOf(t, logos[i/8%2])
		return &Item{Symbol: symbolOf(t, 36, fmt.Sprintf("label %d", i)), Caption: fmt.Sprintf("第%c号", []rune("春夏秋冬东南西北中天地人")[i/2]), Options: render.Options{Logo: logo}}
	}
	const items = 22
	states := map[int][]byte{}
	var whole bytes.Buffer
	s, err := NewSheet(&whole, layout, style)
	for i := 0; err == nil && i < items; i++ {
		if state, ok := s.State(); ok {
			if states[i], err = json.Marshal(state); err != nil || state.PDF.Length != int64(whole.Len()) || s.Len() != state.PDF.Length {
				t.Fatalf("before %d: %d bytes of %d, %v", i, state.PDF.Length, whole.Len(), err)
			}
		}
		err = s.Add(item(i))
	}
	if err := errors.Join(err, s.Close()); err != nil || len(states) != 4 {
		t.Fatalf("%d states, %v", len(states), err)
	}
	for from, data := range states {
		var state State
		if err := json.Unmarshal(data, &state); err != nil {
			t.Fatal(err)
		}
		rest := bytes.NewBuffer(bytes.Clone(whole.Bytes()[:state.PDF.Length]))
		s, err := ResumeSheet(rest, layout, style, &state)
		for i := from; err == nil && i < items; i++ {
			err = s.Add(item(i))
		}
		if err == nil {
			err = s.Close()
		}
		if err != nil || !bytes.Equal(rest.Bytes(), whole.Bytes()) {
			t.Errorf("from %d on: %d bytes, want %d, %v", from, rest.Len(), whole.Len(), err)
		}
	}
	bad := State{PDF: pdf.State{Hash: []byte("none")}}
	if _, err := ResumeSheet(io.Discard, layout, style, &bad); err == nil {
		t.Error("goes on from nowhere")
	}
}

func parseFont(tb testing.TB, data []byte) *typeface.Face {
	tb.Helper()
	face, err := typeface.Parse(data)
	if err != nil {
		tb.Fatal(err)
	}
	return face
}

// TestSheet makes a sheet of two pages, one of them not full, and reads all of it again.
func TestSheet(t *testing.T) {
	layout, style := NewLayout(), NewStyle()
	layout.CropMarks, layout.PageNumbers, layout.Captions = true, true, true
	var b bytes.Buffer
	s, err := NewSheet(&b, layout, style)
	if err != nil {
		t.Fatal(err)
	}
	logo := logoOf(t, jpegFile(t, photo()))
	var want []string
	for i := range 29 {
		payload := fmt.Sprintf("label %d", i)
		item := Item{Symbol: symbolOf(t, 36+18*(i%3), payload), Caption: fmt.Sprintf("第%d号", i), Options: render.Options{Logo: logo}}
		if i == 5 || i == 6 {
			item.Options.Line, item.Options.Ground = sand, forest
		}
		if err := s.Add(&item); err != nil {
			t.Fatal(err)
		}
		want = append(want, payload)
	}
	bad := Item{Symbol: symbolOf(t, 36, "bad"), Caption: "𠮷"}
	if err := s.Add(&bad); !errors.Is(err, ErrCaption) {
		t.Errorf("a character that is missing: %v", err)
	}
	if s.Pages() != 2 {
		t.Errorf("%d pages, want 2", s.Pages())
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	path := kept(t, "sheet.pdf", b.Bytes())
	tool(t, "qpdf", "--check", path)
	wantFonts(t, path, true)
	wantBoxes(t, path, map[string][4]float64{"MediaBox": {0, 0, 210, 297}, "TrimBox": {0, 0, 210, 297}})
	pages := []image.Image{rasterPDF(t, path, 1, 200), rasterPDF(t, path, 2, 200)}
	var got []string
	for i := range want {
		got = append(got, payloads(place(pages[i/24], layout, i%24))...)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	text := string(tool(t, "pdftotext", path, "-"))
	for i := range 29 {
		if !strings.Contains(text, fmt.Sprintf("第%d号", i)) {
			t.Errorf("no caption of label %d", i)
		}
	}
	if n := bytes.Count(b.Bytes(), []byte("/DCTDecode")); n != 1 {
		t.Errorf("the logo is there %d times", n)
	}
	if !testing.Short() {
		wantMarks(t, path, layout)
	}
}

// place is the part of a page where a label is.
func place(page image.Image, l Layout, i int) image.Image {
	const pixels = 200 / 25.4
	width := (l.Paper.WidthMM - 2*l.MarginMM) / float64(l.Grid.Columns) * pixels
	height := (l.Paper.HeightMM - 2*l.MarginMM) / float64(l.Grid.Rows) * pixels
	x, y := l.MarginMM*pixels+float64(i%l.Grid.Columns)*width, l.MarginMM*pixels+float64(i/l.Grid.Columns)*height
	return page.(interface {
		SubImage(image.Rectangle) image.Image
	}).SubImage(image.Rect(int(x), int(y), int(x+width), int(y+height)))
}

// wantMarks looks for the crop marks of a sheet without gutters, and for none in its labels.
func wantMarks(t *testing.T, path string, l Layout) {
	t.Helper()
	const dpi = 300
	page := rasterPDF(t, path, 1, dpi)
	dark := func(xMM, yMM float64) bool {
		at := func(v float64) int { return int(v * dpi / 25.4) }
		for _, dx := range []int{-1, 0, 1} {
			for _, dy := range []int{-1, 0, 1} {
				if color.GrayModel.Convert(page.At(at(xMM)+dx, at(yMM)+dy)).(color.Gray).Y < 200 {
					return true
				}
			}
		}
		return false
	}
	width := (l.Paper.WidthMM - 2*l.MarginMM) / float64(l.Grid.Columns)
	height := (l.Paper.HeightMM - 2*l.MarginMM) / float64(l.Grid.Rows)
	for column := range l.Grid.Columns + 1 {
		x := l.MarginMM + float64(column)*width
		if !dark(x, 6) || !dark(x, l.Paper.HeightMM-6) || dark(x, l.MarginMM+1) || dark(x+5, 6) {
			t.Errorf("crop marks of column %d", column)
		}
	}
	for row := range l.Grid.Rows + 1 {
		y := l.MarginMM + float64(row)*height
		if !dark(6, y) || !dark(l.Paper.WidthMM-6, y) || dark(l.MarginMM+1, y) || dark(6, y+5) {
			t.Errorf("crop marks of row %d", row)
		}
	}
}

// TestSheetStreams holds that pages leave as they fill, and that memory does not grow with them.
func TestSheetStreams(t *testing.T) {
	var out counter
	layout := NewLayout()
	layout.Grid, layout.Captions = Grid{2, 2}, true
	s, err := NewSheet(&out, layout, NewStyle())
	if err != nil {
		t.Fatal(err)
	}
	item := Item{Symbol: symbolOf(t, 36, "stream"), Caption: "流"}
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	var first uint64
	for i := range 800 {
		if err := s.Add(&item); err != nil {
			t.Fatal(err)
		}
		if i == 80 {
			first = heap()
		}
	}
	if grown := int64(heap()) - int64(first); grown > 1<<20 {
		t.Errorf("180 pages more take %d bytes more", grown)
	}
	if out.bytes < 198*5000 {
		t.Errorf("%d bytes are out before the end", out.bytes)
	}
	if err := s.Close(); err != nil || s.Pages() != 200 {
		t.Errorf("%d pages, %v", s.Pages(), err)
	}
}

type counter struct{ bytes int }

func (c *counter) Write(p []byte) (int, error) { c.bytes += len(p); return len(p), nil }

func TestEmptySheet(t *testing.T) {
	var b bytes.Buffer
	s, err := NewSheet(&b, NewLayout(), NewStyle())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	tool(t, "qpdf", "--check", kept(t, "empty.pdf", b.Bytes()))
}

// TestNoLabelNoPage holds that what cannot be drawn begins no page.
func TestNoLabelNoPage(t *testing.T) {
	l := NewLayout()
	l.Grid = Grid{1, 1}
	s, err := NewSheet(io.Discard, l, NewStyle())
	if err != nil {
		t.Fatal(err)
	}
	good := Item{Symbol: symbolOf(t, 36, "page")}
	if err := s.Add(&good); err != nil {
		t.Fatal(err)
	}
	if err := s.Add(&Item{}); !errors.Is(err, render.ErrOptions) {
		t.Errorf("no symbol: %v", err)
	}
	if err := s.Close(); err != nil || s.Pages() != 1 {
		t.Errorf("%d pages, %v", s.Pages(), err)
	}
}

func TestLayoutCheck(t *testing.T) {
	with := func(change func(*Layout, *Style)) (Layout, Style) {
		l, s := NewLayout(), NewStyle()
		change(&l, &s)
		return l, s
	}
	for want, change := range map[string]func(*Layout, *Style){
		"":  func(*Layout, *Style) {},
		" ": func(l *Layout, s *Style) { l.Grid, l.GutterMM, s.BleedMM = Grid{3, 4}, 6, 3 },
		"codes of 10 mm do not fit 20x25 on a4: they would have 8.8 mm; a grid of at most 17x25 would do": func(l *Layout, _ *Style) { l.Grid = Grid{20, 25} },
		"codes of 60 mm do not fit 4x6 on a4: they would have 43 mm; a grid of at most 2x4 would do":      func(_ *Layout, s *Style) { s.SizeMM = 60 },
		"no code of 300 mm fits on a4 with margins of 10 mm":                                              func(_ *Layout, s *Style) { s.SizeMM = 300 },
		"a bleed of 3 mm needs gutters of 6 mm":                                                           func(_ *Layout, s *Style) { s.BleedMM = 3 },
		"a bleed of 12 mm needs margins as wide":                                                          func(l *Layout, s *Style) { l.Grid, s.BleedMM = Grid{1, 1}, 12 },
		"crop marks need margins of 4 mm":                                                                 func(l *Layout, _ *Style) { l.MarginMM, l.CropMarks = 3, true },
		"paper of 10x10mm":                                                                                func(l *Layout, _ *Style) { l.Paper = Paper{10, 10} },
		"the grid 0x1":                                                                                    func(l *Layout, _ *Style) { l.Grid = Grid{0, 1} },
		"no code of 10 mm fits":                                                                           func(l *Layout, _ *Style) { l.MarginMM = 200 },
	} {
		l, s := with(change)
		_, err := NewSheet(io.Discard, l, s)
		if text := strings.TrimSpace(want); text == "" {
			if err != nil {
				t.Error(err)
			}
		} else if !errors.Is(err, ErrStyle) || !strings.Contains(err.Error(), text) {
			t.Errorf("got %v, want %s", err, text)
		}
	}
}
