package wxapi

import (
	"strconv"
	"strings"

	"github.com/suncode/suncode/internal/issue"
)

// value is a valid JSON value in a request, not null. Its methods store what it says, or return what is wrong with it
// as the end of a sentence.
type value struct {
	json   []byte
	compat Compat
}

// string is the text of a JSON string: see [rawText] and [plainText].
func (v value) string() (string, bool) {
	if v.json[0] != '"' {
		return "", false
	}
	raw := v.json[1 : len(v.json)-1]
	if v.compat == Lenient {
		return plainText(raw), true
	}
	return rawText(raw), true
}

func (v value) text(into *string) (fault string) {
	s, ok := v.string()
	if !ok {
		return "must be a string"
	}
	*into = s
	return ""
}

// page is a text; [Lenient] takes a slash in front off.
func (v value) page(into *string) (fault string) {
	fault = v.text(into)
	if v.compat == Lenient {
		*into = strings.TrimPrefix(*into, "/")
	}
	return fault
}

// path is a text in which backslashes count for nothing, as the platform reads this one: \u0026 is u0026. [Lenient]
// reads it as JSON defines it, and takes a slash in front off.
func (v value) path(into *string) (fault string) {
	if v.json[0] == '"' && v.compat != Lenient {
		*into = bareText(v.json[1 : len(v.json)-1])
		return ""
	}
	return v.page(into)
}

// env is a text; in [Lenient] the empty one counts as not given.
func (v value) env(into *string) (fault string) {
	if v.compat == Lenient && string(v.json) == `""` {
		return ""
	}
	return v.text(into)
}

// flag is true or false; [Lenient] takes them as strings too, and "" as not given.
func (v value) flag(into *bool) (fault string) {
	text := string(v.json)
	if s, ok := v.string(); ok && v.compat == Lenient {
		text = s
	}
	switch text {
	case "true", "false":
		*into = text == "true"
		return ""
	case "":
		return ""
	}
	return "must be true or false"
}

// width is a whole number of pixels, kept within the bounds of the API; [Lenient] takes it as a string too, and ""
// as not given.
func (v value) width(into *int) (fault string) {
	n, fault := v.number(v.compat == Lenient)
	if fault == "" && string(v.json) != `""` {
		*into = min(max(n, issue.MinWidth), issue.MaxWidth)
	}
	return fault
}

// channel is one of red, green and blue: a whole number or a string of decimal digits, kept within 0 to 255. "" is 0,
// as if not given.
func (v value) channel(into *uint8) (fault string) {
	n, fault := v.number(true)
	if fault == "" {
		*into = uint8(min(max(n, 0), 255))
	}
	return fault
}

// number reads a whole number, and if quoted also one in a string, where "" is 0. [Lenient] cuts a fraction off.
func (v value) number(quoted bool) (n int, fault string) {
	if s, ok := v.string(); ok && quoted {
		if n, ok = digits(s); ok || s == "" {
			return n, ""
		}
		return 0, "must be decimal digits, not " + strconv.Quote(clip(s))
	}
	if c := v.json[0]; c != '-' && (c < '0' || c > '9') {
		return 0, "must be a number"
	}
	n, whole := wholeNumber(v.json)
	if !whole && v.compat != Lenient {
		return 0, "must be a whole number"
	}
	return n, ""
}

// clip shortens a caller's text so that a reason stays a line.
func clip(s string) string {
	const most = 40
	if len(s) <= most {
		return s
	}
	return s[:most] + "…"
}
