package render

import (
	"bytes"
	"errors"
	"image/color"
	"io"
	"strings"
	"testing"

	"github.com/suncode/suncode"
)

func TestOptionsRefused(t *testing.T) {
	s := benchSymbol(t)
	tests := []struct {
		name string
		s    *suncode.Symbol
		o    Options
		want string
	}{
		{"narrow", s, Options{WidthPx: 107}, "width 107, want 108 to 8192 pixels"},
		{"wide", s, Options{WidthPx: 8193}, "width 8193"},
		{"negative", s, Options{WidthPx: -430}, "width -430"},
		{"huge", s, Options{WidthPx: 1 << 30}, "width 1073741824"},
		{"see-through line", s, Options{Line: color.NRGBA{R: 9, A: 128}}, "line colour is not opaque"},
		{"line without alpha", s, Options{Line: color.NRGBA{R: 9}}, "line colour is not opaque"},
		{"see-through ground", s, Options{Ground: color.NRGBA{R: 9, A: 128}}, "ground colour is not opaque"},
		{"both", s, Options{Transparent: true, Ground: white}, "no ground colour"},
		{"no symbol", nil, Options{}, "valid level"},
		{"no level", &suncode.Symbol{Level: 3}, Options{}, "valid level"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Draw(tt.s, tt.o)
			for _, err := range []error{err, PNG(io.Discard, tt.s, tt.o), SVG(io.Discard, tt.s, tt.o)} {
				if !errors.Is(err, ErrOptions) || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("got %v, want %q", err, tt.want)
				}
			}
		})
	}
	if err := JPEG(io.Discard, s, Options{Transparent: true}); !errors.Is(err, ErrOptions) {
		t.Errorf("transparent JPEG: got %v, want %v", err, ErrOptions)
	}
}

// TestDefaults draws the zero options: black on white, 430 pixels, our badge.
func TestDefaults(t *testing.T) {
	s := benchSymbol(t)
	got := drawn(t, s, Options{})
	want := drawn(t, s, Options{WidthPx: 430, Line: black, Ground: white, Badge: ourBadge})
	if !bytes.Equal(got.Pix, want.Pix) {
		t.Error("the zero options are not black on white, 430 pixels wide, with our badge")
	}
	if got.Rect.Dx() != 430 || got.Rect.Dy() != 430 {
		t.Errorf("size %v, want 430×430", got.Rect)
	}
}

// failing is a writer that takes a number of bytes, then fails.
type failing int

var errFull = errors.New("full")

func (f *failing) Write(p []byte) (int, error) {
	if len(p) > int(*f) {
		return 0, errFull
	}
	*f -= failing(len(p))
	return len(p), nil
}

func TestWriteErrors(t *testing.T) {
	s := benchSymbol(t)
	for name, write := range map[string]func(io.Writer, *suncode.Symbol, Options) error{
		"jpeg": JPEG, "png": PNG, "svg": SVG,
	} {
		for _, room := range []failing{0, 100} {
			if err := write(&room, s, Options{WidthPx: 108}); !errors.Is(err, errFull) {
				t.Errorf("%s: got %v, want the writer's error", name, err)
			}
		}
	}
}
