package devtools

import (
	"bytes"
	"encoding/json"

	"github.com/tailscale/hujson"
)

// Condition is one way to start a project.
type Condition struct {
	Name       string     `json:"name"`
	PathName   string     `json:"pathName"`
	Query      string     `json:"query"` // "scene=" and the encoded scene
	LaunchMode string     `json:"launchMode"`
	Scene      SceneValue `json:"scene"`
}

// SceneValue is a launch scene value, a number or, in older files, a string; 0
// when there is none.
type SceneValue int

// UnmarshalJSON takes all the forms there are.
func (v *SceneValue) UnmarshalJSON(data []byte) error {
	*v = 0
	if string(data) == "null" || string(data) == `""` {
		return nil
	}
	return json.Unmarshal(bytes.Trim(data, `"`), (*int)(v))
}

// opens tells whether two conditions start the same.
func (c Condition) opens(other Condition) bool {
	return c.PathName == other.PathName && c.Query == other.Query && c.Scene == other.Scene
}

// Conditions are those in the file, in its order.
func (f *File) Conditions() ([]Condition, error) {
	elements, err := f.elements()
	conditions := make([]Condition, len(elements))
	for i, element := range elements {
		conditions[i] = decode(element)
	}
	return conditions, err
}

// Add puts a condition at the end of the list, or in the place of the one that
// has its name. One that starts the same is left alone, whatever its name is. It
// returns the condition that is in the file then, and whether the file changed.
func (f *File) Add(c Condition) (Condition, bool, error) {
	elements, err := f.elements()
	if err != nil {
		return c, false, err
	}
	for _, element := range elements {
		if old := decode(element); old.opens(c) {
			return old, false, nil
		}
	}
	for _, element := range elements {
		if decode(element).Name == c.Name {
			f.replace(element, c)
			return c, true, f.parse()
		}
	}
	at, missing, err := f.list()
	if err != nil {
		return c, false, err
	}
	f.insert(at, missing, c)
	return c, true, f.parse()
}

// replace puts a condition in the place of one, laid out like it.
func (f *File) replace(old hujson.Value, c Condition) {
	l := f.layout()
	if !bytes.Contains(f.text[old.StartOffset:old.EndOffset], []byte("\n")) {
		l.lineEnd = ""
	}
	indent, _ := f.alone(old.StartOffset)
	f.splice(old.StartOffset, old.EndOffset, l.entry(c, indent))
}

// Remove takes out the conditions of a name and returns how many they were.
func (f *File) Remove(name string) (int, error) {
	for removed := 0; ; removed++ {
		elements, err := f.elements()
		if err != nil {
			return removed, err
		}
		at := -1
		for i, element := range elements {
			if decode(element).Name == name {
				at = i
			}
		}
		if at < 0 {
			return removed, nil
		}
		list, _, err := f.list()
		if err != nil {
			return removed, err
		}
		f.cut(list, at)
		if err := f.parse(); err != nil {
			return removed, err
		}
	}
}

// cut takes an element out of an array with one comma and the space before it.
// Comments stay.
func (f *File) cut(list *hujson.Value, i int) {
	elements := list.Value.(*hujson.Array).Elements
	element := elements[i]
	start := element.StartOffset - trailingSpace(f.text[:element.StartOffset])
	comma := element.EndOffset + len(element.AfterExtra)
	last := i == len(elements)-1
	switch {
	case !last || element.AfterExtra != nil:
		f.splice(comma, comma+1, "") // the one behind it
		f.splice(start, element.EndOffset, "")
	case i > 0:
		f.splice(start, element.EndOffset, "")
		before := elements[i-1]
		comma = before.EndOffset + len(before.AfterExtra)
		f.splice(comma, comma+1, "")
	default:
		end := element.EndOffset
		if rest := f.text[end : list.EndOffset-1]; len(bytes.TrimSpace(rest)) == 0 && f.text[start-1] == '[' {
			end += len(rest) // an empty list closes at once
		}
		f.splice(start, end, "")
	}
}

func trailingSpace(text []byte) int { return len(text) - len(bytes.TrimRight(text, " \t\r\n")) }
