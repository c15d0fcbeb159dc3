package rs

// reducer is x⁸+x⁴+x³+x²+1, the polynomial the field is built on (SPEC.md 6.1).
const reducer = 0x11D

// maxBlock is the largest block the field allows: one codeword per non-zero element.
const maxBlock = 255

// exp holds α⁰..α²⁵⁴ twice over, so that a sum of two logarithms needs no reduction; log is its inverse.
var exp, log = tables()

func tables() (exp [2 * maxBlock]byte, log [256]int) {
	x := 1
	for i := range maxBlock {
		exp[i] = byte(x)
		exp[i+maxBlock] = byte(x)
		log[x] = i
		x <<= 1
		if x > 0xFF {
			x ^= reducer
		}
	}
	return exp, log
}

func mul(a, b byte) byte {
	if a == 0 || b == 0 {
		return 0
	}
	return exp[log[a]+log[b]]
}

// div divides a by b; b is not zero.
func div(a, b byte) byte {
	if a == 0 {
		return 0
	}
	return exp[log[a]+maxBlock-log[b]]
}
