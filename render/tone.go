package render

import (
	"image"
	"image/color"
	"math"
)

// ToneContrast is the least contrast ratio against white, by the relative luminance of WCAG 2, that a logo's tone
// needs to be a line colour: the ratio WCAG asks of graphical objects.
const ToneContrast = 3.0

const (
	toneEdgePx  = 64 // a logo is looked at this small
	toneSectors = 24 // of the colour circle
	// toneChroma is the least distance between a pixel's strongest and weakest channel for it to have a colour.
	toneChroma = 40
	// toneShare is the least part of the disc that must have the tone's hue.
	toneShare = 0.04
)

// Tone is the logo's dominant colour, and whether it can be a line colour: false when the logo is grey, black or
// white, or when the colour is too light to be told from white safely (see ToneContrast).
//
// Of the coloured pixels inside the disc, weighed by how strong their colour is, the heaviest hue is found, over
// three of 24 sectors; of that hue the commonest shade, and of that shade the mean.
func (l *Logo) Tone() (color.NRGBA, bool) {
	tone, ok := dominant(colouredPixels(l.square(toneEdgePx)))
	return tone, ok && Contrast(tone, white) >= ToneContrast
}

// Contrast is the contrast ratio of two opaque colours by WCAG 2, 1 to 21.
func Contrast(a, b color.NRGBA) float64 {
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

// luminance is WCAG's relative luminance, 0 to 1.
func luminance(c color.NRGBA) float64 {
	linear := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return float64(0.2126*linear(c.R)) + float64(0.7152*linear(c.G)) + float64(0.0722*linear(c.B))
}

// tinted is a pixel that has a colour.
type tinted struct {
	colour color.NRGBA
	sector int // of its hue
	weight int // its chroma
}

// colouredPixels lists the coloured pixels inside the disc of a square picture.
func colouredPixels(img *image.NRGBA) []tinted {
	var list []tinted
	edge := img.Rect.Dx()
	for y := range edge {
		for x := range edge {
			dx, dy := 2*x+1-edge, 2*y+1-edge
			c := img.NRGBAAt(x, y)
			weight := int(max(c.R, c.G, c.B)) - int(min(c.R, c.G, c.B))
			if dx*dx+dy*dy <= edge*edge && weight >= toneChroma {
				list = append(list, tinted{c, hueSector(c), weight})
			}
		}
	}
	return list
}

// hueSector is the sector of the colour circle that a coloured pixel falls into; red begins sector 0.
func hueSector(c color.NRGBA) int {
	r, g, b := int(c.R), int(c.G), int(c.B)
	top, bottom := max(r, g, b), min(r, g, b)
	chroma := top - bottom
	const third = toneSectors / 3
	var offset, along int // the circle's third, and how far along it, in 1/chroma of half a third
	switch top {
	case r:
		offset, along = 0, g-b
	case g:
		offset, along = third, b-r
	default:
		offset, along = 2*third, r-g
	}
	around := offset*chroma + along*third/2
	return (around + toneSectors*chroma) / chroma % toneSectors
}

// dominant picks the tone, false if too few pixels have it.
func dominant(pixels []tinted) (color.NRGBA, bool) {
	hue := heaviestHue(pixels)
	var ofHue []tinted
	for _, p := range pixels {
		if nearSector(p.sector, hue) {
			ofHue = append(ofHue, p)
		}
	}
	if float64(len(ofHue)) < toneShare*math.Pi/4*toneEdgePx*toneEdgePx {
		return color.NRGBA{}, false
	}
	return commonestShade(ofHue), true
}

// heaviestHue is the sector that weighs most together with its neighbours, itself counted twice.
func heaviestHue(pixels []tinted) int {
	var weights [toneSectors]int
	for _, p := range pixels {
		weights[p.sector] += p.weight
	}
	best, most := 0, 0
	for i, w := range weights {
		sum := weights[(i+toneSectors-1)%toneSectors] + 2*w + weights[(i+1)%toneSectors]
		if sum > most {
			best, most = i, sum
		}
	}
	return best
}

func nearSector(a, b int) bool {
	distance := (a - b + toneSectors) % toneSectors
	return distance <= 1 || distance == toneSectors-1
}

// commonestShade is the mean of the pixels of the shade that weighs most. A shade is 16 levels a channel.
func commonestShade(pixels []tinted) color.NRGBA {
	shade := func(c color.NRGBA) int { return int(c.R>>4)<<8 | int(c.G>>4)<<4 | int(c.B>>4) }
	var weights [1 << 12]int
	for _, p := range pixels {
		weights[shade(p.colour)] += p.weight
	}
	best := 0
	for i, w := range weights {
		if w > weights[best] {
			best = i
		}
	}
	var r, g, b, n int
	for _, p := range pixels {
		if shade(p.colour) == best {
			r, g, b, n = r+int(p.colour.R), g+int(p.colour.G), b+int(p.colour.B), n+1
		}
	}
	mean := func(sum int) uint8 { return uint8((sum + n/2) / n) }
	return color.NRGBA{R: mean(r), G: mean(g), B: mean(b), A: 255}
}
