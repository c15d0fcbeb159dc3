package pdf

import (
	"bytes"
	"compress/zlib"
	"errors"
	"image/color"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestNumber holds numbers to what they say, to the last place that is kept, in the short form that PDF knows: no
// exponent, no zeros at the end.
func TestNumber(t *testing.T) {
	for v, want := range map[float64]string{0: "0", -0.0001: "0", 1: "1", 1.5: "1.5", -2.25: "-2.25", 0.001: "0.001", 1234.5678: "1234.568", 0.9996: "1"} {
		if got := Number(v); got != want {
			t.Errorf("%v: got %s, want %s", v, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Float64Range(-1e6, 1e6).Draw(t, "v")
		text := Number(v)
		got, err := strconv.ParseFloat(text, 64)
		if err != nil || math.Abs(got-v) > 0.000501 || strings.ContainsAny(text, "e+") || strings.Contains(text, ".") && strings.HasSuffix(text, "0") {
			t.Fatalf("%v: %q, %v", v, text, err)
		}
	})
}

func TestContent(t *testing.T) {
	var c Content
	c.Save()
	c.Transform(1, 0, 0, -1, 10.5, 20)
	c.Colour(color.NRGBA{A: 255})
	c.Move(1, 2)
	c.Line(3, 4)
	c.Curve(1, 2, 3, 4, 5, 6)
	c.Close()
	c.Fill()
	c.Colour(color.NRGBA{R: 255, A: 255})
	c.Rect(0, 0, 1, 1)
	c.Clip()
	c.Image("I0")
	c.Text("F0", 9.5, 1, 2, []byte{0, 1, 0xab, 0xcd})
	c.Restore()
	want := "q\n1 0 0 -1 10.5 20 cm\n0 0 0 1 k\n1 2 m\n3 4 l\n1 2 3 4 5 6 c\nh\nf\n1 0 0 rg\n0 0 1 1 re\nW n\n/I0 Do\n" +
		"BT\n/F0 9.5 Tf\n1 2 Td\n<0001ABCD>Tj\nET\nQ\n"
	if string(c) != want {
		t.Errorf("got %s", c)
	}
}

// TestFile follows the table of a file to its objects.
func TestFile(t *testing.T) {
	const greeting = "hello there, and again hello there"
	var b bytes.Buffer
	w := NewWriter(&b)
	root, info, stream := w.Reserve(), w.Reserve(), w.Reserve()
	w.Flate(stream, "/Type/Metadata", []byte(greeting))
	w.Object(root, "<</Type/Catalog/Metadata %s>>", stream)
	w.Object(info, "<<>>")
	if err := w.Close(root, info); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	_, tail, _ := strings.Cut(text, "startxref\n")
	at, err := strconv.Atoi(strings.TrimSuffix(tail, "\n%%EOF\n"))
	if err != nil || !strings.HasPrefix(text[at:], "xref\n0 4\n0000000000 65535 f \n") {
		t.Fatalf("the table is not at %q", tail)
	}
	for i, row := range strings.Split(text[at:], "\n")[3:6] {
		offset, err := strconv.Atoi(row[:10])
		if err != nil || len(row) != 19 || !strings.HasPrefix(text[offset:], strconv.Itoa(i+1)+" 0 obj\n") {
			t.Errorf("object %d is not at %q", i+1, row)
		}
	}
	_, data, _ := strings.Cut(text, "stream\n")
	r, err := zlib.NewReader(strings.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || string(got) != greeting {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestFaults(t *testing.T) {
	w := NewWriter(io.Discard)
	root := w.Reserve()
	if err := w.Close(root, root); err == nil || !strings.Contains(err.Error(), "object 1 was never written") {
		t.Errorf("an object that is missing: %v", err)
	}
	w = NewWriter(io.Discard)
	w.at = maxOffset
	w.Object(w.Reserve(), "null")
	if !errors.Is(w.Err(), ErrTooLong) {
		t.Errorf("a file that is too long: %v", w.Err())
	}
}

// TestToUnicode holds the map to blocks of at most 100 characters, and to surrogates where it takes them.
func TestToUnicode(t *testing.T) {
	f := Font{Runes: []rune{'a', '茶', '𠮷'}}
	for range 200 {
		f.Runes = append(f.Runes, 'x')
	}
	text := string(f.toUnicode())
	for _, want := range []string{"<0001><0061>\n<0002><8336>\n<0003><D842DFB7>\n", "100 beginbfchar", "3 beginbfchar", "<00CB><0078>"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q", want)
		}
	}
	other := Font{Runes: []rune{'b'}}
	if a, b := f.tag(), other.tag(); len(a) != 6 || a == b || strings.Trim(a, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		t.Errorf("tags %s and %s", a, b)
	}
}
