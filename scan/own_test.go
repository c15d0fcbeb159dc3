package scan_test

import (
	"fmt"
	"image"
	"image/color"
	"math/rand/v2"
	"testing"

	"github.com/suncode/suncode"
	"github.com/suncode/suncode/internal/testkit"
	"github.com/suncode/suncode/render"
	"github.com/suncode/suncode/scan"
)

// draw makes a random ticket-like payload that needs the level, and its picture.
func draw(t testing.TB, r *rand.Rand, level suncode.Level, o render.Options) ([]byte, *image.NRGBA) {
	t.Helper()
	payload := make([]byte, level.ByteCapacity()-r.IntN(4))
	for i := range payload {
		payload[i] = byte(r.Uint32())
	}
	masks := suncode.Masks(level.Rays())
	s, err := suncode.Encode(suncode.Payload{Mode: suncode.Bytes, Data: payload}, level, masks[r.IntN(len(masks))])
	if err != nil {
		t.Fatal(err)
	}
	img, err := render.Draw(&s, o)
	if err != nil {
		t.Fatal(err)
	}
	return payload, img
}

func reads(img image.Image, payload []byte) string {
	got := scan.Find(img, scan.Options{})
	if len(got) != 1 {
		return fmt.Sprintf("%d codes", len(got))
	}
	if raw, ok := got[0].Ticket(); !ok || string(raw) != string(payload) {
		return "wrong payload"
	}
	return ""
}

var white = color.NRGBA{255, 255, 255, 255}

func TestEveryDegree(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	logo := render.DefaultLogo("test")
	for _, level := range suncode.Levels {
		for _, width := range []int{280, 431} {
			bad := 0
			for deg := 0; deg < 360; deg++ {
				payload, img := draw(t, r, level, render.Options{WidthPx: width, Logo: logo})
				if what := reads(testkit.Rotate(img, float64(deg), white), payload); what != "" {
					bad++
					t.Errorf("level %d, %d px, %d°: %s", level, width, deg, what)
				}
			}
			t.Logf("level %d %d px: %d bad", level, width, bad)
		}
	}
}

func TestColours(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 1))
	n, bad := 0, 0
	for i := 0; i < 600; i++ {
		line := color.NRGBA{byte(r.Uint32()), byte(r.Uint32()), byte(r.Uint32()), 255}
		ground := color.NRGBA{byte(r.Uint32()), byte(r.Uint32()), byte(r.Uint32()), 255}
		if i%3 == 0 {
			ground = white
		}
		level := suncode.Levels[r.IntN(4)]
		width := 280 + r.IntN(1001)
		payload, img := draw(t, r, level, render.Options{WidthPx: width, Line: line, Ground: ground, Logo: render.DefaultLogo("x")})
		n++
		if what := reads(img, payload); what != "" {
			bad++
			t.Logf("level %d, %d px, %v on %v: %s", level, width, line, ground, what)
		}
	}
	t.Logf("%d of %d bad", bad, n)
}
func TestTransparent(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	for i := 0; i < 60; i++ {
		line := color.NRGBA{byte(r.Uint32()), byte(r.Uint32()), byte(r.Uint32()), 255}
		if i%3 == 0 {
			line = white
		}
		level := suncode.Levels[r.IntN(4)]
		width := 280 + r.IntN(1001)
		payload, img := draw(t, r, level, render.Options{WidthPx: width, Line: line, Transparent: true, Logo: render.DefaultLogo("x")})
		if what := reads(img, payload); what != "" {
			t.Errorf("level %d, %d px, %v on transparent: %s", level, width, line, what)
		}
	}
}
