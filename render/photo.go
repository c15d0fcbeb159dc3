package render

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"sync"

	"github.com/suncode/suncode/internal/picture"
)

// Limits of a logo or badge picture. Larger ones are refused before they are decoded.
const (
	MaxPictureBytes  = 16 << 20 // length of the file
	MaxPicturePixels = 16 << 20 // width × height
)

// ErrPicture is wrapped by every error of ParseLogo and ParseBadge: not a JPEG, PNG or WebP file, damaged, too large.
var ErrPicture = errors.New("render: unusable picture")

const (
	// masterPx bounds the edge of what is kept of a photo, and so its memory to 4 MiB. A logo is shown smaller than
	// that in pictures up to 2304 pixels wide.
	masterPx = 1024
	// keepBytes bounds the file that is kept for vectors.
	keepBytes = 4 << 20
	// embedBytes bounds the file that goes into an SVG for screens as it is.
	embedBytes = 512 << 10
)

// photo is somebody's picture, cut to its middle square and laid on white.
type photo struct {
	master *image.NRGBA // square, opaque, from (0, 0)
	file   []byte       // as it came, a JPEG or PNG file of at most keepBytes; else nil
	format string       // of file: "jpeg" or "png"
	clear  bool         // whether the file has see-through pixels
	turned bool         // whether the file may have an orientation, which only some viewers follow
	tiles  tiles

	once   sync.Once // for whole
	shared *Photo
	err    error
}

func parsePhoto(data []byte) (*photo, error) {
	if len(data) > MaxPictureBytes {
		return nil, fmt.Errorf("%w: %d bytes, at most %d", ErrPicture, len(data), MaxPictureBytes)
	}
	img, format, err := picture.DecodeWithin(data, MaxPicturePixels)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPicture, err)
	}
	p := &photo{master: middleSquare(img), clear: !opaque(img)}
	if edge := p.master.Rect.Dx(); edge > masterPx {
		p.master = resample(p.master, image.Rect(0, 0, masterPx, masterPx), point{}, masterPx)
	}
	if format != "webp" && len(data) <= keepBytes {
		p.file, p.format = bytes.Clone(data), format
		p.turned = bytes.Contains(data, []byte("Exif\x00\x00")) || bytes.Contains(data, []byte("eXIf"))
	}
	return p, nil
}

// middleSquare cuts out the largest square about the middle and lays it on white.
func middleSquare(img image.Image) *image.NRGBA {
	b := img.Bounds()
	edge := min(b.Dx(), b.Dy())
	corner := b.Min.Add(image.Pt((b.Dx()-edge)/2, (b.Dy()-edge)/2))
	square := image.NewRGBA(image.Rect(0, 0, edge, edge))
	draw.Draw(square, square.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(square, square.Rect, img, corner, draw.Over)
	return &image.NRGBA{Pix: square.Pix, Stride: square.Stride, Rect: square.Rect}
}

// opaque reports whether no pixel is see-through, as far as the picture's type can tell.
func opaque(img image.Image) bool {
	o, ok := img.(interface{ Opaque() bool })
	return ok && o.Opaque()
}

// tile is the photo scaled to a place given in pixels, for a picture of a width; each photo has one place only.
func (p *photo) tile(place shape, widthPx int) *image.NRGBA {
	if tile := p.tiles.get(widthPx); tile != nil {
		return tile
	}
	corner := point{place.from.x - place.radius, place.from.y - place.radius}
	tile := resample(p.master, place.bounds(), corner, 2*place.radius)
	p.tiles.put(widthPx, tile)
	return tile
}

// tiles keeps the last few scaled copies of a photo. It is safe for concurrent use; two callers that miss at once
// both scale, and one copy stays.
type tiles struct {
	mu   sync.Mutex
	kept []scaled // the oldest first
}

type scaled struct {
	widthPx int
	tile    *image.NRGBA
}

// Bounds of tiles: at most keptTiles of pictures up to keptWidthPx, 5 MiB for a logo in all.
const (
	keptTiles   = 4
	keptWidthPx = 1280
)

func (t *tiles) get(widthPx int) *image.NRGBA {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range t.kept {
		if s.widthPx == widthPx {
			return s.tile
		}
	}
	return nil
}

func (t *tiles) put(widthPx int, tile *image.NRGBA) {
	if widthPx > keptWidthPx {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.kept) == keptTiles {
		t.kept = append(t.kept[:0], t.kept[1:]...)
	}
	t.kept = append(t.kept, scaled{widthPx, tile})
}
