package cloudcall

import (
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// signSHA1 makes of a request one in the manner of versions before 2, with a signature for some time.
func (q *request) signSHA1(tb testing.TB, span string, parts ...string) {
	tb.Helper()
	_, _, f := q.form(tb)
	claim := fmt.Sprintf("q-sign-algorithm=sha1&q-ak=%s&q-sign-time=%s&q-key-time=%[2]s&q-header-list=user-agent;x-tcb-source&q-url-param-list=%s",
		q.id, span, strings.Join(parts, ";"))
	s, err := readSHA1(&http.Request{Method: q.method, Header: q.header}, f, claim)
	if err != nil {
		tb.Fatal(err)
	}
	q.parts["authorization"] = claim + "&q-signature=" + hex.EncodeToString(s.sign(q.key))
	q.parts["sdk_version"] = "1.9.0"
	q.key = ""
}

func span(from, life time.Duration) string {
	begin := time.Unix(recordedAt, 0).Add(from)
	return fmt.Sprint(begin.Unix(), ";", begin.Add(life).Unix())
}

func TestSHA1(t *testing.T) {
	r := newRig(t, nil, unlimited)
	all := []string{"action", "apiname", "envname", "wxcloudapitoken"}
	for _, c := range []struct {
		name, span string
		parts      []string
		change     func(*request) // after it was signed
		want       string         // "" for a picture
	}{
		{"now", span(0, 15*time.Minute), all, func(*request) {}, ""},
		{"almost too late", span(-20*time.Minute, 15*time.Minute), all, func(*request) {}, ""},
		{"too late", span(-20*time.Minute-time.Second, 15*time.Minute), all, func(*request) {}, "signature is expired"},
		{"too early", span(6*time.Minute, 15*time.Minute), all, func(*request) {}, "signature is expired"},
		{"for ever", span(-time.Hour, 1000*time.Hour), all, func(*request) {}, "signature is expired"},
		{"ended before it began", span(time.Minute, -time.Hour), all, func(*request) {}, "signature is expired"},
		{"API not signed", span(0, time.Minute), all[:1], func(*request) {}, "the signature does not cover apiname"},
		{"environment not signed", span(0, time.Minute), all[:2], func(*request) {}, "the signature does not cover envname"},
		{"another API", span(0, time.Minute), all, func(q *request) { q.parts["apiName"] = "wxacode.get" }, "signature is wrong"},
		{"another header", span(0, time.Minute), all, func(q *request) { q.header.Set("X-Tcb-Source", "x") }, "signature is wrong"},
		{"other parameters", span(0, time.Minute), all, func(q *request) { q.parts["requestData"] = encodeMessage(0, "", "scene", `"a=1"`) }, ""},
		{"no time", span(0, time.Minute), all, func(q *request) { cut(q, "q-sign-time=") }, "authorization has no sha1 signature"},
		{"no algorithm", span(0, time.Minute), all, func(q *request) { cut(q, "sha1") }, "authorization has no sha1 signature"},
		{"no secret id", span(0, time.Minute), all, func(q *request) { cut(q, "q-ak=AKID") }, "secret id error"},
		{"no signature", span(0, time.Minute), all, func(q *request) { cut(q, "q-signature=") }, "signature is wrong"},
		{"other time", span(0, time.Minute), all, func(q *request) { cut(q, "q-key-time=1") }, "signature is wrong"},
	} {
		q := newRequest(unlimited, "scene", `"a=1"`)
		q.parts["wxCloudApiToken"] = "it's (a) token*!~"
		q.signSHA1(t, c.span, c.parts...)
		c.change(&q)
		got := r.send(t, q)
		if c.want == "" && string(got.data) != recordedShort || c.want != "" && (got.code != "SIGN_PARAM_INVALID" || !strings.HasPrefix(got.message, c.want)) {
			t.Errorf("%s: got %v, want %s", c.name, got, c.want)
		}
	}
}

// cut takes a piece out of the signature.
func cut(q *request, piece string) {
	q.parts["authorization"] = strings.Replace(q.parts["authorization"], piece, "", 1)
}

// TestTC3Claims has headers that are no signature, or not a whole one.
func TestTC3Claims(t *testing.T) {
	r := newRig(t, nil, unlimited)
	for _, c := range []struct{ old, replacement, want string }{
		{"TC3-HMAC-SHA256 ", "TC3-HMAC-SHA256", "the request is not signed"},
		{"TC3-HMAC-SHA256", "tc3-hmac-sha256", "the request is not signed"},
		{"Credential=AKID/", "Credential=", "the credential's scope is "},
		{"/tcb/", "/scf/", "the credential's scope is "},
		{"/2026-11-2", "/2026-10-2", "the credential's scope is "},
		{"Signature=", "Signature=00", "signature is wrong"},
		{"Signature=", "Signature=x", "signature is wrong"},
		{", Signature=", "; Signature=", "signature is wrong"},
		{"SignedHeaders=content-type;", "SignedHeaders=", "signature is wrong"},
		{"SignedParams=action", "SignedParams=", "the signature does not cover action"},
		{"SignedParams=", "Params=", "the signature does not cover action"},
	} {
		q := newRequest(unlimited, "scene", `"a=1"`).http(t, r.URL)
		claim := strings.Replace(q.Header.Get("Authorization"), c.old, c.replacement, 1)
		q.Header.Set("Authorization", claim)
		if got := r.do(t, q); got.code != "SIGN_PARAM_INVALID" || !strings.HasPrefix(got.message, c.want) {
			t.Errorf("%s for %s: got %v, want %s", c.replacement, c.old, got, c.want)
		}
	}
	for _, stamp := range []string{"", "now", "1795333376.5", "99999999999999999999", "-1", "1795333377", "9223372036854775807"} {
		q := newRequest(unlimited, "scene", `"a=1"`).http(t, r.URL)
		q.Header.Set("X-Timestamp", stamp)
		if got := r.do(t, q); got.code != "SIGN_PARAM_INVALID" {
			t.Errorf("X-Timestamp %s: got %v", stamp, got)
		}
	}
}

// TestHostIsSigned sends a good request to another host name of the same server.
func TestHostIsSigned(t *testing.T) {
	r := newRig(t, nil, unlimited)
	q := newRequest(unlimited, "scene", `"a=1"`).http(t, r.URL)
	q.Host = "codes.example.com"
	if got := r.do(t, q); got.code != "SIGN_PARAM_INVALID" || !strings.HasPrefix(got.message, "signature is wrong") {
		t.Errorf("got %v", got)
	}
}
