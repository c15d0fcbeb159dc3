package batch

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
	"strings"

	"github.com/suncode/suncode/ticket"
)

// Random asks for random ids without repeats.
type Random struct {
	Count    int64  `json:"count"`
	Alphabet string `json:"alphabet"` // a name of [Alphabets], or the characters
	Length   int    `json:"length"`   // characters, without the prefix
	Prefix   string `json:"prefix,omitempty"`
	Seed     string `json:"seed,omitempty"` // the same seed gives the same ids; "": one is made up
}

// Alphabets are the sets of characters that have a name.
var Alphabets = map[string]string{
	"digits": "0123456789",
	"hex":    "0123456789abcdef",
	"base32": "abcdefghijklmnopqrstuvwxyz234567",
	"base36": "0123456789abcdefghijklmnopqrstuvwxyz",
	"base58": "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", // nothing that looks like another
	"base62": "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
}

func (r *Random) alphabet() string {
	if named, ok := Alphabets[r.Alphabet]; ok {
		return named
	}
	return r.Alphabet
}

func (r *Random) validate() error {
	chars := r.alphabet()
	if len(chars) < 2 {
		return badSpec("alphabet", "it needs two characters, or a name: digits, hex, base32, base36, base58, base62")
	}
	for i := range len(chars) {
		if ticket.ValidScene(chars[i:i+1]) != nil {
			return badSpec("alphabet", "%q cannot stand in a scene", chars[i])
		}
		if strings.IndexByte(chars[i+1:], chars[i]) >= 0 {
			return badSpec("alphabet", "%q is there twice", chars[i])
		}
	}
	if most := ticket.MaxScene - len(r.Prefix); r.Length < 1 || r.Length > most {
		return badSpec("length", "%d is not within 1 to %d", r.Length, most)
	}
	if r.Prefix != "" && ticket.ValidScene(r.Prefix) != nil {
		return badSpec("prefix", "%q cannot stand in a scene", clip(r.Prefix))
	}
	if r.Count < 1 {
		return badSpec("count", "%d is less than 1", r.Count)
	}
	if ids := newIDs(r); uint64(r.Count) > ids.space {
		return badSpec("count", "there are only %d ids of %d characters", ids.space, r.Length)
	}
	return nil
}

// ids are ids without repeats, each from its number alone: a permutation of
// the numbers below alphabet^head, which are the beginning of the id, and
// characters at random for what is left. The permutation is a Feistel network
// of AES, walked until it is back within its domain.
type ids struct {
	alphabet string
	prefix   string
	length   int
	head     int    // characters that follow from the permuted number
	space    uint64 // alphabet^head
	half     uint   // bits of half a number of the network
	block    cipher.Block
}

// rounds of the network: more than the four that a strong permutation needs.
const rounds = 8

// maxSpace bounds the permutation's domain, so that its numbers fit.
const maxSpace = 1 << 62

func newIDs(r *Random) *ids {
	chars := r.alphabet()
	n := &ids{alphabet: chars, prefix: r.Prefix, length: r.Length, space: 1}
	for n.head < r.Length && n.space <= maxSpace/uint64(len(chars)) {
		n.space *= uint64(len(chars))
		n.head++
	}
	n.half = uint(bits.Len64(n.space-1)+1) / 2
	key := sha256.Sum256([]byte("suncode batch random " + r.Seed))
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic(err) // the key has 32 bytes
	}
	n.block = block
	return n
}

// at appends the id with a number below space.
func (n *ids) at(dst []byte, index int64) []byte {
	v := n.permute(uint64(index))
	for v >= n.space {
		v = n.permute(v)
	}
	dst = append(dst, n.prefix...)
	base := uint64(len(n.alphabet))
	for range n.head {
		dst = append(dst, n.alphabet[v%base])
		v /= base
	}
	var in, out [aes.BlockSize]byte
	binary.BigEndian.PutUint64(in[:], uint64(index))
	for i := n.head; i < n.length; i++ {
		in[8], in[9] = 0xff, byte(i)
		n.block.Encrypt(out[:], in[:])
		high, _ := bits.Mul64(binary.BigEndian.Uint64(out[:]), base)
		dst = append(dst, n.alphabet[high])
	}
	return dst
}

// permute is a permutation of the numbers of twice half bits.
func (n *ids) permute(v uint64) uint64 {
	mask := uint64(1)<<n.half - 1
	left, right := v>>n.half, v&mask
	var in, out [aes.BlockSize]byte
	for round := range rounds {
		in[0] = byte(round)
		binary.BigEndian.PutUint64(in[8:], right)
		n.block.Encrypt(out[:], in[:])
		left, right = right, left^binary.BigEndian.Uint64(out[:])&mask
	}
	return left<<n.half | right
}
