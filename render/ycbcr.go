package render

import "image/color"

// ycc is a colour as JPEG has it: luma, blue and red chroma.
type ycc [3]uint8

func toYCC(c color.NRGBA) ycc {
	y, cb, cr := color.RGBToYCbCr(c.R, c.G, c.B)
	return ycc{y, cb, cr}
}

// isGrey reports whether a colour has no chroma.
func isGrey(c color.NRGBA) bool { return c.R == c.G && c.G == c.B }

// shades are a line's colour on a ground at each coverage.
type shades [256]color.NRGBA

func newShades(line, ground color.NRGBA) *shades {
	s := &shades{}
	for cover := range s {
		dst := [4]uint8{ground.R, ground.G, ground.B, ground.A}
		if cover > 0 {
			over(&dst, line, cover)
		}
		s[cover] = color.NRGBA{dst[0], dst[1], dst[2], dst[3]}
	}
	return s
}
