package main

import (
	"bytes"
	"image"
	_ "image/jpeg"
	_ "image/png"
	"os"
	"path/filepath"
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

func TestReplaceTable(t *testing.T) {
	page := filepath.Join(t.TempDir(), "page.md")
	if err := os.WriteFile(page, []byte("a\n"+tableBegin+"old\n"+tableEnd+"b\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := replaceTable(page, "new\n"); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(page)
	if want := "a\n" + tableBegin + "new\n" + tableEnd + "b\n"; err != nil || string(got) != want {
		t.Errorf("%q, %v", got, err)
	}
	if err := replaceTable(filepath.Join("..", "go.mod"), ""); err == nil {
		t.Error("a page without a place is taken")
	}
}
