package scanapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/internal/problem"
	"github.com/suncode/suncode/internal/reading"
)

// Config is what a [Handler] works with. Resolver is needed, the rest may be left out.
type Config struct {
	Resolver *issue.Resolver

	// Reader reads the pictures, nil is one with the defaults.
	Reader *reading.Reader
	// Link is what a target's link is made of. The zero Link makes none.
	Link issue.Link

	// Log gets a line for every call: debug when it worked, info when the caller was wrong, error when the server
	// was. nil is no log.
	Log *slog.Logger
	// Observe is told about every call, after its answer. path is one of the API's or "other", code the error's
	// code or "ok". nil is nobody.
	Observe func(path, code string, took time.Duration, bytes int)
}

// Handler serves the API. It is for the paths under /suncode/v1/ and answers every path.
type Handler struct{ Config }

// New makes a Handler.
func New(c Config) *Handler {
	if c.Reader == nil {
		c.Reader = reading.New(reading.Config{})
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Observe == nil {
		c.Observe = func(string, string, time.Duration, int) {}
	}
	return &Handler{c}
}

// routes are the calls by their path. Each returns what its answer's JSON is made of.
var routes = map[string]func(*Handler, http.ResponseWriter, *http.Request) (any, error){
	"/suncode/v1/resolve": (*Handler).resolve,
	"/suncode/v1/scan":    (*Handler).scan,
	"/suncode/v1/check":   (*Handler).check,
}

// ServeHTTP answers a call.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	path, route := r.URL.Path, routes[r.URL.Path]
	if route == nil {
		path, route = "other", (*Handler).noRoute
	}
	status, p := http.StatusOK, (*problem.Error)(nil)
	body, err := h.run(route, w, r)
	if err != nil {
		p = problemOf(err)
		status = p.Status
		body, _ = encode(p.Answer()) // strings always encode
	}
	send(w, status, body)
	done := problem.Call{Request: r, Problem: p, Took: time.Since(began), Sent: len(body)}
	h.Observe(path, done.Code(), done.Took, done.Sent)
	done.Log(h.Log, "scan call")
}

// run makes the call and encodes its answer. A panic becomes an error of this one call.
func (h *Handler) run(route func(*Handler, http.ResponseWriter, *http.Request) (any, error), w http.ResponseWriter, r *http.Request) (body []byte, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
		}
	}()
	result, err := route(h, w, r)
	if err != nil {
		return nil, err
	}
	return encode(result)
}

func (h *Handler) noRoute(http.ResponseWriter, *http.Request) (any, error) {
	return nil, noSuchCall.Because("there is no such call: see /suncode/v1/resolve, /suncode/v1/scan and /suncode/v1/check")
}

// encode is the answer's JSON. A scene may have & in it, which stays as it is.
func encode(result any) ([]byte, error) {
	var body bytes.Buffer
	e := json.NewEncoder(&body)
	e.SetEscapeHTML(false)
	err := e.Encode(result)
	return body.Bytes(), err
}

func send(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	if status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", http.MethodPost)
	}
	w.WriteHeader(status)
	_, _ = w.Write(body) // fails when the caller has gone, and then there is nobody to tell
}
