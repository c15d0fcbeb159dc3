package sqlite_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/internal/sqlite"
)

func ensureDemo(t *testing.T, s *sqlite.Store) sqlite.Demo {
	t.Helper()
	demo, ok, err := s.EnsureDemo(t.Context())
	if err != nil || !ok {
		t.Fatalf("EnsureDemo: %v, %v", ok, err)
	}
	return demo
}

func TestDemoIsTheSameOnEveryStart(t *testing.T) {
	dir := t.TempDir()
	first := open(t, dir)
	want := ensureDemo(t, first)
	app, ok := first.Snapshot().App(want.AppID)
	if !ok || !app.Demo || !app.Secret.Matches(want.Secret) {
		t.Fatalf("the demo app is %+v", app)
	}
	for _, env := range issue.Envs {
		if v, ok := app.Version(env); !ok || v.Home != "pages/index/index" {
			t.Errorf("the %v version is %v", env, v)
		}
	}
	second := open(t, dir)
	if got := ensureDemo(t, second); got != want {
		t.Errorf("second start: %v, want %v", got, want)
	}
	addApp(t, second, "mine")
	if got := ensureDemo(t, second); got != want {
		t.Errorf("with another app: %v, want %v", got, want)
	}
	if n := len(second.Snapshot().Apps()); n != 2 {
		t.Errorf("%d apps, want 2", n)
	}
}

func TestDemoWithoutItsFile(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	demo := ensureDemo(t, s)
	if err := os.Remove(filepath.Join(dir, sqlite.DemoFile)); err != nil {
		t.Fatal(err)
	}
	if got := ensureDemo(t, s); got.AppID != demo.AppID || got.Secret != "" {
		t.Errorf("without its file: %v", got)
	}
	plain, err := s.ResetSecret(t.Context(), demo.AppID)
	if err != nil {
		t.Fatal(err)
	}
	if got := ensureDemo(t, s); got.Secret != plain {
		t.Errorf("after a new secret: %v, want %s", got, plain)
	}
}

// TestDemoAfterACrash starts where the file was written and the database not.
func TestDemoAfterACrash(t *testing.T) {
	for name, file := range map[string]string{
		"complete":  `{"appid":"wx0123456789abcdef","secret":"0123456789abcdef0123456789abcdef"}`,
		"truncated": `{"appid":"wx01`,
		"empty":     ``,
		"other":     `{"appid":""}`,
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, sqlite.DemoFile), []byte(file), 0o600); err != nil {
				t.Fatal(err)
			}
			demo := ensureDemo(t, open(t, dir))
			if demo.Secret == "" || name == "complete" && demo.AppID != "wx0123456789abcdef" {
				t.Errorf("the demo app is %v", demo)
			}
			if got := ensureDemo(t, open(t, dir)); got != demo {
				t.Errorf("then it is %v, before %v", got, demo)
			}
		})
	}
}

func TestNoDemoBesideRealApps(t *testing.T) {
	s := open(t, t.TempDir())
	addApp(t, s, "mine")
	if demo, ok, err := s.EnsureDemo(t.Context()); ok || err != nil {
		t.Errorf("EnsureDemo: %v, %v, %v", demo, ok, err)
	}
}
