package render

import (
	"sync"
	"sync/atomic"
)

// bank keeps coded tiles. Reading takes no lock: an entry is published only when its words are in place, and neither
// ever changes again. Chunks are filled from their end down, so the same goes for what follows a tile in its chunk: it
// is safe to read a few words more than the tile has.
type bank struct {
	mu      sync.Mutex // for adding
	entries []atomic.Uint64
	chunks  [maxChunks]*[chunkWords + atOnce]uint64 // the last few words of each are not used
	filled  int                                     // chunks in use
	free    int                                     // words not in use yet: the first ones of the last chunk
	size    *meter
}

const (
	chunkBits  = 10
	chunkWords = 1 << chunkBits
	maxChunks  = 1 << 13
)

// entry is where a coded tile lies: from the top its first word in 32 bits, its length in bits in 20, and a number of
// the tile's own in 12. Zero is a tile that is not coded yet.
type entry uint64

const (
	lengthBits = 20
	extraBits  = 12
	// maxRun is how long one entry's bits may be.
	maxRun = chunkWords * 64
)

func (e entry) word() int   { return int(e >> (lengthBits + extraBits)) }
func (e entry) length() int { return int(e >> extraBits & (1<<lengthBits - 1)) }
func (e entry) extra() int  { return int(e & (1<<extraBits - 1)) }

// words are the tile's bits and what else its chunk holds after them, at least atOnce words more.
func (b *bank) words(e entry) []uint64 {
	return b.chunks[e.word()>>chunkBits%maxChunks][e.word()%chunkWords:]
}

// store keeps bits, from one to maxRun, and says where; extra is not zero. The caller holds mu. The widest plate there
// is needs a small part of the chunks that there can be.
func (b *bank) store(s *bitString, extra int) entry {
	n := len(s.words)
	if n > b.free {
		b.chunks[b.filled] = new([chunkWords + atOnce]uint64)
		b.size.add(8 * (chunkWords + atOnce))
		b.filled++
		b.free = chunkWords
	}
	b.free -= n
	last := b.filled - 1
	copy(b.chunks[last][b.free:], s.words)
	return entry(last<<chunkBits+b.free)<<(lengthBits+extraBits) | entry(s.n)<<extraBits | entry(extra)
}

// bitString is bits in the order of a JPEG file: the first is the highest of the first word.
type bitString struct {
	words []uint64
	n     int
}

// add appends the last n bits of v, at most 32.
func (s *bitString) add(v uint32, n int) {
	if n == 0 {
		return
	}
	rest := s.n % 64
	if rest == 0 {
		s.words = append(s.words, 0)
	}
	last := len(s.words) - 1
	if free := 64 - rest; n <= free {
		s.words[last] |= uint64(v) << (free - n)
	} else {
		s.words[last] |= uint64(v) >> (n - free)
		s.words = append(s.words, uint64(v)<<(64-n+free))
	}
	s.n += n
}

func (s *bitString) reset() { s.words, s.n = s.words[:0], 0 }
