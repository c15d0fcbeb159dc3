package sheet

import (
	"errors"
	"fmt"
)

var (
	// ErrStyle is wrapped by the errors about a size, a length, a paper, a grid or a template.
	ErrStyle = errors.New("sheet: bad style")
	// ErrCaption is wrapped by the errors about one item's caption: too long, or with a character that the font
	// does not have.
	ErrCaption = errors.New("sheet: bad caption")
)

// faulty is an error of a kind that does not stand in its text.
type faulty struct {
	error
	kind error
}

// Unwrap gives the kind and what is wrapped.
func (f *faulty) Unwrap() []error { return []error{f.kind, f.error} }

// fault is an error of a kind.
func fault(kind error, format string, args ...any) error {
	return &faulty{fmt.Errorf(format, args...), kind}
}

// StyleError is a setting of a [Style] that cannot be. It wraps [ErrStyle].
type StyleError struct {
	Setting string // its JSON name
	Reason  string
}

// Error is the reason.
func (e *StyleError) Error() string { return e.Reason }

// Unwrap gives ErrStyle.
func (*StyleError) Unwrap() error { return ErrStyle }

// badStyle is a setting that cannot be.
func badStyle(setting, format string, args ...any) error {
	return &StyleError{setting, fmt.Sprintf(format, args...)}
}
