package render

import (
	"encoding/base64"
	"fmt"
	"image/color"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/suncode/suncode"
)

// SVG writes the picture as vectors, WidthPx wide with a pitch as its unit. All lines are one path of filled
// outlines, so that cutters and plotters follow it too; a logo or badge that is a photo is embedded, cut by a
// clip path.
func SVG(w io.Writer, s *suncode.Symbol, o Options) error {
	o, err := o.complete(s)
	if err != nil {
		return err
	}
	var b svg
	b.printf(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%[1]d"`+
		` viewBox="0 0 %[2]d %[2]d">`, o.WidthPx, suncode.EdgePitches)
	if !o.Transparent {
		b.printf(`<path fill="%s" d="M0 0h%[2]dv%[2]dH0z"/>`, hex(o.Ground), suncode.EdgePitches)
	}
	if err := b.draw(fills(s, o), embedBytes); err != nil {
		return err
	}
	b.text("</svg>\n")
	_, err = w.Write(b)
	return err
}

// AppendSVG adds the drawing to dst as elements of an SVG document whose unit is a pitch, without the document around
// them and without the ground. A logo or badge that is a JPEG or PNG file of at most 4 MiB is embedded as it is, unless
// it may have an orientation. WidthPx does not count.
func AppendSVG(dst []byte, s *suncode.Symbol, o Options) ([]byte, error) {
	o.WidthPx = 0
	o, err := o.complete(s)
	if err != nil {
		return dst, err
	}
	b := svg(dst)
	err = b.draw(fills(s, o), keepBytes)
	return b, err
}

// svg is a document being written.
type svg []byte

func (b *svg) text(s string) { *b = append(*b, s...) }

func (b *svg) printf(format string, args ...any) { *b = fmt.Appendf(*b, format, args...) }

// draw writes what is over the ground. Photos with more bytes are made smaller.
func (b *svg) draw(list []fill, mostBytes int) error {
	for _, f := range list {
		if f.photo == nil {
			b.path(f.colour, f.shapes...)
		} else if err := b.photo(f, mostBytes); err != nil {
			return err
		}
	}
	return nil
}

// photo writes a picture that fills a disc. The name makes its clip path's id.
func (b *svg) photo(f fill, mostBytes int) error {
	p, err := f.photo.forSVG(mostBytes)
	if err != nil {
		return err
	}
	place := f.shapes[0]
	b.printf(`<clipPath id="suncode-%s">`, f.name)
	b.path(black, place)
	b.text(`</clipPath>`)
	if f.photo.clear {
		b.path(f.colour, place)
	}
	b.printf(`<image clip-path="url(#suncode-%s)" preserveAspectRatio="xMidYMid slice" x="%s" y="%s"`+
		` width="%s" height="%[4]s" xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="data:%s;base64,%s"/>`,
		f.name, number(place.from.x-place.radius), number(place.from.y-place.radius), number(2*place.radius),
		p.MediaType, base64.StdEncoding.EncodeToString(p.Data))
	return nil
}

// path writes shapes that do not overlap.
func (b *svg) path(colour color.NRGBA, shapes ...shape) {
	b.text(`<path`)
	if colour != black {
		b.printf(` fill="%s"`, hex(colour))
	}
	b.text(` d="`)
	for _, s := range shapes {
		if s.from == s.to {
			b.circle(s.from, s.radius, 1)
		} else {
			b.capsule(s)
		}
		if s.hole > 0 {
			b.circle(s.from, s.hole, 0)
		}
	}
	b.text(`"/>`)
}

// circle writes two half circles, over the top and back; sweep 1 is clockwise.
func (b *svg) circle(centre point, radius float64, sweep int) {
	left := point{centre.x - radius, centre.y}
	half := number(radius) + " " + number(radius) + " 0 0 " + strconv.Itoa(sweep)
	b.text("M" + left.String() + "a" + half + " " + number(2*radius) + " 0 " + half + " -" + number(2*radius) + " 0z")
}

// capsule writes half a circle about either end and the straight lines between them, clockwise. Half circles come in
// two quarters: the rounding of an arc's ends hardly moves a quarter, but would flatten a half.
func (b *svg) capsule(s shape) {
	const quarter = bearings / 4
	ahead := s.bearing + 4*quarter
	corner := func(end point, turns int) point { return end.out(ahead+turns*quarter, s.radius) }
	b.text("M" + corner(s.to, -1).String() + arc(s.radius, corner(s.to, 0)) + arc(s.radius, corner(s.to, 1)) +
		"L" + corner(s.from, 1).String() + arc(s.radius, corner(s.from, 2)) + arc(s.radius, corner(s.from, 3)) + "z")
}

// arc is the path command for a quarter of a circle, clockwise to a point.
func arc(radius float64, to point) string {
	return "A" + number(radius) + " " + number(radius) + " 0 0 1 " + to.String()
}

// String is the point as path commands take it.
func (p point) String() string { return number(p.x) + " " + number(p.y) }

// number writes a length to 1/1000 pitch: less than a tenth of a pixel in the widest picture.
func number(v float64) string {
	s := strconv.FormatFloat(math.Round(v*1000)/1000, 'f', -1, 64)
	if rest, ok := strings.CutPrefix(s, "0."); ok {
		return "." + rest
	}
	return s
}

func hex(c color.NRGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }
