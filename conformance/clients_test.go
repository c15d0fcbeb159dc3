package conformance

import (
	"fmt"
	"image/color"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// request is a getwxacodeunlimit as its caller means it, in the form of the
// body. Fields that are zero are not given.
type request struct {
	Scene       string            `json:"scene"`
	Page        string            `json:"page,omitempty"`
	CheckPath   *bool             `json:"check_path,omitempty"`
	Env         string            `json:"env_version,omitempty"`
	Width       int               `json:"width,omitempty"`
	AutoColor   bool              `json:"auto_color,omitempty"`
	Line        map[string]string `json:"line_color,omitempty"`
	Transparent bool              `json:"is_hyaline,omitempty"`
}

// tone is the colour that the lines must have.
func (r request) tone() color.NRGBA {
	if r.AutoColor {
		return logoTone
	}
	channel := func(name string) uint8 {
		v, _ := strconv.Atoi(r.Line[name]) // not given is 0
		return uint8(v)
	}
	return color.NRGBA{channel("r"), channel("g"), channel("b"), 255}
}

// session is what a client is to do, in this order and with one token.
type session struct {
	Server   string    `json:"server"` // "" is the host that the client has built in
	AppID    string    `json:"appid"`
	Secret   string    `json:"secret"`
	Token    string    `json:"token"` // for the client to begin with, "" to get one
	Requests []request `json:"requests"`
}

// outcome is what a client tells its caller.
type outcome struct {
	Picture []byte `json:"picture"`
	Code    int    `json:"code"` // the errcode, as far as the client tells
	Message string `json:"message"`
}

// client is an SDK, wired as docs/CLIENTS.md says.
type client struct {
	name   string
	lacks  string // keys of the body that it cannot send
	stable bool   // it gets its token from stable_token
	renews bool   // it gets a new token when one is refused
	run    func(*testing.T, session) []outcome
}

// tokenCall is the path by which the client gets a token.
func (c client) tokenCall() string {
	if c.stable {
		return "/cgi-bin/stable_token"
	}
	return "/cgi-bin/token"
}

// can tells whether the client can send a key.
func (c client) can(key string) bool { return !slices.Contains(strings.Fields(c.lacks), key) }

// say is the request without what the client cannot send.
func (c client) say(r request) request {
	if !c.can("check_path") {
		r.CheckPath = nil
	}
	if !c.can("env_version") {
		r.Env = ""
	}
	return r
}

// clients are all of them.
func clients() []client { return append(goClients(), nodeClients()...) }

// trial is a request and its errcode; 0 is a picture.
type trial struct {
	name  string
	needs string // a key without which the trial makes no sense
	request
	want int
}

var trials = []trial{
	{name: "minimal", request: request{Scene: "a=1"}},
	{name: "full", request: request{
		Scene: "id=42&from=poster", Page: "pages/item/item", CheckPath: new(true), Env: "trial", Width: 600,
		Line: map[string]string{"r": "200", "g": "30", "b": "0"},
	}},
	{name: "transparent", request: request{Scene: "a=1", Page: "club/card/card", Line: map[string]string{"r": "0", "g": "90", "b": "160"}, Transparent: true}},
	{name: "auto colour", request: request{Scene: "a=1", AutoColor: true}},
	{name: "special characters", request: request{Scene: "!#$&'()*+,/:;=?@-._~aZ09"}},
	{name: "32 characters", request: request{Scene: "0123456789abcdefghijklmnopqrstuv"}},
	{name: "page that is not there yet", needs: "check_path", request: request{Scene: "a=1", Page: "pages/new/new", CheckPath: new(false)}},
	{name: "nothing published", needs: "env_version check_path", request: request{Scene: "a=1", CheckPath: new(false), Page: "pages/item/item", Env: "develop"}},

	{name: "no scene", request: request{}, want: 40169},
	{name: "33 characters", request: request{Scene: "0123456789abcdefghijklmnopqrstuvw"}, want: 40169},
	{name: "percent sign", request: request{Scene: "100%25"}, want: 40129},
	{name: "no such environment", needs: "env_version", request: request{Scene: "a=1", Env: "beta"}, want: 40097},
	{name: "reserved word", request: request{Scene: "a=1", Page: "pages/scancode_time/x", CheckPath: new(true)}, want: 85096},
	{name: "no such page", request: request{Scene: "a=1", Page: "pages/none/none", CheckPath: new(true)}, want: 41030},
	{name: "slash in front", request: request{Scene: "a=1", Page: "/pages/item/item", CheckPath: new(true)}, want: 41030},
	{name: "page of no version", needs: "env_version", request: request{Scene: "a=1", Page: "pages/item/item", CheckPath: new(true), Env: "develop"}, want: 41030},
	{name: "wrong type", request: request{Scene: "a=1", Line: map[string]string{"r": "red", "g": "0", "b": "0"}}, want: 47001},
}

// TestClients lets every client make every request that it can make.
func TestClients(t *testing.T) {
	for _, c := range clients() {
		t.Run(c.name, func(t *testing.T) { c.trials(t, start(t), false) })
	}
}

// trials makes the client's requests of the server, by its URL or by the host
// that the client has built in, all with one token.
func (c client) trials(t *testing.T, s *server, builtIn bool) {
	t.Helper()
	plan := session{Server: s.url, AppID: s.ID, Secret: s.Secret}
	if builtIn {
		plan.Server = ""
	}
	first := len(s.calls())
	wantCalls := []string{c.tokenCall() + " 0"}
	var made []trial
	for _, try := range trials {
		if slices.ContainsFunc(strings.Fields(try.needs), func(key string) bool { return !c.can(key) }) {
			continue
		}
		try.request = c.say(try.request)
		made = append(made, try)
		plan.Requests = append(plan.Requests, try.request)
		wantCalls = append(wantCalls, fmt.Sprint("/wxa/getwxacodeunlimit ", try.want))
	}
	outcomes := c.run(t, plan)
	if len(outcomes) != len(made) {
		t.Fatalf("%d outcomes of %d requests", len(outcomes), len(made))
	}
	for i, try := range made {
		t.Run(try.name, func(t *testing.T) { s.wantOutcome(t, outcomes[i], try) })
	}
	s.wantCalls(t, first, wantCalls...)
}

// withRID is the end of every errmsg.
var withRID = regexp.MustCompile(` rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}`)

func (s *server) wantOutcome(t *testing.T, got outcome, want trial) {
	t.Helper()
	if got.Code != want.want {
		t.Fatalf("got errcode %d (%.300q), want %d", got.Code, got.Message, want.want)
	}
	if want.want == 0 {
		s.wantCode(t, got.Picture, want.request)
		return
	}
	if len(got.Picture) > 0 || !withRID.MatchString(got.Message) {
		t.Errorf("error %d comes as %q with %d bytes of a picture", got.Code, got.Message, len(got.Picture))
	}
}

// TestCredentials gives every client a wrong appid and a wrong secret: what it
// then says comes from the token call.
func TestCredentials(t *testing.T) {
	s := start(t)
	requests := []request{{Scene: "a=1"}}
	for _, c := range clients() {
		t.Run(c.name, func(t *testing.T) {
			wrong := map[int]session{
				40013: {Server: s.url, AppID: "wx0000000000000000", Secret: s.Secret, Requests: requests},
				40125: {Server: s.url, AppID: s.ID, Secret: strings.Repeat("0", 32), Requests: requests},
			}
			for code, plan := range wrong {
				got := c.run(t, plan)[0]
				if got.Code != code || !withRID.MatchString(got.Message) {
					t.Errorf("got errcode %d (%.300q), want %d", got.Code, got.Message, code)
				}
			}
		})
	}
}

// TestRefusedToken lets every client begin with a token that the server does
// not take: those that get themselves a new one go on with it.
func TestRefusedToken(t *testing.T) {
	for _, c := range clients() {
		for code, token := range map[int]func(*testing.T, *server) string{
			40001: func(*testing.T, *server) string { return strings.Repeat("A", 43) },
			42001: expiredToken,
		} {
			t.Run(fmt.Sprint(c.name, " ", code), func(t *testing.T) {
				s := start(t)
				plan := session{Server: s.url, AppID: s.ID, Secret: s.Secret, Requests: []request{{Scene: "a=1"}}}
				plan.Token = token(t, s)
				before := len(s.calls())
				got := c.run(t, plan)[0]
				refused := fmt.Sprint("/wxa/getwxacodeunlimit ", code)
				if !c.renews {
					s.wantOutcome(t, got, trial{want: code})
					s.wantCalls(t, before, refused)
					return
				}
				s.wantOutcome(t, got, trial{request: plan.Requests[0]})
				s.wantCalls(t, before, refused, c.tokenCall()+" 0", "/wxa/getwxacodeunlimit 0")
			})
		}
	}
}

// TestRateLimit lets every client run into the limit of a minute.
func TestRateLimit(t *testing.T) {
	for _, c := range clients() {
		t.Run(c.name, func(t *testing.T) {
			s := start(t, "--rate-limit", "1")
			r := request{Scene: "a=1"}
			// The minute may turn between two calls, but not twice.
			outcomes := c.run(t, session{Server: s.url, AppID: s.ID, Secret: s.Secret, Requests: []request{r, r, r}})
			s.wantOutcome(t, outcomes[0], trial{request: r})
			limited := slices.IndexFunc(outcomes, func(o outcome) bool { return o.Code == 45009 })
			if limited < 0 {
				t.Fatalf("no call of three is refused: %v", outcomes)
			}
			s.wantOutcome(t, outcomes[limited], trial{want: 45009})
		})
	}
}
