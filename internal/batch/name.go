package batch

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of a file name, in bytes. 255 is what file systems bear; the rest is
// room for the number that tells names apart which differ in case only.
const (
	MaxComponent = 230
	MaxFileName  = 1000
)

// nameParts are what a template may have between braces, and whether a number
// may follow: the least digits of row, the length of sha.
var nameParts = map[string]bool{
	"scene": false, "page": false, "label": false, "env": false, "ext": false, "rays": false, "row": true, "sha": true,
}

// nameTemplate is a parsed template.
type nameTemplate struct {
	parts  []namePart
	folder bool // it has a slash of its own
}

type namePart struct {
	text  string // as it stands, when field is ""
	field string
	n     int
}

// named is what a template needs to know of a code.
type named struct {
	row  *Row
	ext  string // without dot
	rays int
	sha  [32]byte
}

// parseName reads a template of the form {scene}-{row:07}.{ext}; .{ext} is
// added where it lacks. Errors are [*SpecError].
func parseName(text string) (*nameTemplate, error) {
	t := &nameTemplate{}
	if len(text) > MaxFileName {
		return nil, badSpec("name", "longer than %d bytes", MaxFileName)
	}
	if !strings.HasSuffix(text, ".{ext}") {
		text += ".{ext}"
	}
	if strings.HasPrefix(text, "/") || strings.Contains(text, "//") || strings.HasSuffix("/"+text, "/.{ext}") {
		return nil, badSpec("name", "a folder or the file in it has no name")
	}
	for text != "" {
		before, after, open := strings.Cut(text, "{")
		if err := checkLiteral(before); err != nil {
			return nil, err
		}
		if before != "" {
			t.parts = append(t.parts, namePart{text: before})
			t.folder = t.folder || strings.Contains(before, "/")
		}
		if !open {
			break
		}
		inside, rest, closed := strings.Cut(after, "}")
		if !closed {
			return nil, badSpec("name", "{%s has no end", clip(inside))
		}
		part, err := parsePart(inside)
		if err != nil {
			return nil, err
		}
		t.parts = append(t.parts, part)
		text = rest
	}
	return t, nil
}

func checkLiteral(text string) error {
	switch {
	case !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl):
		return badSpec("name", "it has a control character, or is not UTF-8")
	case strings.ContainsAny(text, `}\:*?"<>|%`):
		return badSpec("name", `%q has one of }\:*?"<>|%%`, clip(text))
	}
	return nil
}

func parsePart(inside string) (namePart, error) {
	field, number, has := strings.Cut(inside, ":")
	counts, known := nameParts[field]
	if !known {
		return namePart{}, badSpec("name", "{%s} is none of {scene}, {page}, {label}, {env}, {row}, {rays}, {sha} and {ext}", clip(inside))
	}
	p := namePart{field: field}
	if field == "sha" {
		p.n = hex.EncodedLen(32)
	}
	if !has {
		return p, nil
	}
	n, err := strconv.Atoi(number)
	if most := map[string]int{"row": 18, "sha": 64}[field]; err != nil || !counts || n < 1 || n > most {
		return namePart{}, badSpec("name", "{%s}: a number is for {row:07} (at most 18 digits) and {sha:8} (at most 64)", clip(inside))
	}
	p.n = n
	return p, nil
}

// unique tells whether no two rows can have the same name whatever they say:
// the row's number stands at the beginning or the end, behind or before
// something that does not go on with digits.
func (t *nameTemplate) unique() bool {
	at := slices.IndexFunc(t.parts, func(p namePart) bool { return p.field == "row" })
	if at < 0 {
		return false
	}
	before, after := t.parts[:at], t.parts[at+1:]
	fixed := func(parts []namePart) bool {
		return !slices.ContainsFunc(parts, func(p namePart) bool { return p.field != "" && p.field != "ext" })
	}
	stopped := func(parts []namePart, end func(string) byte) bool {
		return len(parts) == 0 || parts[0].text != "" && !isDigit(end(parts[0].text))
	}
	first := func(s string) byte { return s[0] }
	last := func(s string) byte { return s[len(s)-1] }
	return fixed(before) && stopped(after, first) ||
		fixed(after) && stopped(before[max(0, len(before)-1):], last)
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// tells reports whether a name is that field and what is the same for all.
func (t *nameTemplate) tells(field string) bool {
	n := 0
	for _, p := range t.parts {
		switch p.field {
		case "", "ext", "env":
		case field:
			n++
		default:
			return false
		}
	}
	return n == 1
}

// needsPicture tells whether the name depends on the file's content.
func (t *nameTemplate) needsPicture() bool {
	return slices.ContainsFunc(t.parts, func(p namePart) bool { return p.field == "sha" })
}

// appendTo adds the code's name to dst. Errors are [*RowError] without the
// row.
func (t *nameTemplate) appendTo(dst []byte, c *named) ([]byte, error) {
	begin := len(dst)
	for _, p := range t.parts {
		var err error
		if dst, err = p.appendTo(dst, c); err != nil {
			return dst, err
		}
	}
	return safePath(dst, begin)
}

func (p *namePart) appendTo(dst []byte, c *named) ([]byte, error) {
	switch p.field {
	case "":
		return append(dst, p.text...), nil
	case "scene":
		if c.row.Scene == "" {
			return dst, &RowError{Column: "scene", Reason: "it is empty, but the name of the file has it"}
		}
		return escape(dst, c.row.Scene), nil
	case "page":
		if c.row.Page == "" {
			return append(dst, "home"...), nil
		}
		return escape(dst, c.row.Page), nil
	case "label":
		if c.row.Label == "" {
			return dst, &RowError{Column: "label", Reason: "it is empty, but the name of the file has it"}
		}
		return escape(dst, c.row.Label), nil
	case "env":
		return append(dst, c.row.Env...), nil
	case "ext":
		return append(dst, c.ext...), nil
	case "rays":
		return strconv.AppendInt(dst, int64(c.rays), 10), nil
	case "row":
		digits := 1
		for n := c.row.Number; n >= 10; n /= 10 {
			digits++
		}
		for range p.n - digits {
			dst = append(dst, '0')
		}
		return strconv.AppendInt(dst, c.row.Number, 10), nil
	default: // sha
		var text [64]byte
		hex.Encode(text[:], c.sha[:])
		return append(dst, text[:p.n]...), nil
	}
}

// explicitName checks a name that a row gives itself. It may have folders, and
// is taken as it is or not at all.
func explicitName(dst []byte, file, ext string) ([]byte, error) {
	refuse := func(reason string) ([]byte, error) {
		return dst, &RowError{Column: "file", Reason: reason, Value: clip(file)}
	}
	switch {
	case strings.HasPrefix(file, "/"):
		return refuse("it begins with a slash")
	case strings.ContainsAny(file, `\:*?"<>|%`):
		return refuse(`it has one of \:*?"<>|%`)
	case strings.ContainsFunc(file, unicode.IsControl) || strings.ContainsFunc(file, isDirection):
		return refuse("it has a control character or an invisible one")
	}
	begin := len(dst)
	dst = append(dst, file...)
	if !hasEnding(file, ext) {
		dst = append(append(dst, '.'), ext...)
	}
	plain := string(dst[begin:])
	for component := range strings.SplitSeq(file, "/") {
		if component == "" || component == "." || component == ".." {
			return refuse("it leaves its folder")
		}
	}
	out, err := safePath(dst, begin)
	if err == nil && string(out[begin:]) != plain {
		return refuse("it would not be a file name on every system")
	}
	return out, err
}

func hasEnding(file, ext string) bool {
	at := len(file) - len(ext) - 1
	return at > 0 && file[at] == '.' && strings.EqualFold(file[at+1:], ext)
}

// escapes are the bytes that a field's value cannot have in a file name.
const escapes = `/\:*?"<>|%`

// escape adds a value with what no file name may have as %XX, in UTF-8.
func escape(dst []byte, value string) []byte {
	for i, r := range value {
		n := utf8.RuneLen(r)
		if r == utf8.RuneError || n < 0 {
			n = 1
		}
		if unicode.IsControl(r) || strings.ContainsRune(escapes, r) || r == utf8.RuneError || isDirection(r) {
			for _, b := range []byte(value[i : i+n]) {
				dst = escapeByte(dst, b)
			}
			continue
		}
		dst = utf8.AppendRune(dst, r)
	}
	return dst
}

// isDirection tells the characters that make a name look like another one.
func isDirection(r rune) bool {
	return r >= 0x200b && r <= 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0xfeff
}

func escapeByte(dst []byte, b byte) []byte {
	const digits = "0123456789ABCDEF"
	return append(dst, '%', digits[b>>4], digits[b&15])
}

// safePath makes the components of dst[begin:] names that every system takes:
// no dot at the beginning, no dot or space at the end, no device of Windows.
func safePath(dst []byte, begin int) ([]byte, error) {
	if plainPath(dst[begin:]) {
		return dst, checkLength(dst[begin:])
	}
	path := bytes.Clone(dst[begin:])
	dst = dst[:begin]
	for i, component := range bytes.Split(path, []byte("/")) {
		if len(component) == 0 {
			return dst, &RowError{Column: "file", Reason: "a folder of its name is empty", Value: clip(string(path))}
		}
		if i > 0 {
			dst = append(dst, '/')
		}
		dst = safeComponent(dst, component)
	}
	return dst, checkLength(dst[begin:])
}

// plainPath tells whether a path clearly needs no care: no folder, begins with
// a letter or digit, is no device, and ends with a letter.
func plainPath(path []byte) bool {
	if len(path) == 0 || bytes.IndexByte(path, '/') >= 0 {
		return false
	}
	first, last := path[0], path[len(path)-1]
	return first != '.' && first != ' ' && last != '.' && last != ' ' && !isDevice(path)
}

func safeComponent(dst, c []byte) []byte {
	if c[0] == '.' || c[0] == ' ' || isDevice(c) {
		dst = escapeByte(dst, c[0])
		c = c[1:]
	}
	if n := len(c); n > 0 && (c[n-1] == '.' || c[n-1] == ' ') {
		return escapeByte(append(dst, c[:n-1]...), c[n-1])
	}
	return append(dst, c...)
}

// isDevice tells whether Windows takes a name for a device, whatever ending
// it has.
func isDevice(c []byte) bool {
	base, _, _ := bytes.Cut(c, []byte("."))
	base = bytes.TrimRight(base, " ")
	if len(base) < 3 || len(base) > 7 {
		return false
	}
	switch strings.ToUpper(string(base)) {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$":
		return true
	}
	if p := strings.ToUpper(string(base[:3])); p != "COM" && p != "LPT" {
		return false
	}
	r, n := utf8.DecodeRune(base[3:])
	return len(base) == 3+n && (r >= '0' && r <= '9' || strings.ContainsRune("¹²³", r))
}

func checkLength(path []byte) error {
	if len(path) > MaxFileName {
		return &RowError{Column: "file", Reason: fmt.Sprintf("the name has %d bytes, at most %d are allowed", len(path), MaxFileName)}
	}
	for component := range bytes.SplitSeq(path, []byte("/")) {
		if len(component) > MaxComponent {
			return &RowError{Column: "file", Reason: fmt.Sprintf("a part of the name has %d bytes, at most %d are allowed", len(component), MaxComponent)}
		}
	}
	return nil
}
