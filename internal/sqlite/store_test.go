package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

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
	if err := flag.Set("rapid.checks", "10"); err != nil {
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
	Paths                           []string
	Networks                        []netip.Prefix
	Cleared                         int64
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
		for _, env := range issue.Envs {
			for n := uint64(1); ; n++ {
				path, ok := app.Paths.Path(env, n)
				if !ok {
					break
				}
				v.Paths = append(v.Paths, fmt.Sprint(env, n, path))
			}
		}
		v.Networks, v.Cleared = app.Networks, app.ClearedAt.UnixMilli()
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
	for i, path := range []string{"p/x?a", "p/y?b", "p/x?a"} {
		if n, err := s.AssignPath(t.Context(), one.Number, ticket.Develop, path, 9); err != nil || n != uint64(i%2)+1 {
			t.Fatalf("number of path %s: %d, %v", path, n, err)
		}
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
	if diff := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Prefix{})); diff != "" {
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

func TestNothingIsTakenBack(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	app := addApp(t, s, "one")
	if _, err := s.Publish(t.Context(), app.AppID, ticket.Release, manifest("p/a", "p/b")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.AssignPath(t.Context(), app.Number, ticket.Trial, "p/a?x=1", 9); err != nil {
		t.Fatal(err)
	}
	db := raw(t, dir)
	for _, statement := range []string{
		"delete from path", "update path set path = 'p'", "update path set env = 0", "insert into path values (1, 1, 1, 'p', 0)",
		"insert into path values (1, 1, 2, 'p/a?x=1', 0)", "insert into path values (1, 3, 1, 'p', 0)", "insert into path values (9, 1, 1, 'p', 0)",
		"update app set networks = 'x'",
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

// TestPageLimit puts the last possible number into the file: to fill up to it
// takes longer than it tells. TestPagesUpToTheLimit does that for a low limit.
func TestPageLimit(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	app := addApp(t, s, "one")
	if _, err := raw(t, dir).ExecContext(t.Context(), `insert into page values (1, ?, 'p/last', 0)`, issue.MaxPages); err != nil {
		t.Fatal(err)
	}
	if n, err := s.AssignPage(t.Context(), app.Number, "p/last"); err != nil || n != issue.MaxPages {
		t.Errorf("the last page has number %d, %v", n, err)
	}
	if _, err := s.AssignPage(t.Context(), app.Number, "p/over"); issue.CodeOf(err) != issue.InvalidPage {
		t.Errorf("one page too many: %v", err)
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
