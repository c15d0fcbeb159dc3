package scan_test

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"image"
	"image/draw"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/suncode/suncode/internal/picture"
	"github.com/suncode/suncode/internal/testkit"
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

// realPicture is a published picture and the codes on it, in reading order.
type realPicture struct {
	file  string
	codes []truth
}

// realPictures lists the published pictures by name.
func realPictures(tb testing.TB) []realPicture {
	tb.Helper()
	const pictures = 77
	folder := sharedFolder(tb, "real-codes")
	data, err := os.ReadFile(filepath.Join(folder, "truth.json"))
	if err != nil {
		tb.Fatal(err)
	}
	var codes map[string][]truth
	if err := json.Unmarshal(data, &codes); err != nil {
		tb.Fatal(err)
	}
	if len(codes) != pictures {
		tb.Fatalf("%d pictures, want %d", len(codes), pictures)
	}
	var list []realPicture
	for _, name := range slices.Sorted(maps.Keys(codes)) {
		list = append(list, realPicture{filepath.Join(folder, name), codes[name]})
	}
	return list
}

// found is what a scan says, in the form of the truth.
func found(tb testing.TB, img image.Image) []truth {
	tb.Helper()
	var got []truth
	for _, r := range scan.Find(img, scan.Options{}) {
		text, ok := r.Text()
		if !ok {
			tb.Errorf("read bytes %x", r.Payload.Data)
		}
		got = append(got, truth{r.Symbol.Level.Rays(), int(r.Symbol.Level), r.Symbol.Mask, text})
	}
	return got
}

// reads reports whether a scan of img finds the picture's codes. Finding others fails the test.
func (p *realPicture) reads(tb testing.TB, img image.Image) bool {
	tb.Helper()
	got := found(tb, img)
	for _, code := range got {
		if !slices.Contains(p.codes, code) {
			tb.Errorf("%s: read %+v, which is not on it", filepath.Base(p.file), code)
		}
	}
	return len(got) == len(p.codes)
}

// TestRealCodes reads the published pictures of real codes: all of them, each exactly as the truth says.
func TestRealCodes(t *testing.T) {
	t.Parallel()
	for _, p := range realPictures(t) {
		name := filepath.Base(p.file)
		if skipShort(name) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(p.codes, found(t, openPicture(t, p.file))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestRealCodesTurned reads them at other angles.
func TestRealCodesTurned(t *testing.T) {
	t.Parallel()
	pictures := realPictures(t)
	for _, degrees := range []float64{33, 90, 180, 270} {
		t.Run(fmt.Sprintf("%v°", degrees), func(t *testing.T) {
			t.Parallel()
			holdReal(t, ratchetRow{"real", "turned", degrees}, pictures, func(p *realPicture) image.Image {
				return testkit.Rotate(openNRGBA(t, p.file), degrees, white)
			})
		})
	}
}

// TestRealCodesDamaged reads them after a little of each damage: each picture after one of them, or with
// SUNCODE_ROBUSTNESS=all after every one.
func TestRealCodesDamaged(t *testing.T) {
	t.Parallel()
	pictures := realPictures(t)
	axes := slices.DeleteFunc(slices.Clone(testkit.Axes), func(a testkit.Axis) bool { return a.Mild == 0 })
	for i, axis := range axes {
		t.Run(axis.Name, func(t *testing.T) {
			t.Parallel()
			row, chosen := ratchetRow{"real", axis.Name, axis.Mild}, pictures
			if !wholeRobustness {
				row.codes, chosen = "real sample", nil
				for j := i; j < len(pictures); j += len(axes) {
					chosen = append(chosen, pictures[j])
				}
			}
			holdReal(t, row, chosen, func(p *realPicture) image.Image { return damaged(t, p, axis) })
		})
	}
}

// wholeRobustness asks for all pictures under all damages, which takes minutes.
var wholeRobustness = os.Getenv("SUNCODE_ROBUSTNESS") == "all"

// damaged is a picture after a little of a damage, at the size and place of its first code.
func damaged(tb testing.TB, p *realPicture, axis testkit.Axis) image.Image {
	tb.Helper()
	img := openNRGBA(tb, p.file)
	codes := scan.Find(img, scan.Options{Max: 1})
	if len(codes) == 0 {
		tb.Fatalf("%s is not read undamaged", filepath.Base(p.file))
	}
	corner := codes[0].Corners
	x, y := (corner[0].X+corner[2].X)/2, (corner[0].Y+corner[2].Y)/2
	half := math.Hypot(corner[2].X-corner[0].X, corner[2].Y-corner[0].Y) / 2 / math.Sqrt2
	scene := axis.Scene(axis.Mild, len(p.file))
	return scene.Take(img, image.Rect(int(x-half), int(y-half), int(x+half), int(y+half)))
}

// holdReal makes a picture of each and holds how many are read. The short run takes a few where all are.
func holdReal(t *testing.T, row ratchetRow, pictures []realPicture, picture func(*realPicture) image.Image) {
	t.Helper()
	short := testing.Short() && !*update
	if f := settled(row); short && f.read < f.pictures {
		return
	}
	got := ratchetFigures{}
	for _, p := range pictures {
		if short && skipShort(filepath.Base(p.file)) {
			continue
		}
		got.pictures++
		if p.reads(t, picture(&p)) {
			got.read++
		} else {
			t.Logf("%v: %s is not read", row, filepath.Base(p.file))
		}
	}
	if !short {
		hold(t, row, got)
	} else if got.read < got.pictures {
		t.Errorf("%v: %d of %d read", row, got.read, got.pictures)
	}
}

func openNRGBA(tb testing.TB, file string) *image.NRGBA {
	tb.Helper()
	img := openPicture(tb, file)
	out := image.NewNRGBA(image.Rectangle{Max: img.Bounds().Size()})
	draw.Draw(out, out.Rect, img, img.Bounds().Min, draw.Src)
	return out
}

// TestNegatives holds that nothing is read where there is no code: each picture in one of four turns, or with
// SUNCODE_ROBUSTNESS=all in each.
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
	for i, entry := range entries {
		if skipShort(entry.Name()) {
			continue
		}
		t.Run(entry.Name(), func(t *testing.T) {
			t.Parallel()
			img := openNRGBA(t, filepath.Join(folder, entry.Name()))
			for turn := range 4 {
				if turn != i%4 && !wholeRobustness {
					continue
				}
				for _, r := range scan.Find(testkit.Rotate(img, float64(90*turn), white), scan.Options{}) {
					t.Errorf("turned by %d°: read %v %q", 90*turn, r.Payload.Mode, r.Payload.Data)
				}
			}
		})
	}
}
