package sheet

import (
	"fmt"
	"image/color"
	"io"
	"slices"
	"strings"

	"github.com/suncode/suncode/internal/pdf"
	"github.com/suncode/suncode/internal/typeface"
	"github.com/suncode/suncode/render"
)

// press makes the pages of one PDF.
type press struct {
	out       *pdf.Writer
	face      *typeface.Face
	subset    *typeface.Subset // nil until there is text
	glyphs    []byte
	names     map[*render.Photo]string
	images    []Image // I0, I1 and on
	resources pdf.Ref
	tree      pdf.Ref
	pages     []pdf.Ref
}

// Image is a photo that a PDF has.
type Image struct {
	Ref pdf.Ref `json:"ref"`
	Sum string  `json:"sum"` // of its content
}

func newPress(w io.Writer, face *typeface.Face) *press {
	p := &press{out: pdf.NewWriter(w), face: face, names: map[*render.Photo]string{}}
	p.resources, p.tree = p.out.Reserve(), p.out.Reserve()
	return p
}

// page writes a page. Its boxes are in mm; what is cut lies trim inside the edges.
func (p *press) page(content pdf.Content, width, height, trim float64) {
	page, stream := p.out.Reserve(), p.out.Reserve()
	p.pages = append(p.pages, page)
	p.out.Flate(stream, "", content)
	w, h, t := width*mmPt, height*mmPt, trim*mmPt
	media := fmt.Sprintf("[0 0 %s %s]", pdf.Number(w), pdf.Number(h))
	cut := fmt.Sprintf("[%s %[1]s %s %s]", pdf.Number(t), pdf.Number(w-t), pdf.Number(h-t))
	p.out.Object(page, "<</Type/Page/Parent %s/MediaBox%s/BleedBox%[2]s/TrimBox%s/Resources %s/Contents %s>>",
		p.tree, media, cut, p.resources, stream)
}

// close writes what the pages share, and the end.
func (p *press) close() error {
	var resources strings.Builder
	resources.WriteString("<<")
	if p.subset != nil {
		font := p.out.Reserve()
		p.out.WriteFont(font, p.font())
		fmt.Fprintf(&resources, "/Font<</F0 %s>>", font)
	}
	if len(p.images) > 0 {
		resources.WriteString("/XObject<<")
		for i := range p.images {
			fmt.Fprintf(&resources, "/I%d %s", i, p.images[i].Ref)
		}
		resources.WriteString(">>")
	}
	resources.WriteString(">>")
	p.out.Object(p.resources, "%s", resources.String())
	p.out.Object(p.tree, "<</Type/Pages/Count %d/Kids%v>>", len(p.pages), p.pages)
	root, info := p.out.Reserve(), p.out.Reserve()
	p.out.Object(root, "<</Type/Catalog/Pages %s/ViewerPreferences<</PrintScaling/None>>>>", p.tree)
	p.out.Object(info, "<</Producer(Suncode)>>")
	return p.out.Close(root, info)
}

func (p *press) font() *pdf.Font {
	ascent, descent, capital := p.subset.Metrics()
	return &pdf.Font{
		Name: p.subset.PostScript(), File: p.subset.File(), Runes: p.subset.Runes(), Widths: p.subset.Widths(),
		Ascent: ascent, Descent: descent, Capital: capital, Box: p.subset.Box(),
	}
}

// label draws a label whose cut begins at a place, in mm from the top left corner of a page of a height.
func (p *press) label(c *pdf.Content, i *Item, l *label, bleed, x, y, pageHeight float64) error {
	layers, ground, err := render.Vectors(&i.Symbol, i.Options)
	if err != nil {
		return err
	}
	line, _ := colours(i.Options)
	if ground.A != 0 {
		c.Colour(ground)
		rect(c, x-bleed, y-bleed, l.width+2*bleed, l.height+2*bleed, pageHeight)
	}
	c.Save()
	pitch := l.pitch() * mmPt
	c.Transform(pitch, 0, 0, -pitch, (x+l.x)*mmPt, (pageHeight-y-l.y)*mmPt)
	for n := range layers {
		if err := p.layer(c, &layers[n]); err != nil {
			return err
		}
	}
	c.Restore()
	for n, text := range l.text.lines {
		left := x + l.x + l.size/2 - l.text.widths[n]*l.text.size/2
		if err := p.text(c, text, line, l.text.size, left, pageHeight-y-l.textTop-l.text.baseline(n, p.face)); err != nil {
			return err
		}
	}
	return nil
}

// rect fills a rectangle given in mm from the page's top left corner.
func rect(c *pdf.Content, x, y, width, height, pageHeight float64) {
	c.Rect(x*mmPt, (pageHeight-y-height)*mmPt, width*mmPt, height*mmPt)
	c.Fill()
}

// layer draws in a plane of pitches with y down.
func (p *press) layer(c *pdf.Content, l *render.Layer) error {
	if l.Photo != nil {
		return p.photo(c, l)
	}
	c.Colour(l.Colour)
	for i := range l.Shapes {
		addShape(c, &l.Shapes[i])
	}
	c.Fill()
	return nil
}

// photo shows the middle square of a photo, cut to a disc.
func (p *press) photo(c *pdf.Content, l *render.Layer) error {
	picture, err := prepared.picture(l.Photo)
	if err != nil {
		return err
	}
	disc := &l.Shapes[0]
	if l.Photo.Clear {
		c.Colour(l.Colour)
		addShape(c, disc)
		c.Fill()
	}
	c.Save()
	addShape(c, disc)
	c.Clip()
	scale := 2 * disc.Radius / float64(min(picture.width, picture.height))
	w, h := scale*float64(picture.width), scale*float64(picture.height)
	c.Transform(w, 0, 0, -h, disc.From.X-w/2, disc.From.Y+h/2)
	c.Image(p.image(l.Photo, picture))
	c.Restore()
	return nil
}

// image is the name of a photo, which is written when it is first shown.
func (p *press) image(photo *render.Photo, made *picture) string {
	if name, ok := p.names[photo]; ok {
		return name
	}
	sum := made.sum()
	n := slices.IndexFunc(p.images, func(i Image) bool { return i.Sum == sum })
	if n < 0 {
		n = len(p.images)
		p.images = append(p.images, Image{p.write(made), sum})
	}
	name := fmt.Sprintf("I%d", n)
	p.names[photo] = name
	return name
}

// write puts a picture into the file.
func (p *press) write(made *picture) pdf.Ref {
	ref, entries := p.out.Reserve(), made.entries
	if made.alpha != nil {
		mask := p.out.Reserve()
		p.out.Stream(mask, made.alphaEntries, made.alpha)
		entries += "/SMask " + mask.String()
	}
	p.out.Stream(ref, entries, made.data)
	return ref
}

// text sets a line from a place on, in mm from the page's bottom left corner.
func (p *press) text(c *pdf.Content, text string, colour color.NRGBA, size, x, y float64) (err error) {
	if p.subset == nil {
		p.subset = p.face.Subset()
	}
	if p.glyphs, err = p.subset.Encode(p.glyphs[:0], text); err != nil {
		return captionFault(err)
	}
	c.Colour(colour)
	c.Text("F0", size*mmPt, x*mmPt, y*mmPt, p.glyphs)
	return nil
}

// WritePDF writes one label as PDF of one page. Its media box and bleed box are the label with its bleed, its trim box
// the label. Errors are those of [WriteSVG] and the writer's.
func WritePDF(w io.Writer, i *Item, s *Style) error {
	if err := s.Check(); err != nil {
		return err
	}
	l, err := s.label(i)
	if err != nil {
		return err
	}
	var content pdf.Content
	p := newPress(w, s.face())
	height := l.height + 2*s.BleedMM
	if err := p.label(&content, i, &l, s.BleedMM, s.BleedMM, s.BleedMM, height); err != nil {
		return err
	}
	p.page(content, l.width+2*s.BleedMM, height, s.BleedMM)
	return p.close()
}
