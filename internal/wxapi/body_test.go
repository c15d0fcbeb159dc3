package wxapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"hash/crc32"
	"image/color"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/ticket"
)

// fullBody has every key once.
const fullBody = `{"scene":"a=1&b=2","page":"pages/index/index","path":[{"x":"]}"},1],"check_path":false,"env_version":"trial",` +
	`"width":500,"auto_color":true,"line_color":{"r":"255","g":7,"b":"010"},"is_hyaline":true,"show_splash_ad":false}`

func decode(body string, mode Compat) (issue.Request, error) {
	r := issue.NewRequest(1, "")
	err := decodeBody([]byte(body), mode, unlimitedKeys, &r)
	return r, err
}

func TestDecodeBody(t *testing.T) {
	full := issue.Request{
		App: 1, Scene: "a=1&b=2", Page: "pages/index/index", Env: "trial",
		Looks: issue.Looks{WidthPx: 500, AutoColor: true, Line: color.NRGBA{R: 255, G: 7, B: 10, A: 255}, Transparent: true},
	}
	camel := strings.NewReplacer("check_path", "checkPath", "env_version", "envVersion", "auto_color", "autoColor",
		"line_color", "lineColor", "is_hyaline", "isHyaline", "show_splash_ad", "showSplashAd").Replace(fullBody)
	clamped := issue.NewRequest(1, "a")
	clamped.WidthPx, clamped.Line = 1280, color.NRGBA{R: 255, A: 255}
	small := issue.NewRequest(1, "a")
	small.WidthPx = 280
	page := issue.NewRequest(1, `a\u0026b\\/c`)
	page.Page = "pages/index"
	lenient := issue.NewRequest(1, `a&b\/c`)
	lenient.Page = "pages/index"
	for _, c := range []struct {
		body string
		mode Compat
		want issue.Request
	}{
		{`{}`, WeChat, issue.NewRequest(1, "")},
		{" \t\r\n{ \n\"scene\" : \"a\" \n , \"width\" : null } \n", WeChat, issue.NewRequest(1, "a")},
		{fullBody, WeChat, full},
		{fullBody, Lenient, full},
		{camel, Lenient, full},
		{`{"scene":"a","width":99999999999999999999,"line_color":{"r":256,"g":-1}}`, WeChat, clamped},
		{`{"scene":"a","width":1e400,"line_color":{"r":"99999999999999999999","g":"-1"}}`, WeChat, clamped},
		{`{"scene":"a","width":-1e400}`, WeChat, small},
		{`{"scene":"a","width":1e-9}`, Lenient, small},
		{`{"scene":"a","width":"17"}`, Lenient, small},
		{`{"scene":"a\u0026b\\\/c","page":"pages\/index"}`, WeChat, page},
		{`{"scene":"a\u0026b\\\/c","page":"\/pages\/index"}`, Lenient, lenient},
		{`{"scene":"b","SCENE":"c","width":500,"width":"","scene":"a"}`, Lenient, func() issue.Request {
			r := issue.NewRequest(1, "a")
			r.WidthPx = 500
			return r
		}()},
	} {
		got, err := decode(c.body, c.mode)
		if err != nil {
			t.Errorf("%v %s: %v", c.mode, c.body, err)
			continue
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%v %s:\n%s", c.mode, c.body, diff)
		}
	}
}

// TestReasons holds the texts that tell an operator which field broke which rule.
func TestReasons(t *testing.T) {
	for body, want := range map[string]string{
		``:                                      "the body is not one JSON object in UTF-8",
		`{"scene":"a"}{}`:                       "the body is not one JSON object in UTF-8",
		`{"Scene":"a"}`:                         `unknown key "Scene"`,
		`{"scene":"a","scene":"a"}`:             "scene is given twice",
		`{"page":[]}`:                           "page must be a string",
		`{"is_hyaline":"false"}`:                "is_hyaline must be true or false",
		`{"width":"430"}`:                       "width must be a number",
		`{"width":430.5}`:                       "width must be a whole number",
		`{"line_color":"{}"}`:                   "line_color must be an object with r, g and b",
		`{"line_color":{"r":true}}`:             "line_color has a wrong colour: r must be a number",
		`{"line_color":{"g":"0x10"}}`:           `line_color has a wrong colour: g must be decimal digits, not "0x10"`,
		`{"line_color":{"a":1}}`:                `line_color has a wrong colour: unknown key "a"`,
		`{"line_color":{"b":1,"b":1}}`:          "line_color has a wrong colour: b is given twice",
		`{"` + strings.Repeat("k", 99) + `":1}`: `unknown key "` + strings.Repeat("k", 40) + `"`,
	} {
		_, err := decode(body, WeChat)
		p, ok := errors.AsType[*problem](err)
		if !ok || p.failure != badBody || p.hint != want {
			t.Errorf("%s: got %v, want %s", body, err, want)
		}
	}
}

// memory is a registry with one app, published in all environments with one page, that never writes.
type memory struct{ snapshot *issue.Snapshot }

func newMemory(tb testing.TB) memory {
	tb.Helper()
	const page = "pages/index/index"
	app := &issue.App{Number: 1, AppID: "wx0123456789abcdef", Pages: new(issue.Pages), Paths: new(issue.Paths), Art: issue.NewArt("wx0123456789abcdef", nil, nil)}
	if err := app.Pages.Add(1, page); err != nil {
		tb.Fatal(err)
	}
	for i, env := range issue.Envs {
		version, err := issue.NewVersion(uint64(i)+1, env, page, app.CreatedAt, []string{page}, []uint64{1})
		if err != nil {
			tb.Fatal(err)
		}
		app.Versions[env] = version
	}
	snapshot, err := issue.NewSnapshot([]*issue.App{app}, ticket.Keys{1: make([]byte, 32)})
	if err != nil {
		tb.Fatal(err)
	}
	return memory{snapshot}
}

func (m memory) Snapshot() *issue.Snapshot { return m.snapshot }

// AssignPage gives different pages different numbers, but for accidents.
func (m memory) AssignPage(_ context.Context, _ uint64, path string) (uint64, error) {
	return 2 + uint64(crc32.ChecksumIEEE([]byte(path)))%(ticket.MaxPage-2), nil
}

func (m memory) Token(context.Context, issue.TokenHash) (issue.Token, bool, error) {
	return issue.Token{}, false, nil
}

func (m memory) LastToken(context.Context, uint64, issue.TokenKind) (issue.Token, bool, error) {
	return issue.Token{}, false, nil
}

func (m memory) TokensGiven(context.Context, uint64, issue.TokenKind, time.Time) (issue.Given, error) {
	return issue.Given{}, nil
}

func (m memory) RenewToken(context.Context, uint64, issue.TokenKind, time.Time, func(issue.Token, issue.Given) (issue.Renewal, error)) error {
	return errors.ErrUnsupported
}

// AssignPath gives different paths different numbers, but for accidents.
func (m memory) AssignPath(_ context.Context, _ uint64, _ ticket.Env, path string, _ int) (uint64, error) {
	return 1 + uint64(crc32.ChecksumIEEE([]byte(path)))%(ticket.MaxPage-1), nil
}

func (m memory) NoteClear(context.Context, uint64, time.Time, time.Time, int) error {
	return errors.ErrUnsupported
}

// FuzzBody holds for any body at all: what is refused is refused as 47001; what is accepted is within all bounds; what
// makes a code in the strict mode makes the same code with the same looks in the lenient one; and the walk over the
// members sees what encoding/json sees.
func FuzzBody(f *testing.F) {
	for _, cells := range docTable(f, "bodies") {
		f.Add([]byte(strings.Trim(cells[0], "`")))
	}
	f.Add([]byte(fullBody))
	f.Add([]byte("\n{\"scene\":\"a\\/b\",\"page\":\"a\\\\u0026\",\"check_path\":false,\"width\":-0.0}\n"))
	f.Add([]byte(`{"scene":"é","line_color":{"r":1e2,"g":"-0","b":"007"},"path":{"a":[[],{"b":"\"]}"}]}}`))
	issuer := issue.NewIssuer(newMemory(f))
	f.Fuzz(func(t *testing.T, body []byte) {
		compareWalk(t, body)
		strict, strictErr := decode(string(body), WeChat)
		lenient, lenientErr := decode(string(body), Lenient)
		for _, err := range []error{strictErr, lenientErr} {
			if p, ok := errors.AsType[*problem](err); err != nil && (!ok || p.failure != badBody) {
				t.Fatalf("refused with %v", err)
			}
		}
		if strictErr != nil {
			return
		}
		if lenientErr != nil {
			t.Fatalf("only the strict mode takes it: %v", lenientErr)
		}
		if strict.WidthPx < issue.MinWidth || strict.WidthPx > issue.MaxWidth || strict.Line.A != 255 || strict.App != 1 {
			t.Fatalf("out of bounds: %+v", strict)
		}
		want, err := issuer.Mint(t.Context(), strict)
		if err != nil {
			return
		}
		if strict != lenient {
			t.Fatalf("strict %+v\nlenient %+v", strict, lenient)
		}
		code, err := ticket.Parse(want)
		if err != nil || code.Scene != strict.Scene || code.Env.String() != strict.Env {
			t.Fatalf("%+v became %+v, %v", strict, code, err)
		}
	})
}

// compareWalk goes over an object with [members] and with encoding/json.
func compareWalk(t *testing.T, body []byte) {
	t.Helper()
	if !isObject(body) {
		return
	}
	d := json.NewDecoder(bytes.NewReader(body))
	if _, err := d.Token(); err != nil {
		t.Fatal(err)
	}
	for name, value := range members(body) {
		key, err := d.Token()
		if err != nil {
			t.Fatal(err)
		}
		var want json.RawMessage
		if err := d.Decode(&want); err != nil {
			t.Fatal(err)
		}
		if key != plainText(name) || !bytes.Equal(value, want) {
			t.Fatalf("member %q: %s, want %q: %s", name, value, key, want)
		}
	}
	if end, err := d.Token(); end != json.Delim('}') {
		t.Fatalf("the walk ended before %v, %v", end, err)
	}
}

func TestMembersStops(t *testing.T) {
	var names []string
	for name := range members([]byte(`{"a":1,"b":2,"c":3}`)) {
		names = append(names, string(name))
		if len(names) == 2 {
			break
		}
	}
	if !slices.Equal(names, []string{"a", "b"}) {
		t.Errorf("got %v", names)
	}
}

func BenchmarkDecodeBody(b *testing.B) {
	for name, body := range map[string]string{"minimal": `{"scene":"a=1"}`, "full": fullBody} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(body)))
			raw := []byte(body)
			for b.Loop() {
				r := issue.NewRequest(1, "")
				if err := decodeBody(raw, WeChat, unlimitedKeys, &r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
