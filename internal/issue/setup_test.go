package issue_test

import (
	"sync"
	"testing"
	"time"

	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/internal/sqlite"
	"github.com/suncode/suncode/ticket"
)

// open is a real, empty registry.
func open(tb testing.TB) *sqlite.Store {
	tb.Helper()
	s, err := sqlite.Open(tb.Context(), tb.TempDir())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	return s
}

// addApp adds an app and returns it with its secret.
func addApp(tb testing.TB, s *sqlite.Store, name string) (*issue.App, string) {
	tb.Helper()
	draft, secret, err := issue.NewDraft(name, nil, nil)
	if err != nil {
		tb.Fatal(err)
	}
	app, err := s.AddApp(tb.Context(), draft)
	if err != nil {
		tb.Fatal(err)
	}
	return app, secret
}

func publish(tb testing.TB, s *sqlite.Store, app *issue.App, env ticket.Env, pages ...string) {
	tb.Helper()
	if _, err := s.Publish(tb.Context(), app.AppID, env, issue.Manifest{Pages: pages, Home: pages[0]}); err != nil {
		tb.Fatal(err)
	}
}

func wantCode(tb testing.TB, what string, err error, want issue.Code) {
	tb.Helper()
	if err == nil || issue.CodeOf(err) != want {
		tb.Errorf("%s: got %v (%v), want %v", what, err, issue.CodeOf(err), want)
	}
}

// clock is a time that stands until it is moved.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}
