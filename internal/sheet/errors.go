package sheet

import "errors"

var (
	// ErrStyle is wrapped by the errors about a size, a length, a paper, a grid or a template.
	ErrStyle = errors.New("sheet: bad style")
	// ErrCaption is wrapped by the errors about one item's caption: too long, or with a character that the font
	// does not have.
	ErrCaption = errors.New("sheet: bad caption")
)
