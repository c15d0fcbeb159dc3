package batchapi

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/suncode/suncode/internal/order"
)

// listener reads a stream of events as a browser does.
type listener struct {
	t     *testing.T
	resp  *http.Response
	lines *bufio.Scanner
}

func (r *rig) listen(ctx context.Context, path string, header ...string) *listener {
	r.t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.URL+Path+path+"?access_token="+r.tokens[0], nil)
	if err != nil {
		r.t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := r.Client().Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = resp.Body.Close() })
	return &listener{r.t, resp, bufio.NewScanner(resp.Body)}
}

// message is one block of a stream: an event, or what else there is.
type message struct{ id, event, data, comment string }

// next is the next message, false at the end of the stream.
func (l *listener) next() (m message, ok bool) {
	for l.lines.Scan() {
		field, value, _ := strings.Cut(l.lines.Text(), ": ")
		switch field {
		case "":
			if value != "" {
				m.comment = value
				continue
			}
			return m, true
		case "id":
			m.id = value
		case "event":
			m.event = value
		case "data":
			m.data += value
		}
	}
	return m, false
}

// TestEvents follows a batch from the queue to its end, for longer than the server's bounds on small calls.
func TestEvents(t *testing.T) {
	t.Parallel()
	s := plain()
	s.idle = true
	s.server = func(h *http.Server) { h.ReadTimeout, h.WriteTimeout = time.Second, time.Second }
	s.handler = func(h *Handler) { h.tick, h.heartbeat = 20*time.Millisecond, 300*time.Millisecond }
	r := newRig(t, s)
	o := r.create("pattern=n{1..3000}&width=280", "", "")
	l := r.listen(t.Context(), "/1/events")
	if got := l.resp.Header.Get("Content-Type"); got != "text/event-stream; charset=utf-8" {
		t.Error(got)
	}
	silence := time.AfterFunc(1500*time.Millisecond, func() { r.work(false) })
	defer silence.Stop()
	ids, states, beats := map[string]bool{}, map[order.State]bool{}, 0
	var last message
	for m, ok := l.next(); ok; m, ok = l.next() {
		switch {
		case m.comment != "":
			beats++
		case m.event != "":
			var got orderJSON
			if err := json.Unmarshal([]byte(m.data), &got); err != nil || got.ID != o.ID || ids[m.id] {
				t.Errorf("%+v: %v", m, err)
			}
			ids[m.id], states[got.State], last = true, true, m
		}
	}
	if last.event != "end" || !states[order.Queued] || !states[order.Done] || beats < 3 {
		t.Errorf("states %v, %d signs of life, the last event is %+v", states, beats, last)
	}
	if again := r.listen(t.Context(), "/1/events", "Last-Event-ID", last.id); again.resp.StatusCode != http.StatusNoContent {
		t.Errorf("a browser that knows the end gets %d", again.resp.StatusCode)
	}
	if m, _ := r.listen(t.Context(), "/1/events").next(); m.event != "" {
		t.Errorf("the stream begins with %+v", m)
	}
}

// TestEventsEnd ends a stream when its caller leaves, when the batch is removed and when the server stops.
func TestEventsEnd(t *testing.T) {
	t.Parallel()
	stopping := make(chan struct{})
	s := plain()
	s.idle = true
	s.handler = func(h *Handler) { h.tick, h.Stopping = 10*time.Millisecond, stopping }
	r := newRig(t, s)
	ended := func() (n int) {
		r.mu.Lock()
		defer r.mu.Unlock()
		for _, o := range r.observed {
			if o == Path+"/{id}/events ok" {
				n++
			}
		}
		return n
	}
	await := func(n int) {
		t.Helper()
		for end := time.Now().Add(5 * time.Second); ended() < n; time.Sleep(5 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("%d streams have ended, want %d", ended(), n)
			}
		}
	}
	r.create("", "text/plain", "n1")
	r.create("", "text/plain", "n1")
	ctx, leave := context.WithCancel(t.Context())
	r.listen(ctx, "/1/events").next()
	leave()
	await(1)
	l := r.listen(t.Context(), "/1/events")
	r.do(http.MethodPost, "/1/cancel", "", nil)
	r.do(http.MethodDelete, "/1", "", nil)
	await(2)
	for _, ok := l.next(); ok; {
		_, ok = l.next()
	}
	r.listen(t.Context(), "/2/events")
	close(stopping)
	await(3)
}
