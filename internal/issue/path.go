package issue

import (
	"context"
	"encoding/base64"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/suncode/suncode/internal/qrcode"
	"github.com/suncode/suncode/ticket"
)

const (
	// MaxPath is the longest path of a round code, in characters.
	MaxPath = 1024
	// MaxSquarePath is the longest path of a square code, in characters.
	MaxSquarePath = 128
	// MaxPaths is how many codes with a path an app can have, in all its
	// environments together, unless configured otherwise: the bound of the API.
	MaxPaths = 100_000
)

// PathRequest asks for a code that carries a page with a query in the place of
// a page and a scene. A path of any length does not fit into a symbol, so the
// code carries the path's number, which is why there can be only so many.
type PathRequest struct {
	App  uint64 // the app's number
	Path string // "pages/index/index?x=1"; without a page, "?x=1", it opens the home page
	Env  string // "release", "trial" or "develop"
	Looks
}

// NewPathRequest asks for a code with the defaults of the API: the release
// version, 430 pixels, black on white.
func NewPathRequest(app uint64, path string) PathRequest {
	return PathRequest{App: app, Path: path, Env: ticket.Release.String(), Looks: NewLooks()}
}

// IssuePath makes the picture of a round code with a path. It checks in this
// order, and returns the first that fails: [UnknownApp], [PathLength],
// [InvalidArgs] (environment), [ReservedPage], [InvalidPath], [PathsSpent],
// [InvalidWidth]. Whether the app has the page does not matter.
func (i *Issuer) IssuePath(ctx context.Context, r PathRequest) (Picture, error) {
	app, raw, err := i.mintPath(ctx, r, MaxPath)
	if err != nil {
		return Picture{}, err
	}
	d, err := drawing(app, raw, r.Looks)
	if err != nil {
		return Picture{}, err
	}
	picture, err := i.picture(&d)
	picture.Used = app.Paths.Len()
	return picture, err
}

// IssueSquare makes the picture of a square code, a JPEG, that any camera
// reads as the address base + ticket. Of the looks only the width counts.
// Errors are those of [Issuer.IssuePath], in its order.
func (i *Issuer) IssueSquare(ctx context.Context, r PathRequest, base string) (Picture, error) {
	app, raw, err := i.mintPath(ctx, r, MaxSquarePath)
	if err != nil {
		return Picture{}, err
	}
	if err := checkWidth(r.WidthPx); err != nil {
		return Picture{}, err
	}
	data, err := qrcode.JPEG(base+base64.RawURLEncoding.EncodeToString(raw), r.WidthPx)
	return Picture{Data: data, MediaType: "image/jpeg", Ticket: raw, Used: app.Paths.Len()}, err
}

func (i *Issuer) mintPath(ctx context.Context, r PathRequest, longest int) (*App, []byte, error) {
	snapshot := i.store.Snapshot()
	app, ok := snapshot.AppByNumber(r.App)
	if !ok {
		return nil, nil, fail(UnknownApp, "unknown app", "no app has the number %d", r.App)
	}
	if n := utf8.RuneCountInString(r.Path); n == 0 || n > longest {
		return nil, nil, fail(PathLength, "invalid length for path", "path has %d characters, 1 to %d are allowed", n, longest)
	}
	env, err := ParseEnv(r.Env)
	if err != nil {
		return nil, nil, err
	}
	if err := checkQueryPath(r.Path); err != nil {
		return nil, nil, err
	}
	number, ok := app.Paths.Number(env, r.Path)
	if !ok {
		if number, err = i.store.AssignPath(ctx, app.Number, env, r.Path, i.maxPaths); err != nil {
			return nil, nil, err
		}
	}
	raw, err := snapshot.sealer.Make(ticket.Ticket{Env: env, App: app.Number, Page: number})
	return app, raw, err
}

// checkQueryPath holds the rules of a path: those of a page for what stands
// before the query, and for the query that it is text.
func checkQueryPath(path string) error {
	if strings.Contains(path, reservedWord) {
		return fail(ReservedPage, "path contains a reserved word", "path must not contain %s", reservedWord)
	}
	page, query, _ := strings.Cut(path, "?")
	err := checkForm(page)
	switch {
	case err != nil:
		return fail(InvalidPath, "invalid path", "path %v", err)
	case !utf8.ValidString(query):
		return fail(InvalidPath, "invalid path", "path is not UTF-8")
	case strings.ContainsFunc(query, unicode.IsControl):
		return fail(InvalidPath, "invalid path", "path has a control character")
	}
	return nil
}

// parameters are what a page gets from a query: names and values as they
// stand, nothing undone. Of parameters of one name the last counts.
func parameters(query string) map[string]string {
	all := map[string]string{}
	for pair := range strings.SplitSeq(query, "&") {
		if name, value, _ := strings.Cut(pair, "="); name != "" {
			all[name] = value
		}
	}
	return all
}

// Paths are the numbers that the paths of an app's codes have: 1, 2, 3 … in
// each environment. Like [Pages] they may be read while they grow.
type Paths [len(Envs)]Pages

// Number is the path's number in that environment; false means that it has
// none yet.
func (p *Paths) Number(env ticket.Env, path string) (uint64, bool) { return p[env].Number(path) }

// Path is the path with that number in that environment; false means that it
// was not given yet.
func (p *Paths) Path(env ticket.Env, number uint64) (string, bool) { return p[env].Path(number) }

// Add takes over a number that the store has committed; see [Pages.Add].
func (p *Paths) Add(env ticket.Env, number uint64, path string) error {
	return p[env].Add(number, path)
}

// Len is how many paths have a number, in all environments together.
func (p *Paths) Len() int {
	n := 0
	for env := range p {
		n += p[env].Len()
	}
	return n
}
