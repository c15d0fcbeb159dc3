package render

import (
	"image"
	"math"
)

// resample scales a square opaque picture to an edge in pixels, fractions included, with its top left corner at a
// point, and returns the pixels of a rectangle; beyond the edges the outermost pixels go on. The filter is
// Catmull-Rom, widened to cover all source pixels where it shrinks, in whole numbers: the same bytes everywhere.
func resample(src *image.NRGBA, dst image.Rectangle, corner point, edge float64) *image.NRGBA {
	n := src.Rect.Dx()
	columns := filters(n, dst.Min.X, dst.Max.X, corner.x, edge)
	rows := filters(n, dst.Min.Y, dst.Max.Y, corner.y, edge)

	wide := image.NewNRGBA(image.Rect(0, 0, dst.Dx(), n))
	for y := range n {
		for x, f := range columns {
			f.apply(wide.Pix[y*wide.Stride+4*x:], src.Pix[y*src.Stride:], 4)
		}
	}
	out := image.NewNRGBA(dst)
	for y, f := range rows {
		for x := range dst.Dx() {
			f.apply(out.Pix[y*out.Stride+4*x:], wide.Pix[4*x:], wide.Stride)
		}
	}
	return out
}

// filter makes one pixel of a row or column out of the source pixels from first on. The weights add up to unity.
type filter struct {
	first   int
	weights []int
}

const (
	unity         = 1 << 16
	filterSupport = 2.0 // reach of the Catmull-Rom kernel
)

// filters gives the filters of the pixels from <= i < to along one axis, where the source's n pixels lie spread over
// edge pixels from origin on.
func filters(n, from, to int, origin, edge float64) []filter {
	scale := float64(n) / edge
	stretch := max(scale, 1)
	list := make([]filter, 0, to-from)
	for i := from; i < to; i++ {
		centre := float64((float64(i)+0.5-origin)*scale) - 0.5
		reach := float64(filterSupport * stretch)
		list = append(list, newFilter(n, centre, stretch, int(math.Ceil(centre-reach)), int(math.Floor(centre+reach))))
	}
	return list
}

// newFilter weighs the source pixels first..last by their distance from a centre. Places beyond the source count for
// its outermost pixels.
func newFilter(n int, centre, stretch float64, first, last int) filter {
	inside := func(i int) int { return min(max(i, 0), n-1) }
	f := filter{first: inside(first)}
	shares := make([]float64, inside(last)-f.first+1)
	sum := 0.0
	for i := first; i <= last; i++ {
		share := catmullRom(math.Abs(float64(i)-centre) / stretch)
		shares[inside(i)-f.first] += share
		sum += share
	}
	f.weights = make([]int, len(shares))
	left, heaviest := unity, 0
	for i, share := range shares {
		f.weights[i] = int(math.Round(share / sum * unity))
		left -= f.weights[i]
		if share > shares[heaviest] {
			heaviest = i
		}
	}
	f.weights[heaviest] += left
	return f
}

// catmullRom is the kernel's height at a distance of 0 or more.
func catmullRom(x float64) float64 {
	switch {
	case x < 1:
		return float64((float64(1.5*x)-2.5)*x*x) + 1
	case x < filterSupport:
		return float64((float64((2.5-float64(0.5*x))*x)-4)*x) + 2
	default:
		return 0
	}
}

// apply writes one opaque pixel. Stride is the distance in bytes from one source pixel to the next.
func (f filter) apply(dst, src []uint8, stride int) {
	r, g, b := unity/2, unity/2, unity/2
	at := f.first * stride
	for _, weight := range f.weights {
		pixel := src[at : at+3 : at+3]
		r += weight * int(pixel[0])
		g += weight * int(pixel[1])
		b += weight * int(pixel[2])
		at += stride
	}
	dst[0], dst[1], dst[2], dst[3] = clamp(r/unity), clamp(g/unity), clamp(b/unity), 255
}

func clamp(v int) uint8 { return uint8(min(max(v, 0), 255)) }
