package render

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"testing"

	"github.com/suncode/suncode"
)

// symbolOf is a symbol with a fixed level and mask, so that pictures do not change with the choice of masks.
func symbolOf(tb testing.TB, level suncode.Level, mask int, payload string) *suncode.Symbol {
	tb.Helper()
	s, err := suncode.Encode(suncode.Payload{Mode: suncode.Bytes, Data: []byte(payload)}, level, mask)
	if err != nil {
		tb.Fatal(err)
	}
	return &s
}

// symbols is one symbol for each level.
func symbols(tb testing.TB) []*suncode.Symbol {
	tb.Helper()
	return []*suncode.Symbol{
		symbolOf(tb, suncode.Level36H, 21, "suncode: 36 rays"),
		symbolOf(tb, suncode.Level36L, 5, "a larger ticket, 36"),
		symbolOf(tb, suncode.Level54, 27, "a ticket that needs 54 rays"),
		symbolOf(tb, suncode.Level72, 18, "a ticket as long as a ticket can be"),
	}
}

func benchSymbol(tb testing.TB) *suncode.Symbol {
	tb.Helper()
	return symbols(tb)[0]
}

// photoPicture is a colourful picture with see-through corners, 200×160.
func photoPicture() *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, 200, 160))
	for y := range 160 {
		for x := range 200 {
			c := color.NRGBA{R: uint8(x), G: uint8(160 - y), B: uint8(90 + y/2), A: 255}
			if x/20%2 == y/20%2 {
				c = color.NRGBA{R: 180, G: 40, B: 60, A: uint8(255 - y)}
			}
			img.SetNRGBA(x, y, c)
		}
	}
	return img
}

func pngOf(tb testing.TB, img image.Image) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func photoLogo(tb testing.TB) *Logo {
	tb.Helper()
	logo, err := ParseLogo(pngOf(tb, photoPicture()))
	if err != nil {
		tb.Fatal(err)
	}
	return logo
}

func drawn(tb testing.TB, s *suncode.Symbol, o Options) *image.NRGBA {
	tb.Helper()
	img, err := Draw(s, o)
	if err != nil {
		tb.Fatal(err)
	}
	return img
}

// tool runs a program that the machine may lack: then the test is skipped, or fails where tools are required.
func tool(tb testing.TB, stdin []byte, name string, args ...string) []byte {
	tb.Helper()
	if _, err := exec.LookPath(name); err != nil {
		if os.Getenv("SUNCODE_TEST_TOOLS") == "required" {
			tb.Fatalf("%s is required and not installed", name)
		}
		tb.Skipf("%s is not installed: `make test` installs it", name)
	}
	cmd := exec.CommandContext(tb.Context(), name, args...)
	cmd.Stdin = bytes.NewReader(stdin)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		tb.Fatalf("%s: %v\n%s", name, err, stderr.Bytes())
	}
	return out
}
