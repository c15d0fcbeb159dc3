package cloudcall

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/ticket"
)

// What the recorded requests were signed with, and when.
const (
	recordedID  = "AKID"
	recordedKey = "AKSECRET"
	recordedAt  = 1795333376 // Unix seconds, give or take five
)

// rig is a gateway on a port of its own. It has two apps: wx1, whose function qrcode in the environment local-env may
// do what the tests say, and wx2. The API behind it repeats what it is called with.
type rig struct {
	*httptest.Server
	*Handler

	mu       sync.Mutex
	fresh    *issue.Function // the function after the next Refresh
	snapshot *issue.Snapshot
	log      bytes.Buffer
	observed []string
}

// newRig starts a gateway; change may alter what it works with.
func newRig(tb testing.TB, change func(*Config), permitted ...string) *rig {
	tb.Helper()
	r := &rig{}
	r.deploy(recordedKey, permitted...)
	if err := r.Refresh(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	config := Config{
		Registry: r, Call: echo, Log: slog.New(slog.NewJSONHandler(&r.log, nil)),
		Now: func() time.Time { return time.Unix(recordedAt, 0) },
		Observe: func(path, code string, _ time.Duration, _ int) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.observed = append(r.observed, path+" "+code)
		},
	}
	if change != nil {
		change(&config)
	}
	r.Handler = New(config)
	r.Server = httptest.NewServer(r.Handler)
	tb.Cleanup(r.Close)
	return r
}

// echo is an API that answers with the call itself.
func echo(_ context.Context, app *issue.App, path string, body []byte) (string, []byte) {
	return "image/jpeg", fmt.Appendf(nil, "%s %s %s", app.AppID, path, body)
}

// deploy lets another process put the function up.
func (r *rig) deploy(key string, permitted ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fresh = &issue.Function{App: 1, Env: "local-env", Name: "qrcode", SecretID: recordedID, SecretKey: key, APIs: permitted}
}

// Snapshot implements Registry.
func (r *rig) Snapshot() *issue.Snapshot {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.snapshot
}

// Refresh implements Registry.
func (r *rig) Refresh(context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	apps := []*issue.App{{Number: 1, AppID: "wx1", Functions: []*issue.Function{r.fresh}}, {Number: 2, AppID: "wx2"}}
	s, err := issue.NewSnapshot(apps, ticket.Keys{1: make([]byte, 32)})
	r.snapshot = s
	return err
}

// request is a call as a test changes it before it is signed and sent.
type request struct {
	method, path, query string
	header              http.Header
	parts               map[string]string
	id, key             string
	signed              []string // names of the parts, nil for all
	made                time.Time
}

// newRequest is a call in the manner of version 2 of the SDK and later.
func newRequest(api string, pairs ...string) request {
	return request{
		method: http.MethodPost, path: Path, query: "&eventId=1_1&seqId=1_1",
		header: http.Header{"X-Tcb-Source": {"Wx_devtools,scf"}, "User-Agent": {"tcb-node-sdk/2.9.1"}},
		parts: map[string]string{
			"action": "wx.openApi", "apiName": api, "requestData": encodeMessage(0, "", pairs...),
			"envName": "local-env", "eventId": " 1_1 ", "wxCloudApiToken": "",
		},
		id: recordedID, key: recordedKey, made: time.Unix(recordedAt, 0),
	}
}

// encodeMessage is a CommApiData with parameters: keys and values in turn.
func encodeMessage(apiType uint64, appID string, pairs ...string) string {
	var data []byte
	for i := 0; i < len(pairs); i += 2 {
		var p []byte
		p = protowire.AppendTag(p, 1, protowire.BytesType)
		p = protowire.AppendString(p, pairs[i])
		p = protowire.AppendTag(p, 2, protowire.BytesType)
		p = protowire.AppendString(p, pairs[i+1])
		data = protowire.AppendTag(data, 1, protowire.BytesType)
		data = protowire.AppendBytes(data, p)
	}
	var b []byte
	b = protowire.AppendTag(b, 1, protowire.VarintType)
	b = protowire.AppendVarint(b, apiType)
	b = protowire.AppendTag(b, 2, protowire.BytesType)
	b = protowire.AppendBytes(b, data)
	if appID != "" {
		b = protowire.AppendTag(b, 6, protowire.BytesType)
		b = protowire.AppendString(b, appID)
	}
	return string(b)
}

// form is the request's body, and its parts as the gateway will see them.
func (q request) form(tb testing.TB) (body *bytes.Buffer, contentType string, f form) {
	tb.Helper()
	body, f = new(bytes.Buffer), form{}
	w := multipart.NewWriter(body)
	for _, name := range slices.Sorted(maps.Keys(q.parts)) {
		if err := w.WriteField(name, q.parts[name]); err != nil {
			tb.Fatal(err)
		}
		f[strings.ToLower(name)] = q.parts[name]
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return body, w.FormDataContentType(), f
}

// http is the request, signed for the host.
func (q request) http(tb testing.TB, base string) *http.Request {
	tb.Helper()
	body, contentType, f := q.form(tb)
	r, err := http.NewRequestWithContext(tb.Context(), q.method, base+q.path+"?"+q.query, body)
	if err != nil {
		tb.Fatal(err)
	}
	r.Header = q.header.Clone()
	r.Header.Set("Content-Type", contentType)
	if q.key != "" {
		q.sign(r, f)
	}
	return r
}

// sign puts a signature into the headers.
func (q request) sign(r *http.Request, f form) {
	parts := q.signed
	if parts == nil {
		parts = slices.Sorted(maps.Keys(f))
	}
	date := q.made.UTC().Format(time.DateOnly)
	const headers = "content-type;host;user-agent;x-tcb-source"
	r.Header.Set("X-Timestamp", strconv.FormatInt(q.made.Unix(), 10))
	claim := fmt.Sprintf("Credential=%s/%s/tcb/tc3_request, SignedParams=%s, SignedHeaders=%s", q.id, date, strings.Join(parts, ";"), headers)
	s, err := readTC3(r, f, claim)
	if err != nil {
		panic(err)
	}
	r.Header.Set("Authorization", fmt.Sprintf("%s %s, Signature=%x", tc3Algorithm, claim, s.sign(q.key)))
}

// outcome is what the gateway made of a request: a reply, or an error in JSON.
type outcome struct {
	reply
	code, message string
}

func (o outcome) String() string {
	if o.code != "" {
		return o.code + " " + o.message
	}
	return fmt.Sprintf("%d %s %.80q", o.errorCode, o.mediaType, o.data)
}

func (r *rig) send(tb testing.TB, q request) outcome {
	tb.Helper()
	return r.do(tb, q.http(tb, r.URL))
}

func (r *rig) do(tb testing.TB, q *http.Request) outcome {
	tb.Helper()
	response, err := r.Client().Do(q)
	if err != nil {
		tb.Fatal(err)
	}
	return outcomeOf(tb, response)
}

// outcomeOf reads an answer as the SDK does.
func outcomeOf(tb testing.TB, response *http.Response) outcome {
	tb.Helper()
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		tb.Fatal(err)
	}
	if response.StatusCode != http.StatusOK || response.ContentLength != int64(len(body)) {
		tb.Fatalf("status %s, Content-Length %d of %d", response.Status, response.ContentLength, len(body))
	}
	if response.Header.Get("Content-Type") == "application/json; charset=utf-8" {
		var e struct{ Code, Message, RequestID string }
		if err := json.Unmarshal(body, &e); err != nil || e.Code == "" || e.Message == "" || e.RequestID == "" {
			tb.Fatalf("%s: %v", body, err)
		}
		return outcome{code: e.Code, message: e.Message}
	}
	r, err := decodeReply(body)
	if err != nil {
		tb.Fatal(err)
	}
	return outcome{reply: r}
}

// decodeReply reads a CommOpenApiResp.
func decodeReply(body []byte) (r reply, err error) {
	err = eachField(body, func(f field, n uint64, data []byte) error {
		switch f {
		case text(1):
			r.data = data
		case text(2):
			r.mediaType = string(data)
		case number(3):
			r.errorCode = int32(n)
		case number(4):
			r.httpCode = uint32(n)
		default:
			return fmt.Errorf("field %v", f)
		}
		return nil
	})
	return r, err
}
