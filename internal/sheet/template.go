package sheet

import (
	"slices"
	"strings"
)

// Template is the text of captions with places for what differs: "{scene} {label}". "{{" and "}}" are braces.
type Template struct {
	parts []templatePart
}

// templatePart is a text and the name of what follows it, or "" at the end.
type templatePart struct{ text, name string }

// maxTemplate bounds a template, in bytes.
const maxTemplate = 4096

// ParseTemplate reads a template whose places have the given names. The error wraps [ErrStyle].
func ParseTemplate(text string, names ...string) (Template, error) {
	if len(text) > maxTemplate {
		return Template{}, fault(ErrStyle, "a template of %d bytes, at most %d", len(text), maxTemplate)
	}
	var t Template
	var plain strings.Builder
	for text != "" {
		at := strings.IndexAny(text, "{}")
		if at < 0 {
			plain.WriteString(text)
			break
		}
		plain.WriteString(text[:at])
		brace := text[at : at+1]
		text = text[at+1:]
		if strings.HasPrefix(text, brace) {
			plain.WriteString(brace)
			text = text[1:]
			continue
		}
		name, rest, ok := strings.Cut(text, "}")
		if brace == "}" || !ok {
			return Template{}, fault(ErrStyle, "a %s without its other half in the template; write it twice to mean itself", brace)
		}
		if !slices.Contains(names, name) {
			return Template{}, fault(ErrStyle, "{%s} in the template, known are {%s}", clip(name), strings.Join(names, "}, {"))
		}
		t.parts = append(t.parts, templatePart{plain.String(), name})
		plain.Reset()
		text = rest
	}
	t.parts = append(t.parts, templatePart{text: plain.String()})
	return t, nil
}

// Expand is the template with value's answers in their places, spaces at both ends cut off.
func (t Template) Expand(value func(name string) string) string {
	var b strings.Builder
	for _, p := range t.parts {
		b.WriteString(p.text)
		if p.name != "" {
			b.WriteString(value(p.name))
		}
	}
	return strings.TrimSpace(b.String())
}
