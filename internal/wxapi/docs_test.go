package wxapi

import (
	"context"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/ticket"
)

// docTable is the rows of the table that follows <!-- table: name --> in docs/API.md, without its head.
func docTable(tb testing.TB, name string) [][]string {
	tb.Helper()
	page, err := os.ReadFile("../../docs/API.md")
	if err != nil {
		tb.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(page), "<!-- table: "+name+" -->\n")
	if !ok {
		tb.Fatalf("docs/API.md has no table %q", name)
	}
	var rows [][]string
	for line := range strings.Lines(rest) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "|") {
			break
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		rows = append(rows, cells)
	}
	return rows[2:]
}

func documentedErrors(t *testing.T) []failure {
	t.Helper()
	var rows []failure
	for _, cells := range docTable(t, "errors") {
		errcode, err := strconv.Atoi(cells[0])
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, failure{errcode, strings.Trim(cells[1], "`"), "application/json" + strings.Trim(cells[2], "`")})
	}
	return rows
}

// TestDocumentedErrors compares the page with the code, both ways.
func TestDocumentedErrors(t *testing.T) {
	documented := map[failure]bool{}
	for _, f := range documentedErrors(t) {
		documented[f] = true
	}
	coded := map[failure]bool{}
	for _, c := range errorCases {
		coded[c.want] = true
	}
	for _, f := range failures {
		coded[f] = true
	}
	for f := range coded {
		if !documented[f] {
			t.Errorf("docs/API.md lacks %v", f)
		}
	}
	for f := range documented {
		if !coded[f] {
			t.Errorf("docs/API.md has %v, the code has not", f)
		}
	}
}

// TestDocumentedBodies sends every body of the page to a server of either mode.
func TestDocumentedBodies(t *testing.T) {
	rows := docTable(t, "bodies")
	if len(rows) < 40 {
		t.Fatalf("only %d rows", len(rows))
	}
	for column, mode := range map[int]Compat{1: WeChat, 2: Lenient} {
		t.Run(mode.String(), func(t *testing.T) {
			r := newRig(t, func(c *Config) { c.Compat = mode })
			for _, cells := range rows {
				body, want := strings.Trim(cells[0], "`"), cells[column]
				got := "picture"
				answer := r.code(body)
				if m := errorBody.FindSubmatch(answer.body); m != nil {
					got = string(m[1])
				} else {
					wantPicture(t, answer)
				}
				if got != want {
					t.Errorf("%s: got %s, want %s", body, got, want)
				}
			}
		})
	}
}

// growing is a memory that keeps the paths it gives numbers to.
type growing struct{ memory }

func (g growing) AssignPath(_ context.Context, app uint64, env ticket.Env, path string, _ int) (uint64, error) {
	owner, _ := g.snapshot.AppByNumber(app)
	number := uint64(owner.Paths.Len()) + 1
	return number, owner.Paths.Add(env, number, path)
}

// TestDocumentedPaths makes the two calls for paths with every body of the page, in either mode, and follows the code.
func TestDocumentedPaths(t *testing.T) {
	rows := docTable(t, "path bodies")
	if len(rows) < 20 {
		t.Fatalf("only %d rows", len(rows))
	}
	for i, column := range []struct {
		path string
		mode Compat
	}{{codePath, WeChat}, {codePath, Lenient}, {squarePath, WeChat}, {squarePath, Lenient}} {
		t.Run(column.path+" "+column.mode.String(), func(t *testing.T) {
			if testing.Short() && column.path == codePath {
				t.Skip("draws a picture for every row")
			}
			for _, cells := range rows {
				body, want := strings.Trim(cells[0], "`"), strings.Trim(cells[1+i], "`")
				if got := followed(t, column.path, column.mode, body); got != want {
					t.Errorf("%s: got %s, want %s", body, got, want)
				}
			}
		})
	}
}

// followed is where the code leads that a body makes, or the errcode.
func followed(t *testing.T, path string, mode Compat, body string) string {
	t.Helper()
	store := growing{newMemory(t)}
	handler := New(Config{Issuer: issue.NewIssuer(store), Limiter: limit(0), Compat: mode})
	app, _ := store.snapshot.AppByNumber(1)
	_, data := handler.Call(t.Context(), app, path, []byte(body))
	if m := errorBody.FindSubmatch(data); m != nil {
		return string(m[1])
	}
	raw, err := ticket.Make(ticket.Ticket{App: 1, Page: 1, Key: 1}, make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	target, err := issue.NewResolver(store).Resolve(raw)
	if err != nil {
		t.Fatal(err)
	}
	return target.Path
}
