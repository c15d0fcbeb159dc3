package console

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/internal/sqlite"
	"github.com/suncode/suncode/ticket"
)

// hostile is an app's name and a path that would be markup, if anything forgot to escape.
const (
	hostile     = `<b>"Shop" & 'co'</b>`
	hostilePath = `pages/item/item?x=<script>alert(1)</script>&y=</style>"'`
)

type rig struct {
	*httptest.Server
	store    *sqlite.Store
	app      *issue.App
	observed []string
}

func newRig(t *testing.T) *rig {
	t.Helper()
	store, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	draft, _, err := issue.NewDraft(hostile, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{store: store}
	if r.app, err = store.AddApp(t.Context(), draft); err != nil {
		t.Fatal(err)
	}
	manifest := issue.Manifest{Pages: []string{"pages/index/index", "pages/item/item"}, Home: "pages/index/index"}
	if _, err := store.Publish(t.Context(), r.app.AppID, ticket.Release, manifest); err != nil {
		t.Fatal(err)
	}
	r.Server = httptest.NewServer(New(Config{
		Resolver: issue.NewResolver(store),
		Observe:  func(path, code string, _ time.Duration, _ int) { r.observed = append(r.observed, path+" "+code) },
	}))
	t.Cleanup(r.Close)
	return r
}

// reply is an answer of the server with its body read.
type reply struct {
	*http.Response
	text string
}

// page gets the page of a ticket.
func (r *rig) page(t *testing.T, raw []byte, language string) reply {
	t.Helper()
	return r.get(t, http.MethodGet, LandingPath+base64.RawURLEncoding.EncodeToString(raw), language)
}

func (r *rig) get(t *testing.T, method, path, language string) reply {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, r.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Accept-Language", language)
	response, err := r.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{response, string(body)}
}

// path is the ticket of a code with a path.
func (r *rig) path(t *testing.T, path, env string) []byte {
	t.Helper()
	request := issue.NewPathRequest(r.app.Number, path)
	request.Env = env
	picture, err := issue.NewIssuer(r.store).IssueSquare(t.Context(), request, "")
	if err != nil {
		t.Fatal(err)
	}
	return picture.Ticket
}

// wantSafe holds a page to what it promises: nothing runs, nothing is fetched, the style is the one that the policy
// names, and what came from outside is text.
func wantSafe(t *testing.T, response reply) {
	t.Helper()
	body := response.text
	if got := response.Header.Get("Content-Type"); got != "text/html; charset=utf-8" {
		t.Errorf("Content-Type %q", got)
	}
	found := regexp.MustCompile(`(?s)<style>(.*?)</style>`).FindStringSubmatch(body)
	if found == nil {
		t.Fatalf("no style in %s", body)
	}
	sum := sha256.Sum256([]byte(found[1]))
	want := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	if got := response.Header.Get("Content-Security-Policy"); got != want {
		t.Errorf("Content-Security-Policy %q, want %q", got, want)
	}
	for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "Vary": "Accept-Language"} {
		if got := response.Header.Get(name); got != want {
			t.Errorf("%s %q, want %q", name, got, want)
		}
	}
	for _, never := range []string{"<script", "<b>", "src=", "url(", "@import", "<link", "<img", "style=", "onload"} {
		if strings.Contains(body, never) {
			t.Errorf("the page has %q:\n%s", never, body)
		}
	}
	for _, always := range []string{"<!doctype html>", `<meta name="viewport"`, "<title>", "<main>", "<h1>", "prefers-color-scheme: dark"} {
		if !strings.Contains(body, always) {
			t.Errorf("the page lacks %q:\n%s", always, body)
		}
	}
	if links := strings.Count(body, "href="); links != 1 || !strings.Contains(body, ` href="../scan">`) {
		t.Errorf("the page leads elsewhere:\n%s", body)
	}
	if strings.Count(body, "<dt>") != strings.Count(body, "<dd") {
		t.Errorf("names and values do not match:\n%s", body)
	}
}

// facts are the names and values of the page, as a reader sees them.
func facts(body string) map[string]string {
	all := map[string]string{}
	tags := regexp.MustCompile(`<[^>]*>`)
	for _, pair := range regexp.MustCompile(`(?s)<dt>(.*?)</dt>\s*<dd[^>]*>(.*?)</dd>`).FindAllStringSubmatch(body, -1) {
		all[pair[1]] += html.UnescapeString(tags.ReplaceAllString(pair[2], ""))
	}
	return all
}

func TestPage(t *testing.T) {
	r := newRig(t)
	scene, err := issue.NewIssuer(r.store).Mint(t.Context(), issue.NewRequest(r.app.Number, `a=1&b='*'`))
	if err != nil {
		t.Fatal(err)
	}
	app := hostile + " (" + r.app.AppID + ")"
	for _, c := range []struct {
		name, language, lang string
		raw                  []byte
		want                 map[string]string
	}{
		{"a path", "fr, en;q=0.5", "en", r.path(t, "pages/item/item?b=2&a=%3C1", "release"), map[string]string{
			"Seal": english.holds, "App": app, "Page": "pages/item/item", "Opens": "pages/item/item?b=2&a=%3C1",
			"Parameter": "a = %3C1b = 2", "Version": "release",
		}},
		{"markup", "", "en", r.path(t, hostilePath, "trial"), map[string]string{
			"Seal": english.holds, "App": app, "Page": "pages/item/item", "Opens": hostilePath,
			"Parameter": `x = <script>alert(1)</script>y = </style>"'`, "Version": "trial", "Published": english.notListed,
		}},
		{"a scene", "zh-Hans-CN,zh;q=0.9,en;q=0.8", "zh-CN", scene, map[string]string{
			"签名": chinese.holds, "小程序": app, "页面": "pages/index/index", "打开": "pages/index/index?scene=a%3D1%26b%3D'*'",
			"场景值": `a=1&b='*'`, "版本": "正式版",
		}},
		{"the home page", "en", "en", r.path(t, "?x", "release"), map[string]string{
			"Seal": english.holds, "App": app, "Page": "pages/index/index", "Opens": "pages/index/index?x", "Parameter": "x = ", "Version": "release",
		}},
	} {
		response := r.page(t, c.raw, c.language)
		body := response.text
		wantSafe(t, response)
		if response.StatusCode != http.StatusOK || response.Header.Get("Content-Language") != c.lang || !strings.Contains(body, `<html lang="`+c.lang+`">`) {
			t.Errorf("%s: status %d, language %s", c.name, response.StatusCode, response.Header.Get("Content-Language"))
		}
		got := facts(body)
		for name, want := range c.want {
			if got[name] != want {
				t.Errorf("%s: %s is %q, want %q", c.name, name, got[name], want)
			}
		}
		if len(got) != len(c.want) {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestPageOfNothing(t *testing.T) {
	r := newRig(t)
	good := r.path(t, "pages/item/item", "release")
	forged := append([]byte{}, good...)
	forged[len(forged)-1] ^= 1
	unknown, err := ticket.Make(ticket.Ticket{App: 1, Page: 1, Key: 9}, make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		raw    []byte
		status int
		want   func(words) string
	}{
		"nothing":       {nil, 400, func(w words) string { return w.malformed }},
		"cut":           {good[:5], 400, func(w words) string { return w.malformed }},
		"forged":        {forged, 422, func(w words) string { return w.forged }},
		"unknown":       {unknown, 404, func(w words) string { return w.unknown }},
		"not published": {r.path(t, "?x", "develop"), 404, func(w words) string { return w.unpublished }},
	} {
		for _, w := range []words{english, chinese} {
			response := r.page(t, c.raw, w.lang)
			body := response.text
			wantSafe(t, response)
			if response.StatusCode != c.status || !strings.Contains(body, html.EscapeString(c.want(w))) || len(facts(body)) > 0 || strings.Contains(body, "Shop") {
				t.Errorf("%s: status %d, want %d:\n%s", name, response.StatusCode, c.status, body)
			}
		}
	}
	for _, path := range []string{LandingPath, LandingPath + "%00", LandingPath + "a/b", LandingPath + base64.RawURLEncoding.EncodeToString(good) + "="} {
		if response := r.get(t, http.MethodGet, path, ""); response.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: status %d", path, response.StatusCode)
		}
	}
}

func TestMethods(t *testing.T) {
	r := newRig(t)
	path := LandingPath + base64.RawURLEncoding.EncodeToString(r.path(t, "p", "release"))
	head := r.get(t, http.MethodHead, path, "")
	if head.StatusCode != http.StatusOK || head.ContentLength < 500 || head.text != "" {
		t.Errorf("HEAD: status %d, length %d, body %q", head.StatusCode, head.ContentLength, head.text)
	}
	if post := r.get(t, http.MethodPost, path, ""); post.StatusCode != http.StatusMethodNotAllowed || post.Header.Get("Allow") != "GET, HEAD" {
		t.Errorf("POST: status %d, Allow %q", post.StatusCode, post.Header.Get("Allow"))
	}
	r.Close()
	if got := strings.Join(r.observed, ","); got != "/c/ ok,/c/ method_not_allowed" {
		t.Errorf("observed %s", got)
	}
}

// broken is a registry that fails.
type broken struct{ issue.Store }

func (broken) Snapshot() *issue.Snapshot { panic("pool of threads") }

func TestInternal(t *testing.T) {
	var log strings.Builder
	h := New(Config{Resolver: issue.NewResolver(broken{}), Log: slog.New(slog.NewTextHandler(&log, nil))})
	response := httptest.NewRecorder()
	h.ServeHTTP(response, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/c/IAEBAQFRQ1qG7AE", nil))
	if response.Code != http.StatusInternalServerError || !strings.Contains(response.Body.String(), english.internal) || strings.Contains(response.Body.String(), "pool") {
		t.Errorf("status %d: %s", response.Code, response.Body)
	}
	if !strings.Contains(log.String(), "level=ERROR") || !strings.Contains(log.String(), "pool of threads") {
		t.Errorf("log: %s", log.String())
	}
}

func TestLanguageOf(t *testing.T) {
	for header, want := range map[string]string{
		"": "en", "zh": "zh-CN", "ZH-tw": "zh-CN", "de": "en", "en-US,en;q=0.9,zh;q=0.8": "en", "zh;q=0.8, en;q=0.3": "zh-CN",
		"de, zh;q=0.1": "zh-CN", "zh;q=0": "en", "en;q=0.1,zh;q=nonsense": "en", "zh;q=7": "en", "*": "en", ";;,,": "en",
	} {
		if got := languageOf(header).lang; got != want {
			t.Errorf("%q: %s, want %s", header, got, want)
		}
	}
}

func FuzzLanguageOf(f *testing.F) {
	for _, seed := range []string{"", "zh-CN,zh;q=0.9,en;q=0.8", ";q=,", "zh;q=NaN", "zh;q=Inf, en"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		got := languageOf(header)
		if got.lang != english.lang && got.lang != chinese.lang {
			t.Fatalf("%q: %q", header, got.lang)
		}
		if got.lang == chinese.lang && !strings.Contains(strings.ToLower(header), "zh") {
			t.Fatalf("%q is answered in Chinese", header)
		}
	})
}

// TestWords holds each language to having all the words.
func TestWords(t *testing.T) {
	for _, w := range []words{english, chinese} {
		for i, text := range []string{
			w.lang, w.seal, w.holds, w.app, w.page, w.path, w.scene, w.parameter, w.version, w.listed, w.notListed, w.note, w.noCode,
			w.failNote, w.malformed, w.forged, w.unknown, w.unpublished, w.internal, w.later, w.envs[0], w.envs[1], w.envs[2],
		} {
			if text == "" {
				t.Errorf("%s lacks word %d", w.lang, i)
			}
		}
	}
}

// FuzzTicket shows any path as a page.
func FuzzTicket(f *testing.F) {
	f.Add("IAEBAQFRQ1qG7AE")
	f.Add("%3Cscript%3E")
	store, err := sqlite.Open(context.Background(), f.TempDir())
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = store.Close() })
	h := New(Config{Resolver: issue.NewResolver(store)})
	f.Fuzz(func(t *testing.T, path string) {
		_, err := h.resolve(path)
		if err == nil {
			t.Fatalf("%q leads somewhere", path)
		}
		if _, ok := errors.AsType[*issue.Error](err); !ok {
			t.Fatalf("%q: %v", path, err)
		}
	})
}
