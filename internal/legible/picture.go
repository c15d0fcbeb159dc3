package legible

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"

	"github.com/suncode/suncode"
	"github.com/suncode/suncode/scan"
)

// Picture judges a code as it stands in a picture that it was read from: the colours of its cells, how many pixels it
// has, how much had to be corrected. What else is known about it, size and distance, comes from q, whose colours and
// rays do not count.
func Picture(img image.Image, code *scan.Result, q Question) Report {
	q.Rays = code.Symbol.Level.Rays()
	q.Line, q.Ground = cellColours(img, code)
	q.Transparent = false
	r := Check(q)
	r.add(pictureSize(code, &q))
	r.add(margin(code))
	return r
}

// pictureSize is how many pixels the code has in the picture.
func pictureSize(code *scan.Result, q *Question) Finding {
	px := math.Inf(1)
	for i, corner := range code.Corners {
		next := code.Corners[(i+1)%len(code.Corners)]
		px = min(px, math.Hypot(next.X-corner.X, next.Y-corner.Y))
	}
	f := Finding{
		Rule: RulePixels, Verdict: OK, Measured: math.Round(100*px/suncode.EdgePitches) / 100, Limit: goodPx / suncode.EdgePitches,
		Unit:    "pixels a pitch",
		Message: fmt.Sprintf("the code is %.0f pixels wide in the picture, %.2f a pitch", px, px/suncode.EdgePitches),
	}
	if px < goodPx {
		f.Verdict = Warning
		f.Message += fmt.Sprintf("; the scanner's end is at %.0f, and %d are good", q.lowerPx(), goodPx)
	}
	return f
}

// margin is how much more could have been corrected.
func margin(code *scan.Result) Finding {
	level := code.Symbol.Level
	share := float64(code.Corrected) / float64(level.Parity())
	f := Finding{
		Rule: RuleReading, Verdict: OK, Measured: math.Round(100*share) / 100, Limit: 0.25, Unit: "share of the parity",
		Message: fmt.Sprintf("read, %d of %d codewords corrected", code.Corrected, level.Codewords()),
	}
	if share > f.Limit {
		f.Verdict = Warning
		f.Message += ": something hides or spoils it"
	}
	return f
}

// cellColours are the middle colours of the dark and of the blank places of a code, each channel by itself.
func cellColours(img image.Image, code *scan.Result) (line, ground color.NRGBA) {
	var dark, light [3][]uint8
	at := plane(code.Corners)
	for ray := range suncode.RaySlots {
		sin, cos := math.Sincos(suncode.RayAngle(ray) * math.Pi / 180)
		for k := range suncode.Radii {
			radius := suncode.FirstRadius + float64(k)
			x, y := at((suncode.EdgePitches/2+radius*cos)/suncode.EdgePitches, (suncode.EdgePitches/2+radius*sin)/suncode.EdgePitches)
			place := image.Pt(int(math.Floor(x)), int(math.Floor(y)))
			if suncode.Plan(code.Symbol.Level.Rays())[ray][k].Kind == suncode.Blank || !place.In(img.Bounds()) {
				continue
			}
			into := &light
			if code.Symbol.Dark(ray, k) {
				into = &dark
			}
			c := color.NRGBAModel.Convert(onWhite(img.At(place.X, place.Y))).(color.NRGBA)
			for channel, v := range [...]uint8{c.R, c.G, c.B} {
				into[channel] = append(into[channel], v)
			}
		}
	}
	return middle(dark, black), middle(light, white)
}

// onWhite is a colour over white, as the scanner has it.
func onWhite(c color.Color) color.Color {
	r, g, b, a := c.RGBA()
	over := 0xffff - a
	return color.RGBA64{R: uint16(r + over), G: uint16(g + over), B: uint16(b + over), A: 0xffff}
}

func middle(channels [3][]uint8, otherwise color.NRGBA) color.NRGBA {
	if len(channels[0]) == 0 {
		return otherwise
	}
	for _, list := range channels {
		slices.Sort(list)
	}
	half := len(channels[0]) / 2
	return color.NRGBA{R: channels[0][half], G: channels[1][half], B: channels[2][half], A: 255}
}

// plane maps the unit square to four corners that go clockwise from the top left, in perspective.
func plane(c [4]scan.Point) func(u, v float64) (x, y float64) {
	dx1, dx2, dx3 := c[1].X-c[2].X, c[3].X-c[2].X, c[0].X-c[1].X+c[2].X-c[3].X
	dy1, dy2, dy3 := c[1].Y-c[2].Y, c[3].Y-c[2].Y, c[0].Y-c[1].Y+c[2].Y-c[3].Y
	area := dx1*dy2 - dx2*dy1
	g, h := (dx3*dy2-dx2*dy3)/area, (dx1*dy3-dx3*dy1)/area
	return func(u, v float64) (x, y float64) {
		w := g*u + h*v + 1
		x = ((c[1].X-c[0].X+g*c[1].X)*u + (c[3].X-c[0].X+h*c[3].X)*v + c[0].X) / w
		y = ((c[1].Y-c[0].Y+g*c[1].Y)*u + (c[3].Y-c[0].Y+h*c[3].Y)*v + c[0].Y) / w
		return x, y
	}
}
