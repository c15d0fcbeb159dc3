package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/suncode/suncode/internal/issue"
)

// Exit codes, the same for every verb.
const (
	exitOK = iota
	exitFailed
	exitUsage
	exitNoCode
	exitForeign
	exitUnmet
	exitBadRows
	exitInterrupted
	exitUnfit
)

// exitMeanings says when the program ends with which code; docs/CLI.md has it.
var exitMeanings = [...]string{
	exitOK:          "done",
	exitFailed:      "the work could not be done; standard error says why",
	exitUsage:       "the command line or the environment is wrong",
	exitNoCode:      "`scan`, `trace`, `check`, `launch`, `devtools`: a picture was read and holds no code",
	exitForeign:     "`scan`, `launch`, `devtools`: a code was read and its ticket is refused: malformed, forged, unknown or not published",
	exitUnmet:       "`launch`: an expectation does not hold, or the project's code failed",
	exitBadRows:     "`batch`: some rows are bad; all others are made, but with `--fail-fast`",
	exitInterrupted: "`batch`: interrupted; `--resume` goes on",
	exitUnfit:       "`check`: the code will not scan",
}

// failure is an error that knows its exit code and what the user may do.
type failure struct {
	code int
	err  error
	hint string
}

// Error returns the cause alone; the hint is printed on a line of its own.
func (f *failure) Error() string { return f.err.Error() }

// Unwrap gives the cause.
func (f *failure) Unwrap() error { return f.err }

// usageError is a mistake on the command line, with a hint that may be empty.
func usageError(hint, format string, args ...any) error {
	return &failure{code: exitUsage, err: fmt.Errorf(format, args...), hint: hint}
}

// hinted is a failed piece of work with advice; an error that has advice of its
// own keeps that.
func hinted(err error, hint string) error {
	if _, ok := errors.AsType[*failure](err); ok {
		return err
	}
	return &failure{code: exitFailed, err: err, hint: hint}
}

// silent ends the program with a code and prints nothing: the verb has said
// already what there is to say.
func silent(code int) error { return &failure{code: code} }

// report prints an error the way every verb does and returns the exit code.
func report(w io.Writer, err error) int {
	if err == nil {
		return exitOK
	}
	f := failureOf(err)
	if f.err == nil {
		return f.code
	}
	fmt.Fprintf(w, "suncode: %s\n", strings.TrimPrefix(f.err.Error(), "suncode: "))
	if f.hint != "" {
		fmt.Fprintf(w, "hint: %s\n", f.hint)
	}
	return f.code
}

// failureOf is err with an exit code and, where there is one, a hint.
func failureOf(err error) *failure {
	if f, ok := errors.AsType[*failure](err); ok {
		if f.err == nil {
			return f
		}
		return &failure{code: f.code, err: err, hint: f.hint}
	}
	e, ok := errors.AsType[*issue.Error](err)
	switch {
	case ok && e.Code == issue.BadRegistry:
		return &failure{code: exitFailed, err: errors.New(e.Message), hint: e.Hint}
	case ok && e.Code == issue.InvalidArgs:
		return &failure{code: exitUsage, err: err}
	}
	return &failure{code: exitFailed, err: err}
}
