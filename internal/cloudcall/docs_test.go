package cloudcall

import (
	"os"
	"strings"
	"testing"
)

// numbers are the SDK's own numbers for the gateway's names. It takes a name that it does not know for SYS_ERR.
var numbers = map[string]string{"SYS_ERR": "-501001", "INVALIID_ENV": "-501005", "INVALID_PARAM": "-501007", "SIGN_PARAM_INVALID": "-501001"}

// TestDocumentedErrors compares the table of docs/CLOUD.md with the code, both ways.
func TestDocumentedErrors(t *testing.T) {
	page, err := os.ReadFile("../../docs/CLOUD.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(page), "<!-- table: gateway errors -->\n")
	if !ok {
		t.Fatal("docs/CLOUD.md has no table of gateway errors")
	}
	documented := map[string]string{}
	for line := range strings.Lines(rest) {
		cells := strings.Split(line, "|")
		if len(cells) < 4 {
			break
		}
		documented[strings.Trim(cells[1], " `")] = strings.TrimSpace(cells[2])
	}
	for _, f := range []fault{systemError, badEnv, badRequest, badSignature, unknownAPI, forbidden} {
		want := numbers[f.code]
		if f.number != 0 {
			want = f.label()
		}
		if got := documented[f.label()]; got != want {
			t.Errorf("%s: the page has %q, want %q", f.label(), got, want)
		}
	}
	if len(documented) != 6+2 { // the head of the table and the line below it
		t.Errorf("the page has %v", documented)
	}
}

// TestDocumentedAPIs holds that the page has every API with its path.
func TestDocumentedAPIs(t *testing.T) {
	page, err := os.ReadFile("../../docs/CLOUD.md")
	if err != nil {
		t.Fatal(err)
	}
	for api, path := range apis {
		found := false
		for line := range strings.Lines(string(page)) {
			found = found || strings.Contains(line, "`"+api+"`") && strings.Contains(line, "`"+path+"`")
		}
		if !found {
			t.Errorf("the page lacks %s, which is %s", api, path)
		}
	}
}
