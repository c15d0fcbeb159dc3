package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"io"
	"runtime"
	"time"

	"github.com/klauspost/compress/zlib"
	"github.com/skip2/go-qrcode"
	"rsc.io/qr"

	"github.com/suncode/suncode"
	"github.com/suncode/suncode/bench/internal/report"
	"github.com/suncode/suncode/render"
	"github.com/suncode/suncode/ticket"
)

// contender makes a picture of a code, or does a part of that, and says how many bytes came of it.
type contender struct {
	name  string
	make  func() int
	times []time.Duration
	bytes int
}

// warm is how many pictures everybody makes before times count: enough for every tile of a plate to be there.
const warm = 3

// pictures lets everybody take turns, and writes for each width a row a contender.
func pictures(out io.Writer, rounds int) error {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	version := turboVersion()
	if version == "" {
		version = "not built in"
	}
	fmt.Fprintf(out, "libjpeg-turbo: %s. 36 rays, black on white, default logo and badge.\n\n", version)
	fmt.Fprint(out, report.Head("picture", "µs", "× ours", "bytes", "× ours"))
	for _, widthPx := range []int{430, 1280} {
		all, err := contenders(widthPx)
		if err != nil {
			return err
		}
		for i := range all {
			for range warm {
				all[i].make()
			}
		}
		for range rounds {
			for i := range all {
				all[i].turn()
			}
		}
		ours := all[0]
		for _, c := range all {
			if c.bytes == 0 {
				continue
			}
			if c.name[0] == '!' { // the next picture of ours, which those after it are compared with
				c.name, ours = c.name[1:], c
			}
			fmt.Fprintf(out, "| %d px: %s | %.1f | %.1f | %d | %.2f |\n", widthPx, c.name, micros(c.median()),
				float64(c.median())/float64(ours.median()), c.bytes, float64(c.bytes)/float64(ours.bytes))
		}
	}
	return nil
}

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

// turn notes what a call takes of the processor, as the mean of calls for some 10 ms.
func (c *contender) turn() {
	c.times = append(c.times, report.Each(10*time.Millisecond, func() { c.bytes = c.make() }))
}

func (c *contender) median() time.Duration { return report.Median(c.times) }

// tickets makes symbols, each of another ticket.
func tickets() func() *suncode.Symbol {
	n := 0
	return func() *suncode.Symbol {
		n++
		raw, err := ticket.Make(ticket.Ticket{App: 1, Page: 2, Key: 1, Scene: fmt.Sprintf("id=%07d", n)}, make([]byte, 32))
		check(err)
		s, err := suncode.EncodeBytes(raw)
		check(err)
		return &s
	}
}

func contenders(widthPx int) ([]contender, error) {
	logo := render.DefaultLogo("Tea House")
	opaque := render.Options{WidthPx: widthPx, Logo: logo}
	hyaline := render.Options{WidthPx: widthPx, Logo: logo, Transparent: true}
	plates := render.NewPlates(render.DefaultPlateBytes)
	var buffer []byte
	next := tickets()
	ours := func(write func([]byte, *suncode.Symbol, render.Options) ([]byte, error), o render.Options) func() int {
		return func() int {
			var err error
			buffer, err = write(buffer[:0], next(), o)
			check(err)
			return len(buffer)
		}
	}
	unseen := func(write func([]byte, *suncode.Symbol, render.Options) ([]byte, error), o render.Options) func() int {
		colour := color.NRGBA{A: 255}
		return func() int {
			colour.B += 4
			if colour.G += 16; colour.B == 0 {
				colour.R++
			}
			o.Line = colour
			return ours(write, o)()
		}
	}
	for range 30 * warm {
		ours(plates.AppendJPEG, opaque)()
		ours(plates.AppendPNG, hyaline)()
	}
	img, err := render.Draw(next(), opaque)
	if err != nil {
		return nil, err
	}
	seeThrough, err := render.Draw(next(), hyaline)
	if err != nil {
		return nil, err
	}
	rgba := image.NewRGBA(img.Rect) // the type that image/jpeg is fast with
	draw.Draw(rgba, rgba.Rect, img, image.Point{}, draw.Src)
	rgb := make([]byte, 0, 3*widthPx*widthPx)
	for i := 0; i < len(img.Pix); i += 4 {
		rgb = append(rgb, img.Pix[i:i+3]...)
	}
	var library turbo
	var file bytes.Buffer
	return []contender{
		{name: "Suncode, ticket to JPEG", make: ours(plates.AppendJPEG, opaque)},
		{name: "libjpeg-turbo, quality 90, encoding only", make: func() int { return library.encode(rgb, widthPx) }},
		{name: "Go image/jpeg, quality 90, encoding only", make: func() int {
			file.Reset()
			check(jpeg.Encode(&file, rgba, &jpeg.Options{Quality: 90}))
			return file.Len()
		}},
		{name: "Suncode, ticket to JPEG in a colour that is new", make: unseen(plates.AppendJPEG, opaque)},
		{name: "rsc.io/qr, text to PNG", make: func() int {
			code, err := qr.Encode("https://example.com/c/id=1234567", qr.M)
			check(err)
			code.Scale = widthPx / (code.Size + 8)
			return len(code.PNG())
		}},
		{name: "skip2/go-qrcode, text to PNG", make: func() int {
			data, err := qrcode.Encode("https://example.com/c/id=1234567", qrcode.Medium, widthPx)
			check(err)
			return len(data)
		}},
		{name: "!Suncode, ticket to transparent PNG", make: ours(plates.AppendPNG, hyaline)},
		{name: "klauspost/compress zlib level 1, one filter, encoding only", make: func() int {
			file.Reset()
			zlibRows(&file, seeThrough)
			return file.Len()
		}},
		{name: "Suncode, ticket to transparent PNG in a colour that is new", make: unseen(plates.AppendPNG, hyaline)},
	}, nil
}

// zlibRows compresses RGBA pixels with the filter Sub in all rows: what a plain PNG encoder has to do at least.
func zlibRows(file *bytes.Buffer, img *image.NRGBA) {
	w, err := zlib.NewWriterLevel(file, 1)
	check(err)
	row := make([]byte, 1+img.Stride)
	row[0] = 1
	for y := range img.Rect.Dy() {
		pixels := img.Pix[y*img.Stride:][:img.Stride]
		copy(row[1:5], pixels)
		for i := 4; i < len(pixels); i++ {
			row[1+i] = pixels[i] - pixels[i-4]
		}
		_, err := w.Write(row)
		check(err)
	}
	check(w.Close())
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
