package scan

import (
	"image"
	"image/color"
)

// plane is one 8-bit channel of a picture: luma, a colour, or the lack of opacity.
type plane struct {
	w, h int
	pix  []byte // rows without gaps
}

func (p *plane) resize(w, h int) {
	if cap(p.pix) < w*h {
		p.pix = make([]byte, w*h)
	}
	p.w, p.h, p.pix = w, h, p.pix[:w*h]
}

func (p *plane) row(y int) []byte { return p.pix[y*p.w : (y+1)*p.w] }

// at is the brightness at a point, between the four pixels around it; ok is false outside the picture. Pixel centres
// lie at whole numbers plus a half.
func (p *plane) at(x, y float64) (value float64, ok bool) {
	x -= 0.5
	y -= 0.5
	x0, y0 := int(x), int(y)
	if !(x >= 0 && y >= 0 && x0 < p.w-1 && y0 < p.h-1) {
		return p.atEdge(x, y)
	}
	fx, fy := x-float64(x0), y-float64(y0)
	i := y0*p.w + x0
	above, below := p.pix[i:i+2], p.pix[i+p.w:i+p.w+2]
	upper := float64(above[0]) + fx*float64(int(above[1])-int(above[0]))
	lower := float64(below[0]) + fx*float64(int(below[1])-int(below[0]))
	return upper + fy*(lower-upper), true
}

// atEdge is at within half a pixel of the picture's edge, where pixels are missing, and outside.
func (p *plane) atEdge(x, y float64) (value float64, ok bool) {
	if !(x >= -0.5 && y >= -0.5 && x <= float64(p.w)-0.5 && y <= float64(p.h)-0.5) {
		return 0, false
	}
	x = min(max(x, 0), float64(p.w-1))
	y = min(max(y, 0), float64(p.h-1))
	x0, y0 := int(x), int(y)
	x1, y1 := min(x0+1, p.w-1), min(y0+1, p.h-1)
	fx, fy := x-float64(x0), y-float64(y0)
	above, below := p.row(y0), p.row(y1)
	upper := float64(above[x0]) + fx*(float64(above[x1])-float64(above[x0]))
	lower := float64(below[x0]) + fx*(float64(below[x1])-float64(below[x0]))
	return upper + fy*(lower-upper), true
}

// halve makes half the size of src: every pixel is the mean of four. Eight pixels of a row are added up at once, in
// lanes of 16 bits.
func (p *plane) halve(src *plane) {
	const lanes = 0x00ff00ff00ff00ff
	p.resize(src.w/2, src.h/2)
	for y := range p.h {
		a, b, out := src.row(2*y), src.row(2*y+1), p.row(y)
		x := 0
		for ; x+4 <= len(out); x += 4 {
			v, w := word(a[2*x:]), word(b[2*x:])
			sum := v&lanes + v>>8&lanes + w&lanes + w>>8&lanes + 2*(lanes/255)
			mean := sum >> 2 & lanes
			mean = (mean | mean>>8) & 0x0000ffff0000ffff
			mean |= mean >> 16
			out[x], out[x+1], out[x+2], out[x+3] = byte(mean), byte(mean>>8), byte(mean>>16), byte(mean>>24)
		}
		for ; x < len(out); x++ {
			out[x] = byte((uint(a[2*x]) + uint(a[2*x+1]) + uint(b[2*x]) + uint(b[2*x+1]) + 2) / 4)
		}
	}
}

// double makes twice the size of src, interpolating: the four pixels around a new one weigh 9, 3, 3 and 1 sixteenths.
func (p *plane) double(src *plane) {
	p.resize(2*src.w, 2*src.h)
	for y := range p.h {
		near, far := src.row(y/2), src.row(neighbour(y, src.h))
		out := p.row(y)
		for x := range out {
			nx, fx := x/2, neighbour(x, src.w)
			sum := 9*uint(near[nx]) + 3*uint(near[fx]) + 3*uint(far[nx]) + uint(far[fx])
			out[x] = byte((sum + 8) / 16)
		}
	}
}

// neighbour is the second nearest of n places to place i of twice as many.
func neighbour(i, n int) int {
	if i%2 == 0 {
		return max(i/2-1, 0)
	}
	return min(i/2+1, n-1)
}

// channel is a way to see a picture as one plane.
type channel int

const (
	luma channel = iota
	red
	green
	blue
	opacity // opaque is dark, transparent is light
)

// fill takes a channel of img over a white ground. It reports whether the channel says anything of its own: opacity
// does not when the whole picture is opaque.
func (p *plane) fill(img image.Image, c channel) bool {
	b := img.Bounds()
	p.resize(b.Dx(), b.Dy())
	switch m := img.(type) {
	case *image.YCbCr:
		if c != opacity {
			p.fillYCbCr(m, c)
		}
		return c != opacity
	case *image.Gray:
		for y := range p.h {
			from := m.PixOffset(b.Min.X, b.Min.Y+y)
			copy(p.row(y), m.Pix[from:from+p.w])
		}
		return c == luma
	case *image.NRGBA:
		return p.fillQuads(m.Pix, m.Stride, m.PixOffset(b.Min.X, b.Min.Y), c, false)
	case *image.RGBA:
		return p.fillQuads(m.Pix, m.Stride, m.PixOffset(b.Min.X, b.Min.Y), c, true)
	}
	return p.fillAny(img, c)
}

func (p *plane) fillYCbCr(m *image.YCbCr, c channel) {
	at := m.Bounds().Min
	for y := range p.h {
		out := p.row(y)
		from := m.YOffset(at.X, at.Y+y)
		if c == luma {
			copy(out, m.Y[from:])
			continue
		}
		for x := range out {
			chroma := m.COffset(at.X+x, at.Y+y)
			r, g, b := color.YCbCrToRGB(m.Y[from+x], m.Cb[chroma], m.Cr[chroma])
			out[x] = pick(uint32(r), uint32(g), uint32(b), 255, c)
		}
	}
}

// fillQuads takes a channel from rows of four bytes a pixel.
func (p *plane) fillQuads(pix []byte, stride, from int, c channel, premultiplied bool) bool {
	speaks := c != opacity
	for y := range p.h {
		src, out := pix[from+y*stride:][:4*p.w], p.row(y)
		first := 0
		if c == luma {
			first = lumaOfOpaque(out, src)
		}
		for x := first; x < len(out); x++ {
			r, g, b, a := uint32(src[4*x]), uint32(src[4*x+1]), uint32(src[4*x+2]), uint32(src[4*x+3])
			if a != 255 {
				speaks = true
				if !premultiplied {
					r, g, b = r*a/255, g*a/255, b*a/255
				}
				r, g, b = r+255-a, g+255-a, b+255-a
			}
			out[x] = pick(r, g, b, a, c)
		}
	}
	return speaks
}

// lumaOfOpaque fills out from four bytes a pixel until it meets one that is not opaque, and returns how far it came.
func lumaOfOpaque(out, src []byte) int {
	for x := range out {
		q := src[4*x : 4*x+4 : 4*x+4]
		if q[3] != 255 {
			return x
		}
		out[x] = byte((19595*uint32(q[0]) + 38470*uint32(q[1]) + 7471*uint32(q[2]) + 1<<15) >> 16)
	}
	return len(out)
}

func (p *plane) fillAny(img image.Image, c channel) bool {
	b := img.Bounds()
	speaks := c != opacity
	for y := range p.h {
		out := p.row(y)
		for x := range out {
			q := color.RGBAModel.Convert(img.At(b.Min.X+x, b.Min.Y+y)).(color.RGBA)
			ground := 255 - uint32(q.A)
			speaks = speaks || ground > 0
			out[x] = pick(uint32(q.R)+ground, uint32(q.G)+ground, uint32(q.B)+ground, uint32(q.A), c)
		}
	}
	return speaks
}

// pick chooses the channel of an opaque colour; luma has the weights of JPEG (BT.601).
func pick(r, g, b, a uint32, c channel) byte {
	switch c {
	case red:
		return byte(r)
	case green:
		return byte(g)
	case blue:
		return byte(b)
	case opacity:
		return byte(255 - a)
	default:
		return byte((19595*r + 38470*g + 7471*b + 1<<15) >> 16)
	}
}
