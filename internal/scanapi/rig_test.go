package scanapi

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/internal/problem"
	"github.com/suncode/suncode/internal/sqlite"
	"github.com/suncode/suncode/ticket"
)

// rig is a server on a port of its own with a real registry, in which one app is published as release.
type rig struct {
	*httptest.Server
	t       *testing.T
	handler *Handler
	store   *sqlite.Store
	app     *issue.App
	log     bytes.Buffer

	mu       sync.Mutex
	observed []string
}

func newRig(t *testing.T, change func(*Handler)) *rig {
	t.Helper()
	store := openStore(t)
	r := &rig{t: t, store: store}
	r.handler = New(Config{
		Resolver: issue.NewResolver(store),
		Log:      slog.New(slog.NewTextHandler(&r.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Observe: func(path, code string, _ time.Duration, _ int) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.observed = append(r.observed, path+" "+code)
		},
	})
	if change != nil {
		change(r.handler)
	}
	r.app = addApp(t, store, "Published")
	manifest := issue.Manifest{Pages: []string{"pages/index/index", "pages/user/user"}, Home: "pages/index/index"}
	if _, err := store.Publish(t.Context(), r.app.AppID, ticket.Release, manifest); err != nil {
		t.Fatal(err)
	}
	r.Server = httptest.NewServer(r.handler)
	t.Cleanup(r.Close)
	return r
}

func openStore(t *testing.T) *sqlite.Store {
	t.Helper()
	store, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store
}

func addApp(t *testing.T, store *sqlite.Store, name string) *issue.App {
	t.Helper()
	draft, _, err := issue.NewDraft(name, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	app, err := store.AddApp(t.Context(), draft)
	if err != nil {
		t.Fatal(err)
	}
	return app
}

// issue makes a code of the registry.
func (r *rig) issue(change func(*issue.Request)) issue.Picture {
	r.t.Helper()
	request := issue.NewRequest(r.app.Number, scene)
	if change != nil {
		change(&request)
	}
	picture, err := issue.NewIssuer(r.store).Issue(r.t.Context(), request)
	if err != nil {
		r.t.Fatal(err)
	}
	return picture
}

// reply is an answer with its body read.
type reply struct {
	*http.Response
	body []byte
}

func (r *rig) post(path, contentType string, body io.Reader) reply {
	r.t.Helper()
	return r.send(http.MethodPost, path, contentType, body)
}

func (r *rig) send(method, path, contentType string, body io.Reader) reply {
	r.t.Helper()
	request, err := http.NewRequestWithContext(r.t.Context(), method, r.URL+path, body)
	if err != nil {
		r.t.Fatal(err)
	}
	request.Header.Set("Content-Type", contentType)
	response, err := r.Client().Do(request)
	if err != nil {
		r.t.Fatal(err)
	}
	defer response.Body.Close()
	read, err := io.ReadAll(response.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return reply{response, read}
}

func (r *rig) resolve(raw []byte) reply {
	r.t.Helper()
	return r.post("/suncode/v1/resolve", "application/json", strings.NewReader(`{"ticket":"`+text(raw)+`"}`))
}

func (r *rig) scan(data []byte) reply {
	r.t.Helper()
	return r.post("/suncode/v1/scan", "image/jpeg", bytes.NewReader(data))
}

func text(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }

// wantProblem holds status and code, and that there is a message.
func wantProblem(t *testing.T, got reply, want problem.Failure) {
	t.Helper()
	var answer struct {
		Error struct{ Code, Message string }
	}
	if err := json.Unmarshal(got.body, &answer); err != nil {
		t.Fatalf("%d %.300s: %v", got.StatusCode, got.body, err)
	}
	if have := problem.New(got.StatusCode, answer.Error.Code); have != want || answer.Error.Message == "" {
		t.Errorf("got %v %s, want %v", have, got.body, want)
	}
	if have := got.Header.Get("Content-Type"); have != "application/json; charset=utf-8" {
		t.Errorf("Content-Type %q", have)
	}
}
