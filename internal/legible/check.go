package legible

import "image/color"

// Verdict is what comes of a rule.
type Verdict string

// The verdicts, mild to hard.
const (
	OK      Verdict = "ok"
	Warning Verdict = "warning" // it scans under good conditions
	Fails   Verdict = "fails"   // it will not scan
)

// worse is the harder one of two verdicts.
func worse(a, b Verdict) Verdict {
	if a == Fails || b == Fails {
		return Fails
	}
	if a == Warning || b == Warning {
		return Warning
	}
	return OK
}

// The rules.
const (
	RuleContrast = "contrast" // how far apart line and ground are, as the scanner sees them
	RulePolarity = "polarity" // whether the lines are darker than the ground
	RuleGround   = "ground"   // whether it is known what lies behind the lines
	RuleSize     = "size"     // how many pixels a camera has for a pitch
	RuleDistance = "distance" // whether a camera focuses there, with the whole code in its picture
	RulePixels   = "pixels"   // how many pixels a picture that was read has for a pitch
	RuleDots     = "dots"     // how many dots a printer has for a pitch
	RuleLogo     = "logo"     // how much of the code the logo covers, and how fine its picture is
	RuleReading  = "reading"  // how much had to be corrected in a picture that was read
)

// Question is a code and how it is shown. The zero value is black on white, of unknown size.
type Question struct {
	Line        color.NRGBA // opaque; the zero value is black
	Ground      color.NRGBA // opaque; the zero value is white, or unknown if Transparent
	Transparent bool        // the code has no ground of its own: Ground is what it is put on
	Rays        int         // 36, 54 or 72; 0 is unknown, and then the most demanding counts
	SizeMM      float64     // edge of the code's square; 0 is unknown
	DistanceMM  float64     // from which it is scanned; 0 is unknown
	DPI         float64     // dots of the printer per inch; 0 is DefaultDPI
	Logo        *Logo       // nil is none
}

// DefaultDPI is what a printer is taken for: an office printer's or an offset plate's coarsest.
const DefaultDPI = 300.0

// Finding is what one rule says.
type Finding struct {
	Rule     string  `json:"rule"`
	Verdict  Verdict `json:"verdict"`
	Measured float64 `json:"measured"`
	Limit    float64 `json:"limit"` // from which on the verdict is ok
	Unit     string  `json:"unit"`
	Message  string  `json:"message"`       // ASCII
	Try      *Remedy `json:"try,omitempty"` // nil when nothing has to change
}

// Remedy is what would do: of the colours or the lengths those that are given.
type Remedy struct {
	LineColor  string  `json:"line_color,omitempty"`
	Ground     string  `json:"ground,omitempty"`
	SizeMM     float64 `json:"size_mm,omitempty"`
	DistanceMM float64 `json:"distance_mm,omitempty"`
	DPI        float64 `json:"dpi,omitempty"`
}

// Report is what all rules say.
type Report struct {
	Verdict  Verdict   `json:"verdict"`
	Findings []Finding `json:"findings"`
}

// add takes a finding in.
func (r *Report) add(f Finding) {
	r.Findings = append(r.Findings, f)
	r.Verdict = worse(r.Verdict, f.Verdict)
}

// Check applies all rules that have something to go by.
func Check(q Question) Report {
	q = q.complete()
	r := Report{Verdict: OK}
	r.add(q.contrast())
	r.add(q.polarity())
	if q.Transparent {
		r.add(q.background())
	}
	if q.SizeMM > 0 || q.DistanceMM > 0 {
		r.add(q.size())
	}
	if q.DistanceMM > 0 {
		r.add(q.distance())
	}
	if q.SizeMM > 0 {
		r.add(q.dots())
	}
	if q.Logo != nil {
		r.add(q.logo())
	}
	return r
}

var (
	black = color.NRGBA{A: 255}
	white = color.NRGBA{R: 255, G: 255, B: 255, A: 255}
)

func (q Question) complete() Question {
	none := color.NRGBA{}
	if q.Line == none {
		q.Line = black
	}
	if q.Ground == none && !q.Transparent {
		q.Ground = white
	}
	if q.DPI == 0 {
		q.DPI = DefaultDPI
	}
	return q
}

// known is the ground to measure against: white where it is unknown.
func (q *Question) known() color.NRGBA {
	if q.Ground == (color.NRGBA{}) {
		return white
	}
	return q.Ground
}
