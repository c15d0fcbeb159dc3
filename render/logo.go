package render

import (
	"crypto/sha256"
	"encoding/binary"
	"image/color"
)

// Logo is what fills the disc in the middle of a code. It is safe for concurrent use, so one Logo serves all codes of
// an app: it keeps the copies scaled to the last few widths.
type Logo struct{ emblem }

// ParseLogo reads a logo from a JPEG, PNG or WebP file of any size within MaxPictureBytes and MaxPicturePixels. Its
// middle square is drawn, cut to the disc; what is transparent in it becomes white. Errors wrap ErrPicture.
func ParseLogo(data []byte) (*Logo, error) {
	p, err := parsePhoto(data)
	if err != nil {
		return nil, err
	}
	return &Logo{emblem{photo: p}}, nil
}

// logoColours are calm grounds for default logos. Each keeps a contrast of 3 or more against white, so that it can be
// a line colour as well.
var logoColours = []color.NRGBA{
	rgb(0xb5452c), rgb(0xa8541a), rgb(0x8a6a12), rgb(0x5f7a1f), rgb(0x2f7d4f), rgb(0x1f7a76),
	rgb(0x23719c), rgb(0x3a62ad), rgb(0x5856b0), rgb(0x7a4ea3), rgb(0x9c4585), rgb(0xa84360),
}

func rgb(hex uint32) color.NRGBA {
	return color.NRGBA{R: uint8(hex >> 16), G: uint8(hex >> 8), B: uint8(hex), A: 255}
}

// DefaultLogo is a mark of ours for an app without a logo: a sun whose colour and rays follow from the app's name, so
// that two apps are likely to look different and one always looks the same.
func DefaultLogo(name string) *Logo {
	digest := sha256.Sum256([]byte(name))
	seed := binary.BigEndian.Uint64(digest[:])
	ground := logoColours[seed%uint64(len(logoColours))]
	const rays = 24
	mark := []layer{{disc(point{}, 1), ground}, {disc(point{}, 0.27), white}}
	for ray := range rays {
		end := 0.53
		if seed>>(8+ray)&1 == 1 {
			end = 0.7
		}
		mark = append(mark, layer{beam(ray*bearings/rays, 0.43, end, 0.035), white})
	}
	return &Logo{emblem{mark: mark}}
}

// beam is a capsule that points away from the centre of a mark.
func beam(direction int, from, to, radius float64) shape {
	return shape{
		from: point{}.out(direction, from), to: point{}.out(direction, to),
		bearing: direction, radius: radius,
	}
}
