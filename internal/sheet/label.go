package sheet

// label is where things are on a label, in mm from the top left corner of where it is cut.
type label struct {
	width, height float64
	x, y          float64 // of the code's square
	size          float64 // its edge
	text          textBlock
	textTop       float64
}

// label is a label for one code alone, as large as its caption makes it.
func (s *Style) label(i *Item) (label, error) {
	l := label{size: s.size()}
	quiet := s.Quiet.of(l.size)
	l.x, l.y = quiet, quiet
	l.width, l.height = l.size+2*quiet, l.size+2*quiet
	if i.Caption == "" {
		return l, nil
	}
	size := s.typeSize(l.size)
	text, err := setCaption(s.face(), i.Caption, size, l.size, maxLines*leading*size)
	if err != nil || len(text.lines) == 0 {
		return l, err
	}
	l.text = text
	l.textTop = l.height
	l.height += text.height() + max(quiet, size/2)
	return l, nil
}

// CheckCaption is the error that a label of the style has for that caption.
func (s *Style) CheckCaption(caption string) error {
	_, err := s.label(&Item{Caption: caption})
	return err
}

// mmPt is a millimetre in points.
const mmPt = 72 / 25.4

// pitch is a pitch of the code in mm.
func (l *label) pitch() float64 { return l.size / edge }
