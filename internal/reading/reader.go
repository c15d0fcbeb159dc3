package reading

import (
	"context"
	"errors"
	"image"
	"runtime"

	"github.com/suncode/suncode/internal/picture"
	"github.com/suncode/suncode/internal/qrcode"
	"github.com/suncode/suncode/scan"
)

var (
	// ErrBusy means that too many pictures arrive at once.
	ErrBusy = errors.New("reading: too many pictures at once")
	// ErrUnsupported means that a file is no JPEG, PNG or WebP picture.
	ErrUnsupported = picture.ErrUnsupported
	// ErrTooLarge means that a picture has more pixels than are looked at.
	ErrTooLarge = picture.ErrTooLarge
)

// Config bounds a [Reader].
type Config struct {
	// Scans is how many pictures are looked at together, 0 is one per processor. Others wait.
	Scans int
	// MaxPixels is the largest picture that is looked at, 0 is [DefaultMaxPixels].
	MaxPixels int
	// UploadBytes bounds what pictures that are being received or are waiting take together, 0 is
	// [DefaultUploadBytes]. A picture that does not fit is turned away.
	UploadBytes int64
	// Find reads the round codes of a picture, nil is [scan.FindContext].
	Find func(context.Context, image.Image, scan.Options) []scan.Result
}

const (
	// DefaultMaxPixels takes the pictures of most cameras, 32 million pixels. With the four bytes that a pixel has
	// in most pictures it is 128 MiB for every scan at work.
	DefaultMaxPixels = 32 << 20
	// DefaultUploadBytes is enough for eight of the largest pictures, or for a hundred usual ones.
	DefaultUploadBytes = 256 << 20
)

// Reader reads pictures, as many at a time as its [Config] says. It is for concurrent use.
type Reader struct {
	config  Config
	slots   chan struct{} // holds one element for every scan at work
	uploads budget
}

// New makes a Reader.
func New(c Config) *Reader {
	if c.Scans <= 0 {
		c.Scans = runtime.GOMAXPROCS(0)
	}
	if c.MaxPixels <= 0 {
		c.MaxPixels = DefaultMaxPixels
	}
	if c.UploadBytes <= 0 {
		c.UploadBytes = DefaultUploadBytes
	}
	if c.Find == nil {
		c.Find = scan.FindContext
	}
	r := &Reader{config: c, slots: make(chan struct{}, c.Scans)}
	r.uploads.free.Store(c.UploadBytes)
	return r
}

// Sight is what was seen in a picture.
type Sight struct {
	Size   image.Point // of the picture, in pixels
	Codes  []scan.Result
	Square []qrcode.Found // QR codes, where they were asked for
}

// Read reads the round codes of a picture file, and the square ones if they are asked for, once it is its turn. Errors
// are [ErrUnsupported], [ErrTooLarge], those of a damaged picture, and those of ctx.
func (r *Reader) Read(ctx context.Context, file []byte, square bool) (Sight, error) {
	select {
	case r.slots <- struct{}{}:
		defer func() { <-r.slots }()
	case <-ctx.Done():
		return Sight{}, ctx.Err()
	}
	if err := ctx.Err(); err != nil {
		return Sight{}, err
	}
	img, _, err := picture.DecodeWithin(file, r.config.MaxPixels)
	if err != nil {
		return Sight{}, err
	}
	seen := Sight{Size: img.Bounds().Size(), Codes: r.config.Find(ctx, img, scan.Options{})}
	if square && ctx.Err() == nil {
		seen.Square = qrcode.Find(ctx, img)
	}
	return seen, ctx.Err()
}

// MaxPixels is the largest picture that is looked at, in pixels.
func (r *Reader) MaxPixels() int { return r.config.MaxPixels }

// Idle tells whether no picture is being looked at and no memory is taken.
func (r *Reader) Idle() bool {
	return len(r.slots) == 0 && r.uploads.free.Load() == r.config.UploadBytes
}
