package typeface

import (
	"golang.org/x/image/font/sfnt"
)

// MaxGlyphs is how many characters a subset can have.
const MaxGlyphs = 1<<16 - 2

// Subset is a font being cut to the characters of a document. It is not safe for concurrent use.
type Subset struct {
	face    *Face
	numbers map[rune]uint16
	runes   []rune // of the glyphs from 1 on
	glyphs  []glyph
	scale   int
	points  int // the most of a glyph
	curves  int
}

// glyph is a glyph as the file has it.
type glyph struct {
	data    []byte // even in length
	advance int
	left    int
	box     box
}

// Subset begins a subset of the font, with nothing but the glyph for what is missing.
func (f *Face) Subset() *Subset {
	s := &Subset{face: f, numbers: map[rune]uint16{}, scale: 1}
	if f.font.UnitsPerEm() <= 4096 {
		s.scale = 2 // so that points half way between others keep their place
	}
	b := f.buffers.Get().(*sfnt.Buffer)
	defer f.buffers.Put(b)
	s.glyphs = append(s.glyphs, s.load(b, 0))
	return s
}

// Encode adds the glyph numbers of a text to dst, two bytes each, and takes the glyphs that are new into the subset.
// The error is a [*MissingError], and then nothing is added.
func (s *Subset) Encode(dst []byte, text string) ([]byte, error) {
	if _, err := s.face.Width(text); err != nil {
		return dst, err
	}
	b := s.face.buffers.Get().(*sfnt.Buffer)
	defer s.face.buffers.Put(b)
	for _, r := range text {
		n, ok := s.numbers[r]
		if !ok {
			if len(s.runes) == MaxGlyphs {
				return dst, &MissingError{r, s.face.name}
			}
			index, _, err := s.face.glyph(b, r)
			if err != nil {
				return dst, err
			}
			s.runes = append(s.runes, r)
			n = uint16(len(s.runes))
			s.numbers[r] = n
			s.glyphs = append(s.glyphs, s.load(b, index))
		}
		dst = append(dst, byte(n>>8), byte(n))
	}
	return dst, nil
}

// load makes a glyph of the subset. One that cannot be read is empty.
func (s *Subset) load(b *sfnt.Buffer, index sfnt.GlyphIndex) glyph {
	advance, err := s.face.font.GlyphAdvance(b, index, s.face.unit, 0)
	if err != nil {
		advance = s.face.unit / 2
	}
	g := glyph{advance: max(0, min(1<<16-1, int(advance)*s.scale>>6))}
	segments, err := s.face.font.LoadGlyph(b, index, s.face.unit, nil)
	if err != nil || len(segments) == 0 {
		return g
	}
	c := makeContours(segments, s.scale)
	s.points, s.curves = max(s.points, len(c.nodes)), max(s.curves, len(c.ends))
	g.box = c.box()
	g.left = int(g.box.left)
	g.data = c.encode(g.box)
	return g
}

// Runes are the characters of the glyphs from number 1 on.
func (s *Subset) Runes() []rune { return s.runes }

// Widths are the widths of all glyphs, in 1/1000 of the type size.
func (s *Subset) Widths() []int {
	widths := make([]int, len(s.glyphs))
	for i, g := range s.glyphs {
		widths[i] = s.perMille(g.advance)
	}
	return widths
}

// Box is around all glyphs: left, bottom, right, top, in 1/1000 of the type size.
func (s *Subset) Box() [4]int {
	b := s.bounds()
	return [4]int{s.perMille(int(b.left)), s.perMille(int(b.bottom)), s.perMille(int(b.right)), s.perMille(int(b.top))}
}

func (s *Subset) bounds() (b box) {
	for i, g := range s.glyphs {
		if i == 0 {
			b = g.box
		}
		b = box{min(b.left, g.box.left), min(b.bottom, g.box.bottom), max(b.right, g.box.right), max(b.top, g.box.top)}
	}
	return b
}

// PostScript is the font's name in letters and digits.
func (s *Subset) PostScript() string {
	if s.face.postScript == "" {
		return "Font"
	}
	return s.face.postScript
}

// Metrics are how far letters reach over and below the line, the second one negative, and how high a capital is, in
// 1/1000 of the type size.
func (s *Subset) Metrics() (ascent, descent, capital int) {
	return int(1000 * s.face.ascent), -int(1000 * s.face.descent), int(1000 * s.face.capital)
}

func (s *Subset) perMille(v int) int { return (v*1000 + s.unit()/2) / s.unit() }

// unit is how many of the subset's units the type size has.
func (s *Subset) unit() int { return int(s.face.font.UnitsPerEm()) * s.scale }
