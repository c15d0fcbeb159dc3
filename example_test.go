package suncode_test

import (
	"bytes"
	"fmt"
	"image/png"

	"github.com/suncode/suncode"
	"github.com/suncode/suncode/render"
	"github.com/suncode/suncode/scan"
	"github.com/suncode/suncode/ticket"
)

// The whole way: a ticket is sealed, encoded, drawn, found in the picture, and opened.
func Example() {
	keys := ticket.Keys{1: []byte("thirty-two random bytes are good")}
	raw, err := ticket.Make(ticket.Ticket{App: 7, Page: 3, Key: 1, Scene: "a=1"}, keys[1])
	check(err)
	symbol, err := suncode.EncodeBytes(raw)
	check(err)
	var picture bytes.Buffer
	check(render.PNG(&picture, &symbol, render.Options{WidthPx: 280}))

	img, err := png.Decode(&picture)
	check(err)
	for _, code := range scan.Find(img, scan.Options{}) {
		raw, _ := code.Ticket()
		t, err := keys.Open(raw)
		fmt.Println(t.App, t.Page, t.Scene, err)
	}
	// Output:
	// 7 3 a=1 <nil>
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// The smallest symbol that holds the payload, and its way back after damage.
func ExampleEncodeBytes() {
	s, err := suncode.EncodeBytes([]byte("eighteen bytes fit"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(s.Level.Rays(), "rays,", s.Level.Codewords(), "codewords")

	s.Stream[3] ^= 0xFF // a thumb on the poster
	payload, corrected, err := s.Decode()
	fmt.Printf("%s %q, %d corrected, %v\n", payload.Mode, payload.Data, corrected, err)
	// Output:
	// 36 rays, 38 codewords
	// bytes "eighteen bytes fit", 1 corrected, <nil>
}

// Texts of the platform's codes are alphanumeric; ray count and level follow from their length.
func ExampleEncodeText() {
	for _, text := range []string{"1J-0JWBXQ58M94NEP/-IBE:.OZ", "HELLO, WORLD"} {
		s, err := suncode.EncodeText(text)
		fmt.Println(s.Level.Rays(), err)
	}
	// Output:
	// 36 <nil>
	// 0 suncode: character outside the alphanumeric alphabet: ','
}

// Codewords known to be lost cost half of what errors cost: all of the parity can mend them.
func ExampleSymbol_Decode() {
	text := suncode.Payload{Mode: suncode.Alphanumeric, Data: []byte("AS IN A REAL CODE")}
	s, err := suncode.Encode(text, suncode.Level36H, 7)
	if err != nil {
		fmt.Println(err)
		return
	}
	var lost []int
	for codeword := range s.Level.Parity() {
		s.Stream[codeword] = 0
		lost = append(lost, codeword)
	}
	payload, _, err := s.Decode(lost...)
	fmt.Printf("%d of %d codewords lost: %q %v\n", len(lost), s.Level.Codewords(), payload.Data, err)
	// Output:
	// 18 of 38 codewords lost: "AS IN A REAL CODE" <nil>
}

// A drawer walks the grid and asks which places are dark.
func ExampleSymbol_Dark() {
	s, err := suncode.EncodeBytes([]byte("rays"))
	if err != nil {
		fmt.Println(err)
		return
	}
	dark := 0
	for ray := range suncode.RaySlots {
		for k := range suncode.Radii {
			if s.Dark(ray, k) && suncode.Plan(s.Level.Rays())[ray][k].Kind == suncode.Fixed {
				dark++
			}
		}
	}
	fmt.Println(dark, "places are always dark")
	// Output:
	// 52 places are always dark
}
