// Package console is the web pages of the server: the one that a square code leads to, which says which page of which
// app the code opens, and the scan page, which reads codes with the camera or from a picture.
//
// The first is whole in itself, without a script; the second consists of files of this program alone. Nothing is
// fetched from elsewhere, and a Content-Security-Policy holds browsers to it. Pages are in English or Chinese, as the
// browser asks, and follow its light or dark colours. All text that came from outside goes through html/template, or
// into the text of an element.
//
// The scan page has package scan as WebAssembly if `make web` has put it into the folder engine before the program was
// built. It works without, and then the server reads the pictures.
package console

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // the page and its style
	"encoding/base64"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"maps"
	"net/http"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/suncode/suncode/internal/issue"
)

// LandingPath is where square codes lead: the ticket in base64url follows.
const LandingPath = "/c/"

// Config is what a [Handler] works with. Resolver is needed, the rest may be left out.
type Config struct {
	Resolver *issue.Resolver
	// Link is where codes are opened. The zero Link opens none.
	Link issue.Link
	// Engine has the scanner for browsers in its folder engine, nil is the one that was built into the program.
	Engine fs.FS
	// Log gets a line for every page: debug when the code leads somewhere, info when not, error when the server could
	// not do it. nil is no log.
	Log *slog.Logger
	// Observe is told about every page, after its answer. code is "ok" or the name of what is wrong. nil is nobody.
	Observe func(path, code string, took time.Duration, bytes int)
}

// Handler serves the pages below [LandingPath] and [ScanPath].
type Handler struct{ Config }

// New makes a Handler.
func New(c Config) *Handler {
	if c.Engine == nil {
		c.Engine = engineFiles
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Observe == nil {
		c.Observe = func(string, string, time.Duration, int) {}
	}
	return &Handler{c}
}

var (
	//go:embed page.html
	pageText string
	//go:embed page.css
	style string

	page = template.Must(template.New("page").Parse(pageText))
	// policy lets a browser use the style in the page, told by its hash, and nothing else.
	policy = fmt.Sprintf("default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'", hash(style))
)

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// fact is a line of the page.
type fact struct {
	Name, Value, Class string
	Code               bool
}

// content is what the page shows.
type content struct {
	Lang, Title, Fault, Note string
	Facts                    []fact
	Link                     template.URL // the app's, which issue.ParseLink has checked
	Open, Scan               string
	Mark                     template.HTML
	Style                    template.CSS
}

// failure is how an error of the domain shows.
type failure struct {
	status int
	code   string
	fault  func(words) string
}

// failures are those that a ticket can have; every other error is the server's own.
var failures = map[issue.Code]failure{
	issue.MalformedTicket: {http.StatusBadRequest, "malformed", func(w words) string { return w.malformed }},
	issue.ForgedTicket:    {http.StatusUnprocessableEntity, "forged", func(w words) string { return w.forged }},
	issue.UnknownTicket:   {http.StatusNotFound, "unknown", func(w words) string { return w.unknown }},
	issue.NotPublished:    {http.StatusNotFound, "not_published", func(w words) string { return w.unpublished }},
}

const internalCode = "internal"

// ServeHTTP answers with the page of the ticket in the path, or with the scan page and its parts.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "send a GET", http.StatusMethodNotAllowed)
		h.report(r, "method_not_allowed", nil, time.Since(began), 0)
		return
	}
	if !strings.HasPrefix(r.URL.Path, LandingPath) {
		code, err := h.serveScan(w, r)
		h.report(r, code, err, time.Since(began), 0)
		return
	}
	text := languageOf(r.Header.Get("Accept-Language"))
	status, code := http.StatusOK, "ok"
	target, err := h.resolve(strings.TrimPrefix(r.URL.Path, LandingPath))
	c := content{Title: text.later, Note: text.internal}
	switch f, known := failures[issue.CodeOf(err)]; {
	case err == nil:
		c = text.target(target)
		c.Link = template.URL(h.Link.To(target))
	case known:
		status, code = f.status, f.code
		c = content{Title: text.noCode, Fault: f.fault(text), Note: text.failNote}
	default:
		status, code = http.StatusInternalServerError, internalCode
	}
	c.Open, c.Scan = text.open, text.scanOther
	n := send(w, status, text.lang, c)
	h.report(r, code, err, time.Since(began), n)
}

// resolve is where the ticket leads. A panic becomes an error of this one page.
func (h *Handler) resolve(ticket string) (target issue.Target, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
		}
	}()
	raw, err := base64.RawURLEncoding.Strict().DecodeString(ticket)
	if err != nil {
		return issue.Target{}, &issue.Error{Code: issue.MalformedTicket, Message: "malformed ticket", Hint: "not base64url"}
	}
	return h.Resolver.Resolve(raw)
}

// target is the page of a code that leads somewhere.
func (w words) target(t issue.Target) content {
	facts := []fact{
		{Name: w.seal, Value: w.holds, Class: "good"},
		{Name: w.app, Value: t.App.Name + " (" + t.App.AppID + ")"},
		{Name: w.page, Value: t.Page, Code: true},
		{Name: w.path, Value: t.Path, Code: true},
	}
	if t.Scene != "" {
		facts = append(facts, fact{Name: w.scene, Value: t.Scene, Code: true})
	} else {
		for _, name := range slices.Sorted(maps.Keys(t.Query)) {
			facts = append(facts, fact{Name: w.parameter, Value: name + " = " + t.Query[name], Code: true})
		}
	}
	facts = append(facts, fact{Name: w.version, Value: w.envs[t.Env]})
	if !t.Listed {
		facts = append(facts, fact{Name: w.listed, Value: w.notListed, Class: "bad"})
	}
	return content{Title: t.App.Name, Facts: facts, Note: w.note}
}

// send writes the page and returns its length.
func send(w http.ResponseWriter, status int, lang string, c content) int {
	c.Lang, c.Mark, c.Style = lang, mark, template.CSS(style)
	var body bytes.Buffer
	if err := page.Execute(&body, c); err != nil {
		panic(err) // the template and what it is given are ours
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Length", strconv.Itoa(body.Len()))
	header.Set("Content-Language", lang)
	header.Set("Content-Security-Policy", policy)
	header.Set("Cache-Control", "no-store")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Vary", "Accept-Language")
	header.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes()) // fails when the caller has gone
	return body.Len()
}

func (h *Handler) report(r *http.Request, code string, err error, took time.Duration, sent int) {
	path := LandingPath
	if !strings.HasPrefix(r.URL.Path, LandingPath) {
		path = ScanPath
	}
	h.Observe(path, code, took, sent)
	level := slog.LevelDebug
	attrs := []slog.Attr{slog.String("method", r.Method), slog.String("page", path), slog.String("code", code), slog.Duration("took", took)}
	if err != nil {
		level = slog.LevelInfo
		attrs = append(attrs, slog.String("reason", err.Error()))
	}
	if code == internalCode {
		level = slog.LevelError
	}
	h.Log.LogAttrs(r.Context(), level, "page", attrs...)
}
