package console

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/suncode/suncode/internal/issue"
)

const wasm = "\x00asm\x01\x00\x00\x00"

// engine is a program's with the scanner in it.
func engine(t *testing.T) fstest.MapFS {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(wasm)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return fstest.MapFS{
		"engine/README":       {Data: []byte("x")},
		"engine/browser.js":   {Data: []byte("export {};")},
		"engine/scan.wasm.gz": {Data: b.Bytes()},
	}
}

// got is the answer of a handler with these files.
func got(t *testing.T, files fstest.MapFS, path string, header http.Header) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	r.Header = header
	New(Config{Engine: files}).ServeHTTP(w, r)
	return w
}

func TestScanPage(t *testing.T) {
	for _, c := range []struct {
		files                      fstest.MapFS
		language, lang, title, has string
	}{
		{engine(t), "", "en", "Scan a code", "yes"},
		{engine(t), "zh-CN,zh;q=0.9", "zh-CN", "扫码", "yes"},
		{fstest.MapFS{}, "en", "en", "Scan a code", "no"},
	} {
		w := got(t, c.files, ScanPath, http.Header{"Accept-Language": {c.language}})
		body := w.Body.String()
		for _, want := range []string{
			`<html lang="` + c.lang + `">`, "<title>" + c.title + "</title>", `data-engine="` + c.has + `"`, `role="status"`,
			`<meta name="viewport"`, "<noscript>",
		} {
			if !strings.Contains(body, want) {
				t.Errorf("%s: the page lacks %s", c.language, want)
			}
		}
		if strings.Contains(body, "style=") || strings.Contains(body, "://") && strings.Count(body, "://") != strings.Count(body, "http://www.w3.org/2000/svg") {
			t.Errorf("%s: the page has a style of its own or names another place", c.language)
		}
		header := w.Result().Header
		if w.Code != http.StatusOK || header.Get("Content-Type") != "text/html; charset=utf-8" || header.Get("Content-Language") != c.lang ||
			header.Get("Content-Security-Policy") != scanPolicy || !strings.Contains(header.Get("Permissions-Policy"), "camera=(self)") {
			t.Errorf("%s: %d %v", c.language, w.Code, header)
		}
	}
}

// TestScanWords holds that both languages have the same texts, that the page asks for none that is not there, and
// that the page's data can be read.
func TestScanWords(t *testing.T) {
	keys := func(lang string) []string {
		var all []string
		for key, text := range scanWords[lang] {
			if text == "" {
				t.Errorf("%s has no text for %s", lang, key)
			}
			all = append(all, key)
		}
		slices.Sort(all)
		return all
	}
	if diff := cmp.Diff(keys("en"), keys("zh-CN")); diff != "" {
		t.Error(diff)
	}
	asked := regexp.MustCompile(`(?:\.T |say\(|tell\(|data-(?:text|label)=)["'](\w+)["']`)
	count := 0
	for _, name := range []string{"page.html", "main.js", "view.js", "words.js"} {
		text, err := scanFiles.ReadFile("scan/" + name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range asked.FindAllSubmatch(text, -1) {
			count++
			if scanWords["en"][string(m[1])] == "" {
				t.Errorf("%s asks for %s, which has no text", name, m[1])
			}
		}
	}
	if count < 40 {
		t.Errorf("found only %d texts", count)
	}
	body := got(t, engine(t), ScanPath, nil).Body.String()
	_, data, _ := strings.Cut(body, `id="words">`)
	data, _, _ = strings.Cut(data, "</script>")
	var words map[string]map[string]string
	if err := json.Unmarshal([]byte(data), &words); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(scanWords, words); diff != "" {
		t.Error(diff)
	}
}

func TestScanFiles(t *testing.T) {
	files := engine(t)
	for path, kind := range map[string]string{
		"/scan/main.js": "text/javascript; charset=utf-8", "/scan/page.css": "text/css; charset=utf-8", "/scan/scan.css": "text/css; charset=utf-8",
		"/scan/mark.svg": "image/svg+xml", "/scan/engine/browser.js": "text/javascript; charset=utf-8", "/scan/engine/scan.wasm": "application/wasm",
	} {
		w := got(t, files, path, nil)
		header := w.Result().Header
		if w.Code != http.StatusOK || header.Get("Content-Type") != kind || header.Get("Content-Security-Policy") != scanPolicy || header.Get("Etag") == "" {
			t.Errorf("%s: %d %v", path, w.Code, header)
		}
		again := got(t, files, path, http.Header{"If-None-Match": {header.Get("Etag")}})
		if again.Code != http.StatusNotModified {
			t.Errorf("%s, known already: %d", path, again.Code)
		}
	}
	for _, path := range []string{
		"/scan/", "/scan/page.html", "/scan/no.js", "/scan/engine", "/scan/engine/", "/scan/engine/README", "/scan/engine/../main.js", "/scan//main.js",
	} {
		if w := got(t, files, path, nil); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	if w := got(t, fstest.MapFS{}, "/scan/engine/scan.wasm", nil); w.Code != http.StatusNotFound {
		t.Errorf("a scanner that is not there: %d", w.Code)
	}
	plain := got(t, files, "/scan/engine/scan.wasm", nil)
	if plain.Body.String() != wasm || plain.Result().Header.Get("Content-Encoding") != "" {
		t.Errorf("got %q, %v", plain.Body.String(), plain.Result().Header)
	}
	packed := got(t, files, "/scan/engine/scan.wasm", http.Header{"Accept-Encoding": {"br, gzip"}})
	if !bytes.Equal(packed.Body.Bytes(), files["engine/scan.wasm.gz"].Data) || packed.Result().Header.Get("Content-Encoding") != "gzip" {
		t.Errorf("got %q, %v", packed.Body.String(), packed.Result().Header)
	}
	files["engine/scan.wasm.gz"].Data = []byte("damaged")
	if w := got(t, files, "/scan/engine/scan.wasm", nil); w.Code != http.StatusInternalServerError {
		t.Errorf("a damaged scanner: %d", w.Code)
	}
}

// TestOpenLink holds that the page of a square code leads to the app where the server was told how.
func TestOpenLink(t *testing.T) {
	r := newRig(t)
	for template, want := range map[string]string{
		"https://h5.example.com/{page}?{query}": `href="https://h5.example.com/pages/item/item?x=1&amp;y=2"`,
		"myapp://open?path={path}":              `href="myapp://open?path=pages%2Fitem%2Fitem%3Fx%3D1%26y%3D2"`,
	} {
		link, err := issue.ParseLink(template)
		if err != nil {
			t.Fatal(err)
		}
		with := httptest.NewServer(New(Config{Resolver: issue.NewResolver(r.store), Link: link}))
		raw := r.path(t, "pages/item/item?x=1&y=2", "release")
		other := &rig{Server: with, store: r.store, app: r.app}
		if page := other.page(t, raw, "zh-CN"); !strings.Contains(page.text, want) || !strings.Contains(page.text, ">打开<") {
			t.Errorf("%s: the page lacks %s:\n%s", template, want, page.text)
		}
		with.Close()
	}
}
