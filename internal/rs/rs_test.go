package rs

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// slowMul multiplies polynomials bit by bit and reduces: the obvious reference for the tables.
func slowMul(a, b byte) byte {
	x, product := int(a), 0
	for bit := range 8 {
		if b>>bit&1 == 1 {
			product ^= x << bit
		}
	}
	for bit := 14; bit >= 8; bit-- {
		if product>>bit&1 == 1 {
			product ^= reducer << (bit - 8)
		}
	}
	return byte(product)
}

func TestFieldExhaustively(t *testing.T) {
	for a := range 256 {
		for b := range 256 {
			got, want := mul(byte(a), byte(b)), slowMul(byte(a), byte(b))
			if got != want {
				t.Fatalf("mul(%d, %d) = %d, want %d", a, b, got, want)
			}
			if b != 0 && div(got, byte(b)) != byte(a) {
				t.Fatalf("div(mul(%d, %d), %d) = %d", a, b, b, div(got, byte(b)))
			}
		}
	}
}

// shapes are the blocks of SPEC.md 5.1 as (codewords, parity), and the extremes of the package.
var shapes = [][2]int{{38, 18}, {38, 13}, {52, 17}, {66, 23}, {2, 1}, {255, 64}, {255, 1}}

func randomBlock(r *rand.Rand, n, parity int) []byte {
	block := make([]byte, n)
	for i := range block {
		block[i] = byte(r.Uint32())
	}
	if err := Encode(block, parity); err != nil {
		panic(err)
	}
	return block
}

func TestEncodeAgainstLongDivision(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, shape := range shapes {
		n, parity := shape[0], shape[1]
		block := randomBlock(r, n, parity)
		rest := slices.Clone(block)
		clear(rest[n-parity:])
		for i := range n - parity {
			lead := rest[i]
			rest[i] = 0
			for j, c := range generators[parity] {
				rest[i+1+j] ^= slowMul(c, lead)
			}
		}
		if !bytes.Equal(rest[n-parity:], block[n-parity:]) {
			t.Errorf("%v: parity %x, want %x", shape, block[n-parity:], rest[n-parity:])
		}
		if !Clean(block, parity) {
			t.Errorf("%v: an encoded block has syndromes", shape)
		}
	}
}

// damage changes errs codewords and erases others (whose values are random), all at different places.
func damage(r *rand.Rand, block []byte, errs, erased int) (bad []byte, erasures []int) {
	bad = slices.Clone(block)
	places := r.Perm(len(block))[:errs+erased]
	for _, at := range places[:errs] {
		bad[at] ^= byte(1 + r.IntN(255))
	}
	for _, at := range places[errs:] {
		bad[at] = byte(r.Uint32())
	}
	return bad, places[errs:]
}

func TestCorrectsEveryMixtureUpToTheBound(t *testing.T) {
	for _, shape := range shapes {
		n, parity := shape[0], shape[1]
		t.Run(fmt.Sprintf("%d-%d", n, parity), func(t *testing.T) {
			r := rand.New(rand.NewPCG(2, uint64(n*100+parity)))
			for erased := 0; erased <= parity; erased++ {
				for errs := 0; 2*errs+erased <= parity && errs+erased <= n; errs++ {
					for range 4 {
						correctOnce(t, r, n, parity, errs, erased)
					}
				}
			}
		})
	}
}

func correctOnce(t *testing.T, r *rand.Rand, n, parity, errs, erased int) {
	t.Helper()
	block := randomBlock(r, n, parity)
	bad, erasures := damage(r, block, errs, erased)
	differing := 0
	for i := range bad {
		if bad[i] != block[i] {
			differing++
		}
	}
	changed, err := Correct(bad, parity, erasures)
	if err != nil {
		t.Fatalf("%d errors, %d erasures: %v", errs, erased, err)
	}
	if !bytes.Equal(bad, block) || changed != differing {
		t.Fatalf("%d errors, %d erasures: block differs or changed = %d, want %d", errs, erased, changed, differing)
	}
}

// TestBeyondTheBound holds what RS can promise there: an error and an untouched block, or another true codeword
// within the bound of what was given, never the silent return of something that is no codeword.
func TestBeyondTheBound(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	refused := 0
	const trials = 2000
	for range trials {
		shape := shapes[r.IntN(4)]
		n, parity := shape[0], shape[1]
		block := randomBlock(r, n, parity)
		erased := r.IntN(parity - 3)
		errs := (parity-erased)/2 + 1 + r.IntN(3)
		bad, erasures := damage(r, block, errs, erased)
		given := slices.Clone(bad)
		changed, err := Correct(bad, parity, erasures)
		if err != nil {
			refused++
			if !errors.Is(err, ErrUncorrectable) || !bytes.Equal(bad, given) {
				t.Fatalf("refused with %v; block untouched: %v", err, bytes.Equal(bad, given))
			}
			continue
		}
		if !Clean(bad, parity) || changed > (parity-erased)/2+erased {
			t.Fatalf("accepted a block that is no codeword within the bound (%d changed)", changed)
		}
	}
	if refused < trials/2 {
		t.Errorf("refused %d of %d blocks beyond the bound", refused, trials)
	}
}

func TestImpossibleBlocks(t *testing.T) {
	for _, c := range [][2]int{{256, 10}, {10, 0}, {10, 10}, {80, 65}, {0, 1}, {5, -1}} {
		if err := Encode(make([]byte, c[0]), c[1]); !errors.Is(err, ErrBlock) {
			t.Errorf("Encode of %v: %v, want ErrBlock", c, err)
		}
		if _, err := Correct(make([]byte, c[0]), c[1], nil); !errors.Is(err, ErrBlock) {
			t.Errorf("Correct of %v: %v, want ErrBlock", c, err)
		}
	}
	dirty := make([]byte, 38)
	dirty[0] = 1
	for _, erasures := range [][]int{{-1}, {38}, {3, 3}, make([]int, 19)} {
		if _, err := Correct(dirty, 18, erasures); !errors.Is(err, ErrUncorrectable) {
			t.Errorf("erasures %v: %v, want ErrUncorrectable", erasures, err)
		}
	}
}

func FuzzCorrect(f *testing.F) {
	f.Add([]byte("a block of thirty-eight bytes, or so.."), 18, []byte{1, 2, 3})
	f.Add([]byte{0, 0, 0, 1}, 2, []byte{})
	f.Fuzz(func(t *testing.T, block []byte, parity int, places []byte) {
		erasures := make([]int, len(places))
		for i, p := range places {
			erasures[i] = int(p)
		}
		given := slices.Clone(block)
		_, err := Correct(block, parity, erasures)
		if err != nil {
			if !bytes.Equal(block, given) {
				t.Fatal("a refused block was changed")
			}
			return
		}
		if !Clean(block, parity) {
			t.Fatal("accepted a block that is no codeword")
		}
	})
}

func BenchmarkCorrect(b *testing.B) {
	r := rand.New(rand.NewPCG(4, 4))
	block := randomBlock(r, 38, 18)
	bad, erasures := damage(r, block, 5, 8)
	work := make([]byte, len(bad))
	b.ReportAllocs()
	for b.Loop() {
		copy(work, bad)
		if _, err := Correct(work, 18, erasures); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	block := randomBlock(rand.New(rand.NewPCG(5, 5)), 38, 18)
	b.ReportAllocs()
	for b.Loop() {
		if err := Encode(block, 18); err != nil {
			b.Fatal(err)
		}
	}
}
