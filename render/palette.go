package render

import (
	"image"
	"image/color"
)

// palette numbers the colours of a picture for a PNG file: first the shades of the line, by coverage, then those of the
// art in the order of the picture's rows. So ink has the same numbers in all pictures of two colours.
type palette struct {
	colours []color.NRGBA
	numbers map[color.NRGBA]uint8
}

// maxPalette is the most colours that a PNG file can number.
const maxPalette = 256

// newPalette numbers the colours of an artwork, with a symbol or without one: ink adds none. It is nil when there are
// too many, as in most photos.
func newPalette(ink *shades, img *image.NRGBA) *palette {
	p := &palette{numbers: make(map[color.NRGBA]uint8, maxPalette)}
	for cover := 0; cover < len(ink); cover += coverStep {
		p.add(ink[cover])
	}
	last := [4]uint8(img.Pix)
	p.add(color.NRGBA{last[0], last[1], last[2], last[3]})
	for i := 0; i < len(img.Pix); i += 4 {
		now := [4]uint8(img.Pix[i:])
		if now == last {
			continue
		}
		last = now
		if !p.add(color.NRGBA{now[0], now[1], now[2], now[3]}) {
			return nil
		}
	}
	return p
}

// add numbers a colour that has no number yet; false means that there is none left.
func (p *palette) add(c color.NRGBA) bool {
	if _, ok := p.numbers[c]; ok {
		return true
	}
	if len(p.colours) == maxPalette {
		return false
	}
	p.numbers[c] = uint8(len(p.colours))
	p.colours = append(p.colours, c)
	return true
}

// appendNumbers adds the numbers of pixels but the first.
func (p *palette) appendNumbers(data []byte, pixels []color.NRGBA) []byte {
	last, number := pixels[0], p.numbers[pixels[0]]
	for _, c := range pixels[1:] {
		if c != last {
			last, number = c, p.numbers[c]
		}
		data = append(data, number)
	}
	return data
}

// appendTo adds the chunks that tell the colours: RGB of all and, if one is not opaque, alpha.
func (p *palette) appendTo(file []byte) []byte {
	var rgb, alpha []byte
	opaque := true
	for _, c := range p.colours {
		rgb = append(rgb, c.R, c.G, c.B)
		alpha = append(alpha, c.A)
		opaque = opaque && c.A == 255
	}
	file = appendChunk(file, "PLTE", rgb)
	if opaque {
		return file
	}
	return appendChunk(file, "tRNS", alpha)
}
