package batchapi

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"

	"github.com/suncode/suncode/internal/batch"
	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/internal/order"
	"github.com/suncode/suncode/internal/problem"
)

var (
	badRequest   = problem.New(http.StatusBadRequest, "bad_request")
	badSetting   = problem.New(http.StatusBadRequest, "bad_setting")
	cutOff       = problem.New(http.StatusBadRequest, "cut_off")
	missingToken = problem.New(http.StatusUnauthorized, "missing_token")
	invalidToken = problem.New(http.StatusUnauthorized, "invalid_token")
	expiredToken = problem.New(http.StatusUnauthorized, "expired_token")
	closed       = problem.New(http.StatusForbidden, "closed")
	notFound     = problem.New(http.StatusNotFound, "not_found")
	wrongMethod  = problem.New(http.StatusMethodNotAllowed, "method_not_allowed")
	tooSlow      = problem.New(http.StatusRequestTimeout, "too_slow")
	atWork       = problem.New(http.StatusConflict, "at_work")
	unmade       = problem.New(http.StatusConflict, "unmade")
	tooLarge     = problem.New(http.StatusRequestEntityTooLarge, "too_large")
	wrongType    = problem.New(http.StatusUnsupportedMediaType, "unsupported_type")
	tooMany      = problem.New(http.StatusTooManyRequests, "too_many")
	busy         = problem.New(http.StatusServiceUnavailable, "busy")
	noSpace      = problem.New(http.StatusInsufficientStorage, "no_space")
)

// tokenFailures maps what can be wrong with an access token.
var tokenFailures = map[issue.Code]problem.Failure{
	issue.MissingToken: missingToken,
	issue.InvalidToken: invalidToken,
	issue.ExpiredToken: expiredToken,
}

// deskFailures maps the errors of the desk.
var deskFailures = []struct {
	err error
	problem.Failure
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

// problemOf is what to answer to err, which is not nil.
func problemOf(err error) *problem.Error {
	if p, ok := errors.AsType[*problem.Error](err); ok {
		return p
	}
	if e, ok := errors.AsType[*batch.SpecError](err); ok {
		return badSetting.Because("%s", e.Error())
	}
	if e, ok := errors.AsType[*issue.Error](err); ok {
		if f, ok := tokenFailures[e.Code]; ok {
			return f.Hiding(e.Hint, e.Message)
		}
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return tooLarge.Because("%s", order.ErrTooLarge)
	}
	if e, ok := errors.AsType[net.Error](err); ok && e.Timeout() {
		return tooSlow.Hiding(err.Error(), "the upload came too slowly")
	}
	for _, f := range deskFailures {
		if errors.Is(err, f.err) {
			return f.Because("%s", f.err)
		}
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return cutOff.Because("the upload ends before its end")
	}
	if errors.Is(err, context.Canceled) {
		return cutOff.Hiding(err.Error(), "the caller has gone")
	}
	return problem.Unexpected(err)
}
