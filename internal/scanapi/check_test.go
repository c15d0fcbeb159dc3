package scanapi

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/suncode/suncode/internal/legible"
)

func (r *rig) check(question string) reply {
	return r.post("/suncode/v1/check", "application/json", strings.NewReader(question))
}

func TestCheck(t *testing.T) {
	r := newRig(t, nil)
	for question, want := range map[string]legible.Verdict{
		`{}`: legible.OK,
		`{"line_color":"#3a62ad","size":"30mm","distance":"30cm"}`:       legible.OK,
		`{"line_color":"#ffe8c2","ground":"#ffffff"}`:                    legible.Warning,
		`{"transparent":true}`:                                           legible.Warning,
		`{"size":"20mm","distance":"3m","dpi":600,"rays":36}`:            legible.Fails,
		`{"line_color":"#808080","ground":"#828282","transparent":true}`: legible.Fails,
	} {
		got := r.check(question)
		var report legible.Report
		if err := json.Unmarshal(got.body, &report); err != nil || got.StatusCode != http.StatusOK || report.Verdict != want {
			t.Errorf("%s: got %d %s, want %s", question, got.StatusCode, got.body, want)
		}
	}
	for _, question := range []string{
		``, `x`, `[]`, `{}{}`, `{"size":"big"}`, `{"colour":"#fff"}`, `{"logo":"AAAA"}`, `{"rays":1}`, `{"size":20}`,
	} {
		wantProblem(t, r.check(question), badRequest)
	}
	wantProblem(t, r.check(`{"logo":"`+strings.Repeat("A", maxCheck)+`"}`), tooLarge)
	wantProblem(t, r.send(http.MethodGet, "/suncode/v1/check", "", nil), wantsPost)
	if !r.handler.Reader.Idle() {
		t.Error("the calls kept memory")
	}
}
