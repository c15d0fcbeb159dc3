package wxapi

import (
	"bytes"
	"errors"
	"fmt"
	"image/color"
	"net/http"

	"github.com/suncode/suncode/internal/issue"
)

// maxBody is the longest body of a request, in bytes. The longest that makes sense, a page of 1024 bytes with every
// byte escaped, is a tenth of it.
const maxBody = 64 << 10

// usualBody is how much memory a body gets at first on its sender's word, in bytes.
const usualBody = 1 << 10

// readBody reads the whole body. A longer one than maxBody is left unread, and its connection is closed after the
// answer.
func (c *call) readBody() ([]byte, error) {
	room := bytes.NewBuffer(make([]byte, 0, max(0, min(c.ContentLength, usualBody))+bytes.MinRead))
	_, err := room.ReadFrom(http.MaxBytesReader(c.w, c.Body, maxBody))
	body := room.Bytes()
	c.read = body
	if _, long := errors.AsType[*http.MaxBytesError](err); long {
		return nil, badBody.because("the body is longer than %d bytes", maxBody)
	}
	if err != nil {
		return nil, badBody.because("the body breaks off: %v", err)
	}
	return body, nil
}

// A key is a member that an object may have. read stores the value in into, or says what is wrong with it.
type key[T any] struct {
	name  string
	camel string // the name as the cloud call spells it, for [Lenient]
	read  func(v value, into *T) (fault string)
}

// unlimitedKeys are the members of the body of getwxacodeunlimit.
var unlimitedKeys = append([]key[issue.Request]{
	{"scene", "scene", func(v value, r *issue.Request) string { return v.text(&r.Scene) }},
	{"page", "page", func(v value, r *issue.Request) string { return v.page(&r.Page) }},
	{"path", "path", ignored[issue.Request]},
	{"check_path", "checkPath", func(v value, r *issue.Request) string { return v.flag(&r.CheckPath) }},
	{"env_version", "envVersion", func(v value, r *issue.Request) string { return v.env(&r.Env) }},
	{"show_splash_ad", "showSplashAd", func(v value, _ *issue.Request) string { return v.flag(new(bool)) }},
}, looks(func(r *issue.Request) *issue.Looks { return &r.Looks })...)

// codeKeys are the members of the body of getwxacode. Those of the other calls are taken without effect, as
// getwxacodeunlimit takes path.
var codeKeys = append([]key[issue.PathRequest]{
	{"path", "path", func(v value, r *issue.PathRequest) string { return v.path(&r.Path) }},
	{"env_version", "envVersion", func(v value, r *issue.PathRequest) string { return v.env(&r.Env) }},
	{"scene", "scene", ignored[issue.PathRequest]},
	{"page", "page", ignored[issue.PathRequest]},
	{"check_path", "checkPath", ignored[issue.PathRequest]},
	{"show_splash_ad", "showSplashAd", ignored[issue.PathRequest]},
}, looks(func(r *issue.PathRequest) *issue.Looks { return &r.Looks })...)

// squareKeys are the members of the body of createwxaqrcode.
var squareKeys = []key[issue.PathRequest]{
	{"path", "path", func(v value, r *issue.PathRequest) string { return v.path(&r.Path) }},
	{"width", "width", func(v value, r *issue.PathRequest) string { return v.width(&r.WidthPx) }},
	{"env_version", "envVersion", ignored[issue.PathRequest]},
	{"scene", "scene", ignored[issue.PathRequest]},
	{"page", "page", ignored[issue.PathRequest]},
	{"check_path", "checkPath", ignored[issue.PathRequest]},
	{"auto_color", "autoColor", ignored[issue.PathRequest]},
	{"line_color", "lineColor", ignored[issue.PathRequest]},
	{"is_hyaline", "isHyaline", ignored[issue.PathRequest]},
	{"show_splash_ad", "showSplashAd", ignored[issue.PathRequest]},
}

// looks are the members that say how a round code is drawn, for a body whose request has them at part.
func looks[T any](part func(*T) *issue.Looks) []key[T] {
	return []key[T]{
		{"width", "width", func(v value, r *T) string { return v.width(&part(r).WidthPx) }},
		{"auto_color", "autoColor", func(v value, r *T) string { return v.flag(&part(r).AutoColor) }},
		{"line_color", "lineColor", func(v value, r *T) string { return lineColor(v, &part(r).Line) }},
		{"is_hyaline", "isHyaline", func(v value, r *T) string { return v.flag(&part(r).Transparent) }},
	}
}

// channelKeys are the members of line_color.
var channelKeys = []key[color.NRGBA]{
	{"r", "r", func(v value, c *color.NRGBA) string { return v.channel(&c.R) }},
	{"g", "g", func(v value, c *color.NRGBA) string { return v.channel(&c.G) }},
	{"b", "b", func(v value, c *color.NRGBA) string { return v.channel(&c.B) }},
}

func lineColor(v value, line *color.NRGBA) string {
	if v.json[0] != '{' {
		return "must be an object with r, g and b"
	}
	if fault := readObject(v, channelKeys, line); fault != "" {
		return "has a wrong colour: " + fault
	}
	return ""
}

// credentialKeys are the members of the body of stable_token.
var credentialKeys = []key[credentials]{
	{"grant_type", "grantType", func(v value, c *credentials) string { return v.text(&c.grantType) }},
	{"appid", "appid", func(v value, c *credentials) string { return v.text(&c.appID) }},
	{"secret", "secret", func(v value, c *credentials) string { return v.text(&c.secret) }},
	{"force_refresh", "forceRefresh", func(v value, c *credentials) string { return v.flag(&c.force) }},
}

// clearKeys are the members of the body of clear_quota and of its v2, which has the secret in the place of a token.
var (
	clearKeys     = []key[credentials]{{"appid", "appid", func(v value, c *credentials) string { return v.text(&c.appID) }}}
	clearKeysByV2 = append([]key[credentials]{
		{"appsecret", "appsecret", func(v value, c *credentials) string { return v.text(&c.secret) }},
	}, clearKeys...)
)

// one is the body with a single member, which is a text.
func one(name, camel string) []key[string] {
	return []key[string]{{name, camel, func(v value, into *string) string { return v.text(into) }}}
}

var (
	quotaKeys = one("cgi_path", "cgiPath")
	ridKeys   = one("rid", "rid")
)

// ignored takes any value of any type.
func ignored[T any](value, *T) string { return "" }

// decodeBody reads a body that must be one JSON object with no other members than keys. Errors are badBody.
func decodeBody[T any](body []byte, compat Compat, keys []key[T], into *T) error {
	if !isObject(body) {
		return badBody.because("the body is not one JSON object in UTF-8")
	}
	if fault := readObject(value{json: body, compat: compat}, keys, into); fault != "" {
		return badBody.because("%s", fault)
	}
	return nil
}

// readObject reads the members of a valid object. null is the same as a member that is not there. A member given
// twice is a fault, or in [Lenient] the last one counts.
func readObject[T any](object value, keys []key[T], into *T) (fault string) {
	var seen uint32
	for name, json := range members(object.json) {
		i := find(keys, name, object.compat)
		if i < 0 && object.compat == Lenient {
			continue
		}
		if i < 0 {
			return fmt.Sprintf("unknown key %.40q", name)
		}
		if seen&(1<<i) != 0 && object.compat != Lenient {
			return keys[i].name + " is given twice"
		}
		seen |= 1 << i
		if json[0] == 'n' {
			continue
		}
		if fault := keys[i].read(value{json, object.compat}, into); fault != "" {
			return keys[i].name + " " + fault
		}
	}
	return ""
}

// find is the index of the key with that name, as it stands in the body, or -1.
func find[T any](keys []key[T], name []byte, compat Compat) int {
	for i := range keys {
		if string(name) == keys[i].name {
			return i
		}
	}
	if compat != Lenient {
		return -1
	}
	plain := plainText(name)
	for i := range keys {
		if plain == keys[i].name || plain == keys[i].camel {
			return i
		}
	}
	return -1
}
