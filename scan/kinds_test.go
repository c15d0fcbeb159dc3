package scan_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/suncode/suncode"
	"github.com/suncode/suncode/internal/testkit"
	"github.com/suncode/suncode/render"
	"github.com/suncode/suncode/scan"
)

// TestKinds reads made pictures of kinds that are not among the real ones: screenshots, posters, several codes in one
// photograph, worn metal labels.
func TestKinds(t *testing.T) {
	t.Parallel()
	trials := 8
	if testing.Short() {
		trials = 2
	}
	for name, picture := range map[string]func(testing.TB, *rand.Rand) (image.Image, []string){
		"screenshot": screenshot, "poster": poster, "several": several, "metal label": metalLabel,
	} {
		for trial := range trials {
			t.Run(fmt.Sprint(name, trial), func(t *testing.T) {
				t.Parallel()
				img, want := picture(t, rand.New(rand.NewPCG(uint64(trial), 7)))
				got := map[string]bool{}
				for _, r := range scan.Find(img, scan.Options{}) {
					got[string(r.Payload.Data)] = true
				}
				for _, payload := range want {
					if !got[payload] {
						t.Errorf("%x is not read", payload)
					}
					delete(got, payload)
				}
				if len(got) > 0 {
					t.Errorf("read %d codes that are not there", len(got))
				}
			})
		}
	}
}

func randomName(r *rand.Rand) string { return strconv.FormatUint(r.Uint64(), 36) }

// screenshot is a phone's: a page with bars and lines of text, and a code on a card.
func screenshot(tb testing.TB, r *rand.Rand) (image.Image, []string) {
	tb.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, 1080, 2340))
	paint(img, img.Rect, color.NRGBA{237, 237, 237, 255})
	paint(img, image.Rect(0, 0, 1080, 200), color.NRGBA{uint8(r.IntN(120)), uint8(100 + r.IntN(100)), 80, 255})
	for y := 260; y < 2300; y += 60 + r.IntN(60) {
		for x := 80; x < 300+r.IntN(700); x += 14 + r.IntN(30) {
			paint(img, image.Rect(x, y, x+4+r.IntN(12), y+30), color.NRGBA{60, 60, 60, 255})
		}
	}
	code := makeCode(tb, r, 7, render.Options{WidthPx: 360 + r.IntN(300), Logo: render.DefaultLogo(randomName(r))})
	at := image.Pt(100+r.IntN(300), 400+r.IntN(900))
	paint(img, code.img.Rect.Add(at).Inset(-30), white)
	draw.Draw(img, code.img.Rect.Add(at), code.img, image.Point{}, draw.Src)
	scene := testkit.Scene{Quality: 40 + r.IntN(50)}
	return scene.Take(img, code.img.Rect.Add(at)), []string{code.payload}
}

// poster is a photograph of a busy wall with a small code on it.
func poster(tb testing.TB, r *rand.Rand) (image.Image, []string) {
	tb.Helper()
	wall := testkit.Clutter(2400, 1800, r.Uint64())
	code := makeCode(tb, r, 7, render.Options{WidthPx: testkit.CodePx, Logo: render.DefaultLogo(randomName(r))})
	box := code.img.Rect.Add(image.Pt(200+r.IntN(1800), 200+r.IntN(1200)))
	draw.Draw(wall, box.Inset(-12), image.White, image.Point{}, draw.Src)
	draw.Draw(wall, box, code.img, image.Point{}, draw.Src)
	scene := testkit.Scene{
		Seed: r.Uint64(), TiltDegrees: 35 * r.Float64(), TurnDegrees: 20 * r.Float64(), EdgePx: 110 + 60*r.Float64(),
		BlurPx: 1.5, NoiseSigma: 4, Quality: 70,
	}
	return scene.Take(wall, box), []string{code.payload}
}

// several is a photograph of a counter with codes of three ray counts in different sizes and turns.
func several(tb testing.TB, r *rand.Rand) (image.Image, []string) {
	tb.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, 1800, 1300))
	draw.Draw(img, img.Rect, testkit.Table(1800, 1300, r.Uint64()), image.Point{}, draw.Src)
	var want []string
	for i := range 5 {
		code := makeCode(tb, r, [...]suncode.Level{7, 8, 2, 4, 7}[i], render.Options{WidthPx: 250 + r.IntN(150)})
		turned := testkit.Rotate(code.img, 360*r.Float64(), white)
		at := image.Pt(40+i%3*580, 40+i/3*620)
		draw.Draw(img, turned.Rect.Add(at), turned, image.Point{}, draw.Src)
		want = append(want, code.payload)
	}
	scene := testkit.Scene{Seed: r.Uint64(), TiltDegrees: 40 * r.Float64(), BlurPx: 0.15, NoiseSigma: 5, Quality: 60}
	return scene.Take(img, img.Rect), want
}

// metalLabel is a camera's picture of lines in light orange on brushed metal, scratched and pale, seen from the side, with
// a black badge and no logo.
func metalLabel(tb testing.TB, r *rand.Rand) (image.Image, []string) {
	tb.Helper()
	code := makeCode(tb, r, 7, render.Options{
		WidthPx: 560, Line: color.NRGBA{0xfe, 0xa5, 0, 255}, Badge: blackBadge(tb), Transparent: true,
	})
	img := image.NewNRGBA(image.Rect(0, 0, 760, 760))
	for y := range 760 {
		brushed := 215 + 15*math.Sin(float64(y)/90) + 4*r.NormFloat64()
		paint(img, image.Rect(0, y, 760, y+1), color.NRGBA{uint8(brushed), uint8(brushed), uint8(brushed + 4), 255})
	}
	box := code.img.Rect.Add(image.Pt(100, 100))
	draw.Draw(img, box, code.img, image.Point{}, draw.Over)
	for range 25 { // scratches down to the metal, and dirt
		x, y, turn := 760*r.Float64(), 760*r.Float64(), 2*math.Pi*r.Float64()
		grey := uint8(120 + r.IntN(110))
		for step := range 100 + r.IntN(200) {
			px, py := int(x+float64(step)*math.Cos(turn)), int(y+float64(step)*math.Sin(turn))
			paint(img, image.Rect(px, py, px+2, py+2).Intersect(img.Rect), color.NRGBA{grey, grey, grey, 255})
		}
	}
	scene := testkit.Scene{
		Seed: r.Uint64(), ContrastLeft: 0.4, Textured: true, TiltDegrees: 25 + 20*r.Float64(), TurnDegrees: 360 * r.Float64(),
		EdgePx: 300, BlurPx: 1.2, NoiseSigma: 4, Quality: 60,
	}
	return scene.Take(img, box), []string{code.payload}
}

func blackBadge(tb testing.TB) *render.Badge {
	tb.Helper()
	var out bytes.Buffer
	img := image.NewGray(image.Rect(0, 0, 64, 64))
	if err := png.Encode(&out, img); err != nil {
		tb.Fatal(err)
	}
	badge, err := render.ParseBadge(out.Bytes())
	if err != nil {
		tb.Fatal(err)
	}
	return badge
}
