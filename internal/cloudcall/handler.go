package cloudcall

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/suncode/suncode/internal/issue"
)

// Path is where the SDK posts its calls.
const Path = "/admin"

// apis are the open APIs and the paths by which the HTTPS API has them. One that the API does not answer yet is
// answered by the API.
var apis = map[string]string{
	"wxacode.getUnlimited": "/wxa/getwxacodeunlimit",
	"wxacode.get":          "/wxa/getwxacode",
	"wxacode.createQRCode": "/cgi-bin/wxaapp/createwxaqrcode",
}

// Registry is where the functions are.
type Registry interface {
	// Snapshot is the registry as it is now, without waiting.
	Snapshot() *issue.Snapshot
	// Refresh brings the snapshot up to what other processes have committed.
	Refresh(ctx context.Context) error
}

// Config is what a [Handler] works with. Registry and Call are needed, the rest may be left out.
type Config struct {
	Registry Registry
	// Call makes a call of the HTTPS API, given its path and its body, for an app.
	Call func(ctx context.Context, app *issue.App, path string, body []byte) (contentType string, answer []byte)
	// Unsigned takes calls without a look at their signatures, those of unknown functions too.
	Unsigned bool
	// AnyEnv takes calls for another environment than the function's.
	AnyEnv bool
	// Log gets a line for every call that the gateway refuses; those that the API refuses are logged there.
	// nil is no log.
	Log *slog.Logger
	// Observe is told about every call, after its answer. code is "0" for one that went through to the API, or the
	// gateway's code. nil is nobody.
	Observe func(path, code string, took time.Duration, bytes int)
	// Now is the clock, nil is [time.Now].
	Now func() time.Time
}

// Handler answers cloud calls. It is for [Path] and answers every path.
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
	w        http.ResponseWriter
	form     form
	api      string
	app      *issue.App
	function *issue.Function // nil for a caller that is not known, which only Unsigned lets through
}

// answer is what goes over HTTP.
type answer struct {
	contentType string
	body        []byte
}

// The SDK takes exactly jsonType for an error of the gateway, and everything else for a message.
const (
	jsonType    = "application/json; charset=utf-8"
	messageType = "application/octet-stream"
)

func (r reply) answer() answer { return answer{contentType: messageType, body: r.encode()} }

// ServeHTTP answers a call, always with status 200.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	id := newRequestID()
	c := &call{Request: r, w: w}
	a, err := h.run(c)
	code := "0"
	if err != nil {
		refused, ok := errors.AsType[*refusal](err)
		if !ok {
			refused = systemError.because("the server could not do it; its log says why under %s", id)
		}
		a, code = refused.answer(id), refused.label()
		h.report(c, id, code, err)
	}
	w.Header().Set("Content-Type", a.contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	_, _ = w.Write(a.body) // fails when the caller has gone, and then there is nobody to tell
	h.Observe(Path, code, time.Since(began), len(a.body))
}

// report writes the log line of a call that was refused.
func (h *Handler) report(c *call, id, code string, err error) {
	level := slog.LevelInfo
	if code == systemError.code {
		level = slog.LevelError
	}
	attrs := []slog.Attr{slog.String("request", id), slog.String("code", code), slog.String("api", fmt.Sprintf("%.60s", c.api))}
	if c.app != nil {
		attrs = append(attrs, slog.String("appid", c.app.AppID))
	}
	if c.function != nil {
		attrs = append(attrs, slog.String("function", c.function.Name))
	}
	attrs = append(attrs, slog.String("reason", err.Error()))
	h.Log.LogAttrs(context.WithoutCancel(c.Context()), level, "cloud call refused", attrs...)
}

// newRequestID names a call in the log and to its caller.
func newRequestID() string {
	id := make([]byte, 16)
	_, _ = rand.Read(id) // never fails: crypto/rand ends the program instead
	return hex.EncodeToString(id)
}

// run does a call, and makes a panic an error of this one call.
func (h *Handler) run(c *call) (a answer, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
		}
	}()
	if c.Method != http.MethodPost {
		return answer{}, badRequest.because("a cloud call is a POST, not a %.10s", c.Method)
	}
	if c.form, err = readForm(c.w, c.Request); err != nil {
		return answer{}, err
	}
	if action := c.form["action"]; action != "wx.openApi" {
		return answer{}, badRequest.because("the action %.40q: this gateway answers wx.openApi and nothing else", action)
	}
	c.api = c.form["apiname"]
	if err := h.identify(c); err != nil {
		return answer{}, err
	}
	m, err := parseMessage(c.form["requestdata"])
	if err != nil {
		return answer{}, err
	}
	switch {
	case m.apiType != 0:
		return answer{}, unknownAPI.because("an API of type %d", m.apiType)
	case m.appID != "" && m.appID != c.app.AppID:
		return answer{}, forbidden.because("a call for another app, %.40q", m.appID)
	}
	body, err := m.body()
	if err != nil {
		return answer{}, err
	}
	kind, data := h.Call(c.Context(), c.app, apis[c.api], body)
	return reply{data: data, mediaType: kind, httpCode: http.StatusOK}.answer(), nil
}

// identify finds out who calls and whether it may. What it would refuse it looks at once more with what other
// processes may have put up a moment ago.
func (h *Handler) identify(c *call) error {
	s, err := readSignature(c.Request, c.form)
	if err != nil && !h.Unsigned {
		return err
	}
	if h.admit(c, s) == nil {
		return nil
	}
	if err := h.Registry.Refresh(c.Context()); err != nil {
		return err
	}
	return h.admit(c, s)
}

// admit tells whether the registry, as it is known, lets the call through.
func (h *Handler) admit(c *call, s signature) error {
	var ok bool
	c.app, c.function, ok = h.Registry.Snapshot().Function(s.secretID)
	switch {
	case ok && !h.Unsigned:
		if err := s.check(c.function.SecretKey, c.form, h.Now()); err != nil {
			return err
		}
	case !ok && h.Unsigned:
		c.app, ok = h.guess(s.secretID, c.form["envname"])
	}
	if !ok {
		return badSignature.because("secret id error: no cloud function has the secret id %.60q", s.secretID)
	}
	return h.permit(c)
}

// permit tells whether the API exists and the function may call it.
func (h *Handler) permit(c *call) error {
	f := c.function
	if env := c.form["envname"]; f != nil && env != "" && env != f.Env && !h.AnyEnv {
		return badEnv.because("the function %s is in the environment %s, not in %.60q", f.Name, f.Env, env)
	}
	if apis[c.api] == "" {
		return unknownAPI.because("there is no API %.60q", c.api)
	}
	if f != nil && !f.May(c.api) {
		return forbidden.because("%s is not in permissions.openapi of the config.json that the function %s was put up with", c.api, f.Name)
	}
	return nil
}

// guess is the app of a caller that is not known: the one whose appid stands in the place of the secret id or of the
// environment, or the only one there is.
func (h *Handler) guess(secretID, env string) (*issue.App, bool) {
	snapshot := h.Registry.Snapshot()
	for _, appID := range []string{secretID, env} {
		if app, ok := snapshot.App(appID); ok {
			return app, true
		}
	}
	if apps := snapshot.Apps(); len(apps) == 1 {
		return apps[0], true
	}
	return nil, false
}
