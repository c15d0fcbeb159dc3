package issue

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
)

const (
	secretBytes = 16 // 32 hex digits
	saltBytes   = 16
)

// Secret is what the registry keeps of an app's secret: a salted SHA-256.
//
// A slow password hash would add nothing: the secret is 128 random bits, so
// there is no list of likely ones to try, and going through all of them is
// out of reach at any speed. A fast hash keeps the token call cheap and gives
// a flood of wrong secrets nothing to burn.
type Secret struct {
	Number uint64 // 1 for an app's first secret, one more for each that replaces it
	Salt   []byte
	Hash   [sha256.Size]byte
}

// NewSecret makes a random secret of 32 lower-case hex digits. The plain text
// is returned once and stored nowhere.
func NewSecret() (Secret, string) {
	raw := make([]byte, secretBytes)
	_, _ = rand.Read(raw) // never fails: crypto/rand ends the program instead
	plain := hex.EncodeToString(raw)
	return HashSecret(plain), plain
}

// HashSecret is what to keep of the given plain text, under a new random salt
// and as the app's first secret.
func HashSecret(plain string) Secret {
	salt := make([]byte, saltBytes)
	_, _ = rand.Read(salt) // see NewSecret
	return Secret{Number: 1, Salt: salt, Hash: saltedHash(salt, plain)}
}

// Matches tells whether plain is the secret, in constant time.
func (s Secret) Matches(plain string) bool {
	got := saltedHash(s.Salt, plain)
	return subtle.ConstantTimeCompare(got[:], s.Hash[:]) == 1
}

func saltedHash(salt []byte, plain string) [sha256.Size]byte {
	h := sha256.New()
	h.Write(salt)
	h.Write([]byte(plain))
	return [sha256.Size]byte(h.Sum(nil))
}
