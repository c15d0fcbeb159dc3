package wxapi

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/internal/sqlite"
)

// usageOf asks for a quota.
func (r *rig) usageOf(tb testing.TB, path string) string {
	tb.Helper()
	got := r.call(quotaPath, `{"cgi_path":"`+path+`"}`)
	if got.Header.Get("Content-Type") != gatewayType {
		tb.Errorf("%s: %s", path, got.Header.Get("Content-Type"))
	}
	return string(got.body)
}

func TestQuota(t *testing.T) {
	r := newRig(t, nil)
	want := func(path, want string) {
		t.Helper()
		if got := r.usageOf(t, path); got != `{"errcode":0,"errmsg":"ok","quota":`+want+`}` {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	const none = `{"daily_limit":7200000,"used":0,"remain":7200000},"rate_limit":{"call_count":5000,"refresh_second":60}`
	for _, path := range []string{unlimitedPath, codePath, squarePath} {
		want(path, none)
	}
	want(tokenPath, `{"daily_limit":2000,"used":1,"remain":1999}`)
	want(stablePath, `{"daily_limit":500000,"used":0,"remain":500000},"rate_limit":{"call_count":10000,"refresh_second":60}`)
	want(ridPath, `{"daily_limit":1073741824,"used":0,"remain":1073741824}`)
	r.code(`{"scene":"a=1"}`)
	r.code(`not even JSON`)
	r.call(squarePath, `{"path":"p"}`)
	r.stable(false)
	r.grant(t, r.draftID, r.draftSecret) // another app's
	r.token = r.grant(t, r.appID, r.secret)
	want(unlimitedPath, `{"daily_limit":7200000,"used":2,"remain":7199998},"rate_limit":{"call_count":5000,"refresh_second":60}`)
	want(squarePath, `{"daily_limit":7200000,"used":1,"remain":7199999},"rate_limit":{"call_count":5000,"refresh_second":60}`)
	want(codePath, none)
	want(tokenPath, `{"daily_limit":2000,"used":2,"remain":1998}`)
	want(stablePath, `{"daily_limit":500000,"used":1,"remain":499999},"rate_limit":{"call_count":10000,"refresh_second":60}`)
	want(quotaPath, `{"daily_limit":1073741824,"used":12,"remain":1073741812}`)

	if got := r.call(clearPath, `{"appid":"`+r.appID+`"}`); string(got.body) != okBody || got.Header.Get("Content-Type") != gatewayType {
		t.Errorf("clear_quota: %s", got.body)
	}
	r.wait(time.Millisecond) // tokens of the same millisecond count
	want(unlimitedPath, none)
	want(tokenPath, `{"daily_limit":2000,"used":0,"remain":2000}`)
}

// TestQuotaTurns lets a day end.
func TestQuotaTurns(t *testing.T) {
	r := newRig(t, func(c *Config) { c.Limiter = nil })
	handler := r.Config.Handler.(*Handler)
	handler.Limiter = issue.NewQuotas(r.store, Rules(0, 1), r.now)
	wantPicture(t, r.code(`{"scene":"a=1"}`))
	wantError(t, r.code(`{"scene":"a=1"}`), overLimit)
	now := r.now().UTC().Add(8 * time.Hour) // the clock of China
	midnight := time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, time.UTC)
	r.wait(midnight.Sub(now) - time.Minute)
	r.token = r.grant(t, r.appID, r.secret)
	if r.now().Before(midnight.Add(-8 * time.Hour)) { // the test was not too slow
		wantError(t, r.code(`{"scene":"a=1"}`), overLimit)
	}
	r.wait(time.Minute)
	wantPicture(t, r.code(`{"scene":"a=1"}`))
	if got := r.usageOf(t, unlimitedPath); got != `{"errcode":0,"errmsg":"ok","quota":{"daily_limit":1,"used":1,"remain":0}}` {
		t.Errorf("the next day: %s", got)
	}
}

// TestClearV2 gives appid and secret in each way that clients do.
func TestClearV2(t *testing.T) {
	r := newRig(t, nil)
	for name, got := range map[string]reply{
		"body":            r.send(http.MethodPost, clearV2Path, `{"appid":"`+r.appID+`","appsecret":"`+r.secret+`"}`),
		"query":           r.send(http.MethodPost, clearV2Path+"?appid="+r.appID+"&appsecret="+r.secret, ""),
		"query and token": r.call(clearV2Path, "null").withQuery(r),
	} {
		if string(got.body) != okBody {
			t.Errorf("%s: %s", name, got.body)
		}
	}
	wantError(t, r.send(http.MethodPost, clearV2Path, `appid=x`), badBody)
}

// withQuery repeats a call as one of the SDKs makes it: with the credentials and a token in the query.
func (reply) withQuery(r *rig) reply {
	return r.send(http.MethodPost, clearV2Path+"?access_token="+r.token+"&appid="+r.appID+"&appsecret="+r.secret, "null")
}

// TestForcedRefreshes holds the bounds of force_refresh.
func TestForcedRefreshes(t *testing.T) {
	r := newRig(t, nil)
	last := tokenOf(t, r.stable(true)).Token
	if again := tokenOf(t, r.stable(true)).Token; again != last {
		t.Error("a second forced refresh within 30 seconds gives a new token")
	}
	for i := 2; i <= issue.ForcesPerDay; i++ {
		r.wait(31 * time.Second)
		next := tokenOf(t, r.stable(true)).Token
		if next == last {
			t.Fatalf("forced refresh %d changes nothing", i)
		}
		wantError(t, r.send(http.MethodPost, unlimitedPath+"?access_token="+last, `{"scene":"a=1"}`), badCredential)
		last = next
	}
	r.wait(31 * time.Second)
	wantError(t, r.stable(true), overLimit)
	if same := tokenOf(t, r.stable(false)).Token; same != last {
		t.Error("without force there is another token")
	}
	wantPicture(t, r.send(http.MethodPost, unlimitedPath+"?access_token="+last, `{"scene":"a=1"}`))
	if got := r.call(clearPath, `{"appid":"`+r.appID+`"}`); string(got.body) != okBody {
		t.Fatalf("clear_quota: %s", got.body)
	}
	if next := tokenOf(t, r.stable(true)).Token; next == last {
		t.Error("after clear_quota a forced refresh changes nothing")
	}
}

// TestTokenOverlap holds both kinds of token to the five minutes in which the old one is good beside the new.
func TestTokenOverlap(t *testing.T) {
	r := newRig(t, nil)
	good := func(token string) {
		t.Helper()
		wantPicture(t, r.send(http.MethodPost, unlimitedPath+"?access_token="+token, `{"scene":"a=1"}`))
	}
	bad := func(token string, want failure) {
		t.Helper()
		wantError(t, r.send(http.MethodPost, unlimitedPath+"?access_token="+token, `{"scene":"a=1"}`), want)
	}
	stable, plain := tokenOf(t, r.stable(false)), r.token
	r.wait(time.Hour)
	newer := r.grant(t, r.appID, r.secret)
	r.wait(5*time.Minute - 5*time.Second)
	good(plain)
	good(newer)
	r.wait(10 * time.Second)
	bad(plain, badCredential)
	good(newer)
	good(stable.Token)

	r.wait(50*time.Minute - time.Minute) // 1:54 of the stable token's two hours
	if got := tokenOf(t, r.stable(false)); got.Token != stable.Token || got.ExpiresIn < 300 {
		t.Errorf("after 1:54 there is another stable token, or it lasts %d seconds", got.ExpiresIn)
	}
	r.wait(90 * time.Second)
	next := tokenOf(t, r.stable(false))
	if next.Token == stable.Token || next.ExpiresIn != 7200 {
		t.Errorf("after 1:55:30 the stable token is still the old one, or the new one lasts %d seconds", next.ExpiresIn)
	}
	good(stable.Token)
	good(next.Token)
	r.wait(5 * time.Minute)
	bad(stable.Token, endedToken)
	good(next.Token)
}

// why asks for a failed call.
func (r *rig) why(tb testing.TB, rid string) requestJSON {
	tb.Helper()
	got := r.call(ridPath, `{"rid":"`+rid+`"}`)
	var result ridJSON
	if err := json.Unmarshal(got.body, &result); err != nil || result.Errcode != 0 || result.Errmsg != "ok" {
		tb.Fatalf("rid/get: %s %v", got.body, err)
	}
	return result.Request
}

// TestWhy asks why calls failed.
func TestWhy(t *testing.T) {
	r := newRig(t, nil)
	old := r.token
	r.token = r.grant(t, r.appID, r.secret)
	stable := tokenOf(t, r.stable(false)).Token
	for _, c := range []struct {
		name              string
		call              func() reply
		url, body, reason string
	}{
		{
			"unknown key", func() reply { return r.code(`{"scene":"a&b","check_page":false}` + "\n") },
			"/wxa/getwxacodeunlimit?access_token=[hidden]", `{"scene":"a&b","check_page":false}` + "\n", `unknown key "check_page"`,
		},
		{
			"scene", func() reply { return r.code(`{"scene":"a%"}`) },
			"/wxa/getwxacodeunlimit?access_token=[hidden]", `{"scene":"a%"}`, "invalid scene: ticket: character not allowed in a scene: '%' at 1",
		},
		{
			"made-up token", func() reply {
				return r.send(http.MethodPost, "/wxa/getwxacode?x=1&access_token=made-up", `{"path":"p"}`)
			},
			"/wxa/getwxacode?x=1&access_token=[hidden]", "", "invalid access token: it has 7 characters, not 43: not a token of this server",
		},
		{
			"secret for a token", func() reply {
				return r.send(http.MethodGet, "/cgi-bin/token?grant_type=x&appid="+r.appID+"&secret="+r.secret, "")
			},
			"/cgi-bin/token?grant_type=x&appid=" + r.appID + "&secret=[hidden]", "", "grant_type is not client_credential",
		},
		{
			"secret in the body", func() reply {
				return r.send(http.MethodPost, stablePath, `{"appid":"`+r.appID+`","secret":"`+r.secret+`","secret":"`+r.secret+`"}`)
			},
			stablePath, `{"appid":"` + r.appID + `","secret":"[hidden]","secret":"[hidden]"}`, "secret is given twice",
		},
		{
			"secret in a wrong place", func() reply { return r.code(`{"scene":"` + r.secret + `","page":"` + stable + `"}`) },
			"/wxa/getwxacodeunlimit?access_token=[hidden]", `{"scene":"[hidden]","page":"[hidden]"}`,
			`invalid page: page "[hidden]" is not in the release version of ` + r.appID,
		},
		{
			"secret for an appid", func() reply {
				return r.send(http.MethodGet, "/cgi-bin/token?secret=x&appid="+r.secret, "")
			},
			"/cgi-bin/token?secret=[hidden]&[hidden]", "", "no app has this appid",
		},
		{
			"escaped secret", func() reply {
				return r.send(http.MethodGet, fmt.Sprintf("/cgi-bin/token?app%%73ecret=y&appid=%%%x%s", r.secret[0], r.secret[1:]), "")
			},
			"/cgi-bin/token?app%73ecret=[hidden]&[hidden]", "", "the secret is missing or empty",
		},
		{
			"a hash that is no secret", func() reply { return r.code(`{"scene":"0123456789abcdef0123456789abcdef!"}`) },
			"/wxa/getwxacodeunlimit?access_token=[hidden]", `{"scene":"0123456789abcdef0123456789abcdef!"}`,
			"invalid length for scene: scene has 33 characters, at most 32 are allowed",
		},
		{
			"secret at the cut", func() reply {
				return r.code(strings.Repeat(" ", keptBody-20) + r.secret + strings.Repeat(" ", 100))
			},
			"/wxa/getwxacodeunlimit?access_token=[hidden]", strings.Repeat(" ", keptBody-20) + "[hidden]" + strings.Repeat(" ", 12),
			"the body is not one JSON object in UTF-8",
		},
		{
			"unknown call", func() reply { return r.send(http.MethodPost, "/wxa/nothing", "") },
			"/wxa/nothing", "", "this server has no such call",
		},
	} {
		failed := c.call()
		got := r.why(t, ridOf(t, failed))
		if age := r.now().Unix() - got.InvokeTime; age < 0 || age > 60 {
			t.Errorf("%s: invoke_time is %d seconds ago", c.name, age)
		}
		want := requestJSON{
			InvokeTime: got.InvokeTime, CostInMS: got.CostInMS, RequestURL: c.url, RequestBody: c.body,
			ResponseBody: string(failed.body), ClientIP: "127.0.0.1", Reason: c.reason,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s:\n%s", c.name, diff)
		}
	}
	// A token that was replaced is known to have been the app's.
	r.wait(6 * time.Minute)
	replaced := ridOf(t, r.send(http.MethodPost, unlimitedPath+"?access_token="+old, `{"scene":"a=1"}`))
	if got := r.why(t, replaced); !strings.Contains(got.Reason, r.appID+" got a newer token") {
		t.Errorf("replaced token: %+v", got)
	}
	foreign := r.send(http.MethodPost, ridPath+"?access_token="+r.grant(t, r.draftID, r.draftSecret), `{"rid":"`+replaced+`"}`)
	wantError(t, foreign, foreignRID)
}

// TestWhyLasts starts the server's journal again and lets seven days pass.
func TestWhyLasts(t *testing.T) {
	r := newRig(t, nil)
	handler := r.Config.Handler.(*Handler)
	rid := ridOf(t, r.code(`{}`))
	before := r.why(t, rid)
	if err := handler.Journal.(*sqlite.Journal).Close(); err != nil {
		t.Fatal(err)
	}
	journal := sqlite.NewJournal(r.store, slog.New(slog.DiscardHandler), r.now)
	defer journal.Close()
	handler.Journal = journal
	if diff := cmp.Diff(before, r.why(t, rid)); diff != "" {
		t.Errorf("after a new start:\n%s", diff)
	}
	r.wait(7*24*time.Hour - time.Minute)
	r.token = r.grant(t, r.appID, r.secret)
	r.why(t, rid)
	r.wait(2 * time.Minute)
	gone := func(rid string) {
		t.Helper()
		if got := r.call(ridPath, `{"rid":"`+rid+`"}`); !strings.HasPrefix(string(got.body), `{"errcode":76001,"errmsg":"rid not found rid: `) {
			t.Errorf("got %s", got.body)
		}
	}
	gone(rid)
	handler.Journal = nil
	gone(ridOf(t, r.code(`{}`)))
}

// TestWhyServer tells the caller no more of a fault of the server than that it was one.
func TestWhyServer(t *testing.T) {
	r := newRig(t, nil)
	handler := r.Config.Handler.(*Handler)
	good := handler.Limiter
	handler.Limiter = countFunc(func() error { panic("pool of threads") })
	rid := ridOf(t, r.code(`{"scene":"a=1"}`))
	handler.Limiter = good
	if got := r.why(t, rid); got.Reason == "" || strings.Contains(got.Reason, "pool") {
		t.Errorf("got %+v", got)
	}
}

// TestAddresses holds the list of an app to the calls with its secret, and to the address that proxies vouch for.
func TestAddresses(t *testing.T) {
	r := newRig(t, func(c *Config) {
		c.Proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("10.0.0.0/8")}
	})
	path := "/cgi-bin/token?grant_type=client_credential&appid=" + r.appID + "&secret=" + r.secret
	ask := func(forwarded ...string) reply {
		return r.do(http.MethodGet, path, nil, http.Header{"X-Forwarded-For": forwarded})
	}
	tokenOf(t, ask("198.51.100.1")) // no list yet
	r.list("192.0.2.0/24", "2001:db8::/32")
	for _, good := range [][]string{
		{"192.0.2.1"},
		{"198.51.100.1, 192.0.2.1"},
		{"198.51.100.1", "192.0.2.1 , 10.1.2.3"},
		{"192.0.2.1:4711"},
		{"2001:db8::5"},
		{"[2001:db8::5]:4711"},
		{"::ffff:192.0.2.9"},
	} {
		if got := ask(good...); !strings.Contains(string(got.body), "access_token") {
			t.Errorf("%v: %s", good, got.body)
		}
	}
	for forwarded, ip := range map[string]string{
		"":                        "127.0.0.1",
		"192.0.2.1, 198.51.100.1": "198.51.100.1",
		"192.0.2.1, 2001:db9::1":  "2001:db9::1",
		"192.0.2.1, nonsense":     "127.0.0.1",
		"192.0.2.1,":              "127.0.0.1",
	} {
		wantError(t, ask(forwarded), badIP(netip.MustParseAddr(ip)))
	}
	wantError(t, r.stable(false), badIP(netip.MustParseAddr("127.0.0.1")))
	wantError(t, r.send(http.MethodPost, clearV2Path+"?appid="+r.appID+"&appsecret="+r.secret, ""), badIP(netip.MustParseAddr("127.0.0.1")))
	wantError(t, r.send(http.MethodGet, path+"x", ""), badSecret) // who lacks the secret learns nothing of the list
	wantPicture(t, r.code(`{"scene":"a=1"}`))                     // a token is good from everywhere
	r.list()
	tokenOf(t, ask("198.51.100.1"))
}

func FuzzForwarded(f *testing.F) {
	for _, seed := range []string{"", "1.2.3.4", "1.2.3.4:5", "[::1]:5", "::1%eth0", "a, 10.0.0.1", "10.0.0.1,,10.0.0.2", "::ffff:10.0.0.1"} {
		f.Add(seed)
	}
	h := New(Config{Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}})
	f.Fuzz(func(t *testing.T, header string) {
		r := &http.Request{RemoteAddr: "10.9.9.9:1", Header: http.Header{"X-Forwarded-For": {header}}}
		if ip := h.client(r); !ip.IsValid() || ip.Is4In6() || ip.Zone() != "" {
			t.Fatalf("%q gives %v", header, ip)
		}
		r.RemoteAddr = "192.0.2.1:1"
		if ip := h.client(r); ip.String() != "192.0.2.1" {
			t.Fatalf("a stranger is believed: %v", ip)
		}
	})
}

// FuzzBlank puts a secret and a token into any text: neither comes out.
func FuzzBlank(f *testing.F) {
	secret, plain := issue.NewSecret()
	app := &issue.App{Secret: secret}
	token := strings.Repeat("Aa0_-", 9)[:tokenChars]
	for _, seed := range [][2]string{
		{`{"appid":"`, `"}`}, {"secret=", "&x"}, {"/wxa/x?access_token=", ""}, {`"secret\":\"`, `\"`}, {"", ""}, {" ", "%"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, before, after string) {
		for _, hide := range []string{plain, token} {
			if got := blank(before+hide+after, app); strings.Contains(got, hide) {
				t.Fatalf("%q comes out in %q", hide, got)
			}
			if got := blank(before+hide+after, nil); strings.Contains(got, hide) {
				t.Fatalf("%q comes out in %q", hide, got)
			}
		}
	})
}
