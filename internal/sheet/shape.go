package sheet

import (
	"math"

	"github.com/suncode/suncode/internal/pdf"
	"github.com/suncode/suncode/render"
)

// quarter is how far a Bézier curve's inner points lie from the ends of a quarter of a circle of radius 1. The curve
// is then within 0.03 % of the circle.
const quarter = 0.5522847498307936

// vector is a direction or a place in pitches.
type vector struct{ x, y float64 }

func vectorOf(p render.Point) vector { return vector{p.X, p.Y} }

// addShape adds a shape's outlines to the path: clockwise in a plane whose y goes down, a hole the other way.
func addShape(c *pdf.Content, s *render.Shape) {
	ahead := vector{1, 0}
	if dx, dy := s.To.X-s.From.X, s.To.Y-s.From.Y; dx != 0 || dy != 0 {
		length := math.Hypot(dx, dy)
		ahead = vector{dx / length, dy / length}
	}
	side := vector{-ahead.y, ahead.x}
	from, to := vectorOf(s.From), vectorOf(s.To)
	c.Move(to.x-side.x*s.Radius, to.y-side.y*s.Radius)
	arc(c, to, side.times(-s.Radius), ahead.times(s.Radius))
	arc(c, to, ahead.times(s.Radius), side.times(s.Radius))
	if from != to {
		c.Line(from.x+side.x*s.Radius, from.y+side.y*s.Radius)
	}
	arc(c, from, side.times(s.Radius), ahead.times(-s.Radius))
	arc(c, from, ahead.times(-s.Radius), side.times(-s.Radius))
	c.Close()
	if s.Hole > 0 {
		addHole(c, from, s.Hole)
	}
}

func addHole(c *pdf.Content, centre vector, radius float64) {
	right, down := vector{radius, 0}, vector{0, radius}
	c.Move(centre.x+radius, centre.y)
	arc(c, centre, right, down.times(-1))
	arc(c, centre, down.times(-1), right.times(-1))
	arc(c, centre, right.times(-1), down)
	arc(c, centre, down, right)
	c.Close()
}

func (v vector) times(f float64) vector { return vector{v.x * f, v.y * f} }

// arc adds a quarter of a circle about a centre, from one direction to the next.
func arc(c *pdf.Content, centre, from, to vector) {
	c.Curve(
		centre.x+from.x+quarter*to.x, centre.y+from.y+quarter*to.y,
		centre.x+to.x+quarter*from.x, centre.y+to.y+quarter*from.y,
		centre.x+to.x, centre.y+to.y,
	)
}
