package typeface

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// MaxBytes is the largest font file that Parse takes, in bytes: more than any font of today has.
const MaxBytes = 64 << 20

// ErrFont is wrapped by the errors of Parse.
var ErrFont = errors.New("typeface: unusable font")

// MissingError is a character that a font does not have.
type MissingError struct {
	Rune rune
	Face string // the font's name
}

// Error names the character and the font.
func (e *MissingError) Error() string {
	return fmt.Sprintf("the font %s has no %q (%U)", e.Face, e.Rune, e.Rune)
}

// Face is a font. It is safe for concurrent use.
type Face struct {
	font       *sfnt.Font
	data       []byte
	name       string // for people
	postScript string // for PDF
	unit       fixed.Int26_6
	ascent     float64 // of the type size, as the rest
	descent    float64 // below the line, positive
	capital    float64
	buffers    sync.Pool
}

// Parse reads a TrueType or OpenType font of at most MaxBytes, or the first one of a collection. It keeps data. Errors
// wrap [ErrFont].
func Parse(data []byte) (*Face, error) {
	if len(data) > MaxBytes {
		return nil, fmt.Errorf("%w: %d bytes, at most %d", ErrFont, len(data), MaxBytes)
	}
	if len(data) == 0 {
		return nil, fmt.Errorf("%w: an empty file", ErrFont)
	}
	collection, err := sfnt.ParseCollection(data)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFont, err)
	}
	first, err := collection.Font(0)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFont, err)
	}
	f := &Face{font: first, data: data, unit: fixed.I(int(first.UnitsPerEm()))}
	f.buffers.New = func() any { return new(sfnt.Buffer) }
	return f, f.readHead()
}

// readHead takes the names and the measures.
func (f *Face) readHead() error {
	if f.font.NumGlyphs() < 1 || f.unit <= 0 {
		return fmt.Errorf("%w: no glyphs", ErrFont)
	}
	var b sfnt.Buffer
	m, err := f.font.Metrics(&b, f.unit, font.HintingNone)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrFont, err)
	}
	f.ascent, f.descent, f.capital = f.em(m.Ascent), f.em(m.Descent), f.em(m.CapHeight)
	if f.capital <= 0 {
		f.capital = 0.7
	}
	f.name = f.readName(&b, sfnt.NameIDFull, "without a name")
	f.postScript = strings.Map(plain, f.readName(&b, sfnt.NameIDPostScript, f.name))
	return nil
}

// maxName bounds a font's name, in bytes.
const maxName = 63

func (f *Face) readName(b *sfnt.Buffer, id sfnt.NameID, otherwise string) string {
	name, err := f.font.Name(b, id)
	if err != nil || name == "" || len(name) > maxName {
		return otherwise
	}
	return name
}

// plain drops what a name in a PDF may not have.
func plain(r rune) rune {
	if r == '-' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
		return r
	}
	return -1
}

// em is a font's length as a part of the type size.
func (f *Face) em(v fixed.Int26_6) float64 { return float64(v) / float64(f.unit) }

// Name is what the font calls itself.
func (f *Face) Name() string { return f.name }

// ID tells the font from all others: its name and the beginning of its file's SHA-256.
func (f *Face) ID() string {
	sum := sha256.Sum256(f.data)
	return fmt.Sprintf("%s %x", f.name, sum[:8])
}

// Capital is how high a capital letter stands over the line, in type sizes.
func (f *Face) Capital() float64 { return f.capital }

// Width is how wide a text runs, in type sizes. The error is a [*MissingError].
func (f *Face) Width(text string) (float64, error) {
	b := f.buffers.Get().(*sfnt.Buffer)
	defer f.buffers.Put(b)
	var sum fixed.Int26_6
	for _, r := range text {
		_, advance, err := f.glyph(b, r)
		if err != nil {
			return 0, err
		}
		sum += advance
	}
	return f.em(sum), nil
}

// glyph is a character's glyph and its width.
func (f *Face) glyph(b *sfnt.Buffer, r rune) (sfnt.GlyphIndex, fixed.Int26_6, error) {
	index, err := f.font.GlyphIndex(b, r)
	if err != nil || index == 0 {
		return 0, 0, &MissingError{r, f.name}
	}
	advance, err := f.font.GlyphAdvance(b, index, f.unit, font.HintingNone)
	if err != nil || advance < 0 {
		return 0, 0, &MissingError{r, f.name}
	}
	return index, advance, nil
}

//go:embed font/NotoSansSC.ttf.gz
var packed []byte

// Default is the font that is built in: Noto Sans SC Regular, cut to Latin, Greek, Cyrillic and GB 2312, with letters of
// eastern Europe from Source Sans 3. Both are under the SIL Open Font License, which lies beside the font.
var Default = sync.OnceValue(func() *Face {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		panic(err) // the file is part of the program, and a test reads it
	}
	data, err := io.ReadAll(r)
	if err != nil {
		panic(err)
	}
	f, err := Parse(data)
	if err != nil {
		panic(err)
	}
	return f
})
