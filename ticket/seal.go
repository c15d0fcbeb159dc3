package ticket

import (
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"sync"
)

// SealSize is the size of the seal in bytes: the head of an HMAC-SHA-256. A forger who may ask a server n times has
// a chance of n / 2⁴⁸.
const SealSize = 6

var (
	// ErrForged means that a ticket's seal was not made by the key it names.
	ErrForged = errors.New("ticket: forged or altered: the seal does not hold")
	// ErrUnknownKey means that a well-formed ticket names a key that is not there: another registry made it.
	ErrUnknownKey = errors.New("ticket: sealed with a key that is not known here")
)

func appendSeal(dst, body []byte, mac hash.Hash) []byte {
	mac.Write(body)
	var sum [sha256.Size]byte
	return append(dst, mac.Sum(sum[:0])[:SealSize]...)
}

// Sealer makes tickets with one key. It is quicker than Make, since it keeps what follows from the key alone, and safe
// for concurrent use.
type Sealer struct {
	number uint64
	macs   sync.Pool
}

// NewSealer makes a Sealer with a key and its number, 1 to MaxKey. The key must not change.
func NewSealer(number uint64, key []byte) *Sealer {
	s := &Sealer{number: number}
	s.macs.New = func() any { return hmac.New(sha256.New, key) }
	return s
}

// Make is what the function Make returns for the ticket with the sealer's key and its number.
func (s *Sealer) Make(t Ticket) ([]byte, error) {
	t.Key = s.number
	body, err := appendBody(make([]byte, 0, MaxSize), t)
	if err != nil {
		return nil, err
	}
	mac := s.macs.Get().(hash.Hash)
	defer s.macs.Put(mac)
	mac.Reset()
	return appendSeal(body, body, mac), nil
}

// Verify checks a ticket's form and its seal under a key, whatever key number it names. It returns an error wrapping
// ErrMalformed, or ErrForged.
func Verify(raw, key []byte) error {
	if _, err := Parse(raw); err != nil {
		return err
	}
	return checkSeal(raw, key)
}

func checkSeal(raw, key []byte) error {
	body, seal := raw[:len(raw)-SealSize], raw[len(raw)-SealSize:]
	var want [SealSize]byte
	if !hmac.Equal(appendSeal(want[:0], body, hmac.New(sha256.New, key)), seal) {
		return ErrForged
	}
	return nil
}

// Keys are sealing keys by number. New tickets take the newest; the others stay so that older codes remain valid.
type Keys map[uint64][]byte

// Open parses a ticket and checks its seal under the key it names. Errors: one wrapping ErrMalformed, one wrapping
// ErrUnknownKey, or ErrForged. The ticket is returned with ErrUnknownKey and ErrForged too, as what it claims to be.
func (k Keys) Open(raw []byte) (Ticket, error) {
	t, err := Parse(raw)
	if err != nil {
		return Ticket{}, err
	}
	key, ok := k[t.Key]
	if !ok {
		return t, fmt.Errorf("%w: key %d", ErrUnknownKey, t.Key)
	}
	return t, checkSeal(raw, key)
}
