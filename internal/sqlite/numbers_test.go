package sqlite_test

import (
	"os"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/internal/sqlite"
	"github.com/suncode/suncode/ticket"
)

// TestPageNumbersForEver does anything to a registry, through two handles and
// over restarts, and holds the page numbers against a list that only grows.
func TestPageNumbersForEver(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newMachine(t)
		defer m.close()
		t.Repeat(map[string]func(*rapid.T){
			"":        m.check,
			"assign":  m.assign,
			"path":    m.path,
			"publish": m.publish,
			"secret":  m.secret,
			"restart": m.restart,
		})
	})
}

type machine struct {
	dir    string
	stores [2]*sqlite.Store
	appIDs [2]string
	pages  [2][]string                  // by number, from 1
	paths  [2][len(issue.Envs)][]string // the same
}

// most is how many paths an app may have here.
const most = 12

func newMachine(t *rapid.T) *machine {
	// rapid's T has no TempDir, and each run needs a folder of its own.
	dir, err := os.MkdirTemp("", "suncode-numbers-")
	if err != nil {
		t.Fatal(err)
	}
	m := &machine{dir: dir}
	for i := range m.stores {
		m.open(t, i)
	}
	for i := range m.appIDs {
		draft, _, err := issue.NewDraft("app", nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		app, err := m.stores[0].AddApp(t.Context(), draft)
		if err != nil {
			t.Fatal(err)
		}
		m.appIDs[i] = app.AppID
	}
	return m
}

func (m *machine) open(t *rapid.T, i int) {
	s, err := sqlite.Open(t.Context(), m.dir)
	if err != nil {
		t.Fatal(err)
	}
	m.stores[i] = s
}

func (m *machine) close() {
	for _, s := range m.stores {
		_ = s.Close()
	}
	_ = os.RemoveAll(m.dir)
}

var somePage = rapid.Custom(func(t *rapid.T) string {
	return "p/" + rapid.StringMatching(`[a-e]{1,2}`).Draw(t, "page")
})

func (m *machine) pick(t *rapid.T) (s *sqlite.Store, app int) {
	return m.stores[rapid.IntRange(0, 1).Draw(t, "handle")], rapid.IntRange(0, 1).Draw(t, "app")
}

// give is what the number of the page must be.
func (m *machine) give(app int, page string) uint64 {
	for i, known := range m.pages[app] {
		if known == page {
			return uint64(i + 1)
		}
	}
	m.pages[app] = append(m.pages[app], page)
	return uint64(len(m.pages[app]))
}

func (m *machine) assign(t *rapid.T) {
	s, app := m.pick(t)
	page := somePage.Draw(t, "path")
	got, err := s.AssignPage(t.Context(), uint64(app+1), page)
	if err != nil {
		t.Fatal(err)
	}
	if want := m.give(app, page); got != want {
		t.Fatalf("page %q of app %d has number %d, want %d", page, app, got, want)
	}
}

func (m *machine) path(t *rapid.T) {
	s, app := m.pick(t)
	env, path := rapid.SampledFrom(issue.Envs[:]).Draw(t, "env"), somePage.Draw(t, "path")
	got, err := s.AssignPath(t.Context(), uint64(app+1), env, path, most)
	paths := &m.paths[app]
	if at := slices.Index(paths[env], path); at >= 0 {
		if err != nil || got != uint64(at)+1 {
			t.Fatalf("path %q of app %d has number %d, %v, want %d", path, app, got, err, at+1)
		}
		return
	}
	if len(paths[0])+len(paths[1])+len(paths[2]) == most {
		if issue.CodeOf(err) != issue.PathsSpent {
			t.Fatalf("path %d of app %d: %v", most+1, app, err)
		}
		return
	}
	paths[env] = append(paths[env], path)
	if want := uint64(len(paths[env])); err != nil || got != want {
		t.Fatalf("path %q of app %d has number %d, %v, want %d", path, app, got, err, want)
	}
}

func (m *machine) publish(t *rapid.T) {
	s, app := m.pick(t)
	pages := rapid.SliceOfNDistinct(somePage, 1, 5, rapid.ID[string]).Draw(t, "pages")
	env := rapid.SampledFrom(issue.Envs[:]).Draw(t, "env")
	v, err := s.Publish(t.Context(), m.appIDs[app], env, issue.Manifest{Pages: pages, Home: pages[len(pages)-1]})
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		got, ok := v.Number(page)
		if want := m.give(app, page); !ok || got != want {
			t.Fatalf("published page %q of app %d has number %d, want %d", page, app, got, want)
		}
	}
}

func (m *machine) secret(t *rapid.T) {
	s, app := m.pick(t)
	if _, err := s.ResetSecret(t.Context(), m.appIDs[app]); err != nil {
		t.Fatal(err)
	}
}

func (m *machine) restart(t *rapid.T) {
	i := rapid.IntRange(0, 1).Draw(t, "handle")
	if err := m.stores[i].Close(); err != nil {
		t.Fatal(err)
	}
	m.open(t, i)
}

// check looks at each handle: what it knows must be the beginning of the list.
func (m *machine) check(t *rapid.T) {
	for _, s := range m.stores {
		for i, appID := range m.appIDs {
			app, ok := s.Snapshot().App(appID)
			if !ok {
				continue // not followed yet
			}
			if app.Pages.Len() > len(m.pages[i]) {
				t.Fatalf("app %d has %d pages, want at most %d", i, app.Pages.Len(), len(m.pages[i]))
			}
			for n := range app.Pages.Len() {
				path, _ := app.Pages.Path(uint64(n + 1))
				if back, _ := app.Pages.Number(path); path != m.pages[i][n] || back != uint64(n+1) {
					t.Fatalf("page %d of app %d is %q, want %q", n+1, i, path, m.pages[i][n])
				}
			}
			for env, paths := range m.paths[i] {
				for n := uint64(1); ; n++ {
					path, ok := app.Paths.Path(ticket.Env(env), n)
					if !ok {
						break
					}
					if n > uint64(len(paths)) || path != paths[n-1] {
						t.Fatalf("path %d of app %d is %q, want one of %q", n, i, path, paths)
					}
				}
			}
			for _, env := range []ticket.Env{ticket.Release, ticket.Trial, ticket.Develop} {
				if v, ok := app.Version(env); ok {
					if _, ok := v.Number(v.Home); !ok {
						t.Fatalf("home page %q is not in its version", v.Home)
					}
				}
			}
		}
	}
}
