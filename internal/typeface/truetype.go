package typeface

import "encoding/binary"

var be = binary.BigEndian

// box is around a glyph, in the subset's units with y up.
type box struct{ left, bottom, right, top int16 }

func (c *contours) box() box {
	b := box{c.nodes[0].x, c.nodes[0].y, c.nodes[0].x, c.nodes[0].y}
	for _, n := range c.nodes {
		b = box{min(b.left, n.x), min(b.bottom, n.y), max(b.right, n.x), max(b.top, n.y)}
	}
	return b
}

func (b box) append(dst []byte) []byte {
	return append16(dst, int(b.left), int(b.bottom), int(b.right), int(b.top))
}

// append16 adds numbers of two bytes, with or without a sign.
func append16(dst []byte, values ...int) []byte {
	for _, v := range values {
		dst = be.AppendUint16(dst, uint16(v))
	}
	return dst
}

// encode is the glyph for the table glyf: every coordinate as a difference in two bytes, no instructions.
func (c *contours) encode(b box) []byte {
	data := b.append(append16(nil, len(c.ends)))
	data = append16(data, c.ends...)
	data = append16(data, 0)
	for _, n := range c.nodes {
		flag := byte(0)
		if n.on {
			flag = 1
		}
		data = append(data, flag)
	}
	last := node{}
	for _, n := range c.nodes {
		data = append16(data, int(n.x)-int(last.x))
		last = n
	}
	last = node{}
	for _, n := range c.nodes {
		data = append16(data, int(n.y)-int(last.y))
		last = n
	}
	if len(data)%2 == 1 {
		data = append(data, 0)
	}
	return data
}

// table is a table of a font file.
type table struct {
	tag  string
	data []byte
}

// File is the subset as a TrueType font with the tables that PDF asks for, which do not include one from characters
// to glyphs: glyphs are called by their numbers.
func (s *Subset) File() []byte {
	glyf, loca := s.outlines()
	tables := []table{
		{"glyf", glyf}, {"head", s.head()}, {"hhea", s.hhea()}, {"hmtx", s.hmtx()}, {"loca", loca}, {"maxp", s.maxp()},
	}
	file := append16([]byte{0, 1, 0, 0}, len(tables), 64, 2, 16*len(tables)-64)
	at := len(file) + 16*len(tables)
	for _, t := range tables {
		file = append(file, t.tag...)
		file = be.AppendUint32(file, checksum(t.data))
		file = be.AppendUint32(file, uint32(at))
		file = be.AppendUint32(file, uint32(len(t.data)))
		at += (len(t.data) + 3) &^ 3
	}
	head := 0
	for _, t := range tables {
		if t.tag == "head" {
			head = len(file)
		}
		file = append(file, t.data...)
		for len(file)%4 != 0 {
			file = append(file, 0)
		}
	}
	be.PutUint32(file[head+8:], 0xB1B0AFBA-checksum(file))
	return file
}

func checksum(data []byte) (sum uint32) {
	for ; len(data) >= 4; data = data[4:] {
		sum += be.Uint32(data)
	}
	var rest [4]byte
	copy(rest[:], data)
	return sum + be.Uint32(rest[:])
}

func (s *Subset) outlines() (glyf, loca []byte) {
	for _, g := range s.glyphs {
		loca = be.AppendUint32(loca, uint32(len(glyf)))
		glyf = append(glyf, g.data...)
	}
	return glyf, be.AppendUint32(loca, uint32(len(glyf)))
}

func (s *Subset) head() []byte {
	data := append16(nil, 1, 0, 1, 0)       // versions of the table and the font
	data = append16(data, 0, 0)             // checksum, set at last
	data = append16(data, 0x5F0F, 0x3CF5)   // magic number
	data = append16(data, 0b1011, s.unit()) // flags: baseline at 0, left edge at the bearing, whole sizes
	data = append(data, make([]byte, 16)...)
	data = s.bounds().append(data)
	return append16(data, 0, 8, 2, 1, 0) // style, least size, direction, long offsets, format
}

func (s *Subset) hhea() []byte {
	widest, left, right := 0, 0, 0
	for _, g := range s.glyphs {
		widest, left = max(widest, g.advance), min(left, g.left)
		right = min(right, g.advance-int(g.box.right))
	}
	ascent, descent, _ := s.Metrics()
	data := append16(nil, 1, 0, ascent*s.unit()/1000, descent*s.unit()/1000, 0, widest, left, right, int(s.bounds().right), 1)
	data = append(data, make([]byte, 14)...)
	return append16(data, len(s.glyphs))
}

func (s *Subset) hmtx() (data []byte) {
	for _, g := range s.glyphs {
		data = append16(data, g.advance, g.left)
	}
	return data
}

func (s *Subset) maxp() []byte {
	data := append16(nil, 1, 0, len(s.glyphs), s.points, s.curves, 0, 0, 1)
	return append(data, make([]byte, 32-len(data))...)
}
