package render

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/adler32"
	"hash/crc32"
	"image"
	"image/png"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/suncode/suncode"
)

func pngPlateOf(tb testing.TB, s *suncode.Symbol, o Options) *pngPlate {
	tb.Helper()
	o, err := o.complete(s)
	if err != nil {
		tb.Fatal(err)
	}
	var size meter
	art := newArtwork(o)
	colours := newPalette(newShades(o.Line, o.Ground), art.img)
	stencil := newPNGStencil(o.WidthPx, s.Level.Rays(), o.Line, o.Ground, colours != nil, &size)
	return newPNGPlate(stencil, art, colours, &size)
}

// plainPNG codes a drawing piece by piece as the plate's steps cut it, the obvious way, with the plate's code.
func plainPNG(p *pngPlate, img *image.NRGBA) []byte {
	var rows []byte
	for y := range img.Rect.Dy() {
		rows = append(rows, byte(min(p.depth-1, 1)))
		for x := range img.Rect.Dx() {
			if p.depth == 1 {
				rows = append(rows, byte(slices.Index(p.colours.colours, img.NRGBAAt(x, y))))
				continue
			}
			c, left := img.NRGBAAt(x, y), img.NRGBAAt(x-1, y)
			pixel := []byte{c.R - left.R, c.G - left.G, c.B - left.B, c.A - left.A}
			rows = append(rows, pixel[:p.depth]...)
		}
	}
	var bits []byte // a bit each
	add := func(v uint64, n int) {
		for i := range n {
			bits = append(bits, byte(v>>i&1))
		}
	}
	for i := range p.code.header.n {
		add(p.code.header.words[i/64]>>(i%64), 1)
	}
	symbol := func(i int) { add(uint64(p.code.codes[i].word), int(p.code.codes[i].n)) }
	rest := rows
	for _, step := range p.steps {
		piece := rest[:step.length]
		rest = rest[step.length:]
		for len(piece) > 0 {
			symbol(int(piece[0]))
			same := 0
			for same+1 < len(piece) && piece[same+1] == piece[0] {
				same++
			}
			piece = piece[1:]
			for same >= 3 {
				n := min(same, 258)
				at, extra, size := repeat(n)
				symbol(at)
				add(extra, size)
				add(0, 1)
				same, piece = same-n, piece[n:]
			}
		}
	}
	symbol(256)
	data := make([]byte, (len(bits)+7)/8)
	for i, bit := range bits {
		data[i/8] |= bit << (i % 8)
	}
	data = binary.BigEndian.AppendUint32(data, adler32.Checksum(rows))
	file := bytes.Clone(p.header)
	binary.BigEndian.PutUint32(file[len(file)-8:], uint32(len(data)))
	file = append(file, data...)
	file = binary.BigEndian.AppendUint32(file, crc32.ChecksumIEEE(file[len(p.header)-4:]))
	return append(file, "\x00\x00\x00\x00IEND\xae\x42\x60\x82"...)
}

// TestPNGPlate gets back the drawing, to the pixel. The decoder checks both sums of the file.
func TestPNGPlate(t *testing.T) {
	photo := photoLogo(t)
	rapid.Check(t, func(rt *rapid.T) {
		s, o := anySymbol(rt), anyLooks(rt, photo)
		if rapid.Bool().Draw(rt, "transparent") {
			o.Transparent = true
			o.Ground.A = 0
			o.Ground.R, o.Ground.G, o.Ground.B = 0, 0, 0
		}
		plate := pngPlateOf(t, s, o)
		for range 2 {
			rays := s.Rays()
			data := plate.appendTo(nil, &rays)
			if !bytes.Equal(data, plainPNG(plate, drawn(t, s, o))) {
				rt.Fatal("the plain encoder makes another file")
			}
			if !bytes.Equal(data, plate.appendDrawn(nil, &artwork{canvas: &canvas{img: drawn(t, s, o)}}, plate.colours)) {
				rt.Fatal("without a plate the picture is another one")
			}
			img, err := png.Decode(bytes.NewReader(data))
			if err != nil {
				rt.Fatal(err)
			}
			if n, _ := compare(drawn(t, s, o), img); n != 0 {
				rt.Fatalf("%d pixels differ", n)
			}
			again := anySymbol(rt)
			again.Level = s.Level
			s = again
		}
	})
}

// TestPalette holds that what we draw ourselves fits into a palette, which makes small files, and that photos do not.
func TestPalette(t *testing.T) {
	s := benchSymbol(t)
	for _, width := range []int{MinPlatePx, 430, 1280} {
		for _, o := range []Options{
			{},
			{Transparent: true},
			{Logo: DefaultLogo("Tea House")},
			{Logo: DefaultLogo("typical"), Transparent: true},
			{Line: rgb(0x3a62ad), Logo: DefaultLogo("Tea House"), Transparent: true},
			{Logo: photoLogo(t)},
		} {
			if o.WidthPx = width; o.Logo != nil && o.Logo.photo != nil && width > 430 {
				continue
			}
			plate, rays := pngPlateOf(t, s, o), s.Rays()
			data := plate.appendTo(nil, &rays)
			img, err := png.Decode(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			photo := o.Logo != nil && o.Logo.photo != nil
			if _, ok := img.(*image.Paletted); ok == photo {
				t.Errorf("%+v: a %T", o, img)
			}
			plain := written(t, func(b *bytes.Buffer) error {
				return (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(b, drawn(t, s, o))
			})
			if !photo && len(data) > len(plain)*9/10 {
				t.Errorf("%+v: %d bytes, without a palette %d", o, len(data), len(plain))
			}
		}
	}
}

func BenchmarkPNGPlate(b *testing.B) {
	s := benchSymbol(b)
	for _, o := range []Options{
		{WidthPx: 430, Logo: DefaultLogo("Tea House"), Transparent: true},
		{WidthPx: 430, Logo: DefaultLogo("Tea House")},
		{WidthPx: 430, Logo: photoLogo(b), Transparent: true},
	} {
		plate := pngPlateOf(b, s, o)
		b.Run(fmt.Sprintf("warm/%d/%v", o.WidthPx, o.Transparent), func(b *testing.B) {
			b.ReportAllocs()
			var buf []byte
			all := manyRays(b)
			for i := 0; b.Loop(); i++ {
				buf = plate.appendTo(buf[:0], &all[i%len(all)])
			}
			b.ReportMetric(float64(len(buf)), "bytes")
			b.ReportMetric(float64(len(plate.steps)), "steps")
		})
	}
}
