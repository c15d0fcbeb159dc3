package launch

import (
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"
)

// Result is all that is known after a launch.
type Result struct {
	Launch Launch
	Events []Event
	State  State // zero when no project was run
}

// Faults is how many errors the code made.
func (r Result) Faults() int {
	n := 0
	for _, event := range r.Events {
		if event.Kind == Fault {
			n++
		}
	}
	return max(n, r.State.Errors)
}

// Expectation is KEY=VALUE, something that must hold after a launch.
type Expectation struct {
	Key, Want string
}

// subjects are what the keys of expectations can begin with, and whether a
// project has to be run to know them.
var subjects = map[string]bool{
	"scene": false, "path": false, "launch": false, "query": false,
	"page": true, "data": true, "app": true, "storage": true, "console": true, "errors": true,
}

// keyParts splits "data.a[0].b" into data, a, 0 and b.
var keyParts = regexp.MustCompile(`[^.[\]]+`)

// ParseExpectation reads one. Its keys are scene, path, launch (the launch scene
// value) and query.NAME, and after a run page, data.PATH, app.PATH, storage.PATH,
// console (a line contains the value) and errors (how many).
func ParseExpectation(text string) (Expectation, error) {
	key, want, ok := strings.Cut(text, "=")
	parts := keyParts.FindAllString(key, -1)
	if !ok || len(parts) == 0 {
		return Expectation{}, fmt.Errorf("%q is not of the form KEY=VALUE", text)
	}
	if _, known := subjects[parts[0]]; !known {
		return Expectation{}, fmt.Errorf("nothing is called %q", key)
	}
	deep := len(parts) > 1
	switch parts[0] {
	case "query":
		if len(parts) != 2 {
			return Expectation{}, fmt.Errorf("%q: name one parameter, as in query.scene", key)
		}
	case "data", "app", "storage":
	default:
		if deep {
			return Expectation{}, fmt.Errorf("%q: %s has no parts", key, parts[0])
		}
	}
	return Expectation{Key: key, Want: want}, nil
}

// String is the expectation as it was written.
func (e Expectation) String() string { return e.Key + "=" + e.Want }

// NeedsRun tells whether only a run of a project can show it.
func (e Expectation) NeedsRun() bool { return subjects[keyParts.FindString(e.Key)] }

// Check tells whether it holds, and what there is: text as it is, other values
// as JSON, and "nothing" in parentheses for what is not there.
func (e Expectation) Check(r Result) (got string, ok bool) {
	parts := keyParts.FindAllString(e.Key, -1)
	if parts[0] == "console" {
		return e.console(r)
	}
	value, found := r.lookup(parts)
	if !found {
		return "(nothing)", false
	}
	if text, isText := value.(string); isText {
		return text, text == e.Want
	}
	data, err := json.Marshal(value)
	if err != nil {
		return "(nothing)", false
	}
	var want any
	return string(data), json.Unmarshal([]byte(e.Want), &want) == nil && reflect.DeepEqual(want, value)
}

func (e Expectation) console(r Result) (got string, ok bool) {
	var printed []string
	for _, event := range r.Events {
		if event.Kind != Console {
			continue
		}
		if strings.Contains(event.Text, e.Want) {
			return event.Text, true
		}
		printed = append(printed, event.Text)
	}
	return strings.Join(printed, "\n"), false
}

// lookup finds a value: a string, or what encoding/json makes of JSON.
func (r Result) lookup(parts []string) (value any, ok bool) {
	switch parts[0] {
	case "scene":
		return r.Launch.codeScene()
	case "path":
		return r.Launch.Page, true
	case "launch":
		return float64(r.Launch.Scene), true
	case "query":
		value, ok := r.Launch.Values()[parts[1]]
		return value, ok
	case "errors":
		return float64(r.Faults()), true
	case "app":
		return dig(r.State.App, parts[1:])
	case "storage":
		data, err := json.Marshal(r.State.Storage)
		if err != nil {
			return nil, false
		}
		return dig(data, parts[1:])
	}
	if len(r.State.Pages) == 0 {
		return nil, false
	}
	top := r.State.Pages[len(r.State.Pages)-1]
	if parts[0] == "page" {
		return top.Route, true
	}
	return dig(top.Data, parts[1:])
}

func (l Launch) codeScene() (any, bool) {
	scene, ok := l.CodeScene()
	return scene, ok
}

// dig walks into JSON.
func dig(data json.RawMessage, parts []string) (any, bool) {
	var value any
	if json.Unmarshal(data, &value) != nil {
		return nil, false
	}
	for _, part := range parts {
		switch at := value.(type) {
		case map[string]any:
			next, ok := at[part]
			if !ok {
				return nil, false
			}
			value = next
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i >= len(at) {
				return nil, false
			}
			value = at[i]
		default:
			return nil, false
		}
	}
	return value, true
}
