package batch

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestOpenPart goes through what may lie at an output's two names.
func TestOpenPart(t *testing.T) {
	for name, c := range map[string]struct {
		part, whole string // content, "-": not there
		fresh       bool
		size        int64
		want        string // of the part then, or of the error
		err         error
	}{
		"nothing":               {"-", "-", true, 0, "", nil},
		"left over":             {"old", "-", true, 0, "", nil},
		"whole":                 {"-", "old", true, 0, "is there", ErrNotEmpty},
		"whole and left over":   {"new", "old", true, 0, "is there", ErrNotEmpty},
		"resumed":               {"12345", "-", false, 3, "123", nil},
		"resumed at the end":    {"-", "12345", false, 4, "1234", nil},
		"resumed beside others": {"12345", "old", false, 4, "1234", nil},
		"gone":                  {"-", "-", false, 3, "is gone", nil},
		"cut":                   {"12", "-", false, 3, "cannot be resumed", nil},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "out.zip")
			for at, content := range map[string]string{path: c.whole, path + Part: c.part} {
				if content == "-" {
					continue
				}
				if err := os.WriteFile(at, []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			f, err := openPart(path, c.fresh, c.size)
			if err != nil {
				if !strings.Contains(err.Error(), c.want) || c.want == "" || c.err != nil && !errors.Is(err, c.err) {
					t.Errorf("%v, want %q", err, c.want)
				}
				return
			}
			defer f.Close()
			if data, err := os.ReadFile(path + Part); err != nil || string(data) != c.want {
				t.Errorf("%q, %v; want %q", data, err, c.want)
			}
			if _, err := os.Stat(path); (err == nil) != (c.part != "-" && c.whole != "-") {
				t.Errorf("the whole one: %v", err)
			}
		})
	}
}
