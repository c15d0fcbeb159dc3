package batchapi

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/internal/order"
	"github.com/suncode/suncode/internal/problem"
	"github.com/suncode/suncode/internal/queue"
	"github.com/suncode/suncode/internal/sqlite"
	"github.com/suncode/suncode/ticket"
)

// rig is a server on a port of its own with a real registry and a real queue, which works unless the test says not to.
type rig struct {
	*httptest.Server
	t       *testing.T
	dir     string // of the orders
	handler *Handler
	desk    *order.Desk
	queue   *queue.Queue
	tokens  [2]string // of two apps
	stop    func()    // ends the work

	mu       sync.Mutex
	observed []string
}

// setup is what a test changes of a rig.
type setup struct {
	limits  order.Limits
	free    func() (int64, error)
	idle    bool // nothing is worked on
	server  func(*http.Server)
	handler func(*Handler)
}

func plain() setup {
	return setup{limits: order.Limits{Upload: 1 << 20, Rows: 100_000, Space: 1 << 30, Open: 10, Keep: time.Hour}}
}

func newRig(t *testing.T, s setup) *rig {
	t.Helper()
	data := t.TempDir()
	r := &rig{t: t, dir: filepath.Join(data, "batches")}
	store, err := sqlite.Open(t.Context(), data)
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Jobs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = db.Close(), store.Close() })
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug}))
	r.queue, err = queue.Open(t.Context(), queue.Config{DB: db, Lock: filepath.Join(r.dir, "lock"), AtOnce: 2, Keep: s.limits.Keep, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	r.desk, err = order.NewDesk(order.Config{
		Dir: r.dir, Queue: r.queue, Issuer: issue.NewIssuer(store), Limits: s.limits, Free: s.free, Every: 100 * time.Millisecond, Log: log,
	})
	if err != nil {
		t.Fatal(err)
	}
	tokens := issue.NewTokens(store, nil)
	for i := range r.tokens {
		r.tokens[i] = addApp(t, store, tokens)
	}
	r.handler = New(Config{Desk: r.desk, App: tokens.Check, Upload: s.limits.Upload, Log: log, Observe: r.observe})
	if s.handler != nil {
		s.handler(r.handler)
	}
	r.work(s.idle)
	r.Server = httptest.NewUnstartedServer(r.handler)
	if s.server != nil {
		s.server(r.Config)
	}
	r.Start()
	t.Cleanup(r.Close)
	return r
}

// work begins to work, unless it is told not to.
func (r *rig) work(idle bool) {
	ctx, cancel := context.WithCancel(context.Background())
	var working sync.WaitGroup
	if !idle {
		working.Go(func() {
			if err := r.queue.Work(ctx, r.desk); err != nil {
				r.t.Error(err)
			}
		})
	}
	r.stop = func() { cancel(); working.Wait() }
	r.t.Cleanup(r.stop)
}

// observation is the nth call that was observed, from 0, when it has been.
func (r *rig) observation(n int) string {
	r.t.Helper()
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		r.mu.Lock()
		seen := r.observed
		r.mu.Unlock()
		if len(seen) > n {
			return seen[n]
		}
	}
	r.t.Fatalf("no call %d", n)
	return ""
}

func (r *rig) observe(path, code string, _ time.Duration, _ int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.observed = append(r.observed, path+" "+code)
}

// addApp publishes an app and gets it a token.
func addApp(t *testing.T, store *sqlite.Store, tokens *issue.Tokens) string {
	t.Helper()
	draft, secret, err := issue.NewDraft("Tea House", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	app, err := store.AddApp(t.Context(), draft)
	if err != nil {
		t.Fatal(err)
	}
	pages := issue.Manifest{Pages: []string{"pages/index/index", "pages/tea/tea"}, Home: "pages/index/index"}
	if _, err := store.Publish(t.Context(), app.AppID, ticket.Release, pages); err != nil {
		t.Fatal(err)
	}
	grant, err := tokens.Issue(t.Context(), app.AppID, secret)
	if err != nil {
		t.Fatal(err)
	}
	return grant.Token
}

// reply is an answer with its body.
type reply struct {
	*http.Response
	body []byte
}

// problem is the code of the error in an answer.
func (r reply) problem() string {
	var e struct{ Error problem.Error }
	if json.Unmarshal(r.body, &e) != nil {
		return string(r.body)
	}
	return e.Error.Code
}

// do makes a call with the first app's token, unless the path has one.
func (r *rig) do(method, path, contentType string, body io.Reader, header ...string) reply {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), method, r.URL+Path+path, body)
	if err != nil {
		r.t.Fatal(err)
	}
	if !strings.Contains(path, "access_token") {
		req.Header.Set("Authorization", "Bearer "+r.tokens[0])
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := r.Client().Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	got := reply{Response: resp}
	if got.body, err = io.ReadAll(resp.Body); err != nil {
		r.t.Fatal(err)
	}
	return got
}

func (r *rig) get(path string) reply { r.t.Helper(); return r.do(http.MethodGet, path, "", nil) }

// create uploads a source and returns the batch.
func (r *rig) create(query, contentType, source string) orderJSON {
	r.t.Helper()
	got := r.do(http.MethodPost, "?"+query, contentType, strings.NewReader(source))
	if got.StatusCode != http.StatusCreated {
		r.t.Fatalf("%d %s", got.StatusCode, got.body)
	}
	return r.parse(got)
}

func (r *rig) parse(got reply) orderJSON {
	r.t.Helper()
	var o orderJSON
	if err := json.Unmarshal(got.body, &o); err != nil {
		r.t.Fatalf("%s: %v", got.body, err)
	}
	return o
}

// await polls until a batch is in a state.
func (r *rig) await(id int64, want order.State) orderJSON {
	r.t.Helper()
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		o := r.parse(r.get(fmt.Sprintf("/%d", id)))
		if o.State == want {
			return o
		}
		if o.State.Final() || time.Now().After(end) {
			r.t.Fatalf("batch %d is %s, want %s: %+v", id, o.State, want, o.Error)
		}
	}
}

// codes fetches a batch's ZIP and returns its codes by name, after holding all of them to the manifest.
func (r *rig) codes(id int64) map[string][]byte {
	r.t.Helper()
	got := r.get(fmt.Sprintf("/%d/files", id))
	archive, err := zip.NewReader(bytes.NewReader(got.body), int64(len(got.body)))
	if err != nil {
		r.t.Fatalf("%d, %d bytes: %v", got.StatusCode, len(got.body), err)
	}
	files := map[string][]byte{}
	for _, f := range archive.File {
		if files[f.Name] != nil {
			r.t.Errorf("%s is there twice", f.Name)
		}
		files[f.Name] = content(r.t, f)
	}
	manifest := r.get(fmt.Sprintf("/%d/manifest.csv", id)).body
	if !bytes.Equal(manifest, files["manifest.csv"]) {
		r.t.Error("the manifest in the archive is another one")
	}
	rows, err := csv.NewReader(bytes.NewReader(manifest)).ReadAll()
	if err != nil {
		r.t.Fatal(err)
	}
	codes := map[string][]byte{}
	for _, row := range rows[1:] {
		name, want := row[5], row[8]
		if sum := sha256.Sum256(files[name]); hex.EncodeToString(sum[:]) != want {
			r.t.Errorf("%s is not what the manifest says", name)
		}
		codes[name] = files[name]
	}
	return codes
}

func content(t *testing.T, f *zip.File) []byte {
	t.Helper()
	opened, err := f.Open()
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(opened)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// folders counts what lies in the orders' folder, the lock aside.
func (r *rig) folders() int {
	r.t.Helper()
	entries, err := os.ReadDir(r.dir)
	if err != nil {
		r.t.Fatal(err)
	}
	n := 0
	for _, e := range entries {
		if e.IsDir() {
			n++
		}
	}
	return n
}
