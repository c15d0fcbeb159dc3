package main

import (
	"image"
	"testing"

	"github.com/suncode/suncode/scan"
)

// TestFrames reads what the frames show: our code, the same bytes in the QR code where zxing-cpp is built in, and
// nothing where there is nothing.
func TestFrames(t *testing.T) {
	for _, g := range grounds {
		f, err := newFrames(g, image.Pt(640, 480), 1)
		if err != nil {
			t.Fatal(err)
		}
		got := scan.Find(f.ours, scan.Options{Quick: true})
		if len(got) != 1 || string(got[0].Payload.Data) != payload {
			t.Errorf("%s: %d of our codes read", g.name, len(got))
		}
		for _, frame := range []*image.Gray{f.empty, f.qr} {
			if n := len(scan.Find(frame, scan.Options{Quick: true})); n != 0 {
				t.Errorf("%s: %d of our codes read where there is none", g.name, n)
			}
		}
		if zxingVersion() == "" {
			continue
		}
		if n, text := zxingRead(f.qr); n != 1 || text != payload {
			t.Errorf("%s: zxing-cpp reads %d, %q", g.name, n, text)
		}
		for _, frame := range []*image.Gray{f.empty, f.ours} {
			if n, text := zxingRead(frame); n != 0 {
				t.Errorf("%s: zxing-cpp reads %q where there is nothing for it", g.name, text)
			}
		}
	}
}
