package scan

const (
	// blockPx is the edge of the blocks that share a threshold.
	blockPx = 8
	// minContrast is the least difference of brightness within a neighbourhood that can hold a code, of 255.
	minContrast = 8
)

// thresholds holds a plane's brightness between dark and light for each block: half way between the extremes of the
// blocks around it. Blocks without contrast have level 0: nothing is darker than that.
type thresholds struct {
	w, h   int
	level  []byte
	lo, hi []byte
}

func (t *thresholds) measure(p *plane) {
	t.w, t.h = (p.w+blockPx-1)/blockPx, (p.h+blockPx-1)/blockPx
	n := t.w * t.h
	if cap(t.level) < n {
		t.level, t.lo, t.hi = make([]byte, n), make([]byte, n), make([]byte, n)
	}
	t.level, t.lo, t.hi = t.level[:n], t.lo[:n], t.hi[:n]
	for by := range t.h {
		for bx := range t.w {
			t.lo[by*t.w+bx], t.hi[by*t.w+bx] = extremes(p, bx*blockPx, by*blockPx)
		}
	}
	for by := range t.h {
		for bx := range t.w {
			t.level[by*t.w+bx] = t.between(bx, by)
		}
	}
}

func extremes(p *plane, x, y int) (lo, hi byte) {
	lo, hi = 255, 0
	for yy := y; yy < min(y+blockPx, p.h); yy++ {
		for _, v := range p.row(yy)[x:min(x+blockPx, p.w)] {
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	return lo, hi
}

// between looks at the 5×5 blocks around one.
func (t *thresholds) between(bx, by int) byte {
	const reach = 2
	lo, hi := byte(255), byte(0)
	for y := max(by-reach, 0); y <= min(by+reach, t.h-1); y++ {
		from := y*t.w + max(bx-reach, 0)
		to := y*t.w + min(bx+reach, t.w-1)
		for i := from; i <= to; i++ {
			lo, hi = min(lo, t.lo[i]), max(hi, t.hi[i])
		}
	}
	if int(hi)-int(lo) < minContrast {
		return 0
	}
	return byte((int(lo) + int(hi) + 1) / 2)
}

// at is the threshold of the block around a pixel.
func (t *thresholds) at(x, y int) byte { return t.level[y/blockPx*t.w+x/blockPx] }
