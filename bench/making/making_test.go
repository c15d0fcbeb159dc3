package main

import (
	"bytes"
	"image"
	_ "image/jpeg"
	_ "image/png"
	"strings"
	"testing"
	"time"

	"github.com/suncode/suncode/render"
	"github.com/suncode/suncode/scan"
)

// TestOurs scans what is measured: pictures of different tickets.
func TestOurs(t *testing.T) {
	plates := render.NewPlates(render.DefaultPlateBytes)
	next := tickets()
	seen := map[string]bool{}
	for _, o := range []render.Options{{WidthPx: 430}, {WidthPx: 430, Transparent: true}} {
		for range 2 {
			write := plates.AppendJPEG
			if o.Transparent {
				write = plates.AppendPNG
			}
			data, err := write(nil, next(), o)
			if err != nil {
				t.Fatal(err)
			}
			img, _, err := image.Decode(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			if found := scan.Find(img, scan.Options{}); len(found) == 1 {
				seen[string(found[0].Payload.Data)] = true
			}
		}
	}
	if len(seen) < 2 {
		t.Errorf("%d different tickets read", len(seen))
	}
}

// TestServed loads both servers for a moment.
func TestServed(t *testing.T) {
	var b strings.Builder
	if err := served(&b, 30*time.Millisecond, nil); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), "\n"); n != 11 {
		t.Errorf("%d lines:\n%s", n, b.String())
	}
}
