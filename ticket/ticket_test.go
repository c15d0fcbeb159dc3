package ticket

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/suncode/suncode"
)

var testKey = []byte("a key of thirty-two bytes, really")

func genTicket() *rapid.Generator[Ticket] {
	return rapid.Custom(func(t *rapid.T) Ticket {
		characters := rapid.SampledFrom(alphabets[:]).Draw(t, "alphabet").characters
		scene := rapid.SliceOfN(rapid.SampledFrom([]byte(characters)), 0, MaxScene).Draw(t, "scene")
		return Ticket{
			Env:   rapid.SampledFrom([]Env{Release, Trial, Develop}).Draw(t, "env"),
			App:   rapid.Uint64Range(1, MaxApp).Draw(t, "app"),
			Page:  rapid.Uint64Range(0, MaxPage).Draw(t, "page"),
			Key:   rapid.Uint64Range(1, MaxKey).Draw(t, "key"),
			Scene: string(scene),
		}
	})
}

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := genTicket().Draw(t, "ticket")
		raw, err := Make(want, testKey)
		if err != nil {
			t.Fatal(err)
		}
		if len(raw) > MaxSize {
			t.Fatalf("%d bytes, more than %d", len(raw), MaxSize)
		}
		got, err := Keys{want.Key: testKey}.Open(raw)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Fatalf("%v (-want +got):\n%s", err, diff)
		}
	})
}

// TestThroughSymbol carries tickets through damaged symbols: ticket, symbol, damage up to the bound, ticket.
func TestThroughSymbol(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := genTicket().Draw(t, "ticket")
		raw, err := Make(want, testKey)
		if err != nil {
			t.Fatal(err)
		}
		s, err := suncode.EncodeBytes(raw)
		if err != nil {
			t.Fatal(err)
		}
		places := rapid.SliceOfNDistinct(rapid.IntRange(0, s.Level.Codewords()-1), 0, s.Level.Parity()/2, rapid.ID[int])
		for _, at := range places.Draw(t, "errors") {
			s.Stream[at] ^= rapid.ByteRange(1, 255).Draw(t, "error")
		}
		payload, _, err := s.Decode()
		if err != nil || payload.Mode != suncode.Bytes {
			t.Fatalf("mode %v, %v", payload.Mode, err)
		}
		got, err := Keys{want.Key: testKey}.Open(payload.Data)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Fatalf("%v (-want +got):\n%s", err, diff)
		}
	})
}

// TestSceneNumber compares the hand-written arithmetic with math/big.
func TestSceneNumber(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scene := genTicket().Draw(t, "ticket").Scene
		index, err := alphabetOf(scene)
		if err != nil {
			t.Fatal(err)
		}
		characters := alphabets[index].characters
		want := big.NewInt(1)
		for _, c := range scene {
			want.Mul(want, big.NewInt(int64(len(characters))))
			want.Add(want, big.NewInt(int64(strings.IndexRune(characters, c))))
		}
		if got := appendScene(nil, scene, index); !bytes.Equal(got, want.Bytes()) {
			t.Fatalf("%q = %x, want %x", scene, got, want.Bytes())
		}
	})
}

// TestLargest holds that the largest ticket takes exactly what a 72-ray symbol holds.
func TestLargest(t *testing.T) {
	raw, err := Make(Ticket{Develop, MaxApp, MaxPage, MaxKey, strings.Repeat("~", MaxScene)}, testKey)
	if err != nil || len(raw) != MaxSize {
		t.Fatalf("%d bytes, %v; want %d", len(raw), err, MaxSize)
	}
	if s, err := suncode.EncodeBytes(raw); err != nil || s.Level != suncode.Level72 {
		t.Errorf("level %d, %v", s.Level, err)
	}
}

// TestGolden fixes the format: these bytes are what codes in the world say. The seals were computed with Python's hmac.
func TestGolden(t *testing.T) {
	for _, c := range []struct {
		ticket Ticket
		want   string
	}{
		{Ticket{Release, 1, 0, 1, "a=1"}, "24010001" + "013e71" + "60420dbc2edb"},
		{Ticket{Trial, 300, 1, 1, "0001"}, "28ac020101" + "2711" + "78c338652c51"},
		{Ticket{Develop, 1, 2, 200, ""}, "300102c801" + "01" + "858923f270f9"},
	} {
		raw, err := Make(c.ticket, testKey)
		if got := hex.EncodeToString(raw); err != nil || got != c.want {
			t.Errorf("%v = %s, %v; want %s", c.ticket, got, err, c.want)
		}
	}
}

func TestFieldBounds(t *testing.T) {
	good := Ticket{Release, 1, 1, 1, "x"}
	for name, change := range map[string]func(*Ticket){
		"env":        func(t *Ticket) { t.Env = 3 },
		"app 0":      func(t *Ticket) { t.App = 0 },
		"app":        func(t *Ticket) { t.App = MaxApp + 1 },
		"page":       func(t *Ticket) { t.Page = MaxPage + 1 },
		"key 0":      func(t *Ticket) { t.Key = 0 },
		"key":        func(t *Ticket) { t.Key = MaxKey + 1 },
		"long scene": func(t *Ticket) { t.Scene = strings.Repeat("1", 33) },
	} {
		bad := good
		change(&bad)
		if raw, err := Make(bad, testKey); !errors.Is(err, ErrRange) || len(raw) != 0 {
			t.Errorf("%s: %x, %v; want ErrRange", name, raw, err)
		}
	}
	good.Scene = "per%cent"
	if _, err := Make(good, testKey); !errors.Is(err, ErrSceneCharacter) {
		t.Errorf("%%: %v, want ErrSceneCharacter", err)
	}
}

func TestValidScene(t *testing.T) {
	for scene, want := range map[string]error{
		"":                      ErrSceneLength,
		"1":                     nil,
		strings.Repeat("z", 32): nil,
		strings.Repeat("z", 33): ErrSceneLength,
		"a b":                   ErrSceneCharacter,
		"a%20b":                 ErrSceneCharacter,
		"中":                     ErrSceneCharacter,
		`a\u0026b`:              ErrSceneCharacter,
		"{}":                    ErrSceneCharacter,
		"\x00":                  ErrSceneCharacter,
		SceneCharacters[:32]:    nil,
		SceneCharacters[50:]:    nil,
	} {
		if got := ValidScene(scene); !errors.Is(got, want) {
			t.Errorf("ValidScene(%q) = %v, want %v", scene, got, want)
		}
	}
	if len(SceneCharacters) != 82 {
		t.Errorf("%d scene characters, want 82", len(SceneCharacters))
	}
}

func TestMalformed(t *testing.T) {
	seal := strings.Repeat("00", SealSize)
	for name, body := range map[string]string{
		"empty":                 "",
		"too short":             "20010001",
		"version 0":             "0001000101",
		"version 2":             "4001000101",
		"environment 3":         "3801000101",
		"app 0":                 "2000000101",
		"long number":           "208100000101",
		"number over bound":     "20ffffff7f000101",
		"cut number":            "20018080808080",
		"no scene":              "20010001",
		"zero byte first":       "200100010001",
		"leading digit not 1":   "2001000105",
		"scene too big":         "2001000101" + strings.Repeat("00", 26),
		"33 digits":             "20010001" + hex.EncodeToString(new(big.Int).Exp(big.NewInt(10), big.NewInt(33), nil).Bytes()),
		"digits as hexadecimal": "2101000111",
	} {
		raw, err := hex.DecodeString(body + seal)
		if err != nil {
			t.Fatal(name, err)
		}
		if got, err := Parse(raw); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v, %v; want ErrMalformed", name, got, err)
		}
	}
}

// TestEveryFlippedBit forges a ticket in every way one bit can: none opens.
func TestEveryFlippedBit(t *testing.T) {
	keys := Keys{1: testKey, 2: []byte("another key")}
	raw, err := Make(Ticket{Release, 5, 2, 1, "id=1024"}, testKey)
	if err != nil {
		t.Fatal(err)
	}
	for bit := range 8 * len(raw) {
		bad := bytes.Clone(raw)
		bad[bit/8] ^= 1 << (bit % 8)
		if got, err := keys.Open(bad); err == nil {
			t.Errorf("bit %d: opened as %v", bit, got)
		}
	}
	if err := Verify(raw, testKey); err != nil {
		t.Error(err)
	}
	if err := Verify(raw, keys[2]); !errors.Is(err, ErrForged) {
		t.Errorf("other key: %v, want ErrForged", err)
	}
}

// TestKeyRotation holds that a new key does not end the codes of an old one, and that a foreign key is told apart.
func TestKeyRotation(t *testing.T) {
	keys := Keys{1: testKey}
	old, err := Make(Ticket{Release, 1, 0, 1, "old"}, keys[1])
	if err != nil {
		t.Fatal(err)
	}
	keys[2] = []byte("the next key")
	young, err := Make(Ticket{Release, 1, 0, 2, "new"}, keys[2])
	if err != nil {
		t.Fatal(err)
	}
	for _, raw := range [][]byte{old, young} {
		if _, err := keys.Open(raw); err != nil {
			t.Error(err)
		}
	}
	if got, err := (Keys{1: testKey}).Open(young); !errors.Is(err, ErrUnknownKey) || got.Scene != "new" {
		t.Errorf("foreign key: %v, %v; want ErrUnknownKey", got, err)
	}
}

func TestEnv(t *testing.T) {
	for _, e := range []Env{Release, Trial, Develop} {
		if got, ok := ParseEnv(e.String()); !ok || got != e {
			t.Errorf("ParseEnv(%q) = %v, %v", e, got, ok)
		}
	}
	if _, ok := ParseEnv("Release"); ok {
		t.Error(`ParseEnv("Release") is ok`)
	}
}

// FuzzParse holds that a ticket has one form: what parses is made again to the same bytes.
func FuzzParse(f *testing.F) {
	for _, scene := range []string{"", "1", "a=1", SceneCharacters[40:72], "UPPER-lower_0"} {
		raw, err := Make(Ticket{Trial, 70000, 3, 129, scene}, testKey)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		ticket, err := Parse(raw)
		if err != nil {
			if !errors.Is(err, ErrMalformed) {
				t.Fatalf("%v does not wrap ErrMalformed", err)
			}
			return
		}
		again, err := Make(ticket, testKey)
		if err != nil {
			t.Fatal(err)
		}
		body := len(raw) - SealSize
		if len(again) != len(raw) || !bytes.Equal(again[:body], raw[:body]) {
			t.Fatalf("%x parses to %v, which is %x", raw[:body], ticket, again[:body])
		}
	})
}

// TestSealer holds sealers to Make, one ticket after the other.
func TestSealer(t *testing.T) {
	key := []byte("a key that seals what is sealed here")
	sealers := map[uint64]*Sealer{}
	rapid.Check(t, func(t *rapid.T) {
		ticket := genTicket().Draw(t, "ticket")
		ticket.App -= rapid.Uint64Range(0, 1).Draw(t, "less") // 0 is out of range
		if sealers[ticket.Key] == nil {
			sealers[ticket.Key] = NewSealer(ticket.Key, key)
		}
		want, wantErr := Make(ticket, key)
		number := ticket.Key
		ticket.Key = 0
		got, err := sealers[number].Make(ticket)
		if string(got) != string(want) || fmt.Sprint(err) != fmt.Sprint(wantErr) {
			t.Fatalf("%x, %v; want %x, %v", got, err, want, wantErr)
		}
	})
}

func BenchmarkSealer(b *testing.B) {
	s := NewSealer(1, make([]byte, 32))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Make(Ticket{App: 1, Page: 2, Scene: "id=1234567"}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppend(b *testing.B) {
	t := Ticket{Release, 1, 3, 1, "id=1024&f=qr"}
	var buf [MaxSize]byte
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Append(buf[:0], t, testKey); err != nil {
			b.Fatal(err)
		}
	}
}
