package conformance

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the snippets into docs/CLIENTS.md")

// embedded is a mark in a page and the block of code that may follow it.
var embedded = regexp.MustCompile("<!-- file: (\\S+) -->\n(?:```\\w*\n(?s:.*?)\n```\n)?")

// TestSnippets holds docs/CLIENTS.md to the files that the tests run, and every
// one of these to be there.
func TestSnippets(t *testing.T) {
	page := filepath.Join("..", "docs", "CLIENTS.md")
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]bool{"doc.go": true} // has nothing to paste
	want := embedded.ReplaceAllStringFunc(string(text), func(found string) string {
		file := embedded.FindStringSubmatch(found)[1]
		shown[filepath.Base(file)] = true
		return snippet(t, file)
	})
	entries, err := os.ReadDir("clients")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if !shown[entry.Name()] {
			t.Errorf("docs/CLIENTS.md does not show %s", entry.Name())
		}
	}
	if want == string(text) {
		return
	}
	if !*update {
		t.Fatalf("docs/CLIENTS.md is not what the tests run; -update writes it. got, want:\n%s", cmp.Diff(string(text), want))
	}
	if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

// snippet is the mark and the block for a file, named from the root of the
// repository.
func snippet(t *testing.T, file string) string {
	t.Helper()
	code, err := os.ReadFile(filepath.Join("..", file))
	if err != nil {
		t.Fatal(err)
	}
	language := strings.TrimPrefix(filepath.Ext(file), ".")
	return fmt.Sprintf("<!-- file: %s -->\n```%s\n%s```\n", file, language, code)
}
