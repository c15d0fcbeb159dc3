package scanapi

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/internal/problem"
	"github.com/suncode/suncode/internal/reading"
)

// maxQuestion is the longest body of a resolve call, in bytes: many times a ticket.
const maxQuestion = 4 << 10

// targetJSON is where a code leads, in an answer.
type targetJSON struct {
	AppID      string            `json:"appid"`
	Page       string            `json:"page"`
	Path       string            `json:"path"`
	Query      map[string]string `json:"query"` // the scene as encodeURIComponent writes it, or a path's own parameters
	Scene      string            `json:"scene"`
	EnvVersion string            `json:"env_version"`
	Link       string            `json:"link,omitempty"` // where an app is opened, if the server was told
}

func (h *Handler) targetOf(t issue.Target) *targetJSON {
	return &targetJSON{
		AppID: t.App.AppID, Page: t.Page, Path: t.Path, Query: t.Query, Scene: t.Scene,
		EnvVersion: t.Env.String(), Link: h.Link.To(t),
	}
}

// resolve is POST /suncode/v1/resolve: {"ticket":"…"} in base64url, with or without padding.
func (h *Handler) resolve(w http.ResponseWriter, r *http.Request) (any, error) {
	if r.Method != http.MethodPost {
		return nil, wantsPost.Because("send a POST")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxQuestion))
	if err != nil {
		return nil, bodyProblem(w, err, maxQuestion)
	}
	var question struct {
		Ticket *string `json:"ticket"`
	}
	if err := json.Unmarshal(body, &question); err != nil || question.Ticket == nil {
		return nil, badRequest.Because(`the body is not {"ticket":"…"}`)
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(strings.TrimRight(*question.Ticket, "="))
	if err != nil {
		return nil, malformedTicket.Because("malformed ticket: not base64url")
	}
	target, err := h.Resolver.Resolve(raw)
	if err != nil {
		return nil, err
	}
	return h.targetOf(target), nil
}

// bodyProblem is what to answer when the body could not be read to its end. A connection with the rest of a body that
// is too long still in it is closed.
func bodyProblem(w http.ResponseWriter, err error, limit int) error {
	if p, ok := errors.AsType[*problem.Error](err); ok {
		return p
	}
	if errors.Is(err, reading.ErrBusy) {
		return busy.Because("too many pictures at once, try again")
	}
	if errors.Is(err, reading.ErrNoFile) {
		return badRequest.Because("the form has no file in it")
	}
	if _, long := errors.AsType[*http.MaxBytesError](err); long {
		w.Header().Set("Connection", "close")
		return tooLarge.Because("the body is longer than %d bytes", limit)
	}
	return badRequest.Because("the body breaks off: %v", err)
}
