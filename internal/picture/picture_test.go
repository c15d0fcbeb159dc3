package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// sample is an 8×6 picture.
func sample() image.Image {
	img := image.NewNRGBA(image.Rect(0, 0, 8, 6))
	for y := range 6 {
		for x := range 8 {
			img.SetNRGBA(x, y, color.NRGBA{R: uint8(32 * x), G: uint8(40 * y), B: 200, A: uint8(255 - 30*y)})
		}
	}
	return img
}

func asJPEG(tb testing.TB) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, sample(), nil); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(tb testing.TB) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, sample()); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func file(tb testing.TB, name string) []byte {
	tb.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

// claimPNG is a PNG header with a size of choice and no pixels behind it.
func claimPNG(w, h uint32) []byte {
	ihdr := binary.BigEndian.AppendUint32([]byte("IHDR"), w)
	ihdr = binary.BigEndian.AppendUint32(ihdr, h)
	ihdr = append(ihdr, 8, 6, 0, 0, 0)
	data := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), ihdr...)
	return binary.BigEndian.AppendUint32(data, crc32.ChecksumIEEE(ihdr))
}

// claimJPEG is a baseline frame header with a size of choice, up to where the scan would begin.
func claimJPEG(w, h uint16) []byte {
	data := []byte("\xff\xd8\xff\xc0\x00\x11\x08")
	data = binary.BigEndian.AppendUint16(data, h)
	data = binary.BigEndian.AppendUint16(data, w)
	return append(data, "\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01\xff\xda\x00\x0c"...)
}

// claimWebP is an extended header with a canvas of choice.
func claimWebP(w, h uint32) []byte {
	w, h = w-1, h-1
	data := []byte("RIFF\x16\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00")
	return append(data, byte(w), byte(w>>8), byte(w>>16), byte(h), byte(h>>8), byte(h>>16))
}

func TestDecode(t *testing.T) {
	tests := []struct {
		name, format string
		data         []byte
	}{
		{"jpeg", "jpeg", asJPEG(t)},
		{"png", "png", asPNG(t)},
		{"webp lossy", "webp", file(t, "lossy.webp")},
		{"webp lossy with alpha", "webp", file(t, "alpha.webp")},
		{"webp lossless", "webp", file(t, "lossless.webp")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			img, format, err := Decode(tt.data)
			if err != nil {
				t.Fatal(err)
			}
			if format != tt.format {
				t.Errorf("format %q, want %q", format, tt.format)
			}
			if got, want := img.Bounds().Size(), image.Pt(8, 6); got != want {
				t.Errorf("size %v, want %v", got, want)
			}
			r, _, b, a := img.At(7, 0).RGBA()
			if r < 0xb000 || b < 0xa000 || a < 0xf000 {
				t.Errorf("the top right pixel is %04x %04x %04x, want violet", r, b, a)
			}
		})
	}
}

func TestDecodeRefuses(t *testing.T) {
	tests := []struct {
		name string
		data []byte
		want error
	}{
		{"nothing", nil, ErrUnsupported},
		{"text", []byte("hello"), ErrUnsupported},
		{"gif", []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), ErrUnsupported},
		{"riff sound", []byte("RIFF\x04\x00\x00\x00WAVE"), ErrUnsupported},
		{"png signature alone", []byte("\x89PNG\r\n\x1a\n"), ErrMalformed},
		{"jpeg signature alone", []byte("\xff\xd8\xff"), ErrMalformed},
		{"webp signature alone", []byte("RIFF\x04\x00\x00\x00WEBP"), ErrMalformed},
		{"png cut short", asPNG(t)[:60], ErrMalformed},
		{"jpeg cut short", asJPEG(t)[:300], ErrMalformed},
		{"jpeg without rows", claimJPEG(8, 0), ErrMalformed},
		{"png area", claimPNG(20000, 20000), ErrTooLarge},
		{"png edge", claimPNG(1, MaxEdge+1), ErrTooLarge},
		{"png largest", claimPNG(1<<29, 1<<29), ErrTooLarge},
		{"jpeg area", claimJPEG(30000, 30000), ErrTooLarge},
		{"jpeg edge", claimJPEG(65535, 1), ErrTooLarge},
		{"webp area", claimWebP(16384, 16384), ErrTooLarge},
		{"webp edge", claimWebP(1<<24, 1), ErrTooLarge},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, _, err := Decode(tt.data)
			runtime.ReadMemStats(&after)
			if !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
			if got := after.TotalAlloc - before.TotalAlloc; got > 1<<20 {
				t.Errorf("%d bytes allocated to refuse it", got)
			}
		})
	}
}

func TestDecodeWithin(t *testing.T) {
	if _, _, err := DecodeWithin(asPNG(t), 48); err != nil {
		t.Errorf("48 of 48 pixels: %v", err)
	}
	if _, _, err := DecodeWithin(asPNG(t), 47); !errors.Is(err, ErrTooLarge) {
		t.Errorf("48 of 47 pixels: got %v, want %v", err, ErrTooLarge)
	}
	if _, _, err := DecodeWithin(claimPNG(20000, 20000), 1<<40); !errors.Is(err, ErrTooLarge) {
		t.Errorf("above MaxPixels: got %v, want %v", err, ErrTooLarge)
	}
}

// FuzzDecode asserts that whatever is accepted is within the limits, fully
// readable, and named by a format of the package.
func FuzzDecode(f *testing.F) {
	f.Add(asJPEG(f))
	f.Add(asPNG(f))
	for _, name := range []string{"lossy.webp", "alpha.webp", "lossless.webp"} {
		f.Add(file(f, name))
	}
	f.Add(claimPNG(1<<20, 1))
	f.Add(claimJPEG(1, 9))
	f.Add(claimWebP(9, 9))
	const limit = 1 << 16
	f.Fuzz(func(t *testing.T, data []byte) {
		img, format, err := DecodeWithin(data, limit)
		if err != nil {
			if !errors.Is(err, ErrUnsupported) && !errors.Is(err, ErrTooLarge) && !errors.Is(err, ErrMalformed) {
				t.Fatalf("an error of no kind: %v", err)
			}
			return
		}
		if format != "jpeg" && format != "png" && format != "webp" {
			t.Fatalf("format %q", format)
		}
		b := img.Bounds()
		if n := b.Dx() * b.Dy(); n < 1 || n > limit {
			t.Fatalf("%v: %d pixels", b, n)
		}
		for _, p := range []image.Point{b.Min, b.Max.Sub(image.Pt(1, 1))} {
			img.At(p.X, p.Y).RGBA()
		}
	})
}
