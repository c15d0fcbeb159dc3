package cloudcall

import (
	"bytes"
	"fmt"
	"image"
	_ "image/jpeg" // is what codes come as
	_ "image/png"  // without ground
	"io"
	"net"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/internal/sqlite"
	"github.com/suncode/suncode/internal/wxapi"
)

// TestWhole puts the gateway before the real API with a real registry.
func TestWhole(t *testing.T) {
	store, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	demo, _, err := store.EnsureDemo(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	f, err := store.Deploy(t.Context(), demo.AppID, issue.Deployment{Env: "e", Name: "f", APIs: []string{unlimited}})
	if err != nil {
		t.Fatal(err)
	}
	api := wxapi.New(wxapi.Config{Issuer: issue.NewIssuer(store), Tokens: issue.NewTokens(store, nil), Limiter: issue.NewQuotas(nil, wxapi.Rules(5, 0), nil)})
	server := httptest.NewServer(New(Config{Registry: store, Call: api.Call}))
	defer server.Close()
	r := &rig{Server: server}
	for _, c := range []struct {
		pairs []string
		want  string // a picture's format, or the beginning of an error
	}{
		{[]string{"scene", `"a=1"`}, "jpeg"},
		{[]string{"scene", `"a=1"`, "isHyaline", "true", "line_color", `{"r":"200"}`}, "png"},
		{[]string{"scene", `"a=1"`, "page", `"pages/none"`}, `{"errcode":41030,"errmsg":"invalid page rid: `},
		{[]string{"scene", `"a=1"`, "scene", `"a=2"`}, `{"errcode":47001,"errmsg":"data format error rid: `},
		{nil, `{"errcode":40169,"errmsg":"invalid length for scene, or the data is not json string rid: `},
		{[]string{"scene", `"a=1"`}, `{"errcode":45009,"errmsg":"reach max api daily quota limit rid: `},
	} {
		q := newRequest(unlimited, c.pairs...)
		q.id, q.key, q.made, q.parts["envName"] = f.SecretID, f.SecretKey, time.Now(), "e"
		got := r.send(t, q)
		_, format, err := image.Decode(bytes.NewReader(got.data))
		if err != nil {
			format = string(got.data)
		}
		isError := strings.HasPrefix(c.want, "{")
		if !strings.HasPrefix(format, c.want) || isError != strings.HasPrefix(got.mediaType, "application/json") || !isError && got.mediaType != "image/jpeg" {
			t.Errorf("%q: got %v, want %s", c.pairs, got, c.want)
		}
	}
}

// TestSlowBody begins a body and leaves it at that: the server does not wait for ever.
func TestSlowBody(t *testing.T) {
	server := httptest.NewUnstartedServer(newRig(t, nil, unlimited).Handler)
	server.Config.ReadTimeout = 200 * time.Millisecond
	server.Start()
	defer server.Close()
	connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	fmt.Fprintf(connection, "POST /admin HTTP/1.1\r\nHost: h\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000\r\n\r\n--b\r\n")
	answer, err := io.ReadAll(connection) // the rest of the body never comes
	if err != nil {
		t.Errorf("the connection ended with %v", err)
	}
	if !regexp.MustCompile(`(?s)^HTTP/1.1 200 OK\r\n.*Connection: close.*\{"code":"INVALID_PARAM","message":"the body is no multipart form: `).Match(answer) {
		t.Errorf("got %s", answer)
	}
}
