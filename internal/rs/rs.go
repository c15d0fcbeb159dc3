// Package rs is the Reed–Solomon code of SPEC.md 6: blocks of bytes over GF(256) with reducer 0x11D and generator
// roots α⁰..α^(r-1), as in QR codes. It knows nothing of symbols: a block is data first, parity last.
package rs

import "errors"

// MaxParity is the largest number of parity codewords a block may have.
const MaxParity = 64

// ErrUncorrectable is returned by Correct when no codeword lies within the bound 2·errors + erasures <= parity.
var ErrUncorrectable = errors.New("rs: more errors than the parity can correct")

// ErrBlock is returned when a block is longer than 255 codewords, has no data, or more than MaxParity parity.
var ErrBlock = errors.New("rs: impossible block size")

// generators[r] holds the coefficients of the generator of r roots, highest power first, without the leading 1.
var generators = makeGenerators()

func makeGenerators() (all [MaxParity + 1][]byte) {
	g := []byte{1}
	for r := 1; r <= MaxParity; r++ {
		root := exp[r-1]
		next := make([]byte, len(g)+1)
		for i, c := range g {
			next[i] ^= c
			next[i+1] ^= mul(c, root)
		}
		g = next
		all[r] = g[1:]
	}
	return all
}

func check(n, parity int) error {
	if n > maxBlock || parity < 1 || parity > MaxParity || parity >= n {
		return ErrBlock
	}
	return nil
}

// Encode fills the last parity bytes of block from the bytes before them.
func Encode(block []byte, parity int) error {
	if err := check(len(block), parity); err != nil {
		return err
	}
	data := block[:len(block)-parity]
	rest := block[len(block)-parity:]
	clear(rest)
	gen := generators[parity]
	for _, d := range data {
		lead := d ^ rest[0]
		copy(rest, rest[1:])
		rest[parity-1] = 0
		if lead == 0 {
			continue
		}
		shift := log[lead]
		for i, c := range gen {
			if c != 0 {
				rest[i] ^= exp[log[c]+shift]
			}
		}
	}
	return nil
}

// Clean reports whether block is a codeword: every syndrome is zero.
func Clean(block []byte, parity int) bool {
	var synd [MaxParity]byte
	return syndromes(block, synd[:parity])
}

// syndromes evaluates block at the generator's roots and reports whether all values are zero.
func syndromes(block, synd []byte) bool {
	clean := byte(0)
	for j := range synd {
		s := byte(0)
		for _, c := range block {
			if s != 0 {
				s = exp[log[s]+j]
			}
			s ^= c
		}
		synd[j] = s
		clean |= s
	}
	return clean == 0
}
