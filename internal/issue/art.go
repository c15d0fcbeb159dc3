package issue

import (
	"image/color"
	"sync"

	"github.com/suncode/suncode/render"
)

// MaxArt is the largest logo or badge file, in bytes.
const MaxArt = 2 << 20

// Art is how an app's codes look beside their lines. The files are read when
// the first code needs them, once, so that a registry of many apps starts at
// once and an app that is never used costs no picture.
type Art struct {
	logo  func() *render.Logo
	badge func() *render.Badge
	tone  func() color.NRGBA
}

// NewArt makes the art of the app from its logo and badge files; empty ones
// mean that it has none. A file that cannot be read counts as none: it was
// checked when it came in, and if a newer program has become stricter, one app
// goes without its picture and all others go on.
func NewArt(appID string, logo, badge []byte) *Art {
	a := &Art{
		logo: sync.OnceValue(func() *render.Logo {
			if parsed, err := ParseLogo(logo); err == nil && parsed != nil {
				return parsed
			}
			return render.DefaultLogo(appID)
		}),
		badge: sync.OnceValue(func() *render.Badge {
			parsed, _ := ParseBadge(badge) // nil on an error, see above
			return parsed
		}),
	}
	a.tone = sync.OnceValue(func() color.NRGBA {
		if tone, ok := a.logo().Tone(); ok {
			return tone
		}
		return color.NRGBA{A: 255}
	})
	return a
}

// Logo is the app's logo, or one of ours that follows from its appid.
func (a *Art) Logo() *render.Logo { return a.logo() }

// Badge is the app's badge; nil means render's own.
func (a *Art) Badge() *render.Badge { return a.badge() }

// Tone is the colour that auto_color gives the lines: the logo's dominant tone
// if it is dark enough to be scanned, else black.
func (a *Art) Tone() color.NRGBA { return a.tone() }

// ParseLogo reads a logo's file; no bytes are no logo (nil). Errors are
// [InvalidArt].
func ParseLogo(data []byte) (*render.Logo, error) { return parseArt("logo", data, render.ParseLogo) }

// ParseBadge reads a badge's file; no bytes are no badge (nil). Errors are
// [InvalidArt].
func ParseBadge(data []byte) (*render.Badge, error) {
	return parseArt("badge", data, render.ParseBadge)
}

func parseArt[T any](what string, data []byte, parse func([]byte) (*T, error)) (*T, error) {
	if len(data) == 0 {
		return nil, nil
	}
	if len(data) > MaxArt {
		return nil, fail(InvalidArt, "invalid "+what, "the file has %d bytes, at most %d are taken", len(data), MaxArt)
	}
	art, err := parse(data)
	if err != nil {
		return nil, &Error{Code: InvalidArt, Message: "invalid " + what, Hint: err.Error(), Err: err}
	}
	return art, nil
}
