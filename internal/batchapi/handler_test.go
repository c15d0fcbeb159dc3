package batchapi

import (
	"archive/tar"
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/suncode/suncode/internal/order"
	"github.com/suncode/suncode/internal/problem"
)

// TestWhole makes a batch with a bad row among the good ones.
func TestWhole(t *testing.T) {
	t.Parallel()
	r := newRig(t, plain())
	o := r.create("width=280&title=Tea/House&label=x", "text/csv", "scene,page\nid=1,\nid=2,pages/tea/tea\nno way,\n")
	if o.State != order.Queued || o.Title != "Tea-House" {
		t.Errorf("%+v", o)
	}
	o = r.await(o.ID, order.Done)
	if o.Rows != 3 || o.Good != 2 || o.Bad != 1 || o.Progress != 1 || o.Expires == nil {
		t.Errorf("%+v", o)
	}
	codes := r.codes(o.ID)
	if diff := cmp.Diff([]string{"id=1.jpg", "id=2.jpg"}, slices.Sorted(maps.Keys(codes))); diff != "" {
		t.Error(diff)
	}
	bad := r.get("/1/bad.jsonl")
	if !bytes.Contains(bad.body, []byte(`"row":3`)) || bad.Header.Get("Content-Type") != "application/x-ndjson; charset=utf-8" {
		t.Errorf("%v %s", bad.Header, bad.body)
	}
	if got := r.get("/1/manifest.csv").Header.Get("Content-Disposition"); got != "attachment; filename=Tea-House-manifest.csv" {
		t.Error(got)
	}
	if left, _ := filepath.Glob(filepath.Join(r.dir, "*", "s*")); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// TestUploads sends the same scenes in every way there is.
func TestUploads(t *testing.T) {
	t.Parallel()
	s := plain()
	s.limits.Open = 20
	r := newRig(t, s)
	form := func(name, fileType, source string) (string, string) {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		_ = w.WriteField("width", "280")
		_ = w.WriteField("columns", "scene:Nummer")
		_ = w.WriteField("ignore", "*")
		part, _ := w.CreatePart(map[string][]string{
			"Content-Disposition": {`form-data; name="file"; filename="` + name + `"`}, "Content-Type": {fileType},
		})
		_, _ = io.WriteString(part, source)
		_ = w.Close()
		return w.FormDataContentType(), b.String()
	}
	csvForm, csvBody := form("tables.csv", "application/octet-stream", "Nummer,Rest\nn1,x\nn2,y\n")
	typedForm, typedBody := form("tables", "text/csv", "Nummer,Rest\nn1,x\nn2,y\n")
	uploads := []struct{ name, query, contentType, body string }{
		{"curl, CSV", "width=280", "application/x-www-form-urlencoded", "scene\nn1\nn2\n"},
		{"curl, TSV", "width=280", "application/x-www-form-urlencoded", "scene\tlabel\nn1\ta\nn2\tb\n"},
		{"curl, JSON lines", "width=280", "application/x-www-form-urlencoded", "{\"scene\":\"n1\"}\n{\"scene\":\"n2\"}\n"},
		{"curl, lines", "width=280", "application/x-www-form-urlencoded", "n1\nn2\n"},
		{"no type, told", "width=280&form=lines", "", "n1\nn2\n"},
		{"CSV", "width=280", "text/csv; charset=utf-8", "\xef\xbb\xbfscene\nn1\nn2\n"},
		{"TSV", "width=280", "text/tab-separated-values", "scene\nn1\nn2\n"},
		{"JSON lines", "width=280", "application/x-ndjson", "{\"scene\":\"n1\"}\n{\"scene\":\"n2\"}\n"},
		{"lines", "width=280", "text/plain", "n1\nn2\n"},
		{"form", "", csvForm, csvBody},
		{"form with a type", "", typedForm, typedBody},
		{"JSON", "", "application/json", `{"pattern":"n{1..2}","width":280,"is_hyaline":false,"ignore":[],"line_color":{"r":0,"g":0,"b":0}}`},
		{"query alone", "width=280&pattern=n{1..2}", "", ""},
	}
	ids := make([]int64, len(uploads))
	for i, c := range uploads {
		ids[i] = r.create(c.query, c.contentType, c.body).ID
	}
	for i, c := range uploads {
		o := r.await(ids[i], order.Done)
		if got := slices.Sorted(maps.Keys(r.codes(o.ID))); o.Good != 2 || o.Bad != 0 || !slices.Equal(got, []string{"n1.jpg", "n2.jpg"}) {
			t.Errorf("%s: %d good, %d bad: %v", c.name, o.Good, o.Bad, got)
		}
		if strings.HasPrefix(c.name, "form") != (o.Title == "tables") {
			t.Errorf("%s: title %q", c.name, o.Title)
		}
		if got := r.do(http.MethodDelete, fmt.Sprintf("/%d", o.ID), "", nil); got.StatusCode != http.StatusOK {
			t.Errorf("%s: not removed: %s", c.name, got.body)
		}
	}
	if n := r.folders(); n != 0 {
		t.Errorf("%d folders are left", n)
	}
}

// TestTar makes random ids into a tar.
func TestTar(t *testing.T) {
	t.Parallel()
	r := newRig(t, plain())
	o := r.create("count=3&alphabet=hex&length=8&archive=tar&width=280&format=svg", "", "")
	r.await(o.ID, order.Done)
	got := r.get("/1/files?archive=tar")
	if got.Header.Get("Content-Type") != "application/x-tar" {
		t.Error(got.Header)
	}
	files := 0
	for archive := tar.NewReader(bytes.NewReader(got.body)); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(header.Name, ".svg") {
			files++
		}
	}
	if files != 3 {
		t.Errorf("%d pictures", files)
	}
	if got := r.get("/1/files?archive=zip"); got.problem() != "bad_request" {
		t.Errorf("as ZIP: %s", got.body)
	}
}

// TestParts fetches an archive in parts, and not again when it is known.
func TestParts(t *testing.T) {
	t.Parallel()
	r := newRig(t, plain())
	r.create("pattern=n{1..3}&width=280", "", "")
	r.await(1, order.Done)
	whole := r.get("/1/files")
	half := len(whole.body) / 2
	first := r.do(http.MethodGet, "/1/files", "", nil, "Range", fmt.Sprintf("bytes=0-%d", half-1))
	rest := r.do(http.MethodGet, "/1/files", "", nil, "Range", fmt.Sprintf("bytes=%d-", half), "If-Range", whole.Header.Get("ETag"))
	if first.StatusCode != http.StatusPartialContent || rest.StatusCode != http.StatusPartialContent || !bytes.Equal(slices.Concat(first.body, rest.body), whole.body) {
		t.Errorf("%d and %d", first.StatusCode, rest.StatusCode)
	}
	if got := r.do(http.MethodGet, "/1/files", "", nil, "If-None-Match", whole.Header.Get("ETag")); got.StatusCode != http.StatusNotModified {
		t.Error(got.StatusCode)
	}
	if got := r.do(http.MethodHead, "/1/files", "", nil); got.ContentLength != int64(len(whole.body)) || len(got.body) > 0 {
		t.Errorf("HEAD: %d", got.ContentLength)
	}
	if got := r.get("/1/bad.csv"); got.StatusCode != http.StatusOK || len(got.body) != 0 {
		t.Errorf("no bad rows: %d %q", got.StatusCode, got.body)
	}
}

// cases has, for every error that this API can answer, a call that brings it about.
func cases(t *testing.T) []struct {
	name string
	want problem.Failure
	call func(*rig) reply
} {
	t.Helper()
	small := func(change func(*setup)) *rig {
		s := plain()
		s.idle = true
		change(&s)
		return newRig(t, s)
	}
	post := func(r *rig, query, contentType, body string) reply {
		return r.do(http.MethodPost, query, contentType, strings.NewReader(body))
	}
	return []struct {
		name string
		want problem.Failure
		call func(*rig) reply
	}{
		{"no token", missingToken, func(r *rig) reply { return r.get("?access_token=") }},
		{"no such token", invalidToken, func(r *rig) reply { return r.get("?access_token=" + strings.Repeat("x", 43)) }},
		{"no such call", notFound, func(r *rig) reply { return r.get("/1/pictures") }},
		{"no number", notFound, func(r *rig) reply { return r.get("/first") }},
		{"no such batch", notFound, func(r *rig) reply { return r.get("/9999") }},
		{"a number written otherwise", notFound, func(r *rig) reply { return r.get("/01") }},
		{"PUT", wrongMethod, func(r *rig) reply { return r.do(http.MethodPut, "", "", nil) }},
		{"GET of cancel", wrongMethod, func(r *rig) reply { return r.get("/1/cancel") }},
		{"unknown setting", badSetting, func(r *rig) reply { return post(r, "?with=280", "text/plain", "n1") }},
		{"wrong setting", badSetting, func(r *rig) reply { return post(r, "?width=wide", "text/plain", "n1") }},
		{"setting out of range", badSetting, func(r *rig) reply { return post(r, "?width=12", "text/plain", "n1") }},
		{"setting twice", badSetting, func(r *rig) reply { return post(r, "?width=280&width=300", "text/plain", "n1") }},
		{"bounds are the server's", badSetting, func(r *rig) reply { return post(r, "?rows=5", "text/plain", "n1") }},
		{"fonts are the server's", badSetting, func(r *rig) reply { return post(r, "?font=/etc/passwd", "text/plain", "n1") }},
		{"archive of another kind", badSetting, func(r *rig) reply { return post(r, "?archive=rar", "text/plain", "n1") }},
		{"pattern without a range", badSetting, func(r *rig) reply { return post(r, "?pattern=n1", "", "") }},
		{"a query that is none", badRequest, func(r *rig) reply { return post(r, "?width=280;format=png", "text/plain", "n1") }},
		{"nothing", badRequest, func(r *rig) reply { return post(r, "", "", "") }},
		{"pattern and upload", badRequest, func(r *rig) reply { return post(r, "?pattern=n{1..2}", "text/plain", "n1") }},
		{"JSON that is none", badRequest, func(r *rig) reply { return post(r, "", "application/json", `[1]`) }},
		{"JSON lines as JSON", badRequest, func(r *rig) reply { return post(r, "", "application/json", "{\"scene\":\"n1\"}\n{\"scene\":\"n2\"}\n") }},
		{"long JSON", tooLarge, func(r *rig) reply { return post(r, "", "application/json", strings.Repeat(" ", maxSettings)+`{}`) }},
		{"a form that is none", badRequest, func(r *rig) reply { return post(r, "", "multipart/form-data; boundary=x", "scene\nn1\n") }},
		{"a form that breaks off", cutOff, func(r *rig) reply {
			return post(r, "", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nn1\nn2")
		}},
		{"a form whose field comes late", badRequest, func(r *rig) reply {
			return post(r, "", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nn1\n\r\n"+
				"--x\r\nContent-Disposition: form-data; name=\"width\"\r\n\r\n280\r\n--x--\r\n")
		}},
		{"a form of many fields", tooLarge, func(r *rig) reply {
			field := "--x\r\nContent-Disposition: form-data; name=\"width\"\r\n\r\n280\r\n"
			return post(r, "", "multipart/form-data; boundary=x", strings.Repeat(field, maxFieldCount+1)+"--x--\r\n")
		}},
		{"a form without boundary", wrongType, func(r *rig) reply { return post(r, "", "multipart/form-data", "n1") }},
		{"a picture", wrongType, func(r *rig) reply { return post(r, "", "image/png", "n1") }},
		{"compressed", wrongType, func(r *rig) reply {
			return r.do(http.MethodPost, "", "text/plain", strings.NewReader("n1"), "Content-Encoding", "gzip")
		}},
		{"too large", tooLarge, func(r *rig) reply { return post(r, "", "text/plain", strings.Repeat("n", 2<<20)) }},
		{"too large, length not told", tooLarge, func(r *rig) reply {
			return r.do(http.MethodPost, "", "text/plain", io.MultiReader(strings.NewReader(strings.Repeat("n", 2<<20))))
		}},
		{"a list from nowhere", badRequest, func(r *rig) reply { return r.get("?before=x") }},
		{"a long list", badRequest, func(r *rig) reply { return r.get("?limit=1000") }},
		{"files before they are made", atWork, func(r *rig) reply {
			post(r, "", "text/plain", "n1")
			return r.get("/1/files")
		}},
		{"removing what is not over", atWork, func(r *rig) reply { return r.do(http.MethodDelete, "/1", "", nil) }},
		{"files of what was cancelled", unmade, func(r *rig) reply {
			r.do(http.MethodPost, "/1/cancel", "", nil)
			return r.get("/1/files")
		}},
		{"too many", tooMany, func(*rig) reply {
			one := small(func(s *setup) { s.limits.Open = 1 })
			post(one, "", "text/plain", "n1")
			return post(one, "", "text/plain", "n2")
		}},
		{"no batches at all", closed, func(*rig) reply {
			return post(small(func(s *setup) { s.limits.Open = 0 }), "", "text/plain", "n1")
		}},
		{"many streams", busy, func(*rig) reply {
			none := small(func(s *setup) { s.handler = func(h *Handler) { h.streams.One = 0 } })
			post(none, "", "text/plain", "n1")
			return none.get("/1/events")
		}},
		{"no space for batches", noSpace, func(*rig) reply {
			full := small(func(s *setup) { s.limits.Space = 100 })
			post(full, "", "text/plain", strings.Repeat("n1\n", 10_000))
			return post(full, "", "text/plain", "n2")
		}},
		{"no space on the disk", noSpace, func(*rig) reply {
			return post(small(func(s *setup) { s.free = func() (int64, error) { return order.Reserve - 1, nil } }), "", "text/plain", "n1")
		}},
	}
}

func TestProblems(t *testing.T) {
	t.Parallel()
	s := plain()
	s.idle = true
	r := newRig(t, s)
	for _, c := range cases(t) {
		got := c.call(r)
		if got.StatusCode != c.want.Status || got.problem() != c.want.Code {
			t.Errorf("%s: got %d %s, want %v", c.name, got.StatusCode, got.body, c.want)
		}
	}
	if n := r.folders(); n != 0 {
		t.Errorf("%d folders are left", n)
	}
}

// TestDocs holds the table of errors in docs/API.md to the failures that there are.
func TestDocs(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "API.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, table, ok := strings.Cut(string(text), "<!-- table: batch errors -->\n")
	if !ok {
		t.Fatal("docs/API.md has no table of batch errors")
	}
	table, _, _ = strings.Cut(table, "\n\n")
	var got, want []string
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\| (\\d+) \\|").FindAllStringSubmatch(table, -1) {
		got = append(got, row[2]+" "+row[1])
	}
	for _, f := range []problem.Failure{
		problem.Internal, badRequest, badSetting, cutOff, missingToken, invalidToken, expiredToken, closed, notFound, wrongMethod, tooSlow,
		atWork, unmade, tooLarge, wrongType, tooMany, busy, noSpace,
	} {
		want = append(want, fmt.Sprint(f.Status, " ", f.Code))
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for name := range fields {
		if !strings.Contains(string(text), "`"+name+"`") {
			t.Errorf("docs/API.md lacks the setting %s", name)
		}
	}
}

// TestOtherApp sees nothing of an app's batches.
func TestOtherApp(t *testing.T) {
	t.Parallel()
	s := plain()
	s.idle = true
	r := newRig(t, s)
	r.create("", "text/plain", "n1")
	query := "?access_token=" + r.tokens[1]
	if got := r.get(query); string(got.body) != "{\"batches\":[]}\n" {
		t.Errorf("list: %s", got.body)
	}
	for key, known := range routes {
		for _, route := range known {
			if key == "" {
				continue
			}
			got := r.do(route.method, strings.Replace(key, "{id}", "1", 1)+query, "", nil)
			if got.problem() != "not_found" {
				t.Errorf("%s %s: %s", route.method, key, got.body)
			}
		}
	}
	if got := r.parse(r.get("/1")); got.State != order.Queued {
		t.Errorf("the batch is %s", got.State)
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	s := plain()
	s.idle = true
	r := newRig(t, s)
	for range 3 {
		r.create("", "text/plain", "n1")
	}
	ids := func(query string) string {
		var ids []byte
		for _, id := range regexp.MustCompile(`"id":(\d+)`).FindAllSubmatch(r.get(query).body, -1) {
			ids = append(ids, id[1]...)
		}
		return string(ids)
	}
	if got := ids("") + " " + ids("?limit=2") + " " + ids("?before=2"); got != "321 32 1" {
		t.Error(got)
	}
}

// TestHostile uploads what is no list of scenes. The rest of a batch is made where there is one.
func TestHostile(t *testing.T) {
	t.Parallel()
	s := plain()
	s.limits.Upload = 12 << 20
	r := newRig(t, s)
	uploads := []struct {
		name, contentType, body string
		good                    int64
		state                   order.State
	}{
		{"a cell of 10 MB", "text/csv", "scene\nn1\n\"" + strings.Repeat("x", 10<<20) + "\"\nn2\n", 1, order.Done},
		{"a line of 10 MB", "text/plain", "n1\n" + strings.Repeat("x", 10<<20) + "\nn2\n", 2, order.Done},
		{"NULs", "text/plain", "n1\n\x00\x00\nn2\n", 2, order.Done},
		{"formulas", "text/csv", "scene,label\n\"=cmd|' /C calc'!A0\",=1\nn2,x\n", 1, order.Done},
		{"a picture as CSV", "text/csv", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", 0, order.Failed},
		{"no scene among the columns", "text/csv", "a,b\n1,2\n", 0, order.Failed},
		{"paths", "text/csv", "scene,file\nn1,../../etc/passwd\nn2,/etc/passwd\nn3,ok\n", 1, order.Done},
	}
	ids := make([]int64, len(uploads))
	for i, c := range uploads {
		ids[i] = r.create("width=280", c.contentType, c.body).ID
	}
	for i, c := range uploads {
		o := r.await(ids[i], c.state)
		if o.Good < c.good {
			t.Errorf("%s: %d good, %d bad", c.name, o.Good, o.Bad)
		}
		if c.state == order.Failed {
			if o.Error == nil || o.Error.Code != order.BadSource {
				t.Errorf("%s: %+v", c.name, o.Error)
			}
			if got := r.get(fmt.Sprintf("/%d/files", o.ID)); got.problem() != "unmade" {
				t.Errorf("%s: files: %s", c.name, got.body)
			}
			continue
		}
		r.codes(o.ID)
	}
}

// TestRows fails a batch with more rows than one may have.
func TestRows(t *testing.T) {
	t.Parallel()
	s := plain()
	s.limits.Rows = 3
	r := newRig(t, s)
	more := r.create("width=280", "text/plain", "n1\nn2\nn3\nn4\n")
	just := r.create("width=280", "text/plain", "n1\nn2\nn3\n")
	if o := r.await(more.ID, order.Failed); o.Error.Code != order.TooMuch {
		t.Errorf("%+v", o.Error)
	}
	r.await(just.ID, order.Done)
}

// begin sends the head of an upload of lines, and as many bytes of it.
func (r *rig) begin(bytes int) *net.TCPConn {
	r.t.Helper()
	conn, err := new(net.Dialer).DialContext(r.t.Context(), "tcp", r.Listener.Addr().String())
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = conn.Close() })
	fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: text/plain\r\nContent-Length: 100000\r\n\r\n", Path, r.tokens[0])
	_, _ = io.WriteString(conn, strings.Repeat("n1\n", bytes/3))
	return conn.(*net.TCPConn)
}

// TestCutOff leaves nothing of an upload that breaks off.
func TestCutOff(t *testing.T) {
	t.Parallel()
	s := plain()
	s.idle = true
	r := newRig(t, s)
	conn := r.begin(30_000)
	for end := time.Now().Add(5 * time.Second); r.folders() == 0 && time.Now().Before(end); {
		time.Sleep(5 * time.Millisecond)
	}
	if err := conn.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, _ := io.ReadAll(answer.Body)
	if got := (reply{answer, body}); got.problem() != cutOff.Code {
		t.Errorf("%s", body)
	}
	if n := r.folders(); n != 0 {
		t.Errorf("%d folders are left", n)
	}
}

// TestReset holds that a caller whose connection is reset, early or late in an upload, is to blame for it.
func TestReset(t *testing.T) {
	t.Parallel()
	s := plain()
	s.idle = true
	r := newRig(t, s)
	for i, bytes := range []int{0, 300, 30_000} {
		conn := r.begin(bytes)
		time.Sleep(20 * time.Millisecond) // until the server waits for more; without it the test tests less
		if err := errors.Join(conn.SetLinger(0), conn.Close()); err != nil {
			t.Fatal(err)
		}
		if got, want := r.observation(i), Path+" "+cutOff.Code; got != want {
			t.Errorf("%d bytes: %q, want %q", bytes, got, want)
		}
	}
}

// bound notes the deadline for reading.
type bound struct {
	http.ResponseWriter
	until time.Time
}

func (b *bound) SetReadDeadline(t time.Time) error { b.until = t; return nil }

// TestPatient holds that a body is waited for, and not what comes after it: a connection whose time is over takes the
// call's context with it.
func TestPatient(t *testing.T) {
	b := &bound{}
	body := &patient{Reader: strings.NewReader("scene"), control: http.NewResponseController(b), end: time.Now().Add(time.Hour)}
	if _, err := io.ReadFull(body, make([]byte, 5)); err != nil || b.until.IsZero() {
		t.Errorf("no bound at work: %v", err)
	}
	if _, err := body.Read(make([]byte, 1)); !errors.Is(err, io.EOF) || !b.until.IsZero() {
		t.Errorf("%v, and until %v", err, b.until)
	}
}

// TestCancel cancels a batch at work, and then removes it.
func TestCancel(t *testing.T) {
	t.Parallel()
	r := newRig(t, plain())
	o := r.create("pattern=n{1..90000}", "", "")
	for r.parse(r.get("/1")).Rows == 0 {
		time.Sleep(20 * time.Millisecond)
	}
	if got := r.parse(r.do(http.MethodPost, "/1/cancel", "", nil)); got.State != order.Cancelling {
		t.Errorf("state %s", got.State)
	}
	o = r.await(o.ID, order.Cancelled)
	if o.Rows == 0 || o.Rows >= 90_000 || r.folders() != 0 {
		t.Errorf("%+v, %d folders", o, r.folders())
	}
	if got := r.do(http.MethodPost, "/1/cancel", "", nil); r.parse(got).State != order.Cancelled {
		t.Errorf("again: %s", got.body)
	}
	if got := r.do(http.MethodDelete, "/1", "", nil); string(got.body) != "{\"removed\":1}\n" {
		t.Errorf("%s", got.body)
	}
	if got := r.get("/1"); got.problem() != "not_found" {
		t.Errorf("removed: %s", got.body)
	}
}

// TestFullAtWork fails a batch that fills its share of the disk, and gives the space back.
func TestFullAtWork(t *testing.T) {
	t.Parallel()
	s := plain()
	s.limits.Space = 4 << 20
	r := newRig(t, s)
	r.create("pattern=n{1..90000}", "", "")
	if o := r.await(1, order.Failed); o.Error.Code != order.NoSpace {
		t.Errorf("%+v", o.Error)
	}
	if left, err := filepath.Glob(filepath.Join(r.dir, "*", "*")); err != nil || len(left) != 0 {
		t.Errorf("left: %v, %v", left, err)
	}
	if err := r.desk.Sweep(t.Context()); err != nil || r.folders() != 0 {
		t.Errorf("%d folders are left, %v", r.folders(), err)
	}
	r.await(r.create("pattern=n{1..3}", "", "").ID, order.Done)
}

// TestTwoAtOnce does not have a small batch wait for a large one.
func TestTwoAtOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t, plain())
	large := r.create("pattern=n{1..90000}", "", "")
	small := r.create("pattern=m{1..20}&width=280", "", "")
	r.await(small.ID, order.Done)
	if got := r.parse(r.get(fmt.Sprintf("/%d", large.ID))); got.State.Final() {
		t.Errorf("the large one is %s", got.State)
	}
	if got := len(r.codes(small.ID)); got != 20 {
		t.Errorf("%d codes", got)
	}
	r.do(http.MethodPost, fmt.Sprintf("/%d/cancel", large.ID), "", nil)
	r.await(large.ID, order.Cancelled)
}

// TestKeep removes what was kept long enough, and strays.
func TestKeep(t *testing.T) {
	t.Parallel()
	s := plain()
	s.limits.Keep = time.Minute
	r := newRig(t, s)
	r.create("pattern=n{1..2}&width=280", "", "")
	r.await(1, order.Done)
	stray := filepath.Join(r.dir, "STRAY")
	if err := os.Mkdir(stray, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := r.desk.Sweep(t.Context()); err != nil || r.folders() != 2 {
		t.Fatalf("%d folders, %v", r.folders(), err)
	}
	old := time.Now().Add(-48 * time.Hour)
	if err := os.Chtimes(stray, old, old); err != nil {
		t.Fatal(err)
	}
	r.desk.Limits.Keep = -time.Minute
	if err := r.desk.Sweep(t.Context()); err != nil || r.folders() != 0 {
		t.Errorf("%d folders, %v", r.folders(), err)
	}
	if got := r.get("/1"); got.problem() != "not_found" {
		t.Errorf("%s", got.body)
	}
}

// TestObserved names calls by their paths, not by what strangers send.
func TestObserved(t *testing.T) {
	t.Parallel()
	s := plain()
	s.idle = true
	r := newRig(t, s)
	r.create("", "text/plain", "n1")
	r.get("/1")
	r.get("/77/bad.csv")
	r.get("/1/anything")
	r.Close()
	want := []string{Path + " ok", Path + "/{id} ok", Path + "/{id}/bad.csv not_found", "other not_found"}
	if diff := cmp.Diff(want, r.observed); diff != "" {
		t.Error(diff)
	}
}
