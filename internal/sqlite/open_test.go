package sqlite_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/internal/sqlite"
)

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
