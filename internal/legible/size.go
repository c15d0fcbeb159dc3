package legible

import (
	"fmt"
	"math"

	"github.com/suncode/suncode"
	"github.com/suncode/suncode/internal/length"
)

// The camera that is assumed: the main one of a phone, 26 mm in terms of 36 mm film, whose frames are 1920 × 1080
// pixels. What lies at some distance is cameraPx times its size over the distance wide, in pixels.
const (
	cameraMM = 26.0
	filmMM   = 36.0
	framePx  = 1920.0
	lowPx    = 1080.0                      // the frame's shorter edge
	cameraPx = framePx * cameraMM / filmMM // 1387
)

// eyesShare is how much of the square's edge the three eyes take: without them nothing is found.
const eyesShare = (math.Sqrt2*suncode.EyeDistance + 2*suncode.EyeRingRadius) / suncode.EdgePitches

// nearestMM is as near as the main cameras of phones focus.
const nearestMM = 200.0

// Limits of a code's width in the camera's picture, in pixels.
const (
	leastPx36 = 58.0 // with 36 rays
	leastPx   = 64.0 // with 54 and 72
	goodPx    = 2 * suncode.EdgePitches
)

// Limits of the printer's dots for a pitch.
const (
	leastDots = 1.5
	goodDots  = 3.0
)

// seenPx is how wide a code is in the camera's picture.
func seenPx(sizeMM, distanceMM float64) float64 { return cameraPx * sizeMM / distanceMM }

// lowerPx is the width from which on the scanner reads a perfect picture.
func (q *Question) lowerPx() float64 {
	if q.Rays == suncode.Level36H.Rays() {
		return leastPx36
	}
	return leastPx
}

// size is what size and distance say. Without a size it says which one would do, without a distance it is how near a
// phone can come.
func (q *Question) size() Finding {
	f := Finding{Rule: RuleSize, Verdict: OK, Limit: goodPx / suncode.EdgePitches, Unit: "camera pixels a pitch"}
	distance, nearest := q.DistanceMM, ""
	if distance == 0 {
		distance, nearest = nearestMM, " (as near as phones focus)"
	}
	if q.SizeMM == 0 {
		f.Measured = f.Limit
		f.Message = fmt.Sprintf("from %s a code needs %s", length.Text(distance), length.Text(goodSize(distance)))
		f.Try = &Remedy{SizeMM: goodSize(distance)}
		return f
	}
	px := seenPx(q.SizeMM, distance)
	f.Measured = math.Round(100*px/suncode.EdgePitches) / 100
	f.Message = fmt.Sprintf("%s from %s%s: %.0f pixels wide in a camera, %.2f a pitch",
		length.Text(q.SizeMM), length.Text(distance), nearest, px, px/suncode.EdgePitches)
	if px >= goodPx {
		f.Message += "; good up to " + length.Text(goodDistance(q.SizeMM))
		return f
	}
	f.Verdict = Warning
	if px < q.lowerPx() {
		f.Verdict = Fails
	}
	f.Try = &Remedy{SizeMM: goodSize(distance)}
	f.Message += "; " + length.Text(f.Try.SizeMM) + " would do"
	if near := goodDistance(q.SizeMM); near >= nearestMM {
		f.Try.DistanceMM = near
		f.Message += ", or " + length.Text(near)
	}
	return f
}

// distance is whether a phone focuses that near, and has the whole code in its picture if the size is known.
func (q *Question) distance() Finding {
	whole := cameraPx * q.SizeMM / lowPx // from there on it has
	limit := max(nearestMM, whole)
	f := Finding{Rule: RuleDistance, Verdict: OK, Measured: round(q.DistanceMM), Limit: round(limit), Unit: "mm"}
	at := length.Text(q.DistanceMM)
	switch {
	case q.DistanceMM >= limit && q.SizeMM == 0:
		f.Message = "phones focus at " + at
		return f
	case q.DistanceMM >= limit:
		f.Message = "phones focus at " + at + " and have the whole code in the picture"
		return f
	case q.DistanceMM >= whole:
		f.Message = at + " is nearer than phones focus"
	default:
		f.Message = "from " + at + " the code is larger than a camera's picture"
	}
	f.Verdict = Warning
	if q.DistanceMM < eyesShare*whole {
		f.Verdict = Fails
	}
	f.Try = &Remedy{DistanceMM: math.Ceil(limit/10) * 10}
	f.Message += "; " + length.Text(f.Try.DistanceMM) + " would do"
	return f
}

// goodSize is the size, in whole millimetres, that is good from a distance.
func goodSize(distanceMM float64) float64 { return math.Ceil(goodPx / cameraPx * distanceMM) }

// goodDistance is the farthest, in whole centimetres, from which a size is good.
func goodDistance(sizeMM float64) float64 { return math.Floor(cameraPx*sizeMM/goodPx/10) * 10 }

// dots is what the printer's dots say.
func (q *Question) dots() Finding {
	dots := q.SizeMM / suncode.EdgePitches * q.DPI / 25.4
	f := Finding{
		Rule: RuleDots, Verdict: OK, Measured: math.Round(100*dots) / 100, Limit: goodDots, Unit: "printer dots a pitch",
		Message: fmt.Sprintf("at %.0f dots per inch a pitch is %.1f dots wide", q.DPI, dots),
	}
	if dots >= goodDots {
		return f
	}
	f.Verdict = Warning
	if dots < leastDots {
		f.Verdict = Fails
	}
	f.Try = &Remedy{SizeMM: math.Ceil(goodDots * 25.4 / q.DPI * suncode.EdgePitches)}
	f.Message += fmt.Sprintf("; %s would do", length.Text(f.Try.SizeMM))
	if finer := math.Ceil(goodDots*25.4*suncode.EdgePitches/q.SizeMM/100) * 100; finer <= mostDPI {
		f.Try.DPI = finer
		f.Message += fmt.Sprintf(", or %.0f dots per inch", finer)
	}
	return f
}
