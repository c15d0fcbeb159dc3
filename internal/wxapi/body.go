package wxapi

import (
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/suncode/suncode/internal/issue"
)

// maxBody is the longest body of a request, in bytes. The longest that makes sense, a page of 1024 bytes with every
// byte escaped, is a tenth of it.
const maxBody = 64 << 10

// readBody reads the whole body. A longer one than maxBody is left unread, and its connection is closed after the
// answer. w is nil where there is no connection.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
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
var unlimitedKeys = []key[issue.Request]{
	{"scene", "scene", func(v value, r *issue.Request) string { return v.text(&r.Scene) }},
	{"page", "page", func(v value, r *issue.Request) string { return v.page(&r.Page) }},
	{"path", "path", ignored},
	{"check_path", "checkPath", func(v value, r *issue.Request) string { return v.flag(&r.CheckPath) }},
	{"env_version", "envVersion", func(v value, r *issue.Request) string { return v.env(&r.Env) }},
	{"width", "width", func(v value, r *issue.Request) string { return v.width(&r.WidthPx) }},
	{"auto_color", "autoColor", func(v value, r *issue.Request) string { return v.flag(&r.AutoColor) }},
	{"line_color", "lineColor", lineColor},
	{"is_hyaline", "isHyaline", func(v value, r *issue.Request) string { return v.flag(&r.Transparent) }},
	{"show_splash_ad", "showSplashAd", func(v value, _ *issue.Request) string { return v.flag(new(bool)) }},
}

// channelKeys are the members of line_color.
var channelKeys = []key[issue.Request]{
	{"r", "r", func(v value, r *issue.Request) string { return v.channel(&r.Line.R) }},
	{"g", "g", func(v value, r *issue.Request) string { return v.channel(&r.Line.G) }},
	{"b", "b", func(v value, r *issue.Request) string { return v.channel(&r.Line.B) }},
}

// stableKeys are the members of the body of stable_token.
var stableKeys = []key[credentials]{
	{"grant_type", "grantType", func(v value, c *credentials) string { return v.text(&c.grantType) }},
	{"appid", "appid", func(v value, c *credentials) string { return v.text(&c.appID) }},
	{"secret", "secret", func(v value, c *credentials) string { return v.text(&c.secret) }},
	{"force_refresh", "forceRefresh", func(v value, c *credentials) string { return v.flag(&c.force) }},
}

// ignored takes any value of any type.
func ignored(value, *issue.Request) string { return "" }

func lineColor(v value, r *issue.Request) string {
	if v.json[0] != '{' {
		return "want an object with r, g and b"
	}
	return readObject(v, channelKeys, r)
}

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
			return keys[i].name + ": given twice"
		}
		seen |= 1 << i
		if json[0] == 'n' {
			continue
		}
		if fault := keys[i].read(value{json, object.compat}, into); fault != "" {
			return keys[i].name + ": " + fault
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
