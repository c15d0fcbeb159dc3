package pdf

import (
	"image/color"
	"math"
	"strconv"
)

// Content is what a page shows, as operators. Lengths are points from the bottom left corner unless Transform says
// otherwise.
type Content []byte

// Save keeps the state until Restore.
func (c *Content) Save() { *c = append(*c, "q\n"...) }

// Restore is the other half of Save.
func (c *Content) Restore() { *c = append(*c, "Q\n"...) }

// Transform puts the plane that follows onto the one before: x′ = a·x + c·y + e, y′ = b·x + d·y + f.
func (c *Content) Transform(a, b, cc, d, e, f float64) {
	for _, v := range [...]float64{a, b, cc, d, e, f} {
		*c = appendNumber(*c, v, 1e6)
	}
	*c = append(*c, "cm\n"...)
}

// Colour is the colour of fills from now on: black, white and greys are shades of the printer's black alone, other
// colours are device RGB.
func (c *Content) Colour(v color.NRGBA) {
	if v.R == v.G && v.G == v.B {
		*c = append(*c, "0 0 0 "...)
		*c = appendNumber(*c, 1-float64(v.R)/255, 1e4)
		*c = append(*c, "k\n"...)
		return
	}
	for _, channel := range [...]uint8{v.R, v.G, v.B} {
		*c = appendNumber(*c, float64(channel)/255, 1e4)
	}
	*c = append(*c, "rg\n"...)
}

// Move begins a path.
func (c *Content) Move(x, y float64) { c.op("m\n", x, y) }

// Line goes on straight.
func (c *Content) Line(x, y float64) { c.op("l\n", x, y) }

// Curve goes on by a cubic Bézier.
func (c *Content) Curve(x1, y1, x2, y2, x, y float64) {
	c.op("", x1, y1)
	c.op("", x2, y2)
	c.op("c\n", x, y)
}

// Rect is a whole path.
func (c *Content) Rect(x, y, w, h float64) {
	c.op("", x, y)
	c.op("re\n", w, h)
}

// Close closes the path's last part.
func (c *Content) Close() { *c = append(*c, "h\n"...) }

// Fill fills the path.
func (c *Content) Fill() { *c = append(*c, "f\n"...) }

// Clip keeps what follows inside the path, until Restore.
func (c *Content) Clip() { *c = append(*c, "W n\n"...) }

// Image shows an image of the page's resources, in the unit square.
func (c *Content) Image(name string) {
	*c = append(*c, '/')
	*c = append(*c, name...)
	*c = append(*c, " Do\n"...)
}

// Text shows glyphs, two bytes each, from a place on. The size is in the plane's unit.
func (c *Content) Text(font string, size, x, y float64, glyphs []byte) {
	*c = append(*c, "BT\n/"...)
	*c = append(*c, font...)
	*c = append(*c, ' ')
	*c = appendNumber(*c, size, 1e3)
	*c = append(*c, "Tf\n"...)
	c.op("Td\n<", x, y)
	const digits = "0123456789ABCDEF"
	for _, b := range glyphs {
		*c = append(*c, digits[b>>4], digits[b&15])
	}
	*c = append(*c, ">Tj\nET\n"...)
}

func (c *Content) op(operator string, x, y float64) {
	*c = appendNumber(*c, x, 1e3)
	*c = appendNumber(*c, y, 1e3)
	*c = append(*c, operator...)
}

// appendNumber writes a number with as many decimal places as scale has zeros, and a space.
func appendNumber(dst []byte, v, scale float64) []byte {
	n := int64(math.Round(v * scale))
	if n < 0 {
		dst = append(dst, '-')
		n = -n
	}
	whole := int64(scale)
	dst = strconv.AppendInt(dst, n/whole, 10)
	if n %= whole; n != 0 {
		dst = append(dst, '.')
		for n != 0 {
			whole /= 10
			dst = append(dst, byte('0'+n/whole))
			n %= whole
		}
	}
	return append(dst, ' ')
}

// Number is a number for dictionaries, to 1/1000.
func Number(v float64) string {
	text := appendNumber(nil, v, 1e3)
	return string(text[:len(text)-1])
}
