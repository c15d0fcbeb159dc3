// Package problem is what Suncode's own calls have in common when they fail: the error as callers see it, an HTTP status
// and {"code":"…","message":"…"}, and the log line, which also has what callers are not told.
package problem

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"
)

// Failure is a kind of error as callers see it.
type Failure struct {
	Status int    `json:"-"`
	Code   string `json:"code"`
}

// Internal is the failure that is not the caller's.
var Internal = New(http.StatusInternalServerError, "internal")

// New makes a Failure of an HTTP status and a code.
func New(status int, code string) Failure { return Failure{status, code} }

// Because is a failure with a message for the caller.
func (f Failure) Because(format string, args ...any) *Error {
	return &Error{Failure: f, Message: fmt.Sprintf(format, args...)}
}

// Hiding is a failure with a cause for the log alone and a message for the caller.
func (f Failure) Hiding(cause, message string) *Error { return &Error{f, message, cause} }

// Error is why a call fails. Its JSON is what callers see.
type Error struct {
	Failure
	Message string `json:"message"` // for the caller
	Cause   string `json:"-"`       // for the log, when the message does not say it all
}

// Unexpected is the problem of an error that nothing was written for.
func Unexpected(err error) *Error { return Internal.Hiding(err.Error(), "internal error") }

// Error is the message and, after a colon, the cause.
func (p *Error) Error() string {
	if p.Cause == "" {
		return p.Message
	}
	return p.Message + ": " + p.Cause
}

// Answer is what goes out as JSON.
func (p *Error) Answer() map[string]*Error { return map[string]*Error{"error": p} }

// maxLoggedPath is how much of a path goes into the log, in bytes.
const maxLoggedPath = 128

// Call is a call that has been answered.
type Call struct {
	*http.Request
	Problem *Error // nil when it worked
	Took    time.Duration
	Sent    int // bytes
}

// Code is the error's code, or "ok".
func (c *Call) Code() string {
	if c.Problem == nil {
		return "ok"
	}
	return c.Problem.Code
}

// Log writes the log line of a call: debug when it worked, info when the caller was wrong, error when the server was and
// the caller still there. It has no query, where tokens are.
func (c *Call) Log(log *slog.Logger, message string, more ...slog.Attr) {
	level := slog.LevelDebug
	attrs := append([]slog.Attr{
		slog.String("method", c.Method), slog.String("path", c.URL.Path[:min(len(c.URL.Path), maxLoggedPath)]),
		slog.Duration("took", c.Took), slog.Int("bytes", c.Sent),
	}, more...)
	if p := c.Problem; p != nil {
		level = slog.LevelInfo
		attrs = append(attrs, slog.Int("status", p.Status), slog.String("error", p.Code), slog.String("reason", p.Error()))
		if p.Failure == Internal && c.Context().Err() == nil {
			level = slog.LevelError
		}
	}
	log.LogAttrs(context.WithoutCancel(c.Context()), level, message, attrs...)
}
