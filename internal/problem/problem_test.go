package problem_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/suncode/suncode/internal/problem"
)

func TestAnswer(t *testing.T) {
	for want, p := range map[string]*problem.Error{
		`{"error":{"code":"busy","message":"2 at once"}}`:          problem.New(http.StatusServiceUnavailable, "busy").Because("%d at once", 2),
		`{"error":{"code":"internal","message":"internal error"}}`: problem.Unexpected(errors.New("a secret")),
	} {
		if got, err := json.Marshal(p.Answer()); err != nil || string(got) != want {
			t.Errorf("got %s, %v, want %s", got, err, want)
		}
	}
}

func TestLog(t *testing.T) {
	gone, leave := context.WithCancel(t.Context())
	leave()
	for _, c := range []struct {
		name, path, want string
		ctx              context.Context
		problem          *problem.Error
	}{
		{"it worked", "/a?access_token=x", "level=DEBUG msg=call method=GET path=/a took=1s bytes=7 appid=wx1", t.Context(), nil},
		{
			"a wrong caller", "/a", "level=INFO msg=call method=GET path=/a took=1s bytes=7 appid=wx1 status=409 error=at_work reason=wait",
			t.Context(), problem.New(http.StatusConflict, "at_work").Because("wait"),
		},
		{
			"a wrong server", "/a", `level=ERROR msg=call method=GET path=/a took=1s bytes=7 appid=wx1 status=500 error=internal reason="internal error: why"`,
			t.Context(), problem.Unexpected(errors.New("why")),
		},
		{
			"nobody there", "/a", `level=INFO msg=call method=GET path=/a took=1s bytes=7 appid=wx1 status=500 error=internal reason="internal error: why"`,
			gone, problem.Unexpected(errors.New("why")),
		},
		{"a long path", "/" + strings.Repeat("a", 200), "level=DEBUG msg=call method=GET path=/" + strings.Repeat("a", 127) + " took=1s bytes=7 appid=wx1", t.Context(), nil},
	} {
		var line bytes.Buffer
		call := problem.Call{Request: httptest.NewRequestWithContext(c.ctx, http.MethodGet, c.path, nil), Problem: c.problem, Took: time.Second, Sent: 7}
		call.Log(slog.New(slog.NewTextHandler(&line, &slog.HandlerOptions{Level: slog.LevelDebug})), "call", slog.String("appid", "wx1"))
		if _, got, _ := strings.Cut(strings.TrimSpace(line.String()), " "); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}
