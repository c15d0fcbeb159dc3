package sqlite_test

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/internal/sqlite"
	"github.com/suncode/suncode/ticket"
)

// patience is how long a test waits for what another handle committed. The
// Store looks four times a second; a machine that is busy with other tests
// gets more time than that.
const patience = 10 * time.Second

// TestMain runs a second program on the folder that SUNCODE_TEST_CHILD names,
// instead of the tests, when it is set.
func TestMain(m *testing.M) {
	if dir := os.Getenv("SUNCODE_TEST_CHILD"); dir != "" {
		if err := child(dir, os.Args[1]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	// Each step of a property test here waits for the disk, so fewer runs do,
	// unless the command line says otherwise.
	if err := flag.Set("rapid.checks", "20"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// child is the second program: "publish" adds an app and publishes it, "pages"
// gives numbers to pages of app 1 and prints each one that is committed, until
// it is ended.
func child(dir, what string) error {
	ctx := context.Background()
	s, err := sqlite.Open(ctx, dir)
	if err != nil {
		return err
	}
	if what == "pages" {
		for i := 0; ; i++ {
			path := fmt.Sprintf("pages/child/%d", i)
			number, err := s.AssignPage(ctx, 1, path)
			if err != nil {
				return err
			}
			fmt.Println(number, path)
		}
	}
	draft, _, err := issue.NewDraft("child", nil, nil)
	if err != nil {
		return err
	}
	app, err := s.AddApp(ctx, draft)
	if err != nil {
		return err
	}
	if _, err := s.Publish(ctx, app.AppID, ticket.Trial, manifest("pages/a", "pages/b")); err != nil {
		return err
	}
	fmt.Println(app.AppID)
	return s.Close()
}

func open(t *testing.T, dir string) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func addApp(t *testing.T, s *sqlite.Store, name string) *issue.App {
	t.Helper()
	draft, _, err := issue.NewDraft(name, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	app, err := s.AddApp(t.Context(), draft)
	if err != nil {
		t.Fatal(err)
	}
	return app
}

func manifest(pages ...string) issue.Manifest {
	return issue.Manifest{Pages: pages, Home: pages[0]}
}

// eventually waits for done.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !done(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not within %v", what, patience)
		}
	}
}

// view is what a snapshot says, for comparing.
type view struct {
	Number                          uint64
	AppID, Name                     string
	Demo                            bool
	Created                         int64
	Secret                          issue.Secret
	Pages                           []string
	Release, Trial, Develop         []string
	HomeRelease, HomeTrial, HomeDev string
}

func look(snapshot *issue.Snapshot) []view {
	var views []view
	for _, app := range snapshot.Apps() {
		v := view{Number: app.Number, AppID: app.AppID, Name: app.Name, Demo: app.Demo, Created: app.CreatedAt.UnixMilli(), Secret: app.Secret}
		for n := uint64(1); ; n++ {
			path, ok := app.Pages.Path(n)
			if !ok {
				break
			}
			v.Pages = append(v.Pages, path)
		}
		if r, ok := app.Version(ticket.Release); ok {
			v.Release, v.HomeRelease = r.Pages(), r.Home
		}
		if r, ok := app.Version(ticket.Trial); ok {
			v.Trial, v.HomeTrial = r.Pages(), r.Home
		}
		if r, ok := app.Version(ticket.Develop); ok {
			v.Develop, v.HomeDev = r.Pages(), r.Home
		}
		views = append(views, v)
	}
	return views
}

func TestRegistryOutlivesTheProcess(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "data")
	s, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	one, two := addApp(t, s, "one"), addApp(t, s, "zwei ünd")
	publish := func(app *issue.App, env ticket.Env, m issue.Manifest) {
		t.Helper()
		version, err := s.Publish(t.Context(), app.AppID, env, m)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(m.Pages, version.Pages()); diff != "" || version.Home != m.Home || version.Env != env {
			t.Errorf("published %v as %v: %s", m, version, diff)
		}
	}
	publish(one, ticket.Release, manifest("p/a", "p/b", "p/c"))
	publish(one, ticket.Develop, issue.Manifest{Pages: []string{"p/d", "p/a"}, Home: "p/a"})
	publish(one, ticket.Release, manifest("p/b", "p/e"))
	if n, err := s.AssignPage(t.Context(), one.Number, "p/x"); err != nil || n != 6 {
		t.Fatalf("number of the sixth page: %d, %v", n, err)
	}
	if _, err := s.RotateKey(t.Context()); err != nil {
		t.Fatal(err)
	}
	want, keys := look(s.Snapshot()), s.Snapshot().Keys()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	again := open(t, dir).Snapshot()
	got := look(again)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("after opening again (-before +after):\n%s", diff)
	}
	if diff := cmp.Diff(keys, again.Keys()); diff != "" || len(keys) != 2 {
		t.Errorf("keys after opening again:\n%s", diff)
	}
	if n, _ := again.SealingKey(); n != 2 {
		t.Errorf("sealing key %d, want 2", n)
	}
	if one.Number != 1 || two.Number != 2 {
		t.Errorf("app numbers %d and %d, want 1 and 2", one.Number, two.Number)
	}
	if diff := cmp.Diff([]string{"p/a", "p/b", "p/c", "p/d", "p/e", "p/x"}, got[0].Pages); diff != "" {
		t.Errorf("page numbers:\n%s", diff)
	}
	if diff := cmp.Diff([]string{"p/b", "p/e"}, got[0].Release); diff != "" {
		t.Errorf("current release version:\n%s", diff)
	}
}

func TestFollowsAnotherHandle(t *testing.T) {
	dir := t.TempDir()
	a, b := open(t, dir), open(t, dir)
	app := addApp(t, a, "one")
	eventually(t, "a new app", func() bool { _, ok := b.Snapshot().App(app.AppID); return ok })
	if _, err := b.Publish(t.Context(), app.AppID, ticket.Release, manifest("p/a")); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a version", func() bool {
		app, _ := a.Snapshot().App(app.AppID)
		v, ok := app.Version(ticket.Release)
		return ok && v.Home == "p/a"
	})
	if _, err := a.AssignPage(t.Context(), app.Number, "p/z"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a page number", func() bool {
		app, _ := b.Snapshot().App(app.AppID)
		n, ok := app.Pages.Number("p/z")
		return ok && n == 2
	})
	plain, err := a.ResetSecret(t.Context(), app.AppID)
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "a new secret", func() bool {
		app, _ := b.Snapshot().App(app.AppID)
		v, ok := app.Version(ticket.Release)
		return app.Secret.Matches(plain) && app.Secret.Number == 2 && ok && v.Home == "p/a"
	})
	if _, err := b.RotateKey(t.Context()); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a new key", func() bool { n, _ := a.Snapshot().SealingKey(); return n == 2 })
	if diff := cmp.Diff(look(a.Snapshot()), look(b.Snapshot())); diff != "" {
		t.Errorf("the two differ:\n%s", diff)
	}
}

func TestFollowsAnotherProcess(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	cmd := exec.CommandContext(t.Context(), os.Args[0], "publish")
	cmd.Env = append(os.Environ(), "SUNCODE_TEST_CHILD="+dir)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	appID := strings.TrimSpace(string(out))
	eventually(t, "the other process's app and version", func() bool {
		app, ok := s.Snapshot().App(appID)
		if !ok {
			return false
		}
		v, ok := app.Version(ticket.Trial)
		return ok && len(v.Pages()) == 2
	})
}

// TestCommittedBeforeUsed ends a process the hard way in the middle of giving
// numbers: each number that it has told of must be there.
func TestCommittedBeforeUsed(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	app := addApp(t, s, "one")
	cmd := exec.CommandContext(t.Context(), os.Args[0], "pages")
	cmd.Env = append(os.Environ(), "SUNCODE_TEST_CHILD="+dir)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	told := map[uint64]string{}
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		var number uint64
		var path string
		if _, err := fmt.Sscan(lines.Text(), &number, &path); err != nil {
			break // the last line may be cut
		}
		told[number] = path
		if len(told) == 20 {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); err == nil || len(told) < 20 {
		t.Fatalf("the other process told of %d numbers and ended with %v", len(told), err)
	}
	if n, err := s.AssignPage(t.Context(), app.Number, "pages/parent"); err != nil || n <= uint64(len(told)) {
		t.Errorf("the next number is %d, %v, after %d", n, err, len(told))
	}
	for number, want := range told {
		if got, _ := app.Pages.Path(number); got != want {
			t.Errorf("page %d is %q, want %q", number, got, want)
		}
	}
}

func TestNothingIsTakenBack(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	app := addApp(t, s, "one")
	if _, err := s.Publish(t.Context(), app.AppID, ticket.Release, manifest("p/a", "p/b")); err != nil {
		t.Fatal(err)
	}
	db := raw(t, dir)
	for _, statement := range []string{
		"delete from app", "delete from page", "delete from version", "delete from version_page", "delete from sealing_key",
		"update app set number = 7", "update app set appid = 'wx'", "update page set path = 'p/c' where number = 1",
		"update page set number = 9 where number = 1", "update version set home = 2", "update version_page set page = 2 where place = 0",
		"update sealing_key set key = randomblob(32)", "insert or replace into sealing_key values (1, randomblob(32), 0, 0)",
		"insert into page values (1, 1, 'p/q', 0)", "insert into page values (1, 3, 'p/a', 0)", "insert into page values (7, 1, 'p/a', 0)",
	} {
		if _, err := db.ExecContext(t.Context(), statement); err == nil {
			t.Errorf("the database allows %q", statement)
		}
	}
}

// raw opens the file as another program would.
func raw(t *testing.T, dir string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, sqlite.File)+"?_foreign_keys=1&_busy_timeout=5000&_pragma=recursive_triggers(1)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func TestConcurrentPages(t *testing.T) {
	dir := t.TempDir()
	a, b := open(t, dir), open(t, dir)
	app := addApp(t, a, "one")
	const pages, workers = 20, 8
	got := make([][pages]uint64, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			s := []*sqlite.Store{a, b}[w%2]
			for i := range pages {
				page := (i + w*5) % pages
				n, err := s.AssignPage(context.Background(), app.Number, fmt.Sprintf("p/%d", page))
				if err != nil {
					t.Error(err)
					return
				}
				own, ok := s.Snapshot().AppByNumber(app.Number)
				if path, _ := own.Pages.Path(n); !ok || path != fmt.Sprintf("p/%d", page) {
					t.Errorf("number %d is %q at once after it was given to p/%d", n, path, page)
				}
				got[w][page] = n
			}
		})
	}
	wg.Wait()
	seen := map[uint64]bool{}
	for page, n := range got[0] {
		seen[n] = true
		for w := range workers {
			if got[w][page] != n {
				t.Errorf("page %d has number %d and %d", page, n, got[w][page])
			}
		}
	}
	if len(seen) != pages || !seen[1] || !seen[pages] {
		t.Errorf("numbers are not 1 to %d: %v", pages, got[0])
	}
}

func TestPageLimit(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	app := addApp(t, s, "one")
	_, err := raw(t, dir).ExecContext(t.Context(), `
		begin;
		update change set number = number + 1;
		insert into page with recursive n(i) as (select 1 union all select i + 1 from n where i < 59999)
			select 1, i, 'p/' || i, (select number from change) from n;
		commit`)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := s.AssignPage(t.Context(), app.Number, "p/last"); err != nil || n != issue.MaxPages {
		t.Fatalf("the last page has number %d, %v", n, err)
	}
	if _, err := s.AssignPage(t.Context(), app.Number, "p/over"); issue.CodeOf(err) != issue.InvalidPage {
		t.Errorf("one page too many: %v", err)
	}
	if n, err := s.AssignPage(t.Context(), app.Number, "p/17"); err != nil || n != 17 {
		t.Errorf("a page that has a number: %d, %v", n, err)
	}
	if v, err := s.Publish(t.Context(), app.AppID, ticket.Release, manifest("p/published")); err != nil {
		t.Error(err)
	} else if n, _ := v.Number("p/published"); n != issue.MaxPages+1 {
		t.Errorf("a published page has number %d", n)
	}
}

func TestUnknownApp(t *testing.T) {
	s := open(t, t.TempDir())
	if _, err := s.Publish(t.Context(), "wx0", ticket.Release, manifest("p/a")); issue.CodeOf(err) != issue.UnknownApp {
		t.Errorf("Publish: %v", err)
	}
	if _, err := s.ResetSecret(t.Context(), "wx0"); issue.CodeOf(err) != issue.UnknownApp {
		t.Errorf("ResetSecret: %v", err)
	}
	if _, err := s.AssignPage(t.Context(), 1, "p/a"); err == nil {
		t.Error("AssignPage for no app succeeded")
	}
	if _, err := s.Publish(t.Context(), "wx0", ticket.Release, issue.Manifest{Pages: []string{"p"}}); issue.CodeOf(err) != issue.InvalidManifest {
		t.Errorf("Publish without a home page: %v", err)
	}
	if _, err := s.AddApp(t.Context(), issue.Draft{AppID: "wx1", Name: "x", Logo: []byte("no picture")}); issue.CodeOf(err) != issue.InvalidArt {
		t.Errorf("AddApp with a bad logo: %v", err)
	}
}

func TestClosedToOthers(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	s := open(t, dir)
	addApp(t, s, "one")
	if _, _, err := s.EnsureDemo(t.Context()); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has permissions %v", path, info.Mode())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestOpenErrors(t *testing.T) {
	write := func(data string) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			t.Helper()
			if err := os.WriteFile(filepath.Join(dir, sqlite.File), []byte(data), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	run := func(statement string, ours bool) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			t.Helper()
			if ours {
				s, err := sqlite.Open(t.Context(), dir)
				if err != nil {
					t.Fatal(err)
				}
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := raw(t, dir).ExecContext(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, test := range []struct {
		name    string
		prepare func(t *testing.T, dir string)
		sub     string
		want    string
	}{
		{"not a database", write(strings.Repeat("hello ", 1000)), "", "not a database"},
		{"another program's", run("create table t (x)", false), "", "another program's"},
		{"another program's mark", run("pragma application_id = 7", false), "", "another program's"},
		{"newer", run("pragma user_version = 9999", true), "", "newer suncode"},
		{"folder is a file", write(""), sqlite.File, "cannot open the registry"},
		{"file is a folder", func(t *testing.T, dir string) {
			t.Helper()
			if err := os.Mkdir(filepath.Join(dir, sqlite.File), 0o700); err != nil {
				t.Fatal(err)
			}
		}, "", "cannot open the registry"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			test.prepare(t, dir)
			before, _ := os.ReadFile(filepath.Join(dir, sqlite.File))
			s, err := sqlite.Open(t.Context(), filepath.Join(dir, test.sub))
			if err == nil {
				_ = s.Close()
				t.Fatal("it opened")
			}
			if issue.CodeOf(err) != issue.BadRegistry || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v (%v), want %q", err, issue.CodeOf(err), test.want)
			}
			if after, _ := os.ReadFile(filepath.Join(dir, sqlite.File)); !bytes.Equal(before, after) {
				t.Error("the file was changed")
			}
		})
	}
}

func TestUnwritableFolder(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("the superuser may write everywhere")
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	_, err := sqlite.Open(t.Context(), dir)
	if issue.CodeOf(err) != issue.BadRegistry || !strings.Contains(err.Error(), "may write to") {
		t.Errorf("got %v", err)
	}
}

func TestLocked(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for the busy timeout")
	}
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	conn, err := raw(t, dir).Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(t.Context(), "begin exclusive"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.RotateKey(t.Context()); err == nil || !strings.Contains(err.Error(), "locked") {
		t.Errorf("a write while another program has the lock: %v", err)
	}
	if _, err := conn.ExecContext(t.Context(), "rollback"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.RotateKey(t.Context()); err != nil {
		t.Errorf("a write after that: %v", err)
	}
}

func TestOpenAtOnce(t *testing.T) {
	dir := t.TempDir()
	const processes = 6
	var wg sync.WaitGroup
	stores := make([]*sqlite.Store, processes)
	demos := make([]sqlite.Demo, processes)
	for i := range processes {
		wg.Go(func() {
			s, err := sqlite.Open(context.Background(), dir)
			if err != nil {
				t.Error(err)
				return
			}
			stores[i] = s
			demo, ok, err := s.EnsureDemo(context.Background())
			if err != nil || !ok {
				t.Errorf("EnsureDemo: %v, %v", ok, err)
			}
			demos[i] = demo
		})
	}
	wg.Wait()
	for i, s := range stores {
		if s == nil {
			continue
		}
		if demos[i] != demos[0] || demos[i].Secret == "" {
			t.Errorf("demo app %v, and %v", demos[i], demos[0])
		}
		if n := len(s.Snapshot().Keys()); n != 1 {
			t.Errorf("%d sealing keys, want 1", n)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestCheck(t *testing.T) {
	s, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Check(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("with an ended context: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Check(t.Context()); err == nil {
		t.Error("a closed registry is well")
	}
}
