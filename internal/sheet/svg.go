package sheet

import (
	"fmt"
	"html"
	"image/color"
	"io"
	"strings"

	"github.com/suncode/suncode"
	"github.com/suncode/suncode/internal/typeface"
	"github.com/suncode/suncode/render"
)

const edge = suncode.EdgePitches

// WriteSVG writes one label as SVG. The document's size is the label's with its bleed, its unit a pitch, and 0, 0 the
// corner of the code's square. Captions are outlines, so that they look the same without the font. Errors wrap
// [ErrStyle], [ErrCaption] or render's.
func WriteSVG(w io.Writer, i *Item, s *Style) error {
	data, err := AppendSVG(nil, i, s)
	if err != nil {
		return err
	}
	_, err = w.Write(data)
	return err
}

// AppendSVG adds to dst what WriteSVG writes.
func AppendSVG(dst []byte, i *Item, s *Style) ([]byte, error) {
	if err := s.Check(); err != nil {
		return dst, err
	}
	l, err := s.label(i)
	if err != nil {
		return dst, err
	}
	drawing, err := render.AppendSVG(nil, &i.Symbol, i.Options)
	if err != nil {
		return dst, err
	}
	line, ground := colours(i.Options)
	width, height := l.width+2*s.BleedMM, l.height+2*s.BleedMM
	left, top := -(l.x+s.BleedMM)/l.pitch(), -(l.y+s.BleedMM)/l.pitch()
	box := fmt.Sprintf("%s %s %s %s", number(left), number(top), number(width/l.pitch()), number(height/l.pitch()))
	dst = fmt.Appendf(dst, `<svg xmlns="http://www.w3.org/2000/svg" width="%smm" height="%smm" viewBox="%s">`,
		number(width), number(height), box)
	if i.Caption != "" {
		dst = fmt.Appendf(dst, "<title>%s</title>", html.EscapeString(strings.Join(strings.Fields(i.Caption), " ")))
	}
	if !i.Options.Transparent {
		dst = fmt.Appendf(dst, `<path fill="%s" d="M%s %sh%sv%sH%[2]sz"/>`, hex(ground),
			number(left), number(top), number(width/l.pitch()), number(height/l.pitch()))
	}
	dst = append(dst, drawing...)
	if dst, err = l.appendText(dst, s.face(), line); err != nil {
		return dst, err
	}
	return append(dst, "</svg>\n"...), nil
}

// appendText adds the caption as one path.
func (l *label) appendText(dst []byte, face *typeface.Face, colour color.NRGBA) ([]byte, error) {
	if len(l.text.lines) == 0 {
		return dst, nil
	}
	dst = fmt.Appendf(dst, `<path fill="%s" d="`, hex(colour))
	scale := l.text.size / l.pitch()
	for n, text := range l.text.lines {
		x, y := edge/2.0-l.text.widths[n]*scale/2, (l.textTop-l.y+l.text.baseline(n, face))/l.pitch()
		pen := svgPen{dst: dst, scale: scale, x: x, y: y}
		if err := face.Draw(&pen, text, 0); err != nil {
			return dst, captionFault(err)
		}
		pen.end()
		dst = pen.dst
	}
	return append(dst, `"/>`...), nil
}

// svgPen writes outlines as path commands.
type svgPen struct {
	dst         []byte
	scale, x, y float64
	open        bool // a curve is not closed yet
}

// end closes the last curve.
func (p *svgPen) end() {
	if p.open {
		p.dst = append(p.dst, 'z')
	}
	p.open = false
}

func (p *svgPen) op(command byte, points ...float64) {
	p.dst = append(p.dst, command)
	for i := 0; i < len(points); i += 2 {
		if i > 0 {
			p.dst = append(p.dst, ' ')
		}
		p.dst = append(p.dst, number(p.x+points[i]*p.scale)...)
		p.dst = append(p.dst, ' ')
		p.dst = append(p.dst, number(p.y+points[i+1]*p.scale)...)
	}
}

func (p *svgPen) Move(x, y float64) {
	p.end()
	p.op('M', x, y)
	p.open = true
}

func (p *svgPen) Line(x, y float64)                 { p.op('L', x, y) }
func (p *svgPen) Quad(x1, y1, x, y float64)         { p.op('Q', x1, y1, x, y) }
func (p *svgPen) Cube(x1, y1, x2, y2, x, y float64) { p.op('C', x1, y1, x2, y2, x, y) }

// colours are those of the lines and of the ground, with render's defaults.
func colours(o render.Options) (line, ground color.NRGBA) {
	none := color.NRGBA{}
	line, ground = o.Line, o.Ground
	if line == none {
		line = color.NRGBA{A: 255}
	}
	if ground == none {
		ground = color.NRGBA{R: 255, G: 255, B: 255, A: 255}
	}
	return line, ground
}

func hex(c color.NRGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }
