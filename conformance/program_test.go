// Package conformance runs software that nobody here wrote against the program
// as it ships: the platform's SDKs, and requests that were recorded of them.
package conformance

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// insideVar names the program to tests that other tests start.
const insideVar = "SUNCODE_CONFORMANCE_PROGRAM"

// program builds suncode once for all tests.
var program = sync.OnceValues(func() (string, error) {
	if exe := os.Getenv(insideVar); exe != "" {
		return exe, nil
	}
	exe := filepath.Join(scratch, "suncode")
	build := exec.Command("go", "build", "-trimpath", "-o", exe, "./cmd/suncode")
	build.Dir = filepath.Dir(home)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return exe, nil
})

// home is the folder of this package, from the root; some tests work elsewhere.
var home string

// scratch is a folder for what all tests share.
var scratch string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "conformance")
	if err != nil {
		panic(err)
	}
	scratch = dir
	if home, err = os.Getwd(); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// required tells whether a test must fail instead of skip for want of an
// outside tool.
func required() bool { return os.Getenv("SUNCODE_TEST_TOOLS") == "required" }

// lacking skips the test, or fails it where the tests were promised all they
// need.
func lacking(t *testing.T, format string, args ...any) {
	t.Helper()
	if required() {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}

// suncode runs the program to its end and decodes the JSON that it prints.
func suncode(t *testing.T, into any, args ...string) {
	t.Helper()
	exe, err := program()
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), exe, args...).Output()
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		t.Fatalf("suncode %s: %v\n%s", strings.Join(args, " "), err, failed.Stderr)
	}
	if err == nil {
		err = json.Unmarshal(out, into)
	}
	if err != nil {
		t.Fatalf("suncode %s: %v: %s", strings.Join(args, " "), err, out)
	}
}

// app is an app of a registry, with the pages of testdata/shop as its release
// and trial versions and nothing as its develop version.
type app struct {
	ID     string `json:"appid"`
	Secret string `json:"secret"`
}

// logoTone is the colour of the logo that every app has.
var logoTone = color.NRGBA{R: 20, G: 40, B: 120, A: 255}

func addApp(t *testing.T, data string) app {
	t.Helper()
	logo := image.NewUniform(logoTone)
	var b bytes.Buffer
	if err := png.Encode(&b, crop{logo}); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "logo.png")
	if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	var a app
	suncode(t, &a, "app", "add", "--data", data, "--name", "Shop", "--logo", file, "--json")
	for _, env := range []string{"release", "trial"} {
		suncode(t, new(any), "app", "publish", "--data", data, "--env", env, "--json", a.ID, filepath.Join(home, "testdata", "shop"))
	}
	return a
}

// crop makes a picture of 200 × 200 pixels of one that has no end.
type crop struct{ image.Image }

// Bounds implements image.Image.
func (crop) Bounds() image.Rectangle { return image.Rect(0, 0, 200, 200) }

// server is a running suncode with one app.
type server struct {
	app
	url  string // without a slash at the end
	data string // the registry's folder
	out  transcript
	log  transcript
}

// startWait bounds how long the program may take to begin, to end, or to write
// down what it did.
const startWait = 15 * time.Second

// answersOn is where the program says its URL.
var answersOn = regexp.MustCompile(`suncode answers on (https?://\S+)`)

// start runs `suncode serve` with an app, on a free port unless the flags say
// otherwise, until the test ends.
func start(t *testing.T, flags ...string) *server {
	t.Helper()
	s := &server{data: t.TempDir()}
	s.app = addApp(t, s.data)
	exe, err := program()
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"serve", "--data", s.data, "--addr", "127.0.0.1:0", "--demo=false", "--log-format", "json", "--log-level", "debug"}
	cmd := exec.Command(exe, append(args, flags...)...)
	cmd.Stdout, cmd.Stderr = &s.out, &s.log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(cmd.Process.Signal(os.Interrupt), cmd.Wait()); err != nil {
			t.Errorf("the server does not end well: %v", err)
		}
		if t.Failed() {
			t.Logf("the server's log:\n%s", s.log.String())
		}
	})
	s.wait(t, "the server does not start", func() bool {
		found := answersOn.FindStringSubmatch(s.out.String())
		if found != nil {
			s.url = found[1]
		}
		return found != nil && strings.Contains(s.out.String(), "Ctrl-C")
	})
	return s
}

// wait is for what the server does in its own time.
func (s *server) wait(t *testing.T, complaint string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(startWait); !done(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s:\n%s", complaint, s.log.String())
		}
	}
}

// transcript collects what a program prints while others read it.
type transcript struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write implements io.Writer.
func (o *transcript) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

// String is all that was printed so far.
func (o *transcript) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// calls are the calls of the platform's API that the server answered so far:
// path, a space, errcode.
func (s *server) calls() []string {
	var calls []string
	for line := range strings.Lines(s.log.String()) {
		var entry struct {
			Msg, Path string
			Errcode   int
		}
		if json.Unmarshal([]byte(line), &entry) == nil && entry.Msg == "platform call" {
			calls = append(calls, fmt.Sprint(entry.Path, " ", entry.Errcode))
		}
	}
	return calls
}

// wantCalls holds the server's calls from number first on to the list. The log
// may come a little after the answer.
func (s *server) wantCalls(t *testing.T, first int, want ...string) {
	t.Helper()
	for end := time.Now().Add(2 * time.Second); len(s.calls()) < first+len(want) && time.Now().Before(end); {
		time.Sleep(5 * time.Millisecond)
	}
	if got := s.calls(); len(got) < first || !slices.Equal(got[first:], want) {
		t.Errorf("calls from number %d on: got, want:\n%s", first, cmp.Diff(got, want))
	}
}

// call makes a call without any SDK and waits until it is in the log.
func (s *server) call(t *testing.T, method, path string, query url.Values, body string) []byte {
	t.Helper()
	before := len(s.calls())
	req, err := http.NewRequestWithContext(t.Context(), method, s.url+path+"?"+query.Encode(), strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	answer := read(t, resp)
	s.wait(t, "the call is not in the log", func() bool { return len(s.calls()) > before })
	return answer
}

// token is a new access token of the app.
func (s *server) token(t *testing.T) string {
	t.Helper()
	query := url.Values{"grant_type": {"client_credential"}, "appid": {s.ID}, "secret": {s.Secret}}
	body := s.call(t, http.MethodGet, "/cgi-bin/token", query, "")
	var grant struct {
		Token     string `json:"access_token"`
		ExpiresIn int    `json:"expires_in"`
	}
	if json.Unmarshal(body, &grant) != nil || grant.Token == "" || grant.ExpiresIn != 7200 {
		t.Fatalf("no token: %s", body)
	}
	return grant.Token
}

func read(t *testing.T, resp *http.Response) []byte {
	t.Helper()
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return body
}
