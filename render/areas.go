package render

import "image"

// areas adds up how much of each pixel lies inside closed outlines. Every pixel of the box has a cell; the sum of a
// row's cells up to a pixel is the covered area of that pixel, positive or negative by the outline's sense, in units
// of 1/full. An edge of an outline changes the sums to its right, hence only the cells it passes need a visit.
type areas struct {
	box   image.Rectangle
	width int // cells per row: one more than pixels, for what an edge in the last pixel passes on
	cells []int64
}

// full is the area of a whole pixel.
const full int64 = 2 * one * one

// coverStep is the step of coverages: no eye sees a finer one, and a picture then has few enough colours for a palette.
const coverStep = 5

// coverage turns an area into 0..255, rounded to the nearest multiple of coverStep.
func coverage(area int64) int {
	const steps = 255 / coverStep
	if area < 0 {
		area = -area
	}
	return int((min(area, full)*steps+full/2)/full) * coverStep
}

// reset starts with empty areas for the pixels of a box.
func (a *areas) reset(box image.Rectangle) {
	a.box, a.width = box, box.Dx()+1
	n := a.width * box.Dy()
	if cap(a.cells) < n {
		a.cells = make([]int64, n)
	}
	a.cells = a.cells[:n]
	clear(a.cells)
}

// row is the cells of one row of the box.
func (a *areas) row(y int) []int64 {
	return a.cells[(y-a.box.Min.Y)*a.width:][:a.width]
}

// visit calls f for every pixel that is not quite outside.
func (a *areas) visit(f func(x, y int)) {
	for y := a.box.Min.Y; y < a.box.Max.Y; y++ {
		sum := int64(0)
		for i, area := range a.row(y)[:a.box.Dx()] {
			if sum += area; sum != 0 {
				f(a.box.Min.X+i, y)
			}
		}
	}
}

// close adds an outline, its last point joined to its first.
func (a *areas) close(outline []fixed) {
	last := outline[len(outline)-1]
	for _, p := range outline {
		if last.y < p.y {
			a.edge(last, p, 1)
		} else if last.y > p.y {
			a.edge(p, last, -1)
		}
		last = p
	}
}

// edge adds an edge that runs down from top to bottom, row by row.
func (a *areas) edge(top, bottom fixed, sense int64) {
	from := max(top.y, int64(a.box.Min.Y)*one)
	to := min(bottom.y, int64(a.box.Max.Y)*one)
	for y := from; y < to; {
		next := min((y>>fixedBits+1)*one, to)
		a.slice(int(y>>fixedBits), xAt(top, bottom, y), xAt(top, bottom, next), sense*(next-y))
		y = next
	}
}

// xAt is where an edge passes a height.
func xAt(top, bottom fixed, y int64) int64 {
	return top.x + (bottom.x-top.x)*(y-top.y)/(bottom.y-top.y)
}

// slice adds the part of an edge within one row: it runs between two places sideways and is height tall. The
// height is shared out among the pixels it passes in proportion, without loss.
func (a *areas) slice(y int, x0, x1, height int64) {
	row := a.row(y)
	if x0 > x1 {
		x0, x1 = x1, x0
	}
	left, right := int64(a.box.Min.X)*one, int64(a.box.Max.X)*one
	done := int64(0)
	for x := x0; ; {
		next := min((x>>fixedBits+1)*one, x1)
		part := height
		if next < x1 {
			part = height * (next - x0) / (x1 - x0)
		}
		switch {
		case x < left:
			row[0] += (part - done) * 2 * one
		case x < right:
			i := (x - left) >> fixedBits
			passed := (x&(one-1) + next - x>>fixedBits*one) * (part - done)
			row[i] += (part-done)*2*one - passed
			row[i+1] += passed
		}
		if next == x1 {
			return
		}
		done, x = part, next
	}
}
