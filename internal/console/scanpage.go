package console

import (
	"bytes"
	"compress/gzip"
	"embed"
	"errors"
	"html/template"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"
)

// ScanPath is the scan page. What it consists of lies below it.
const ScanPath = "/scan"

var (
	//go:embed scan
	scanFiles embed.FS
	//go:embed engine
	engineFiles embed.FS

	//go:embed scan/page.html
	scanText string
	scanPage = template.Must(template.New("scan").Parse(scanText))

	//go:embed scan/mark.svg
	mark template.HTML
)

// scanPolicy lets the page use what it came with: scripts, WebAssembly, a worker, and calls of this server. The worker
// and the scripts are sent with it too, since a worker has a policy of its own.
const scanPolicy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; img-src 'self'; " +
	"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// scanContent is what the page is made of.
type scanContent struct {
	Lang, Engine, Privacy string
	Mark                  template.HTML
	Words                 map[string]map[string]string
}

// T is a text of the page in its language.
func (c scanContent) T(key string) string { return c.Words[c.Lang][key] }

// wasmFile is the one file of the engine that is kept compressed.
const wasmFile = "scan.wasm"

// hasEngine tells whether the scanner for browsers is in this program.
func hasEngine(files fs.FS) bool {
	_, err := fs.Stat(files, "engine/"+wasmFile+".gz")
	return err == nil
}

// scanRoot answers with the scan page.
func (h *Handler) scanRoot(w http.ResponseWriter, r *http.Request) {
	c := scanContent{Lang: languageOf(r.Header.Get("Accept-Language")).lang, Engine: "no", Privacy: "sent", Mark: mark, Words: scanWords}
	if hasEngine(h.Engine) {
		c.Engine, c.Privacy = "yes", "private"
	}
	var body bytes.Buffer
	if err := scanPage.Execute(&body, c); err != nil {
		panic(err) // the template and what it is given are ours
	}
	header := w.Header()
	header.Set("Content-Language", c.Lang)
	header.Set("Vary", "Accept-Language")
	scanHeaders(header)
	http.ServeContent(w, r, "page.html", time.Time{}, bytes.NewReader(body.Bytes()))
}

// scanHeaders are those of the page and of all that it consists of.
func scanHeaders(header http.Header) {
	header.Set("Content-Security-Policy", scanPolicy)
	header.Set("Permissions-Policy", "camera=(self), microphone=(), geolocation=()")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	header.Set("Cache-Control", "no-cache")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("X-Content-Type-Options", "nosniff")
}

// scanFile answers with a file of the page.
func (h *Handler) scanFile(w http.ResponseWriter, r *http.Request, name string) error {
	data, encoding, err := h.file(name, strings.Contains(r.Header.Get("Accept-Encoding"), "gzip"))
	if err != nil {
		return err
	}
	header := w.Header()
	scanHeaders(header)
	header.Set("Content-Type", contentType(name))
	header.Set("Vary", "Accept-Encoding")
	if encoding != "" {
		header.Set("Content-Encoding", encoding)
	}
	header.Set("ETag", `"`+hash(string(data))+`"`)
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(data))
	return nil
}

// file is a file of the page, and its encoding where it is compressed.
func (h *Handler) file(name string, takesGzip bool) (data []byte, encoding string, err error) {
	if name == "page.css" {
		return []byte(style), "", nil
	}
	if name == "page.html" || name == "engine/README" {
		return nil, "", fs.ErrNotExist
	}
	if !strings.HasPrefix(name, "engine/") {
		data, err = scanFiles.ReadFile("scan/" + name)
		return data, "", err
	}
	if name != "engine/"+wasmFile {
		data, err = fs.ReadFile(h.Engine, name)
		return data, "", err
	}
	data, err = fs.ReadFile(h.Engine, name+".gz")
	if err != nil || takesGzip {
		return data, "gzip", err
	}
	plain, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, "", err
	}
	data, err = io.ReadAll(plain)
	return data, "", err
}

// contentType does not depend on what the machine knows.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".wasm":
		return "application/wasm"
	}
	if known := mime.TypeByExtension(path.Ext(name)); known != "" {
		return known
	}
	return "text/plain; charset=utf-8"
}

// serveScan answers what is at ScanPath and below.
func (h *Handler) serveScan(w http.ResponseWriter, r *http.Request) (code string, err error) {
	name, below := strings.CutPrefix(r.URL.Path, ScanPath+"/")
	if !below {
		h.scanRoot(w, r)
		return "ok", nil
	}
	err = h.scanFile(w, r, name)
	switch {
	case err == nil:
		return "ok", nil
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrInvalid):
		http.NotFound(w, r)
		return "not_found", err
	}
	http.Error(w, "the file cannot be read", http.StatusInternalServerError)
	return internalCode, err
}
