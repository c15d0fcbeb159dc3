package scan_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/suncode/suncode"
	"github.com/suncode/suncode/internal/testkit"
	"github.com/suncode/suncode/render"
	"github.com/suncode/suncode/scan"
)

var white = color.NRGBA{255, 255, 255, 255}

// sample is a drawing and what it says.
type sample struct {
	symbol  suncode.Symbol
	payload string
	img     *image.NRGBA
}

// makeCode draws a code of random bytes that fill a level, under a random mask.
func makeCode(tb testing.TB, r *rand.Rand, level suncode.Level, o render.Options) sample {
	tb.Helper()
	payload := make([]byte, level.ByteCapacity()-r.IntN(4))
	for i := range payload {
		payload[i] = byte(r.Uint32())
	}
	masks := suncode.Masks(level.Rays())
	s, err := suncode.Encode(suncode.Payload{Mode: suncode.Bytes, Data: payload}, level, masks[r.IntN(len(masks))])
	if err != nil {
		tb.Fatal(err)
	}
	img, err := render.Draw(&s, o)
	if err != nil {
		tb.Fatal(err)
	}
	return sample{s, string(payload), img}
}

// mustRead expects exactly the sample's code in a picture, and nothing to correct but what chance may flip.
func mustRead(tb testing.TB, img image.Image, want sample) scan.Result {
	tb.Helper()
	got := scan.Find(img, scan.Options{})
	if len(got) != 1 {
		tb.Errorf("%d codes, want 1", len(got))
		return scan.Result{}
	}
	raw, ok := got[0].Ticket()
	if !ok || string(raw) != want.payload || got[0].Symbol != want.symbol {
		tb.Errorf("read %v %x, want %x", got[0].Payload.Mode, raw, want.payload)
	}
	return got[0]
}

// TestEveryDegree reads a drawing at each of 360 angles, going through levels and widths.
func TestEveryDegree(t *testing.T) {
	t.Parallel()
	widths := []int{280, 281, 313, 430, 500}
	step := 1
	if testing.Short() {
		step = 37
	}
	for deg := 0; deg < 360; deg += step {
		t.Run(fmt.Sprintf("%d°", deg), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(1, uint64(deg)))
			o := render.Options{WidthPx: widths[deg%len(widths)], Logo: render.DefaultLogo("turn")}
			want := makeCode(t, r, suncode.Levels[deg%len(suncode.Levels)], o)
			mustRead(t, testkit.Rotate(want.img, float64(deg), white), want)
		})
	}
}

// TestEveryWidth reads drawings at widths all over the API's range, in random colours on white and coloured ground.
func TestEveryWidth(t *testing.T) {
	t.Parallel()
	step := 7
	if testing.Short() {
		step = 211
	}
	for width := 280; width <= 1280; width += step {
		t.Run(strconv.Itoa(width), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(2, uint64(width)))
			o := render.Options{WidthPx: width, Logo: render.DefaultLogo("width"), Ground: white}
			if width%2 == 0 {
				o.Ground = randomColour(r)
			}
			o.Line = contrasting(r, o.Ground)
			want := makeCode(t, r, suncode.Levels[r.IntN(len(suncode.Levels))], o)
			t.Logf("%v on %v", o.Line, o.Ground)
			mustRead(t, want.img, want)
		})
	}
}

func randomColour(r *rand.Rand) color.NRGBA {
	return color.NRGBA{byte(r.Uint32()), byte(r.Uint32()), byte(r.Uint32()), 255}
}

// contrasting is a random colour that differs from another by at least 48 of 255 in some channel.
func contrasting(r *rand.Rand, from color.NRGBA) color.NRGBA {
	apart := func(a, b uint8) bool { return math.Abs(float64(a)-float64(b)) >= 48 }
	for {
		c := randomColour(r)
		if apart(c.R, from.R) || apart(c.G, from.G) || apart(c.B, from.B) {
			return c
		}
	}
}

// TestColours reads pairs of colours that have hardly any difference in luma, and light lines on dark grounds.
func TestColours(t *testing.T) {
	pairs := map[string][2]color.NRGBA{
		"red on green":    {{255, 0, 0, 255}, {0, 130, 0, 255}},
		"yellow on white": {{255, 255, 0, 255}, white},
		"blue on black":   {{0, 0, 255, 255}, {0, 0, 0, 255}},
		"white on black":  {white, {0, 0, 0, 255}},
		"orange on white": {{0xFE, 0xA5, 0, 255}, white},
		"grey on grey":    {{120, 120, 120, 255}, {140, 140, 140, 255}},
	}
	for name, pair := range pairs {
		t.Run(name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(3, 3))
			for _, level := range suncode.Levels {
				want := makeCode(t, r, level, render.Options{Line: pair[0], Ground: pair[1]})
				mustRead(t, want.img, want)
			}
		})
	}
}

func TestTransparent(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	for _, line := range []color.NRGBA{{A: 255}, {200, 30, 60, 255}, white} {
		for _, level := range suncode.Levels {
			want := makeCode(t, r, level, render.Options{Line: line, Transparent: true, Logo: render.DefaultLogo("clear")})
			mustRead(t, want.img, want)
		}
	}
}

// TestSeveral puts codes of several sizes and turns on one picture: all are found, in order, at their places.
func TestSeveral(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	sheet := image.NewNRGBA(image.Rect(0, 0, 1700, 1500))
	paint(sheet, sheet.Rect, white)
	var want []string
	for i, at := range []struct{ x, y, width, turn int }{
		{700, 20, 280, 0}, {1150, 100, 300, 90}, {20, 60, 430, 30}, {100, 660, 640, 200}, {1000, 800, 500, 0},
	} {
		s := makeCode(t, r, suncode.Levels[i%4], render.Options{WidthPx: at.width})
		turned := testkit.Rotate(s.img, float64(at.turn), white)
		draw.Draw(sheet, turned.Rect.Add(image.Pt(at.x, at.y)), turned, image.Point{}, draw.Src)
		want = append(want, s.payload)
	}
	got := scan.Find(sheet, scan.Options{})
	if len(got) != len(want) {
		t.Fatalf("%d codes, want %d", len(got), len(want))
	}
	for i := range want {
		if string(got[i].Payload.Data) != want[i] {
			t.Errorf("code %d is not the one expected there", i)
		}
	}
	if got := scan.Find(sheet, scan.Options{Max: 2}); len(got) != 2 {
		t.Errorf("%d codes with Max 2", len(got))
	}
}

// TestSheet reads a sheet of 48 codes at one look.
func TestSheet(t *testing.T) {
	const columns, rows, widthPx = 8, 6, 180
	r := rand.New(rand.NewPCG(8, 6))
	sheet := image.NewNRGBA(image.Rect(0, 0, columns*widthPx, rows*widthPx))
	var want []string
	for i := range columns * rows {
		s := makeCode(t, r, suncode.Levels[i%4], render.Options{WidthPx: widthPx, Logo: render.DefaultLogo("sheet")})
		at := image.Pt(i%columns*widthPx, i/columns*widthPx)
		draw.Draw(sheet, s.img.Rect.Add(at), s.img, image.Point{}, draw.Src)
		want = append(want, s.payload)
	}
	for _, quick := range []bool{false, true} {
		got := scan.Find(sheet, scan.Options{Quick: quick})
		if len(got) != len(want) {
			t.Fatalf("quick %v: %d codes, want %d", quick, len(got), len(want))
		}
		for i := range want {
			if string(got[i].Payload.Data) != want[i] {
				t.Errorf("quick %v: code %d is not the one expected there", quick, i)
			}
		}
	}
}

// TestCodeInLogo reads a code and the smaller one in its logo.
func TestCodeInLogo(t *testing.T) {
	r := rand.New(rand.NewPCG(12, 12))
	inner := makeCode(t, r, suncode.Level36H, render.Options{WidthPx: 640})
	var file bytes.Buffer
	if err := png.Encode(&file, inner.img); err != nil {
		t.Fatal(err)
	}
	logo, err := render.ParseLogo(file.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	outer := makeCode(t, r, suncode.Level54, render.Options{WidthPx: 1280, Logo: logo})
	got := map[string]bool{}
	for _, r := range scan.Find(outer.img, scan.Options{}) {
		got[string(r.Payload.Data)] = true
	}
	if len(got) != 2 || !got[inner.payload] || !got[outer.payload] {
		t.Errorf("%d codes, want the inner and the outer one", len(got))
	}
}

func paint(img *image.NRGBA, r image.Rectangle, c color.NRGBA) {
	draw.Draw(img, r, image.NewUniform(c), image.Point{}, draw.Src)
}

// TestCorners holds the corners to half a pixel: the picture's own when it is upright, turned when it is.
func TestCorners(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	s := makeCode(t, r, suncode.Level36H, render.Options{WidthPx: 540})
	square := [4]scan.Point{{X: 0, Y: 0}, {X: 540, Y: 0}, {X: 540, Y: 540}, {X: 0, Y: 540}}
	for turns := range 4 {
		got := mustRead(t, testkit.Rotate(s.img, float64(90*turns), white), s)
		for i, c := range got.Corners {
			want := square[(i+turns)%4]
			if math.Hypot(c.X-want.X, c.Y-want.Y) > 0.5 {
				t.Errorf("%d turns: corner %d at %.2f, %.2f; want %.0f, %.0f", turns, i, c.X, c.Y, want.X, want.Y)
			}
		}
	}
}

// TestNoise reads nothing in noise, flat grey and pictures too small to hold a code.
func TestNoise(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for _, size := range [][2]int{{0, 0}, {1, 1}, {47, 1000}, {640, 480}, {64, 2000}} {
		img := image.NewGray(image.Rect(0, 0, size[0], size[1]))
		if got := scan.Find(img, scan.Options{}); len(got) != 0 {
			t.Errorf("%v: %d codes in black", size, len(got))
		}
		for i := range img.Pix {
			img.Pix[i] = byte(r.Uint32())
		}
		if got := scan.Find(img, scan.Options{}); len(got) != 0 {
			t.Errorf("%v: %d codes in noise", size, len(got))
		}
	}
}

// otherImage hides a picture's type, so that the general way of reading pixels is taken.
type otherImage struct{ image.Image }

// TestImageTypes reads one drawing from every type of picture that Go's decoders give, also cut out of a larger one.
func TestImageTypes(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	want := makeCode(t, r, suncode.Level54, render.Options{WidthPx: 300, Line: color.NRGBA{20, 60, 90, 255}})
	box := image.Rect(13, 21, 353, 361)
	for _, img := range []draw.Image{
		image.NewNRGBA(box), image.NewRGBA(box), image.NewGray(box), image.NewNRGBA64(box), image.NewCMYK(box),
	} {
		draw.Draw(img, box, image.NewUniform(white), image.Point{}, draw.Src)
		draw.Draw(img, want.img.Rect.Add(image.Pt(30, 40)), want.img, image.Point{}, draw.Over)
		mustRead(t, img, want)
		mustRead(t, otherImage{img}, want)
		if cut, ok := img.(interface {
			SubImage(image.Rectangle) image.Image
		}); ok {
			mustRead(t, cut.SubImage(image.Rect(25, 35, 340, 350)), want)
		}
	}
}

// TestScannerKeepsNothing holds that a Scanner used again sees only the new picture.
func TestScannerKeepsNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	var s scan.Scanner
	for _, width := range []int{1280, 280, 700} {
		want := makeCode(t, r, suncode.Level72, render.Options{WidthPx: width})
		got := s.Find(want.img, scan.Options{})
		if len(got) != 1 || string(got[0].Payload.Data) != want.payload {
			t.Errorf("%d px: %d codes", width, len(got))
		}
		if got := s.Find(image.NewGray(image.Rect(0, 0, 300, 300)), scan.Options{}); len(got) != 0 {
			t.Errorf("%d codes in a black picture", len(got))
		}
	}
}

func FuzzFind(f *testing.F) {
	r := rand.New(rand.NewPCG(10, 10))
	s := makeCode(f, r, suncode.Level36H, render.Options{WidthPx: 108})
	grey := image.NewGray(s.img.Rect)
	draw.Draw(grey, grey.Rect, s.img, image.Point{}, draw.Src)
	f.Add(uint16(108), grey.Pix)
	f.Add(uint16(50), make([]byte, 2500))
	f.Add(uint16(0), []byte{})
	f.Fuzz(func(t *testing.T, width uint16, pix []byte) {
		w := min(int(width), 256)
		if w == 0 || len(pix) > 1<<16 {
			return
		}
		img := &image.Gray{Pix: pix, Stride: w, Rect: image.Rect(0, 0, w, len(pix)/w)}
		for _, got := range scan.Find(img, scan.Options{}) {
			again := got.Symbol
			p, corrected, err := again.Decode()
			if err != nil || corrected != 0 || string(p.Data) != string(got.Payload.Data) {
				t.Fatalf("a result's symbol decodes to %q, %d corrected, %v", p.Data, corrected, err)
			}
		}
	})
}

func BenchmarkFind(b *testing.B) {
	r := rand.New(rand.NewPCG(11, 11))
	for _, size := range []image.Point{{640, 480}, {1280, 720}, {1920, 1080}} {
		code := makeCode(b, r, suncode.Level36H, render.Options{WidthPx: size.Y * 2 / 3})
		frame := image.NewGray(image.Rectangle{Max: size})
		draw.Draw(frame, frame.Rect, image.NewUniform(color.Gray{220}), image.Point{}, draw.Src)
		draw.Draw(frame, code.img.Rect.Add(size.Sub(code.img.Rect.Max).Div(2)), code.img, image.Point{}, draw.Src)
		b.Run(fmt.Sprintf("%dx%d", size.X, size.Y), func(b *testing.B) {
			var s scan.Scanner
			b.ReportAllocs()
			for b.Loop() {
				if len(s.Find(frame, scan.Options{})) != 1 {
					b.Fatal("not read")
				}
			}
		})
	}
}

// TestTime holds that a search ends with its context, and that a quick one looks once.
func TestTime(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 13))
	want := makeCode(t, r, suncode.Level36H, render.Options{WidthPx: 400, Line: color.NRGBA{255, 0, 0, 255}, Ground: color.NRGBA{0, 130, 0, 255}})
	mustRead(t, want.img, want)
	if got := scan.Find(want.img, scan.Options{Quick: true}); len(got) != 0 {
		t.Errorf("a quick look reads %d codes of equal luma", len(got))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got := scan.FindContext(ctx, want.img, scan.Options{}); len(got) != 0 {
		t.Errorf("%d codes after the end", len(got))
	}
	if got := scan.FindContext(late{t.Context()}, want.img, scan.Options{}); len(got) != 0 {
		t.Errorf("%d codes after a deadline", len(got))
	}
	asked := 0
	if got := scan.Find(want.img, scan.Options{Stop: func() bool { asked++; return asked >= 3 }}); len(got) != 0 {
		t.Errorf("%d codes after the third question whether to stop", len(got))
	}
}

// late is a context whose deadline has passed, and whose timer has not fired.
type late struct{ context.Context }

func (late) Deadline() (time.Time, bool) { return time.Now().Add(-time.Second), true }
