package qrcode

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"math"
	"testing"
)

// laid is a white picture with codes of 200 pixels at places.
func laid(t *testing.T, w, h int, codes map[string]image.Point) image.Image {
	t.Helper()
	picture := image.NewGray(image.Rect(0, 0, w, h))
	draw.Draw(picture, picture.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	for text, at := range codes {
		data, err := JPEG(text, 200)
		if err != nil {
			t.Fatal(err)
		}
		code, err := jpeg.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		draw.Draw(picture, code.Bounds().Add(at), code, image.Point{}, draw.Src)
	}
	return picture
}

func TestFind(t *testing.T) {
	codes := map[string]image.Point{
		"https://codes.example.com/c/IAEBAQFhPTE": {20, 30},
		"x":  {400, 250}, // too small for an alignment pattern
		"扫码": {50, 300},
	}
	found := Find(t.Context(), laid(t, 640, 520, codes))
	if len(found) != len(codes) {
		t.Fatalf("read %d codes of %d: %v", len(found), len(codes), found)
	}
	for _, f := range found {
		at, ok := codes[f.Text]
		if !ok {
			t.Errorf("read %q", f.Text)
		}
		delete(codes, f.Text)
		lo, hi := f.Corners[0], f.Corners[2]
		middle := Point{(lo.X + hi.X) / 2, (lo.Y + hi.Y) / 2}
		if math.Hypot(middle.X-float64(at.X+100), middle.Y-float64(at.Y+100)) > 3 || hi.X-lo.X < 100 || hi.X-lo.X > 180 ||
			math.Abs(f.Corners[1].Y-lo.Y) > 3 || math.Abs(f.Corners[3].X-lo.X) > 3 {
			t.Errorf("%q at %v has corners %v", f.Text, at, f.Corners)
		}
	}
}

func TestFindNothing(t *testing.T) {
	if found := Find(t.Context(), laid(t, 300, 300, nil)); len(found) != 0 {
		t.Errorf("read %v in white", found)
	}
	if found := Find(t.Context(), image.NewGray(image.Rect(0, 0, 1, 1))); len(found) != 0 {
		t.Errorf("read %v in a pixel", found)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if found := Find(ctx, laid(t, 300, 300, map[string]image.Point{"a": {50, 50}})); len(found) != 0 {
		t.Errorf("read %v though nobody waits", found)
	}
}

// TestFindManyEyes holds that a picture full of finder patterns does not keep the search busy.
func TestFindManyEyes(t *testing.T) {
	picture := image.NewGray(image.Rect(0, 0, 1200, 1200))
	draw.Draw(picture, picture.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	for x := 5; x+30 < 1200; x += 35 {
		for y := 5; y+30 < 1200; y += 35 {
			for _, ring := range []struct {
				in   int
				dark color.Gray16
			}{{0, color.Black}, {4, color.White}, {8, color.Black}} {
				square := image.Rect(x, y, x+28, y+28).Inset(ring.in)
				draw.Draw(picture, square, image.NewUniform(ring.dark), image.Point{}, draw.Src)
			}
		}
	}
	if found := Find(t.Context(), picture); len(found) != 0 {
		t.Errorf("read %v", found)
	}
}
