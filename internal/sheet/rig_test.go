package sheet

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/suncode/suncode"
	"github.com/suncode/suncode/render"
	"github.com/suncode/suncode/scan"
)

// tool runs a program that draws or checks what we write. Where it is missing the test is skipped, unless the
// environment says that nothing may be.
func tool(tb testing.TB, name string, args ...string) []byte {
	tb.Helper()
	if _, err := exec.LookPath(name); err != nil {
		if os.Getenv("SUNCODE_TEST_TOOLS") == "required" {
			tb.Fatalf("%s is required and not installed", name)
		}
		tb.Skipf("%s is not installed: `make test` installs it", name)
	}
	cmd := exec.CommandContext(tb.Context(), name, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		tb.Fatalf("%s: %v\n%s%s", name, err, stderr.Bytes(), out)
	}
	return out
}

// kept writes data into a file of the test's own and returns its path.
func kept(tb testing.TB, name string, data []byte) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}

// symbolOf is a code with a payload of ours, with 36, 54 or 72 rays.
func symbolOf(tb testing.TB, rays int, payload string) suncode.Symbol {
	tb.Helper()
	level := map[int]suncode.Level{36: suncode.Level36H, 54: suncode.Level54, 72: suncode.Level72}[rays]
	s, err := suncode.Encode(suncode.Payload{Mode: suncode.Bytes, Data: []byte(payload)}, level, suncode.Masks(rays)[0])
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// photo is a picture that is wider than high, see-through at the left, with a tail of colours.
func photo() *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, 90, 60))
	for i := range img.Pix {
		x, y := i/4%90, i/4/90
		img.Pix[i] = [4]uint8{uint8(2 * x), uint8(4 * y), 120, uint8(min(255, 6*x))}[i%4]
	}
	return img
}

func pngFile(tb testing.TB, img image.Image) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func jpegFile(tb testing.TB, img image.Image) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func logoOf(tb testing.TB, file []byte) *render.Logo {
	tb.Helper()
	logo, err := render.ParseLogo(file)
	if err != nil {
		tb.Fatal(err)
	}
	return logo
}

var (
	blue   = color.NRGBA{R: 0x3a, G: 0x62, B: 0xad, A: 255}
	sand   = color.NRGBA{R: 0xff, G: 0xe8, B: 0xc2, A: 255}
	forest = color.NRGBA{R: 0x1d, G: 0x3b, B: 0x36, A: 255}
)

// labelCase is a label that is drawn and read again.
type labelCase struct {
	name  string
	item  Item
	style Style
	lines []string // the caption as it is set
}

func labelCases(tb testing.TB) []labelCase {
	tb.Helper()
	item := func(rays int, caption string, o render.Options) Item {
		return Item{Symbol: symbolOf(tb, rays, fmt.Sprintf("%d %s", rays, "rays")), Caption: caption, Options: o}
	}
	bled := Style{SizeMM: 40, BleedMM: 3, Quiet: Space{MM: 4}}
	return []labelCase{
		{"plain", item(36, "", render.Options{}), NewStyle(), nil},
		{"caption", item(54, "id=42 茶馆 <&>", render.Options{Logo: render.DefaultLogo("tea"), Line: blue}), NewStyle(), []string{"id=42 茶馆 <&>"}},
		{"bleed", item(72, "第二届苏州茶文化节·平江路会场入口处签到点 scene=12345678",
			render.Options{Logo: logoOf(tb, pngFile(tb, photo())), Line: sand, Ground: forest}), bled, []string{"第二届苏州茶文化节·平江路会场", "入口处签到点 scene=12345678"}},
		{"jpeg", item(36, "a", render.Options{Logo: logoOf(tb, jpegFile(tb, photo()))}), Style{SizeMM: 12}, []string{"a"}},
		{"transparent", item(36, "a", render.Options{Transparent: true}), Style{SizeMM: 100, Quiet: Space{Pitches: 4}, CaptionMM: 10}, []string{"a"}},
	}
}

func svgOf(tb testing.TB, i *Item, s *Style) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := WriteSVG(&b, i, s); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func pdfOf(tb testing.TB, i *Item, s *Style) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := WritePDF(&b, i, s); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// rasterPDF draws a page as poppler does.
func rasterPDF(tb testing.TB, path string, page, dpi int) image.Image {
	tb.Helper()
	out := filepath.Join(tb.TempDir(), "page")
	number := strconv.Itoa(page)
	tool(tb, "pdftoppm", "-png", "-singlefile", "-r", strconv.Itoa(dpi), "-f", number, "-l", number, path, out)
	return readPNG(tb, out+".png")
}

func readPNG(tb testing.TB, path string) image.Image {
	tb.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		tb.Fatal(err)
	}
	return img
}

// payloads are what the codes in a picture say, row by row.
func payloads(img image.Image) (list []string) {
	for _, r := range scan.Find(img, scan.Options{}) {
		list = append(list, string(r.Payload.Data))
	}
	return list
}
