package wxapi

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/internal/reading"
)

// Config is what a [Handler] works with. Issuer, Tokens and Limiter are needed, the rest may be left out.
type Config struct {
	Issuer  *issue.Issuer
	Tokens  *issue.Tokens
	Limiter issue.Limiter

	// Landing is what a square code says before its ticket: the address of a page of this server, as phones reach it.
	Landing string
	// Journal keeps the calls that failed, for rid/get. nil is none, and then every rid is unknown.
	Journal issue.Journal
	// Reader reads the pictures of imgQRCode, nil is one with the defaults.
	Reader *reading.Reader
	// Proxies are believed when they say by X-Forwarded-For whom they call for.
	Proxies []netip.Prefix
	// Compat is how closely bodies are looked at.
	Compat Compat
	// Log gets a line for every call: debug when it worked, info when the caller was wrong, error when the server
	// was. nil is no log.
	Log *slog.Logger
	// Observe is told about every call, after its answer. path is one of the API's own or "other", code the errcode,
	// "0" when it worked. nil is nobody.
	Observe func(path, code string, took time.Duration, bytes int)
	// Now is the clock, nil is [time.Now].
	Now func() time.Time
}

// Handler serves the platform's API. It is for the paths under /cgi-bin/, /wxa/ and /cv/ and answers every path.
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
	if c.Reader == nil {
		c.Reader = reading.New(reading.Config{})
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Handler{c}
}

// call is one request on its way through the handler.
type call struct {
	*http.Request
	w    http.ResponseWriter // nil for a call that did not come over HTTP
	app  *issue.App          // who calls, or who is said to call; nil while nobody is known
	read []byte              // what was read of the body
}

// answer is what a call that worked gives.
type answer struct {
	contentType string
	attachment  bool
	used        int    // codes with a path that the app has, 0 where that does not matter
	warning     string // why a code will not scan well, in ASCII, or nothing
	body        []byte
	release     func() // gives the body's memory back; nil where nothing waits for it
}

// The paths of the API.
const (
	tokenPath     = "/cgi-bin/token"
	stablePath    = "/cgi-bin/stable_token"
	unlimitedPath = "/wxa/getwxacodeunlimit"
	codePath      = "/wxa/getwxacode"
	squarePath    = "/cgi-bin/wxaapp/createwxaqrcode"
	quotaPath     = "/cgi-bin/openapi/quota/get"
	ridPath       = "/cgi-bin/openapi/rid/get"
	clearPath     = "/cgi-bin/clear_quota"
	clearV2Path   = "/cgi-bin/clear_quota/v2"
	imgPath       = "/cv/img/qrcode"
)

// routes are the calls by their path.
var routes = map[string]func(*Handler, *call) (answer, error){
	tokenPath:     (*Handler).token,
	stablePath:    (*Handler).stableToken,
	unlimitedPath: (*Handler).unlimited,
	codePath:      (*Handler).code,
	squarePath:    (*Handler).square,
	quotaPath:     (*Handler).quota,
	ridPath:       (*Handler).rid,
	clearPath:     (*Handler).clear,
	clearV2Path:   (*Handler).clearV2,
	imgPath:       (*Handler).imgQRCode,
}

// Rules are how often an app may make which call: codes as it is told, 0 for no limit, and stable tokens as the
// platform has it. Tokens of the other kind are counted with the tokens.
func Rules(codesPerMinute, codesPerDay int) map[string]issue.Rule {
	codes := issue.Rule{PerMinute: codesPerMinute, PerDay: codesPerDay}
	return map[string]issue.Rule{
		unlimitedPath: codes, codePath: codes, squarePath: codes,
		stablePath: {PerMinute: issue.StableCallsPerMinute, PerDay: issue.StableCallsPerDay},
		quotaPath:  {}, ridPath: {}, clearPath: {}, imgPath: {},
	}
}

// ServeHTTP answers a call, always with status 200.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.answer(&call{Request: r, w: w})
}

// Call is a POST to a path of the API for an app that is known by other means than a token, as the cloud call knows
// its functions. It counts, fails and is logged like one over HTTP. The answer is the body with its Content-Type.
func (h *Handler) Call(ctx context.Context, app *issue.App, path string, body []byte) (contentType string, data []byte) {
	r := &http.Request{Method: http.MethodPost, URL: &url.URL{Path: path}, Body: io.NopCloser(bytes.NewReader(body))}
	a := h.answer(&call{Request: r.WithContext(ctx), app: app})
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
	took := time.Since(began)
	var p *problem
	if err != nil {
		p = problemOf(err)
		a = p.answer(id)
		h.record(c, id, p, took, a)
	}
	if c.w != nil {
		send(c.w, a)
	}
	h.report(c, path, id, p, time.Since(began), len(a.body))
	if c.w != nil && a.release != nil {
		a.release()
	}
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

// The headers of a picture, in the form in which net/http keeps them, shared by all answers.
var (
	pictureType        = []string{"image/jpeg"}
	pictureDisposition = []string{`attachment; filename="QRCode.jpg"`}
	pictureCaching     = []string{"no-cache, must-revalidate"}
)

// send writes the answer with its length, never in chunks and never compressed.
func send(w http.ResponseWriter, a answer) {
	header := w.Header()
	header["Content-Type"] = pictureType
	if a.contentType != pictureType[0] {
		header["Content-Type"] = []string{a.contentType}
	}
	header["Content-Length"] = []string{strconv.Itoa(len(a.body))}
	if a.attachment {
		header["Content-Disposition"] = pictureDisposition
		header["Cache-Control"] = pictureCaching
	}
	if a.used > 0 {
		header.Set("Num-Used", strconv.Itoa(a.used))
	}
	if a.warning != "" {
		header.Set("Suncode-Warning", a.warning)
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
	appID := ""
	if c.app != nil {
		appID = c.app.AppID
	}
	attrs := []slog.Attr{
		slog.String("rid", id.String()), slog.String("method", c.Method), slog.String("path", c.URL.Path[:min(len(c.URL.Path), maxLoggedPath)]),
		slog.String("appid", appID), slog.Int("errcode", errcode), slog.Duration("took", took), slog.Int("bytes", bytes),
	}
	if p != nil {
		attrs = append(attrs, slog.String("errmsg", p.errmsg), slog.String("reason", p.hint))
	}
	h.Log.LogAttrs(context.WithoutCancel(c.Context()), level, "platform call", attrs...)
}

// identify is the app that calls, if it may make one more call.
func (h *Handler) identify(c *call) (*issue.App, error) {
	if c.app == nil {
		token := parameter(c.URL, "access_token")
		if token == "" {
			token = parameter(c.URL, "cloudbase_access_token")
		}
		var err error
		if c.app, err = h.Tokens.Check(c.Context(), token); err != nil {
			return nil, err
		}
	}
	return c.app, h.Limiter.Count(c.Context(), c.app, c.URL.Path)
}

// parameter is the first one of a name in the query of u. Where nothing is escaped, nothing is allocated.
func parameter(u *url.URL, name string) string {
	const plain = 1 << 10
	if len(u.RawQuery) > plain || strings.ContainsAny(u.RawQuery, "%+;") {
		return u.Query().Get(name)
	}
	for pair := range strings.SplitSeq(u.RawQuery, "&") {
		if key, value, _ := strings.Cut(pair, "="); key == name {
			return value
		}
	}
	return ""
}

// post is what the calls with a token and a body have in common: the method, who calls, and the body, which changes
// the defaults.
func post[T any](h *Handler, c *call, keys []key[T], defaults func(*issue.App) T) (T, error) {
	var request T
	if c.Method != http.MethodPost {
		return request, wantsPost.because("%s", c.Method)
	}
	app, err := h.identify(c)
	if err != nil {
		return request, err
	}
	body, err := c.readBody()
	if err != nil {
		return request, err
	}
	request = defaults(app)
	return request, decodeBody(body, h.Compat, keys, &request)
}

// nothing is the default of a request without defaults.
func nothing[T any](*issue.App) (none T) { return none }
