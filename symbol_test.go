package suncode

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/bits"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/suncode/suncode/internal/rs"
)

// vector is a symbol of testdata/vectors.
type vector struct {
	Type   Level  `json:"type"`
	Rays   int    `json:"rays"`
	Mask   int    `json:"mask"`
	Text   string `json:"text"`
	Format string `json:"format"`
	Stream string `json:"stream"`
}

func readVectors(t *testing.T, name string, want int) []vector {
	t.Helper()
	data, err := os.ReadFile("testdata/vectors/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Vectors []vector }
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Vectors) != want {
		t.Fatalf("%s has %d vectors, want %d", name, len(file.Vectors), want)
	}
	return file.Vectors
}

func (v vector) symbol(t *testing.T) Symbol {
	t.Helper()
	s := Symbol{Level: v.Type, Mask: v.Mask}
	stream, err := hex.DecodeString(v.Stream)
	if err != nil || len(stream) != v.Type.Codewords() {
		t.Fatalf("stream of %d bytes, %v", len(stream), err)
	}
	copy(s.Stream[:], stream)
	return s
}

// TestVectors reads every vector and writes it again: the identical cells come out.
func TestVectors(t *testing.T) {
	for name, count := range map[string]int{"made.json": 52, "real.json": 65} {
		for i, v := range readVectors(t, name, count) {
			t.Run(fmt.Sprintf("%s/%d-%d-%d", name, i, v.Type, v.Mask), func(t *testing.T) {
				s := v.symbol(t)
				given := s
				p, corrected, err := s.Decode()
				if err != nil || corrected != 0 || p.Mode != Alphanumeric || string(p.Data) != v.Text {
					t.Fatalf("Decode = %v %q, %d corrected, %v; want %q", p.Mode, p.Data, corrected, err, v.Text)
				}
				if s != given {
					t.Error("Decode changed a clean symbol")
				}
				if got := fmt.Sprintf("%018b", FormatWord(v.Type, v.Mask)); got != v.Format {
					t.Errorf("format word %s, want %s", got, v.Format)
				}
				if v.Type.Rays() != v.Rays {
					t.Errorf("level %d has %d rays, want %d", v.Type, v.Type.Rays(), v.Rays)
				}
				again, err := Encode(p, v.Type, v.Mask)
				if errors.Is(err, ErrMask) && !slices.Contains(Masks(v.Rays), v.Mask) {
					return
				}
				if err != nil || again != given {
					t.Errorf("encoded again: %x, %v; want %x", again.Stream, err, given.Stream)
				}
			})
		}
	}
}

// TestFormatLexicode builds the format words from their definition and compares them with the basis.
func TestFormatLexicode(t *testing.T) {
	var words []uint32
	for w := range uint32(1) << formatBits {
		far := true
		for _, kept := range words {
			if bits.OnesCount32(w^kept) < FormatDistance {
				far = false
				break
			}
		}
		if far {
			words = append(words, w)
		}
	}
	if len(words) != 1<<len(formatBasis) {
		t.Fatalf("the lexicode has %d words, want %d", len(words), 1<<len(formatBasis))
	}
	for n, want := range words {
		if got := formatNumbered(n); got != want {
			t.Fatalf("word %d = %018b, want %018b", n, got, want)
		}
	}
}

func TestParseFormat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		level := rapid.SampledFrom(Levels[:]).Draw(t, "level")
		mask := rapid.IntRange(1, MaskCount).Draw(t, "mask")
		word := uint64(FormatWord(level, mask))
		cells := word<<formatBits | word
		flips := rapid.SliceOfNDistinct(rapid.IntRange(0, 2*formatBits-1), 0, 5, rapid.ID[int]).Draw(t, "flips")
		for _, f := range flips {
			cells ^= 1 << f
		}
		l, m, differing, ok := ParseFormat(cells)
		if l != level || m != mask || differing != len(flips) || !ok {
			t.Fatalf("ParseFormat = %v, %v, %v, %v", l, m, differing, ok)
		}
	})
	if _, _, differing, ok := ParseFormat(0xFFFFFFFFF); ok || differing <= 5 {
		t.Errorf("36 dark cells are a format word with %d differing", differing)
	}
}

// TestPlan holds the layout's totals (SPEC.md 4.5) and that each bit has one place.
func TestPlan(t *testing.T) {
	want := map[int]map[CellKind]int{
		36: {Fixed: 52, Format: 36, Data: 304, Repeat: 30},
		54: {Fixed: 52, Format: 36, Data: 416, Repeat: 43},
		72: {Fixed: 52, Format: 36, Data: 528, Repeat: 56},
	}
	for rays, counts := range want {
		got := map[CellKind]int{}
		for ray := range RaySlots {
			for k := range Radii {
				cell := Plan(rays)[ray][k]
				if cell.Kind == Data {
					if r, kk := Place(rays, cell.Bit); r != ray || kk != k {
						t.Errorf("%d rays: bit %d lies at %d,%d, planned at %d,%d", rays, cell.Bit, r, kk, ray, k)
					}
				}
				if cell.Kind == Format {
					if r, kk := FormatPlace(cell.Bit); r != ray || kk != k {
						t.Errorf("%d rays: format bit %d lies at %d,%d, planned at %d,%d", rays, cell.Bit, r, kk, ray, k)
					}
				}
				if cell.Kind != Blank {
					got[cell.Kind]++
				}
			}
		}
		if diff := cmp.Diff(counts, got); diff != "" {
			t.Errorf("%d rays (-want +got):\n%s", rays, diff)
		}
	}
	if Plan(37) != nil || Masks(37) != nil {
		t.Error("there is a plan for 37 rays")
	}
}

func TestLevels(t *testing.T) {
	type row struct{ rays, codewords, data, parity, bytes, text int }
	want := map[Level]row{
		Level36H: {36, 38, 20, 18, 18, 26},
		Level36L: {36, 38, 25, 13, 23, 34},
		Level54:  {54, 52, 35, 17, 33, 48},
		Level72:  {72, 66, 43, 23, 41, 60},
	}
	for _, l := range Levels {
		got := row{l.Rays(), l.Codewords(), l.DataCodewords(), l.Parity(), l.ByteCapacity(), l.TextCapacity()}
		if got != want[l] {
			t.Errorf("level %d: %v, want %v", l, got, want[l])
		}
	}
	if Level(3).Valid() || Level(0).Valid() {
		t.Error("levels 0 and 3 are valid")
	}
}

func genPayload(l Level) *rapid.Generator[Payload] {
	return rapid.Custom(func(t *rapid.T) Payload {
		if rapid.Bool().Draw(t, "bytes") {
			return Payload{Bytes, rapid.SliceOfN(rapid.Byte(), 0, l.ByteCapacity()).Draw(t, "data")}
		}
		text := rapid.SliceOfN(rapid.SampledFrom([]byte(Alphabet)), 0, l.TextCapacity()).Draw(t, "text")
		return Payload{Alphanumeric, text}
	})
}

// TestRoundTrip is every mask × level with damage up to the bound: errors, erasures and both.
func TestRoundTrip(t *testing.T) {
	for _, l := range Levels {
		for _, mask := range Masks(l.Rays()) {
			t.Run(fmt.Sprintf("%d-%d", l, mask), func(t *testing.T) {
				rapid.Check(t, func(t *rapid.T) { roundTrip(t, l, mask) })
			})
		}
	}
}

func roundTrip(t *rapid.T, l Level, mask int) {
	p := genPayload(l).Draw(t, "payload")
	s, err := Encode(p, l, mask)
	if err != nil {
		t.Fatal(err)
	}
	erased := rapid.IntRange(0, l.Parity()).Draw(t, "erased")
	errs := rapid.IntRange(0, (l.Parity()-erased)/2).Draw(t, "errors")
	places := rapid.Permutation(makeRange(l.Codewords())).Draw(t, "places")[:errs+erased]
	bad := s
	for i, at := range places {
		if i < errs {
			bad.Stream[at] ^= rapid.ByteRange(1, 255).Draw(t, "error")
		} else {
			bad.Stream[at] = 0
		}
	}
	got, corrected, err := bad.Decode(places[errs:]...)
	if err != nil || got.Mode != p.Mode || string(got.Data) != string(p.Data) || bad != s {
		t.Fatalf("%d errors, %d erasures: %v %q, %v", errs, erased, got.Mode, got.Data, err)
	}
	if corrected < errs || corrected > errs+erased {
		t.Fatalf("corrected %d, want %d to %d", corrected, errs, errs+erased)
	}
}

func makeRange(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// TestSmallestSymbol holds that EncodeBytes and EncodeText take the first level that fits, to the byte.
func TestSmallestSymbol(t *testing.T) {
	for n := range Level72.ByteCapacity() + 2 {
		s, err := EncodeBytes(make([]byte, n))
		want := firstFitting(func(l Level) bool { return n <= l.ByteCapacity() })
		if s.Level != want || (want == 0) != errors.Is(err, ErrTooLong) {
			t.Errorf("%d bytes: level %d, %v; want %d", n, s.Level, err, want)
		}
	}
	for n := range Level72.TextCapacity() + 2 {
		s, err := EncodeText(strings.Repeat("A", n))
		want := firstFitting(func(l Level) bool { return n <= l.TextCapacity() })
		if s.Level != want || (want == 0) != errors.Is(err, ErrTooLong) {
			t.Errorf("%d characters: level %d, %v; want %d", n, s.Level, err, want)
		}
	}
}

func firstFitting(fits func(Level) bool) Level {
	for _, l := range Levels {
		if fits(l) {
			return l
		}
	}
	return 0
}

// TestMainRayMasks holds that a mask of two readings has only one on main rays.
func TestMainRayMasks(t *testing.T) {
	for id, m := range maskRules {
		if m.other != nil && maskStream(36, m.rule) != maskStream(36, m.other) {
			t.Errorf("mask %d: its two readings differ on main rays", id)
		}
	}
	if got := len(Masks(36)); got != 30 {
		t.Errorf("%d masks for 36 rays, want 30", got)
	}
	if got := len(Masks(54)); got != 22 {
		t.Errorf("%d masks for 54 rays, want 22", got)
	}
}

// TestSecondReading makes a 54-ray symbol under a mask's second reading: Decode must find it and keep its cells.
func TestSecondReading(t *testing.T) {
	for _, mask := range []int{3, 6, 19, 20, 32} {
		p := Payload{Bytes, []byte("either way")}
		codewords, err := p.codewords(Level54)
		if err != nil {
			t.Fatal(err)
		}
		s := Symbol{Level: Level54, Mask: mask, Stream: codewords}
		s.applyMask(1)
		clean := s
		s.Stream[5] ^= 0x55
		got, corrected, err := s.Decode()
		if err != nil || corrected != 1 || string(got.Data) != "either way" || s != clean {
			t.Errorf("mask %d: %q, %d corrected, %v", mask, got.Data, corrected, err)
		}
	}
}

func TestEncodeErrors(t *testing.T) {
	text := Payload{Alphanumeric, []byte("A")}
	for _, c := range []struct {
		name  string
		p     Payload
		level Level
		mask  int
		want  error
	}{
		{"level", text, 3, 1, ErrLevel},
		{"mask 0", text, Level36H, 0, ErrMask},
		{"mask 33", text, Level36H, 33, ErrMask},
		{"unknown mask", text, Level36H, 22, ErrMask},
		{"unconfirmed mask", text, Level54, 3, ErrMask},
		{"mode", Payload{7, nil}, Level36H, 1, ErrMode},
		{"lower case", Payload{Alphanumeric, []byte("a")}, Level36H, 1, ErrCharacter},
		{"long", Payload{Bytes, make([]byte, 19)}, Level36H, 1, ErrTooLong},
	} {
		if _, err := Encode(c.p, c.level, c.mask); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}

func TestDecodeErrors(t *testing.T) {
	good, err := EncodeBytes([]byte("payload"))
	if err != nil {
		t.Fatal(err)
	}
	noise := good
	for i := range 19 {
		noise.Stream[2*i] ^= 0xA5
	}
	pads := Symbol{Level: Level36H, Mask: 1}
	copy(pads.Stream[:], []byte{0x40, 0x10, 0x00, 0xEC, 0x11, 0xEC, 0x12})
	if err := encodeParity(&pads); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		s    Symbol
		want error
	}{
		{"level", Symbol{Level: 3, Mask: 1}, ErrLevel},
		{"mask", Symbol{Level: Level36H, Mask: 40}, ErrMask},
		{"unknown mask", Symbol{Level: Level36H, Mask: 30}, ErrMask},
		{"noise", noise, ErrUncorrectable},
		{"wrong pads", pads, ErrStructure},
	} {
		given := c.s
		if _, _, err := c.s.Decode(); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		if c.s != given {
			t.Errorf("%s: a refused symbol was changed", c.name)
		}
	}
}

// FuzzDecode gives any cells to Decode: what it accepts re-encodes to the very cells it corrected to.
func FuzzDecode(f *testing.F) {
	for _, l := range Levels {
		s, err := Encode(Payload{Bytes, []byte("seed")}, l, 1)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(int(l), 1, s.Stream[:], []byte{0, 5})
	}
	f.Add(7, 22, []byte{}, []byte{})
	f.Fuzz(func(t *testing.T, level, mask int, cells, places []byte) {
		s := Symbol{Level: Level(level), Mask: mask}
		if s.Level.Valid() {
			copy(s.Stream[:s.Level.Codewords()], cells)
		}
		erasures := make([]int, len(places))
		for i, p := range places {
			erasures[i] = int(p)
		}
		p, _, err := s.Decode(erasures...)
		if err != nil || !slices.Contains(Masks(s.Level.Rays()), mask) {
			return
		}
		again, err := Encode(p, s.Level, mask)
		if err != nil || again != s {
			t.Fatalf("accepted %v %q, which encodes to other cells (%v)", p.Mode, p.Data, err)
		}
	})
}

func BenchmarkEncodeBytes(b *testing.B) {
	for _, n := range []int{18, 33, 41} {
		payload := make([]byte, n)
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := EncodeBytes(payload); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// encodeParity completes a symbol whose data was written by hand, and masks it.
func encodeParity(s *Symbol) error {
	if err := rs.Encode(s.Stream[:s.Level.Codewords()], s.Level.Parity()); err != nil {
		return err
	}
	s.applyMask(0)
	return nil
}

// TestRays holds the words of all rays to the cells.
func TestRays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := Symbol{Level: rapid.SampledFrom(Levels[:]).Draw(t, "level"), Mask: rapid.IntRange(1, MaskCount).Draw(t, "mask")}
		copy(s.Stream[:], rapid.SliceOfN(rapid.Byte(), s.Level.Codewords(), s.Level.Codewords()).Draw(t, "stream"))
		for ray, word := range s.Rays() {
			for k := range 16 {
				if want := k < Radii && s.Dark(ray, k); want != (word>>k&1 == 1) {
					t.Fatalf("ray %d is %016b, but place %d is dark: %v", ray, word, k, want)
				}
			}
		}
	})
}
