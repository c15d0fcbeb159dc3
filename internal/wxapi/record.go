package wxapi

import (
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/suncode/suncode/internal/issue"
)

// What is kept of a failed call, in bytes.
const (
	keptURL    = 2 << 10
	keptBody   = 4 << 10
	keptReason = 1 << 10
)

// overhang is how much more of a body is looked at than is kept, so that the cut leaves no part of a secret or token.
const overhang = 64

// record keeps a call that failed for rid/get. It happens before the answer, so that who has the rid can ask.
func (h *Handler) record(c *call, id rid, p *problem, took time.Duration, a answer) {
	if h.Journal == nil {
		return
	}
	failed := issue.FailedCall{
		RID: id.String(), At: time.Unix(int64(id.second), 0), Took: took,
		URL:    keep(blankURL(c.URL, c.app), keptURL),
		Body:   keep(blank(string(c.read[:min(len(c.read), keptBody+overhang)]), c.app), keptBody),
		Answer: string(a.body),
		Reason: keep(blankLooks(p.hint, c.app), keptReason),
	}
	if p.errcode == systemError.errcode {
		failed.Reason = "the server could not do it, and its log says why under this rid"
	}
	if c.app != nil {
		failed.App = c.app.Number
	}
	if ip := h.client(c.Request); ip.IsValid() {
		failed.Client = ip.String()
	}
	h.Journal.Record(failed)
}

// keep is text with what is too long cut off, and always UTF-8.
func keep(text string, most int) string {
	return strings.ToValidUTF8(text[:min(len(text), most)], "\uFFFD")
}

// hidden stands where a secret or a token stood.
const hidden = "[hidden]"

var (
	// secretValue finds a value by its name, in JSON and in forms, whatever is wrong with them.
	secretValue = regexp.MustCompile(`(?i)((?:token|secret)\\*["']?\s*[=:]\s*\\*["']?)[^&\s"',}\\]+`)
	// secretLike finds what is as long as a secret or longer, of the characters that secrets and tokens have.
	secretLike = regexp.MustCompile(`[0-9A-Za-z_-]{32,}`)
	appSecret  = regexp.MustCompile(`^[0-9a-f]+$`)
)

// How many characters a token and a secret have.
const (
	tokenChars  = 43
	secretChars = 32
)

// blank hides secrets and tokens in text: by their names, and by their looks where they stand in a wrong place.
func blank(text string, app *issue.App) string {
	return blankLooks(secretValue.ReplaceAllString(text, "${1}"+hidden), app)
}

// blankLooks hides what looks like a token or a secret. 32 hexadecimal digits are a secret if they are the app's, or if
// nobody knows whose they could be.
func blankLooks(text string, app *issue.App) string {
	return secretLike.ReplaceAllStringFunc(text, func(run string) string {
		if len(run) >= tokenChars {
			return hidden
		}
		for at := range len(run) - secretChars + 1 {
			part := run[at:][:secretChars]
			if app == nil && appSecret.MatchString(part) || app != nil && app.Secret.Matches(part) {
				return hidden
			}
		}
		return run
	})
}

// blankURL is the path and query of u with secrets and tokens hidden, however they are escaped.
func blankURL(u *url.URL, app *issue.App) string {
	if u.RawQuery == "" {
		return blank(u.Path, app)
	}
	pairs := strings.Split(u.RawQuery, "&")
	for i, pair := range pairs {
		name, value, given := strings.Cut(pair, "=")
		plain := unescape(name)
		lower := strings.ToLower(plain)
		switch {
		case given && value != "" && (strings.Contains(lower, "token") || strings.Contains(lower, "secret")):
			pairs[i] = name + "=" + hidden
		case blank(plain, app) != plain || blank(unescape(value), app) != unescape(value):
			pairs[i] = hidden
		}
	}
	return blank(u.Path, app) + "?" + strings.Join(pairs, "&")
}

// unescape is the text of a query's part, or the part as it is where that cannot be told.
func unescape(part string) string {
	if plain, err := url.QueryUnescape(part); err == nil {
		return plain
	}
	return part
}

// client is the address that a request comes from: that of the connection, or, as long as that is a trusted proxy's,
// the one that X-Forwarded-For says it called for, from the last to the first. It is invalid where there is no
// connection.
func (h *Handler) client(r *http.Request) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	ip := peer.Addr().Unmap().WithZone("")
	forwarded := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(forwarded) - 1; i >= 0 && issue.Within(h.Proxies, ip); i-- {
		next, ok := forwardedAddr(strings.TrimSpace(forwarded[i]))
		if !ok {
			break
		}
		ip = next
	}
	return ip
}

// forwardedAddr reads an element of X-Forwarded-For: an address, with or without a port.
func forwardedAddr(text string) (netip.Addr, bool) {
	if ip, err := netip.ParseAddr(strings.Trim(text, "[]")); err == nil {
		return ip.Unmap().WithZone(""), true
	}
	pair, err := netip.ParseAddrPort(text)
	return pair.Addr().Unmap().WithZone(""), err == nil
}
