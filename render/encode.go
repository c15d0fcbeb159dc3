package render

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"sync"

	"github.com/suncode/suncode"
)

// jpegQuality is on the scale of libjpeg: sharp enough for line art that no ringing shows at print sizes.
const jpegQuality = 90

// jfif is how a JFIF file begins: the start of image, and the application segment that makes a JPEG stream a JFIF
// file: length 16, version 1.1, no density but square pixels, no thumbnail. Go's encoder writes a stream without it.
const jfif = "\xff\xd8" + "\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"

var errTransparentJPEG = fmt.Errorf("%w: a JPEG cannot be transparent", ErrOptions)

// JPEG writes the picture as a baseline JFIF file, 4:2:0, quality 90. Options with Transparent are an error: JPEG has
// no alpha.
func JPEG(w io.Writer, s *suncode.Symbol, o Options) error {
	if o.Transparent {
		return errTransparentJPEG
	}
	img, err := Draw(s, o)
	if err != nil {
		return err
	}
	// Where every alpha is 255 the two kinds of alpha are alike, and the encoder is far quicker with this one.
	opaque := &image.RGBA{Pix: img.Pix, Stride: img.Stride, Rect: img.Rect}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, opaque, &jpeg.Options{Quality: jpegQuality}); err != nil {
		return fmt.Errorf("render: %w", err)
	}
	if _, err := io.WriteString(w, jfif); err != nil {
		return err
	}
	_, err = w.Write(b.Bytes()[len("\xff\xd8"):])
	return err
}

// PNG writes the picture as a PNG file with 8 bits a channel: with alpha if Transparent, else without.
func PNG(w io.Writer, s *suncode.Symbol, o Options) error {
	img, err := Draw(s, o)
	if err != nil {
		return err
	}
	encoder := png.Encoder{BufferPool: pngBuffers{}}
	if err := encoder.Encode(w, img); err != nil {
		return fmt.Errorf("render: %w", err)
	}
	return nil
}

// pngBuffers keeps the encoder's working memory, close to 1 MiB, from one picture to the next.
type pngBuffers struct{}

var pngPool sync.Pool

// Get returns a used buffer, or nil.
func (pngBuffers) Get() *png.EncoderBuffer {
	b, _ := pngPool.Get().(*png.EncoderBuffer)
	return b
}

// Put takes a buffer back.
func (pngBuffers) Put(b *png.EncoderBuffer) { pngPool.Put(b) }
