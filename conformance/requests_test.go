package conformance

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// recordings are requests that real SDKs sent, byte for byte. They are not part
// of the repository but lie beside it.
const recordings = "../../shared/requests/*__*.txt"

// recordedCalls is how many of them are not cloud calls; those are replayed in
// package cloudcall, where the clock can be set to their signatures' time.
const recordedCalls = 25

// The credentials in the recordings.
const (
	recordedToken  = "85_SINKTOKEN"
	recordedAppID  = "wx0123456789abcdef"
	recordedSecret = "0123456789abcdef0123456789abcdef"
)

// TestRecordedRequests sends every recording, with credentials that the server
// knows in the place of those that were recorded, and holds the answer to what
// docs/API.md says.
func TestRecordedRequests(t *testing.T) {
	files, err := filepath.Glob(recordings)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skipf("no recorded requests beside the repository (%s): nothing to replay", recordings)
	}
	s := start(t)
	credentials := strings.NewReplacer(recordedToken, s.token(t), recordedAppID, s.ID, recordedSecret, s.Secret)
	replayed := 0
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		if strings.HasPrefix(name, "cloudcall-") {
			continue
		}
		replayed++
		recorded, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(name, func(t *testing.T) {
			s.wantDocumented(t, credentials.Replace(string(recorded)))
		})
	}
	if replayed != recordedCalls {
		t.Errorf("%d requests were replayed, want %d", replayed, recordedCalls)
	}
}

// wantDocumented replays a request and checks its answer.
func (s *server) wantDocumented(t *testing.T, recorded string) {
	t.Helper()
	header, body := s.replay(t, recorded)
	head, sent, _ := strings.Cut(recorded, "\r\n\r\n")
	path, _, _ := strings.Cut(strings.Fields(head)[1], "?")
	switch path {
	case "/cgi-bin/token", "/cgi-bin/stable_token":
		wantGrant(t, header, body)
	case "/wxa/getwxacodeunlimit":
		r, env := recordedRequest(t, sent)
		if env == `""` {
			wantError(t, header, body, 40097, "invalid args")
			return
		}
		wantPicture(t, header)
		s.wantCode(t, body, r)
	case "/wxa/getwxacode", "/cgi-bin/wxaapp/createwxaqrcode":
		wantPicture(t, header)
		s.wantPath(t, header, body, path, sent)
	default:
		t.Errorf("nothing is known of %s, which answers %.200q", path, body)
	}
}

// wantPath holds a code for a path to the request that it is the answer to. A
// square code is for other scanners than ours.
func (s *server) wantPath(t *testing.T, header http.Header, body []byte, call, sent string) {
	t.Helper()
	var r struct{ Path string }
	if err := json.Unmarshal([]byte(sent), &r); err != nil {
		t.Fatal(err)
	}
	if used, err := strconv.Atoi(header.Get("Num-Used")); err != nil || used < 1 {
		t.Errorf("Num-Used: %v", err)
	}
	picture, format, err := image.Decode(bytes.NewReader(body))
	if err != nil || format != "jpeg" {
		t.Fatalf("no JPEG: %s, %v", format, err)
	}
	if call != "/wxa/getwxacode" {
		return
	}
	if got := s.follow(t, picture); got.Path != r.Path || got.Env != "release" {
		t.Errorf("the code leads to %+v, want the path %q", got, r.Path)
	}
}

// replay sends the bytes of a request on a connection of its own and returns the
// answer, which must be one of known length.
func (s *server) replay(t *testing.T, recorded string) (http.Header, []byte) {
	t.Helper()
	connection, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	if _, err := io.WriteString(connection, recorded); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatal(err)
	}
	body := read(t, resp)
	if resp.StatusCode != http.StatusOK {
		t.Errorf("status %s", resp.Status)
	}
	if got, want := resp.Header.Get("Content-Length"), strconv.Itoa(len(body)); got != want || len(resp.TransferEncoding) > 0 || resp.Close {
		t.Errorf("Content-Length %q of %s bytes, encodings %v, close %v", got, want, resp.TransferEncoding, resp.Close)
	}
	return resp.Header, body
}

// recordedRequest is what the body of a getwxacodeunlimit means, and its
// env_version as it stands there.
func recordedRequest(t *testing.T, body string) (r request, env string) {
	t.Helper()
	var sent struct {
		request
		Env  json.RawMessage `json:"env_version"`
		Line map[string]any  `json:"line_color"` // numbers or strings
	}
	err := json.Unmarshal([]byte(body), &sent)
	if err == nil && sent.Env != nil {
		err = json.Unmarshal(sent.Env, &sent.request.Env)
	}
	if err != nil {
		t.Fatal(err)
	}
	sent.request.Line = map[string]string{}
	for channel, value := range sent.Line {
		sent.request.Line[channel] = fmt.Sprint(value)
	}
	return sent.request, string(sent.Env)
}

func wantPicture(t *testing.T, header http.Header) {
	t.Helper()
	for name, want := range map[string]string{
		"Content-Type":        "image/jpeg",
		"Content-Disposition": `attachment; filename="QRCode.jpg"`,
		"Cache-Control":       "no-cache, must-revalidate",
		"Content-Encoding":    "",
	} {
		if got := header.Get(name); got != want {
			t.Errorf("%s %q, want %q", name, got, want)
		}
	}
}

func wantError(t *testing.T, header http.Header, body []byte, code int, text string) {
	t.Helper()
	start, end := fmt.Sprintf(`{"errcode":%d,"errmsg":"%s rid: `, code, text), `"}`
	const ridLength = 8 + 1 + 8 + 1 + 8
	if got := string(body); len(got) != len(start)+ridLength+len(end) || !strings.HasPrefix(got, start) || !strings.HasSuffix(got, end) {
		t.Errorf("got %.200q, want %q and a rid", got, start)
	}
	if got := header.Get("Content-Type"); !strings.HasPrefix(got, "application/json; ") {
		t.Errorf("Content-Type %q", got)
	}
}

func wantGrant(t *testing.T, header http.Header, body []byte) {
	t.Helper()
	var grant struct {
		Token     string `json:"access_token"`
		ExpiresIn int    `json:"expires_in"`
	}
	if err := json.Unmarshal(body, &grant); err != nil || grant.Token == "" || grant.ExpiresIn < 300 || grant.ExpiresIn > 7200 {
		t.Errorf("no token: %s", body)
	}
	if got := header.Get("Content-Type"); !strings.HasPrefix(got, "application/json; ") {
		t.Errorf("Content-Type %q", got)
	}
}
