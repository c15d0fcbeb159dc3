package launch

import (
	"encoding/json"
	"errors"
	"regexp"
	"strconv"
	"strings"

	"github.com/dop251/goja"
)

// fault tells an exception. Its error is that the run has been stopped.
func (e *engine) fault(name string, err error) error {
	if deep, ok := errors.AsType[*goja.StackOverflowError](err); ok {
		e.send(e.locate(Event{Kind: Fault, Name: name, Text: "RangeError: Maximum call stack size exceeded"}, deep.Stack()))
		return nil
	}
	thrown, ok := errors.AsType[*goja.Exception](err)
	if !ok {
		return stopped(err)
	}
	if syntax, ok := errors.AsType[*syntaxError](err); ok {
		event := syntax.Event
		event.Name = name
		e.send(event)
		return nil
	}
	e.send(e.locate(Event{Kind: Fault, Name: name, Text: e.message(thrown.Value())}, thrown.Stack()))
	return nil
}

// locate puts an event where the innermost call within the project was.
func (e *engine) locate(event Event, stack []goja.StackFrame) Event {
	for _, frame := range stack {
		if file, ok := e.file(frame.SrcName()); ok {
			position := frame.Position()
			event.File, event.Line, event.Column = file, position.Line, position.Column+1 // source maps count from 0
			break
		}
	}
	return event
}

// stopped is the reason of an interruption, or the error itself.
func stopped(err error) error {
	if interrupted, ok := errors.AsType[*goja.InterruptedError](err); ok {
		if reason, ok := interrupted.Value().(error); ok {
			return reason
		}
	}
	return err
}

// message is what was thrown, an error or not.
func (e *engine) message(value goja.Value) (text string) {
	text = "something that cannot be shown"
	_ = e.vm.Try(func() { text = strings.TrimPrefix(value.String(), "GoError: ") })
	return text
}

// file is the project's file of a unit.
func (e *engine) file(unit string) (string, bool) {
	n, err := strconv.Atoi(strings.TrimPrefix(unit, "/"+unitPrefix))
	if err != nil || n < 0 || n >= len(e.files) {
		return "", false
	}
	return e.files[n], true
}

// reject keeps promises that were rejected and that nobody has asked about.
func (e *engine) reject(p *goja.Promise, operation goja.PromiseRejectionOperation) {
	if operation == goja.PromiseRejectionReject {
		e.rejected[p] = true
	} else {
		delete(e.rejected, p)
	}
}

// place finds where an error was made in its stack property.
var place = regexp.MustCompile(`/` + unitPrefix + `(\d+):(\d+):(\d+)`)

// reportRejected tells the promises whose rejection nobody has handled by the
// end of a task.
func (e *engine) reportRejected() {
	for p := range e.rejected {
		reason := p.Result()
		event := Event{Kind: Fault, Name: "a promise that nobody catches", Text: e.message(reason)}
		if text := e.property(reason, "errMsg"); text != "" {
			event.Text = text // a call of wx that failed
		}
		if found := place.FindStringSubmatch(e.property(reason, "stack")); found != nil {
			event.File, _ = e.file("/" + unitPrefix + found[1])
			event.Line, _ = strconv.Atoi(found[2])
			event.Column, _ = strconv.Atoi(found[3])
			event.Column++ // source maps count from 0
		}
		e.send(event)
	}
	clear(e.rejected)
}

// property is a property as a text, "" if there is none.
func (e *engine) property(value goja.Value, name string) (text string) {
	object, ok := value.(*goja.Object)
	if !ok {
		return ""
	}
	_ = e.vm.Try(func() { // a getter can throw
		if property := object.Get(name); property != nil && !goja.IsUndefined(property) {
			text = property.String()
		}
	})
	return text
}

// emit is how the prelude tells an event: all but its error's place.
func (e *engine) emit(kind, name, page, text string, args []string, missing bool) {
	event := Event{Kind: Kind(kind), Name: name, Page: page, Text: text, Missing: missing}
	for _, arg := range args {
		event.Args = append(event.Args, json.RawMessage(arg))
	}
	e.send(event)
}

func (e *engine) note(text string) { e.send(Event{Kind: Note, Text: text}) }

// send tells an event, as long as there are not too many.
func (e *engine) send(event Event) {
	event.Text = clip(event.Text)
	size := len(event.Text)
	for _, arg := range event.Args {
		size += len(arg)
	}
	if event.Kind == Fault {
		e.faults++
	}
	if e.full {
		return
	}
	e.events++
	e.told += size
	if e.full = e.events >= maxEvents || e.told > maxTold; e.full {
		event = Event{Kind: Note, Text: "further events are not told"}
	}
	e.tell(event)
}

func clip(text string) string {
	if len(text) <= maxText {
		return strings.ToValidUTF8(text, "\ufffd")
	}
	return strings.ToValidUTF8(text[:maxText], "") + "…"
}
