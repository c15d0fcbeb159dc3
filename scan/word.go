package scan

// Eight bytes in a word are compared at once: a difference of the low seven bits, which borrows nothing from the next
// byte, and then the high bits.

const lowBits, highBits = 0x0101010101010101, 0x8080808080808080

// word is eight bytes, the first one lowest: one load, as the compiler knows. The package encoding/binary has the same, but
// brings reflection along, which a browser would have to load.
func word(b []byte) uint64 {
	_ = b[7]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}

// putWord is the other way round.
func putWord(b []byte, w uint64) {
	_ = b[7]
	b[0], b[1], b[2], b[3] = byte(w), byte(w>>8), byte(w>>16), byte(w>>24)
	b[4], b[5], b[6], b[7] = byte(w>>32), byte(w>>40), byte(w>>48), byte(w>>56)
}

// less has the high bit of each byte set where that of a is less than that of b.
func less(a, b uint64) uint64 {
	notLess := (a | highBits) - (b &^ highBits)
	return (^a&b | ^(a^b)&^notLess) & highBits
}

// sorted is the lesser and the greater of each pair of bytes.
func sorted(a, b uint64) (lo, hi uint64) {
	swap := (a ^ b) & (less(b, a) >> 7 * 255)
	return a ^ swap, b ^ swap
}

// lowest is the least of eight bytes.
func lowest(w uint64) byte {
	w, _ = sorted(w, w>>32)
	w, _ = sorted(w, w>>16)
	w, _ = sorted(w, w>>8)
	return byte(w)
}
