package scanapi

import (
	"errors"
	"net/http"

	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/internal/problem"
)

var (
	badRequest       = problem.New(http.StatusBadRequest, "bad_request")
	noSuchCall       = problem.New(http.StatusNotFound, "not_found")
	wantsPost        = problem.New(http.StatusMethodNotAllowed, "method_not_allowed")
	tooLarge         = problem.New(http.StatusRequestEntityTooLarge, "too_large")
	wrongType        = problem.New(http.StatusUnsupportedMediaType, "unsupported_type")
	foreignFormat    = problem.New(http.StatusUnsupportedMediaType, "unreadable_picture")
	damagedPicture   = problem.New(http.StatusUnprocessableEntity, "unreadable_picture")
	noCode           = problem.New(http.StatusUnprocessableEntity, "no_code")
	busy             = problem.New(http.StatusServiceUnavailable, "busy")
	malformedTicket  = problem.New(http.StatusBadRequest, "malformed")
	forgedTicket     = problem.New(http.StatusUnprocessableEntity, "forged")
	unknownTicket    = problem.New(http.StatusNotFound, "unknown")
	unpublishedError = problem.New(http.StatusNotFound, "not_published")
)

// failures maps the domain's errors to ours. A code that is not here cannot come out of a call of this API, and is an
// internal error if it does.
var failures = map[issue.Code]problem.Failure{
	issue.MalformedTicket: malformedTicket,
	issue.ForgedTicket:    forgedTicket,
	issue.UnknownTicket:   unknownTicket,
	issue.NotPublished:    unpublishedError,
}

// problemOf is what to answer to err, which is not nil.
func problemOf(err error) *problem.Error {
	if p, ok := errors.AsType[*problem.Error](err); ok {
		return p
	}
	if e, ok := errors.AsType[*issue.Error](err); ok {
		if f, ok := failures[e.Code]; ok {
			return f.Because("%s", e.Error())
		}
	}
	return problem.Unexpected(err)
}
