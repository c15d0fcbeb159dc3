package sheet

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image"
	"image/color"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/suncode/suncode/render"
)

// TestReadBack draws labels by other programs and reads the codes in them.
func TestReadBack(t *testing.T) {
	for _, tt := range labelCases(t) {
		t.Run(tt.name, func(t *testing.T) {
			level := tt.item.Symbol.Level
			want := []string{fmt.Sprintf("%d rays", level.Rays())}
			pdf := kept(t, "label.pdf", pdfOf(t, &tt.item, &tt.style))
			if diff := cmp.Diff(want, payloads(rasterPDF(t, pdf, 1, 300))); diff != "" {
				t.Errorf("PDF: %s", diff)
			}
			svg := kept(t, "label.svg", svgOf(t, &tt.item, &tt.style))
			drawn := svg + ".png"
			tool(t, "rsvg-convert", "-w", "500", "-o", drawn, svg)
			if diff := cmp.Diff(want, payloads(readPNG(t, drawn))); diff != "" {
				t.Errorf("SVG: %s", diff)
			}
		})
	}
}

// TestSVGAndPDFAgree compares what two programs make of the two forms, in grey and without the blacks, which poppler
// turns into the colour of ink.
func TestSVGAndPDFAgree(t *testing.T) {
	for _, tt := range labelCases(t) {
		if tt.item.Options.Transparent {
			continue // rsvg-convert leaves the ground out
		}
		t.Run(tt.name, func(t *testing.T) {
			page := rasterPDF(t, kept(t, "label.pdf", pdfOf(t, &tt.item, &tt.style)), 1, 300)
			size := page.Bounds().Size()
			svg := kept(t, "label.svg", svgOf(t, &tt.item, &tt.style))
			tool(t, "rsvg-convert", "-w", strconv.Itoa(size.X), "-h", strconv.Itoa(size.Y), "-o", svg+".png", svg)
			other := readPNG(t, svg+".png")
			sum := 0.0
			for y := range size.Y {
				for x := range size.X {
					sum += math.Abs(level(page, x, y) - level(other, x, y))
				}
			}
			mean := sum / float64(size.X*size.Y)
			t.Logf("difference %.2f of 255", mean)
			if mean > 6 {
				t.Errorf("difference %.2f of 255", mean)
			}
		})
	}
}

// level is a pixel's grey, none darker than poppler's black.
func level(img image.Image, x, y int) float64 {
	return max(float64(color.GrayModel.Convert(img.At(x, y)).(color.Gray).Y), 33)
}

// TestPDFForm holds the file to what poppler and qpdf say about it.
func TestPDFForm(t *testing.T) {
	for _, tt := range labelCases(t) {
		t.Run(tt.name, func(t *testing.T) {
			path := kept(t, "label.pdf", pdfOf(t, &tt.item, &tt.style))
			tool(t, "qpdf", "--check", path)
			text := strings.Fields(string(tool(t, "pdftotext", path, "-")))
			if diff := cmp.Diff(strings.Fields(strings.Join(tt.lines, " ")), text); len(tt.lines) > 0 && diff != "" {
				t.Errorf("text: %s", diff)
			}
			wantFonts(t, path, len(tt.lines) > 0)
			l, err := tt.style.label(&tt.item)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.lines, l.text.lines); diff != "" {
				t.Errorf("lines: %s", diff)
			}
			bleed := tt.style.BleedMM
			media := [4]float64{0, 0, l.width + 2*bleed, l.height + 2*bleed}
			wantBoxes(t, path, map[string][4]float64{
				"MediaBox": media, "BleedBox": media, "TrimBox": {bleed, bleed, media[2] - bleed, media[3] - bleed},
			})
		})
	}
}

// wantFonts holds the font of a PDF to being there as a subset with a way back to text, or to not being there.
func wantFonts(t *testing.T, path string, some bool) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(string(tool(t, "pdffonts", path))), "\n")[2:]
	if !some {
		if len(lines) > 0 {
			t.Errorf("fonts without a text: %v", lines)
		}
		return
	}
	pattern := regexp.MustCompile(`^[A-Z]{6}\+NotoSansSC-Regular +CID TrueType +Identity-H +(yes ){3}`)
	if len(lines) != 1 || !pattern.MatchString(lines[0]) {
		t.Errorf("fonts %q", lines)
	}
}

// wantBoxes holds boxes of the first page, in mm, to a hundredth of a point.
func wantBoxes(t *testing.T, path string, want map[string][4]float64) {
	t.Helper()
	info := string(tool(t, "pdfinfo", "-box", path))
	for name, box := range want {
		found := regexp.MustCompile(name + `: +([\d.]+) +([\d.]+) +([\d.]+) +([\d.]+)`).FindStringSubmatch(info)
		if found == nil {
			t.Fatalf("no %s in %s", name, info)
		}
		for i, edge := range box {
			got, err := strconv.ParseFloat(found[i+1], 64)
			if err != nil || math.Abs(got-edge*mmPt) > 0.011 {
				t.Errorf("%s: got %v points, want %v", name, found[1:], box)
				break
			}
		}
	}
}

// TestBlackIsBlack reads the operators of a page: black is the printer's black alone, white is no ink, and what has a
// colour is RGB.
func TestBlackIsBlack(t *testing.T) {
	grey := color.NRGBA{R: 51, G: 51, B: 51, A: 255}
	badge, err := render.ParseBadge(jpegFile(t, photo()))
	if err != nil {
		t.Fatal(err)
	}
	clearLogo := logoOf(t, pngFile(t, photo()))
	tests := map[string]struct {
		options render.Options
		want    []string
	}{
		"black":                   {render.Options{Badge: badge}, []string{"0 0 0 0 k", "0 0 0 1 k", "0 0 0 1 k"}},
		"black, see-through logo": {render.Options{Badge: badge, Logo: clearLogo}, []string{"0 0 0 0 k", "0 0 0 1 k", "0 0 0 0 k", "0 0 0 1 k"}},
		"grey":                    {render.Options{Badge: badge, Line: grey}, []string{"0 0 0 0 k", "0 0 0 0.8 k", "0 0 0 0.8 k"}},
		"colours":                 {render.Options{Badge: badge, Line: blue, Ground: sand}, []string{"1 0.9098 0.7608 rg", "0.2275 0.3843 0.6784 rg", "0.2275 0.3843 0.6784 rg"}},
		"transparent":             {render.Options{Badge: badge, Transparent: true}, []string{"0 0 0 1 k", "0 0 0 1 k"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			item := Item{Symbol: symbolOf(t, 36, "ink"), Options: tt.options, Caption: "a"}
			style := NewStyle()
			path := kept(t, "label.pdf", pdfOf(t, &item, &style))
			plain := tool(t, "qpdf", "--qdf", path, "-")
			got := regexp.MustCompile(`(?m)^[\d. ]+ (?:k|rg|g|K|RG|G)$`).FindAllString(string(plain), -1)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			if bytes.Contains(plain, []byte("/Group")) {
				t.Error("a transparency group would mix the colours anew")
			}
		})
	}
}

// TestLogoAsItIs takes logos out of a PDF again.
func TestLogoAsItIs(t *testing.T) {
	style := NewStyle()
	file := jpegFile(t, photo())
	item := Item{Symbol: symbolOf(t, 36, "logo"), Options: render.Options{Logo: logoOf(t, file)}}
	if !bytes.Contains(pdfOf(t, &item, &style), file) {
		t.Error("a JPEG logo is not in the PDF as it came")
	}
	deep := image.NewNRGBA64(image.Rect(0, 0, 40, 30))
	for i := range deep.Pix {
		deep.Pix[i] = uint8(i * 37)
	}
	for name, img := range map[string]image.Image{"8 bit": photo(), "16 bit": deep} {
		item.Options.Logo = logoOf(t, pngFile(t, img))
		path := kept(t, "label.pdf", pdfOf(t, &item, &style))
		plain := tool(t, "qpdf", "--qdf", "--stream-data=uncompress", path, "-")
		pixels, alpha, _ := flatten(img)
		if !bytes.Contains(plain, pixels) || !bytes.Contains(plain, alpha) {
			t.Errorf("%s: the pixels of a PNG logo are not in the PDF as they were", name)
		}
	}
}

// TestSVGForm reads the document as XML.
func TestSVGForm(t *testing.T) {
	for _, tt := range labelCases(t) {
		data := svgOf(t, &tt.item, &tt.style)
		var root struct {
			Width   string `xml:"width,attr"`
			Height  string `xml:"height,attr"`
			ViewBox string `xml:"viewBox,attr"`
			Title   string `xml:"title"`
		}
		if err := xml.Unmarshal(data, &root); err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		l, err := tt.style.label(&tt.item)
		if err != nil {
			t.Fatal(err)
		}
		if want := number(l.width+2*tt.style.BleedMM) + "mm"; root.Width != want {
			t.Errorf("%s: width %s, want %s", tt.name, root.Width, want)
		}
		if root.Title != tt.item.Caption {
			t.Errorf("%s: title %q", tt.name, root.Title)
		}
		if bytes.Contains(data, []byte("<text")) {
			t.Errorf("%s: text that depends on a font", tt.name)
		}
	}
}

// TestSameBytes makes everything twice.
func TestSameBytes(t *testing.T) {
	for _, tt := range labelCases(t) {
		if !bytes.Equal(pdfOf(t, &tt.item, &tt.style), pdfOf(t, &tt.item, &tt.style)) ||
			!bytes.Equal(svgOf(t, &tt.item, &tt.style), svgOf(t, &tt.item, &tt.style)) {
			t.Errorf("%s: the same label gives other bytes", tt.name)
		}
	}
}

// full is a writer that fails after some bytes.
type full struct{ left int }

var errFull = errors.New("no room")

func (f *full) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestWriterFails(t *testing.T) {
	item, style := Item{Symbol: symbolOf(t, 36, "full"), Caption: "a"}, NewStyle()
	size := len(pdfOf(t, &item, &style))
	for _, room := range []int{0, 10, size / 2, size - 1} {
		if err := WritePDF(&full{room}, &item, &style); !errors.Is(err, errFull) {
			t.Errorf("room for %d bytes: %v", room, err)
		}
	}
	if err := WritePDF(&full{size}, &item, &style); err != nil {
		t.Error(err)
	}
	if err := WriteSVG(&full{10}, &item, &style); !errors.Is(err, errFull) {
		t.Error(err)
	}
}

func TestStyleCheck(t *testing.T) {
	for text, tt := range map[string]struct {
		setting string
		style   Style
	}{
		"a size of 9 mm":      {"size_mm", Style{SizeMM: 9}},
		"a size of NaN":       {"size_mm", Style{SizeMM: math.NaN()}},
		"a size of 9.999 mm":  {"size_mm", Style{SizeMM: 9.999}},
		"a size of 4001 mm":   {"size_mm", Style{SizeMM: 4001}},
		"a label of up to 16": {"size_mm", Style{SizeMM: 4000, Quiet: Space{Pitches: 54}}},
		"a bleed of 51 mm":    {"bleed_mm", Style{BleedMM: 51}},
		"captions of 1 mm":    {"caption_mm", Style{CaptionMM: 1}},
		"a quiet zone of 55p": {"quiet", Style{Quiet: Space{Pitches: 55}}},
	} {
		item := Item{Symbol: symbolOf(t, 36, "check")}
		for _, err := range []error{tt.style.Check(), WriteSVG(io.Discard, &item, &tt.style), WritePDF(io.Discard, &item, &tt.style)} {
			e, ok := errors.AsType[*StyleError](err)
			if !ok || !errors.Is(err, ErrStyle) || e.Setting != tt.setting || !strings.Contains(err.Error(), text) {
				t.Errorf("%s: %v", text, err)
			}
		}
	}
	style := NewStyle()
	if err := WritePDF(io.Discard, &Item{}, &style); !errors.Is(err, render.ErrOptions) {
		t.Errorf("no symbol: %v", err)
	}
}

// TestLongest holds that no label's page is longer than the check of its style says.
func TestLongest(t *testing.T) {
	item := Item{Symbol: symbolOf(t, 36, "long")}
	rapid.Check(t, func(t *rapid.T) {
		s := Style{
			SizeMM: rapid.Float64Range(MinSizeMM, MaxSizeMM).Draw(t, "size"), BleedMM: rapid.Float64Range(0, MaxBleedMM).Draw(t, "bleed"),
			Quiet:     Space{rapid.Float64Range(0, maxSpaceMM).Draw(t, "mm"), rapid.Float64Range(0, maxSpacePitches).Draw(t, "pitches")},
			CaptionMM: rapid.Float64Range(MinCaptionMM, MaxCaptionMM).Draw(t, "type"),
		}
		item.Caption = strings.Repeat("长", rapid.IntRange(0, MaxCaption).Draw(t, "caption"))
		l, err := s.label(&item)
		if err != nil {
			return // the caption does not fit
		}
		if edge := max(l.width, l.height) + 2*s.BleedMM; edge > s.longest()+1e-9 {
			t.Fatalf("%v, and at most %v", edge, s.longest())
		}
	})
}

// BenchmarkLabel makes one label with a logo and a Chinese caption.
func BenchmarkLabel(b *testing.B) {
	item := Item{Symbol: symbolOf(b, 36, "bench"), Caption: "id=42 茶馆一号店", Options: render.Options{Logo: logoOf(b, pngFile(b, photo()))}}
	style := NewStyle()
	for name, write := range map[string]func(io.Writer, *Item, *Style) error{"svg": WriteSVG, "pdf": WritePDF} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := write(io.Discard, &item, &style); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestUserFont sets a caption in a font of degree three.
func TestUserFont(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "typeface", "testdata", "cubic.otf"))
	if err != nil {
		t.Fatal(err)
	}
	style := NewStyle()
	style.SetFont(parseFont(t, data))
	item := Item{Symbol: symbolOf(t, 36, "font"), Caption: "I O"}
	path := kept(t, "label.pdf", pdfOf(t, &item, &style))
	if got := strings.Join(strings.Fields(string(tool(t, "pdftotext", path, "-"))), " "); got != "I O" {
		t.Errorf("text %q", got)
	}
	if fonts := string(tool(t, "pdffonts", path)); !strings.Contains(fonts, "+SuncodeCubic ") {
		t.Error(fonts)
	}
	if lost := (Style{FontID: style.FontID}); !errors.Is(lost.Check(), ErrStyle) || !strings.HasPrefix(lost.FontID, "Suncode Cubic ") {
		t.Errorf("a font that is not here: %v", lost.Check())
	}
	item.Caption = "IX"
	err = WritePDF(io.Discard, &item, &style)
	if want := `the font Suncode Cubic has no 'X' (U+0058)`; !errors.Is(err, ErrCaption) || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}
