package legible

import (
	"bytes"
	"fmt"
	"image"
	_ "image/jpeg" // logos are JPEG, PNG or WebP
	_ "image/png"
	"math"

	_ "golang.org/x/image/webp" // the third kind of logo

	"github.com/suncode/suncode"
)

// Logo is what there is to know of a logo.
type Logo struct {
	EdgePx int // of its middle square; 0 for one that is drawn from shapes
}

// ReadLogo looks at the head of a JPEG, PNG or WebP file.
func ReadLogo(file []byte) (*Logo, error) {
	config, _, err := image.DecodeConfig(bytes.NewReader(file))
	if err != nil {
		return nil, fmt.Errorf("no JPEG, PNG or WebP picture: %w", err)
	}
	return &Logo{EdgePx: min(config.Width, config.Height)}, nil
}

const (
	// mostCovered is the share of the square that may be hidden in the middle: the last that is read of the axis
	// "centre" of docs/ROBUSTNESS.md.
	mostCovered = 0.2
	// logoDPI is the fineness below which a picture looks coarse in print.
	logoDPI = 150.0
)

// covered is the share of the square under the logo, which is always cut to its disc.
const covered = math.Pi * suncode.LogoRadius * suncode.LogoRadius / (suncode.EdgePitches * suncode.EdgePitches)

// logo is what the logo covers and, where the size is known, how coarse it gets.
func (q *Question) logo() Finding {
	f := Finding{
		Rule: RuleLogo, Verdict: OK, Measured: math.Round(1000*covered) / 1000, Limit: mostCovered, Unit: "share of the square",
		Message: fmt.Sprintf("the logo covers %.1f %% of the square; %.0f %% may be hidden there", 100*covered, 100*mostCovered),
	}
	px := q.Logo.EdgePx
	if px == 0 || q.SizeMM == 0 {
		return f
	}
	fine := fineness(px, q.SizeMM)
	f.Measured, f.Limit, f.Unit = round(fine), logoDPI, "pixels an inch"
	f.Message = fmt.Sprintf("the logo has %.0f pixels an inch in that size", fine)
	if fine < logoDPI*(1-1e-9) { // a size that was proposed is fine enough whichever way it is rounded
		need := math.Ceil(float64(px) * logoDPI / fine)
		f.Verdict = Warning
		f.Message += fmt.Sprintf(": it scans but looks coarse; a picture %.0f pixels wide would do", need)
		if smaller := math.Floor(q.SizeMM * fine / logoDPI); smaller > 0 {
			f.Try = &Remedy{SizeMM: smaller}
		}
	}
	return f
}

// fineness is how many of a logo's pixels there are to an inch.
func fineness(px int, sizeMM float64) float64 {
	return float64(px) / (sizeMM * 2 * suncode.LogoRadius / suncode.EdgePitches / 25.4)
}
