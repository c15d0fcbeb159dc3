package render

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/suncode/suncode"
)

// TestVectors holds the layers to their order, and their colours to the options.
func TestVectors(t *testing.T) {
	s := symbols(t)[0]
	logo := photoLogo(t)
	layers, ground, err := Vectors(s, Options{Line: rgb(0x3a62ad), Logo: logo})
	if err != nil || ground != white || layers[0].Colour != rgb(0x3a62ad) || len(layers[0].Shapes) != len(ink(s)) {
		t.Fatalf("%d layers on %v, %v", len(layers), ground, err)
	}
	want := []Shape{{From: Point{27, 27}, To: Point{27, 27}, Radius: suncode.LogoRadius}}
	if diff := cmp.Diff(want, layers[1].Shapes); diff != "" || layers[1].Photo == nil {
		t.Errorf("the logo: %s", diff)
	}
	again, _, err := Vectors(s, Options{Logo: logo, Transparent: true})
	if err != nil || again[1].Photo != layers[1].Photo {
		t.Errorf("one logo gives two photos, %v", err)
	}
	if img, err := layers[1].Photo.Image(); err != nil || img.Bounds().Empty() {
		t.Errorf("the photo: %v", err)
	}
	if _, ground, _ = Vectors(s, Options{Transparent: true}); ground.A != 0 {
		t.Errorf("a transparent picture has the ground %v", ground)
	}
	if _, _, err = Vectors(&suncode.Symbol{}, Options{}); !errors.Is(err, ErrOptions) {
		t.Errorf("no symbol: %v", err)
	}
}

// TestAppendSVG holds the elements to being those of the document.
func TestAppendSVG(t *testing.T) {
	for _, tt := range svgCases(t) {
		s := symbols(t)[0]
		inner, err := AppendSVG([]byte("> "), s, tt.Options)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(svgOf(t, s, tt.Options), inner[2:]) {
			t.Errorf("%s: the elements are not those of the document", tt.name)
		}
	}
}
