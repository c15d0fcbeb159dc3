package scan_test

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/suncode/suncode"
	"github.com/suncode/suncode/internal/testkit"
	"github.com/suncode/suncode/render"
)

// frame is a picture that the hosts are shown, and what they are told of it.
type frame struct {
	picture  *image.NRGBA
	stickers int

	Name   string            `json:"name"`
	File   string            `json:"file"` // RGBA bytes
	Width  int               `json:"width"`
	Height int               `json:"height"`
	Codes  []json.RawMessage `json:"codes"` // as `suncode scan --json` prints them
}

// sticker is a code on a picture.
type sticker struct {
	rays    int // 0 is a code of the real platform
	x, y    int // its middle
	widthPx int
	degrees float64
	line    color.NRGBA
}

// drawFrame lays stickers on a ground.
func drawFrame(tb testing.TB, name string, ground image.Image, stickers ...sticker) frame {
	tb.Helper()
	size := ground.Bounds().Size()
	out := image.NewNRGBA(image.Rectangle{Max: size})
	draw.Draw(out, out.Rect, ground, ground.Bounds().Min, draw.Src)
	for i, s := range stickers {
		drawing := s.draw(tb, uint64(i))
		at := image.Pt(s.x, s.y).Sub(drawing.Rect.Size().Div(2))
		draw.Draw(out, drawing.Rect.Add(at), drawing, image.Point{}, draw.Over)
	}
	return frame{picture: out, stickers: len(stickers), Name: name, Width: size.X, Height: size.Y}
}

// draw gives the turned code on a white square, or on none when its lines are light.
func (s sticker) draw(tb testing.TB, seed uint64) *image.NRGBA {
	tb.Helper()
	var symbol suncode.Symbol
	if s.rays == 0 {
		var err error
		symbol, err = suncode.EncodeText("7Q0M4X+C:AZ9K/WZ.$")
		must(tb, err)
	} else {
		code, err := testkit.NewCode(s.rays, seed)
		must(tb, err)
		symbol = code.Symbol
	}
	drawing, err := render.Draw(&symbol, render.Options{
		WidthPx:     s.widthPx,
		Line:        s.line,
		Transparent: s.line.R > 128,
		Logo:        render.DefaultLogo(strconv.Itoa(s.rays)),
	})
	must(tb, err)
	return testkit.Rotate(drawing, s.degrees, color.NRGBA{})
}

var (
	paper = color.NRGBA{R: 235, G: 230, B: 220, A: 255}
	night = color.NRGBA{R: 30, G: 40, B: 60, A: 255}
	blue  = color.NRGBA{R: 10, G: 60, B: 160, A: 255}
	light = color.NRGBA{R: 240, G: 240, B: 250, A: 255}
)

func plain(w, h int, c color.NRGBA) image.Image {
	return sized{image.NewUniform(c), image.Rect(0, 0, w, h)}
}

// sized is a part of a picture that has no end.
type sized struct {
	image.Image
	rect image.Rectangle
}

func (s sized) Bounds() image.Rectangle { return s.rect }

func noise(w, h int) image.Image {
	r := rand.New(rand.NewPCG(1, 2))
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := range img.Pix {
		img.Pix[i] = byte(r.Uint32()) | byte(255*(i%4/3))
	}
	return img
}

// checkFrames are for the checks.
func checkFrames(tb testing.TB) []frame {
	tb.Helper()
	return []frame{
		drawFrame(tb, "36 rays", plain(640, 480, paper), sticker{rays: 36, x: 300, y: 240, widthPx: 280}),
		drawFrame(tb, "54 rays, turned", plain(640, 480, paper), sticker{rays: 54, x: 320, y: 240, widthPx: 300, degrees: 37, line: blue}),
		drawFrame(tb, "72 rays, upside down", plain(640, 480, paper), sticker{rays: 72, x: 320, y: 240, widthPx: 300, degrees: 180}),
		drawFrame(tb, "light lines", plain(640, 480, night), sticker{rays: 36, x: 320, y: 240, widthPx: 300, degrees: 251, line: light}),
		drawFrame(tb, "on nothing", plain(400, 400, color.NRGBA{}), sticker{rays: 54, x: 200, y: 200, widthPx: 300, degrees: 90, line: light}),
		drawFrame(tb, "three codes", plain(1280, 720, paper),
			sticker{rays: 36, x: 200, y: 200, widthPx: 280, degrees: 12},
			sticker{rays: 0, x: 640, y: 400, widthPx: 300, degrees: 95},
			sticker{rays: 72, x: 1060, y: 300, widthPx: 320, degrees: 303}),
		drawFrame(tb, "noise", noise(320, 240)),
		drawFrame(tb, "clutter", testkit.Clutter(320, 240, 1)),
	}
}

// timeFrames are for the benchmark.
func timeFrames(tb testing.TB) []frame {
	tb.Helper()
	code := sticker{rays: 36, x: 700, y: 330, widthPx: 280, degrees: 20}
	return []frame{
		drawFrame(tb, "code", plain(1280, 720, paper), code),
		drawFrame(tb, "code in clutter", testkit.Clutter(1280, 720, 1), code),
		drawFrame(tb, "clutter", testkit.Clutter(1280, 720, 1)),
	}
}

// saveFrames writes frames and what the program, as it ships, reads in them.
func saveFrames(tb testing.TB, dir string, frames []frame) {
	tb.Helper()
	must(tb, os.Mkdir(dir, 0o755))
	pngs := tb.TempDir()
	args := []string{"run", "./cmd/suncode", "scan", "--json"}
	for i := range frames {
		f := &frames[i]
		f.File = strconv.Itoa(i) + ".rgba"
		must(tb, os.WriteFile(filepath.Join(dir, f.File), f.picture.Pix, 0o644))
		file, err := os.Create(filepath.Join(pngs, strconv.Itoa(i)+".png"))
		must(tb, err)
		must(tb, png.Encode(file, f.picture))
		must(tb, file.Close())
		args = append(args, file.Name())
	}
	cmd := exec.CommandContext(tb.Context(), "go", args...)
	cmd.Dir = root
	var wrong bytes.Buffer
	cmd.Stderr = &wrong
	out, _ := cmd.Output() // fails where a picture holds no code
	lines := json.NewDecoder(bytes.NewReader(out))
	for i := range frames {
		var line struct {
			Codes []json.RawMessage `json:"codes"`
		}
		if err := lines.Decode(&line); err != nil {
			tb.Fatalf("suncode scan: %v: %s", err, &wrong)
		}
		if got, want := len(line.Codes), frames[i].stickers; got != want {
			tb.Errorf("%s: the program reads %d codes of %d", frames[i].Name, got, want)
		}
		frames[i].Codes = line.Codes
	}
	list, err := json.Marshal(frames)
	must(tb, err)
	must(tb, os.WriteFile(filepath.Join(dir, "frames.json"), list, 0o644))
}
