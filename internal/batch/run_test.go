package batch_test

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/suncode/suncode/internal/batch"
	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/internal/picture"
	"github.com/suncode/suncode/internal/sheet"
	"github.com/suncode/suncode/internal/sqlite"
	"github.com/suncode/suncode/scan"
	"github.com/suncode/suncode/ticket"
)

// shop is a registry with one app.
type shop struct {
	store  *sqlite.Store
	issuer *issue.Issuer
	app    *issue.App
}

func newShop(tb testing.TB) shop {
	tb.Helper()
	store, err := sqlite.Open(tb.Context(), tb.TempDir())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = store.Close() })
	draft, _, err := issue.NewDraft("Tea House", nil, nil)
	if err != nil {
		tb.Fatal(err)
	}
	app, err := store.AddApp(tb.Context(), draft)
	if err != nil {
		tb.Fatal(err)
	}
	pages := issue.Manifest{Pages: []string{"pages/index/index", "pages/tea/tea"}, Home: "pages/index/index"}
	if _, err := store.Publish(tb.Context(), app.AppID, ticket.Release, pages); err != nil {
		tb.Fatal(err)
	}
	return shop{store, issue.NewIssuer(store), app}
}

// small is a Spec with the smallest pictures.
func small() batch.Spec {
	s := batch.NewSpec()
	s.Look.Width = issue.MinWidth
	return s
}

func (s shop) job(spec batch.Spec, source, dir string) batch.Job {
	return batch.Job{
		Spec: spec, Issuer: s.issuer, App: s.app.Number, Source: strings.NewReader(source),
		Sink: batch.NewFolder(dir), State: filepath.Join(dir, batch.StateName),
	}
}

// entries reads the manifest, and holds its two forms to each other.
func entries(tb testing.TB, fsys func(name string) []byte) []batch.Entry {
	tb.Helper()
	var list []batch.Entry
	lines := bufio.NewScanner(bytes.NewReader(fsys(batch.ManifestJSON)))
	for lines.Scan() {
		var e batch.Entry
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			tb.Fatalf("%v: %s", err, lines.Text())
		}
		list = append(list, e)
	}
	cells, err := csv.NewReader(bytes.NewReader(fsys(batch.ManifestCSV))).ReadAll()
	if err != nil {
		tb.Fatal(err)
	}
	if len(cells) != len(list)+1 {
		tb.Fatalf("%d lines of CSV, %d of JSON", len(cells)-1, len(list))
	}
	for i, e := range list {
		want := []string{
			strconv.FormatInt(e.Row, 10), e.Scene, e.Page, e.Env, e.Path, e.File, strconv.Itoa(e.Rays), strconv.Itoa(e.Bytes), e.SHA256, e.Label, e.Warning,
		}
		if diff := cmp.Diff(want, cells[i+1]); diff != "" {
			tb.Errorf("entry %d: %s", i, diff)
		}
	}
	return list
}

func inFolder(tb testing.TB, dir string) func(string) []byte {
	tb.Helper()
	return func(name string) []byte {
		tb.Helper()
		data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			tb.Fatal(err)
		}
		return data
	}
}

// verify holds every entry to its file, and returns the names of all files
// there, and of the manifest.
func verify(tb testing.TB, list []batch.Entry, read func(string) []byte) {
	tb.Helper()
	seen := map[string]bool{}
	for _, e := range list {
		if seen[e.File] {
			tb.Errorf("%s is there twice", e.File)
		}
		seen[e.File] = true
		sum := sha256.Sum256(read(e.File))
		if hex.EncodeToString(sum[:]) != e.SHA256 {
			tb.Errorf("%s has another content than the manifest says", e.File)
		}
	}
}

// files lists the files below a folder.
func files(tb testing.TB, dir string) []string {
	tb.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			name, _ := filepath.Rel(dir, path)
			names = append(names, filepath.ToSlash(name))
		}
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return names
}

// says scans a picture and resolves its ticket.
func (s shop) says(tb testing.TB, data []byte) issue.Target {
	tb.Helper()
	img, _, err := picture.Decode(data)
	if err != nil {
		tb.Fatal(err)
	}
	found := scan.Find(img, scan.Options{})
	if len(found) != 1 {
		tb.Fatalf("%d codes", len(found))
	}
	raw, _ := found[0].Ticket()
	target, err := issue.NewResolver(s.store).Resolve(raw)
	if err != nil {
		tb.Fatal(err)
	}
	return target
}

const mixed = "scene,page,width,is_hyaline,label,file\n" +
	"a=1,,,,,\n" +
	"a/b?c:*,pages/tea/tea,300,true,\"two\nlines\",\n" +
	"toolong0123456789012345678901234567890,,,,,\n" +
	"a=2,pages/none/none,,,,\n" +
	"a=3,,12,,,\n" +
	"a=4,,,,,../../etc/passwd\n" +
	"a=5,,,,=cmd|' /C calc'!A0,deep/er/x\n" +
	"a=1,,,,,\n" +
	"A=1,,,,,\n" +
	"a=6,,x,,,\n" +
	"short\n" +
	"\"open,,,,,\n" +
	"a=7,,,,,\n" +
	"nul\x00,,,,,\n" +
	"bad\xff,,,,,\n" +
	"con,,,,,\n"

func TestFolder(t *testing.T) {
	s := newShop(t)
	dir := filepath.Join(t.TempDir(), "out")
	var bad []string
	job := s.job(small(), mixed, dir)
	job.BadRow = func(e *batch.RowError) { bad = append(bad, fmt.Sprintf("%d:%d %s", e.Row, e.Line, e.Column)) }
	report, err := batch.Run(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	wantBad := []string{"3:5 scene", "4:6 page", "5:7 width", "6:8 file", "8:10 file", "10:12 width", "11:13 ", "12:14 ", "14:16 scene", "15:17 scene"}
	if diff := cmp.Diff(wantBad, bad); diff != "" {
		t.Error(diff)
	}
	if report.Rows != 16 || report.Good != 6 || report.Bad != 10 || !report.Done {
		t.Errorf("%+v", report)
	}
	read := inFolder(t, dir)
	list := entries(t, read)
	verify(t, list, read)
	var got []string
	for _, e := range list {
		got = append(got, e.Scene+" "+e.File)
		target := s.says(t, read(e.File))
		if target.Scene != e.Scene || target.Path != e.Path {
			t.Errorf("%+v opens %s", e, target.Path)
		}
	}
	want := []string{"a=1 a=1.jpg", "a/b?c:* a%2Fb%3Fc%3A%2A.png", "a=5 deep/er/x.jpg", "A=1 A=1~9.jpg", "a=7 a=7.jpg", "con %63on.jpg"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != publicMode(t) {
		t.Errorf("the folder has mode %v, %v", info.Mode(), err)
	}
	want = append(want[:0], "%63on.jpg", "A=1~9.jpg", "a%2Fb%3Fc%3A%2A.png", "a=1.jpg", "a=7.jpg", "bad.csv", "bad.jsonl", "deep/er/x.jpg", "manifest.csv", "manifest.jsonl")
	if diff := cmp.Diff(want, files(t, dir)); diff != "" {
		t.Error(diff)
	}
	if list[1].Label != "two\nlines" || list[2].Label != "=cmd|' /C calc'!A0" {
		t.Errorf("labels %q %q", list[1].Label, list[2].Label)
	}
}

// TestWarnings holds that the manifest tells which codes will not scan well.
func TestWarnings(t *testing.T) {
	s := newShop(t)
	source := "scene,line_color,auto_color\nblack,,\npale,#ffe8c2,\nblue,#3a62ad,\nwhite,#ffffff,\ntone,#ffffff,true\ntoo long a scene for any code to have,#ffffff,\n"
	dir := filepath.Join(t.TempDir(), "out")
	report, err := batch.Run(t.Context(), s.job(small(), source, dir))
	if err != nil || report.Good != 5 || report.Warned != 2 {
		t.Errorf("%+v, %v", report, err)
	}
	var got []string
	for _, e := range entries(t, inFolder(t, dir)) {
		got = append(got, e.Scene+" "+e.Warning)
	}
	want := []string{
		"black ", "pale contrast: #ffe8c2 on #ffffff differ by 20 grey levels: read in good light only; #ef9500 would do", "blue ",
		"white contrast: #ffffff on #ffffff differ by 0 grey levels: nothing can be read; #9f9f9f would do", "tone ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	job := s.job(small(), source, "")
	job.DryRun = true
	if report, err := batch.Run(t.Context(), job); err != nil || report.Warned != 2 {
		t.Errorf("dry: %+v, %v", report, err)
	}
}

// stuck is a sink that does not come back.
type stuck struct{ batch.Folder }

func (s *stuck) Begin(context.Context, string, *batch.Mark) error { return nil }
func (s *stuck) Sync(context.Context) error                       { return nil }
func (s *stuck) Put(ctx context.Context, _ batch.File) error {
	<-ctx.Done()
	return fmt.Errorf("no answer: %w", ctx.Err())
}

// TestStuck holds that a run whose sink does not answer can be stopped.
func TestStuck(t *testing.T) {
	t.Parallel() // it waits a while
	s := newShop(t)
	job := s.job(small(), "scene\na\nb\n", t.TempDir())
	job.Sink = new(stuck)
	ctx, cancel := context.WithTimeoutCause(t.Context(), 100*time.Millisecond, nil)
	defer cancel()
	report, err := batch.Run(ctx, job)
	if !errors.Is(err, context.DeadlineExceeded) || report.Rows != 0 || report.Done {
		t.Errorf("%+v, %v", report, err)
	}
}

// TestOutputTaken holds that two batches with states of their own do not share
// an output.
func TestOutputTaken(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	dir := t.TempDir()
	for name, sink := range map[string]func() batch.Sink{
		"folder": func() batch.Sink { return batch.NewFolder(filepath.Join(dir, "out")) },
		"sheets": func() batch.Sink { return batch.NewSheets(sheet.NewLayout(), filepath.Join(dir, "out.pdf")) },
		"tar":    func() batch.Sink { return batch.NewArchive(batch.Tar, filepath.Join(dir, "out.tar")) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // the second one waits
			first := s.job(small(), "", "")
			second := s.job(small(), "scene\nb\n", "")
			first.Sink, first.State = sink(), filepath.Join(t.TempDir(), "state")
			second.Sink, second.State = sink(), filepath.Join(t.TempDir(), "state")
			ctx, cancel := context.WithCancel(t.Context())
			rows, feed := io.Pipe()
			first.Source = rows
			ended := make(chan error)
			go func() {
				_, err := batch.Run(ctx, first)
				ended <- err
			}()
			if _, err := io.WriteString(feed, "scene\na\n"); err != nil {
				t.Fatal(err)
			}
			for {
				if _, err := os.Stat(filepath.Join(first.State, "job.json")); err == nil {
					break
				}
				time.Sleep(time.Millisecond)
			}
			if _, err := batch.Run(t.Context(), second); !errors.Is(err, batch.ErrRunning) {
				t.Errorf("the second one: %v", err)
			}
			if _, err := os.Stat(second.State); err == nil {
				t.Error("the second one leaves its state")
			}
			cancel()
			_ = feed.Close() // its error is nil
			if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		})
	}
}

// TestSheets prints contact sheets, stopped again and again, and holds them to
// those that nothing disturbed, and to a stream.
func TestSheets(t *testing.T) {
	s := newShop(t)
	spec := small()
	spec.Vector.Caption = "{scene} {label}"
	var source strings.Builder
	source.WriteString("scene,label\n")
	for i := range 400 {
		fmt.Fprintf(&source, "id=%d,%c\n", i, []rune("春夏秋冬东南西北中")[i/40%9])
		if i%50 == 7 {
			source.WriteString("bad scene,\nid=1,𠮷\n")
		}
	}
	layout := sheet.NewLayout()
	layout.Captions, layout.PageNumbers = true, true
	dir := t.TempDir()
	job := func(sink batch.Sink) batch.Job {
		j := s.job(spec, source.String(), "")
		j.Sink, j.State = sink, filepath.Join(dir, "state")
		return j
	}
	var want bytes.Buffer
	report, err := batch.Run(t.Context(), job(batch.StreamSheets(layout, &want)))
	if err != nil || report.Good != 400 || report.Bad != 16 || report.Bytes != int64(want.Len()) || !report.Done {
		t.Fatalf("%+v of %d bytes, %v", report, want.Len(), err)
	}
	dry := job(batch.NewSheets(layout, ""))
	dry.DryRun = true
	if report, err := batch.Run(t.Context(), dry); err != nil || report.Good != 400 || report.Bad != 16 {
		t.Errorf("dry: %+v, %v", report, err)
	}
	out := filepath.Join(dir, "labels.pdf")
	runs, done := 0, int64(0)
	for ; ; runs++ {
		ctx, cancel := context.WithCancel(t.Context())
		j := job(batch.NewSheets(layout, out))
		j.Start, j.Every = batch.Continue, 1
		j.Progress = func(p batch.Progress) {
			if p.Rows >= done+60 {
				cancel()
			}
		}
		report, err := batch.Run(ctx, j)
		cancel()
		if err == nil {
			break
		}
		if !errors.Is(err, context.Canceled) || report.Rows <= done {
			t.Fatalf("%v, %+v", err, report)
		}
		done = report.Rows
		other := layout
		other.CropMarks = true
		j.Sink, j.Source = batch.NewSheets(other, out), strings.NewReader(source.String())
		if _, err := batch.Run(t.Context(), j); !errors.Is(err, batch.ErrChanged) {
			t.Fatalf("another layout: %v", err)
		}
	}
	if got := inFolder(t, dir)("labels.pdf"); runs < 4 || !bytes.Equal(got, want.Bytes()) {
		t.Errorf("interrupted %d times, %d bytes, want %d", runs, len(got), want.Len())
	}
	if left := files(t, dir); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
	if _, err := batch.Run(t.Context(), job(batch.NewSheets(layout, out))); !errors.Is(err, batch.ErrNotEmpty) {
		t.Errorf("a second time: %v", err)
	}
}

// publicMode is what a new folder of the user's has.
func publicMode(t *testing.T) os.FileMode {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "any")
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode().Perm()
}

// TestArchives holds that folder, ZIP and tar have the same files.
func TestArchives(t *testing.T) {
	s := newShop(t)
	want := map[string]string{}
	dir := filepath.Join(t.TempDir(), "out")
	if _, err := batch.Run(t.Context(), s.job(small(), mixed, dir)); err != nil {
		t.Fatal(err)
	}
	for _, name := range files(t, dir) {
		want[name] = string(inFolder(t, dir)(name))
	}
	for kind, list := range map[batch.ArchiveKind]func(*testing.T, []byte) map[string]string{batch.ZIP: unzip, batch.Tar: untar} {
		out := filepath.Join(t.TempDir(), "out")
		job := s.job(small(), mixed, "")
		job.Sink, job.State = batch.NewArchive(kind, out), out+".state"
		if _, err := batch.Run(t.Context(), job); err != nil {
			t.Fatal(err)
		}
		data := inFolder(t, filepath.Dir(out))("out")
		if diff := cmp.Diff(want, list(t, data)); diff != "" {
			t.Errorf("%s: %s", kind, diff)
		}
		var stream bytes.Buffer
		job = s.job(small(), mixed, "")
		job.Sink, job.State = batch.NewStream(kind, &stream), t.TempDir()
		if _, err := batch.Run(t.Context(), job); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(stream.Bytes(), data) {
			t.Errorf("%s: the stream is another one than the file", kind)
		}
		if left := files(t, filepath.Dir(out)); len(left) != 1 {
			t.Errorf("%s leaves %v", kind, left)
		}
	}
}

func unzip(t *testing.T, data []byte) map[string]string {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, f := range r.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		all[f.Name] = string(content)
	}
	return all
}

func untar(t *testing.T, data []byte) map[string]string {
	t.Helper()
	all := map[string]string{}
	for r := tar.NewReader(bytes.NewReader(data)); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		all[h.Name] = string(content)
	}
}

// TestInterrupted stops a run again and again, and resumes it.
func TestInterrupted(t *testing.T) {
	s := newShop(t)
	spec := small()
	spec.Form, spec.Name, spec.Shard = batch.Lines, "{scene}", 100
	var source strings.Builder
	for i := range 700 {
		if i%50 == 7 {
			source.WriteString("bad scene\n\n")
			continue
		}
		fmt.Fprintf(&source, "id=%d\n", i)
	}
	dir := filepath.Join(t.TempDir(), "out")
	runs := 0
	for ; ; runs++ {
		if runs > 100 {
			t.Fatal("it never ends")
		}
		ctx, cancel := context.WithCancel(t.Context())
		job := s.job(spec, source.String(), dir)
		job.Start = batch.Continue
		job.Every = 1
		calls := 0
		job.Progress = func(batch.Progress) {
			if calls++; calls == 5 {
				cancel()
			}
		}
		report, err := batch.Run(ctx, job)
		cancel()
		if err == nil {
			if report.Rows != 700 || report.Bad != 14 || report.Resumed == 0 {
				t.Errorf("%+v", report)
			}
			break
		}
		if !errors.Is(err, context.Canceled) || report.Done {
			t.Fatalf("%v, %+v", err, report)
		}
		if _, err := batch.Run(t.Context(), s.job(spec, source.String(), dir)); !errors.Is(err, batch.ErrUnfinished) {
			t.Fatalf("a second start: %v", err)
		}
		job.Source = strings.NewReader(strings.Replace(source.String(), "id=3", "id=x", 1))
		if _, err := batch.Run(t.Context(), job); !errors.Is(err, batch.ErrChanged) {
			t.Fatalf("another source: %v", err)
		}
		job.Source, job.Spec.Look.Width = strings.NewReader(source.String()), 500
		if _, err := batch.Run(t.Context(), job); !errors.Is(err, batch.ErrChanged) || !strings.Contains(err.Error(), "width") {
			t.Fatalf("other settings: %v", err)
		}
	}
	if runs < 3 {
		t.Errorf("interrupted only %d times", runs)
	}
	read := inFolder(t, dir)
	list := entries(t, read)
	verify(t, list, read)
	if n := len(files(t, dir)); len(list) != 686 || n != 686+4 {
		t.Errorf("%d entries, %d files", len(list), n)
	}
	if !slices.Contains(files(t, dir), "0006/id=699.jpg") {
		t.Error("no shards")
	}
}
