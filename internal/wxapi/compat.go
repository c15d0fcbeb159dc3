package wxapi

import "fmt"

// Compat is how closely the body of a request is looked at.
type Compat uint8

const (
	// WeChat is every strictness that was seen on the platform's API. It is the default.
	WeChat Compat = iota
	// Lenient also takes what the platform refuses but what has only one sensible meaning. Whatever [WeChat] takes,
	// Lenient takes with the same meaning. docs/API.md has the list.
	Lenient
)

// String is the name of the mode as the command line has it: "wechat" or "lenient".
func (c Compat) String() string {
	if c == Lenient {
		return "lenient"
	}
	return "wechat"
}

// MarshalText implements [encoding.TextMarshaler] with [Compat.String].
func (c Compat) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads "wechat" or "lenient".
func (c *Compat) UnmarshalText(text []byte) error {
	switch string(text) {
	case WeChat.String():
		*c = WeChat
	case Lenient.String():
		*c = Lenient
	default:
		return fmt.Errorf("compat %q is neither wechat nor lenient", text)
	}
	return nil
}
