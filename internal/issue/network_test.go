package issue_test

import (
	"net/netip"
	"testing"

	"github.com/suncode/suncode/internal/issue"
)

func TestParseNetwork(t *testing.T) {
	for text, want := range map[string]string{
		"192.0.2.0/24":         "192.0.2.0/24",
		"192.0.2.77/24":        "192.0.2.0/24",
		"192.0.2.1":            "192.0.2.1/32",
		"0.0.0.0/0":            "0.0.0.0/0",
		"2001:db8::1":          "2001:db8::1/128",
		"2001:DB8::1/32":       "2001:db8::/32",
		"::ffff:192.0.2.1":     "192.0.2.1/32",
		"::ffff:192.0.2.9/120": "192.0.2.0/24",
		"::/0":                 "::/0",
	} {
		if got, err := issue.ParseNetwork(text); err != nil || got.String() != want {
			t.Errorf("%s: %v, %v, want %s", text, got, err, want)
		}
	}
	for _, text := range []string{"", "/", "192.0.2.0/33", "192.0.2", "192.0.2.0/", "fe80::1%eth0", "fe80::%eth0/64", " 192.0.2.1", "localhost", "192.0.2.01"} {
		_, err := issue.ParseNetwork(text)
		wantCode(t, text, err, issue.InvalidArgs)
	}
}

func TestAdmits(t *testing.T) {
	app := &issue.App{}
	if !app.Admits(netip.MustParseAddr("192.0.2.1")) {
		t.Error("an app without a list admits nobody")
	}
	for _, text := range []string{"192.0.2.0/24", "2001:db8::/32"} {
		network, err := issue.ParseNetwork(text)
		if err != nil {
			t.Fatal(err)
		}
		app.Networks = append(app.Networks, network)
	}
	for text, want := range map[string]bool{
		"192.0.2.255": true, "192.0.3.0": false, "::ffff:192.0.2.1": true, "2001:db8:ffff::": true, "2001:db9::": false, "2001:db8::1%eth0": true,
	} {
		if got := app.Admits(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
	if app.Admits(netip.Addr{}) {
		t.Error("no address is admitted")
	}
}

// FuzzParseNetwork holds that what is read is written the same way again, and has no bits behind its prefix.
func FuzzParseNetwork(f *testing.F) {
	for _, seed := range []string{"192.0.2.0/24", "::ffff:1.2.3.4/97", "2001:db8::1", "::/0", "x", "1.2.3.4/"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		network, err := issue.ParseNetwork(text)
		if err != nil {
			return
		}
		if again, err := issue.ParseNetwork(network.String()); err != nil || again != network || network != network.Masked() {
			t.Fatalf("%q: %v, then %v, %v", text, network, again, err)
		}
		if !issue.Within([]netip.Prefix{network}, network.Addr()) {
			t.Fatalf("%q: %v does not contain its own address", text, network)
		}
	})
}
