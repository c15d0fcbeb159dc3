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
	w, h           int
	level          []byte
	lo, hi         []byte // of each block
	wideLo, wideHi []byte // of it and those beside it
}

func (t *thresholds) measure(p *plane) {
	t.w, t.h = (p.w+blockPx-1)/blockPx, (p.h+blockPx-1)/blockPx
	n := t.w * t.h
	if cap(t.level) < n {
		t.level = make([]byte, n)
		t.lo, t.hi = make([]byte, n), make([]byte, n)
		t.wideLo, t.wideHi = make([]byte, n), make([]byte, n)
	}
	t.level, t.lo, t.hi, t.wideLo, t.wideHi = t.level[:n], t.lo[:n], t.hi[:n], t.wideLo[:n], t.wideHi[:n]
	for by := range t.h {
		t.extremes(p, by)
	}
	for by := range t.h {
		t.widen(by)
	}
	for by := range t.h {
		t.between(by)
	}
}

// extremes measures a row of blocks on every other row of pixels.
func (t *thresholds) extremes(p *plane, by int) {
	los, his := t.lo[by*t.w:(by+1)*t.w], t.hi[by*t.w:(by+1)*t.w]
	for i := range los {
		los[i], his[i] = 255, 0
	}
	for y := by * blockPx; y < min((by+1)*blockPx, p.h); y += 2 {
		row := p.row(y)
		for bx := range los {
			block := row[bx*blockPx : min((bx+1)*blockPx, len(row))]
			lo, hi := los[bx], his[bx]
			for _, v := range block {
				lo, hi = min(lo, v), max(hi, v)
			}
			los[bx], his[bx] = lo, hi
		}
	}
}

// reach is how many blocks on each side share their extremes with one.
const reach = 2

// widen takes the extremes of the blocks to the left and right.
func (t *thresholds) widen(by int) {
	row := by * t.w
	for bx := range t.w {
		lo, hi := byte(255), byte(0)
		for i := row + max(bx-reach, 0); i <= row+min(bx+reach, t.w-1); i++ {
			lo, hi = min(lo, t.lo[i]), max(hi, t.hi[i])
		}
		t.wideLo[row+bx], t.wideHi[row+bx] = lo, hi
	}
}

// between takes the extremes of the rows above and below, and half way between them.
func (t *thresholds) between(by int) {
	first, last := max(by-reach, 0), min(by+reach, t.h-1)
	for bx := range t.w {
		lo, hi := byte(255), byte(0)
		for y := first; y <= last; y++ {
			lo, hi = min(lo, t.wideLo[y*t.w+bx]), max(hi, t.wideHi[y*t.w+bx])
		}
		level := byte(0)
		if int(hi)-int(lo) >= minContrast {
			level = byte((int(lo) + int(hi) + 1) / 2)
		}
		t.level[by*t.w+bx] = level
	}
}

// at is the threshold of the block around a pixel.
func (t *thresholds) at(x, y int) byte { return t.level[y/blockPx*t.w+x/blockPx] }
