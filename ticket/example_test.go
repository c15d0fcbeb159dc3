package ticket_test

import (
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/suncode/suncode/ticket"
)

// Ten lines from a scene to a ticket and back.
func Example() {
	keys := ticket.Keys{1: []byte("thirty-two random bytes are good")}
	raw, err := ticket.Make(ticket.Ticket{Env: ticket.Trial, App: 7, Page: 3, Key: 1, Scene: "id=1024"}, keys[1])
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(raw), "bytes:", base64.RawURLEncoding.EncodeToString(raw))

	t, err := keys.Open(raw)
	fmt.Println(t.Env, t.App, t.Page, t.Scene, err)
	// Output:
	// 15 bytes: LAcDATelTdpU9Xt0WZpH
	// trial 7 3 id=1024 <nil>
}

// Who has no key can read what a ticket claims, and nothing more.
func ExampleParse() {
	raw, err := base64.RawURLEncoding.DecodeString("LAcDATelTdpUAAAAAAAA")
	if err != nil {
		fmt.Println(err)
		return
	}
	t, err := ticket.Parse(raw)
	fmt.Println(t.App, t.Page, t.Scene, err)
	// Output:
	// 7 3 id=1024 <nil>
}

// Opening tells apart what is broken, what another registry made, and what somebody forged.
func ExampleKeys_Open() {
	mine := ticket.Keys{1: []byte("my key")}
	open := func(app, key uint64, secret string) {
		raw, err := ticket.Make(ticket.Ticket{App: app, Key: key, Scene: "x"}, []byte(secret))
		if err != nil {
			fmt.Println(err)
			return
		}
		_, err = mine.Open(raw)
		switch {
		case err == nil:
			fmt.Println("opened")
		case errors.Is(err, ticket.ErrForged):
			fmt.Println("forged")
		case errors.Is(err, ticket.ErrUnknownKey):
			fmt.Println("from elsewhere")
		default:
			fmt.Println("malformed")
		}
	}
	open(5, 1, "my key")
	open(5, 1, "a guess")
	open(5, 2, "their key")
	// Output:
	// opened
	// forged
	// from elsewhere
}

// ValidScene checks what a client of the API sends.
func ExampleValidScene() {
	fmt.Println(ticket.ValidScene("a=1&b=2"))
	fmt.Println(ticket.ValidScene("50%"))
	fmt.Println(ticket.ValidScene("id=中文"))
	fmt.Println(ticket.ValidScene(""))
	// Output:
	// <nil>
	// ticket: character not allowed in a scene: '%' at 2
	// ticket: character not allowed in a scene: '中' at 3
	// ticket: a scene has 1 to 32 characters
}
