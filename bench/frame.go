package main

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"

	"github.com/boombuler/barcode/qr"

	"github.com/suncode/suncode"
	"github.com/suncode/suncode/internal/testkit"
	"github.com/suncode/suncode/render"
)

// payload is what both codes carry: 29 bytes. That takes 54 rays, or a QR code of version 3 at level Q.
const payload = "29 bytes, which both carry: 1"

// sizes are those of the frames, in pixels.
var sizes = []image.Point{{640, 480}, {1280, 720}, {1920, 1080}, {4000, 3000}}

// frames are pictures of one size that differ only in what lies in their middle.
type frames struct{ empty, ours, qr *image.Gray }

// ground is what a frame shows besides the code.
type ground struct {
	name string
	draw func(w, h int, seed uint64) *image.Gray
}

var grounds = []ground{{"table", testkit.Table}, {"clutter", testkit.Clutter}}

// newFrames makes a ground, and the same with each of the codes, half as wide as the frame is high.
func newFrames(g ground, size image.Point, seed uint64) (frames, error) {
	empty := g.draw(size.X, size.Y, seed)
	symbol, err := suncode.EncodeBytes([]byte(payload))
	if err != nil {
		return frames{}, err
	}
	widthPx := size.Y / 2
	round, err := render.Draw(&symbol, render.Options{WidthPx: max(widthPx, 280), Logo: render.DefaultLogo("bench")})
	if err != nil {
		return frames{}, err
	}
	square, err := drawQR(widthPx)
	if err != nil {
		return frames{}, err
	}
	return frames{empty, onto(empty, round), onto(empty, square)}, nil
}

// onto lays a drawing into the middle of a copy of a frame.
func onto(frame *image.Gray, drawing image.Image) *image.Gray {
	out := image.NewGray(frame.Rect)
	copy(out.Pix, frame.Pix)
	box := drawing.Bounds()
	at := frame.Rect.Max.Sub(box.Size()).Div(2)
	draw.Draw(out, box.Add(at), drawing, box.Min, draw.Src)
	return out
}

// drawQR draws the payload as a QR code at level Q with its four modules of margin, averaged over areas to the width.
func drawQR(widthPx int) (*image.Gray, error) {
	matrix, err := qr.Encode(payload, qr.Q, qr.Unicode)
	if err != nil {
		return nil, fmt.Errorf("QR code: %w", err)
	}
	const quiet = 4
	modules := matrix.Bounds().Dx() + 2*quiet
	out := image.NewGray(image.Rect(0, 0, widthPx, widthPx))
	const fine = 4
	for y := range widthPx {
		for x := range widthPx {
			sum := 0
			for i := range fine * fine {
				mx := (x*fine+i%fine)*modules/(widthPx*fine) - quiet
				my := (y*fine+i/fine)*modules/(widthPx*fine) - quiet
				if !image.Pt(mx, my).In(matrix.Bounds()) || matrix.At(mx, my) == color.White {
					sum += 255
				}
			}
			out.Pix[y*out.Stride+x] = uint8(sum / (fine * fine))
		}
	}
	return out, nil
}
