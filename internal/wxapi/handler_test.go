package wxapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/internal/reading"
)

// errorBody is an error to the byte: compact, no newline, the rid at the end.
var errorBody = regexp.MustCompile(`^\{"errcode":(-?\d+),"errmsg":"(.+) rid: ([0-9a-f]{8})-[0-9a-f]{8}-[0-9a-f]{8}"\}$`)

// wantError compares the whole answer with the row of the table.
func wantError(tb testing.TB, got reply, want failure) {
	tb.Helper()
	m := errorBody.FindSubmatch(got.body)
	if m == nil {
		tb.Fatalf("got %s %.200q, want error %d", got.Header.Get("Content-Type"), got.body, want.errcode)
	}
	errcode, _ := strconv.Atoi(string(m[1]))
	if have := (failure{errcode, string(m[2]), got.Header.Get("Content-Type")}); have != want {
		tb.Errorf("got %v, want %v", have, want)
	}
	if got.StatusCode != http.StatusOK {
		tb.Errorf("got status %d, want 200", got.StatusCode)
	}
	if got.ContentLength != int64(len(got.body)) || got.Header.Get("Content-Disposition") != "" {
		tb.Errorf("got Content-Length %d for %d bytes, Content-Disposition %q", got.ContentLength, len(got.body), got.Header.Get("Content-Disposition"))
	}
	second, _ := strconv.ParseInt(string(m[3]), 16, 64)
	if age := time.Since(time.Unix(second, 0)); age < -72*time.Hour || age > time.Minute {
		tb.Errorf("rid %s: %v old", m[3], age)
	}
}

// wantPicture checks headers and returns the picture.
func wantPicture(tb testing.TB, got reply) image.Image {
	tb.Helper()
	want := map[string]string{
		"Content-Type": "image/jpeg", "Content-Disposition": `attachment; filename="QRCode.jpg"`,
		"Cache-Control": "no-cache, must-revalidate", "Content-Length": strconv.Itoa(len(got.body)),
		"Content-Encoding": "", "Connection": "",
	}
	have := map[string]string{}
	for name := range want {
		have[name] = got.Header.Get(name)
	}
	if diff := cmp.Diff(want, have); diff != "" || got.StatusCode != http.StatusOK || len(got.TransferEncoding) != 0 || got.Close {
		tb.Fatalf("status %d, transfer encoding %v, %.200q\n%s", got.StatusCode, got.TransferEncoding, got.body, diff)
	}
	picture, _, err := image.Decode(bytes.NewReader(got.body))
	if err != nil {
		tb.Fatal(err)
	}
	return picture
}

// errorCases has, for every error that this API can answer, a call that brings it about.
var errorCases = []struct {
	name string
	want failure
	call func(*rig) reply
}{
	{"the server's fault", systemError, func(r *rig) reply {
		broken := newRig(r.t, func(c *Config) {
			c.Limiter = countFunc(func() error { return errors.New("out of order") })
		})
		return broken.code(`{"scene":"a=1"}`)
	}},
	{"a panic", systemError, func(r *rig) reply {
		broken := newRig(r.t, func(c *Config) {
			c.Limiter = countFunc(func() error { panic("out of order") })
		})
		return broken.code(`{"scene":"a=1"}`)
	}},
	{"unknown token", badCredential, func(r *rig) reply {
		return r.send(http.MethodPost, "/wxa/getwxacodeunlimit?access_token=85_FAKE", `{"scene":"a=1"}`)
	}},
	{"replaced token", badCredential, func(r *rig) reply {
		old := r.token
		r.token = r.grant(r.t, r.appID, r.secret)
		r.wait(6 * time.Minute)
		return r.send(http.MethodPost, "/wxa/getwxacodeunlimit?access_token="+old, `{"scene":"a=1"}`)
	}},
	{"expired token", endedToken, func(r *rig) reply {
		r.wait(2*time.Hour + time.Second)
		got := r.code(`{"scene":"a=1"}`)
		r.token = r.grant(r.t, r.appID, r.secret)
		return got
	}},
	{"no token", noToken, func(r *rig) reply { return r.send(http.MethodPost, "/wxa/getwxacodeunlimit", `{"scene":"a=1"}`) }},
	{"token only in the body", noToken, func(r *rig) reply {
		return r.send(http.MethodPost, "/wxa/getwxacodeunlimit", `{"scene":"a=1","access_token":"`+r.token+`"}`)
	}},
	{"wrong method", wantsPost, func(r *rig) reply { return r.send(http.MethodGet, "/wxa/getwxacodeunlimit", "") }},
	{"wrong method, stable token", wantsPost, func(r *rig) reply { return r.send(http.MethodGet, "/cgi-bin/stable_token", "") }},
	{"wrong method, token", wantsGet, func(r *rig) reply { return r.send(http.MethodPost, "/cgi-bin/token", "") }},
	{"unknown call", badURL, func(r *rig) reply { return r.send(http.MethodPost, "/wxa/getwxacodeunlimit/", `{"scene":"a=1"}`) }},
	{"over the limit", overLimit, func(r *rig) reply {
		busy := newRig(r.t, func(c *Config) { c.Limiter = limit(2) })
		wantPicture(r.t, busy.code(`{"scene":"a=1"}`))
		wantError(r.t, busy.code(`{"scene":""}`), badSceneLength) // counts too
		return busy.code(`not even JSON`)
	}},
	{"form", badBody, func(r *rig) reply { return r.code(`scene=a%3D1`) }},
	{"no body", badBody, func(r *rig) reply { return r.code(``) }},
	{"not UTF-8", badBody, func(r *rig) reply { return r.code("{\"scene\":\"\xc4\xe3\"}") }},
	{"long body", badBody, func(r *rig) reply { return r.code(`{"scene":"a=1"}` + strings.Repeat(" ", maxBody)) }},
	{"deep body", badBody, func(r *rig) reply {
		return r.code(`{"path":` + strings.Repeat("[", 20000) + strings.Repeat("]", 20000) + `}`)
	}},
	{"long scene", badSceneLength, func(r *rig) reply { return r.code(`{"scene":"` + strings.Repeat("a", 33) + `"}`) }},
	{"percent in scene", badScene, func(r *rig) reply { return r.code(`{"scene":"a%3D1"}`) }},
	{"Chinese scene", badScene, func(r *rig) reply { return r.code(`{"scene":"扫码扫码扫码扫码扫码扫码"}`) }},
	{"environment", badArgs, func(r *rig) reply { return r.code(`{"scene":"a=1","env_version":"beta"}`) }},
	{"reserved word", reservedPage, func(r *rig) reply { return r.code(`{"scene":"a=1","page":"pages/scancode_time"}`) }},
	{"unknown page", badPage, func(r *rig) reply { return r.code(`{"scene":"a=1","page":"pages/no/no"}`) }},
	{"unpublished environment", badPage, func(r *rig) reply { return r.code(`{"scene":"a=1","env_version":"trial"}`) }},
	{"unpublished app", badPage, func(r *rig) reply {
		return r.send(http.MethodPost, "/wxa/getwxacodeunlimit?access_token="+r.grant(r.t, r.draftID, r.draftSecret), `{"scene":"a=1"}`)
	}},
	{"appid missing", noAppID, func(r *rig) reply { return r.send(http.MethodGet, "/cgi-bin/token", "") }},
	{"secret missing", noSecret, func(r *rig) reply { return r.send(http.MethodGet, "/cgi-bin/token?appid="+r.appID, "") }},
	{"unknown appid", badAppID, func(r *rig) reply {
		return r.send(http.MethodGet, "/cgi-bin/token?appid=wx0123456789abcdef&secret=x&grant_type=x", "")
	}},
	{"grant type", badGrantType, func(r *rig) reply {
		return r.send(http.MethodGet, "/cgi-bin/token?secret=wrong&appid="+r.appID, "")
	}},
	{"wrong secret", badSecret, func(r *rig) reply {
		return r.send(http.MethodGet, "/cgi-bin/token?grant_type=client_credential&secret=wrong&appid="+r.appID, "")
	}},
	{"stable: appid missing", noAppID, func(r *rig) reply { return r.send(http.MethodPost, "/cgi-bin/stable_token", `{}`) }},
	{"stable: form", badBody, func(r *rig) reply {
		return r.send(http.MethodPost, "/cgi-bin/stable_token", `grant_type=client_credential`)
	}},
	{"stable: wrong type", badBody, func(r *rig) reply {
		return r.send(http.MethodPost, "/cgi-bin/stable_token", `{"appid":"`+r.appID+`","force_refresh":"true"}`)
	}},
	{"stable: grant type", badGrantType, func(r *rig) reply {
		return r.send(http.MethodPost, "/cgi-bin/stable_token", `{"appid":"`+r.appID+`","secret":"`+r.secret+`","grant_type":"authorization_code"}`)
	}},
	{"address", badIP(netip.MustParseAddr("1.2.3.4")), func(r *rig) reply {
		proxied := newRig(r.t, func(c *Config) { c.Proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
		proxied.list("192.0.2.0/24")
		path := "/cgi-bin/token?grant_type=client_credential&appid=" + proxied.appID + "&secret=" + proxied.secret
		tokenOf(r.t, proxied.do(http.MethodGet, path, nil, http.Header{"X-Forwarded-For": {"192.0.2.77"}}))
		return proxied.do(http.MethodGet, path, nil, http.Header{"X-Forwarded-For": {"192.0.2.77, 1.2.3.4"}})
	}},
	{"stable: too often", slower, func(r *rig) reply {
		busy := newRig(r.t, func(c *Config) {
			c.Limiter = issue.NewQuotas(nil, map[string]issue.Rule{stablePath: {PerMinute: 1}}, func() time.Time { return time.Unix(0, 0) })
		})
		busy.stable(false)
		return busy.stable(false)
	}},
	{"stable: too often today", overLimit, func(r *rig) reply {
		busy := newRig(r.t, func(c *Config) { c.Limiter = issue.NewQuotas(nil, map[string]issue.Rule{stablePath: {PerDay: 1}}, nil) })
		busy.stable(false)
		return busy.stable(false)
	}},
	{"over the day's limit", overLimit, func(r *rig) reply {
		busy := newRig(r.t, func(c *Config) { c.Limiter = issue.NewQuotas(nil, Rules(0, 1), nil) })
		wantPicture(r.t, busy.code(`{"scene":"a=1"}`))
		wantPicture(r.t, busy.call(codePath, `{"path":"p"}`)) // counts for itself
		return busy.code(`{"scene":"a=1"}`)
	}},
	{"no path", badPathLength, func(r *rig) reply { return r.call(codePath, `{"page":"pages/index/index"}`) }},
	{"long path", badPathLength, func(r *rig) reply {
		wantPicture(r.t, r.call(codePath, `{"path":"`+strings.Repeat("码", 1024)+`"}`))
		return r.call(codePath, `{"path":"`+strings.Repeat("a", 1025)+`"}`)
	}},
	{"long path, square", badPathLength, func(r *rig) reply {
		wantPicture(r.t, r.call(squarePath, `{"path":"`+strings.Repeat("码", 128)+`"}`))
		return r.call(squarePath, `{"path":"`+strings.Repeat("a", 129)+`"}`)
	}},
	{"picture by its address", badImgURL, func(r *rig) reply {
		return r.send(http.MethodPost, imgPath+"?img_url=http%3A%2F%2F127.0.0.1%2Fx.jpg&access_token="+r.token, "")
	}},
	{"no picture", noMedia, func(r *rig) reply { return r.call(imgPath, `{}`) }},
	{"a form without a file", noMedia, func(r *rig) reply { return r.img("", []byte("x")) }},
	{"no picture, token neither", noToken, func(r *rig) reply { return r.send(http.MethodPost, imgPath, "") }},
	{"picture by GET", wantsPost, func(r *rig) reply { return r.send(http.MethodGet, imgPath, "") }},
	{"text for a picture", badFileType, func(r *rig) reply { return r.img("x.jpg", []byte("no picture")) }},
	{"long picture", largeMedia, func(r *rig) reply { return r.img("x.jpg", make([]byte, maxImg+1)) }},
	{"longer picture", largeMedia, func(r *rig) reply { return r.img("x.jpg", make([]byte, 2*maxImg)) }},
	{"many pixels", largeMedia, func(r *rig) reply {
		small := newRig(r.t, func(c *Config) { c.Reader = reading.New(reading.Config{MaxPixels: 1000}) })
		return small.img("x.jpg", small.code(`{"scene":"a=1"}`).body)
	}},
	{"many pictures at once", systemError, func(r *rig) reply {
		full := newRig(r.t, func(c *Config) { c.Reader = reading.New(reading.Config{UploadBytes: 1 << 16}) })
		return full.img("x.jpg", make([]byte, 1<<17))
	}},
	{"slash before the path", badURL, func(r *rig) reply { return r.call(codePath, `{"path":"/pages/index/index"}`) }},
	{"path in an environment that is none", badArgs, func(r *rig) reply { return r.call(codePath, `{"path":"p","env_version":"beta"}`) }},
	{"reserved word in the path", reservedPage, func(r *rig) reply { return r.call(squarePath, `{"path":"p?scancode_time=1"}`) }},
	{"no more paths", noMoreCodes, func(r *rig) reply {
		full := newRig(r.t, func(c *Config) { c.Issuer.LimitPaths(2) })
		wantPicture(r.t, full.call(codePath, `{"path":"p?a=1"}`))
		wantPicture(r.t, full.call(squarePath, `{"path":"p?a=2"}`))
		wantError(r.t, full.call(squarePath, `{"path":"p?a=3"}`), noMoreCodes)
		wantPicture(r.t, full.call(squarePath, `{"path":"p?a=1"}`)) // an old one
		return full.call(codePath, `{"path":"p?a=1","env_version":"trial"}`)
	}},
	{"path with GET", wantsPost, func(r *rig) reply { return r.send(http.MethodGet, codePath, "") }},
	{"path without a token", noToken, func(r *rig) reply { return r.send(http.MethodPost, squarePath, `{"path":"p"}`) }},
	{"quota of nothing", noSuchCall, func(r *rig) reply { return r.call(quotaPath, `{}`) }},
	{"quota of an address", noSuchCall, func(r *rig) reply {
		return r.call(quotaPath, `{"cgi_path":"https://api.weixin.qq.com/wxa/getwxacode"}`)
	}},
	{"quota of a login", foreignCall, func(r *rig) reply { return r.call(quotaPath, `{"cgi_path":"/sns/jscode2session"}`) }},
	{"quota of a number", badBody, func(r *rig) reply { return r.call(quotaPath, `{"cgi_path":1}`) }},
	{"clear nothing", noAppID, func(r *rig) reply { return r.call(clearPath, `{}`) }},
	{"clear another's", badAppID, func(r *rig) reply { return r.call(clearPath, `{"appid":"`+r.draftID+`"}`) }},
	{"clear, wrong secret", badSecret, func(r *rig) reply {
		return r.send(http.MethodPost, clearV2Path, `{"appid":"`+r.appID+`","appsecret":"x"}`)
	}},
	{"clear, no secret", noSecret, func(r *rig) reply { return r.send(http.MethodPost, clearV2Path+"?appid="+r.appID, "") }},
	{"clear, unknown appid", badAppID, func(r *rig) reply {
		return r.send(http.MethodPost, clearV2Path+"?appid=wx0123456789abcdef&appsecret=x", "")
	}},
	{"clear, GET", wantsPost, func(r *rig) reply { return r.send(http.MethodGet, clearV2Path, "") }},
	{"cleared too often", noMoreClears, func(r *rig) reply {
		busy := newRig(r.t, nil)
		for i := range issue.ClearsPerMonth {
			if got := busy.call(clearPath, `{"appid":"`+busy.appID+`"}`); string(got.body) != okBody {
				r.t.Fatalf("the %dth time: %s", i+1, got.body)
			}
		}
		return busy.send(http.MethodPost, clearV2Path+"?appid="+busy.appID+"&appsecret="+busy.secret, "")
	}},
	{"no rid", badRID, func(r *rig) reply { return r.call(ridPath, `{}`) }},
	{"a rid with capitals", badRID, func(r *rig) reply { return r.call(ridPath, `{"rid":"6650A1B2-1f2e3d4c-5b6a7980"}`) }},
	{"unknown rid", noSuchRID, func(r *rig) reply { return r.call(ridPath, `{"rid":"6650a1b2-1f2e3d4c-5b6a7980"}`) }},
	{"another's rid", foreignRID, func(r *rig) reply {
		mine := ridOf(r.t, r.code(`{}`))
		return r.send(http.MethodPost, ridPath+"?access_token="+r.grant(r.t, r.draftID, r.draftSecret), `{"rid":"`+mine+`"}`)
	}},
}

func TestErrors(t *testing.T) {
	r := newRig(t, nil)
	answered := map[int]bool{}
	for _, c := range errorCases {
		t.Run(c.name, func(t *testing.T) {
			r.t = t
			wantError(t, c.call(r), c.want)
		})
		answered[c.want.errcode] = true
	}
	for _, f := range documentedErrors(t) {
		if !answered[f.errcode] {
			t.Errorf("docs/API.md has error %d, which no call of this test brings about", f.errcode)
		}
	}
}

// TestFailures holds the mapping from the domain to the wire: what is not in it must be unreachable from here.
func TestFailures(t *testing.T) {
	unreachable := []issue.Code{
		issue.Internal, issue.InvalidWidth, issue.MalformedTicket, issue.ForgedTicket, issue.UnknownTicket,
		issue.InvalidManifest, issue.InvalidArt, issue.BadRegistry,
	}
	for _, code := range issue.Codes() {
		if _, ok := failures[code]; ok == slices.Contains(unreachable, code) {
			t.Errorf("%v: in the table %v", code, ok)
		}
	}
}

// TestOrder breaks every rule at once and mends one after the other, in the documented order.
func TestOrder(t *testing.T) {
	r := newRig(t, nil)
	const path = "/wxa/getwxacodeunlimit"
	for _, step := range []struct {
		method, token, body string
		want                failure
	}{
		{http.MethodPut, "", `x`, wantsPost},
		{http.MethodPost, "", `x`, noToken},
		{http.MethodPost, "x", `x`, badCredential},
		{http.MethodPost, r.token, `x`, badBody},
		{http.MethodPost, r.token, `{"scene":"a%234567890123456789012345678901234","env_version":"","page":"/scancode_time"}`, badSceneLength},
		{http.MethodPost, r.token, `{"scene":"a%","env_version":"","page":"/scancode_time"}`, badScene},
		{http.MethodPost, r.token, `{"scene":"a","env_version":"","page":"/scancode_time"}`, badArgs},
		{http.MethodPost, r.token, `{"scene":"a","env_version":"trial","page":"/scancode_time"}`, reservedPage},
		{http.MethodPost, r.token, `{"scene":"a","env_version":"trial","page":"/pages"}`, badPage},
	} {
		wantError(t, r.send(step.method, path+"?access_token="+step.token, step.body), step.want)
	}
}

func TestPicture(t *testing.T) {
	r := newRig(t, nil)
	for body, widthPx := range map[string]int{
		`{"scene":"a=1"}`:              430,
		`{"scene":"a=1","width":500}`:  500,
		`{"scene":"a=1","width":0}`:    280,
		`{"scene":"a=1","width":-1e9}`: 280,
		`{"scene":"a=1","width":9999}`: 1280,
		`{"scene":"a=1","check_path":false,"page":"pages/later/later","env_version":"develop"}` + "\n": 430,
	} {
		got := r.code(body)
		if size := wantPicture(t, got).Bounds().Size(); size != image.Pt(widthPx, widthPx) {
			t.Errorf("%s: got %v, want %d pixels", body, size, widthPx)
		}
		if _, err := jpeg.Decode(bytes.NewReader(got.body)); err != nil {
			t.Errorf("%s: %v", body, err)
		}
	}
	hyaline := r.code(`{"scene":"a=1","is_hyaline":true}`)
	wantPicture(t, hyaline)
	if _, err := png.Decode(bytes.NewReader(hyaline.body)); err != nil {
		t.Errorf("is_hyaline: %v", err)
	}
	unpublished := r.send(http.MethodPost, "/wxa/getwxacodeunlimit?access_token="+r.grant(r.t, r.draftID, r.draftSecret), `{"scene":"a=1","check_path":false}`)
	wantPicture(t, unpublished)
	again := r.code(`{"scene":"a=1","is_hyaline":true}`)
	if !bytes.Equal(again.body, hyaline.body) {
		t.Error("the same request gave another picture")
	}
}

// TestTransport sends what clients send around the JSON: any Content-Type, chunks, other parameters, an offer to
// unpack gzip.
func TestTransport(t *testing.T) {
	r := newRig(t, nil)
	const body = `{"scene":"a=1"}` + "\n"
	for _, contentType := range []string{"", "text/plain", "application/x-www-form-urlencoded", "application/json;charset=utf-8", "///"} {
		got := r.do(http.MethodPost, "/wxa/getwxacodeunlimit?lang=zh&access_token="+r.token+"&x=%zz",
			strings.NewReader(body), http.Header{"Content-Type": {contentType}, "Accept-Encoding": {"gzip"}, "Accept": {"application/json"}})
		wantPicture(t, got)
	}
	chunked := r.do(http.MethodPost, "/wxa/getwxacodeunlimit?access_token="+r.token, io.MultiReader(strings.NewReader(body)), nil)
	wantPicture(t, chunked)
	wantPicture(t, r.send(http.MethodPost, "/wxa/getwxacodeunlimit?cloudbase_access_token="+r.token, body))
}

func TestLongBodyClosesConnection(t *testing.T) {
	r := newRig(t, nil)
	got := r.code(strings.Repeat(" ", 10*maxBody))
	wantError(t, got, badBody)
	if !got.Close {
		t.Error("the connection stays open with the rest of the body in it")
	}
}

func TestToken(t *testing.T) {
	r := newRig(t, nil)
	path := "/cgi-bin/token?neededText=&grant_type=client_credential&appid=" + r.appID + "&secret=" + r.secret
	got := r.send(http.MethodGet, path, "")
	token := tokenOf(t, got)
	want := `{"access_token":"` + token.Token + `","expires_in":7200}`
	if string(got.body) != want || got.Header.Get("Content-Type") != gatewayType || got.StatusCode != http.StatusOK {
		t.Errorf("got %s %s, want %s", got.Header.Get("Content-Type"), got.body, want)
	}
	for _, good := range []string{r.token, token.Token} { // the older one for five minutes more
		wantPicture(t, r.send(http.MethodPost, "/wxa/getwxacodeunlimit?access_token="+good, `{"scene":"a=1"}`))
	}
}

func TestStableToken(t *testing.T) {
	r := newRig(t, nil)
	ask := func(force bool) tokenReply {
		t.Helper()
		body := fmt.Sprintf(`{"grant_type":"client_credential","appid":%q,"secret":%q,"force_refresh":%v}`, r.appID, r.secret, force)
		return tokenOf(t, r.send(http.MethodPost, "/cgi-bin/stable_token", body))
	}
	first := ask(false)
	r.wait(time.Minute)
	if second := ask(false); second.Token != first.Token || second.ExpiresIn > 7140 || second.ExpiresIn < 7130 {
		t.Errorf("got %v after %v, want the same with a minute less", second, first)
	}
	forced := ask(true)
	if forced.Token == first.Token || forced.ExpiresIn != 7200 {
		t.Errorf("got %v after %v, want a new one", forced, first)
	}
	wantError(t, r.send(http.MethodPost, "/wxa/getwxacodeunlimit?access_token="+first.Token, `{"scene":"a=1"}`), badCredential)
	wantPicture(t, r.send(http.MethodPost, "/wxa/getwxacodeunlimit?access_token="+forced.Token, `{"scene":"a=1"}`))
	wantPicture(t, r.code(`{"scene":"a=1"}`))
}

// TestLog makes one call of every kind and looks into the log for what must be there and what must not.
func TestLog(t *testing.T) {
	r := newRig(t, nil)
	failed := r.code(`{"scene":"a=1","check_page":false}`)
	r.send(http.MethodPost, "/cgi-bin/stable_token", `{"grant_type":"client_credential","appid":"`+r.secret+`","secret":"`+r.secret+`"}`)
	r.send(http.MethodPost, "/cgi-bin/stable_token", `{"grant_type":"client_credential","appid":"`+r.appID+`","appsecret":"`+r.secret+`"}`)
	r.send(http.MethodGet, "/cgi-bin/token?grant_type="+r.secret+"&appid="+r.appID+"&secret="+r.secret, "")
	r.send(http.MethodPost, "/wxa/getwxacodeunlimit?access_token="+r.token[:20], `{"scene":"a=1"}`)
	r.send(http.MethodPost, "/wxa/getwxacodeunlimit", `{"scene":"a=1","access_token":"`+r.token+`"}`)
	wantPicture(t, r.code(`{"scene":"a=1"}`))
	r.Close() // waits for the calls to end, which they do after their answers

	log := r.log.String()
	for _, secret := range []string{r.secret, r.token, r.token[:20]} {
		if strings.Contains(log, secret) {
			t.Errorf("the log has the secret %s", secret)
		}
	}
	var line struct {
		Level, RID, Method, Path, AppID, Errmsg, Reason string
		Errcode, Bytes                                  int
		Took                                            time.Duration
	}
	i := strings.Index(string(failed.body), " rid: ")
	rid := string(failed.body[i+6 : i+6+26])
	for text := range strings.Lines(log) {
		if strings.Contains(text, rid) {
			if err := json.Unmarshal([]byte(text), &line); err != nil {
				t.Fatal(err)
			}
		}
	}
	if line.Took <= 0 {
		t.Errorf("took %v", line.Took)
	}
	line.Took = 0
	want := line
	want.Level, want.RID, want.Method, want.Path, want.AppID = "INFO", rid, "POST", "/wxa/getwxacodeunlimit", r.appID
	want.Errcode, want.Errmsg, want.Reason, want.Bytes = 47001, "data format error", `unknown key "check_page"`, len(failed.body)
	if diff := cmp.Diff(want, line); diff != "" {
		t.Errorf("log line\n%s\n%s", diff, log)
	}
	observed := strings.Join(r.observe, ",")
	if !strings.HasSuffix(observed, "/wxa/getwxacodeunlimit 41001,/wxa/getwxacodeunlimit 0") {
		t.Errorf("observed %s", observed)
	}
}

func TestObserveUnknownPath(t *testing.T) {
	r := newRig(t, nil)
	r.send(http.MethodGet, "/wxa/"+strings.Repeat("x", 100), "")
	r.Close()
	if got := r.observe[len(r.observe)-1]; got != "other 40066" {
		t.Errorf("got %q, want one label for all unknown paths", got)
	}
}

func TestCompatText(t *testing.T) {
	for _, mode := range []Compat{WeChat, Lenient} {
		text, err := mode.MarshalText()
		var back Compat
		if err != nil || back.UnmarshalText(text) != nil || back != mode {
			t.Errorf("%v comes back as %v", mode, back)
		}
	}
	if err := new(Compat).UnmarshalText([]byte("strict")); err == nil {
		t.Error("strict is no mode")
	}
}

// BenchmarkCall is a call through the whole handler but for the making of the picture: the token, the limit, the body,
// and the refusal of an empty scene.
func BenchmarkCall(b *testing.B) {
	r := newRig(b, func(c *Config) { c.Log, c.Limiter = nil, limit(0) })
	handler := r.Config.Handler
	body := strings.NewReader("")
	request := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/wxa/getwxacodeunlimit?access_token="+r.token, io.NopCloser(body))
	b.ReportAllocs()
	for b.Loop() {
		body.Reset(`{"scene":"","page":"pages/index/index","width":430}`)
		handler.ServeHTTP(httptest.NewRecorder(), request)
	}
}

// TestParameter holds the quick reading of a query to that of net/url.
func TestParameter(t *testing.T) {
	piece := rapid.SampledFrom([]string{"access_token", "a", "=", "&", "%61", "+", ";", "x", "%", ""})
	rapid.Check(t, func(t *rapid.T) {
		u := &url.URL{RawQuery: strings.Join(rapid.SliceOf(piece).Draw(t, "query"), "")}
		for _, name := range []string{"access_token", "a", "ax"} {
			if got, want := parameter(u, name), u.Query().Get(name); got != want {
				t.Fatalf("%s in %q: %q, want %q", name, u.RawQuery, got, want)
			}
		}
	})
}
