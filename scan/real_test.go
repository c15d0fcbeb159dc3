package scan_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/suncode/suncode/internal/picture"
	"github.com/suncode/suncode/scan"
)

const shared = "../../shared"

// truth is what a code of a published picture says.
type truth struct {
	Rays int    `json:"rays"`
	Type int    `json:"type"`
	Mask int    `json:"mask"`
	Text string `json:"text"`
}

// sharedFolder is a folder of pictures that are not part of the project.
func sharedFolder(t testing.TB, name string) string {
	t.Helper()
	folder := filepath.Join(shared, name)
	if _, err := os.Stat(folder); err != nil {
		t.Skipf("the pictures of %s are not here: they belong to others and are no part of the project", folder)
	}
	return folder
}

func TestRealCodes(t *testing.T) {
	folder := sharedFolder(t, "real-codes")
	data, err := os.ReadFile(filepath.Join(folder, "truth.json"))
	if err != nil {
		t.Fatal(err)
	}
	var want map[string][]truth
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	if len(want) != 77 {
		t.Fatalf("%d pictures, want 77", len(want))
	}
	read := 0
	for name, codes := range want {
		data, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		img, _, err := picture.Decode(data)
		if err != nil {
			t.Fatal(name, err)
		}
		got := scan.Find(img, scan.Options{})
		if len(got) != len(codes) {
			t.Logf("%s: %d codes, want %d", name, len(got), len(codes))
			continue
		}
		if text, ok := got[0].Text(); !ok || text != codes[0].Text {
			t.Errorf("%s: %q, want %q", name, text, codes[0].Text)
			continue
		}
		read++
	}
	t.Logf("%d of %d", read, len(want))
}
