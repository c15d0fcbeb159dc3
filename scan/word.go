package scan

import "encoding/binary"

// Eight bytes in a word are compared at once: a difference of the low seven bits, which borrows nothing from the next
// byte, and then the high bits.

const lowBits, highBits = 0x0101010101010101, 0x8080808080808080

func word(b []byte) uint64 { return binary.LittleEndian.Uint64(b) }

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
