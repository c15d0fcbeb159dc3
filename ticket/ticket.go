package ticket

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
)

// Env is the environment a code opens: which of an app's published versions.
type Env uint8

// The environments, in the words of the API's env_version.
const (
	Release Env = iota
	Trial
	Develop
)

var envNames = [...]string{"release", "trial", "develop"}

// String is the name the API uses: release, trial or develop.
func (e Env) String() string {
	if int(e) < len(envNames) {
		return envNames[e]
	}
	return fmt.Sprintf("env(%d)", uint8(e))
}

// ParseEnv is the inverse of String; ok is false for every other word.
func ParseEnv(name string) (e Env, ok bool) {
	for i, n := range envNames {
		if n == name {
			return Env(i), true
		}
	}
	return 0, false
}

// Bounds of a ticket's fields. They are chosen so that every ticket within them fits MaxSize (SPEC.md 8.4).
const (
	// MaxApp is the largest app number; 1 is the least.
	MaxApp = 1<<21 - 1
	// MaxPage is the largest page number; 0 stands for the home page, whatever it is when the code is scanned.
	MaxPage = 1<<21 - 1
	// MaxKey is the largest number of a sealing key; 1 is the least.
	MaxKey = 1<<14 - 1
	// MaxScene is the largest number of characters in a scene.
	MaxScene = 32
	// MaxSize is the size of the largest ticket in bytes, the capacity of a 72-ray symbol.
	MaxSize = 41
)

const (
	// version is the only ticket version there is.
	version = 1
	// minSize is a head, three one-byte numbers, an empty scene and the seal.
	minSize = 4 + 1 + SealSize
)

// Ticket is what a code says.
type Ticket struct {
	Env Env
	// App is the app's number in the registry, 1 to MaxApp.
	App uint64
	// Page is the page's number within the app, 0 to MaxPage.
	Page uint64
	// Key is the number of the key that seals the ticket, 1 to MaxKey.
	Key uint64
	// Scene is up to MaxScene characters of SceneCharacters; it may be empty.
	Scene string
}

var (
	// ErrMalformed is wrapped by the errors of Parse: the bytes are no ticket.
	ErrMalformed = errors.New("ticket: malformed")
	// ErrRange is wrapped by the errors of Make and Append: a field lies outside its bounds.
	ErrRange = errors.New("ticket: field out of range")
)

func (t Ticket) check() error {
	switch {
	case t.Env > Develop:
		return fmt.Errorf("%w: %v", ErrRange, t.Env)
	case t.App < 1 || t.App > MaxApp:
		return fmt.Errorf("%w: app %d is not within 1 to %d", ErrRange, t.App, MaxApp)
	case t.Page > MaxPage:
		return fmt.Errorf("%w: page %d is not within 0 to %d", ErrRange, t.Page, MaxPage)
	case t.Key < 1 || t.Key > MaxKey:
		return fmt.Errorf("%w: key %d is not within 1 to %d", ErrRange, t.Key, MaxKey)
	case len(t.Scene) > MaxScene:
		return fmt.Errorf("%w: scene of %d characters, at most %d", ErrRange, len(t.Scene), MaxScene)
	}
	return nil
}

// Make seals a ticket with a key and returns its bytes. The errors wrap ErrRange or ErrSceneCharacter.
func Make(t Ticket, key []byte) ([]byte, error) {
	return Append(make([]byte, 0, MaxSize), t, key)
}

// Append is Make that appends to dst. On an error dst is returned as it was.
func Append(dst []byte, t Ticket, key []byte) ([]byte, error) {
	out, err := appendBody(dst, t)
	if err != nil {
		return dst, err
	}
	return appendSeal(out, out[len(dst):], hmac.New(sha256.New, key)), nil
}

// appendBody adds all of a ticket but its seal.
func appendBody(dst []byte, t Ticket) ([]byte, error) {
	if err := t.check(); err != nil {
		return dst, err
	}
	alphabet, err := alphabetOf(t.Scene)
	if err != nil {
		return dst, err
	}
	out := append(dst, version<<5|byte(t.Env)<<3|byte(alphabet))
	out = binary.AppendUvarint(out, t.App)
	out = binary.AppendUvarint(out, t.Page)
	out = binary.AppendUvarint(out, t.Key)
	return appendScene(out, t.Scene, alphabet), nil
}

// Parse reads a ticket without checking its seal. It accepts exactly the bytes that Make can have made: parsing and
// making again with the same key gives the same bytes. Its errors wrap ErrMalformed.
func Parse(raw []byte) (Ticket, error) {
	if len(raw) < minSize || len(raw) > MaxSize {
		return Ticket{}, fmt.Errorf("%w: %d bytes, want %d to %d", ErrMalformed, len(raw), minSize, MaxSize)
	}
	head, rest := raw[0], raw[1:len(raw)-SealSize]
	if head>>5 != version {
		return Ticket{}, fmt.Errorf("%w: version %d, want %d", ErrMalformed, head>>5, version)
	}
	t := Ticket{Env: Env(head >> 3 & 3)}
	for _, field := range []*uint64{&t.App, &t.Page, &t.Key} {
		value, size := binary.Uvarint(rest)
		if size <= 0 || size > 1 && rest[size-1] == 0 {
			return Ticket{}, fmt.Errorf("%w: a number is cut off or not in its shortest form", ErrMalformed)
		}
		*field, rest = value, rest[size:]
	}
	scene, err := parseScene(rest, int(head&7))
	if err != nil {
		return Ticket{}, err
	}
	t.Scene = scene
	if err := t.check(); err != nil {
		return Ticket{}, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return t, nil
}
