package wxapi

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
)

// TestCall makes calls without HTTP: what comes back is what HTTP would have carried.
func TestCall(t *testing.T) {
	r := newRig(t, func(c *Config) { c.Limiter = limit(6) })
	handler := r.Config.Handler.(*Handler)
	app, err := handler.Tokens.Check(t.Context(), r.token)
	if err != nil {
		t.Fatal(err)
	}
	call := func(path, body string) reply {
		kind, data := handler.Call(t.Context(), app, path, []byte(body))
		return reply{&http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {kind}}, ContentLength: int64(len(data))}, data}
	}
	const path = "/wxa/getwxacodeunlimit"
	got, over := call(path, `{"scene":"a=1","is_hyaline":true}`), r.code(`{"scene":"a=1","is_hyaline":true}`)
	if !bytes.Equal(got.body, over.body) || got.Header.Get("Content-Type") != over.Header.Get("Content-Type") {
		t.Errorf("got %s %.80q, over HTTP %s %.80q", got.Header.Get("Content-Type"), got.body, over.Header.Get("Content-Type"), over.body)
	}
	wantError(t, call(path, `{"scene":""}`), badSceneLength)
	wantError(t, call(path, `{"scene":"a=1"}`+strings.Repeat(" ", maxBody)), badBody)
	wantError(t, call("/wxa/nothing", `{}`), badURL)
	wantError(t, call("/cgi-bin/token", `{}`), wantsGet)
	wantError(t, call(path, `{`), badBody)
	call(path, `{"scene":"a=1"}`)
	wantError(t, call(path, `{"scene":"a=1"}`), overLimit)
	if seen := strings.Join(r.observe, ","); !strings.HasSuffix(seen, "/wxa/getwxacodeunlimit 0,/wxa/getwxacodeunlimit 45009") {
		t.Errorf("observed %s", seen)
	}
}
