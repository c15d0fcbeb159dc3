package testkit

import (
	"math"

	"github.com/suncode/suncode"
)

// cover lays things on the code.
func (v *view) cover() {
	r := v.rand(partCover)
	edge := float64(v.code.Dx())
	left, top := float64(v.code.Min.X), float64(v.code.Min.Y)
	radius := func(share float64) float64 { return math.Sqrt(share/math.Pi) * edge }
	if v.DiscShare > 0 {
		x, y := left+r.Float64()*edge, top+r.Float64()*edge
		v.disc(x, y, radius(v.DiscShare), 255*r.Float64())
	}
	if v.CentreShare > 0 {
		v.disc(left+edge/2, top+edge/2, radius(v.CentreShare), 255*r.Float64())
	}
	for _, mark := range r.Perm(4)[:v.MarksHidden] {
		x, y, size := markPlace(mark)
		v.disc(left+x*edge, top+y*edge, size*edge, 255*r.Float64())
	}
	if v.StripShare > 0 {
		v.strip(r.IntN(4), int(v.StripShare*edge+0.5), float32(255*r.Float64()))
	}
}

// markPlace is where a mark's middle lies in the square, from 0 to 1, and the radius of a disc that just hides it: the
// eyes are 0 to 2, the badge is 3.
func markPlace(mark int) (x, y, radius float64) {
	const spare = 0.5
	angle, distance, radius := suncode.BadgeAngle, suncode.BadgeDistance, suncode.BadgeRadius+spare
	if mark < len(suncode.EyeAngles) {
		angle, distance, radius = suncode.EyeAngles[mark], suncode.EyeDistance, suncode.EyeRingRadius+spare
	}
	sin, cos := math.Sincos(angle * math.Pi / 180)
	const edge = suncode.EdgePitches
	return 0.5 + distance*cos/edge, 0.5 + distance*sin/edge, radius / edge
}

func (v *view) disc(x, y, radius, shade float64) {
	v.each(func(px, py int, b float32) float32 {
		if math.Hypot(float64(px)+0.5-x, float64(py)+0.5-y) < radius {
			return float32(shade)
		}
		return b
	})
}

// strip covers so many pixels of the square along its left, top, right or bottom side, and all beyond them.
func (v *view) strip(side, depth int, shade float32) {
	v.each(func(x, y int, b float32) float32 {
		from := [4]int{x - v.code.Min.X, y - v.code.Min.Y, v.code.Max.X - 1 - x, v.code.Max.Y - 1 - y}[side]
		if from < depth {
			return shade
		}
		return b
	})
}

// light is contrast, shadow and glare.
func (v *view) light() {
	r := v.rand(partLight)
	if v.ContrastLeft > 0 {
		left := v.ContrastLeft
		middle := 127.5 + 130*(r.Float64()-0.5)*(1-left)
		v.each(func(_, _ int, b float32) float32 { return float32(middle + left*(float64(b)-127.5)) })
	}
	if v.ShadowLost > 0 {
		v.shadow(r.Float64()*2*math.Pi, 0.7*(r.Float64()-0.5))
	}
	if v.GlareEdge > 0 {
		v.glare(r.Float64(), r.Float64())
	}
}

// shadow darkens what lies beyond a line: in the direction from the code's middle, from shift edges away.
func (v *view) shadow(direction, shift float64) {
	sin, cos := math.Sincos(direction)
	midX, midY := float64(v.code.Min.X+v.code.Max.X)/2, float64(v.code.Min.Y+v.code.Max.Y)/2
	left := float32(1 - v.ShadowLost)
	v.each(func(x, y int, b float32) float32 {
		if (float64(x)-midX)*cos+(float64(y)-midY)*sin > shift*float64(v.code.Dx()) {
			return b * left
		}
		return b
	})
}

// glare adds a spot of light at a place of the square.
func (v *view) glare(x, y float64) {
	edge := float64(v.code.Dx())
	x, y = float64(v.code.Min.X)+x*edge, float64(v.code.Min.Y)+y*edge
	radius := v.GlareEdge * edge / 2
	v.each(func(px, py int, b float32) float32 {
		d := math.Hypot(float64(px)+0.5-x, float64(py)+0.5-y) / radius
		return b + 255*float32(min(1, math.Exp(3*(1-d))))
	})
}
