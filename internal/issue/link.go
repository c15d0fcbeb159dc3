package issue

import (
	"net/url"
	"strings"
)

// Link is where a scanned code is opened: an address with placeholders for
// what the code says. The zero Link opens nothing.
type Link struct{ parts []linkPart }

// linkPart is a text as it stands, or a placeholder. whole says that the
// placeholder is a value of the address's query, where nothing in it may mean
// anything.
type linkPart struct {
	text, name string
	whole      bool
}

// linkValues are what stands in the place of each placeholder.
var linkValues = map[string]func(t Target, whole bool) string{
	"appid": func(t Target, _ bool) string { return EncodeURIComponent(t.App.AppID) },
	"scene": func(t Target, _ bool) string { return EncodeURIComponent(t.Scene) },
	"page":  func(t Target, whole bool) string { return encodePart(t.Page, whole, pageBytes) },
	"path": func(t Target, whole bool) string {
		page, query, asked := strings.Cut(t.Path, "?")
		if whole || !asked {
			return encodePart(t.Path, whole, pageBytes)
		}
		return encodePart(page, false, pageBytes) + "?" + encodePart(query, false, queryBytes)
	},
	"query": func(t Target, whole bool) string {
		_, query, _ := strings.Cut(t.Path, "?")
		return encodePart(query, whole, queryBytes)
	},
}

// What keeps its meaning in a part of an address, beside what is never
// encoded.
const (
	pageBytes  = "/@:$,+;=&"
	queryBytes = "/@:$,+;=&?%"
)

// encodePart percent-encodes a part of an address: all of it, or but for the
// bytes of kept.
func encodePart(part string, whole bool, kept string) string {
	if whole {
		return EncodeURIComponent(part)
	}
	var b strings.Builder
	for i := range len(part) {
		if strings.IndexByte(kept, part[i]) >= 0 {
			b.WriteByte(part[i])
			continue
		}
		b.WriteString(EncodeURIComponent(part[i : i+1]))
	}
	return b.String()
}

// maxLink bounds a Link's text, in bytes.
const maxLink = 1000

// ParseLink reads an address with the placeholders {appid}, {page}, {path}
// (the page with its query), {query} and {scene} behind its host. A
// placeholder behind = is a value, encoded as encodeURIComponent does;
// elsewhere the slashes of a page and the parameters of a query keep their
// meaning. Schemes that run in the page that follows the link are refused. ""
// is the zero Link. Errors are [InvalidArgs].
func ParseLink(text string) (Link, error) {
	if text == "" {
		return Link{}, nil
	}
	if len(text) > maxLink {
		return Link{}, badLink("longer than %d bytes", maxLink)
	}
	var l Link
	plain, rest := "", text
	for rest != "" {
		before, after, open := strings.Cut(rest, "{")
		l.parts = append(l.parts, linkPart{text: before})
		plain += before
		if !open {
			break
		}
		name, behind, closed := strings.Cut(after, "}")
		if _, known := linkValues[name]; !closed || !known {
			return Link{}, badLink("{%s is none of {appid}, {page}, {path}, {query} and {scene}", clip(after))
		}
		if !pastHost(plain) {
			return Link{}, badLink("{%s} stands before the end of the host", name)
		}
		l.parts = append(l.parts, linkPart{name: name, whole: strings.HasSuffix(before, "=")})
		plain += "x"
		rest = behind
	}
	return l, checkLink(plain)
}

// pastHost tells whether scheme and host are complete in the beginning of an
// address.
func pastHost(beginning string) bool {
	_, rest, ok := strings.Cut(beginning, "://")
	return ok && strings.ContainsAny(rest, "/?#")
}

// checkLink checks a link with its placeholders filled.
func checkLink(plain string) error {
	u, err := url.Parse(plain)
	if err != nil || u.Scheme == "" || u.Opaque != "" || u.User != nil || strings.ContainsFunc(plain, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`"<>\^|}`+"`", r) }) {
		return badLink("not an address such as https://app.example.com/open?path={path}")
	}
	switch u.Scheme {
	case "javascript", "data", "vbscript", "blob", "file", "about", "view-source":
		return badLink("%s is no scheme to open an app with", u.Scheme)
	}
	if (u.Scheme == "http" || u.Scheme == "https") && u.Host == "" {
		return badLink("no host")
	}
	return nil
}

func badLink(hint string, args ...any) error {
	return fail(InvalidArgs, "invalid link", hint, args...)
}

// To is the address that opens t, "" from the zero Link.
func (l Link) To(t Target) string {
	var b strings.Builder
	for _, part := range l.parts {
		b.WriteString(part.text)
		if part.name != "" {
			b.WriteString(linkValues[part.name](t, part.whole))
		}
	}
	return b.String()
}
