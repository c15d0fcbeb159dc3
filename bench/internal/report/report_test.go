package report

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// pageWith is a page with a table.
func pageWith(t *testing.T, begin, table, end string) string {
	t.Helper()
	page := filepath.Join(t.TempDir(), "page.md")
	if err := os.WriteFile(page, []byte("before\n"+begin+table+end+"after\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return page
}

// TestRun holds that a program prints its table, and replaces nothing but it in the page.
func TestRun(t *testing.T) {
	for name, tt := range map[string]struct {
		part, begin, end string
		rival            Rival
		table            string // that the page has then
		notes            string
	}{
		"whole":    {"", "<!-- table: make bench -->\n", "<!-- end of table -->\n", Rival{}, "new\n", ""},
		"part":     {"making", "<!-- table: make bench, making -->\n", "<!-- end of table, making -->\n", Rival{}, "new\n", ""},
		"rival":    {"", "<!-- table: make bench -->\n", "<!-- end of table -->\n", Rival{"libfast", "1.2", "get it"}, "new\n", ""},
		"no rival": {"", "<!-- table: make bench -->\n", "<!-- end of table -->\n", Rival{"libfast", "", "get it"}, "old\n", "get it\n"},
	} {
		page := pageWith(t, tt.begin, "old\n", tt.end)
		p := New("race", tt.part)
		p.Rival = tt.rival
		rounds := p.Flags.Int("rounds", 1, "")
		var out, notes strings.Builder
		if err := p.run([]string{"-rounds", "3", "-doc", page}, &out, &notes, func() (string, error) { return "new\n", nil }); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if out.String() != "new\n" || notes.String() != tt.notes || *rounds != 3 {
			t.Errorf("%s: printed %q and %q after %d rounds", name, out.String(), notes.String(), *rounds)
		}
		got, err := os.ReadFile(page)
		if want := "before\n" + tt.begin + tt.table + tt.end + "after\n"; err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestRunFails(t *testing.T) {
	broken := errors.New("broken")
	page := pageWith(t, "", "no place\n", "")
	for name, tt := range map[string]struct {
		args []string
		err  error
		want string
	}{
		"flag":    {[]string{"-fast"}, nil, "not defined"},
		"measure": {nil, broken, "broken"},
		"place":   {[]string{"-doc", page}, nil, "no place for the table"},
		"page":    {[]string{"-doc", page + "x"}, nil, "no such file"},
	} {
		p := New("race", "making")
		var out, notes strings.Builder
		p.Flags.SetOutput(&notes)
		err := p.run(tt.args, &out, &notes, func() (string, error) { return "new\n", tt.err })
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestHead(t *testing.T) {
	if got, want := Head("what", "µs", "bytes"), "| what | µs | bytes |\n|---|--:|--:|\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestTimes(t *testing.T) {
	calls := 0
	each := Each(2*time.Millisecond, func() { calls++ })
	if each <= 0 || each*time.Duration(calls) < time.Millisecond {
		t.Errorf("%d calls of %v", calls, each)
	}
	if got := Median([]time.Duration{5, 1, 3}); got != 3 {
		t.Errorf("median %v", got)
	}
}
