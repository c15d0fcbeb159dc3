package length_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/suncode/suncode/internal/length"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]float64{
		"20": 20, "20mm": 20, "2.5cm": 25, "1in": 25.4, "0.5 in": 12.7, "72pt": 25.4, "3m": 3000, "0": 0, ".5": .5, "1000m": 1e6,
	} {
		if got, err := length.Parse(text); err != nil || math.Abs(got-want) > 1e-9 {
			t.Errorf("%q: got %v, %v, want %v", text, got, err, want)
		}
	}
	for text, want := range map[string]error{
		"": length.ErrSyntax, "mm": length.ErrSyntax, "-1mm": length.ErrSyntax, "1e3": length.ErrSyntax, "1.2.3": length.ErrSyntax,
		"1  mm": length.ErrSyntax, "20px": length.ErrSyntax, "NaN": length.ErrSyntax, "Infinity": length.ErrSyntax, "20 MM": length.ErrSyntax,
		"1001m": length.ErrRange, strings.Repeat("9", 33): length.ErrSyntax, "٣mm": length.ErrSyntax,
	} {
		if got, err := length.Parse(text); !errors.Is(err, want) {
			t.Errorf("%q: got %v, %v, want %v", text, got, err, want)
		}
	}
}

func TestText(t *testing.T) {
	for mm, want := range map[float64]string{20: "20 mm", 12.345: "12.3 mm", 999.96: "1000 mm", 1500: "1.5 m", 1234: "1.23 m"} {
		if got := length.Text(mm); got != want {
			t.Errorf("%v: got %s, want %s", mm, got, want)
		}
	}
}

// FuzzParse holds that what is read is a length within bounds, whose own text is read as the same length to its last
// digit.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"20mm", "2.5 cm", "1in", "36pt", "3m", "", "1e9", "0.0001mm", "999999"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := length.Parse(text)
		if err != nil {
			return
		}
		if !(got >= 0 && got <= length.MaxMM) {
			t.Fatalf("%q: %v", text, got)
		}
		again, err := length.Parse(length.Text(got))
		if err != nil || math.Abs(again-got) > 5.001 || got < 999 && math.Abs(again-got) > 0.0501 {
			t.Fatalf("%q: %v, and again %v, %v", text, got, again, err)
		}
	})
}
