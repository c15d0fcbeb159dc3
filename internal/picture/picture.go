// Package picture opens pictures that strangers send: JPEG, PNG and WebP.
//
// It exists to keep one promise for every caller: the size a file claims is
// read from its header and checked before any pixel memory is allocated, so a
// small file cannot make the process ask for a large amount of memory. The
// format is told from the first bytes, never from a name, and does not depend
// on which decoders other packages have registered with image.
//
// EXIF orientation is not applied: a code is read at any rotation.
package picture

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/webp"
)

// Limits of Decode. The largest pictures of current phone cameras in their
// binned modes (50 million pixels) fit.
const (
	MaxPixels = 64 << 20 // largest width × height, in pixels
	MaxEdge   = 1 << 15  // largest width or height, in pixels
)

// Errors of Decode. Any other failure is ErrMalformed with the decoder's
// reason in its text.
var (
	ErrUnsupported = errors.New("picture: not a JPEG, PNG or WebP file")
	ErrTooLarge    = errors.New("picture: too many pixels")
	ErrMalformed   = errors.New("picture: damaged file")
)

// format is one kind of file: how it begins and how it is read.
type format struct {
	name   string
	begins func(data []byte) bool
	size   func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}

var formats = []format{
	{"jpeg", isJPEG, jpeg.DecodeConfig, jpeg.Decode},
	{"png", isPNG, png.DecodeConfig, png.Decode},
	{"webp", isWebP, webp.DecodeConfig, webp.Decode},
}

func isJPEG(data []byte) bool { return bytes.HasPrefix(data, []byte("\xff\xd8\xff")) }

func isPNG(data []byte) bool { return bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")) }

func isWebP(data []byte) bool {
	return len(data) >= 12 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WEBP"
}

// Decode reads one picture and returns it with the name of its format: "jpeg",
// "png" or "webp". A picture is at least 1 pixel and at most MaxPixels pixels
// large, no edge longer than MaxEdge. Errors wrap ErrUnsupported, ErrTooLarge
// or ErrMalformed.
func Decode(data []byte) (image.Image, string, error) {
	return DecodeWithin(data, MaxPixels)
}

// DecodeWithin is Decode with a lower bound on width × height, for callers
// that know how large their pictures may reasonably be.
func DecodeWithin(data []byte, maxPixels int) (image.Image, string, error) {
	f, err := sniff(data)
	if err != nil {
		return nil, "", err
	}
	if err := f.check(data, min(maxPixels, MaxPixels)); err != nil {
		return nil, "", err
	}
	img, err := f.decode(bytes.NewReader(data))
	if err != nil {
		return nil, "", fmt.Errorf("%w: %v", ErrMalformed, err)
	}
	return img, f.name, nil
}

func sniff(data []byte) (format, error) {
	for _, f := range formats {
		if f.begins(data) {
			return f, nil
		}
	}
	return format{}, ErrUnsupported
}

// check reads the header alone and refuses sizes outside the limits.
func (f format) check(data []byte, maxPixels int) error {
	c, err := f.size(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("%w: %v", ErrMalformed, err)
	}
	if c.Width < 1 || c.Height < 1 {
		return fmt.Errorf("%w: no pixels", ErrMalformed)
	}
	if c.Width > MaxEdge || c.Height > MaxEdge {
		return fmt.Errorf("%w: %d×%d, an edge is at most %d", ErrTooLarge, c.Width, c.Height, MaxEdge)
	}
	if pixels := int64(c.Width) * int64(c.Height); pixels > int64(maxPixels) {
		return fmt.Errorf("%w: %d×%d, at most %d in all", ErrTooLarge, c.Width, c.Height, maxPixels)
	}
	return nil
}
