package render

import (
	"math/bits"
	"slices"
)

// codeLengths are the lengths of a Huffman code for symbols that occur so often, at most limit bits each; a symbol
// that never occurs has none. Where the best code is too long for its rarest symbols, all are taken for less rare
// until it is not.
func codeLengths(counts []int, limit int) []uint8 {
	counts = slices.Clone(counts)
	for {
		lengths := huffmanLengths(counts)
		if int(slices.Max(lengths)) <= limit {
			return lengths
		}
		for i, n := range counts {
			if n > 0 {
				counts[i] = n/2 + 1
			}
		}
	}
}

// huffmanLengths joins the two rarest trees until one is left. Among equals the one made first is taken.
func huffmanLengths(counts []int) []uint8 {
	type tree struct{ weight, parent int }
	var trees []tree
	var open, leaves []int // trees without a parent; the symbols of the first trees
	for symbol, n := range counts {
		if n > 0 {
			open = append(open, len(trees))
			leaves = append(leaves, symbol)
			trees = append(trees, tree{weight: n})
		}
	}
	lengths := make([]uint8, len(counts))
	if len(leaves) == 1 {
		lengths[leaves[0]] = 1
		return lengths
	}
	rarest := func() int {
		best := 0
		for i, t := range open {
			if trees[t].weight < trees[open[best]].weight {
				best = i
			}
		}
		t := open[best]
		open = slices.Delete(open, best, best+1)
		return t
	}
	for len(open) > 1 {
		a, b := rarest(), rarest()
		trees[a].parent, trees[b].parent = len(trees), len(trees)
		open = append(open, len(trees))
		trees = append(trees, tree{weight: trees[a].weight + trees[b].weight})
	}
	for i, symbol := range leaves {
		for t := i; t < len(trees)-1; t = trees[t].parent {
			lengths[symbol]++
		}
	}
	return lengths
}

// code is a word of a Huffman code, with what follows it: the last n bits of word.
type code struct {
	word uint32
	n    uint8
}

// jpegTable is a Huffman table of a JPEG file.
type jpegTable struct {
	counts  [16]uint8 // words of each length from 1
	symbols []uint8   // by increasing length
	codes   [256]code
}

// newJPEGTable makes the best table for symbols that occur so often. All ones is no word, as the format wants.
func newJPEGTable(counts *[256]int) *jpegTable {
	const none = 256
	lengths := codeLengths(append(slices.Clone(counts[:]), 1), 16)
	// The rarest symbol, none, has one of the longest words. It is made the very last one, which is all ones.
	t := &jpegTable{}
	longest := slices.Max(lengths)
	lengths[none] = 0
	word := uint32(0)
	for length := uint8(1); length <= longest; length++ {
		for symbol, l := range lengths {
			if l == length {
				t.symbols = append(t.symbols, uint8(symbol))
				t.codes[symbol] = code{word, length}
				t.counts[length-1]++
				word++
			}
		}
		word <<= 1
	}
	return t
}

// magnitude is the size class of a number, and the bits that tell it from others of its class.
func magnitude(v int) (size int, extra uint32) {
	if v < 0 {
		size = bits.Len(uint(-v))
		return size, uint32(v-1) & (1<<size - 1)
	}
	return bits.Len(uint(v)), uint32(v)
}
