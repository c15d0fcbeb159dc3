package wxapi

import (
	"encoding/json"
	"iter"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// isObject reports whether body is one JSON object in UTF-8, perhaps with white space around it, and nothing else.
func isObject(body []byte) bool {
	start := skipSpace(body, 0)
	return start < len(body) && body[start] == '{' && utf8.Valid(body) && json.Valid(body)
}

// members goes through the members of a JSON object in their order: the key as it stands between its quotes,
// escapes and all, and the value as it stands. The object must be valid, which [isObject] has established: that is
// why nothing here can fail. Nothing is copied and nothing recurses, so the depth of a hostile value costs nothing.
func members(object []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func(key, value []byte) bool) {
		at := skipSpace(object, skipSpace(object, 0)+1)
		for object[at] != '}' {
			end := skipValue(object, at)
			key := object[at+1 : end-1]
			at = skipSpace(object, skipSpace(object, end)+1)
			end = skipValue(object, at)
			if !yield(key, object[at:end]) {
				return
			}
			if at = skipSpace(object, end); object[at] == ',' {
				at = skipSpace(object, at+1)
			}
		}
	}
}

// skipSpace returns the index of the first byte at or after at that is not JSON white space.
func skipSpace(doc []byte, at int) int {
	for at < len(doc) && (doc[at] == ' ' || doc[at] == '\n' || doc[at] == '\r' || doc[at] == '\t') {
		at++
	}
	return at
}

// skipValue returns the index after the valid JSON value that begins at at, within an object or array.
func skipValue(doc []byte, at int) int {
	switch doc[at] {
	case '"':
		return skipString(doc, at)
	case '{', '[':
		return skipNest(doc, at)
	}
	for !endsScalar(doc[at]) {
		at++
	}
	return at
}

// endsScalar tells whether c can follow a number, true, false or null within an object or array.
func endsScalar(c byte) bool {
	switch c {
	case ',', '}', ']', ' ', '\t', '\r', '\n':
		return true
	}
	return false
}

// skipString returns the index after the closing quote of the string that begins at at.
func skipString(doc []byte, at int) int {
	for at++; doc[at] != '"'; at++ {
		if doc[at] == '\\' {
			at++
		}
	}
	return at + 1
}

// skipNest returns the index after the bracket that closes the object or array that begins at at.
func skipNest(doc []byte, at int) int {
	for depth := 0; ; at++ {
		switch doc[at] {
		case '"':
			at = skipString(doc, at) - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return at + 1
			}
		}
	}
}

// rawText is the text of a JSON string as the platform reads it: \/ is a slash, and every other escape stays as it
// was sent, backslash included. raw is what stands between the quotes.
func rawText(raw []byte) string {
	text := string(raw)
	if !strings.Contains(text, `\/`) {
		return text
	}
	var b strings.Builder
	for at := 0; at < len(text); at++ {
		if text[at] == '\\' {
			at++
			if text[at] != '/' {
				b.WriteByte('\\')
			}
		}
		b.WriteByte(text[at])
	}
	return b.String()
}

// bareText is the text of a JSON string without the backslash of its escapes. raw is what stands between the quotes.
func bareText(raw []byte) string {
	text := make([]byte, 0, len(raw))
	for at := 0; at < len(raw); at++ {
		if raw[at] == '\\' {
			at++
		}
		text = append(text, raw[at])
	}
	return string(text)
}

// plainText is the text of a JSON string as JSON defines it. raw is what stands between the quotes.
func plainText(raw []byte) string {
	text := string(raw)
	if strings.Contains(text, `\`) {
		_ = json.Unmarshal([]byte(`"`+text+`"`), &text) // never fails: the string is part of a valid document
	}
	return text
}

// farOut stands for every number that is further from zero than anything the API has a use for.
const farOut = 1 << 30

// wholeNumber reads a JSON number and tells whether it is whole, as 430.0 and 4.3e2 are. Numbers beyond
// ±farOut come back as ±farOut, a fraction with its part after the point cut off.
func wholeNumber(number []byte) (n int, whole bool) {
	if n, ok := digits(string(number)); ok {
		return n, true
	}
	f, _ := strconv.ParseFloat(string(number), 64) // its one error is a number out of range, and f then ±Inf
	return int(max(-farOut, min(f, farOut))), f == math.Trunc(f)
}

// digits reads a whole number in decimal digits, with or without a minus sign, and keeps it within ±farOut.
func digits(text string) (int, bool) {
	unsigned, negative := strings.CutPrefix(text, "-")
	if unsigned == "" {
		return 0, false
	}
	n := 0
	for _, c := range []byte(unsigned) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = min(10*n+int(c-'0'), farOut)
	}
	if negative {
		n = -n
	}
	return n, true
}
