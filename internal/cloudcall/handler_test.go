package cloudcall

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/suncode/suncode/internal/issue"
)

const unlimited = "wxacode.getUnlimited"

func TestCall(t *testing.T) {
	r := newRig(t, nil, "wxacode.createQRCode", "wxacode.get", unlimited)
	for api, path := range apis {
		got := r.send(t, newRequest(api, "scene", `"a=1"`, "line_color", `{"r":1}`))
		if want := "wx1 " + path + ` {"scene":"a=1","line_color":{"r":1}}`; string(got.data) != want || got.mediaType != "image/jpeg" || got.httpCode != 200 {
			t.Errorf("%s: got %v, want %s", api, got, want)
		}
	}
	if got := r.observed[len(r.observed)-1]; got != "/admin 0" {
		t.Errorf("observed %s", got)
	}
}

// TestParameters holds what the API gets of the parameters.
func TestParameters(t *testing.T) {
	r := newRig(t, nil, unlimited)
	for _, c := range []struct {
		pairs []string
		want  string
	}{
		{nil, `{}`},
		{[]string{"isHyaline", "true", "autoColor", "false"}, `{"is_hyaline":true,"auto_color":false}`},
		{[]string{"scene", `"\u0026"`, "scene", ` "b" `}, `{"scene":"\u0026","scene": "b" }`},
		{[]string{"page", `null`, "Scene", `1`}, `{"page":null,"_scene":1}`},
		{[]string{`a":1,"b`, `1`}, `{"a\":1,\"b":1}`},
		{[]string{"", `"é"`}, `{"":"é"}`},
	} {
		if got := r.send(t, newRequest(unlimited, c.pairs...)); string(got.data) != "wx1 /wxa/getwxacodeunlimit "+c.want {
			t.Errorf("%q: got %v, want %s", c.pairs, got, c.want)
		}
	}
	for _, value := range []string{"", "a=1", "{", `1,"page":"x"`, `"a"}{`, "\xff", `"` + "\n" + `"`} {
		got := r.send(t, newRequest(unlimited, "scene", value))
		if got.code != "INVALID_PARAM" || got.message != `the parameter "scene" is not JSON` {
			t.Errorf("%q: got %v", value, got)
		}
	}
}

// refusals has, for every error of the gateway, calls that bring it about.
var refusals = []struct {
	name    string
	code    string // by name or number
	message string // begins with, for those by name
	change  func(*request)
}{
	{"GET", "INVALID_PARAM", "a cloud call is a POST", func(q *request) { q.method = http.MethodGet }},
	{"other action", "INVALID_PARAM", `the action "database.queryDocument"`, func(q *request) { q.parts["action"] = "database.queryDocument" }},
	{"no action", "INVALID_PARAM", `the action ""`, func(q *request) { delete(q.parts, "action") }},
	{"many parts", "INVALID_PARAM", "the form has more than 32 parts", func(q *request) {
		for i := range 32 {
			q.parts[fmt.Sprint("more", i)] = "1"
		}
	}},
	{"a part twice", "INVALID_PARAM", `the form has two parts "apiname"`, func(q *request) { q.parts["APINAME"] = "wxacode.get" }},
	{"a part without a name", "INVALID_PARAM", "a part of the form has no name", func(q *request) { q.parts[""] = "x" }},
	{"message cut off", "INVALID_PARAM", "requestData is no CommApiData message", func(q *request) {
		q.parts["requestData"] = q.parts["requestData"][:8]
	}},
	{"message with a key that is no text", "INVALID_PARAM", "requestData is no CommApiData message: a key", func(q *request) {
		q.parts["requestData"] = encodeMessage(0, "", "\xff", "1")
	}},
	{"value that is not JSON", "INVALID_PARAM", `the parameter "page"`, func(q *request) {
		q.parts["requestData"] = encodeMessage(0, "", "page", "pages/index")
	}},
	{"a file", "INVALID_PARAM", `the parameter "media"`, func(q *request) {
		q.parts["requestData"] = "\x12\x10\x0a\x0e\x0a\x05media\x12\x01\x31\x1a\x02a/"
	}},
	{"long body", "INVALID_PARAM", "the body is longer than 262144 bytes", func(q *request) {
		q.parts["wxCloudApiToken"] = strings.Repeat("x", maxBody)
	}},
	{"unknown secret id", "SIGN_PARAM_INVALID", `secret id error: no cloud function has the secret id "AKIDother"`, func(q *request) { q.id = "AKIDother" }},
	{"wrong key", "SIGN_PARAM_INVALID", "signature is wrong", func(q *request) { q.key += "x" }},
	{"not signed", "SIGN_PARAM_INVALID", "the request is not signed", func(q *request) { q.key = "" }},
	{"signed long ago", "SIGN_PARAM_INVALID", "signature is expired", func(q *request) { q.made = q.made.Add(-15*time.Minute - time.Second) }},
	{"signed in the future", "SIGN_PARAM_INVALID", "signature is expired", func(q *request) { q.made = q.made.Add(5*time.Minute + time.Second) }},
	{"API not signed", "SIGN_PARAM_INVALID", "the signature does not cover apiname", func(q *request) { q.signed = []string{"action", "envname"} }},
	{"environment not signed", "SIGN_PARAM_INVALID", "the signature does not cover envname", func(q *request) { q.signed = []string{"action", "apiname"} }},
	{"other environment", "INVALIID_ENV", `the function qrcode is in the environment local-env, not in "prod-1"`, func(q *request) { q.parts["envName"] = "prod-1" }},
	{"unknown API", "-604100", "", func(q *request) { q.parts["apiName"] = "wxacode.getunlimited" }},
	{"no API", "-604100", "", func(q *request) { q.parts["apiName"] = "" }},
	{"another kind of API", "-604100", "", func(q *request) { q.parts["requestData"] = encodeMessage(2, "") }},
	{"no permission", "-604101", "", func(q *request) { q.parts["apiName"] = "wxacode.get" }},
	{"for another app", "-604101", "", func(q *request) { q.parts["requestData"] = encodeMessage(0, "wx2") }},
}

// label is the outcome's code as logs have it, "0" for a call that went through.
func (o outcome) label() string {
	if o.code != "" {
		return o.code
	}
	return strconv.Itoa(int(o.errorCode))
}

func TestRefusals(t *testing.T) {
	for _, c := range refusals {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, nil, unlimited)
			q := newRequest(unlimited, "scene", `"a=1"`)
			c.change(&q)
			got := r.send(t, q)
			if got.label() != c.code || !strings.HasPrefix(got.message, c.message) || len(got.data) > 0 {
				t.Errorf("got %v, want %s %s", got, c.code, c.message)
			}
			r.Close() // waits for the call to end, which it does after its answer
			if log := r.log.String(); !strings.Contains(log, `"code":"`+c.code+`"`) || !strings.Contains(log, "reason") || strings.Contains(log, recordedKey) {
				t.Errorf("logged %s", log)
			}
			if !slices.Equal(r.observed, []string{"/admin " + c.code}) {
				t.Errorf("observed %v", r.observed)
			}
		})
	}
}

// TestTaken has calls that differ from the usual one and are as good.
func TestTaken(t *testing.T) {
	r := newRig(t, nil, unlimited)
	for name, change := range map[string]func(*request){
		"no environment":         func(q *request) { delete(q.parts, "envName") },
		"own appid":              func(q *request) { q.parts["requestData"] = encodeMessage(0, "wx1", "scene", `"a=1"`) },
		"unknown fields":         func(q *request) { q.parts["requestData"] += "\x39\x00\x01\x02\x03\x04\x05\x06\x07\x52\x01x\x10\x01" },
		"requestData not signed": func(q *request) { q.signed = []string{"action", "apiname", "envname"} },
		"almost too old":         func(q *request) { q.made = q.made.Add(-15 * time.Minute) },
		"almost too new":         func(q *request) { q.made = q.made.Add(5 * time.Minute) },
		"other query":            func(q *request) { q.query = "env=local-env&seqId=%7e1&x=a+b" },
		"more parts":             func(q *request) { q.parts["cgiName"], q.parts["sessionToken"] = "commrpcv2", strings.Repeat("t", 4096) },
	} {
		q := newRequest(unlimited, "scene", `"a=1"`)
		change(&q)
		if got := r.send(t, q); string(got.data) != recordedShort {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

// TestBodies has bodies that are no form at all, or end too soon.
func TestBodies(t *testing.T) {
	r := newRig(t, nil, unlimited)
	whole, contentType, _ := newRequest(unlimited).form(t)
	for _, c := range []struct{ contentType, body, message string }{
		{"", whole.String(), "the body is not multipart/form-data"},
		{"application/json", `{"action":"wx.openApi"}`, "the body is not multipart/form-data"},
		{"multipart/form-data", whole.String(), "the body is not multipart/form-data"},
		{"multipart/form-data; boundary=\"", whole.String(), "the body is not multipart/form-data"},
		{"multipart/form-data; boundary=other", whole.String(), "the form has no parts"},
		{contentType, "", "the form has no parts"},
		{contentType, whole.String()[:whole.Len()-10], "the body is no multipart form"},
		{contentType, whole.String()[:whole.Len()/2], "the body is no multipart form"},
		{contentType, strings.Repeat("\r\n", maxBody), "the body is longer"},
	} {
		for _, chunked := range []bool{false, true} {
			body := io.Reader(strings.NewReader(c.body))
			if chunked {
				body = io.MultiReader(body) // of unknown length
			}
			q, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.URL+Path, body)
			if err != nil {
				t.Fatal(err)
			}
			q.Header.Set("Content-Type", c.contentType)
			if got := r.do(t, q); got.code != "INVALID_PARAM" || !strings.HasPrefix(got.message, c.message) {
				t.Errorf("%s %.40q, chunked %v: got %v", c.contentType, c.body, chunked, got)
			}
		}
	}
}

// endless is a body that says how much of it was read.
type endless struct{ read int }

// Read implements io.Reader.
func (e *endless) Read(p []byte) (int, error) {
	e.read += len(p)
	return copy(p, bytes.Repeat([]byte("\n"), len(p))), nil
}

// TestLongBodyIsLeft announces, and begins to send, 100 MB.
func TestLongBodyIsLeft(t *testing.T) {
	h := New(Config{Registry: &rig{}})
	for name, length := range map[string]int64{"announced": 100 << 20, "in chunks": -1} {
		body := new(endless)
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, Path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Body, r.ContentLength = io.NopCloser(body), length
		r.Header.Set("Content-Type", "multipart/form-data; boundary=b")
		if _, err := h.run(&call{Request: r}); err == nil || err.Error() != tooLong().Error() {
			t.Errorf("%s: %v", name, err)
		}
		if body.read > maxBody+64<<10 || length > 0 && body.read > 0 {
			t.Errorf("%s: %d bytes were read", name, body.read)
		}
	}
}

// TestRefresh changes the function in another process: a call that would be refused is looked at once more.
func TestRefresh(t *testing.T) {
	r := newRig(t, nil)
	q := newRequest(unlimited, "scene", `"a=1"`)
	if got := r.send(t, q); got.errorCode != -604101 {
		t.Fatalf("without permission: %v", got)
	}
	r.deploy(recordedKey, unlimited)
	if got := r.send(t, q); string(got.data) != recordedShort {
		t.Errorf("with permission: %v", got)
	}
	r.deploy("another key", unlimited)
	if got := r.send(t, q); string(got.data) != recordedShort {
		t.Errorf("before the change shows: %v", got)
	}
	q.key = "another key"
	if got := r.send(t, q); string(got.data) != recordedShort {
		t.Errorf("with the new key: %v", got)
	}
	q.key = recordedKey
	if got := r.send(t, q); got.code != "SIGN_PARAM_INVALID" {
		t.Errorf("with the old key: %v", got)
	}
}

// TestUnsigned takes calls for what they say.
func TestUnsigned(t *testing.T) {
	r := newRig(t, func(c *Config) { c.Unsigned = true }, unlimited)
	for _, c := range []struct {
		id, env, api, want string
	}{
		{recordedID, "local-env", unlimited, "wx1"},
		{recordedID, "local-env", "wxacode.get", "-604101"},
		{recordedID, "other", unlimited, "INVALIID_ENV"},
		{"anything", "wx2", "wxacode.get", "wx2"},
		{"wx2", "anything", unlimited, "wx2"},
		{"wx2", "wx1", "no.such", "-604100"},
		{"anything", "anything", unlimited, "SIGN_PARAM_INVALID"}, // there are two apps
	} {
		for _, key := range []string{"wrong", ""} {
			q := newRequest(c.api, "scene", `"a=1"`)
			q.id, q.key, q.parts["envName"] = c.id, key, c.env
			q.made = time.Unix(1, 0)
			want := c.want
			if key == "" && (c.id == recordedID || c.id == "wx2") { // the id is part of the signature
				continue
			}
			got := r.send(t, q)
			if label := got.label(); label != want && !strings.HasPrefix(string(got.data), want+" ") {
				t.Errorf("%v, key %q: got %v", c, key, got)
			}
		}
	}
}

func TestUnsignedWithOneApp(t *testing.T) {
	snapshot, err := issue.NewSnapshot([]*issue.App{{Number: 3, AppID: "wx3"}}, map[uint64][]byte{1: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	h := New(Config{Registry: fixed{snapshot}, Unsigned: true})
	if app, ok := h.guess("", ""); !ok || app.AppID != "wx3" {
		t.Errorf("got %v, %v", app, ok)
	}
}

// fixed is a registry that nobody changes.
type fixed struct{ snapshot *issue.Snapshot }

func (f fixed) Snapshot() *issue.Snapshot     { return f.snapshot }
func (f fixed) Refresh(context.Context) error { return errors.New("the disk is gone") }

// TestServersFault has a registry that fails and an API that panics.
func TestServersFault(t *testing.T) {
	snapshot, err := issue.NewSnapshot(nil, map[uint64][]byte{1: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Config){
		"the disk is gone": func(c *Config) { c.Registry = fixed{snapshot} },
		"panic: out of order": func(c *Config) {
			c.Call = func(context.Context, *issue.App, string, []byte) (string, []byte) { panic("out of order") }
		},
	} {
		r := newRig(t, change, unlimited)
		got := r.send(t, newRequest(unlimited))
		r.Close()
		if log := r.log.String(); got.code != "SYS_ERR" || strings.Contains(got.message, name) || !strings.Contains(log, name) || !strings.Contains(log, "ERROR") {
			t.Errorf("%s: got %v, logged %s", name, got, log)
		}
	}
}

func TestAnyEnv(t *testing.T) {
	r := newRig(t, func(c *Config) { c.AnyEnv = true }, unlimited)
	q := newRequest(unlimited, "scene", `"a=1"`)
	q.parts["envName"] = "prod-1"
	if got := r.send(t, q); string(got.data) != recordedShort {
		t.Errorf("got %v", got)
	}
}

func TestNewFillsIn(t *testing.T) {
	h := New(Config{Registry: &rig{}, Call: echo})
	if h.Log == nil || h.Observe == nil || h.Now == nil || h.Log.Enabled(t.Context(), slog.LevelError) {
		t.Errorf("%+v", h.Config)
	}
}

func TestRequestIDsDiffer(t *testing.T) {
	seen := map[string]bool{}
	for range 100 {
		seen[newRequestID()] = true
	}
	if len(seen) != 100 {
		t.Errorf("got %v", slices.Collect(maps.Keys(seen)))
	}
}

// BenchmarkCall is a whole call but for HTTP and the API: the form, the signature, the message.
func BenchmarkCall(b *testing.B) {
	r := newRig(b, func(c *Config) { c.Log = nil }, unlimited)
	q := newRequest(unlimited, "scene", `"a=1"`, "page", `"pages/index/index"`, "width", "430")
	whole, contentType, f := q.form(b)
	request := q.http(b, r.URL)
	request.Header.Set("Content-Type", contentType)
	q.sign(request, f)
	body := bytes.NewReader(whole.Bytes())
	b.ReportAllocs()
	for b.Loop() {
		body.Reset(whole.Bytes())
		request.Body = io.NopCloser(body)
		if _, err := r.run(&call{Request: request}); err != nil {
			b.Fatal(err)
		}
	}
}
