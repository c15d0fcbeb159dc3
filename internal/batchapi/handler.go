package batchapi

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/suncode/suncode/internal/batch"
	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/internal/order"
	"github.com/suncode/suncode/internal/problem"
)

// Path is where the API begins. It has paths below it too.
const Path = "/suncode/v1/batches"

// Config is what a [Handler] works with. Desk and App are needed, the rest may be left out.
type Config struct {
	Desk *order.Desk
	// App is the app that an access token was given to, or an [*issue.Error].
	App func(ctx context.Context, token string) (*issue.App, error)

	// Upload is the largest upload in bytes, as the desk has it. 0 is no limit.
	Upload int64
	// Stopping is closed when the server begins to stop: streams end then. nil is never.
	Stopping <-chan struct{}

	// Log gets a line for every call: debug when it worked, info when the caller was wrong, error when the server
	// was. nil is no log.
	Log *slog.Logger
	// Observe is told about every call, after its answer. path is one of the API's or "other", code the error's code
	// or "ok". nil is nobody.
	Observe func(path, code string, took time.Duration, bytes int)
}

// Handler serves the API. It is for [Path] and the paths below it.
type Handler struct {
	Config
	tick, heartbeat time.Duration // of the events
	streams         order.Slots
}

// New makes a Handler.
func New(c Config) *Handler {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Observe == nil {
		c.Observe = func(string, string, time.Duration, int) {}
	}
	return &Handler{Config: c, tick: tick, heartbeat: heartbeat, streams: order.Slots{All: maxStreams, One: maxAppStreams}}
}

// call is one call on its way through the API.
type call struct {
	*http.Request
	w       *counter
	control *http.ResponseController
	app     *issue.App
	order   order.Order // the batch that the path names
}

// route is a call of the API: what answers it, and which method it wants. An answer that is not nil is sent as JSON
// with the status; nil is a handler that has answered itself.
type route struct {
	method string
	status int
	answer func(*Handler, *call) (any, error)
}

// routes are the calls by what follows [Path]; {id} stands for a batch's number.
var routes = map[string][]route{
	"": {
		{http.MethodPost, http.StatusCreated, (*Handler).create},
		{http.MethodGet, http.StatusOK, (*Handler).list},
	},
	"/{id}": {
		{http.MethodGet, http.StatusOK, (*Handler).show},
		{http.MethodDelete, http.StatusOK, (*Handler).remove},
	},
	"/{id}/cancel":         {{http.MethodPost, http.StatusOK, (*Handler).cancel}},
	"/{id}/events":         {{http.MethodGet, http.StatusOK, (*Handler).events}},
	"/{id}/files":          {{http.MethodGet, http.StatusOK, (*Handler).files}},
	"/{id}/manifest.csv":   {{http.MethodGet, http.StatusOK, (*Handler).report}},
	"/{id}/manifest.jsonl": {{http.MethodGet, http.StatusOK, (*Handler).report}},
	"/{id}/bad.csv":        {{http.MethodGet, http.StatusOK, (*Handler).report}},
	"/{id}/bad.jsonl":      {{http.MethodGet, http.StatusOK, (*Handler).report}},
}

// ServeHTTP answers a call.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	c := &call{Request: r, w: &counter{ResponseWriter: w}, control: http.NewResponseController(w)}
	path, id := split(r.URL.Path)
	status, result, err := h.run(c, path, id)
	var p *problem.Error
	switch {
	case err != nil && c.w.begun:
		p = problemOf(err) // too late to tell
	case err != nil:
		p = problemOf(err)
		h.send(c, p.Status, p.Answer())
	case result != nil:
		h.send(c, status, result)
	}
	if routes[path] == nil {
		path = "other"
	} else {
		path = Path + path
	}
	h.log(c, path, p, time.Since(began))
}

// split takes a path apart: the key of its routes, and the batch's number, which is 0 where there is none that could be.
func split(path string) (key string, id int64) {
	rest, ok := strings.CutPrefix(path, Path)
	if !ok || rest == "" || rest == "/" {
		return strings.TrimSuffix(rest, "/"), 0
	}
	number, below, more := strings.Cut(rest[1:], "/")
	key = "/{id}"
	if more {
		key += "/" + below
	}
	id, err := strconv.ParseInt(number, 10, 64)
	if err != nil || id < 1 || strconv.FormatInt(id, 10) != number {
		id = 0
	}
	return key, id
}

// run makes the call. A panic becomes an error of this one call.
func (h *Handler) run(c *call, path string, id int64) (status int, result any, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
		}
	}()
	known := routes[path]
	if known == nil {
		return 0, nil, notFound.Because("there is no such call: see %s", Path)
	}
	at := slices.IndexFunc(known, func(r route) bool {
		return r.method == c.Method || r.method == http.MethodGet && c.Method == http.MethodHead
	})
	if at < 0 {
		var methods []string
		for _, r := range known {
			methods = append(methods, r.method)
		}
		c.w.Header().Set("Allow", strings.Join(methods, ", "))
		return 0, nil, wrongMethod.Because("send a %s", strings.Join(methods, " or a "))
	}
	if c.app, err = h.App(c.Context(), token(c.Request)); err != nil {
		return 0, nil, err
	}
	if path != "" {
		if c.order, err = h.Desk.Find(c.Context(), c.app.Number, id); err != nil {
			return 0, nil, err
		}
	}
	result, err = known[at].answer(h, c)
	return known[at].status, result, err
}

// token is the access token of a call: in the query as in the platform's calls, or as a bearer.
func token(r *http.Request) string {
	if scheme, bearer, _ := strings.Cut(r.Header.Get("Authorization"), " "); strings.EqualFold(scheme, "Bearer") {
		return bearer
	}
	return r.URL.Query().Get("access_token")
}

// orderJSON is a batch in an answer. Times are RFC 3339.
type orderJSON struct {
	ID        int64             `json:"id"`
	Title     string            `json:"title"`
	State     order.State       `json:"state"`
	Format    string            `json:"format"`
	Archive   batch.ArchiveKind `json:"archive"`
	Rows      int64             `json:"rows"`
	Good      int64             `json:"good"`
	Bad       int64             `json:"bad"`
	Bytes     int64             `json:"bytes"`
	Total     *int64            `json:"total"`    // null: not known
	Progress  float64           `json:"progress"` // 0 to 1
	Rate      float64           `json:"rate"`     // rows a second
	Remaining *float64          `json:"remaining_seconds"`
	Created   *time.Time        `json:"created"`
	Started   *time.Time        `json:"started"`
	Ended     *time.Time        `json:"ended"`
	Expires   *time.Time        `json:"expires"`
	Error     *order.Error      `json:"error,omitempty"`
}

// describe is an order in the form of the answers.
func (h *Handler) describe(o *order.Order) orderJSON {
	f := &o.Figures
	j := orderJSON{
		ID: o.ID, Title: o.Title, State: o.State, Format: string(o.Spec.Format), Archive: o.Archive,
		Rows: f.Rows, Good: f.Good, Bad: f.Bad, Bytes: f.Bytes, Progress: math.Round(f.Fraction*1e4) / 1e4,
		Created: moment(o.Created), Started: moment(o.Started), Ended: moment(o.Ended), Expires: moment(h.Desk.Expires(o)),
		Error: o.Fault,
	}
	if f.Total > 0 {
		j.Total = &f.Total
	}
	if o.State == order.Running {
		j.Rate = hundredths(f.Rate)
		if seconds := hundredths(f.Remaining.Seconds()); seconds > 0 {
			j.Remaining = &seconds
		}
	}
	return j
}

// hundredths keeps two digits of a figure: more are noise.
func hundredths(x float64) float64 { return math.Round(x*100) / 100 }

// moment is a time for JSON, nil when it has not come.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC().Truncate(time.Millisecond)
	return &t
}

// show is GET of a batch.
func (h *Handler) show(c *call) (any, error) { return h.describe(&c.order), nil }

// listed is how many batches a list has at most, unless less are asked for.
const listed = 100

// list is GET of an app's batches, the newest first.
func (h *Handler) list(c *call) (any, error) {
	query := c.URL.Query()
	n, before := int64(listed), int64(0)
	for _, p := range []struct {
		name     string
		to       *int64
		from, up int64
	}{{"limit", &n, 1, listed}, {"before", &before, 1, 1<<63 - 1}} {
		text := query.Get(p.name)
		if text == "" {
			continue
		}
		v, err := strconv.ParseInt(text, 10, 64)
		if err != nil || v < p.from || v > p.up {
			return nil, badRequest.Because("%s is %.40q: it is a number from %d to %d", p.name, text, p.from, p.up)
		}
		*p.to = v
	}
	orders, err := h.Desk.List(c.Context(), c.app.Number, before, int(n))
	if err != nil {
		return nil, err
	}
	batches := make([]orderJSON, len(orders))
	for i := range orders {
		batches[i] = h.describe(&orders[i])
	}
	return map[string]any{"batches": batches}, nil
}

// cancel is POST to a batch's cancel.
func (h *Handler) cancel(c *call) (any, error) {
	o, err := h.Desk.Cancel(c.Context(), c.app.Number, c.order.ID)
	if err != nil {
		return nil, err
	}
	return h.describe(&o), nil
}

// remove is DELETE of a batch.
func (h *Handler) remove(c *call) (any, error) {
	return map[string]int64{"removed": c.order.ID}, h.Desk.Remove(c.Context(), c.app.Number, c.order.ID)
}

// send writes an answer of JSON. The time that a long upload took does not count against it.
func (h *Handler) send(c *call, status int, result any) {
	body := encode(result)
	h.extend(c)
	c.w.Header().Set("Content-Type", "application/json; charset=utf-8")
	c.w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	c.w.Header().Set("Cache-Control", "no-store")
	c.w.WriteHeader(status)
	_, _ = c.w.Write(body) // fails when the caller has gone, and then there is nobody to tell
}

// encode is the JSON of an answer. A title may have & in it, which stays as it is.
func encode(result any) []byte {
	var body bytes.Buffer
	e := json.NewEncoder(&body)
	e.SetEscapeHTML(false)
	if err := e.Encode(result); err != nil {
		panic(err) // of numbers, texts and times
	}
	return body.Bytes()
}

// counter counts what is sent, and knows whether anything was.
type counter struct {
	http.ResponseWriter
	begun bool
	bytes int
}

// WriteHeader implements [http.ResponseWriter].
func (c *counter) WriteHeader(status int) {
	c.begun = true
	c.ResponseWriter.WriteHeader(status)
}

// Write implements [http.ResponseWriter].
func (c *counter) Write(data []byte) (int, error) {
	c.begun = true
	n, err := c.ResponseWriter.Write(data)
	c.bytes += n
	return n, err
}

// log writes the log line of a call and tells the observer. Neither sees the query, which has the token.
func (h *Handler) log(c *call, path string, p *problem.Error, took time.Duration) {
	done := problem.Call{Request: c.Request, Problem: p, Took: took, Sent: c.w.bytes}
	h.Observe(path, done.Code(), took, c.w.bytes)
	var app []slog.Attr
	if c.app != nil {
		app = append(app, slog.String("appid", c.app.AppID))
	}
	done.Log(h.Log, "batch call", app...)
}
