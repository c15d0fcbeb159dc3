package render

import (
	"math/bits"
	"slices"
)

// deflateCode writes bytes in one block of deflate with a Huffman code of its own: literals, and repetitions of the
// byte before.
type deflateCode struct {
	codes  [286]code // words from the lowest bit
	header lowBits   // the zlib header and the block's, codes included
}

const (
	deflateEnd   = 256
	minRepeat    = 3
	maxRepeat    = 258
	longestWord  = 15
	lengthsLimit = 7
)

// lowBits is bits in the order of deflate: the first is the lowest of the first word.
type lowBits struct {
	words []uint64
	n     int
}

// add appends the n lowest bits of v, at most 64; the others are zero.
func (s *lowBits) add(v uint64, n int) {
	if n == 0 {
		return
	}
	rest := s.n % 64
	if rest == 0 {
		s.words = append(s.words, v)
	} else {
		s.words[len(s.words)-1] |= v << rest
		if n > 64-rest {
			s.words = append(s.words, v>>(64-rest))
		}
	}
	s.n += n
}

// repeat is the symbol of a repetition, and the bits that tell its length from others of the symbol.
func repeat(n int) (symbol int, extra uint64, size int) {
	switch {
	case n == maxRepeat:
		return 285, 0, 0
	case n < 11:
		return 254 + n, 0, 0
	}
	n -= minRepeat
	size = bits.Len(uint(n)) - 3
	return 257 + 4*size + n>>size, uint64(n) & (1<<size - 1), size
}

// tokens walks through what codes bytes, which are taken by themselves: nothing repeats a byte before them.
func tokens(data []byte, visit func(symbol int, extra uint64, size int)) {
	for i := 0; i < len(data); {
		visit(int(data[i]), 0, 0)
		end := i + 1
		for end < len(data) && data[end] == data[i] {
			end++
		}
		for i++; end-i >= minRepeat; {
			n := min(end-i, maxRepeat)
			visit(repeat(n))
			i += n
		}
	}
}

// newDeflateCode makes the best code for symbols that occur so often; each can occur.
func newDeflateCode(counts *[286]int) *deflateCode {
	c := &deflateCode{}
	all := counts[:]
	for i := range all {
		all[i]++
	}
	lengths := codeLengths(all, longestWord)
	words := deflateWords(lengths)
	copy(c.codes[:], words)
	h := &c.header
	h.add(0x0178, 16)                  // zlib: deflate with a window of 32 KiB, fastest
	h.add(1|2<<1, 3)                   // the last block, with its own codes
	h.add(uint64(len(lengths)-257), 5) // one code for repetitions only: the byte before
	h.add(0, 5)
	lengths = append(slices.Clone(lengths), 1)
	var used [19]int
	for _, l := range lengths {
		used[l]++
	}
	short := codeLengths(used[:], lengthsLimit)
	h.add(19-4, 4)
	for _, i := range []int{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15} {
		h.add(uint64(short[i]), 3)
	}
	shortWords := deflateWords(short)
	for _, l := range lengths {
		h.add(uint64(shortWords[l].word), int(shortWords[l].n))
	}
	return c
}

// deflateWords gives symbols their words by increasing length.
func deflateWords(lengths []uint8) []code {
	words := make([]code, len(lengths))
	word := uint32(0)
	for n := uint8(1); n <= longestWord; n++ {
		word <<= 1
		for symbol, l := range lengths {
			if l == n {
				words[symbol] = code{bits.Reverse32(word) >> (32 - n), n}
				word++
			}
		}
	}
	return words
}

// appendTo codes bytes. The distance of a repetition is always one, whose word is a single zero.
func (c *deflateCode) appendTo(s *lowBits, data []byte) {
	tokens(data, func(symbol int, extra uint64, size int) {
		word := c.codes[symbol]
		s.add(uint64(word.word)|extra<<word.n, int(word.n)+size)
		if symbol > deflateEnd {
			s.add(0, 1)
		}
	})
}

// sums are what bytes add to an Adler-32 sum: to its lower half, and to its upper one beyond what their number times
// the lower half before adds.
type sums struct{ low, high uint64 }

const adlerPrime = 65521

func newSums(data []byte) (s sums) {
	for _, b := range data {
		s.low += uint64(b)
		s.high += s.low
	}
	return sums{s.low % adlerPrime, s.high % adlerPrime}
}
