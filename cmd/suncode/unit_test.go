package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"
)

func TestEnvironment(t *testing.T) {
	t.Setenv("SUNCODE_DATA", "from-env")
	t.Setenv("SUNCODE_SERVER", "")
	parse := func(given ...string) (string, string, *pflag.FlagSet) {
		t.Helper()
		var data, server string
		flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
		flags.StringVar(&data, "data", "default", "")
		flags.StringVar(&server, "server", "default", "")
		bindEnv(flags, "data", "server")
		if err := errors.Join(flags.Parse(given), readEnv(flags)); err != nil {
			t.Fatal(err)
		}
		return data, server, flags
	}
	if data, _, flags := parse(); data != "from-env" || !isSet(flags, "data") {
		t.Errorf("the environment gives %q", data)
	}
	if data, _, _ := parse("--data", "flag"); data != "flag" {
		t.Errorf("a flag does not win: %q", data)
	}
	if _, server, flags := parse(); server != "default" || isSet(flags, "server") {
		t.Errorf("an empty variable counts: %q", server)
	}
}

func TestEditDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"addr", "addr", 0}, {"adr", "addr", 1}, {"kitten", "sitting", 3}, {"data", "date", 1}} {
		if got := editDistance(c.a, c.b); got != c.want {
			t.Errorf("%q to %q: got %d, want %d", c.a, c.b, got, c.want)
		}
		if got := editDistance(c.b, c.a); got != c.want {
			t.Errorf("%q to %q: got %d, want %d", c.b, c.a, got, c.want)
		}
	}
}

func TestLogBlanksSecrets(t *testing.T) {
	for _, format := range []string{"text", "json"} {
		var b bytes.Buffer
		log := newLogger(&b, format, "debug")
		log.Debug("m",
			"secret", "HIDE-1", "Access_Token", "HIDE-2", "Authorization", "HIDE-3",
			"url", "/cgi-bin/token?appid=wx1&secret=HIDE-4&x=SHOW-1",
			"body", `{"access_token":"HIDE-5","n":"SHOW-2"}`,
			"error", errors.New("GET /?access_token=HIDE-6: SHOW-3"),
			slog.Group("g", "appsecret", "HIDE-7", "line", "appsecret: HIDE-8"),
		)
		for _, shown := range []string{"SHOW-1", "SHOW-2", "SHOW-3"} {
			if !strings.Contains(b.String(), shown) {
				t.Errorf("%s: %s is missing in %s", format, shown, b.String())
			}
		}
		if strings.Contains(b.String(), "HIDE") {
			t.Errorf("%s: a secret shows in %s", format, b.String())
		}
	}
}

func TestShellQuote(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("needs sh")
	}
	for _, s := range []string{"plain", "./a/b-c_d.e", "", "two words", "it's", `a"b`, "$HOME", "`x`", "a\\b", "é", "*", "~"} {
		got, err := exec.CommandContext(t.Context(), sh, "-c", "printf %s "+shellQuote(s)).Output()
		if err != nil || string(got) != s {
			t.Errorf("%q: sh reads %q (%v)", s, got, err)
		}
	}
}

func TestInvocation(t *testing.T) {
	if got := invocation("/usr/bin/suncode", "suncode"); got != "suncode" {
		t.Errorf("from PATH: %s", got)
	}
	if got := invocation("/home/me/a b/suncode", "./a b/suncode"); got != "'./a b/suncode'" {
		t.Errorf("by path: %s", got)
	}
	built := "/tmp/go-build123/b001/exe/suncode"
	t.Chdir(filepath.Join("..", ".."))
	if got := invocation(built, built); got != "go run ./cmd/suncode" {
		t.Errorf("by go run in the project's folder: %s", got)
	}
	t.Chdir("cmd")
	if got := invocation(built, built); !strings.HasPrefix(got, "go run github.com/suncode/suncode/cmd/suncode") {
		t.Errorf("by go run elsewhere: %s", got)
	}
}

func TestReachable(t *testing.T) {
	for addr, want := range map[string]string{
		"0.0.0.0:80":      "127.0.0.1:80",
		"[::]:80":         "127.0.0.1:80",
		"[::1]:80":        "[::1]:80",
		"192.0.2.7:8080":  "192.0.2.7:8080",
		"127.0.0.1:65535": "127.0.0.1:65535",
	} {
		a, err := net.ResolveTCPAddr("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		if got := reachable(a); got != want {
			t.Errorf("%s: got %s, want %s", addr, got, want)
		}
	}
}

func TestColorFlag(t *testing.T) {
	var c hexColor
	if c.String() != "#000000" {
		t.Errorf("default is %s", c.String())
	}
	for _, s := range []string{"#0a3d62", "0A3D62"} {
		if err := c.Set(s); err != nil || c.String() != "#0a3d62" || c.A != 255 {
			t.Errorf("%s: %s, %v", s, c.String(), err)
		}
	}
	for _, s := range []string{"", "#", "#abc", "#12345g", "#1234567", "red", "+12345"} {
		if err := c.Set(s); err == nil {
			t.Errorf("%q was accepted", s)
		}
	}
}

// TestStopFinishesRequests stops a server while it answers.
func TestStopFinishesRequests(t *testing.T) {
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	log := slog.New(slog.DiscardHandler)
	slow := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		cancel()
		time.Sleep(100 * time.Millisecond)
		_, _ = io.WriteString(w, "whole")
	})
	returned := false
	ended := make(chan error, 1)
	go func() {
		ended <- serve(ctx, func() { returned = true }, log, func() {}, []*listening{{newServer(slow, log), l}})
	}()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+l.Addr().String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, err := io.ReadAll(resp.Body); string(body) != "whole" {
		t.Errorf("got %q, %v", body, err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if !returned {
		t.Error("the signals were not given back: a second one would not kill")
	}
}

// TestServerHasTimeouts holds that no connection can stay for ever.
func TestServerHasTimeouts(t *testing.T) {
	s := newServer(http.NotFoundHandler(), slog.New(slog.DiscardHandler))
	if s.ReadHeaderTimeout <= 0 || s.ReadTimeout <= 0 || s.WriteTimeout <= 0 || s.IdleTimeout <= 0 || s.MaxHeaderBytes <= 0 {
		t.Errorf("%+v", s)
	}
}

// TestNoCgo holds that the program can be one static file: nothing in it but
// the standard library has a part in C, and that has another way.
func TestNoCgo(t *testing.T) {
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{if and .CgoFiles (not .Standard)}}{{.ImportPath}}{{end}}", ".")
	list.Env = append(os.Environ(), "CGO_ENABLED=1")
	out, err := list.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if found := strings.Fields(string(out)); len(found) > 0 {
		t.Errorf("these need a C compiler: %v", found)
	}
}
