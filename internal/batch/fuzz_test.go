package batch

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// readAll reads a source to its end: good rows, and bad ones.
func readAll(t *testing.T, s source, most int) ([]Row, []*RowError) {
	t.Helper()
	var rows []Row
	var bads []*RowError
	for n := int64(1); ; n++ {
		var r Row
		err := s.Next(&r)
		if errors.Is(err, io.EOF) {
			return rows, bads
		}
		bad, isBad := errors.AsType[*RowError](err)
		switch {
		case err != nil && !isBad:
			t.Fatalf("row %d: %v", n, err)
		case isBad && bad.Row != n, !isBad && r.Number != n:
			t.Fatalf("row %d says that it is %+v, %v", n, r, err)
		case isBad:
			bads = append(bads, bad)
		default:
			rows = append(rows, r)
		}
		if n > int64(most) {
			t.Fatal("more rows than the input has lines")
		}
	}
}

// FuzzTable holds the reader of CSV to two things: what encoding/csv reads is
// read alike, and how the input comes in pieces does not matter.
func FuzzTable(f *testing.F) {
	for _, seed := range []string{
		"scene,label\na,b\n", "\xef\xbb\xbfscene;label\r\na;\"b;\"\"c\"\r\n\r\n\"d\";e", "scene\n\"a\nb\"\n\"open\nc\n", "scene,label\na\nb,c,d\n\"x\"y,z\n",
		"scene,label\n\"" + strings.Repeat("l\n", 20) + "\",a\n", "scene\n" + strings.Repeat("x", 300) + "\nnul\x00\n\xff\n", "\xff\xfes", "a,b\n", "scene,scene\n", "\n\nscene\n=1+1\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		spec := NewSpec()
		open := func(r io.Reader) source {
			s, err := openSource(&spec, r)
			if err != nil {
				return nil
			}
			return s
		}
		s := open(strings.NewReader(text))
		if s == nil {
			return
		}
		lines := strings.Count(text, "\n") + 1
		rows, bads := readAll(t, s, lines)
		again, badsAgain := readAll(t, open(iotest.OneByteReader(strings.NewReader(text))), lines)
		if diff := cmp.Diff(rows, again) + cmp.Diff(bads, badsAgain); diff != "" {
			t.Fatalf("byte by byte: %s", diff)
		}
		if len(bads) == 0 {
			compareCSV(t, text, s.(*table), rows)
		}
	})
}

// compareCSV reads with encoding/csv what had no bad row.
func compareCSV(t *testing.T, text string, s *table, rows []Row) {
	t.Helper()
	label := slices.Index(s.fields, "label")
	if label < 0 || strings.Contains(text, "\r") { // encoding/csv changes \r\n within cells
		return
	}
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, bom)))
	r.Comma, r.FieldsPerRecord = rune(s.comma), len(s.fields)
	all, err := r.ReadAll()
	if err != nil {
		t.Fatalf("encoding/csv refuses it: %v", err)
	}
	if len(all) > 0 {
		all = all[1:]
	}
	if len(all) != len(rows) {
		t.Fatalf("%d rows, encoding/csv has %d", len(rows), len(all))
	}
	for i := range rows {
		if rows[i].Label != all[i][label] {
			t.Fatalf("row %d: label %q, encoding/csv has %q", i+1, rows[i].Label, all[i][label])
		}
	}
}

// FuzzObjects holds that a line is read as encoding/json reads it, or refused.
func FuzzObjects(f *testing.F) {
	for _, seed := range []string{
		`{"scene":"a"}`, `{"scene":"a","width":300,"line_color":{"r":1,"g":"2","b":3},"is_hyaline":true,"page":null}` + "\n\n" + `[]`, `{"scene":7}` + "\n" + `{"scene":{}}`,
		`{"scene":"a","scene":"b"}`, `{"other":1}`, `{"scene":"\u0000"}`, strings.Repeat("[", 5000), `{"line_color":"#12345g"}`, `{"width":"1e3"}`, "null\n{}",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		spec := NewSpec()
		spec.Form = JSONLines
		s, err := openSource(&spec, strings.NewReader(text))
		if err != nil {
			return
		}
		rows, _ := readAll(t, s, strings.Count(text, "\n")+1)
		lines := strings.Split(strings.TrimPrefix(text, bom), "\n")
		for _, r := range rows {
			var want struct{ Scene, Label any }
			if err := json.Unmarshal([]byte(lines[r.Line-1]), &want); err != nil {
				t.Fatalf("row %d is no JSON: %v", r.Number, err)
			}
			if text, ok := want.Label.(string); ok && text != r.Label {
				t.Fatalf("label %q, want %q", r.Label, text)
			}
		}
	})
}

// FuzzPattern holds that a pattern's scenes can be told from their numbers, and
// come in their order.
func FuzzPattern(f *testing.F) {
	for _, seed := range []string{"id={1..1000}", "{001..250}", "a{1..3}b{0..9}", "{9..10}", "{1..1}{1..1}", "{5..1}", "{", "}", "{1..18446744073709551615}", "{0..9223372036854775806}{1..2}", "{-1..2}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := parsePattern(text)
		if err != nil {
			return
		}
		first, last := string(p.at(nil, 0)), string(p.at(nil, p.total-1))
		if p.total > 1 && first == last && !strings.Contains(text, "}{") {
			t.Fatalf("%d scenes, but the first and the last are %q", p.total, first)
		}
		if len(first) > len(last) {
			t.Fatalf("%q is longer than %q", first, last)
		}
		for i := range min(p.total, 200) {
			if scene := string(p.at(nil, i)); len(scene) < len(first) || len(scene) > len(last) {
				t.Fatalf("scene %d is %q, between %q and %q", i, scene, first, last)
			}
		}
	})
}

// FuzzName holds that what a template makes is a name that any system takes,
// within its folder, and that what was encoded can be told again.
func FuzzName(f *testing.F) {
	for _, seed := range [][3]string{
		{"{scene}.{ext}", "a=1", ""},
		{"{label}/{scene}", "..", "../../etc"},
		{"{page}-{row:07}-{sha:8}", "con", "x"},
		{"{label}", "a", "NUL"},
		{"x/{label}.", "a", " "},
		{"{label}.{label}", "a", "COM¹"},
		{"{scene}", "a/b?c:*", "茶\u202egpj"},
		{"/{scene}", "a", "a"},
		{"{row}{scene}", "a", "a\x00"},
		{".{ext}", "a", "a"},
		{"{", "", ""},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, template, scene, label string) {
		tmpl, err := parseName(template)
		if err != nil {
			return
		}
		row := &Row{Number: 12, Scene: scene, Look: Look{Label: label, Page: "pages/a", Env: "release"}}
		name, err := tmpl.appendTo(nil, &named{row: row, ext: "jpg", rays: 36})
		if err == nil {
			checkName(t, string(name))
		}
		if file, err := explicitName(nil, label, "jpg"); err == nil {
			checkName(t, string(file))
			if !strings.HasPrefix(string(file), label) {
				t.Fatalf("%q became %q", label, file)
			}
		}
		if template == "{scene}.{ext}" && err == nil {
			if back, err := url.PathUnescape(strings.TrimSuffix(string(name), ".jpg")); err != nil || back != scene {
				t.Fatalf("%q became %q, and back %q: %v", scene, name, back, err)
			}
		}
	})
}

func checkName(t *testing.T, name string) {
	t.Helper()
	if !strings.HasSuffix(strings.ToLower(name), ".jpg") || len(name) > MaxFileName || strings.ContainsAny(name, "\\:*?\"<>|\x00\n") {
		t.Fatalf("unsafe name %q", name)
	}
	for component := range strings.SplitSeq(name, "/") {
		switch {
		case component == "", component == ".", component == "..", len(component) > MaxComponent:
			t.Fatalf("unsafe part %q of %q", component, name)
		case strings.HasPrefix(component, "."), strings.HasSuffix(component, "."), strings.HasSuffix(component, " "):
			t.Fatalf("unsafe part %q of %q", component, name)
		case isDevice([]byte(component)):
			t.Fatalf("%q of %q is a device", component, name)
		}
	}
}

// FuzzRecords holds that the lines are all there, in pieces of any size.
func FuzzRecords(f *testing.F) {
	f.Add("a\nb\r\n\nc", 3)
	f.Add(strings.Repeat("x", MaxRecord+1)+"\nb\n", 1000)
	f.Add(strings.Repeat("x", 3*MaxRecord), 70000)
	f.Fuzz(func(t *testing.T, text string, piece int) {
		r := newRecords(&pieces{data: []byte(text), size: max(1, piece)})
		var got []string
		for {
			line, err := r.next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				line = []byte("too long")
			}
			got = append(got, string(line))
		}
		var want []string
		for line := range bytes.SplitAfterSeq([]byte(text), []byte("\n")) {
			switch {
			case len(line) > MaxRecord:
				want = append(want, "too long")
			case len(bytes.TrimSpace(line)) > 0:
				want = append(want, string(trimEnd(line)))
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

// pieces gives at most so many bytes at a time.
type pieces struct {
	data []byte
	size int
}

func (p *pieces) Read(to []byte) (int, error) {
	if len(p.data) == 0 {
		return 0, io.EOF
	}
	n := copy(to[:min(len(to), p.size)], p.data)
	p.data = p.data[n:]
	return n, nil
}

// TestUnique holds which templates need no index of names.
func TestUnique(t *testing.T) {
	for template, want := range map[string]bool{
		"{row}": true, "{row}-{scene}": true, "code{row:07}": true, "{scene}-{row}": true, "a/{row}": true,
		"{row}{scene}": false, "{scene}{row}": false, "{label}-{row}-{scene}": false, "{scene}": false, "{row}7": true, "7{row}": true, "{scene}7{row}": false, "{row}.{rays}": true,
	} {
		tmpl, err := parseName(template)
		if err != nil {
			t.Fatal(err)
		}
		if got := tmpl.unique(); got != want {
			t.Errorf("%s: %v", template, got)
		}
	}
	for _, test := range []struct {
		edit func(s *Spec)
		want bool
	}{
		{func(s *Spec) { s.Form, s.Pattern = Pattern, "a{1..9}" }, true},
		{func(s *Spec) { s.Form, s.Pattern = Pattern, "{1..11}{1..11}" }, false},
		{func(s *Spec) { s.Form, s.Random.Alphabet = RandomIDs, "base36" }, true},
		{func(s *Spec) { s.Form, s.Random.Alphabet = RandomIDs, "base58" }, false},
		{func(s *Spec) { s.Form, s.Random.Alphabet, s.Cased = RandomIDs, "base58", true }, true},
		{func(*Spec) {}, false},
	} {
		s := NewSpec()
		test.edit(&s)
		if got := s.scenesDiffer(); got != test.want {
			t.Errorf("%+v: %v", s, got)
		}
	}
}
