package batchapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/suncode/suncode/internal/batch"
	"github.com/suncode/suncode/internal/problem"
)

func TestSettings(t *testing.T) {
	t.Parallel()
	s := settings{
		"format": {"png"}, "width": {"300"}, "line_color": {"#102030"}, "is_hyaline": {"true"}, "columns": {"scene:ID,page:Seite"},
		"ignore": {"a,b", "c"}, "archive": {"tar"}, "title": {" x "}, "shard": {"5"}, "quiet": {"2p"}, "size_mm": {"30.5"},
	}
	got, err := s.request(batch.TSV, "other")
	if err != nil {
		t.Fatal(err)
	}
	want := batch.NewSpec()
	want.Form, want.Format, want.Look.Width, want.Look.Hyaline, want.Shard = batch.TSV, batch.PNG, 300, true, 5
	want.Look.LineColor = batch.Color{R: 0x10, G: 0x20, B: 0x30}
	want.Columns, want.Ignore = map[string]string{"scene": "ID", "page": "Seite"}, []string{"a", "b", "c"}
	want.Vector.Quiet.Pitches, want.Vector.SizeMM = 2, 30.5
	if diff := cmp.Diff(want, got.Spec); diff != "" || got.Archive != batch.Tar || got.Title != "x" {
		t.Errorf("%s %q: %s", got.Archive, got.Title, diff)
	}
	// The same as JSON.
	js, err := jsonSettings([]byte(`{"format":"png","width":300,"line_color":{"r":16,"g":"32","b":48},"is_hyaline":true,"columns":{"scene":"ID","page":"Seite"},` +
		`"ignore":["a","b","c"],"archive":"tar","title":" x ","shard":5,"quiet":"2p","size_mm":30.5,"page":null,"form":"tsv"}`))
	if err != nil {
		t.Fatal(err)
	}
	again, err := js.request("", "other")
	if diff := cmp.Diff(got, again); diff != "" || err != nil {
		t.Errorf("%v: %s", err, diff)
	}
}

// TestToken finds the token wherever it may stand: the scheme of the header has no case.
func TestToken(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{"Bearer one": "one", "bearer two": "two", "": "query", "Basic three": "query", "Bearer ": ""} {
		r := httptest.NewRequest(http.MethodGet, Path+"?access_token=query", nil)
		r.Header.Set("Authorization", header)
		if got := token(r); got != want {
			t.Errorf("%q: %q, want %q", header, got, want)
		}
	}
}

// TestNamed holds that a setting that cannot be is called by the name that it was set by.
func TestNamed(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]string{
		"size_mm": "9.99", "bleed_mm": "51", "caption_mm": "1", "quiet": "55p", "width": "12", "line_color": "red", "shard": "-1", "name": "{who}",
		"columns": "who:ID", "env_version": "old", "format": "gif", "form": "xlsx", "caption": "{who}",
	} {
		r, err := settings{name: {value}}.request(batch.CSV, "")
		if err == nil {
			err = r.Spec.Validate()
		}
		if err == nil || !strings.HasPrefix(problemOf(err).Message, name+": ") {
			t.Errorf("%s=%s: %v", name, value, err)
		}
	}
}

func TestTitle(t *testing.T) {
	t.Parallel()
	for title, want := range map[string]string{
		"": "codes", "..": "codes", "a/b\\c": "a-b-c", "桌贴": "桌贴", "x\r\ny": "x--y", strings.Repeat("码", 100): strings.Repeat("码", 80), "\xff": "codes",
	} {
		if got := cleanTitle(title); got != want {
			t.Errorf("%q: got %q, want %q", title, got, want)
		}
	}
}

func TestSniff(t *testing.T) {
	t.Parallel()
	for start, want := range map[string]batch.Form{
		"": batch.Lines, "n1\nn2": batch.Lines, "scene": batch.CSV, "\"Scene\"\r\nx": batch.CSV, "a,scene\n": batch.CSV, "a\tscene": batch.TSV,
		"\xef\xbb\xbf{\"scene\":1}": batch.JSONLines, "id=1": batch.Lines,
	} {
		if got := sniff([]byte(start)); got != want {
			t.Errorf("%q: got %s, want %s", start, got, want)
		}
	}
}

// FuzzSettings: what is taken is a batch that can be queued, and comes out of the queue as it went in.
func FuzzSettings(f *testing.F) {
	f.Add([]byte(`{"format":"png","width":300,"line_color":{"r":16,"g":"32","b":48},"columns":{"scene":"ID"},"ignore":["a"]}`))
	f.Add([]byte(`{"pattern":"id={1..1000}","archive":"tar"}`))
	f.Add([]byte(`{"count":10,"alphabet":"hex","length":8,"seed":"x","quiet":"2mm","size_mm":1e300}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := jsonSettings(data)
		if err != nil {
			return
		}
		r, err := s.request("", "")
		if err != nil {
			if _, ok := errors.AsType[*batch.SpecError](err); !ok {
				t.Fatalf("%T: %v", err, err)
			}
			return
		}
		if r.Spec.Bounds != (batch.Bounds{}) {
			t.Fatal("bounds were set from outside")
		}
		if r.Spec.Validate() != nil {
			return
		}
		stored, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		back := r
		if err := json.Unmarshal(stored, &back); err != nil {
			t.Fatal(err)
		}
		if again, err := json.Marshal(back); err != nil || !bytes.Equal(again, stored) {
			t.Fatalf("%s became %s, %v", stored, again, err)
		}
	})
}

// FuzzForm: a form is read to its end or refused, and never gives more than was sent.
func FuzzForm(f *testing.F) {
	f.Add([]byte("--x\r\nContent-Disposition: form-data; name=\"width\"\r\n\r\n280\r\n--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\nscene\r\n--x--\r\n"))
	f.Add([]byte("--x\r\nContent-Disposition: form-data; filename=\"../a\\b.txt\"\r\nContent-Type: text/csv\r\n\r\nn1"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s := settings{}
		up, err := s.readForm(multipart.NewReader(bytes.NewReader(data), "x"))
		if err != nil {
			if p := problemOf(err); p.Failure == problem.Internal {
				t.Fatal(err)
			}
			return
		}
		if strings.ContainsAny(up.title, "/") {
			t.Fatalf("title %q", up.title)
		}
		if up.source == nil {
			return
		}
		content, err := io.ReadAll(up.source)
		if len(content) > len(data) {
			t.Fatalf("%d bytes of %d", len(content), len(data))
		}
		if err != nil && problemOf(err).Failure == problem.Internal {
			t.Fatal(err)
		}
	})
}
