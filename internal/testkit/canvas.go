package testkit

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math"
)

// canvas is light on its way to a picture: brightness from 0 to 255, one plane for grey or three for colours. It is
// rounded and cut off only when it becomes a picture.
type canvas struct {
	w, h   int
	planes [][]float32 // rows without gaps
}

func newCanvas(w, h, planes int) *canvas {
	c := &canvas{w: w, h: h}
	for range planes {
		c.planes = append(c.planes, make([]float32, w*h))
	}
	return c
}

// fromImage takes a picture over white, as grey when all of it is.
func fromImage(img image.Image) *canvas {
	b := img.Bounds()
	c := newCanvas(b.Dx(), b.Dy(), 3)
	grey := true
	for y := range c.h {
		for x := range c.w {
			q := color.RGBAModel.Convert(img.At(b.Min.X+x, b.Min.Y+y)).(color.RGBA)
			over := 255 - q.A
			grey = grey && q.R == q.G && q.G == q.B
			for i, v := range [3]uint8{q.R, q.G, q.B} {
				c.planes[i][y*c.w+x] = float32(v + over)
			}
		}
	}
	if grey {
		c.planes = c.planes[:1]
	}
	return c
}

// image rounds the canvas to a picture: *image.Gray or *image.NRGBA.
func (c *canvas) image() image.Image {
	box := image.Rect(0, 0, c.w, c.h)
	if len(c.planes) == 1 {
		out := image.NewGray(box)
		for i, v := range c.planes[0] {
			out.Pix[i] = round(v)
		}
		return out
	}
	out := image.NewNRGBA(box)
	for i := range c.w * c.h {
		for j, plane := range c.planes {
			out.Pix[4*i+j] = round(plane[i])
		}
		out.Pix[4*i+3] = 255
	}
	return out
}

func round(v float32) uint8 { return uint8(min(max(v+0.5, 0), 255)) }

// each changes every value by its place.
func (c *canvas) each(f func(x, y int, v float32) float32) {
	for _, plane := range c.planes {
		for y := range c.h {
			row := plane[y*c.w : (y+1)*c.w]
			for x, v := range row {
				row[x] = f(x, y, v)
			}
		}
	}
}

// sample is a plane's value between four pixels, whose centres lie at whole numbers plus a half; beyond the edge lies
// the edge.
func (c *canvas) sample(plane []float32, x, y float64) float64 {
	x, y = min(max(x-0.5, 0), float64(c.w-1)), min(max(y-0.5, 0), float64(c.h-1))
	x0, y0 := int(x), int(y)
	x1, y1 := min(x0+1, c.w-1), min(y0+1, c.h-1)
	fx, fy := x-float64(x0), y-float64(y0)
	above, below := plane[y0*c.w:], plane[y1*c.w:]
	upper := (1-fx)*float64(above[x0]) + fx*float64(above[x1])
	lower := (1-fx)*float64(below[x0]) + fx*float64(below[x1])
	return (1-fy)*upper + fy*lower
}

// warp makes a canvas whose pixels are the means of what lies under them: back tells which point of c lies under a
// point of the new canvas, and fine×fine points are looked at for each pixel.
func (c *canvas) warp(w, h, fine int, back func(x, y float64) (fromX, fromY float64)) *canvas {
	out := newCanvas(w, h, len(c.planes))
	share := 1 / float64(fine*fine)
	for y := range h {
		for x := range w {
			for i := range fine * fine {
				u := float64(x) + (float64(i%fine)+0.5)/float64(fine)
				v := float64(y) + (float64(i/fine)+0.5)/float64(fine)
				fromX, fromY := back(u, v)
				for j, plane := range c.planes {
					out.planes[j][y*w+x] += float32(share * c.sample(plane, fromX, fromY))
				}
			}
		}
	}
	return out
}

// blur is a Gaussian lens blur of σ pixels.
func (c *canvas) blur(sigma float64) {
	kernel := gauss(sigma)
	for i, plane := range c.planes {
		across := convolve(plane, c.w, c.h, 1, c.w, kernel)
		c.planes[i] = convolve(across, c.h, c.w, c.w, 1, kernel)
	}
}

// gauss is half a Gaussian from its middle outwards, which adds up to 1 when the rest is counted twice.
func gauss(sigma float64) []float32 {
	kernel := make([]float32, 1+int(math.Ceil(3.5*sigma)))
	total := -1.0
	for i := range kernel {
		total += 2 * math.Exp(-float64(i*i)/(2*sigma*sigma))
	}
	for i := range kernel {
		kernel[i] = float32(math.Exp(-float64(i*i)/(2*sigma*sigma)) / total)
	}
	return kernel
}

// convolve spreads each of so many lines of n values, which lie step apart, the lines next; beyond a line's end lies
// its end.
func convolve(plane []float32, n, lines, step, next int, kernel []float32) []float32 {
	out := make([]float32, len(plane))
	for line := range lines {
		from := line * next
		for i := range n {
			sum := kernel[0] * plane[from+i*step]
			for d := 1; d < len(kernel); d++ {
				sum += kernel[d] * (plane[from+max(i-d, 0)*step] + plane[from+min(i+d, n-1)*step])
			}
			out[from+i*step] = sum
		}
	}
	return out
}

// squeeze writes the canvas as a JPEG of a quality (1 to 100; colours at half the resolution) and opens it again.
func (c *canvas) squeeze(quality int) image.Image {
	var file bytes.Buffer
	if err := jpeg.Encode(&file, c.image(), &jpeg.Options{Quality: quality}); err != nil {
		panic(err) // a picture of a size that JPEG cannot have
	}
	img, err := jpeg.Decode(&file)
	if err != nil {
		panic(err)
	}
	return img
}
