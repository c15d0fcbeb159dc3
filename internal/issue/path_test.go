package issue_test

import (
	"bytes"
	"image/jpeg"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/ticket"
)

// TestPathCodesLead issues codes with paths, round and square, and resolves what they say.
func TestPathCodesLead(t *testing.T) {
	s := open(t)
	app, _ := addApp(t, s, "one")
	publish(t, s, app, ticket.Release, "p", "q")
	publish(t, s, app, ticket.Trial, "home", "q")
	issuer, resolver := issue.NewIssuer(s), issue.NewResolver(s)
	for _, c := range []struct {
		path, env string
		used      int
		want      issue.Target
	}{
		{"q?x=1", "release", 1, issue.Target{Page: "q", Path: "q?x=1", Query: map[string]string{"x": "1"}, Listed: true}},
		{"q?x=1", "trial", 2, issue.Target{Page: "q", Path: "q?x=1", Query: map[string]string{"x": "1"}, Env: ticket.Trial, Listed: true}},
		{"q", "release", 3, issue.Target{Page: "q", Path: "q", Query: map[string]string{}, Listed: true}},
		{"q?x=1", "release", 3, issue.Target{Page: "q", Path: "q?x=1", Query: map[string]string{"x": "1"}, Listed: true}},
		{"?a=b=c&&=d&e", "trial", 4, issue.Target{
			Page: "home", Path: "home?a=b=c&&=d&e", Query: map[string]string{"a": "b=c", "e": ""}, Env: ticket.Trial, Listed: true,
		}},
		{"not/there?", "develop", 5, issue.Target{Page: "not/there", Path: "not/there", Query: map[string]string{}, Env: ticket.Develop}},
	} {
		r := issue.NewPathRequest(app.Number, c.path)
		r.Env = c.env
		round, err := issuer.IssuePath(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		square, err := issuer.IssueSquare(t.Context(), r, "http://127.0.0.1/c/")
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(round.Ticket, square.Ticket) || round.Used != c.used || square.Used != c.used {
			t.Errorf("%s: tickets %x and %x, used %d and %d, want %d", c.path, round.Ticket, square.Ticket, round.Used, square.Used, c.used)
		}
		for _, picture := range []issue.Picture{round, square} {
			if config, err := jpeg.DecodeConfig(bytes.NewReader(picture.Data)); err != nil || config.Width != issue.DefaultWidth {
				t.Errorf("%s: %+v %v", c.path, config, err)
			}
		}
		got, err := resolver.Resolve(round.Ticket)
		if err != nil {
			t.Fatal(err)
		}
		got.App = nil
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s:\n%s", c.path, diff)
		}
	}
	// A scene is never taken for a path: the same numbers with one lead to a page.
	raw, err := issuer.Mint(t.Context(), issue.NewRequest(app.Number, "a"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := resolver.Resolve(raw); err != nil || got.Path != "p?scene=a" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestPathHomeNotPublished(t *testing.T) {
	s := open(t)
	app, _ := addApp(t, s, "one")
	picture, err := issue.NewIssuer(s).IssuePath(t.Context(), issue.NewPathRequest(app.Number, "?x=1"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = issue.NewResolver(s).Resolve(picture.Ticket)
	wantCode(t, "home page of nothing", err, issue.NotPublished)
}

func TestPathErrors(t *testing.T) {
	s := open(t)
	app, _ := addApp(t, s, "one")
	issuer := issue.NewIssuer(s)
	for _, c := range []struct {
		name string
		edit func(*issue.PathRequest)
		want issue.Code
	}{
		{"app", func(r *issue.PathRequest) { r.App = 9 }, issue.UnknownApp},
		{"empty", func(r *issue.PathRequest) { r.Path = "" }, issue.PathLength},
		{"long", func(r *issue.PathRequest) { r.Path = strings.Repeat("é", 1025) }, issue.PathLength},
		{"environment", func(r *issue.PathRequest) { r.Env = "" }, issue.InvalidArgs},
		{"reserved", func(r *issue.PathRequest) { r.Path = "/p?scancode_time=1" }, issue.ReservedPage},
		{"slash", func(r *issue.PathRequest) { r.Path = "/p" }, issue.InvalidPath},
		{"backslash", func(r *issue.PathRequest) { r.Path = `p\q` }, issue.InvalidPath},
		{"control", func(r *issue.PathRequest) { r.Path = "p?x=\n" }, issue.InvalidPath},
		{"control in the page", func(r *issue.PathRequest) { r.Path = "p\x00" }, issue.InvalidPath},
		{"not UTF-8", func(r *issue.PathRequest) { r.Path = "p?x=\xff" }, issue.InvalidPath},
		{"narrow", func(r *issue.PathRequest) { r.WidthPx = issue.MinWidth - 1 }, issue.InvalidWidth},
		{"wide", func(r *issue.PathRequest) { r.WidthPx = issue.MaxWidth + 1 }, issue.InvalidWidth},
	} {
		r := issue.NewPathRequest(app.Number, "p?x=1")
		c.edit(&r)
		_, err := issuer.IssuePath(t.Context(), r)
		wantCode(t, c.name, err, c.want)
		_, err = issuer.IssueSquare(t.Context(), r, "")
		wantCode(t, c.name+", square", err, c.want)
	}
	_, err := issuer.IssueSquare(t.Context(), issue.NewPathRequest(app.Number, strings.Repeat("a", 129)), "")
	wantCode(t, "long, square", err, issue.PathLength)
	if n := app.Paths.Len(); n != 1 { // that of the two widths
		t.Errorf("%d paths have numbers", n)
	}
}

func TestPathLimit(t *testing.T) {
	s := open(t)
	app, _ := addApp(t, s, "one")
	other, _ := addApp(t, s, "two")
	issuer := issue.NewIssuer(s).LimitPaths(2)
	ask := func(app *issue.App, path, env string) error {
		r := issue.NewPathRequest(app.Number, path)
		r.Env = env
		_, err := issuer.IssueSquare(t.Context(), r, "")
		return err
	}
	for range 2 {
		for _, env := range []string{"release", "trial"} {
			if err := ask(app, "p", env); err != nil {
				t.Fatal(err)
			}
		}
		wantCode(t, "one more", ask(app, "q", "release"), issue.PathsSpent)
		wantCode(t, "in another environment", ask(app, "p", "develop"), issue.PathsSpent)
		if err := ask(other, "q", "release"); err != nil {
			t.Errorf("another app: %v", err)
		}
	}
	issuer.LimitPaths(0)
	wantCode(t, "none at all", ask(other, "r", "release"), issue.PathsSpent)
	if err := ask(app, "p", "release"); err != nil {
		t.Errorf("one that is there: %v", err)
	}
}

// TestPathNumbers gives numbers in any order: each path of an environment keeps its own.
func TestPathNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		paths := new(issue.Paths)
		want := map[ticket.Env][]string{}
		for range rapid.IntRange(0, 40).Draw(t, "steps") {
			env := rapid.SampledFrom(issue.Envs[:]).Draw(t, "env")
			path := rapid.StringMatching(`[a-c]{1,2}`).Draw(t, "path")
			if _, ok := paths.Number(env, path); ok {
				continue
			}
			want[env] = append(want[env], path)
			if err := paths.Add(env, uint64(len(want[env])), path); err != nil {
				t.Fatal(err)
			}
		}
		n := 0
		for _, env := range issue.Envs {
			for i, path := range want[env] {
				if got, ok := paths.Path(env, uint64(i)+1); !ok || got != path {
					t.Fatalf("%v %d: %q, want %q", env, i+1, got, path)
				}
			}
			n += len(want[env])
		}
		if paths.Len() != n {
			t.Fatalf("%d paths, want %d", paths.Len(), n)
		}
	})
}
