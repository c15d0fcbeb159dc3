// Package qrcode draws square QR codes, which any phone's camera reads, and reads them. It is for the calls of the API
// that give and take square codes; the round ones are package suncode's, and share nothing with these.
//
// The matrix comes from github.com/boombuler/barcode: pure Go, without dependencies of its own, released and looked
// after. How it becomes a picture of an exact width is decided here.
package qrcode

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"

	"github.com/boombuler/barcode/qr"
)

// Quiet is the least light margin on each side, in modules. ISO/IEC 18004 asks for four.
const Quiet = 4

// jpegQuality is on the scale of libjpeg: next to no ringing at the edges of the modules.
const jpegQuality = 90

// ErrTooLong means that the text does not fit into a QR code, or its modules would be smaller than a pixel.
var ErrTooLong = errors.New("qrcode: the text is too long")

// JPEG draws text as a QR code of level M (a seventh of it may be damaged) in a grey JPEG of widthPx × widthPx pixels.
// All modules have the same whole number of pixels; what is left over goes to the margins. The error is ErrTooLong.
func JPEG(text string, widthPx int) ([]byte, error) {
	matrix, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrTooLong, err)
	}
	modules := matrix.Bounds().Dx()
	modulePx := widthPx / (modules + 2*Quiet)
	if modulePx < 1 {
		return nil, fmt.Errorf("%w: %d modules in %d pixels", ErrTooLong, modules, widthPx)
	}
	picture := image.NewGray(image.Rect(0, 0, widthPx, widthPx))
	margin := (widthPx - modules*modulePx) / 2
	for i := range picture.Pix {
		picture.Pix[i] = 255
	}
	for my := range modules {
		for mx := range modules {
			if matrix.At(mx, my) != color.White {
				fill(picture, margin+mx*modulePx, margin+my*modulePx, modulePx)
			}
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture, &jpeg.Options{Quality: jpegQuality}); err != nil {
		return nil, fmt.Errorf("qrcode: %w", err)
	}
	return b.Bytes(), nil
}

// fill makes a square of edgePx pixels dark.
func fill(picture *image.Gray, x, y, edgePx int) {
	for dy := range edgePx {
		clear(picture.Pix[picture.PixOffset(x, y+dy):][:edgePx])
	}
}
