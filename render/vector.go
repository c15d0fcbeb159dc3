package render

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"

	"github.com/suncode/suncode"
	"github.com/suncode/suncode/internal/picture"
)

// Point is a place in pitches, from the top left corner of the code's square.
type Point struct{ X, Y float64 }

// Shape is all within Radius of the straight line between two points, without what is within Hole of the first one.
// With equal points it is a disc or a ring. Lengths are in pitches.
type Shape struct {
	From, To     Point
	Radius, Hole float64
}

// Layer is a part of a drawing: shapes of one colour that do not overlap, or a photo that fills its one shape, a disc.
type Layer struct {
	Colour color.NRGBA // opaque; of a photo, what shows where the photo is see-through
	Shapes []Shape
	Photo  *Photo // nil for shapes
}

// Photo is a logo's or a badge's picture as it came. Its middle square is shown. One logo always gives one Photo.
type Photo struct {
	Data      []byte // the file
	MediaType string // "image/jpeg" or "image/png"
	Clear     bool   // some of it is see-through
}

// Image decodes the photo.
func (p *Photo) Image() (image.Image, error) {
	img, _, err := picture.DecodeWithin(p.Data, MaxPicturePixels)
	return img, err
}

// JPEG is whether the file is a JPEG file.
func (p *Photo) JPEG() bool { return p.MediaType == "image/jpeg" }

// Vectors is the drawing without its ground, as layers to paint one over the other. It returns the ground's colour
// too, the zero value where there is none. WidthPx does not count.
func Vectors(s *suncode.Symbol, o Options) (layers []Layer, ground color.NRGBA, err error) {
	o.WidthPx = 0
	if o, err = o.complete(s); err != nil {
		return nil, ground, err
	}
	for _, f := range fills(s, o) {
		l := Layer{Colour: f.colour, Shapes: make([]Shape, len(f.shapes))}
		for i, s := range f.shapes {
			l.Shapes[i] = Shape{Point{s.from.x, s.from.y}, Point{s.to.x, s.to.y}, s.radius, s.hole}
		}
		if f.photo != nil {
			if l.Photo, err = f.photo.whole(); err != nil {
				return nil, ground, err
			}
		}
		layers = append(layers, l)
	}
	return layers, o.Ground, nil
}

// fill is a Layer before it is anyone else's. The name is of what it belongs to.
type fill struct {
	name   string
	colour color.NRGBA
	shapes []shape
	photo  *photo
}

// fills lists what is over the ground, for options that are complete.
func fills(s *suncode.Symbol, o Options) []fill {
	list := []fill{{name: "lines", colour: o.Line, shapes: ink(s)}}
	if o.Logo != nil {
		list = o.Logo.fills(list, "logo", middle, suncode.LogoRadius)
	}
	return o.Badge.fills(list, "badge", badgeCentre, suncode.BadgeRadius)
}

// fills adds what fills a disc, neighbours of one colour as one.
func (e *emblem) fills(list []fill, name string, centre point, radius float64) []fill {
	for i, l := range e.mark {
		if i == 0 || l.colour != e.mark[i-1].colour {
			list = append(list, fill{name: name, colour: l.colour})
		}
		last := &list[len(list)-1]
		last.shapes = append(last.shapes, l.within(centre, radius))
	}
	if e.photo != nil {
		list = append(list, fill{name: name, colour: white, shapes: []shape{disc(centre, radius)}, photo: e.photo})
	}
	return list
}

// whole is the photo's file, or the kept square as PNG in its stead.
func (p *photo) whole() (*Photo, error) {
	p.once.Do(func() {
		p.shared = &Photo{p.file, "image/" + p.format, p.clear}
		if p.file == nil {
			p.shared, p.err = p.asPNG()
		}
	})
	return p.shared, p.err
}

// asPNG is the kept square.
func (p *photo) asPNG() (*Photo, error) {
	var b bytes.Buffer
	if err := png.Encode(&b, p.master); err != nil {
		return nil, fmt.Errorf("render: %w", err)
	}
	return &Photo{Data: b.Bytes(), MediaType: "image/png"}, nil
}

// forSVG is the photo for a document that every viewer shows as we do, its file if that has at most a number of bytes.
func (p *photo) forSVG(mostBytes int) (*Photo, error) {
	if p.file == nil || p.turned || len(p.file) > mostBytes {
		return p.asPNG()
	}
	return p.whole()
}
