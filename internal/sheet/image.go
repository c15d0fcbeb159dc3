package sheet

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"slices"
	"sync"

	"github.com/suncode/suncode/internal/pdf"
	"github.com/suncode/suncode/render"
)

// picture is a photo as a PDF has it.
type picture struct {
	width, height int
	entries       string // of the image's dictionary
	data          []byte
	alphaEntries  string // of its soft mask's dictionary
	alpha         []byte // nil where the photo is opaque
}

// sum tells pictures apart.
func (p *picture) sum() string {
	h := sha256.New()
	_, _ = fmt.Fprintf(h, "%s\x00%s\x00%d\x00", p.entries, p.alphaEntries, len(p.data)) // a hash takes everything
	h.Write(p.data)
	h.Write(p.alpha)
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

// gallery keeps the photos that were prepared last: of a batch of files each has the same logo. It is safe for
// concurrent use.
type gallery struct {
	mu   sync.Mutex
	kept []framed // the oldest first
}

type framed struct {
	photo   *render.Photo
	picture *picture
}

const keptPictures = 8

var prepared gallery

func (g *gallery) picture(p *render.Photo) (*picture, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if i := slices.IndexFunc(g.kept, func(f framed) bool { return f.photo == p }); i >= 0 {
		return g.kept[i].picture, nil
	}
	made, err := newPicture(p)
	if err != nil {
		return nil, err
	}
	if len(g.kept) == keptPictures {
		g.kept = slices.Delete(g.kept, 0, 1)
	}
	g.kept = append(g.kept, framed{p, made})
	return made, nil
}

// newPicture takes a JPEG file as it is, and of any other the pixels without loss.
func newPicture(p *render.Photo) (*picture, error) {
	if p.JPEG() {
		return jpegPicture(p.Data)
	}
	img, err := p.Image()
	if err != nil {
		return nil, fmt.Errorf("sheet: %w", err)
	}
	return pixelPicture(img, p.Clear), nil
}

const imageEntries = "/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/%s/BitsPerComponent %d"

func jpegPicture(data []byte) (*picture, error) {
	config, err := jpeg.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("sheet: %w", err)
	}
	space, more := "DeviceRGB", ""
	switch config.ColorModel {
	case color.GrayModel:
		space = "DeviceGray"
	case color.CMYKModel:
		space = "DeviceCMYK"
		if bytes.Contains(data, []byte("Adobe\x00")) {
			more = "/Decode[1 0 1 0 1 0 1 0]" // such files hold what is not inked
		}
	case color.RGBAModel:
		more = "/DecodeParms<</ColorTransform 0>>"
	}
	entries := fmt.Sprintf(imageEntries, config.Width, config.Height, space, 8)
	return &picture{width: config.Width, height: config.Height, entries: entries + more + "/Filter/DCTDecode", data: data}, nil
}

func pixelPicture(img image.Image, alphaToo bool) *picture {
	size := img.Bounds().Size()
	pixels, alpha, bits := flatten(img)
	p := &picture{
		width: size.X, height: size.Y, data: pdf.Deflate(pixels),
		entries: fmt.Sprintf(imageEntries, size.X, size.Y, "DeviceRGB", bits) + "/Filter/FlateDecode",
	}
	if alphaToo {
		p.alpha = pdf.Deflate(alpha)
		p.alphaEntries = fmt.Sprintf(imageEntries, size.X, size.Y, "DeviceGray", bits) + "/Filter/FlateDecode"
	}
	return p
}

// flatten splits a picture into colours and opacity, with as many bits a channel as it has.
func flatten(img image.Image) (pixels, alpha []byte, bits int) {
	bits = 8
	switch img.(type) {
	case *image.NRGBA64, *image.RGBA64, *image.Gray16:
		bits = 16
	}
	b := img.Bounds()
	pixels = make([]byte, 0, 3*b.Dx()*b.Dy()*bits/8)
	alpha = make([]byte, 0, b.Dx()*b.Dy()*bits/8)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if bits == 8 {
				c := color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
				pixels, alpha = append(pixels, c.R, c.G, c.B), append(alpha, c.A)
				continue
			}
			c := color.NRGBA64Model.Convert(img.At(x, y)).(color.NRGBA64)
			for _, v := range [...]uint16{c.R, c.G, c.B} {
				pixels = append(pixels, byte(v>>8), byte(v))
			}
			alpha = append(alpha, byte(c.A>>8), byte(c.A))
		}
	}
	return pixels, alpha, bits
}
