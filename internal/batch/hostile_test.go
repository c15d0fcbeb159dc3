package batch_test

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/suncode/suncode/internal/batch"
)

// dry reads a source and returns its scenes that are good, and its bad rows.
func (s shop) dry(tb testing.TB, spec batch.Spec, source io.Reader) (good int64, bad []string) {
	tb.Helper()
	report, err := batch.Run(tb.Context(), batch.Job{
		Spec: spec, Issuer: s.issuer, App: s.app.Number, Source: source, DryRun: true,
		BadRow: func(e *batch.RowError) {
			bad = append(bad, fmt.Sprintf("%d:%d %s: %s", e.Row, e.Line, e.Column, e.Reason))
		},
	})
	if err != nil {
		tb.Fatal(err)
	}
	return report.Good, bad
}

// TestHostileRows feeds what somebody means to do harm with: each costs its own
// row, and none what comes after it.
func TestHostileRows(t *testing.T) {
	s := newShop(t)
	for _, test := range []struct {
		name, source string
		good         int64
		want         []string
	}{
		{"a cell of 10 MB", "scene,label\na,b\nb," + strings.Repeat("x", 10<<20) + "\nc,d\n", 2, []string{"2:3 : longer than 65536 bytes"}},
		{"a quoted cell of 10 MB", "scene,label\na,b\nb,\"" + strings.Repeat("x", 10<<20) + "\"\nc,d\n", 2, []string{"2:3 : longer than 65536 bytes"}},
		{"a quote that swallows the rest", "scene,label\na,\"b\nc,d\ne,f\n", 2, []string{"1:2 : a quote is not closed"}},
		{"a quote that finds another", "scene,label\na,\"b\nc,\"d\"\ne,f\n", 2, []string{"1:2 : something follows a closing quote"}},
		{"line breaks in a cell", "scene,label\na,\"b\nc\"\nd,e\n", 2, nil},
		{"NUL", "scene,label\na\x00,b\nb,\x00\nc,d\n", 1, []string{"1:2 scene: it has a NUL", "2:3 label: it has a NUL"}},
		{"not UTF-8", "scene,label\na,\xff\xfe\nb,c\n", 1, []string{"1:2 label: it is not UTF-8"}},
		{"cells too many", "scene,label\na,b,c\nd\n" + strings.Repeat(",", 1000) + "\ne,f\n", 1, []string{
			"1:2 : the header has 2 cells, this row 3", "2:3 : the header has 2 cells, this row 1", "3:4 : it has more than 64 cells",
		}},
		{"formulas", "scene,label\n=1+1,=cmd|'/C calc'!A0\n@x,\"+1\"\n-2,-2\n", 3, nil},
		{"no end of line", "scene,label\na,b\nc,d", 2, nil},
		{"byte order mark, CRLF, empty lines", "\xef\xbb\xbf\r\nScene,LABEL\r\n\r\na,b\r\n\r\nc,d\r\n", 2, nil},
		{"semicolons", "scene;label\na;b,c\n", 1, nil},
	} {
		good, bad := s.dry(t, small(), strings.NewReader(test.source))
		if diff := cmp.Diff(test.want, bad); diff != "" || good != test.good {
			t.Errorf("%s: %d good, want %d %s", test.name, good, test.good, diff)
		}
	}
}

// TestUnreadable holds that a source that cannot be read at all says why.
func TestUnreadable(t *testing.T) {
	s := newShop(t)
	for source, want := range map[string]string{
		"":                        "the source is empty: not even a header",
		"\n\r\n":                  "the source is empty: not even a header",
		"\xff\xfes\x00":           "line 1: it is UTF-16; save it as UTF-8",
		"scene,label\ra,b\rc,d\r": "line 1: its lines end with carriage returns alone; save it with line feeds",
		"scene,Scene\na,b\n":      "line 1: two columns are scene",
		"\"scene\na,b\n":          "line 1: the header: a quote is not closed",
		"scene,page,\na,b,\n":     "line 1: column 3 has no name; * ignores all that are unknown",
		"label,page\na,b\n":       "line 1: no column is scene; there are: label, page",
	} {
		_, err := batch.Run(t.Context(), batch.Job{
			Spec: small(), Issuer: s.issuer, App: s.app.Number, Source: strings.NewReader(source), DryRun: true,
		})
		if _, known := errors.AsType[*batch.SourceError](err); !known || err.Error() != want {
			t.Errorf("%q: %v, want %s", source, err, want)
		}
	}
	spec := small()
	spec.Form = batch.Lines
	table := batch.Job{Spec: spec, Issuer: s.issuer, App: s.app.Number, Source: strings.NewReader("Scene;page\r\na;b\n"), DryRun: true}
	if _, err := batch.Run(t.Context(), table); err == nil || err.Error() != "line 1: it is the header of a table; say so: form csv or tsv" {
		t.Errorf("a table that is taken for lines: %v", err)
	}
	if good, bad := s.dry(t, spec, strings.NewReader("scene\na,b\npage,label2\n")); good != 3 {
		t.Errorf("lines that are none: %v", bad)
	}
}

// TestHostileNames holds that a row cannot put a file elsewhere, nor two rows
// one file.
func TestHostileNames(t *testing.T) {
	s := newShop(t)
	source := "scene,file\n" + strings.Join([]string{
		`a,../x`, `b,/etc/passwd`, `c,C:\x`, `d,a/../../x`, `e,.suncode-batch/job.json`, `f,con`, `g,x/nul.jpg`, `h,a//b`, `i,a/`, `j,0001/x`, `k,x `, `l,manifest.csv`, `m,MANIFEST.CSV.jpg`, `n,ok/fine`, `o,OK/FINE.JPG`, `p,` + strings.Repeat("x", 300),
		`q,tea`, `r,tea.jpg/cup`, `s,Tea.JPG/pot/lid`, `t,ok`, `u,Cake.jpg/one`, `v,cake.jpg`, `w,Cake.jpg/two`,
		"x,caf\u00e9", "y,cafe\u0301", "z,\u202egpj.tac",
	}, "\n")
	good, bad := s.dry(t, small(), strings.NewReader(source))
	want := []string{
		"1:2 file: it leaves its folder", "2:3 file: it begins with a slash", `3:4 file: it has one of \:*?"<>|%`, "4:5 file: it leaves its folder",
		"5:6 file: it would not be a file name on every system", "6:7 file: it would not be a file name on every system",
		"7:8 file: it would not be a file name on every system", "8:9 file: it leaves its folder", "9:10 file: it leaves its folder",
		"10:11 file: folders of digits are kept for shards, unless there are none (--shard 0)", "13:14 file: row 12 has the same file name",
		"15:16 file: row 14 has the same file name", "16:17 file: a part of the name has 304 bytes, at most 230 are allowed",
		"18:19 file: one name is both a file and a folder", "19:20 file: one name is both a file and a folder",
		"22:23 file: one name is both a file and a folder", "25:26 file: row 24 has the same file name",
		"26:27 file: it has a control character or an invisible one",
	}
	if diff := cmp.Diff(want, bad); diff != "" || good != 8 {
		t.Errorf("%d good %s", good, diff)
	}
}

// TestFolderTemplates holds that a template makes the folders it asks for, which
// leaves none to be made by the number of rows.
func TestFolderTemplates(t *testing.T) {
	s := newShop(t)
	spec := small()
	spec.Form, spec.Pattern, spec.Shard = batch.Pattern, "id={1..3}", 2
	for template, want := range map[string]string{
		"{scene}":           "0001/id=3.jpg",
		"0001/{scene}":      "0001/id=1.jpg",
		"{row:05}/x/{rays}": "00003/x/36.jpg",
	} {
		spec.Name = template
		dir := filepath.Join(t.TempDir(), "out")
		if report, err := batch.Run(t.Context(), s.job(spec, "", dir)); err != nil || report.Good != 3 || !slices.Contains(files(t, dir), want) {
			t.Errorf("%s: %+v, %v: %v", template, report, err, files(t, dir))
		}
	}
}

// TestRandom holds that random scenes do not repeat, are those of their seed,
// and spend a small space to its end.
func TestRandom(t *testing.T) {
	s := newShop(t)
	spec := small()
	spec.Form, spec.Cased = batch.RandomIDs, true
	for _, r := range []batch.Random{
		{Count: 1000, Alphabet: "digits", Length: 3, Seed: "x"},
		{Count: 7, Alphabet: "ab!?$*:", Length: 1},
		{Count: 2000, Alphabet: "base62", Length: 30, Prefix: "r="},
		{Count: 4096, Alphabet: "hex", Length: 3, Prefix: "h"},
		{Count: 1, Alphabet: "base58", Length: 32},
	} {
		spec.Random = r
		if good, bad := s.dry(t, spec, nil); good != r.Count {
			t.Errorf("%+v: %d good, %v", r, good, bad)
		}
	}
}

// rowsOf is an endless supply of CSV rows, up to n.
type rowsOf struct {
	n, next int
	room    []byte
}

func (r *rowsOf) Read(p []byte) (int, error) {
	for len(r.room) < len(p) && r.next < r.n {
		if r.next == 0 {
			r.room = append(r.room, "scene,label\n"...)
		}
		r.next++
		if r.next%1000 == 0 {
			r.room = append(r.room, "bad scene,\n"...)
			continue
		}
		r.room = fmt.Appendf(r.room, "id=%d,label of %d\n", r.next, r.next)
	}
	if len(r.room) == 0 {
		return 0, io.EOF
	}
	n := copy(p, r.room)
	r.room = r.room[:copy(r.room, r.room[n:])]
	return n, nil
}

// TestMemory holds that ten times the rows take no more memory.
func TestMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("makes tens of thousands of codes")
	}
	s := newShop(t)
	peak := func(rows int) uint64 {
		var most atomic.Uint64
		stop, stopped := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(stopped)
			for {
				select {
				case <-stop:
					return
				case <-time.After(10 * time.Millisecond):
					var m runtime.MemStats
					runtime.ReadMemStats(&m)
					most.Store(max(most.Load(), m.HeapInuse))
				}
			}
		}()
		runtime.GC()
		report, err := batch.Run(t.Context(), batch.Job{
			Spec: small(), Issuer: s.issuer, App: s.app.Number, Source: &rowsOf{n: rows},
			Sink: batch.NewStream(batch.ZIP, io.Discard), State: t.TempDir(),
		})
		close(stop)
		<-stopped
		if err != nil || report.Rows != int64(rows) || report.Bad != int64(rows/1000) {
			t.Fatalf("%+v, %v", report, err)
		}
		return most.Load()
	}
	few, many := peak(4000), peak(40000)
	t.Logf("4000 rows take %d kB, 40000 rows %d kB", few>>10, many>>10)
	if many > few+few/4+4<<20 {
		t.Errorf("4000 rows take %d bytes, 40000 rows %d", few, many)
	}
}
