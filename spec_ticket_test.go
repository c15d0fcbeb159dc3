package suncode

import (
	"encoding/binary"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"testing"

	"github.com/suncode/suncode/ticket"
)

// specAlphabets reads the table of SPEC.md 8.3: the characters of each scene alphabet, by index.
func specAlphabets(t *testing.T) []string {
	t.Helper()
	var all []string
	for i, row := range tableAfter(t, "### 8.3 ") {
		characters := strings.ReplaceAll(row[2], "0-9", "0123456789")
		characters = strings.ReplaceAll(characters, "A-Z", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
		characters = strings.ReplaceAll(characters, "a-z", "abcdefghijklmnopqrstuvwxyz")
		characters = strings.ReplaceAll(characters, " ", "")
		if row[0] != strconv.Itoa(i) || row[1] != strconv.Itoa(len(characters)) {
			t.Errorf("row %d: alphabet %s of base %s has %d characters", i, row[0], row[1], len(characters))
		}
		all = append(all, characters)
	}
	return all
}

var (
	specKey      = []byte("\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f")
	smallNumbers = ticket.Ticket{App: 127, Page: 127, Key: 127}
	largeNumbers = ticket.Ticket{App: ticket.MaxApp, Page: ticket.MaxPage, Key: ticket.MaxKey}
)

func makeTicket(t *testing.T, numbers ticket.Ticket, scene string) []byte {
	t.Helper()
	numbers.Scene = scene
	raw, err := ticket.Make(numbers, specKey)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// largestScene is the scene of that length with the largest number among those that need the alphabet.
func largestScene(t *testing.T, alphabets []string, index, length int) string {
	t.Helper()
	characters := alphabets[index]
	last := characters[len(characters)-1:]
	for i := len(characters) - 1; i >= 0; i-- {
		scene := strings.Repeat(last, length-1) + characters[i:i+1]
		if int(makeTicket(t, smallNumbers, scene)[0]&7) == index {
			return scene
		}
	}
	t.Fatalf("no scene of %d characters needs alphabet %d", length, index)
	return ""
}

// TestSpecAlphabets holds the table of SPEC.md 8.3: order and contents, by the scenes' numbers in real tickets.
func TestSpecAlphabets(t *testing.T) {
	alphabets := specAlphabets(t)
	if len(alphabets) != 8 || alphabets[7] != ticket.SceneCharacters {
		t.Fatalf("%d alphabets, the last %q", len(alphabets), alphabets[len(alphabets)-1])
	}
	for index, characters := range alphabets {
		seed := largestScene(t, alphabets, index, 2)
		for value := range len(characters) {
			raw := makeTicket(t, smallNumbers, seed+characters[value:value+1])
			number := big.NewInt(1)
			for _, c := range []byte(seed + characters[value:value+1]) {
				number.Mul(number, big.NewInt(int64(len(characters))))
				number.Add(number, big.NewInt(int64(strings.IndexByte(characters, c))))
			}
			scene := raw[4 : len(raw)-ticket.SealSize]
			if int(raw[0]&7) != index || number.Cmp(new(big.Int).SetBytes(scene)) != 0 {
				t.Errorf("alphabet %d: %q is %x in alphabet %d, want %x", index, characters[value], scene, raw[0]&7, number)
			}
		}
	}
}

// TestSpecSceneLengths holds the tables of SPEC.md 8.5: the longest scene that always fits a level.
func TestSpecSceneLengths(t *testing.T) {
	alphabets := specAlphabets(t)
	for name, numbers := range map[string]ticket.Ticket{"small numbers": smallNumbers, "largest numbers": largeNumbers} {
		rows := [][]string{row("alphabet", "base", "36 rays, type 7", "36 rays, type 4", "54 rays, type 8", "72 rays, type 2")}
		for index, characters := range alphabets {
			cells := row(index, len(characters))
			for _, l := range Levels {
				longest := 2
				for longest < ticket.MaxScene && fits(t, numbers, largestScene(t, alphabets, index, longest+1), l) {
					longest++
				}
				cells = append(cells, strconv.Itoa(longest))
			}
			rows = append(rows, cells)
		}
		holdBlock(t, "scene lengths, "+name, table(rows...))
	}
}

// fits tells whether a writer needs no more than the level for a ticket.
func fits(t *testing.T, numbers ticket.Ticket, scene string, l Level) bool {
	t.Helper()
	s, err := EncodeBytes(makeTicket(t, numbers, scene))
	if err != nil {
		t.Fatal(err)
	}
	for _, tried := range Levels {
		if tried == s.Level {
			return true
		}
		if tried == l {
			return false
		}
	}
	return false
}

// TestSpecExample holds every figure of the worked example, SPEC.md 10.
func TestSpecExample(t *testing.T) {
	s := exampleSteps(t)
	holdBlock(t, "example rays", exampleRays(&s))
	holdFile(t, "docs/images/example.svg", exampleDrawing(&s))
}

func exampleSteps(t *testing.T) Symbol {
	t.Helper()
	raw := makeTicket(t, ticket.Ticket{Env: ticket.Release, App: 7, Page: 3, Key: 1}, "a=1")
	body := raw[:len(raw)-ticket.SealSize]
	scene := body[4:]
	characters := specAlphabets(t)[body[0]&7]
	base := len(characters)
	a, b, c := strings.IndexByte(characters, 'a'), strings.IndexByte(characters, '='), strings.IndexByte(characters, '1')
	number := ((base+a)*base+b)*base + c
	if want := uint64(number); want != binary.BigEndian.Uint64(append(make([]byte, 8-len(scene)), scene...)) {
		t.Fatalf("the scene is %x, want %x", scene, want)
	}
	holdBlock(t, "example ticket", fenced(
		fmt.Sprintf("head   %02x                 version %d, environment %d, alphabet %d", body[0], body[0]>>5, body[0]>>3&3, body[0]&7),
		fmt.Sprintf("app    %02x                 7", body[1]),
		fmt.Sprintf("page   %02x                 3", body[2]),
		fmt.Sprintf("key    %02x                 1", body[3]),
		fmt.Sprintf("scene  % x           ((1·%d + %d)·%d + %d)·%d + %d = %d", scene, base, a, base, b, base, c, number),
		fmt.Sprintf("seal   % x  the first %d bytes of the HMAC-SHA-256 of % x", raw[len(body):], ticket.SealSize, body),
	))
	p := Payload{Bytes, raw}
	l := Level36H
	codewords, err := p.codewords(l)
	if err != nil {
		t.Fatal(err)
	}
	data, parity := codewords[:l.DataCodewords()], codewords[l.DataCodewords():l.Codewords()]
	holdBlock(t, "example data", fenced(fmt.Sprintf("% x", data)))
	holdBlock(t, "example parity", fenced(fmt.Sprintf("% x", parity)))
	s, err := EncodeBytes(raw)
	if err != nil || s.Level != l {
		t.Fatalf("level %d, %v", s.Level, err)
	}
	mask := maskSetFor(l.Rays()).streams[s.Mask][0]
	holdBlock(t, "example mask", fenced(append([]string{fmt.Sprintf("mask %d, penalty %d", s.Mask, plainPenalty(&s))}, hexLines(mask[:l.Codewords()])...)...))
	holdBlock(t, "example stream", fenced(hexLines(s.Stream[:l.Codewords()])...))
	holdBlock(t, "example format", fenced(fmt.Sprintf("32·%d + %d = %d → %018b", l, s.Mask, masksPerType*int(l)+s.Mask, FormatWord(l, s.Mask))))
	return s
}

// exampleRays shows some rays of a symbol place by place.
func exampleRays(s *Symbol) string {
	lines := []string{"        k = 0123456789…"}
	for _, ray := range []int{1, 3, 5, 7, 9, 11} {
		cells := []byte(strings.Repeat(" ", Radii))
		for k := range cells {
			switch {
			case s.Dark(ray, k):
				cells[k] = '#'
			case Plan(s.Level.Rays())[ray][k].Kind != Blank:
				cells[k] = '.'
			}
		}
		lines = append(lines, strings.TrimRight(fmt.Sprintf("ray %2d      %s", ray, cells), " "))
	}
	return fenced(lines...)
}

func hexLines(b []byte) []string {
	var lines []string
	for len(b) > 20 {
		lines = append(lines, fmt.Sprintf("% x", b[:20]))
		b = b[20:]
	}
	return append(lines, fmt.Sprintf("% x", b))
}

func fenced(lines ...string) string {
	return "```text\n" + strings.Join(lines, "\n") + "\n```\n"
}
