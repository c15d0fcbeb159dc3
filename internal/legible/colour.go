package legible

import (
	"fmt"
	"image/color"
	"math"
)

// Limits of the contrast, as the difference between line and ground in grey levels of 255.
const (
	// LeastContrast is the least that is read in a perfect picture.
	LeastContrast = 8.0
	// GoodContrast is the least that is read in a bad photograph.
	GoodContrast = 96.0
)

// grey is what the scanner sees of an opaque colour at a glance: its luma, with the weights of BT.601.
func grey(c color.NRGBA) float64 {
	return (19595*float64(c.R) + 38470*float64(c.G) + 7471*float64(c.B)) / 65536
}

// difference is how far two colours are apart in grey, and in the channel in which they are most.
func difference(a, b color.NRGBA) (luma, channel float64) {
	apart := func(x, y uint8) float64 { return math.Abs(float64(x) - float64(y)) }
	luma = math.Abs(grey(a) - grey(b))
	return luma, max(luma, apart(a.R, b.R), apart(a.G, b.G), apart(a.B, b.B))
}

// hex is a colour for people.
func hex(c color.NRGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }

// contrast is what the colours say. A camera's frames are looked at in grey alone; a still picture is looked at in
// every channel when there is nothing in grey.
func (q *Question) contrast() Finding {
	ground := q.known()
	luma, channel := difference(q.Line, ground)
	f := Finding{Rule: RuleContrast, Verdict: OK, Measured: round(luma), Limit: GoodContrast, Unit: "grey levels of 255"}
	switch {
	case luma >= GoodContrast:
		f.Message = fmt.Sprintf("%s on %s differ by %.0f grey levels", hex(q.Line), hex(ground), luma)
		return f
	case channel < LeastContrast:
		f.Verdict = Fails
		f.Message = fmt.Sprintf("%s on %s differ by %.0f grey levels: nothing can be read", hex(q.Line), hex(ground), luma)
	case luma < LeastContrast:
		f.Verdict = Warning
		f.Message = fmt.Sprintf("%s on %s are one grey: only still pictures can be read, by their colours", hex(q.Line), hex(ground))
	default:
		f.Verdict = Warning
		f.Message = fmt.Sprintf("%s on %s differ by %.0f grey levels: read in good light only", hex(q.Line), hex(ground), luma)
	}
	better := Nearest(q.Line, ground)
	f.Try = &Remedy{LineColor: hex(better)}
	f.Message += "; " + hex(better) + " would do"
	return f
}

// polarity is whether the lines are the darker part.
func (q *Question) polarity() Finding {
	ground := q.known()
	f := Finding{
		Rule: RulePolarity, Verdict: OK, Measured: round(grey(ground) - grey(q.Line)), Limit: 0, Unit: "grey levels of 255",
		Message: "dark lines on a light ground",
	}
	if grey(q.Line) > grey(ground) {
		f.Verdict = Warning
		f.Message = fmt.Sprintf("light lines on a dark ground: not every reader takes them; %s on %s would do", hex(ground), hex(q.Line))
		f.Try = &Remedy{LineColor: hex(ground), Ground: hex(q.Line)}
	}
	return f
}

// background is whether it is known what a code without a ground is put on.
func (q *Question) background() Finding {
	f := Finding{Rule: RuleGround, Verdict: OK, Measured: 1, Limit: 1, Unit: "grounds known", Message: "put on " + hex(q.known())}
	if q.Ground != (color.NRGBA{}) {
		return f
	}
	f.Verdict, f.Measured = Warning, 0
	f.Try = &Remedy{Ground: hex(white)}
	if bar := grey(q.Line) + GoodContrast; bar <= 255 {
		f.Message = fmt.Sprintf("no ground of its own: put it on something even and lighter than grey level %.0f of 255", bar)
	} else {
		f.Message = fmt.Sprintf("no ground of its own: put it on something even and darker than grey level %.0f of 255", grey(q.Line)-GoodContrast)
	}
	return f
}

// round keeps a tenth.
func round(v float64) float64 { return math.Round(10*v) / 10 }

// Nearest is the colour of line's own hue that differs enough from the ground and is nearest to line in lightness: a
// darker one if there is any, so that the lines are the darker part.
func Nearest(line, ground color.NRGBA) color.NRGBA {
	if grey(ground)-grey(line) >= GoodContrast {
		return line
	}
	hue, saturation, lightness := toHSL(line)
	const steps = 512
	for _, darker := range []bool{true, false} {
		best, found := color.NRGBA{}, math.Inf(1)
		for i := range steps + 1 {
			l := float64(i) / steps
			c := fromHSL(hue, saturation, l)
			luma, _ := difference(c, ground)
			if luma >= GoodContrast && (grey(c) < grey(ground)) == darker && math.Abs(l-lightness) < found {
				best, found = c, math.Abs(l-lightness)
			}
		}
		if !math.IsInf(found, 1) {
			return best
		}
	}
	return black // no ground is that near to both black and white
}

// toHSL gives hue 0 to 6, saturation and lightness 0 to 1.
func toHSL(c color.NRGBA) (hue, saturation, lightness float64) {
	r, g, b := float64(c.R)/255, float64(c.G)/255, float64(c.B)/255
	top, bottom := max(r, g, b), min(r, g, b)
	lightness = (top + bottom) / 2
	chroma := top - bottom
	if chroma == 0 {
		return 0, 0, lightness
	}
	saturation = chroma / (1 - math.Abs(2*lightness-1))
	switch top {
	case r:
		hue = math.Mod((g-b)/chroma+6, 6)
	case g:
		hue = (b-r)/chroma + 2
	default:
		hue = (r-g)/chroma + 4
	}
	return hue, saturation, lightness
}

func fromHSL(hue, saturation, lightness float64) color.NRGBA {
	chroma := (1 - math.Abs(2*lightness-1)) * saturation
	second := chroma * (1 - math.Abs(math.Mod(hue, 2)-1))
	rgb := [3]float64{}
	order := [6][2]int{{0, 1}, {1, 0}, {1, 2}, {2, 1}, {2, 0}, {0, 2}}[int(hue)%6]
	rgb[order[0]], rgb[order[1]] = chroma, second
	base := lightness - chroma/2
	level := func(v float64) uint8 { return uint8(math.Round(255 * min(max(v+base, 0), 1))) }
	return color.NRGBA{R: level(rgb[0]), G: level(rgb[1]), B: level(rgb[2]), A: 255}
}

// Colours is what is wrong with the colours of an issued picture, in ASCII, or nothing. A picture without a ground is
// measured on white. For black on white it allocates nothing.
func Colours(line, ground color.NRGBA) string {
	q := Question{Line: line, Ground: ground}.complete()
	if grey(q.Ground)-grey(q.Line) >= GoodContrast {
		return ""
	}
	f := q.contrast()
	if f.Verdict == OK {
		f = q.polarity()
	}
	return f.Rule + ": " + f.Message
}
