package suncode

import (
	"fmt"
	"strings"
	"testing"
)

// The drawings of the specification. All lengths are in pitches; directions are turns of the group, so that no
// sine is rounded differently anywhere.

// paints are the colours of the layout's drawing: by kind, and for data by the least ray count that has the ray.
const paints = ".f{fill:#1a1a1a}.w{fill:#e8871e}.r36{fill:#1f5fbf}.r54{fill:#2f9e7a}.r72{fill:#a06cc8}.b{fill:#ccc}"

// rayPaint is the class of a ray's data places.
func rayPaint(ray int) string {
	for _, rays := range []int{36, 54} {
		if present(rays, ray) {
			return fmt.Sprintf("r%d", rays)
		}
	}
	return "r72"
}

// layoutCell is a place of the layout's drawing.
func layoutCell(ray, k int, cell Cell) string {
	paint, radius, hole := rayPaint(ray), ".44", ""
	at := FirstRadius + float64(k)
	switch cell.Kind {
	case Fixed:
		paint = "f"
	case Format:
		paint = "w"
	case Repeat:
		hole = fmt.Sprintf(`<circle cx="%g" r=".27" fill="#fff"/>`, at)
	case Data:
	case Blank:
		paint, radius = "b", ".1"
	}
	return fmt.Sprintf(`<circle class="%s" cx="%g" r="%s"/>`, paint, at, radius) + hole
}

// drawEyes draws the eyes, the badge and the logo's disc around the middle at 0, 0.
func drawEyes(b *strings.Builder, labels bool) {
	const ring = (EyeGapRadius + EyeRingRadius) / 2
	for _, angle := range EyeAngles {
		fmt.Fprintf(b, `<g transform="rotate(%g) translate(%g)"><circle r="%g" fill="none" stroke="#1a1a1a" stroke-width="%.1f"/><circle r="%g" fill="#1a1a1a"/></g>`+"\n",
			angle, EyeDistance, ring, EyeRingRadius-EyeGapRadius, EyeDotRadius)
	}
	fmt.Fprintf(b, `<circle r="%g" fill="#eee"/>`+"\n", LogoRadius)
	fmt.Fprintf(b, `<g transform="rotate(%g) translate(%g)"><circle r="%g" fill="#ddd"/></g>`+"\n", BadgeAngle, BadgeDistance, BadgeRadius)
	if labels {
		fmt.Fprintf(b, `<text y="0">logo</text><text y="1.6" class="s">radius %g</text>`+"\n", LogoRadius)
		for _, angle := range EyeAngles {
			fmt.Fprintf(b, `<text class="s" transform="rotate(%g) translate(%g) rotate(%g)" y=".3">eye</text>`+"\n", angle, EyeDistance+7.5, -angle)
		}
		fmt.Fprintf(b, `<g transform="rotate(%g) translate(%g) rotate(%g)"><text y="0">badge</text><text y="1.6" class="s">radius %g</text></g>`+"\n",
			BadgeAngle, BadgeDistance, -BadgeAngle, BadgeRadius)
	}
}

// drawPlan draws every place of a ray count, with the rays' numbers where asked for.
func drawPlan(b *strings.Builder, rays int, labels bool) {
	drawEyes(b, labels)
	for ray := range RaySlots {
		if !present(rays, ray) {
			continue
		}
		fmt.Fprintf(b, `<g transform="rotate(%g)">`, RayAngle(ray))
		for k := range Radii {
			if cell := Plan(rays)[ray][k]; cell.Kind != Blank || k < formatRadius+1 {
				b.WriteString(layoutCell(ray, k, cell))
			}
		}
		b.WriteString("</g>\n")
		if labels {
			at := CodeRadius + 1
			if len(dataRadii(ray)) == 0 {
				at = BadgeDistance + BadgeRadius + 1
			}
			fmt.Fprintf(b, `<text class="n %s" transform="rotate(%g) translate(%g) rotate(%g)" y=".32">%d</text>`+"\n",
				rayPaint(ray), RayAngle(ray), at, -RayAngle(ray), ray)
		}
	}
}

// TestSpecLayoutDrawing holds docs/images/layout.svg to the plan.
func TestSpecLayoutDrawing(t *testing.T) {
	var b strings.Builder
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="-30 -30 88 70" width="1056" height="840" font-family="sans-serif" font-size="1.5" text-anchor="middle">` + "\n")
	b.WriteString("<title>Places of a symbol by kind, for 36, 54 and 72 rays</title>\n")
	b.WriteString("<style>.n{font-size:.95px}.s{font-size:1.1px;fill:#555}.l{text-anchor:start;font-size:1.3px}.k{font-size:.75px}" + paints + "</style>\n")
	b.WriteString(`<rect x="-30" y="-30" width="88" height="70" fill="#fff"/>` + "\n")
	drawPlan(&b, 72, true)
	b.WriteString(`<text x="0" y="-28.2">72 rays</text>` + "\n")
	for i, rays := range []int{36, 54} {
		fmt.Fprintf(&b, `<g transform="translate(44 %d) scale(.48)">`+"\n", -15+28*i)
		drawPlan(&b, rays, false)
		fmt.Fprintf(&b, "</g>\n"+`<text x="44" y="%g">%d rays</text>`+"\n", -28.2+28*float64(i), rays)
	}
	drawLegend(&b)
	b.WriteString("</svg>\n")
	holdFile(t, "docs/images/layout.svg", b.String())
}

// drawLegend draws three rays of different kinds in a row, place by place, and what the colours mean.
func drawLegend(b *strings.Builder) {
	for i, ray := range []int{1, 11, 2, 4} {
		y := 32.5 + 1.7*float64(i)
		fmt.Fprintf(b, `<g transform="translate(-32 %g)">`, y)
		for k := range Radii {
			b.WriteString(layoutCell(ray, k, Plan(72)[ray][k]))
			if i == 0 {
				fmt.Fprintf(b, `<text class="k" x="%g" y="-.9">%d</text>`, FirstRadius+float64(k), k)
			}
		}
		fmt.Fprintf(b, `</g><text class="l" x="-28.5" y="%g">ray %d</text>`+"\n", y+.4, ray)
	}
	b.WriteString(`<text class="k" x="-19.8" y="31.6">k =</text>` + "\n")
	for i, entry := range []struct {
		ray, k int
		text   string
	}{
		{1, 0, "fixed: always dark"},
		{1, 3, "format word"},
		{1, 5, "data, main rays (36, 54 and 72 rays)"},
		{2, 5, "data, rays added from 54"},
		{4, 5, "data, rays added at 72"},
		{1, 12, "repeats the data place before it"},
		{2, 0, "blank"},
	} {
		x, y := 2.5+float64(i/4)*27, 32.5+1.7*float64(i%4)
		fmt.Fprintf(b, `<g transform="translate(%g %g)">%s</g><text class="l" x="%g" y="%g">%s</text>`+"\n",
			x-FirstRadius-float64(entry.k), y, layoutCell(entry.ray, entry.k, Plan(72)[entry.ray][entry.k]), x+1, y+.4, entry.text)
	}
}

// exampleDrawing draws a symbol as SPEC.md 3 says, without logo and badge: dark places merge along a ray.
func exampleDrawing(s *Symbol) string {
	var b strings.Builder
	const half = EdgePitches / 2.0
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="%g %g %d %d" width="324" height="324">`+"\n", -half, -half, EdgePitches, EdgePitches)
	b.WriteString("<title>The symbol of the worked example</title>\n")
	fmt.Fprintf(&b, `<rect x="%g" y="%g" width="%d" height="%d" fill="#fff"/>`+"\n", -half, -half, EdgePitches, EdgePitches)
	drawEyes(&b, false)
	for ray := range RaySlots {
		for k := 0; k < Radii; k++ {
			first := k
			for k < Radii && s.Dark(ray, k) {
				k++
			}
			if k > first {
				fmt.Fprintf(&b, `<rect transform="rotate(%g)" x="%g" y="-.5" width="%d" height="1" rx=".5" fill="#1a1a1a"/>`+"\n",
					RayAngle(ray), FirstRadius+float64(first)-.5, k-first)
			}
		}
	}
	b.WriteString("</svg>\n")
	return b.String()
}
