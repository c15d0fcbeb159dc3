package conformance

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/ArtisanCloud/PowerWeChat/v3/src/kernel/power"
	granted "github.com/ArtisanCloud/PowerWeChat/v3/src/kernel/response"
	"github.com/ArtisanCloud/PowerWeChat/v3/src/miniProgram"
	"github.com/medivhzhan/weapp/v3"
	weappcache "github.com/medivhzhan/weapp/v3/cache"
	"github.com/medivhzhan/weapp/v3/logger"
	"github.com/silenceper/wechat/v2/cache"
	"github.com/silenceper/wechat/v2/credential"
	"github.com/silenceper/wechat/v2/miniprogram"
	"github.com/silenceper/wechat/v2/miniprogram/config"
	"github.com/silenceper/wechat/v2/miniprogram/qrcode"
	"github.com/silenceper/wechat/v2/util"

	wired "github.com/suncode/suncode/conformance/clients"
)

func goClients() []client {
	return []client{
		{name: "silenceper", run: runSilenceper(false)},
		{name: "silenceper stable", stable: true, run: runSilenceper(true)},
		{name: "PowerWeChat", renews: true, run: runPowerWeChat},
		{name: "weapp", stable: true, run: runWeapp},
	}
}

// told finds the errcode in what these SDKs make of an error.
var told = regexp.MustCompile(`(?:errcode=|errcode:|"errcode":|code\[)(-?\d+)`)

// failed is the outcome of a call whose error is all there is.
func failed(err error) outcome {
	o := outcome{Code: -2, Message: err.Error()} // no errcode that the platform has
	if found := told.FindStringSubmatch(o.Message); found != nil {
		o.Code, _ = strconv.Atoi(found[1]) // a number, as the pattern holds
	}
	return o
}

func runSilenceper(stable bool) func(*testing.T, session) []outcome {
	return func(t *testing.T, s session) []outcome {
		t.Helper()
		client := util.DefaultHTTPClient
		t.Cleanup(func() { util.DefaultHTTPClient = client })
		var app *miniprogram.MiniProgram
		if s.Server == "" {
			app = miniprogram.NewMiniProgram(&config.Config{AppID: s.AppID, AppSecret: s.Secret, Cache: cache.NewMemory(), UseStableAK: stable})
		} else {
			var err error
			if app, err = wired.Silenceper(s.Server, s.AppID, s.Secret, stable); err != nil {
				t.Fatal(err)
			}
		}
		if s.Token != "" {
			kind := "_access_token_"
			if stable {
				kind = "_stable" + kind
			}
			if err := app.GetContext().Cache.Set(credential.CacheKeyMiniProgramPrefix+kind+s.AppID, s.Token, time.Hour); err != nil {
				t.Fatal(err)
			}
		}
		return each(s.Requests, func(r request) outcome {
			q := qrcode.QRCoder{
				Scene: r.Scene, Page: r.Page, CheckPath: r.CheckPath, EnvVersion: r.Env, Width: r.Width,
				AutoColor: r.AutoColor, IsHyaline: r.Transparent,
			}
			if r.Line != nil {
				q.LineColor = &qrcode.Color{R: r.Line["r"], G: r.Line["g"], B: r.Line["b"]}
			}
			picture, err := app.GetQRCode().GetWXACodeUnlimit(q)
			if err != nil {
				return failed(err)
			}
			return outcome{Picture: picture}
		})
	}
}

func runPowerWeChat(t *testing.T, s session) []outcome {
	t.Helper()
	app := powerWeChat(t, s)
	return each(s.Requests, func(r request) outcome {
		if r.Env == "" {
			r.Env = "release" // see TestPowerWeChatDefaults
		}
		return unlimitedPowerWeChat(t, app, r)
	})
}

// powerWeChat is the SDK wired and with the token to begin with. It writes its
// log into the working directory.
func powerWeChat(t *testing.T, s session) *miniProgram.MiniProgram {
	t.Helper()
	t.Chdir(t.TempDir())
	var app *miniProgram.MiniProgram
	var err error
	if s.Server == "" {
		app, err = miniProgram.NewMiniProgram(&miniProgram.UserConfig{AppID: s.AppID, Secret: s.Secret})
	} else {
		app, err = wired.PowerWeChat(s.Server, s.AppID, s.Secret)
	}
	if err == nil && s.Token != "" {
		_, err = app.AccessToken.SetToken(&granted.ResponseGetToken{AccessToken: s.Token, ExpiresIn: 7200})
	}
	if err != nil {
		t.Fatal(err)
	}
	return app
}

func unlimitedPowerWeChat(t *testing.T, app *miniProgram.MiniProgram, r request) outcome {
	t.Helper()
	line := power.HashMap{}
	for channel, value := range r.Line {
		line[channel] = value
	}
	checkPath := r.CheckPath == nil || *r.CheckPath
	resp, err := app.WXACode.GetUnlimited(t.Context(), r.Scene, r.Page, checkPath, r.Env, int64(r.Width), r.AutoColor, &line, r.Transparent)
	if err != nil {
		return failed(err)
	}
	body := read(t, resp)
	if resp.Header.Get("Content-Type") != "image/jpeg" {
		return failed(errors.New(string(body)))
	}
	return outcome{Picture: body}
}

func runWeapp(t *testing.T, s session) []outcome {
	t.Helper()
	var app *weapp.Client
	if s.Server == "" {
		app = weapp.NewClient(s.AppID, s.Secret)
	} else {
		var err error
		if app, err = wired.Weapp(s.Server, s.AppID, s.Secret); err != nil {
			t.Fatal(err)
		}
	}
	app.SetLogLevel(logger.Silent)
	if s.Token != "" {
		tokens := weappcache.NewMemoryCache()
		tokens.Set(fmt.Sprintf("weapp.%s.access.token", s.AppID), s.Token, time.Hour)
		weapp.WithCache(tokens)(app)
	}
	return each(s.Requests, func(r request) outcome {
		q := &weapp.UnlimitedQRCode{
			Scene: r.Scene, Page: r.Page, EnvVersion: r.Env, Width: r.Width, AutoColor: r.AutoColor, IsHyaline: r.Transparent,
			CheckPath: r.CheckPath != nil && *r.CheckPath,
			LineColor: weapp.Color{R: r.Line["r"], G: r.Line["g"], B: r.Line["b"]},
		}
		resp, failure, err := app.GetUnlimitedQRCode(q)
		if err != nil {
			return failed(err)
		}
		if failure.ErrCode != 0 {
			return outcome{Code: failure.ErrCode, Message: failure.ErrMSG}
		}
		return outcome{Picture: read(t, resp)}
	})
}

// each makes the requests one after the other.
func each(requests []request, do func(request) outcome) []outcome {
	outcomes := make([]outcome, 0, len(requests))
	for _, r := range requests {
		outcomes = append(outcomes, do(r))
	}
	return outcomes
}

// TestPowerWeChatDefaults makes the SDK's shortest call, which sends "" as the
// environment: the server refuses that as the platform does, unless it is told
// to be lenient.
func TestPowerWeChatDefaults(t *testing.T) {
	shortest := trial{request: request{Scene: "a=1"}}
	for compat, code := range map[string]int{"wechat": 40097, "lenient": 0} {
		t.Run(compat, func(t *testing.T) {
			s := start(t, "--compat", compat)
			app := powerWeChat(t, session{Server: s.url, AppID: s.ID, Secret: s.Secret})
			want := shortest
			want.want = code
			s.wantOutcome(t, unlimitedPowerWeChat(t, app, shortest.request), want)
		})
	}
}
