package sheet

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/suncode/suncode/internal/typeface"
)

func TestParseSpace(t *testing.T) {
	for text, want := range map[string]Space{"2p": {Pitches: 2}, "0": {}, "1.5mm": {MM: 1.5}, "0.5in": {MM: 12.7}, "54p": {Pitches: 54}} {
		if got, err := ParseSpace(text); err != nil || math.Abs(got.MM-want.MM)+math.Abs(got.Pitches-want.Pitches) > 1e-9 {
			t.Errorf("%q: got %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "p", "-1p", "55p", "201mm", "2 pitches", "1e1p"} {
		if got, err := ParseSpace(text); !errors.Is(err, ErrStyle) {
			t.Errorf("%q: got %v, %v", text, got, err)
		}
	}
}

func TestParsePaper(t *testing.T) {
	for text, want := range map[string]Paper{
		"a4": {210, 297}, "A4": {210, 297}, "a4-landscape": {297, 210}, "letter": {215.9, 279.4}, "300x400mm": {300, 400}, "10x20cm": {100, 200},
		"4x6in": {101.6, 152.4},
	} {
		if got, err := ParsePaper(text); err != nil || math.Abs(got.WidthMM-want.WidthMM)+math.Abs(got.HeightMM-want.HeightMM) > 1e-9 {
			t.Errorf("%q: got %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "a9", "210x297", "x", "210xmm", "1x1mm", "9000x100mm", "100x200mm-landscape", "a4-portrait"} {
		if got, err := ParsePaper(text); !errors.Is(err, ErrStyle) {
			t.Errorf("%q: got %v, %v", text, got, err)
		}
	}
}

func TestParseGrid(t *testing.T) {
	if got, err := ParseGrid("4x6"); err != nil || got != (Grid{4, 6}) {
		t.Errorf("got %v, %v", got, err)
	}
	for _, text := range []string{"", "4", "4x", "x6", "0x6", "501x1", "4x6x2", "+4x6", "4 x 6", "99999999999x1"} {
		if got, err := ParseGrid(text); !errors.Is(err, ErrStyle) {
			t.Errorf("%q: got %v, %v", text, got, err)
		}
	}
}

func TestTemplate(t *testing.T) {
	values := map[string]string{"scene": "a=1", "label": "", "row": "7"}
	for text, want := range map[string]string{
		"{scene} {label}": "a=1", "No. {row}: {scene}": "No. 7: a=1", "{{{row}}}": "{7}", "": "", "桌 {row}": "桌 7", "{row}{row}": "77",
	} {
		template, err := ParseTemplate(text, "scene", "label", "row")
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if got := template.Expand(func(name string) string { return values[name] }); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	for _, text := range []string{"{", "}", "{scene", "{page}", "{}", "a}b", strings.Repeat("x", maxTemplate+1)} {
		if _, err := ParseTemplate(text, "scene"); !errors.Is(err, ErrStyle) {
			t.Errorf("%.20q: %v", text, err)
		}
	}
}

// TestJSON holds that settings come back from JSON as they went in.
func TestJSON(t *testing.T) {
	layout := Layout{Paper: Paper{300, 400}, Grid: Grid{3, 5}, MarginMM: 12, GutterMM: 2, CropMarks: true, PageNumbers: true, Captions: true}
	style := Style{SizeMM: 20, BleedMM: 1, Quiet: Space{MM: 3}, CaptionMM: 2}
	data, err := json.Marshal(struct {
		Layout
		Style
	}{layout, style})
	if err != nil {
		t.Fatal(err)
	}
	var again struct {
		Layout
		Style
	}
	if err := json.Unmarshal(data, &again); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]any{layout, style}, []any{again.Layout, again.Style}); diff != "" {
		t.Errorf("%s\n%s", data, diff)
	}
}

func TestSetCaption(t *testing.T) {
	face := typeface.Default()
	for name, tt := range map[string]struct {
		caption string
		width   float64
		lines   []string
	}{
		"one line":       {"id=42", 30, []string{"id=42"}},
		"smaller":        {"scene=abcdefghijklmnop", 30, []string{"scene=abcdefghijklmnop"}},
		"two lines":      {"the table by the window on the left side", 30, []string{"the table by the window", "on the left side"}},
		"spaces":         {" a\t b\n", 30, []string{"a b"}},
		"no mark first":  {"苏州茶文化节茶文化，会", 12, []string{"苏州茶文化节", "茶文化，会"}},
		"a long word":    {strings.Repeat("w", 40), 30, []string{strings.Repeat("w", 20), strings.Repeat("w", 20)}},
		"nothing but it": {"  ", 30, nil},
	} {
		got, err := setCaption(face, tt.caption, 2.5, tt.width, 10)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(tt.lines, got.lines); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	for name, caption := range map[string]string{
		"long": strings.Repeat("长", MaxCaption+1), "wide": strings.Repeat("W", MaxCaption), "missing": "a\U0001F600", "bytes": "a\xff",
	} {
		if got, err := setCaption(face, caption, 2.5, 30, 10); !errors.Is(err, ErrCaption) {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
	}
}

// FuzzSetCaption holds that a caption that is set loses nothing but spaces and stays in its place.
func FuzzSetCaption(f *testing.F) {
	for _, seed := range []string{"id=42 茶馆", "a b c", strings.Repeat("x", 90), "，，，，", " ", "\xff"} {
		f.Add(seed, 2.5, 30.0, 9.0)
	}
	f.Fuzz(func(t *testing.T, caption string, size, width, height float64) {
		if !(size >= MinCaptionMM && size <= MaxCaptionMM && width > 0 && width < MaxSizeMM && height > 0 && height < MaxSizeMM) {
			return
		}
		b, err := setCaption(typeface.Default(), caption, size, width, height)
		if err != nil {
			if !errors.Is(err, ErrCaption) {
				t.Fatal(err)
			}
			return
		}
		bare := func(s string) string { return strings.Join(strings.Fields(s), "") }
		if bare(strings.Join(b.lines, "")) != bare(caption) {
			t.Fatalf("%q became %q", caption, b.lines)
		}
		if len(b.lines) > maxLines || b.height() > height+1e-9 || b.size > size {
			t.Fatalf("%d lines of %v in %v", len(b.lines), b.size, height)
		}
		for i, line := range b.lines {
			actual, err := typeface.Default().Width(line)
			if err != nil || math.Abs(actual-b.widths[i]) > 1e-6 || actual*b.size > width+1e-6 {
				t.Fatalf("%q is %v wide, %v: want at most %v", line, actual*b.size, err, width)
			}
		}
	})
}

// FuzzParse holds that whatever is read as a space, a paper or a grid is read the same from its own text.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"2p", "1.5mm", "a4", "a3-landscape", "300x400mm", "4x6in", "4x6", "letter", "0.0004p"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if s, err := ParseSpace(text); err == nil {
			again, err := ParseSpace(s.String())
			if err != nil || math.Abs(again.MM-s.MM)+math.Abs(again.Pitches-s.Pitches) > 0.001 {
				t.Errorf("space %q: %v, and again %v, %v", text, s, again, err)
			}
		}
		if p, err := ParsePaper(text); err == nil {
			again, err := ParsePaper(p.String())
			if err != nil || math.Abs(again.WidthMM-p.WidthMM)+math.Abs(again.HeightMM-p.HeightMM) > 0.002 {
				t.Errorf("paper %q: %v, and again %v, %v", text, p, again, err)
			}
		}
		if g, err := ParseGrid(text); err == nil {
			if again, err := ParseGrid(g.String()); err != nil || again != g {
				t.Errorf("grid %q: %v, and again %v, %v", text, g, again, err)
			}
		}
	})
}

// FuzzTemplate holds that what is taken keeps every letter that is no place, and asks for known names alone.
func FuzzTemplate(f *testing.F) {
	for _, seed := range []string{"{scene} {label}", "{{a}}", "}", "{scene", "桌 {label}", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		template, err := ParseTemplate(text, "scene", "label")
		if err != nil {
			if !errors.Is(err, ErrStyle) {
				t.Fatal(err)
			}
			return
		}
		got := template.Expand(func(name string) string {
			if name != "scene" && name != "label" {
				t.Errorf("asks for %q", name)
			}
			return "\x00" + name + "\x01"
		})
		back := strings.NewReplacer("{", "{{", "}", "}}", "\x00", "{", "\x01", "}").Replace(got)
		if !strings.ContainsAny(text, "\x00\x01") && back != strings.TrimSpace(text) && back != text {
			t.Errorf("%q became %q", text, back)
		}
	})
}
