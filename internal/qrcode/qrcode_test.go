package qrcode_test

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/boombuler/barcode/qr"

	"github.com/suncode/suncode/internal/qrcode"
)

const address = "https://codes.example.com/c/IAEAAQEAVXkJ9a3T"

// TestModules compares every module of pictures of many widths with the matrix, and holds the margins to their least.
func TestModules(t *testing.T) {
	matrix, err := qr.Encode(address, qr.M, qr.Auto)
	if err != nil {
		t.Fatal(err)
	}
	modules := matrix.Bounds().Dx()
	for _, widthPx := range []int{modules + 2*qrcode.Quiet, 280, 281, 430, 777, 1280} {
		data, err := qrcode.JPEG(address, widthPx)
		if err != nil {
			t.Fatal(err)
		}
		picture, err := jpeg.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if got := picture.Bounds(); got != image.Rect(0, 0, widthPx, widthPx) {
			t.Fatalf("got %v, want %d pixels", got, widthPx)
		}
		px := widthPx / (modules + 2*qrcode.Quiet)
		margin := (widthPx - modules*px) / 2
		if margin < qrcode.Quiet*px {
			t.Errorf("%d pixels: a margin of %d, modules of %d", widthPx, margin, px)
		}
		for y := range widthPx {
			for x := range widthPx {
				at := image.Pt((x-margin+px)/px-1, (y-margin+px)/px-1)
				want := at.In(matrix.Bounds()) && matrix.At(at.X, at.Y) == color.Black
				if got := color.GrayModel.Convert(picture.At(x, y)).(color.Gray).Y < 128; got != want {
					t.Fatalf("%d pixels: at %d, %d dark %v, want %v", widthPx, x, y, got, want)
				}
			}
		}
	}
}

func TestTooLong(t *testing.T) {
	for _, c := range []struct {
		text    string
		widthPx int
	}{{strings.Repeat("é", 2000), 1280}, {address, 30}} {
		if _, err := qrcode.JPEG(c.text, c.widthPx); !errors.Is(err, qrcode.ErrTooLong) {
			t.Errorf("%d bytes in %d pixels: %v", len(c.text), c.widthPx, err)
		}
	}
}

// TestForeignReader lets another program read the pictures.
func TestForeignReader(t *testing.T) {
	zbar, err := exec.LookPath("zbarimg")
	if err != nil {
		if os.Getenv("SUNCODE_TEST_TOOLS") == "required" {
			t.Fatal(err)
		}
		t.Skip("needs zbarimg")
	}
	for _, text := range []string{address, "http://127.0.0.1:8080/c/" + strings.Repeat("Aa0_-", 60)} {
		for _, widthPx := range []int{280, 430, 1280} {
			data, err := qrcode.JPEG(text, widthPx)
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(t.TempDir(), "code.jpg")
			if err := os.WriteFile(file, data, 0o600); err != nil {
				t.Fatal(err)
			}
			out, err := exec.CommandContext(t.Context(), zbar, "--raw", "--quiet", "-Sdisable", "-Sqrcode.enable", file).Output()
			if got := strings.TrimSpace(string(out)); err != nil || got != text {
				t.Errorf("%d pixels: zbarimg reads %q, %v", widthPx, got, err)
			}
		}
	}
}
