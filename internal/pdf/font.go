package pdf

import (
	"fmt"
	"strings"
	"unicode/utf16"
)

// Font is a TrueType font with a document's glyphs and nothing else.
type Font struct {
	Name                     string // PostScript name, without the tag of a subset
	File                     []byte // the font
	Runes                    []rune // what the glyphs mean, from glyph 1 on
	Widths                   []int  // of the glyphs from 0 on, in 1/1000 of the type size
	Ascent, Descent, Capital int    // in 1/1000 of the type size; Descent is negative
	Box                      [4]int // around all glyphs: left, bottom, right, top
}

// WriteFont writes a font whose glyphs Content.Text takes by their numbers.
func (w *Writer) WriteFont(r Ref, f *Font) {
	child, descriptor, file, unicode := w.Reserve(), w.Reserve(), w.Reserve(), w.Reserve()
	name := f.tag() + "+" + f.Name
	w.Object(r, "<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H/DescendantFonts[%s]/ToUnicode %s>>", name, child, unicode)
	w.Object(child, "<</Type/Font/Subtype/CIDFontType2/BaseFont/%s/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"+
		"/FontDescriptor %s/CIDToGIDMap/Identity/DW 1000/W[0 %v]>>", name, descriptor, f.Widths)
	w.Object(descriptor, "<</Type/FontDescriptor/FontName/%s/Flags 4/FontBBox %v/ItalicAngle 0/Ascent %d/Descent %d/CapHeight %d"+
		"/StemV 80/FontFile2 %s>>", name, f.Box, f.Ascent, f.Descent, f.Capital, file)
	w.Flate(file, fmt.Sprintf("/Length1 %d", len(f.File)), f.File)
	w.Flate(unicode, "", f.toUnicode())
}

// tag is six capital letters that tell one subset of a font from another.
func (f *Font) tag() string {
	sum := uint64(14695981039346656037) // FNV-1a
	for _, r := range f.Runes {
		sum = (sum ^ uint64(r)) * 1099511628211
	}
	var tag [6]byte
	for i := range tag {
		tag[i] = 'A' + byte(sum%26)
		sum /= 26
	}
	return string(tag[:])
}

// toUnicode is the map from glyphs to text, in blocks of at most 100.
func (f *Font) toUnicode() []byte {
	var b strings.Builder
	b.WriteString("/CIDInit/ProcSet findresource begin\n12 dict begin\nbegincmap\n" +
		"/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def\n/CMapName/Adobe-Identity-UCS def\n/CMapType 2 def\n" +
		"1 begincodespacerange\n<0000><FFFF>\nendcodespacerange\n")
	for from := 0; from < len(f.Runes); from += 100 {
		block := f.Runes[from:min(from+100, len(f.Runes))]
		fmt.Fprintf(&b, "%d beginbfchar\n", len(block))
		for i, r := range block {
			fmt.Fprintf(&b, "<%04X><", from+i+1)
			for _, unit := range utf16.AppendRune(nil, r) {
				fmt.Fprintf(&b, "%04X", unit)
			}
			b.WriteString(">\n")
		}
		b.WriteString("endbfchar\n")
	}
	b.WriteString("endcmap\nCMapName currentdict/CMap defineresource pop\n" + "end\n" + "end\n")
	return []byte(b.String())
}
