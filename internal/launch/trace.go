package launch

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Kind is what an [Event] is about.
type Kind string

// The kinds of events.
const (
	Lifecycle   Kind = "lifecycle"   // the platform calls Name of App or of Page, with Args
	Console     Kind = "console"     // the code prints Text with console.Name
	SetData     Kind = "setData"     // Page changes its data by Args[0]
	Navigation  Kind = "navigation"  // wx.Name is called for the URL in Text
	Storage     Kind = "storage"     // wx.Name changes the key in Text
	Unsupported Kind = "unsupported" // Name is called, which does not work here
	Fault       Kind = "error"       // code throws Text at File:Line:Column, during Name
	Note        Kind = "note"        // Text is worth knowing
)

// Event is one thing that happened in a run.
type Event struct {
	Kind    Kind              `json:"kind"`
	Name    string            `json:"name,omitempty"`
	Page    string            `json:"page,omitempty"`
	Text    string            `json:"text,omitempty"`
	Args    []json.RawMessage `json:"args,omitempty"`
	Missing bool              `json:"missing,omitempty"` // Lifecycle: the code has no such function
	File    string            `json:"file,omitempty"`    // within the project
	Line    int               `json:"line,omitempty"`    // from 1, of the file as it was written
	Column  int               `json:"column,omitempty"`
}

// Page is a page that is open when a run ends.
type Page struct {
	Route   string            `json:"route"`
	Options map[string]string `json:"options"`
	Data    json.RawMessage   `json:"data"`
}

// State is what a run leaves behind.
type State struct {
	Game    bool                       `json:"game"`            // it is a mini game
	Pages   []Page                     `json:"pages,omitempty"` // as getCurrentPages has them: the last one is seen
	App     json.RawMessage            `json:"app,omitempty"`   // the app object, or GameGlobal of a mini game
	Storage map[string]json.RawMessage `json:"storage"`
	Errors  int                        `json:"errors"` // how many there were, those that are not told as well
}

// String is the event as a line for people, without its end.
func (e Event) String() string {
	switch e.Kind {
	case Lifecycle:
		return e.lifecycle()
	case Console:
		return "console." + e.Name + ": " + indent(e.Text)
	case SetData:
		return "setData: " + e.args()
	case Navigation, Storage:
		return "wx." + e.Name + ": " + indent(e.Text)
	case Unsupported:
		return "unsupported: " + e.Name + "(" + e.args() + ")"
	case Fault:
		return e.fault()
	case Note:
	}
	return string(e.Kind) + ": " + indent(e.Text)
}

func (e Event) lifecycle() string {
	line := e.Name + "(" + e.args() + ")"
	if e.Page != "" {
		line += "  " + e.Page
	}
	if e.Missing {
		line += "  (the code has none)"
	}
	return line
}

func (e Event) fault() string {
	text := "error"
	if e.Name != "" {
		text += " in " + e.Name
	}
	if e.File != "" {
		text += fmt.Sprintf(" at %s:%d:%d", e.File, e.Line, e.Column)
	}
	return text + ": " + indent(e.Text)
}

func (e Event) args() string {
	args := make([]string, len(e.Args))
	for i, arg := range e.Args {
		args[i] = string(arg)
	}
	return strings.Join(args, ", ")
}

// indent keeps further lines of a text apart from the next event.
func indent(text string) string { return strings.ReplaceAll(text, "\n", "\n    ") }
