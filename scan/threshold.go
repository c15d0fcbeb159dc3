package scan

const (
	// blockPx is the edge of the blocks that share a threshold.
	blockPx = 8
	// minContrast is the least difference of brightness within a neighbourhood that can hold a code, of 255.
	minContrast = 8
	// hastyContrast is that of the first look, which passes faint codes over.
	hastyContrast = 24
	// Thresholds, in hundredths of the way from dark to light. The dot of a small eye is never quite dark, so that a higher
	// one finds it; where the light is uneven it is half way.
	half, high = 50, 60
)

// thresholds holds a plane's brightness between dark and light for each block, somewhere between the extremes of the
// blocks around it. Blocks without contrast have level 0: nothing is darker than that.
type thresholds struct {
	w, h  int
	level []byte
	// lo and hi are the extremes of each block, wideLo and wideHi those of it and the blocks beside it. Rows have
	// reach blocks more at both ends, which hold nothing.
	lo, hi, wideLo, wideHi []byte
}

// reach is how many blocks on each side share their extremes with one.
const reach = 2

// measure finds the thresholds of a plane, so many hundredths of the way from dark to light; least is the least contrast that
// counts.
func (t *thresholds) measure(p *plane, least, percent int) {
	t.w, t.h = (p.w+blockPx-1)/blockPx, (p.h+blockPx-1)/blockPx
	t.level = resized(t.level, t.w*t.h)
	// Words of eight are read at every block, and so up to eight bytes after the last.
	stride := t.stride()
	n := stride*(t.h+2*reach) + 8
	t.lo, t.hi = resized(t.lo, n), resized(t.hi, n)
	t.wideLo, t.wideHi = resized(t.wideLo, n), resized(t.wideHi, n)
	for i := range t.lo {
		t.lo[i], t.hi[i] = 255, 0
		t.wideLo[i], t.wideHi[i] = 255, 0
	}
	for by := range t.h {
		t.extremes(p, by)
	}
	for by := range t.h {
		t.widen(by)
	}
	for by := range t.h {
		t.between(by, least, percent)
	}
}

func resized(b []byte, n int) []byte {
	if cap(b) < n {
		return make([]byte, n)
	}
	return b[:n]
}

func (t *thresholds) stride() int { return t.w + 2*reach }

// row is where the blocks of a row begin in the extremes.
func (t *thresholds) row(by int) int { return (by+reach)*t.stride() + reach }

// extremes measures a row of blocks on every other row of pixels.
func (t *thresholds) extremes(p *plane, by int) {
	at := t.row(by)
	los, his := t.lo[at:at+t.w], t.hi[at:at+t.w]
	y := by * blockPx
	whole := 0
	if y+blockPx <= p.h {
		whole = p.w / blockPx
		a, b, c, d := p.row(y), p.row(y+2), p.row(y+4), p.row(y+6)
		for bx := range whole {
			x := bx * blockPx
			lo1, hi1 := sorted(word(a[x:]), word(b[x:]))
			lo2, hi2 := sorted(word(c[x:]), word(d[x:]))
			lo, _ := sorted(lo1, lo2)
			_, hi := sorted(hi1, hi2)
			los[bx], his[bx] = lowest(lo), ^lowest(^hi)
		}
	}
	for bx := whole; bx < t.w; bx++ {
		lo, hi := byte(255), byte(0)
		for ; y < min((by+1)*blockPx, p.h); y += 2 {
			for _, v := range p.row(y)[bx*blockPx : min((bx+1)*blockPx, p.w)] {
				lo, hi = min(lo, v), max(hi, v)
			}
		}
		y = by * blockPx
		los[bx], his[bx] = lo, hi
	}
}

// widen takes the extremes of the blocks to the left and right, of eight blocks at once.
func (t *thresholds) widen(by int) {
	for at, end := t.row(by), t.row(by)+t.w; at < end; at += 8 {
		lo, hi := word(t.lo[at-reach:]), word(t.hi[at-reach:])
		for off := 1 - reach; off <= reach; off++ {
			lo, _ = sorted(lo, word(t.lo[at+off:]))
			_, hi = sorted(hi, word(t.hi[at+off:]))
		}
		putWord(t.wideLo[at:], lo)
		putWord(t.wideHi[at:], hi)
	}
}

// between takes the extremes of the rows above and below, and what lies between them.
func (t *thresholds) between(by, least, percent int) {
	stride, from := t.stride(), t.row(by)
	for bx := 0; bx < t.w; bx += 8 {
		at := from + bx - reach*stride
		lo, hi := word(t.wideLo[at:]), word(t.wideHi[at:])
		for range 2 * reach {
			at += stride
			lo, _ = sorted(lo, word(t.wideLo[at:]))
			_, hi = sorted(hi, word(t.wideHi[at:]))
		}
		levels := t.level[by*t.w+bx : by*t.w+min(bx+8, t.w)]
		for i := range levels {
			l, h := int(byte(lo>>(8*i))), int(byte(hi>>(8*i)))
			levels[i] = 0
			if h-l >= least {
				levels[i] = byte(l + ((h-l)*percent+50)/100)
			}
		}
	}
}

// at is the threshold of the block around a pixel.
func (t *thresholds) at(x, y int) byte { return t.level[y/blockPx*t.w+x/blockPx] }
