package batchapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"

	"github.com/suncode/suncode/internal/batch"
	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/internal/order"
)

// failure is a kind of error as callers see it.
type failure struct {
	status int
	code   string
}

var (
	internalError = failure{http.StatusInternalServerError, "internal"}
	badRequest    = failure{http.StatusBadRequest, "bad_request"}
	badSetting    = failure{http.StatusBadRequest, "bad_setting"}
	cutOff        = failure{http.StatusBadRequest, "cut_off"}
	missingToken  = failure{http.StatusUnauthorized, "missing_token"}
	invalidToken  = failure{http.StatusUnauthorized, "invalid_token"}
	expiredToken  = failure{http.StatusUnauthorized, "expired_token"}
	closed        = failure{http.StatusForbidden, "closed"}
	notFound      = failure{http.StatusNotFound, "not_found"}
	wrongMethod   = failure{http.StatusMethodNotAllowed, "method_not_allowed"}
	tooSlow       = failure{http.StatusRequestTimeout, "too_slow"}
	atWork        = failure{http.StatusConflict, "at_work"}
	unmade        = failure{http.StatusConflict, "unmade"}
	tooLarge      = failure{http.StatusRequestEntityTooLarge, "too_large"}
	wrongType     = failure{http.StatusUnsupportedMediaType, "unsupported_type"}
	tooMany       = failure{http.StatusTooManyRequests, "too_many"}
	busy          = failure{http.StatusServiceUnavailable, "busy"}
	noSpace       = failure{http.StatusInsufficientStorage, "no_space"}
)

// tokenFailures maps what can be wrong with an access token.
var tokenFailures = map[issue.Code]failure{
	issue.MissingToken: missingToken,
	issue.InvalidToken: invalidToken,
	issue.ExpiredToken: expiredToken,
}

// deskFailures maps the errors of the desk.
var deskFailures = []struct {
	err error
	failure
}{
	{order.ErrUnknown, notFound},
	{order.ErrAtWork, atWork},
	{order.ErrUnmade, unmade},
	{order.ErrTooMany, tooMany},
	{order.ErrKept, tooMany},
	{order.ErrClosed, closed},
	{order.ErrNoSpace, noSpace},
	{order.ErrTooLarge, tooLarge},
	{order.ErrBusy, busy},
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
	if e, ok := errors.AsType[*batch.SpecError](err); ok {
		return badSetting.because("%s", e.Error())
	}
	if e, ok := errors.AsType[*issue.Error](err); ok {
		if f, ok := tokenFailures[e.Code]; ok {
			return &problem{f, e.Message, e.Hint}
		}
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return tooLarge.because("%s", order.ErrTooLarge)
	}
	if e, ok := errors.AsType[net.Error](err); ok && e.Timeout() {
		return &problem{tooSlow, "the upload came too slowly", err.Error()}
	}
	for _, f := range deskFailures {
		if errors.Is(err, f.err) {
			return f.because("%s", f.err)
		}
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return cutOff.because("the upload ends before its end")
	}
	if errors.Is(err, context.Canceled) {
		return &problem{cutOff, "the caller has gone", err.Error()}
	}
	return &problem{internalError, "internal error", err.Error()}
}

// errorJSON is an error in an answer.
type errorJSON struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}
