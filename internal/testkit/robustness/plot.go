package main

import (
	"fmt"
	"strings"
)

// The plot's frame in its own units: a level is a step to the right, the share read goes up.
const (
	plotWidth, plotHeight = 440, 200
	plotLeft, plotRight   = 44, 372
	plotTop, plotBottom   = 16, 152
)

// inks are the colours of the lines, one for each ray count.
var inks = []string{"#17508a", "#c2571a", "#4d7f2b"}

// plot draws the curve as SVG: a line for each ray count, and the bars as dashed lines.
func (c *curve) plot() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" font-family="sans-serif" font-size="11" fill="#333">`+"\n",
		plotWidth, plotHeight, plotWidth, plotHeight)
	fmt.Fprintf(&b, "<title>%s: share of pictures read by %s</title>\n", c.Name, c.Unit)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" rx="6" fill="#fff"/>`+"\n", plotWidth, plotHeight)
	for _, percent := range []int{0, 50, 90, 100} {
		y := plotY(percent)
		fmt.Fprintf(&b, `<path d="M%d %.1fH%d" stroke="#ddd"/><text x="%d" y="%.1f" text-anchor="end">%d %%</text>`+"\n",
			plotLeft, y, plotRight, plotLeft-6, y+4, percent)
	}
	c.plotLevels(&b)
	for i, rays := range c.Rays {
		c.plotLine(&b, i, inks[i%len(inks)])
		fmt.Fprintf(&b, `<text x="%d" y="%d" fill="%s">%d rays</text>`+"\n", plotRight+12, plotTop+14+16*i, inks[i%len(inks)], rays)
	}
	b.WriteString("</svg>\n")
	return []byte(b.String())
}

// plotLevels writes the levels below the frame and marks the bars.
func (c *curve) plotLevels(b *strings.Builder) {
	for level, v := range c.Levels {
		x := c.plotX(level)
		fmt.Fprintf(b, `<text x="%.1f" y="%d" text-anchor="middle"`, x, plotBottom+18)
		if len(c.Levels) > 12 {
			b.WriteString(` font-size="8"`)
		}
		fmt.Fprintf(b, ">%s</text>\n", number(v))
		if !c.whole() && (v == c.Least || v == c.Aim) {
			fmt.Fprintf(b, `<path d="M%.1f %dV%d" stroke="#999" stroke-dasharray="3 3"/>`+"\n", x, plotTop, plotBottom)
		}
	}
	fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="middle">%s, %s</text>`+"\n", (plotLeft+plotRight)/2, plotBottom+38, c.Name, c.Unit)
}

func (c *curve) plotLine(b *strings.Builder, rays int, ink string) {
	var points, dots strings.Builder
	for level := range c.Levels {
		x, y := c.plotX(level), plotY(c.percent(rays, level))
		fmt.Fprintf(&points, " %.1f,%.1f", x, y)
		fmt.Fprintf(&dots, `<circle cx="%.1f" cy="%.1f" r="2.5"/>`, x, y)
	}
	wide := float64(len(c.Rays)-rays)*1.8 - 0.4 // those drawn later are narrower, so that equal curves show
	fmt.Fprintf(b, `<polyline points="%s" fill="none" stroke="%s" stroke-width="%.1f"/>`+"\n", points.String()[1:], ink, wide)
	fmt.Fprintf(b, `<g fill="%s">%s</g>`+"\n", ink, dots.String())
}

func (c *curve) plotX(level int) float64 {
	step := float64(plotRight-plotLeft) / float64(len(c.Levels))
	return plotLeft + (float64(level)+0.5)*step
}

func plotY(percent int) float64 {
	return plotBottom - float64(plotBottom-plotTop)*float64(percent)/100
}
