package wxapi

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/jpeg"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/scan"
)

// scanned is where the round code in a picture leads.
func (r *rig) scanned(tb testing.TB, got reply) issue.Target {
	tb.Helper()
	found := scan.Find(wantPicture(tb, got), scan.Options{})
	if len(found) != 1 {
		tb.Fatalf("%d codes in the picture", len(found))
	}
	raw, ok := found[0].Ticket()
	if !ok {
		tb.Fatal("the code has no ticket")
	}
	target, err := issue.NewResolver(r.store).Resolve(raw)
	if err != nil {
		tb.Fatal(err)
	}
	return target
}

// TestPathCodes makes codes with paths, reads them back out of their pictures, and counts them.
func TestPathCodes(t *testing.T) {
	r := newRig(t, nil)
	for _, c := range []struct {
		path, body string
		used       int
		want       issue.Target // of a round code
	}{
		{codePath, `{"path":"pages/user/user?x=a%3D1&y=&x=2&z"}`, 1, issue.Target{
			Page: "pages/user/user", Path: "pages/user/user?x=a%3D1&y=&x=2&z",
			Query: map[string]string{"x": "2", "y": "", "z": ""}, Listed: true,
		}},
		{codePath, `{"path":"pages/user/user?x=a%3D1&y=&x=2&z","is_hyaline":true,"width":600}`, 1, issue.Target{
			Page: "pages/user/user", Path: "pages/user/user?x=a%3D1&y=&x=2&z",
			Query: map[string]string{"x": "2", "y": "", "z": ""}, Listed: true,
		}},
		{codePath, `{"path":"pages/user/user","line_color":{"r":120}}`, 2, issue.Target{
			Page: "pages/user/user", Path: "pages/user/user", Query: map[string]string{}, Listed: true,
		}},
		{codePath, `{"path":"pages/user/user","env_version":"develop"}`, 3, issue.Target{
			Page: "pages/user/user", Path: "pages/user/user", Query: map[string]string{}, Env: 2,
		}},
		{squarePath, `{"path":"pages/user/user"}`, 3, issue.Target{}},
		{squarePath, `{"path":"?from=square"}`, 4, issue.Target{}},
		{codePath, `{"path":"?from=square"}`, 4, issue.Target{
			Page: "pages/index/index", Path: "pages/index/index?from=square", Query: map[string]string{"from": "square"}, Listed: true,
		}},
	} {
		got := r.call(c.path, c.body)
		wantPicture(t, got)
		if used := got.Header.Get("Num-Used"); used != strconv.Itoa(c.used) {
			t.Errorf("%s: Num-Used %q, want %d", c.body, used, c.used)
		}
		if c.path == squarePath {
			continue
		}
		target := r.scanned(t, got)
		target.App = nil
		if diff := cmp.Diff(c.want, target); diff != "" {
			t.Errorf("%s:\n%s", c.body, diff)
		}
	}
	if used, there := r.code(`{"scene":"a=1"}`).Header["Num-Used"]; there {
		t.Errorf("a code with a scene has Num-Used %v", used)
	}
}

// TestPathsInManyGoroutines asks for a few codes many times at once: each gets one number.
func TestPathsInManyGoroutines(t *testing.T) {
	r := newRig(t, func(c *Config) { c.Issuer.LimitPaths(4) })
	done := make(chan string)
	for i := range 40 {
		go func() {
			got := r.call(squarePath, `{"path":"p?i=`+strconv.Itoa(i%4)+`"}`)
			done <- got.Header.Get("Num-Used")
		}()
	}
	for range 40 {
		if used := <-done; used < "1" || used > "4" {
			t.Errorf("Num-Used %q", used)
		}
	}
	wantError(t, r.call(squarePath, `{"path":"p?i=4"}`), noMoreCodes)
}

// TestSquare looks at the square pictures and, where there is a program for it, reads them as phones do.
func TestSquare(t *testing.T) {
	r := newRig(t, nil)
	zbar, err := exec.LookPath("zbarimg")
	if err != nil && os.Getenv("SUNCODE_TEST_TOOLS") == "required" {
		t.Fatal(err)
	}
	for body, widthPx := range map[string]int{
		`{"path":"pages/index/index?x=1"}`:              430,
		`{"path":"pages/index/index?x=1","width":1280}`: 1280,
		`{"path":"pages/index/index?x=1","width":1}`:    280,
	} {
		got := r.call(squarePath, body)
		if size := wantPicture(t, got).Bounds().Size(); size != image.Pt(widthPx, widthPx) {
			t.Errorf("%s: %v", body, size)
		}
		if _, err := jpeg.Decode(bytes.NewReader(got.body)); err != nil {
			t.Errorf("%s: %v", body, err)
		}
		if zbar == "" {
			continue
		}
		file := filepath.Join(t.TempDir(), "code.jpg")
		if err := os.WriteFile(file, got.body, 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.CommandContext(t.Context(), zbar, "--raw", "--quiet", "-Sdisable", "-Sqrcode.enable", file).Output()
		if err != nil {
			t.Fatal(err)
		}
		text, ok := strings.CutPrefix(strings.TrimSpace(string(out)), "https://codes.example.com/c/")
		raw, err := base64.RawURLEncoding.DecodeString(text)
		if !ok || err != nil {
			t.Fatalf("zbarimg reads %s", out)
		}
		target, err := issue.NewResolver(r.store).Resolve(raw)
		if err != nil || target.Path != "pages/index/index?x=1" || target.App.AppID != r.appID {
			t.Errorf("%s leads to %+v, %v", out, target, err)
		}
	}
}

// TestPathBehindCall is how a cloud function gets a code with a path.
func TestPathBehindCall(t *testing.T) {
	r := newRig(t, nil)
	handler := r.Config.Handler.(*Handler)
	app, _ := r.store.Snapshot().App(r.appID)
	kind, data := handler.Call(t.Context(), app, codePath, []byte(`{"path":"pages/index/index?x=1"}`))
	over := r.call(codePath, `{"path":"pages/index/index?x=1"}`)
	if kind != "image/jpeg" || !bytes.Equal(data, over.body) {
		t.Errorf("got %s, %d bytes, over HTTP %d bytes", kind, len(data), len(over.body))
	}
	if _, data := handler.Call(t.Context(), app, codePath, []byte(`{"path":""}`)); !bytes.Contains(data, []byte("40159")) {
		t.Errorf("got %s", data)
	}
	wantError(t, r.send(http.MethodPost, codePath+"?access_token=x", `{"path":"p"}`), badCredential)
}

// FuzzPathBody is FuzzBody for the calls with a path.
func FuzzPathBody(f *testing.F) {
	for _, cells := range docTable(f, "path bodies") {
		f.Add([]byte(strings.Trim(cells[0], "`")))
	}
	f.Add([]byte(`{"path":"a\\\"b\/?\u00e9&x=\ud83d\ude00","env_version":"trial","width":1e3,"line_color":{"r":1},"scene":[{}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, keys := range [][]key[issue.PathRequest]{codeKeys, squareKeys} {
			strict, lenient := issue.NewPathRequest(1, ""), issue.NewPathRequest(1, "")
			err := decodeBody(body, WeChat, keys, &strict)
			if err != nil {
				if p := problemOf(err); p.failure != badBody {
					t.Fatalf("refused with %v", err)
				}
				continue
			}
			if err := decodeBody(body, Lenient, keys, &lenient); err != nil {
				t.Fatalf("only the strict mode takes it: %v", err)
			}
			if !bytes.ContainsRune(body, '\\') {
				if lenient.Path != strings.TrimPrefix(strict.Path, "/") {
					t.Fatalf("strict %q, lenient %q", strict.Path, lenient.Path)
				}
			}
			if len(strict.Path) > len(body) || strict.WidthPx < issue.MinWidth || strict.WidthPx > issue.MaxWidth {
				t.Fatalf("out of bounds: %+v", strict)
			}
			checkIssued(t, strict)
		}
	})
}

// checkIssued holds that a code with the path, if there is one, leads to that path.
func checkIssued(t *testing.T, r issue.PathRequest) {
	t.Helper()
	store := growing{newMemory(t)}
	if _, err := issue.NewIssuer(store).IssueSquare(t.Context(), r, "x"); err != nil {
		if issue.CodeOf(err) == issue.Internal {
			t.Fatalf("%+v: %v", r, err)
		}
		return
	}
	app, _ := store.snapshot.AppByNumber(1)
	env, err := issue.ParseEnv(r.Env)
	if err != nil {
		t.Fatal(err)
	}
	if path, ok := app.Paths.Path(env, 1); !ok || path != r.Path {
		t.Fatalf("%q was kept as %q", r.Path, path)
	}
}
