package legible

import (
	"encoding/json"
	"errors"
	"image/color"
	"math"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/suncode/suncode/render"
	"github.com/suncode/suncode/scan"
)

func verdicts(r Report) map[string]Verdict {
	got := map[string]Verdict{}
	for _, f := range r.Findings {
		got[f.Rule] = f.Verdict
	}
	return got
}

func TestCheck(t *testing.T) {
	pale := color.NRGBA{R: 0xff, G: 0xe8, B: 0xc2, A: 255}
	forest := color.NRGBA{R: 0x1d, G: 0x3b, B: 0x36, A: 255}
	for name, tt := range map[string]struct {
		question Question
		want     map[string]Verdict
	}{
		"nothing said":        {Question{}, map[string]Verdict{RuleContrast: OK, RulePolarity: OK}},
		"pale":                {Question{Line: pale}, map[string]Verdict{RuleContrast: Warning, RulePolarity: OK}},
		"one colour":          {Question{Line: pale, Ground: pale}, map[string]Verdict{RuleContrast: Fails, RulePolarity: OK}},
		"one grey":            {Question{Line: color.NRGBA{R: 255, A: 255}, Ground: color.NRGBA{R: 0, G: 130, A: 255}}, map[string]Verdict{RuleContrast: Warning, RulePolarity: OK}},
		"light on dark":       {Question{Line: pale, Ground: forest}, map[string]Verdict{RuleContrast: OK, RulePolarity: Warning}},
		"no ground":           {Question{Transparent: true}, map[string]Verdict{RuleContrast: OK, RulePolarity: OK, RuleGround: Warning}},
		"no ground, but wood": {Question{Transparent: true, Ground: pale}, map[string]Verdict{RuleContrast: OK, RulePolarity: OK, RuleGround: OK}},
		"a card":              {Question{SizeMM: 30, DistanceMM: 300}, map[string]Verdict{RuleContrast: OK, RulePolarity: OK, RuleSize: OK, RuleDots: OK, RuleDistance: OK}},
		"a card far away":     {Question{SizeMM: 30, DistanceMM: 500}, map[string]Verdict{RuleContrast: OK, RulePolarity: OK, RuleSize: Warning, RuleDots: OK, RuleDistance: OK}},
		"across the street":   {Question{SizeMM: 30, DistanceMM: 9000}, map[string]Verdict{RuleContrast: OK, RulePolarity: OK, RuleSize: Fails, RuleDots: OK, RuleDistance: OK}},
		"tiny, coarse":        {Question{SizeMM: 8, DPI: 72}, map[string]Verdict{RuleContrast: OK, RulePolarity: OK, RuleSize: Fails, RuleDots: Fails}},
		"how large?":          {Question{DistanceMM: 1000}, map[string]Verdict{RuleContrast: OK, RulePolarity: OK, RuleSize: OK, RuleDistance: OK}},
		"a poster, hardly":    {Question{SizeMM: 1000, DistanceMM: 1290}, map[string]Verdict{RuleContrast: OK, RulePolarity: OK, RuleSize: OK, RuleDots: OK, RuleDistance: OK}},
		"a poster too near":   {Question{SizeMM: 1000, DistanceMM: 1200}, map[string]Verdict{RuleContrast: OK, RulePolarity: OK, RuleSize: OK, RuleDots: OK, RuleDistance: Warning}},
		"an eye not in it":    {Question{SizeMM: 1000, DistanceMM: 870}, map[string]Verdict{RuleContrast: OK, RulePolarity: OK, RuleSize: OK, RuleDots: OK, RuleDistance: Fails}},
		"no focus":            {Question{DistanceMM: 100}, map[string]Verdict{RuleContrast: OK, RulePolarity: OK, RuleSize: OK, RuleDistance: Warning}},
		"drawn logo":          {Question{Logo: &Logo{}, SizeMM: 100}, map[string]Verdict{RuleContrast: OK, RulePolarity: OK, RuleSize: OK, RuleDots: OK, RuleLogo: OK}},
		"coarse logo":         {Question{Logo: &Logo{EdgePx: 100}, SizeMM: 100}, map[string]Verdict{RuleContrast: OK, RulePolarity: OK, RuleSize: OK, RuleDots: OK, RuleLogo: Warning}},
	} {
		r := Check(tt.question)
		if diff := cmp.Diff(tt.want, verdicts(r)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		worst := OK
		for _, v := range tt.want {
			worst = worse(worst, v)
		}
		if r.Verdict != worst {
			t.Errorf("%s: verdict %s, want %s", name, r.Verdict, worst)
		}
	}
}

// TestRemediesDo asks any question and does as the answer says.
func TestRemediesDo(t *testing.T) {
	if f := (&Question{SizeMM: 1524, Logo: &Logo{EdgePx: 4000}}).logo(); f.Verdict != OK {
		t.Errorf("150 pixels an inch: %s", f.Message)
	}
	rapid.Check(t, func(t *rapid.T) {
		q := Question{
			Line: anyColour(t, "line"), Ground: anyColour(t, "ground"), SizeMM: rapid.Float64Range(0.1, 5000).Draw(t, "size"),
			DistanceMM: rapid.Float64Range(0.1, 10_000).Draw(t, "distance"), DPI: rapid.Float64Range(leastDPI, mostDPI).Draw(t, "dpi"),
			Logo: &Logo{EdgePx: rapid.IntRange(1, 4000).Draw(t, "logo")},
		}
		for _, f := range Check(q).Findings {
			wantASCII(t, f.Message)
			if f.Verdict == OK {
				continue
			}
			if f.Try == nil && f.Rule == RuleLogo && q.Logo.EdgePx < 3 {
				continue // no size in whole millimetres is fine enough
			}
			if f.Try == nil || *f.Try == (Remedy{}) {
				t.Fatalf("%s: nothing would do", f.Rule)
			}
			for _, better := range remedied(t, q, f) {
				if now := verdicts(Check(better))[f.Rule]; now != OK {
					t.Fatalf("%s: %+v after %+v", f.Rule, now, *f.Try)
				}
			}
		}
	})
}

func anyColour(t *rapid.T, name string) color.NRGBA {
	v := rapid.Uint32().Draw(t, name)
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 255}
}

// remedied is the question with each of the things that would do.
func remedied(t *rapid.T, q Question, f Finding) (list []Question) {
	if f.Try.LineColor != "" {
		better := q
		var err error
		if better.Line, err = ParseColour(f.Try.LineColor); err != nil {
			t.Fatal(err)
		}
		if f.Try.Ground != "" {
			if better.Ground, err = ParseColour(f.Try.Ground); err != nil {
				t.Fatal(err)
			}
		}
		list = append(list, better)
	}
	for length, field := range map[*float64]func(*Question) *float64{
		&f.Try.SizeMM:     func(q *Question) *float64 { return &q.SizeMM },
		&f.Try.DistanceMM: func(q *Question) *float64 { return &q.DistanceMM },
		&f.Try.DPI:        func(q *Question) *float64 { return &q.DPI },
	} {
		if *length > 0 {
			better := q
			*field(&better) = *length
			list = append(list, better)
		}
	}
	return list
}

func wantASCII(t interface{ Fatalf(string, ...any) }, text string) {
	if text == "" || strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII || r < ' ' }) {
		t.Fatalf("a message that a header cannot take: %q", text)
	}
}

// TestNearestKeepsHue holds that the colour that would do is of the same hue, and good.
func TestNearestKeepsHue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line, ground := anyColour(t, "line"), anyColour(t, "ground")
		better := Nearest(line, ground)
		if luma, _ := difference(better, ground); luma < GoodContrast {
			t.Fatalf("%s on %s differ by %v", hex(better), hex(ground), luma)
		}
		if luma, _ := difference(line, ground); luma >= GoodContrast && grey(line) < grey(ground) {
			if better != line {
				t.Fatalf("%s was good, and became %s", hex(line), hex(better))
			}
		}
		hue, _, _ := toHSL(line)
		newHue, _, _ := toHSL(better)
		if apart := math.Abs(hue - newHue); chroma(line) > 40 && chroma(better) > 40 && min(apart, 6-apart) > 0.25 {
			t.Fatalf("%s became %s: hue %v to %v", hex(line), hex(better), hue, newHue)
		}
	})
}

// chroma is how far a colour is from grey.
func chroma(c color.NRGBA) int { return int(max(c.R, c.G, c.B)) - int(min(c.R, c.G, c.B)) }

func TestColours(t *testing.T) {
	none := color.NRGBA{}
	if allocs := testing.AllocsPerRun(100, func() {
		if Colours(black, none) != "" {
			t.Error("black is not good")
		}
	}); allocs != 0 {
		t.Errorf("%v allocations for black", allocs)
	}
	pale := color.NRGBA{R: 0xff, G: 0xe8, B: 0xc2, A: 255}
	want := "contrast: #ffe8c2 on #ffffff differ by 20 grey levels: read in good light only; #ef9500 would do"
	if got := Colours(pale, none); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := Colours(white, black); !strings.HasPrefix(got, "polarity: ") {
		t.Errorf("got %q", got)
	}
}

// TestPicture draws a code in colours, reads it, and finds the colours again.
func TestPicture(t *testing.T) {
	line, ground := color.NRGBA{R: 0x30, G: 0x60, B: 0xb0, A: 255}, color.NRGBA{R: 0xf0, G: 0xe8, B: 0xc0, A: 255}
	s := show(t, 54, 7, line, ground)
	found := scan.Find(s.picture, scan.Options{})
	if len(found) != 1 {
		t.Fatalf("%d codes", len(found))
	}
	gotLine, gotGround := cellColours(s.picture, &found[0])
	for _, pair := range [][2]color.NRGBA{{gotLine, line}, {gotGround, ground}} {
		if luma, channel := difference(pair[0], pair[1]); luma > 3 || channel > 6 {
			t.Errorf("measured %s, drawn %s", hex(pair[0]), hex(pair[1]))
		}
	}
	r := Picture(s.picture, &found[0], Question{SizeMM: 12})
	want := map[string]Verdict{RuleContrast: OK, RulePolarity: OK, RulePixels: OK, RuleReading: OK, RuleSize: Warning, RuleDots: Warning}
	if diff := cmp.Diff(want, verdicts(r)); diff != "" {
		t.Error(diff)
	}
	small, err := render.Draw(&s.Symbol, render.Options{WidthPx: 108})
	if err != nil {
		t.Fatal(err)
	}
	if found = scan.Find(small, scan.Options{}); len(found) != 1 || len(Picture(small, &found[0], Question{}).Findings) != 4 {
		t.Errorf("a small picture: %d codes", len(found))
	}
}

func TestRequest(t *testing.T) {
	for text, want := range map[string]string{
		`{"line_color":"red"}`:       `line_color: "red" is not a colour of the form #rrggbb`,
		`{"ground":"#12345"}`:        `ground: "#12345" is not a colour`,
		`{"size":"big"}`:             `size "big": want a number and mm, cm, m, in or pt`,
		`{"size":"0"}`:               `size "0": want 0.1 mm to 100 m`,
		`{"distance":"2km"}`:         `distance "2km": want a number`,
		`{"rays":40}`:                `rays 40, want 36, 54 or 72`,
		`{"dpi":1}`:                  `dpi 1, want 20 to 20000`,
		`{"logo":"AAAA"}`:            `logo: no JPEG, PNG or WebP picture`,
		`{"line_color":"#+12345"}`:   `line_color`,
		`{"line_color":"\u0661234"}`: `line_color`,
	} {
		var r Request
		if err := json.Unmarshal([]byte(text), &r); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Question(); !errors.Is(err, ErrRequest) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
	r := Request{LineColor: "3a62ad", Ground: "#fff", Size: "2cm", Distance: "1m", Rays: 36, DPI: 600}
	got, err := r.Question()
	want := Question{Line: color.NRGBA{0x3a, 0x62, 0xad, 255}, Ground: white, SizeMM: 20, DistanceMM: 1000, Rays: 36, DPI: 600}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
}

// FuzzRequest holds that any question that is taken gets an answer whose verdict is that of its worst rule and whose
// numbers are numbers.
func FuzzRequest(f *testing.F) {
	for _, seed := range []string{
		`{"line_color":"#3a62ad","size":"20mm","distance":"1m"}`, `{"transparent":true,"ground":"#abc"}`,
		`{"logo":"iVBORw0KGgo=","dpi":300,"rays":72}`, `{}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var request Request
		if json.Unmarshal(text, &request) != nil {
			return
		}
		q, err := request.Question()
		if err != nil {
			if !errors.Is(err, ErrRequest) {
				t.Fatal(err)
			}
			return
		}
		r := Check(q)
		worst := OK
		for _, finding := range r.Findings {
			worst = worse(worst, finding.Verdict)
			wantASCII(t, finding.Message)
		}
		if _, err := json.Marshal(r); err != nil || r.Verdict != worst {
			t.Fatalf("%v: %+v", err, r)
		}
	})
}
