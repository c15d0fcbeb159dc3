package issue_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/suncode/suncode/internal/issue"
)

func TestParseFunctionConfig(t *testing.T) {
	for config, want := range map[string][]string{
		`{}`:                                                   nil,
		`{"permissions":null}`:                                 nil,
		`{"permissions":{}}`:                                   nil,
		`{"permissions":{"openapi":null}}`:                     nil,
		`{"permissions":{"openapi":[]}}`:                       nil,
		`{"Permissions":{"openapi":["a"]}}`:                    nil,
		"\xef\xbb\xbf{\"triggers\":[{\"a\":1}]}":               nil,
		`{"permissions":{"openapi":["wxacode.getUnlimited"]}}`: {"wxacode.getUnlimited"},
		`{"permissions":{"openapi":["b","a","b"],"other":1},"triggers":["timer"]}`: {"a", "b"},
	} {
		got, err := issue.ParseFunctionConfig([]byte(config))
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", config, err, diff)
		}
	}
}

func TestParseFunctionConfigRefuses(t *testing.T) {
	for _, config := range []string{
		"", " ", "[]", "null", "{", `{"permissions":[]}`, `{"permissions":"all"}`, `{"permissions":{"openapi":"a"}}`,
		`{"permissions":{"openapi":[1]}}`, `{"permissions":{"openapi":[null]}}`, `{"permissions":{"openapi":[""]}}`,
		`{"permissions":{"openapi":["` + strings.Repeat("a", 129) + `"]}}`, "{\n// what it may\n\"permissions\":{}}",
		`{"permissions":{"openapi":[` + manyNames(501) + `]}}`, strings.Repeat(" ", issue.MaxFunctionConfig) + "{}",
	} {
		_, err := issue.ParseFunctionConfig([]byte(config))
		wantCode(t, fmt.Sprintf("%.60q", config), err, issue.InvalidManifest)
	}
}

func manyNames(n int) string {
	var names []string
	for i := range n {
		names = append(names, fmt.Sprintf(`"n%d"`, i))
	}
	return strings.Join(names, ",")
}

func TestDeploymentCheck(t *testing.T) {
	for _, d := range []issue.Deployment{{Env: "e", Name: "N"}, {Env: strings.Repeat("e", 40), Name: strings.Repeat("n", 64)}, {Env: "wx-1_a", Name: "a_B-1"}} {
		if err := d.Check(); err != nil {
			t.Errorf("%+v: %v", d, err)
		}
	}
	for _, d := range []issue.Deployment{
		{},
		{Env: "e"},
		{Name: "n"},
		{Env: "E", Name: "n"},
		{Env: "e", Name: "a b"},
		{Env: "e\n", Name: "n"},
		{Env: "e", Name: "函数"},
		{Env: strings.Repeat("e", 41), Name: "n"},
		{Env: "e", Name: strings.Repeat("n", 65)},
	} {
		wantCode(t, fmt.Sprintf("%+v", d), d.Check(), issue.InvalidArgs)
	}
}

func TestMay(t *testing.T) {
	f := issue.Function{APIs: []string{"security.msgSecCheck", "wxacode.get", "wxacode.getUnlimited"}}
	for api, want := range map[string]bool{"wxacode.getUnlimited": true, "wxacode.get": true, "wxacode": false, "wxacode.createQRCode": false, "": false} {
		if got := f.May(api); got != want {
			t.Errorf("%q: got %v", api, got)
		}
	}
}

func TestNewFunctionKeys(t *testing.T) {
	rule := regexp.MustCompile(`^AKID[A-Za-z0-9]{32} [A-Za-z0-9]{32}$`)
	seen := map[string]bool{}
	for range 1000 {
		id, key := issue.NewFunctionKeys()
		if pair := id + " " + key; !rule.MatchString(pair) || seen[id] || seen[key] {
			t.Fatalf("got %s", pair)
		}
		seen[id], seen[key] = true, true
	}
}
