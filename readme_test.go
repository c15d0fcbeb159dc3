package suncode_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/suncode/suncode"
	"github.com/suncode/suncode/render"
	"github.com/suncode/suncode/scan"
	"github.com/suncode/suncode/ticket"
)

// The library as the README shows it.
func Example_readme() {
	keys := ticket.Keys{1: []byte("thirty-two random bytes are good")}
	raw, err := ticket.Make(ticket.Ticket{App: 7, Page: 3, Key: 1, Scene: "a=1"}, keys[1])
	check(err)
	symbol, err := suncode.EncodeBytes(raw)
	check(err)
	picture, err := render.Draw(&symbol, render.Options{WidthPx: 430})
	check(err)
	for _, code := range scan.Find(picture, scan.Options{}) {
		raw, _ := code.Ticket()
		t, err := keys.Open(raw)
		fmt.Println(t.App, t.Page, t.Scene, err) // 7 3 a=1 <nil>
	}
	// Output:
	// 7 3 a=1 <nil>
}

// TestReadmeExample holds the README to the example that runs.
func TestReadmeExample(t *testing.T) {
	source, body := readText(t, "readme_test.go"), regexp.MustCompile(`(?s)func Example_readme\(\) \{\n(.*?)\t// Output:`)
	shown := regexp.MustCompile("(?s)```go\n(.*?)```").FindStringSubmatch(readText(t, "README.md"))
	if shown == nil {
		t.Fatal("README.md shows no Go")
	}
	want := strings.TrimPrefix(strings.ReplaceAll(body.FindStringSubmatch(source)[1], "\n\t", "\n"), "\t")
	if diff := cmp.Diff(want, shown[1]); diff != "" {
		t.Errorf("README.md, the library (-want +got):\n%s", diff)
	}
}

// TestReadmeErrors holds that the README advises on every errcode of docs/API.md that a caller can mend, and on no
// others.
func TestReadmeErrors(t *testing.T) {
	errcode := regexp.MustCompile(`\b\d{5}\b`)
	known := map[string]bool{}
	for _, row := range regexp.MustCompile(`(?m)^\| (\d{5}) \|`).FindAllStringSubmatch(readText(t, "docs/API.md"), -1) {
		known[row[1]] = true
	}
	advised := map[string]bool{"40066": true} // no such call: there is nothing to advise
	for _, row := range regexp.MustCompile(`(?m)^\| (\d{5}(?:, \d{5})*) \|`).FindAllStringSubmatch(readText(t, "README.md"), -1) {
		for _, code := range errcode.FindAllString(row[1], -1) {
			advised[code] = true
		}
	}
	if diff := cmp.Diff(known, advised); diff != "" {
		t.Errorf("errcodes of docs/API.md (-) and README.md (+):\n%s", diff)
	}
}

func readText(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
