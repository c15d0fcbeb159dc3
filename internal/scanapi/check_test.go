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
	for question, want := range map[string]string{
		``:                  "EOF",
		`x`:                 "invalid character 'x'",
		`[]`:                "it is a JSON array, want an object",
		`{}{}`:              "goes on",
		`{"size":"big"}`:    "size",
		`{"colour":"#fff"}`: `unknown field \"colour\"`,
		`{"logo":"AAAA"}`:   "logo",
		`{"rays":1}`:        "rays",
		`{"size":20}`:       "size is a JSON number, want a string",
		`{"dpi":"300"}`:     "dpi is a JSON string, want a number",
		`{"rays":1.5}`:      "rays is a JSON number 1.5, want a number",
		`{"transparent":1}`: "transparent is a JSON number, want a boolean",
	} {
		got := r.check(question)
		wantProblem(t, got, badRequest)
		if !strings.Contains(string(got.body), want) {
			t.Errorf("%s: %s, want %q", question, got.body, want)
		}
	}
	wantProblem(t, r.check(`{"logo":"`+strings.Repeat("A", maxCheck)+`"}`), tooLarge)
	wantProblem(t, r.send(http.MethodGet, "/suncode/v1/check", "", nil), wantsPost)
	if !r.handler.Reader.Idle() {
		t.Error("the calls kept memory")
	}
}
