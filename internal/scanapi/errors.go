package scanapi

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/suncode/suncode/internal/issue"
)

// failure is a kind of error as callers see it.
type failure struct {
	status int
	code   string
}

var (
	internalError    = failure{http.StatusInternalServerError, "internal"}
	badRequest       = failure{http.StatusBadRequest, "bad_request"}
	noSuchCall       = failure{http.StatusNotFound, "not_found"}
	wantsPost        = failure{http.StatusMethodNotAllowed, "method_not_allowed"}
	tooLarge         = failure{http.StatusRequestEntityTooLarge, "too_large"}
	wrongType        = failure{http.StatusUnsupportedMediaType, "unsupported_type"}
	foreignFormat    = failure{http.StatusUnsupportedMediaType, "unreadable_picture"}
	damagedPicture   = failure{http.StatusUnprocessableEntity, "unreadable_picture"}
	noCode           = failure{http.StatusUnprocessableEntity, "no_code"}
	busy             = failure{http.StatusServiceUnavailable, "busy"}
	malformedTicket  = failure{http.StatusBadRequest, "malformed"}
	forgedTicket     = failure{http.StatusUnprocessableEntity, "forged"}
	unknownTicket    = failure{http.StatusNotFound, "unknown"}
	unpublishedError = failure{http.StatusNotFound, "not_published"}
)

// failures maps the domain's errors to ours. A code that is not here cannot come out of a call of this API, and is an
// internal error if it does.
var failures = map[issue.Code]failure{
	issue.MalformedTicket: malformedTicket,
	issue.ForgedTicket:    forgedTicket,
	issue.UnknownTicket:   unknownTicket,
	issue.NotPublished:    unpublishedError,
}

// problem is why a call fails.
type problem struct {
	failure
	message string // for the caller
	cause   string // for the log, when the message does not say it all
}

// Error is the message and, after a colon, the cause.
func (p *problem) Error() string {
	if p.cause == "" {
		return p.message
	}
	return p.message + ": " + p.cause
}

func (f failure) because(format string, args ...any) *problem {
	return &problem{failure: f, message: fmt.Sprintf(format, args...)}
}

// problemOf is what to answer to err, which is not nil.
func problemOf(err error) *problem {
	if p, ok := errors.AsType[*problem](err); ok {
		return p
	}
	if e, ok := errors.AsType[*issue.Error](err); ok {
		if f, ok := failures[e.Code]; ok {
			return f.because("%s", e.Error())
		}
	}
	return &problem{internalError, "internal error", err.Error()}
}

// errorJSON is an error in an answer.
type errorJSON struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

func (p *problem) json() *errorJSON { return &errorJSON{p.code, p.message} }
