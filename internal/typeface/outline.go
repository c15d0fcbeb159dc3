package typeface

import (
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// Pen draws outlines: closed curves, each of which begins with a Move. Lengths are type sizes, y goes down, the line
// that the text stands on is y = 0.
type Pen interface {
	Move(x, y float64)
	Line(x, y float64)
	Quad(x1, y1, x, y float64)
	Cube(x1, y1, x2, y2, x, y float64)
}

// Draw draws a text from x on, to be filled where the curves go round any number of times but none. The error is a
// [*MissingError].
func (f *Face) Draw(pen Pen, text string, x float64) error {
	b := f.buffers.Get().(*sfnt.Buffer)
	defer f.buffers.Put(b)
	for _, r := range text {
		index, advance, err := f.glyph(b, r)
		if err != nil {
			return err
		}
		segments, err := f.font.LoadGlyph(b, index, f.unit, nil)
		if err != nil {
			return &MissingError{r, f.name}
		}
		for _, s := range segments {
			f.draw(pen, s, x)
		}
		x += f.em(advance)
	}
	return nil
}

func (f *Face) draw(pen Pen, s sfnt.Segment, x float64) {
	at := func(i int) (float64, float64) { return x + f.em(s.Args[i].X), f.em(s.Args[i].Y) }
	x1, y1 := at(0)
	x2, y2 := at(1)
	x3, y3 := at(2)
	switch s.Op {
	case sfnt.SegmentOpMoveTo:
		pen.Move(x1, y1)
	case sfnt.SegmentOpLineTo:
		pen.Line(x1, y1)
	case sfnt.SegmentOpQuadTo:
		pen.Quad(x1, y1, x2, y2)
	case sfnt.SegmentOpCubeTo:
		pen.Cube(x1, y1, x2, y2, x3, y3)
	}
}

// node is a point of a TrueType outline, in the subset's units with y up.
type node struct {
	x, y int16
	on   bool // the curve goes through it
}

// contours are a glyph's closed curves as TrueType has them.
type contours struct {
	nodes []node
	ends  []int // where each curve ends, as an index of nodes
	pen   fixed.Point26_6
	scale int // of a font's unit, 1 or 2
}

// makeContours turns segments into curves of degree two.
func makeContours(segments sfnt.Segments, scale int) contours {
	c := contours{scale: scale}
	for _, s := range segments {
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			c.end()
			c.add(s.Args[0], true)
		case sfnt.SegmentOpLineTo:
			c.add(s.Args[0], true)
		case sfnt.SegmentOpQuadTo:
			c.add(s.Args[0], false)
			c.add(s.Args[1], true)
		case sfnt.SegmentOpCubeTo:
			c.cube(s.Args)
		}
	}
	c.end()
	return c
}

// end closes the last curve.
func (c *contours) end() {
	from := 0
	if len(c.ends) > 0 {
		from = c.ends[len(c.ends)-1] + 1
	}
	if len(c.nodes) > from {
		c.ends = append(c.ends, len(c.nodes)-1)
	}
}

func (c *contours) add(p fixed.Point26_6, on bool) {
	c.pen = p
	c.nodes = append(c.nodes, node{c.round(p.X), -c.round(p.Y), on})
}

// round is a length in the subset's units. It stays within what a subtraction of two of them can bear.
func (c *contours) round(v fixed.Int26_6) int16 {
	const most = 1<<14 - 1
	return int16(max(-most, min(most, (int(v)*c.scale+32)>>6)))
}

// pieces is how many curves of degree two stand for one of degree three: at that many they are within half a unit.
const pieces = 4

// cube adds a curve of degree three.
func (c *contours) cube(args [3]fixed.Point26_6) {
	p := [4]fixed.Point26_6{c.pen, args[0], args[1], args[2]}
	for i := range pieces {
		from, to := float64(i)/pieces, float64(i+1)/pieces
		// The middle point is where the tangents at both ends of the piece meet.
		at, dir := bezier(p, from)
		end, back := bezier(p, to)
		step := (to - from) / 2
		c.add(point((at[0]+dir[0]*step+end[0]-back[0]*step)/2, (at[1]+dir[1]*step+end[1]-back[1]*step)/2), false)
		c.add(point(end[0], end[1]), true)
	}
}

func point(x, y float64) fixed.Point26_6 {
	return fixed.Point26_6{X: fixed.Int26_6(x), Y: fixed.Int26_6(y)}
}

// bezier is a point of a curve and its derivative there.
func bezier(p [4]fixed.Point26_6, t float64) (at, derivative [2]float64) {
	u := 1 - t
	for axis := range at {
		var v [4]float64
		for i := range v {
			v[i] = float64(p[i].X)
			if axis == 1 {
				v[i] = float64(p[i].Y)
			}
		}
		at[axis] = u*u*u*v[0] + 3*u*u*t*v[1] + 3*u*t*t*v[2] + t*t*t*v[3]
		derivative[axis] = 3 * (u*u*(v[1]-v[0]) + 2*u*t*(v[2]-v[1]) + t*t*(v[3]-v[2]))
	}
	return at, derivative
}
