//go:build js && wasm

// Command wasm is package scan for browsers and Node: it gives JavaScript one function, find, and waits to be called.
// It is built for size, so nothing here may import fmt, encoding/json or a decoder of picture files; the JavaScript
// around it (../src) loads it, keeps it in a worker and checks what it is given.
package main

import (
	"encoding/base64"
	"image"
	"math"
	"syscall/js"
	"time"

	"github.com/suncode/suncode/scan"
)

func main() {
	var f finder
	js.Global().Set("find", js.FuncOf(f.find))
	select {}
}

// finder keeps its memory from one picture to the next.
type finder struct {
	scanner scan.Scanner
	pix     []byte
}

// maxTimeout is what is as good as none, in milliseconds: a day.
const maxTimeout = 24 * 60 * 60 * 1000

// find is find(pixels, width, height, max, quick, timeout) in JavaScript: pixels is a Uint8Array of width × height × 4
// bytes, RGBA with straight alpha; max and quick are those of scan.Options; timeout is in milliseconds. It returns an
// array of codes as `suncode scan --json` prints them.
func (f *finder) find(_ js.Value, args []js.Value) any {
	width, height := args[1].Int(), args[2].Int()
	options := scan.Options{Max: args[3].Int(), Quick: args[4].Bool()}
	if timeout := args[5].Float(); timeout < maxTimeout {
		end := time.Now().Add(time.Duration(timeout * float64(time.Millisecond)))
		options.Stop = func() bool { return time.Now().After(end) }
	}
	size := 4 * width * height
	if cap(f.pix) < size {
		f.pix = make([]byte, size)
	}
	js.CopyBytesToGo(f.pix[:size], args[0])
	img := image.NRGBA{Pix: f.pix[:size], Stride: 4 * width, Rect: image.Rect(0, 0, width, height)}
	codes := js.Global().Get("Array").New()
	for i, r := range f.scanner.Find(&img, options) {
		codes.SetIndex(i, code(&r))
	}
	return codes
}

// code is a result as JavaScript sees it.
func code(r *scan.Result) js.Value {
	text, ticket := js.Null(), js.Null()
	if s, ok := r.Text(); ok {
		text = js.ValueOf(s)
	}
	if raw, ok := r.Ticket(); ok {
		ticket = js.ValueOf(base64.RawURLEncoding.EncodeToString(raw))
	}
	corners := make([]any, len(r.Corners))
	for i, p := range r.Corners {
		corners[i] = []any{hundredths(p.X), hundredths(p.Y)}
	}
	c := js.Global().Get("Object").New()
	c.Set("text", text)
	c.Set("ticket", ticket)
	c.Set("rays", r.Symbol.Level.Rays())
	c.Set("type", int(r.Symbol.Level))
	c.Set("mask", r.Symbol.Mask)
	c.Set("corrected", r.Corrected)
	c.Set("corners", corners)
	return c
}

func hundredths(v float64) float64 { return math.Round(v*100) / 100 }
