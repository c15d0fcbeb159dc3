package render

import (
	"image"
	"image/color"
	"math"
	"testing"
)

func TestTone(t *testing.T) {
	// spotted is a ground with a disc of a colour in its middle.
	spotted := func(ground, spot color.NRGBA, share float64) *image.NRGBA {
		img := uniform(200, 200, ground)
		c := &canvas{img: img, pitch: 1}
		c.fill(disc(point{100, 100}, 100*math.Sqrt(share)), paint{colour: spot})
		return img
	}
	tests := []struct {
		name string
		img  *image.NRGBA
		want color.NRGBA
		ok   bool
	}{
		{"teal", uniform(50, 50, rgb(0x107a70)), rgb(0x107a70), true},
		{"red on white", spotted(white, rgb(0xb02020), 0.2), rgb(0xb02020), true},
		{"red, where sectors meet", uniform(9, 9, rgb(0xc80000)), rgb(0xc80000), true},
		{"white on blue", spotted(rgb(0x2040a0), white, 0.5), rgb(0x2040a0), true},
		{"blue on grey", spotted(rgb(0x808080), rgb(0x2040a0), 0.1), rgb(0x2040a0), true},
		{"navy", uniform(9, 9, rgb(0x14143c)), rgb(0x14143c), true},
		{"the stronger of two", spotted(rgb(0x204080), rgb(0xc02010), 0.6), rgb(0xc02010), true},
		{"yellow, too light", uniform(9, 9, rgb(0xffd000)), rgb(0xffd000), false},
		{"sky, too light", uniform(9, 9, rgb(0x60c0ff)), rgb(0x60c0ff), false},
		{"black", uniform(9, 9, black), color.NRGBA{}, false},
		{"white", uniform(9, 9, white), color.NRGBA{}, false},
		{"grey", spotted(rgb(0x707070), rgb(0x202020), 0.5), color.NRGBA{}, false},
		{"a speck of red", spotted(white, rgb(0xc00000), 0.02), color.NRGBA{}, false},
		{"see-through red", uniform(9, 9, color.NRGBA{R: 200, A: 20}), color.NRGBA{}, false},
	}
	for _, tt := range tests {
		logo, err := ParseLogo(pngOf(t, tt.img))
		if err != nil {
			t.Fatal(err)
		}
		got, ok := logo.Tone()
		near := abs(int(got.R)-int(tt.want.R)) <= 3 && abs(int(got.G)-int(tt.want.G)) <= 3 && abs(int(got.B)-int(tt.want.B)) <= 3
		if ok != tt.ok || !near || got.A != tt.want.A {
			t.Errorf("%s: %v %t, want %v %t", tt.name, got, ok, tt.want, tt.ok)
		}
	}
}

// TestToneOfCorners ignores what the disc cuts away.
func TestToneOfCorners(t *testing.T) {
	img := uniform(100, 100, rgb(0xc00000))
	(&canvas{img: img, pitch: 1}).fill(disc(point{50, 50}, 52), paint{colour: rgb(0x206020)})
	logo, err := ParseLogo(pngOf(t, img))
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := logo.Tone(); !ok || got != rgb(0x206020) {
		t.Errorf("%v %t, want the green of the disc", got, ok)
	}
}

// TestDefaultLogoTone can use every default logo's colour for lines.
func TestDefaultLogoTone(t *testing.T) {
	seen := map[color.NRGBA]bool{}
	for i := range 200 {
		logo := DefaultLogo(string(rune('a' + i)))
		tone, ok := logo.Tone()
		if !ok || tone != logo.mark[0].colour {
			t.Errorf("tone %v %t, want %v", tone, ok, logo.mark[0].colour)
		}
		seen[tone] = true
	}
	if len(seen) != len(logoColours) {
		t.Errorf("%d colours in 200 names, want %d", len(seen), len(logoColours))
	}
}

func TestContrast(t *testing.T) {
	for _, tt := range []struct {
		a, b color.NRGBA
		want float64
	}{
		{black, white, 21},
		{white, black, 21},
		{white, white, 1},
		{rgb(0x777777), white, 4.48},
		{rgb(0xff0000), white, 4.00},
		{rgb(0x0000ff), white, 8.59},
	} {
		if got := Contrast(tt.a, tt.b); math.Abs(got-tt.want) > 0.005 {
			t.Errorf("%v to %v: %.3f, want %.2f", tt.a, tt.b, got, tt.want)
		}
	}
}
