package rs

// poly is a polynomial, lowest power first, of degree at most MaxParity.
type poly [MaxParity + 1]byte

func (p *poly) degree() int {
	for i := MaxParity; i > 0; i-- {
		if p[i] != 0 {
			return i
		}
	}
	return 0
}

// eval is p at α to the power i, 0 <= i < 255; deg is at least p's degree.
func (p *poly) eval(i, deg int) byte {
	sum := byte(0)
	for d := deg; d >= 0; d-- {
		if sum != 0 {
			sum = exp[log[sum]+i]
		}
		sum ^= p[d]
	}
	return sum
}

// Correct mends block in place and returns how many codewords it changed. Erasures are indices of codewords known to
// be doubtful; their values do not matter, and they may be listed once each. A block with e errors outside the
// erasures is mended when 2·e + len(erasures) <= parity. On ErrUncorrectable the block is as it was. A block with
// more damage than the bound may be mended into another codeword: the caller must check what it says.
func Correct(block []byte, parity int, erasures []int) (int, error) {
	if err := check(len(block), parity); err != nil {
		return 0, err
	}
	if len(erasures) > parity {
		return 0, ErrUncorrectable
	}
	var synd [MaxParity]byte
	if syndromes(block, synd[:parity]) {
		return 0, nil
	}
	locator, ok := erasureLocator(len(block), erasures)
	if !ok {
		return 0, ErrUncorrectable
	}
	degree := extendLocator(&locator, synd[:parity], len(erasures))
	if degree < 0 {
		return 0, ErrUncorrectable
	}
	return repair(block, &locator, degree, synd[:parity])
}

// erasureLocator is the product of (1 - Xx) over the erased places; it fails on an index outside the block or twice.
func erasureLocator(n int, erasures []int) (poly, bool) {
	var p poly
	var seen [maxBlock]bool
	p[0] = 1
	for done, at := range erasures {
		if at < 0 || at >= n || seen[at] {
			return p, false
		}
		seen[at] = true
		x := exp[n-1-at]
		for d := done + 1; d > 0; d-- {
			p[d] ^= mul(p[d-1], x)
		}
	}
	return p, true
}

// extendLocator is Berlekamp and Massey's algorithm started from the erasures' locator. It returns the degree of the
// locator of errors and erasures together, or -1 when the bound is exceeded.
func extendLocator(locator *poly, synd []byte, erased int) int {
	prev := *locator
	length := erased
	for step := erased; step < len(synd); step++ {
		delta := byte(0)
		for i := 0; i <= length && i <= step; i++ {
			delta ^= mul(locator[i], synd[step-i])
		}
		copy(prev[1:], prev[:MaxParity])
		prev[0] = 0
		if delta == 0 {
			continue
		}
		old := *locator
		for i := range prev {
			locator[i] ^= mul(delta, prev[i])
		}
		if 2*length <= step+erased {
			length = step + 1 + erased - length
			for i := range old {
				prev[i] = div(old[i], delta)
			}
		}
	}
	degree := locator.degree()
	if degree != length || 2*degree-erased > len(synd) {
		return -1
	}
	return degree
}

// repair finds the locator's roots (Chien) and the values to add there (Forney), and checks the outcome.
func repair(block []byte, locator *poly, degree int, synd []byte) (int, error) {
	var evaluator, derivative poly
	for i := range synd {
		for d := 0; d <= degree && d <= i; d++ {
			evaluator[i] ^= mul(locator[d], synd[i-d])
		}
	}
	for d := 1; d <= degree; d += 2 {
		derivative[d-1] = locator[d]
	}
	var fixed [maxBlock]byte
	copy(fixed[:], block)
	roots, changed := 0, 0
	for at := range block {
		power := len(block) - 1 - at
		back := (maxBlock - power) % maxBlock
		if locator.eval(back, degree) != 0 {
			continue
		}
		roots++
		slope := derivative.eval(back, degree)
		if slope == 0 {
			return 0, ErrUncorrectable
		}
		value := mul(exp[power], div(evaluator.eval(back, len(synd)-1), slope))
		fixed[at] ^= value
		if value != 0 {
			changed++
		}
	}
	if roots != degree || !Clean(fixed[:len(block)], len(synd)) {
		return 0, ErrUncorrectable
	}
	copy(block, fixed[:len(block)])
	return changed, nil
}
