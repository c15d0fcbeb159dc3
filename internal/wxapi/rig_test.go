package wxapi

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/internal/sqlite"
	"github.com/suncode/suncode/ticket"
)

// rig is a server on a port of its own with a real registry, and two apps: one that is published as release, one that
// is not published at all.
type rig struct {
	*httptest.Server
	t     testing.TB
	store *sqlite.Store

	appID, secret, token string
	draftID, draftSecret string // of the app that is not published

	log     lockedBuffer
	mu      sync.Mutex
	ahead   time.Duration // of the clock
	observe []string      // path and code of each call
}

// newRig starts a server; change may alter what it works with.
func newRig(tb testing.TB, change func(*Config)) *rig {
	tb.Helper()
	r := &rig{t: tb, ahead: untilNoon(time.Now())}
	store, err := sqlite.Open(tb.Context(), tb.TempDir())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = store.Close() })
	r.store = store
	journal := sqlite.NewJournal(store, slog.New(slog.DiscardHandler), r.now)
	tb.Cleanup(func() { _ = journal.Close() })
	config := Config{
		Issuer: issue.NewIssuer(store), Tokens: issue.NewTokens(store, r.now), Limiter: issue.NewQuotas(store, Rules(issue.CallsPerMinute, 0), r.now),
		Log: slog.New(slog.NewJSONHandler(&r.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Now: r.now, Observe: r.observed, Journal: journal, Landing: "https://codes.example.com/c/",
	}
	if change != nil {
		change(&config)
	}
	r.Server = httptest.NewServer(New(config))
	tb.Cleanup(r.Close)
	r.appID, r.secret = addApp(tb, store, "Published")
	manifest := issue.Manifest{Pages: []string{"pages/index/index", "pages/user/user", "shop/pages/item"}, Home: "pages/index/index"}
	if _, err := store.Publish(tb.Context(), r.appID, ticket.Release, manifest); err != nil {
		tb.Fatal(err)
	}
	r.token = r.grant(tb, r.appID, r.secret)
	r.draftID, r.draftSecret = addApp(tb, store, "Draft")
	return r
}

// untilNoon is how far ahead the next 04:00 UTC is, noon in China: a test that
// lets minutes pass does not meet the platform's midnight.
func untilNoon(t time.Time) time.Duration {
	return t.Truncate(24 * time.Hour).Add(28 * time.Hour).Sub(t)
}

func addApp(tb testing.TB, store *sqlite.Store, name string) (appID, secret string) {
	tb.Helper()
	draft, secret, err := issue.NewDraft(name, nil, nil)
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := store.AddApp(tb.Context(), draft); err != nil {
		tb.Fatal(err)
	}
	return draft.AppID, secret
}

func (r *rig) now() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return time.Now().Add(r.ahead)
}

func (r *rig) observed(path, code string, _ time.Duration, _ int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.observe = append(r.observe, path+" "+code)
}

// wait lets time pass.
func (r *rig) wait(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ahead += d
}

// reply is an answer of the server with its body read.
type reply struct {
	*http.Response
	body []byte
}

func (r *rig) send(method, path, body string) reply {
	r.t.Helper()
	return r.do(method, path, strings.NewReader(body), http.Header{"Content-Type": {"application/json"}})
}

func (r *rig) do(method, path string, body io.Reader, header http.Header) reply {
	r.t.Helper()
	request, err := http.NewRequestWithContext(r.t.Context(), method, r.URL+path, body)
	if err != nil {
		r.t.Fatal(err)
	}
	request.Header = header
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

// code asks for a code with the body.
func (r *rig) code(body string) reply {
	r.t.Helper()
	return r.send(http.MethodPost, "/wxa/getwxacodeunlimit?access_token="+r.token, body)
}

// call makes a POST with a token.
func (r *rig) call(path, body string) reply {
	r.t.Helper()
	return r.send(http.MethodPost, path+"?access_token="+r.token, body)
}

// stable asks for the stable token.
func (r *rig) stable(force bool) reply {
	r.t.Helper()
	body := fmt.Sprintf(`{"grant_type":"client_credential","appid":%q,"secret":%q,"force_refresh":%v}`, r.appID, r.secret, force)
	return r.send(http.MethodPost, stablePath, body)
}

// list says from where the secret may be used.
func (r *rig) list(networks ...string) {
	r.t.Helper()
	_, err := r.store.ChangeNetworks(r.t.Context(), r.appID, func([]netip.Prefix) (listed []netip.Prefix, err error) {
		for _, text := range networks {
			listed = append(listed, netip.MustParsePrefix(text))
		}
		return listed, nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

// okBody is the answer of a call that has nothing to say.
const okBody = `{"errcode":0,"errmsg":"ok"}`

// ridOf is the rid of an error.
func ridOf(tb testing.TB, got reply) string {
	tb.Helper()
	_, rest, ok := strings.Cut(string(got.body), " rid: ")
	if !ok || len(rest) < 26 {
		tb.Fatalf("no rid in %s", got.body)
	}
	return rest[:26]
}

// grant is a new token.
func (r *rig) grant(tb testing.TB, appID, secret string) string {
	tb.Helper()
	got := r.send(http.MethodGet, "/cgi-bin/token?grant_type=client_credential&appid="+appID+"&secret="+secret, "")
	return tokenOf(tb, got).Token
}

type tokenReply struct {
	Token     string `json:"access_token"`
	ExpiresIn int    `json:"expires_in"`
}

func tokenOf(tb testing.TB, got reply) tokenReply {
	tb.Helper()
	var token tokenReply
	if err := json.Unmarshal(got.body, &token); err != nil || token.Token == "" {
		tb.Fatalf("no token: %s %v", got.body, err)
	}
	return token
}

// lockedBuffer is a buffer for several goroutines.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// limit is a Limiter of n codes a minute.
func limit(n int) issue.Limiter {
	return issue.NewQuotas(nil, Rules(n, 0), func() time.Time { return time.Unix(0, 0) })
}

// countFunc is a Limiter that counts in its own way.
type countFunc func() error

func (f countFunc) Count(context.Context, *issue.App, string) error { return f() }

func (f countFunc) Usage(context.Context, *issue.App, string) (issue.Usage, bool, error) {
	return issue.Usage{}, true, f()
}

func (f countFunc) Clear(context.Context, *issue.App) error { return f() }
