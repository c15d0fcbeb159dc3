package wxapi

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/suncode/suncode/internal/issue"
)

// Config is what a [Handler] works with. Issuer, Tokens and Limiter are needed, the rest may be left out.
type Config struct {
	Issuer  *issue.Issuer
	Tokens  *issue.Tokens
	Limiter issue.Limiter

	// Compat is how closely bodies are looked at.
	Compat Compat
	// Log gets a line for every call: debug when it worked, info when the caller was wrong, error when the server
	// was. nil is no log.
	Log *slog.Logger
	// Observe is told about every call, after its answer. path is one of the API's three or "other", code the errcode,
	// "0" when it worked. nil is nobody.
	Observe func(path, code string, took time.Duration, bytes int)
	// Now is the clock, nil is [time.Now].
	Now func() time.Time
}

// Handler serves the platform's API. It is for the paths under /cgi-bin/ and /wxa/ and answers every path.
type Handler struct {
	Config
}

// New makes a Handler.
func New(c Config) *Handler {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Observe == nil {
		c.Observe = func(string, string, time.Duration, int) {}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Handler{c}
}

// call is one request on its way through the handler.
type call struct {
	*http.Request
	w     http.ResponseWriter // nil for a call that did not come over HTTP
	app   *issue.App          // who calls, where no token has to say so
	appID string              // of the app, once it is known
}

// answer is what a call that worked gives.
type answer struct {
	contentType string
	attachment  bool
	body        []byte
}

// routes are the calls by their path.
var routes = map[string]func(*Handler, *call) (answer, error){
	"/cgi-bin/token":         (*Handler).token,
	"/cgi-bin/stable_token":  (*Handler).stableToken,
	"/wxa/getwxacodeunlimit": (*Handler).unlimited,
}

// ServeHTTP answers a call, always with status 200.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.answer(&call{Request: r, w: w})
}

// Call is a POST to a path of the API for an app that is known by other means than a token, as the cloud call knows
// its functions. It counts, fails and is logged like one over HTTP. The answer is the body with its Content-Type.
func (h *Handler) Call(ctx context.Context, app *issue.App, path string, body []byte) (contentType string, data []byte) {
	r := &http.Request{Method: http.MethodPost, URL: &url.URL{Path: path}, Body: io.NopCloser(bytes.NewReader(body))}
	a := h.answer(&call{Request: r.WithContext(ctx), app: app, appID: app.AppID})
	return a.contentType, a.body
}

// answer runs a call, puts an error into its form, sends what came of it if there is a connection, and reports it.
func (h *Handler) answer(c *call) answer {
	began := time.Now()
	id := newRID(h.Now())
	path, route := c.URL.Path, routes[c.URL.Path]
	if route == nil {
		path, route = "other", (*Handler).noRoute
	}
	a, err := h.run(route, c)
	var p *problem
	if err != nil {
		p = problemOf(err)
		a = p.answer(id)
	}
	if c.w != nil {
		send(c.w, a)
	}
	h.report(c, path, id, p, time.Since(began), len(a.body))
	return a
}

// run makes a panic of a call an error of this one call.
func (h *Handler) run(route func(*Handler, *call) (answer, error), c *call) (a answer, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
		}
	}()
	return route(h, c)
}

func (h *Handler) noRoute(*call) (answer, error) {
	return answer{}, badURL.because("this server has no such call")
}

// send writes the answer with its length, never in chunks and never compressed.
func send(w http.ResponseWriter, a answer) {
	header := w.Header()
	header.Set("Content-Type", a.contentType)
	header.Set("Content-Length", strconv.Itoa(len(a.body)))
	if a.attachment {
		header.Set("Content-Disposition", `attachment; filename="QRCode.jpg"`)
		header.Set("Cache-Control", "no-cache, must-revalidate")
	}
	_, _ = w.Write(a.body) // fails when the caller has gone, and then there is nobody to tell
}

// maxLoggedPath is how much of a path goes into the log, in bytes.
const maxLoggedPath = 128

// report writes the log line of a call and tells the observer. Neither sees the query, the body or a header: that is
// where secrets and tokens are.
func (h *Handler) report(c *call, path string, id rid, p *problem, took time.Duration, bytes int) {
	level, errcode := slog.LevelDebug, 0
	if p != nil {
		level, errcode = slog.LevelInfo, p.errcode
	}
	if errcode == systemError.errcode && c.Context().Err() == nil {
		level = slog.LevelError
	}
	h.Observe(path, strconv.Itoa(errcode), took, bytes)
	if !h.Log.Enabled(c.Context(), level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("rid", id.String()), slog.String("method", c.Method), slog.String("path", c.URL.Path[:min(len(c.URL.Path), maxLoggedPath)]),
		slog.String("appid", c.appID), slog.Int("errcode", errcode), slog.Duration("took", took), slog.Int("bytes", bytes),
	}
	if p != nil {
		attrs = append(attrs, slog.String("errmsg", p.errmsg), slog.String("reason", p.hint))
	}
	h.Log.LogAttrs(context.WithoutCancel(c.Context()), level, "platform call", attrs...)
}

// identify is the app that calls, if it may make one more call.
func (h *Handler) identify(c *call) (*issue.App, error) {
	app, err := h.caller(c)
	if err != nil {
		return nil, err
	}
	c.appID = app.AppID
	allowed, err := h.Limiter.Allow(c.Context(), app.Number)
	if err == nil && !allowed {
		err = overLimit.because("the app made its calls of this minute")
	}
	return app, err
}

// caller is the app that is known to call, or that the query's token was given to.
func (h *Handler) caller(c *call) (*issue.App, error) {
	if c.app != nil {
		return c.app, nil
	}
	query := c.URL.Query()
	token := query.Get("access_token")
	if token == "" {
		token = query.Get("cloudbase_access_token")
	}
	return h.Tokens.Check(c.Context(), token)
}
