package scan_test

import (
	"encoding/json"
	"hash/fnv"
	"image"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/suncode/suncode/internal/picture"
	"github.com/suncode/suncode/scan"
)

// truth is what a code of a published picture says.
type truth struct {
	Rays int    `json:"rays"`
	Type int    `json:"type"`
	Mask int    `json:"mask"`
	Text string `json:"text"`
}

// sharedFolder is a folder of pictures that are no part of the project. Tests over them are skipped without it.
func sharedFolder(tb testing.TB, name string) string {
	tb.Helper()
	folder := filepath.Join("..", "..", "shared", name)
	if _, err := os.Stat(folder); err != nil {
		tb.Skipf("no %s beside the project: its pictures belong to others and are no part of the project", name)
	}
	return folder
}

func openPicture(tb testing.TB, file string) image.Image {
	tb.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		tb.Fatal(err)
	}
	img, _, err := picture.Decode(data)
	if err != nil {
		tb.Fatalf("%s: %v", file, err)
	}
	return img
}

// skipShort picks one file in about sixteen for the short run.
func skipShort(name string) bool {
	h := fnv.New32a()
	h.Write([]byte(name))
	return testing.Short() && h.Sum32()%16 != 0
}

// TestRealCodes reads the published pictures of real codes: all of them, each exactly as the truth says.
func TestRealCodes(t *testing.T) {
	t.Parallel()
	const pictures = 77
	folder := sharedFolder(t, "real-codes")
	data, err := os.ReadFile(filepath.Join(folder, "truth.json"))
	if err != nil {
		t.Fatal(err)
	}
	var want map[string][]truth
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	if len(want) != pictures {
		t.Fatalf("%d pictures, want %d", len(want), pictures)
	}
	for name, codes := range want {
		if skipShort(name) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []truth
			for _, r := range scan.Find(openPicture(t, filepath.Join(folder, name)), scan.Options{}) {
				text, ok := r.Text()
				if !ok {
					t.Errorf("read bytes %x", r.Payload.Data)
				}
				got = append(got, truth{r.Symbol.Level.Rays(), int(r.Symbol.Level), r.Symbol.Mask, text})
			}
			if diff := cmp.Diff(codes, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestNegatives holds that nothing is read where there is no code.
func TestNegatives(t *testing.T) {
	t.Parallel()
	const pictures = 60
	folder := sharedFolder(t, "negatives")
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	entries = slices.DeleteFunc(entries, func(e os.DirEntry) bool { return strings.HasSuffix(e.Name(), ".tsv") })
	if len(entries) != pictures {
		t.Fatalf("%d pictures, want %d", len(entries), pictures)
	}
	for _, entry := range entries {
		if skipShort(entry.Name()) {
			continue
		}
		t.Run(entry.Name(), func(t *testing.T) {
			t.Parallel()
			for _, r := range scan.Find(openPicture(t, filepath.Join(folder, entry.Name())), scan.Options{}) {
				t.Errorf("read %v %q", r.Payload.Mode, r.Payload.Data)
			}
		})
	}
}
