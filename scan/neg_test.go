package scan_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/suncode/suncode/internal/picture"
	"github.com/suncode/suncode/scan"
)

// TestNegatives holds that nothing is read where there is no code.
func TestNegatives(t *testing.T) {
	folder := sharedFolder(t, "negatives")
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, file := range files {
		if strings.HasSuffix(file.Name(), ".tsv") {
			continue
		}
		data, err := os.ReadFile(filepath.Join(folder, file.Name()))
		if err != nil {
			t.Fatal(err)
		}
		img, _, err := picture.Decode(data)
		if err != nil {
			t.Fatal(file.Name(), err)
		}
		seen++
		for _, r := range scan.Find(img, scan.Options{}) {
			t.Errorf("%s: read %q", file.Name(), r.Payload.Data)
		}
	}
	if seen != 60 {
		t.Errorf("%d pictures, want 60", seen)
	}
}
