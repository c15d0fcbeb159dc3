package render

// Badge is what fills the disc at the bottom right of a code. Like a Logo it is safe for concurrent use.
type Badge struct{ emblem }

// ParseBadge reads a badge as ParseLogo reads a logo.
func ParseBadge(data []byte) (*Badge, error) {
	p, err := parsePhoto(data)
	if err != nil {
		return nil, err
	}
	return &Badge{emblem{photo: p}}, nil
}

// ourBadge is the project's own sign: a sun of beams and dots, as the codes have them, on the evening sky.
var ourBadge = &Badge{emblem{mark: sunMark()}}

func sunMark() []layer {
	sky, sun := rgb(0x4a2040), rgb(0xffb938)
	mark := []layer{{disc(point{}, 1), sky}, {disc(point{}, 0.31), sun}}
	const beams = 16
	for i := range beams {
		begin, end := 0.52, 0.52
		if i%2 == 0 {
			end = 0.74
		}
		mark = append(mark, layer{beam(i*bearings/beams, begin, end, 0.068), sun})
	}
	return mark
}
