package ticket

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

const (
	digits = "0123456789"
	lower  = "abcdefghijklmnopqrstuvwxyz"
	upper  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

// SceneCharacters are the 82 characters a scene may have (the API's page, parameter scene).
const SceneCharacters = digits + upper + lower + "!#$&'()*+,/:;=?@-._~"

// alphabets are the bases a scene is written in, smallest first; a scene takes the first that has all its
// characters (SPEC.md 8.3). Their order and contents are part of the format.
var alphabets = [8]alphabet{
	newAlphabet(digits),
	newAlphabet(digits + "abcdef"),
	newAlphabet(digits + "ABCDEF"),
	newAlphabet(digits + lower),
	newAlphabet(digits + lower + "&-=_"),
	newAlphabet(digits + upper + lower),
	newAlphabet(digits + upper + lower + "-_"),
	newAlphabet(SceneCharacters),
}

// alphabet is a set of characters with their values.
type alphabet struct {
	characters string
	values     [256]int8 // -1 for a character outside
}

func newAlphabet(characters string) (a alphabet) {
	a.characters = characters
	for i := range a.values {
		a.values[i] = int8(strings.IndexByte(characters, byte(i)))
	}
	return a
}

var (
	// ErrSceneLength means that a scene is empty or has more than MaxScene characters.
	ErrSceneLength = errors.New("ticket: a scene has 1 to 32 characters")
	// ErrSceneCharacter means that a scene has a character outside SceneCharacters.
	ErrSceneCharacter = errors.New("ticket: character not allowed in a scene")
)

// ValidScene checks a scene as the API demands: 1 to MaxScene characters of SceneCharacters. Its errors are
// ErrSceneLength, or wrap ErrSceneCharacter and name the character.
func ValidScene(scene string) error {
	if scene == "" || len(scene) > MaxScene {
		return ErrSceneLength
	}
	_, err := alphabetOf(scene)
	return err
}

// alphabetOf is the index of the first alphabet that has all of the scene's characters.
func alphabetOf(scene string) (int, error) {
	index := 0
	for i := 0; i < len(scene); {
		if alphabets[index].values[scene[i]] >= 0 {
			i++
			continue
		}
		if index++; index == len(alphabets) {
			character, _ := utf8.DecodeRuneInString(scene[i:])
			return 0, fmt.Errorf("%w: %q at %d", ErrSceneCharacter, character, i)
		}
		i = 0
	}
	return index, nil
}

// sceneSize bounds the bytes of a scene's number: 82³² · 2 needs 205 bits.
const sceneSize = 26

// appendScene writes the scene as one big-endian number in the base of its alphabet, with a leading digit 1 so that
// leading zeros survive, in as few bytes as it needs.
func appendScene(dst []byte, scene string, index int) []byte {
	a := &alphabets[index]
	base := uint(len(a.characters))
	var number [sceneSize]byte
	number[sceneSize-1] = 1
	first := sceneSize - 1
	for i := range len(scene) {
		carry := uint(a.values[scene[i]])
		for at := sceneSize - 1; at >= first || carry > 0; at-- {
			carry += uint(number[at]) * base
			number[at] = byte(carry)
			carry >>= 8
			first = min(first, at)
		}
	}
	return append(dst, number[first:]...)
}

// parseScene is the inverse of appendScene and accepts nothing else.
func parseScene(raw []byte, index int) (string, error) {
	if len(raw) == 0 || raw[0] == 0 {
		return "", fmt.Errorf("%w: the scene is missing or begins with a zero byte", ErrMalformed)
	}
	if len(raw) > sceneSize {
		return "", fmt.Errorf("%w: scene of %d bytes, at most %d", ErrMalformed, len(raw), sceneSize)
	}
	a := &alphabets[index]
	base := uint(len(a.characters))
	var number [sceneSize]byte
	n := number[:copy(number[:], raw)]
	var scene [MaxScene]byte
	first := MaxScene
	for !isOne(n) {
		if first == 0 {
			return "", fmt.Errorf("%w: scene of more than %d characters", ErrMalformed, MaxScene)
		}
		rest := uint(0)
		for i := range n {
			rest = rest<<8 | uint(n[i])
			n[i] = byte(rest / base)
			rest %= base
		}
		first--
		scene[first] = a.characters[rest]
		for len(n) > 0 && n[0] == 0 {
			n = n[1:]
		}
		if len(n) == 0 {
			return "", fmt.Errorf("%w: the scene does not begin with the digit 1", ErrMalformed)
		}
	}
	text := string(scene[first:])
	if least, err := alphabetOf(text); err != nil || least != index {
		return "", fmt.Errorf("%w: the scene is not in its smallest alphabet", ErrMalformed)
	}
	return text, nil
}

func isOne(n []byte) bool { return len(n) == 1 && n[0] == 1 }
