package suncode

import (
	"errors"
	"strconv"
	"strings"
)

// Mode is how a payload is packed: the first four bits of the data (SPEC.md 7).
type Mode uint8

// The modes that symbols carry.
const (
	// Alphanumeric packs the 45 characters of Alphabet: the texts of real codes.
	Alphanumeric Mode = 0b0010
	// Bytes carries bytes: our tickets.
	Bytes Mode = 0b0100
)

// String names the mode.
func (m Mode) String() string {
	switch m {
	case Alphanumeric:
		return "alphanumeric"
	case Bytes:
		return "bytes"
	}
	return "mode " + strconv.Itoa(int(m))
}

// Payload is what a symbol carries: the characters of an alphanumeric text, or bytes.
type Payload struct {
	Mode Mode
	Data []byte
}

// Alphabet is the character set of Alphanumeric, in the order of the characters' values.
const Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

const (
	modeBits       = 4
	textCountBits  = 9
	byteCountBits  = 8
	pairBits       = 11
	singleBits     = 6
	terminatorBits = 4
)

var (
	// ErrTooLong means that a payload fits no level, or not the level asked for.
	ErrTooLong = errors.New("suncode: payload too long")
	// ErrCharacter means that a text has a character outside Alphabet.
	ErrCharacter = errors.New("suncode: character outside the alphanumeric alphabet")
	// ErrStructure means that corrected codewords are no well-formed payload.
	ErrStructure = errors.New("suncode: data is not a well-formed payload")
	// ErrMode means that a payload's mode is neither Alphanumeric nor Bytes.
	ErrMode = errors.New("suncode: unknown payload mode")
)

// characterError names the character of an ErrCharacter.
type characterError byte

func (c characterError) Error() string {
	return ErrCharacter.Error() + ": " + strconv.QuoteRune(rune(c))
}

func (characterError) Unwrap() error { return ErrCharacter }

// bitWriter appends bits to a zeroed buffer, most significant first.
type bitWriter struct {
	buf []byte
	at  int
}

func (w *bitWriter) put(value uint, count int) {
	for i := count - 1; i >= 0; i-- {
		if value>>i&1 == 1 {
			w.buf[w.at/8] |= 0x80 >> (w.at % 8)
		}
		w.at++
	}
}

// bitReader takes bits from a buffer; after its end it gives zeros.
type bitReader struct {
	buf []byte
	at  int
}

func (r *bitReader) take(count int) uint {
	value := uint(0)
	for range count {
		value <<= 1
		if r.at < 8*len(r.buf) {
			value |= uint(r.buf[r.at/8]>>(7-r.at%8)) & 1
		}
		r.at++
	}
	return value
}

// sizeBits is the length of the payload with its header, without the terminator.
func (p Payload) sizeBits() int {
	if p.Mode == Bytes {
		return modeBits + byteCountBits + 8*len(p.Data)
	}
	return modeBits + textCountBits + len(p.Data)/2*pairBits + len(p.Data)%2*singleBits
}

// pack fills data, zeroed and of a level's length, with the payload, terminator and pads (SPEC.md 7.1 to 7.4).
func (p Payload) pack(data []byte) error {
	if p.sizeBits() > 8*len(data) {
		return ErrTooLong
	}
	w := bitWriter{buf: data}
	w.put(uint(p.Mode), modeBits)
	switch p.Mode {
	case Bytes:
		w.put(uint(len(p.Data)), byteCountBits)
		for _, b := range p.Data {
			w.put(uint(b), 8)
		}
	case Alphanumeric:
		w.put(uint(len(p.Data)), textCountBits)
		if err := w.putText(p.Data); err != nil {
			return err
		}
	default:
		return ErrMode
	}
	used := (min(w.at+terminatorBits, 8*len(data)) + 7) / 8
	for i := used; i < len(data); i++ {
		data[i] = [2]byte{0xEC, 0x11}[(i-used)%2]
	}
	return nil
}

func (w *bitWriter) putText(text []byte) error {
	high, half := 0, false
	for _, c := range text {
		value := strings.IndexByte(Alphabet, c)
		if value < 0 {
			return characterError(c)
		}
		if half {
			w.put(uint(high*len(Alphabet)+value), pairBits)
		}
		high, half = value, !half
	}
	if half {
		w.put(uint(high), singleBits)
	}
	return nil
}

// unpack reads a payload back. It accepts only what pack writes: the same bits to the last pad.
func unpack(data []byte) (Payload, error) {
	r := bitReader{buf: data}
	p := Payload{Mode: Mode(r.take(modeBits))}
	switch p.Mode {
	case Bytes:
		p.Data = make([]byte, min(int(r.take(byteCountBits)), len(data)))
		for i := range p.Data {
			p.Data[i] = byte(r.take(8))
		}
	case Alphanumeric:
		text, ok := r.takeText(min(int(r.take(textCountBits)), 2*len(data)))
		if !ok {
			return Payload{}, ErrStructure
		}
		p.Data = text
	default:
		return Payload{}, ErrStructure
	}
	var again [MaxCodewords]byte
	if err := p.pack(again[:len(data)]); err != nil || string(again[:len(data)]) != string(data) {
		return Payload{}, ErrStructure
	}
	return p, nil
}

func (r *bitReader) takeText(count int) ([]byte, bool) {
	const base = uint(len(Alphabet))
	text := make([]byte, 0, count)
	for ; count >= 2; count -= 2 {
		pair := r.take(pairBits)
		if pair >= base*base {
			return nil, false
		}
		text = append(text, Alphabet[pair/base], Alphabet[pair%base])
	}
	if count == 1 {
		single := r.take(singleBits)
		if single >= base {
			return nil, false
		}
		text = append(text, Alphabet[single])
	}
	return text, true
}
