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
	b.path(o.Line, ink(s)...)
	if o.Logo != nil {
		if err := b.emblem(&o.Logo.emblem, "logo", middle, suncode.LogoRadius); err != nil {
			return err
		}
	}
	if err := b.emblem(&o.Badge.emblem, "badge", badgeCentre, suncode.BadgeRadius); err != nil {
		return err
	}
	b.text("</svg>\n")
	_, err = w.Write(b)
	return err
}

// svg is a document being written.
type svg []byte

func (b *svg) text(s string) { *b = append(*b, s...) }

func (b *svg) printf(format string, args ...any) { *b = fmt.Appendf(*b, format, args...) }

// emblem writes what fills a disc. The name makes its clip path's id.
func (b *svg) emblem(e *emblem, name string, centre point, radius float64) error {
	b.mark(e.mark, centre, radius)
	if e.photo == nil {
		return nil
	}
	data, mediaType, err := e.photo.embed()
	if err != nil {
		return err
	}
	place := disc(centre, radius)
	b.printf(`<clipPath id="suncode-%s">`, name)
	b.path(black, place)
	b.text(`</clipPath>`)
	if e.photo.clear {
		b.path(white, place)
	}
	b.printf(`<image clip-path="url(#suncode-%s)" preserveAspectRatio="xMidYMid slice" x="%s" y="%s"`+
		` width="%s" height="%[4]s" xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="data:%s;base64,%s"/>`,
		name, number(centre.x-radius), number(centre.y-radius), number(2*radius),
		mediaType, base64.StdEncoding.EncodeToString(data))
	return nil
}

// mark writes layers, neighbours of one colour as one path.
func (b *svg) mark(layers []layer, centre point, radius float64) {
	for len(layers) > 0 {
		colour := layers[0].colour
		var shapes []shape
		for len(layers) > 0 && layers[0].colour == colour {
			shapes = append(shapes, layers[0].within(centre, radius))
			layers = layers[1:]
		}
		b.path(colour, shapes...)
	}
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
