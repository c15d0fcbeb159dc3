package devtools

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/tailscale/hujson"
)

// layout is how a new piece of text is laid out.
type layout struct {
	lineEnd string // "" when all stands on one line
	unit    string // of indentation
}

// layout is that of the file: one line if it has its members on one.
func (f *File) layout() layout {
	root := f.root.Value.(*hujson.Object)
	inside := f.text[f.root.StartOffset:f.root.EndOffset]
	if len(root.Members) > 0 && !bytes.Contains(inside, []byte("\n")) {
		return layout{}
	}
	l := layout{lineEnd: "\n", unit: "  "}
	if bytes.Contains(f.text, []byte("\r\n")) {
		l.lineEnd = "\r\n"
	}
	if len(root.Members) > 0 {
		if unit, ok := f.alone(root.Members[0].Name.StartOffset); ok && unit != "" {
			l.unit = unit
		}
	}
	return l
}

// alone is the space before an offset in its line, and whether there is nothing
// else.
func (f *File) alone(offset int) (string, bool) {
	line := f.text[bytes.LastIndexByte(f.text[:offset], '\n')+1 : offset]
	rest := bytes.TrimLeft(line, " \t")
	return string(line[:len(line)-len(rest)]), len(rest) == 0
}

// container is an array or an object into which something is put.
type container struct {
	count      int
	start, end int  // of the last child; end is behind the bracket if there is none
	trailing   bool // a comma follows the last child
}

func newContainer(v *hujson.Value) container {
	c := container{end: v.StartOffset + 1}
	var last *hujson.Value
	switch parent := v.Value.(type) {
	case *hujson.Array:
		if c.count = len(parent.Elements); c.count > 0 {
			last = &parent.Elements[c.count-1]
			c.start = last.StartOffset
		}
	case *hujson.Object:
		if c.count = len(parent.Members); c.count > 0 {
			last = &parent.Members[c.count-1].Value
			c.start = parent.Members[c.count-1].Name.StartOffset
		}
	}
	if last != nil {
		c.end, c.trailing = last.EndOffset, last.AfterExtra != nil
	}
	return c
}

// insert adds the condition to the list at at, or to a new list under the
// missing keys of the object at at, or in the place of a null.
func (f *File) insert(at *hujson.Value, missing []string, c Condition) {
	l := f.layout()
	open, _ := f.alone(at.StartOffset)
	if isNull(at) {
		f.splice(at.StartOffset, at.EndOffset, l.nested(missing, c, open))
		return
	}
	into := newContainer(at)
	if into.count > 0 && !bytes.Contains(f.text[at.StartOffset:at.EndOffset], []byte("\n")) {
		l.lineEnd = ""
	}
	inner := open + l.unit
	if indent, ok := f.alone(into.start); ok && into.count > 0 {
		inner = indent
	}
	text := l.entry(c, inner)
	if len(missing) > 0 {
		text = l.key(missing[0]) + l.nested(missing[1:], c, inner)
	}
	f.put(at, into, l, text, open, inner)
}

// put writes a child behind the last one, and behind the comments that follow
// it. A list with a comma at its end keeps one there.
func (f *File) put(at *hujson.Value, into container, l layout, text, open, inner string) {
	closing := at.EndOffset - 1
	position := closing - trailingSpace(f.text[into.end:closing])
	switch {
	case l.lineEnd != "":
		text = l.lineEnd + inner + text
	case into.count > 0:
		text = " " + text
	}
	if into.trailing {
		text += ","
	}
	if l.lineEnd != "" && !bytes.Contains(f.text[position:closing], []byte("\n")) {
		text += l.lineEnd + open
	}
	f.splice(position, position, text)
	if into.count > 0 && !into.trailing {
		f.splice(into.end, into.end, ",")
	}
}

// nested is a list with the condition, under keys that are objects of their
// own.
func (l layout) nested(keys []string, c Condition, indent string) string {
	inner := indent + l.unit
	brackets, text := "[]", l.entry(c, inner)
	if len(keys) > 0 {
		brackets, text = "{}", l.key(keys[0])+l.nested(keys[1:], c, inner)
	}
	if l.lineEnd == "" {
		return brackets[:1] + text + brackets[1:]
	}
	return brackets[:1] + l.lineEnd + inner + text + l.lineEnd + indent + brackets[1:]
}

func (l layout) key(key string) string {
	if l.lineEnd == "" {
		return `"` + key + `":`
	}
	return `"` + key + `": `
}

// entry is the condition as JSON.
func (l layout) entry(c Condition, indent string) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if l.lineEnd != "" {
		encoder.SetIndent(indent, l.unit)
	}
	if err := encoder.Encode(c); err != nil {
		panic(fmt.Sprintf("devtools: %v", err)) // strings and a number always encode
	}
	return strings.ReplaceAll(strings.TrimSuffix(b.String(), "\n"), "\n", l.lineEnd)
}
