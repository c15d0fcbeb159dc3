package typeface

import (
	"bytes"
	"errors"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/image/font/gofont/goregular"
)

// TestDefault holds the font that is built in to what it is meant to have: of the 20,992 places for Chinese characters
// the 6,763 of GB 2312.
func TestDefault(t *testing.T) {
	f := Default()
	count := 0
	for r := rune(0x4E00); r <= 0x9FFF; r++ {
		if _, err := f.Width(string(r)); err == nil {
			count++
		}
	}
	if count != 6763 {
		t.Errorf("%d Chinese characters, want the 6763 of GB 2312", count)
	}
	for _, text := range []string{"!~ Àÿœß", "Łódź, Žluťoučký kůň, Őrült ű, İğş, Țară, ĻĢŅ, Phở Việt, ẞ", "—…“”‘’·€№℃①→", "，。、；：？！（）《》【】￥％", "ΑωЖя", "桌号 42 茶馆一号店"} {
		if _, err := f.Width(text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	if len(packed) > 2_500_000 {
		t.Errorf("%d bytes", len(packed))
	}
}

func TestWidth(t *testing.T) {
	chinese, err := Default().Width("茶馆")
	if err != nil || chinese != 2 {
		t.Errorf("two Chinese characters are %v wide, %v", chinese, err)
	}
	_, err = Default().Width("a𠮷")
	if missing, ok := errors.AsType[*MissingError](err); !ok || missing.Rune != '𠮷' {
		t.Errorf("got %v", err)
	}
	if want := "the font Noto Sans SC Regular has no '𠮷' (U+20BB7)"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestParse(t *testing.T) {
	for name, data := range map[string][]byte{
		"nothing": nil, "text": []byte("no font at all, but long enough"), "cut": goregular.TTF[:5000],
		"long": make([]byte, MaxBytes+1),
	} {
		if f, err := Parse(data); !errors.Is(err, ErrFont) {
			t.Errorf("%s: got %v, %v", name, f, err)
		}
	}
	f, err := Parse(goregular.TTF)
	if err != nil || f.Name() != "Go Regular" || !(f.Capital() > 0.6 && f.Capital() < 0.8) {
		t.Errorf("got %+v, %v", f, err)
	}
}

// fonts are one of each kind.
func fonts(tb testing.TB) map[string]*Face {
	tb.Helper()
	cubic, err := os.ReadFile("testdata/cubic.otf")
	if err != nil {
		tb.Fatal(err)
	}
	all := map[string]*Face{"default": Default()}
	for name, data := range map[string][]byte{"quadratic": goregular.TTF, "cubic": cubic} {
		if all[name], err = Parse(data); err != nil {
			tb.Fatalf("%s: %v", name, err)
		}
	}
	return all
}

// area adds up what the outlines enclose, by the trapezoids below steps along the curves. It is a Pen.
type area struct{ sum, x, y, startX, startY float64 }

func (a *area) Move(x, y float64) {
	a.Line(a.startX, a.startY)
	a.x, a.y, a.startX, a.startY = x, y, x, y
}

func (a *area) Line(x, y float64) {
	a.sum += (a.x - x) * (a.y + y) / 2
	a.x, a.y = x, y
}

func (a *area) Quad(x1, y1, x, y float64) {
	x0, y0 := a.x, a.y
	a.Cube(x0+(x1-x0)*2/3, y0+(y1-y0)*2/3, x+(x1-x)*2/3, y+(y1-y)*2/3, x, y)
}

func (a *area) Cube(x1, y1, x2, y2, x, y float64) {
	x0, y0 := a.x, a.y
	const steps = 64
	for i := 1; i <= steps; i++ {
		t := float64(i) / steps
		u := 1 - t
		a.Line(u*u*u*x0+3*u*u*t*x1+3*u*t*t*x2+t*t*t*x, u*u*u*y0+3*u*u*t*y1+3*u*t*t*y2+t*t*t*y)
	}
}

// TestSubsetOutlines holds that a subset's glyphs enclose what the font's do, to a thousandth of the type size squared.
func TestSubsetOutlines(t *testing.T) {
	for name, f := range fonts(t) {
		text := "IO"
		if name == "default" {
			text = "gR&8茶馆號"[:len("gR&8茶馆")]
		}
		s := f.Subset()
		if _, err := s.Encode(nil, text); err != nil {
			t.Fatal(err)
		}
		for i, r := range s.Runes() {
			var want, got area
			if err := f.Draw(&want, string(r), 0); err != nil {
				t.Fatal(err)
			}
			want.Move(0, 0)
			drawEncoded(&got, s.glyphs[i+1].data, float64(s.unit()))
			if want.sum == 0 || math.Abs(math.Abs(want.sum)-math.Abs(got.sum)) > 0.001 {
				t.Errorf("%s %c: encloses %v, want %v", name, r, got.sum, want.sum)
			}
		}
	}
}

// drawEncoded draws a glyph as it stands in the table glyf.
func drawEncoded(pen *area, data []byte, unit float64) {
	curves := int(be.Uint16(data))
	ends := data[10:]
	n := int(be.Uint16(ends[2*curves-2:])) + 1
	flags := ends[2*curves+2:]
	xs, ys := flags[n:], flags[3*n:]
	var x, y float64
	points := make([][3]float64, n)
	for i := range points {
		x += float64(int16(be.Uint16(xs[2*i:]))) / unit
		y += float64(int16(be.Uint16(ys[2*i:]))) / unit
		points[i] = [3]float64{x, y, float64(flags[i])}
	}
	from := 0
	for curve := range curves {
		end := int(be.Uint16(ends[2*curve:]))
		p := append(slices.Clone(points[from:end+1]), points[from])
		pen.Move(p[0][0], p[0][1])
		for i := 1; i < len(p); i++ {
			if p[i][2] == 1 {
				pen.Line(p[i][0], p[i][1])
				continue
			}
			pen.Quad(p[i][0], p[i][1], p[i+1][0], p[i+1][1])
			i++
		}
		from = end + 1
	}
	pen.Move(0, 0)
}

// TestSubsetFile holds the table of the file to what is in it.
func TestSubsetFile(t *testing.T) {
	for name, f := range fonts(t) {
		s := f.Subset()
		glyphs, err := s.Encode(nil, "IOOI")
		if want := []byte{0, 1, 0, 2, 0, 2, 0, 1}; err != nil || !bytes.Equal(glyphs, want) {
			t.Fatalf("%s: %v, %v, want %v", name, glyphs, err, want)
		}
		file := s.File()
		if sum := checksum(file); sum != 0xB1B0AFBA {
			t.Errorf("%s: the file adds up to %x", name, sum)
		}
		var tags []string
		for i := range int(be.Uint16(file[4:])) {
			row := file[12+16*i:]
			tags = append(tags, string(row[:4]))
			at, size := be.Uint32(row[8:]), be.Uint32(row[12:])
			if int(at+size) > len(file) || at%4 != 0 {
				t.Errorf("%s: %s at %d, %d bytes", name, row[:4], at, size)
			}
		}
		if got := strings.Join(tags, " "); got != "glyf head hhea hmtx loca maxp" {
			t.Errorf("%s: tables %s", name, got)
		}
		if got, want := len(s.Widths()), 3; got != want {
			t.Errorf("%s: %d widths, want %d", name, got, want)
		}
		again := f.Subset()
		_, _ = again.Encode(nil, "IO")
		if !bytes.Equal(again.File(), file) {
			t.Errorf("%s: the same characters give another file", name)
		}
	}
}

// FuzzParse reads fonts that are none. One that is taken must keep to its measures.
func FuzzParse(f *testing.F) {
	cubic, err := os.ReadFile("testdata/cubic.otf")
	if err != nil {
		f.Fatal(err)
	}
	small := Default().Subset()
	_, _ = small.Encode(nil, "a")
	f.Add(cubic)
	f.Add(goregular.TTF)
	f.Add(small.File())
	f.Add([]byte("ttcf\x00\x01\x00\x00\x00\x00\x00\x01\x00\x00\x00\x10"))
	f.Fuzz(func(t *testing.T, data []byte) {
		face, err := Parse(data)
		if err != nil {
			if !errors.Is(err, ErrFont) {
				t.Fatal(err)
			}
			return
		}
		const text = "IO a"
		width, err := face.Width(text)
		if err == nil && !(width >= 0 && !math.IsInf(width, 0)) {
			t.Fatalf("width %v", width)
		}
		var pen area
		_ = face.Draw(&pen, text, 0)
		s := face.Subset()
		glyphs, err := s.Encode(nil, text)
		if (err == nil) != (len(glyphs) == 2*len(text)) {
			t.Fatalf("%d bytes, %v", len(glyphs), err)
		}
		if file := s.File(); checksum(file) != 0xB1B0AFBA {
			t.Fatal("the file does not add up")
		}
	})
}
