package issue

import (
	"errors"
	"strings"

	"github.com/suncode/suncode/ticket"
)

// Target is where a code leads.
type Target struct {
	App   *App
	Page  string // "pages/index/index"
	Path  string // Page with its query: "?scene=" and the encoded scene, or what the code was made with
	Scene string // the scene as it was given, "" for a code with a path
	Env   ticket.Env
	// Query is what the page gets as its query: {"scene": the scene
	// percent-encoded}, or the parameters of the path as they stand in it.
	Query map[string]string
	// Listed tells whether the current version of the app in Env has the page.
	// A code for check_path=false or for a page that was since taken out leads
	// to a page that the version lacks.
	Listed bool
}

// Resolver turns tickets into targets.
type Resolver struct{ store Store }

// NewResolver makes a Resolver on the store.
func NewResolver(store Store) *Resolver { return &Resolver{store: store} }

// Resolve is where the raw ticket leads. Errors are [MalformedTicket],
// [ForgedTicket], [UnknownTicket] and, for a code that names no page,
// [NotPublished] when its app has no home page in that environment.
func (r *Resolver) Resolve(raw []byte) (Target, error) {
	snapshot := r.store.Snapshot()
	t, err := snapshot.Keys().Open(raw)
	if err != nil {
		return Target{}, openError(err)
	}
	app, ok := snapshot.AppByNumber(t.App)
	if !ok {
		return Target{}, fail(UnknownTicket, "unknown ticket", "no app has the number %d", t.App)
	}
	target := Target{App: app, Scene: t.Scene, Env: t.Env, Query: map[string]string{}}
	query := ""
	switch {
	case t.Page != 0 && t.Scene == "":
		if target.Page, ok = app.Paths.Path(t.Env, t.Page); !ok {
			return Target{}, fail(UnknownTicket, "unknown ticket", "no %s path of %s has the number %d", t.Env, app.AppID, t.Page)
		}
		target.Page, query, _ = strings.Cut(target.Page, "?")
		target.Query = parameters(query)
	case t.Page != 0:
		if target.Page, ok = app.Pages.Path(t.Page); !ok {
			return Target{}, fail(UnknownTicket, "unknown ticket", "no page of %s has the number %d", app.AppID, t.Page)
		}
	}
	if t.Scene != "" {
		target.Query["scene"] = EncodeURIComponent(t.Scene)
		query = "scene=" + target.Query["scene"]
	}
	if err := target.land(); err != nil {
		return Target{}, err
	}
	target.Path = target.Page
	if query != "" {
		target.Path += "?" + query
	}
	return target, nil
}

// land puts the home page of the day in the place of a page that the code does
// not name, and finds out whether the page is in the current version.
func (t *Target) land() error {
	version, published := t.App.Version(t.Env)
	if t.Page == "" {
		if !published {
			return fail(NotPublished, "the app is not published", "the code opens the home page, and %s has no %s version", t.App.AppID, t.Env)
		}
		t.Page = version.Home
	}
	if published {
		_, t.Listed = version.Number(t.Page)
	}
	return nil
}

func openError(err error) error {
	switch {
	case errors.Is(err, ticket.ErrMalformed):
		return &Error{Code: MalformedTicket, Message: "malformed ticket", Hint: err.Error(), Err: err}
	case errors.Is(err, ticket.ErrUnknownKey):
		return &Error{Code: UnknownTicket, Message: "unknown ticket", Hint: "sealed with a key that this registry never had: another registry's code", Err: err}
	case errors.Is(err, ticket.ErrForged):
		return &Error{Code: ForgedTicket, Message: "forged ticket", Hint: "the seal is not this registry's: the ticket was made or altered elsewhere", Err: err}
	}
	return err
}

// EncodeURIComponent percent-encodes the UTF-8 bytes of s exactly as the
// function of that name in JavaScript does: all but letters, digits and
// -_.!~*'().
func EncodeURIComponent(s string) string {
	const upperHex = "0123456789ABCDEF"
	var b strings.Builder
	b.Grow(len(s) + len(s)/2)
	for i := range len(s) {
		c := s[i]
		if isUnreserved(c) {
			b.WriteByte(c)
			continue
		}
		b.Write([]byte{'%', upperHex[c>>4], upperHex[c&15]})
	}
	return b.String()
}

func isUnreserved(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return true
	}
	return strings.IndexByte("-_.!~*'()", c) >= 0
}
