package issue_test

import (
	"bytes"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/ticket"
)

func TestResolveRefuses(t *testing.T) {
	s := open(t)
	app, _ := addApp(t, s, "one")
	publish(t, s, app, ticket.Release, "p")
	_, key := s.Snapshot().SealingKey()
	other := bytes.Repeat([]byte{7}, len(key))
	made := func(key []byte, edit func(t *ticket.Ticket)) []byte {
		fields := ticket.Ticket{App: app.Number, Page: 1, Key: 1, Scene: "a=1"}
		edit(&fields)
		raw, err := ticket.Make(fields, key)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	same := func(*ticket.Ticket) {}
	good := made(key, same)
	altered := bytes.Clone(good)
	altered[1]++ // the app's number

	for _, test := range []struct {
		name string
		raw  []byte
		want issue.Code
	}{
		{"nothing", nil, issue.MalformedTicket},
		{"text", []byte("hello, this is no ticket"), issue.MalformedTicket},
		{"cut", good[:len(good)-8], issue.MalformedTicket},
		{"another version", append([]byte{good[0] ^ 0x60}, good[1:]...), issue.MalformedTicket},
		{"another registry's seal", made(other, same), issue.ForgedTicket},
		{"altered app", altered, issue.ForgedTicket},
		{"altered environment", append([]byte{good[0] | 0x08}, good[1:]...), issue.ForgedTicket},
		{"unknown key", made(key, func(t *ticket.Ticket) { t.Key = 9 }), issue.UnknownTicket},
		{"unknown app", made(key, func(t *ticket.Ticket) { t.App = 9 }), issue.UnknownTicket},
		{"unknown page", made(key, func(t *ticket.Ticket) { t.Page = 9 }), issue.UnknownTicket},
		{"home page of nothing", made(key, func(t *ticket.Ticket) { t.Page, t.Env = 0, ticket.Trial }), issue.NotPublished},
		{"unknown path", made(key, func(t *ticket.Ticket) { t.Scene = "" }), issue.UnknownTicket},
	} {
		_, err := issue.NewResolver(s).Resolve(test.raw)
		wantCode(t, test.name, err, test.want)
	}
	if target, err := issue.NewResolver(s).Resolve(good); err != nil || target.Path != "p?scene=a%3D1" {
		t.Errorf("the true one: %v, %v", target, err)
	}
}

// TestOneBitWrong flips each bit of a ticket: none may resolve.
func TestOneBitWrong(t *testing.T) {
	s := open(t)
	app, _ := addApp(t, s, "one")
	publish(t, s, app, ticket.Release, "p")
	good, err := issue.NewIssuer(s).Mint(t.Context(), issue.NewRequest(app.Number, "a=1"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range len(good) * 8 {
		raw := bytes.Clone(good)
		raw[i/8] ^= 1 << (i % 8)
		if target, err := issue.NewResolver(s).Resolve(raw); err == nil {
			t.Errorf("with bit %d flipped it resolves to %+v", i, target)
		}
	}
}

func TestEncodeURIComponent(t *testing.T) {
	// What Node prints for encodeURIComponent of the 82 scene characters and of a few others.
	const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	for in, want := range map[string]string{
		letters:                letters,
		"!#$&'()*+,/:;=?@-._~": "!%23%24%26'()*%2B%2C%2F%3A%3B%3D%3F%40-._~",
		"a=1":                  "a%3D1",
		" %\"\\<>[]^`{|}":      "%20%25%22%5C%3C%3E%5B%5D%5E%60%7B%7C%7D",
		"码é😀":                  "%E7%A0%81%C3%A9%F0%9F%98%80",
		"":                     "",
	} {
		if got := issue.EncodeURIComponent(in); got != want {
			t.Errorf("EncodeURIComponent(%q) = %q, want %q", in, got, want)
		}
	}
	// QueryEscape differs from it in these alone.
	query := strings.NewReplacer("+", "%20", "%21", "!", "%27", "'", "%28", "(", "%29", ")", "%2A", "*")
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.String().Draw(t, "in")
		got := issue.EncodeURIComponent(in)
		if want := query.Replace(url.QueryEscape(in)); got != want {
			t.Fatalf("EncodeURIComponent(%q) = %q, want %q", in, got, want)
		}
	})
}
