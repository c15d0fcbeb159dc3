package batch

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// source gives one row after the other. Next returns nil, io.EOF after the
// last one, a [*RowError] for a bad row, after which it goes on, or another
// error, after which it does not.
type source interface {
	Next(r *Row) error
}

// SourceError is why a source cannot be read at all.
type SourceError struct {
	Line   int64
	Reason string
}

// Error is the line and the reason.
func (e *SourceError) Error() string {
	if e.Line == 0 {
		return e.Reason
	}
	return fmt.Sprintf("line %d: %s", e.Line, e.Reason)
}

func sourceError(line int64, reason string, args ...any) error {
	return &SourceError{line, fmt.Sprintf(reason, args...)}
}

var errTooLong = errors.New("longer than " + strconv.Itoa(MaxRecord) + " bytes")

// openSource opens what the settings describe; r is nil where they need no
// input.
func openSource(s *Spec, r io.Reader) (source, error) {
	if s.Form == Pattern || s.Form == RandomIDs {
		return newCounted(s)
	}
	if r == nil {
		return nil, sourceError(0, "there is no input for the form %s", s.Form)
	}
	in := newRecords(r)
	if err := in.begin(); err != nil {
		return nil, err
	}
	switch s.Form {
	case Lines:
		if head, _ := in.peek(1); isTableHead(head) {
			return nil, sourceError(1, "it is the header of a table; say so: form csv or tsv")
		}
		return &plain{in: in, look: s.Look}, nil
	case JSONLines:
		return newObjects(s, in), nil
	default:
		return newTable(s, in)
	}
}

// isTableHead tells whether a line names columns as a table does: several, all
// of them known. As a scene nobody has meant it.
func isTableHead(line []byte) bool {
	cells := strings.FieldsFunc(string(trimEnd(line)), func(r rune) bool { return strings.ContainsRune(",;\t", r) })
	return len(cells) > 1 && !slices.ContainsFunc(cells, func(c string) bool { return !slices.Contains(Fields, strings.ToLower(c)) })
}

// plain is one scene a line.
type plain struct {
	in   *records
	look Look
	row  int64
}

func (p *plain) Next(r *Row) error {
	line, err := p.in.next()
	if err != nil && !errors.Is(err, errTooLong) {
		return err
	}
	p.row++
	*r = Row{Number: p.row, Line: p.in.line, Look: p.look}
	if err != nil {
		return &RowError{Row: r.Number, Line: r.Line, Reason: err.Error()}
	}
	if reason := badText(line); reason != "" {
		return &RowError{Row: r.Number, Line: r.Line, Column: "scene", Reason: reason, Value: clip(string(line))}
	}
	r.Scene = strings.Trim(string(line), " \t")
	return nil
}

// badText says why a cell cannot be text at all.
func badText[T string | []byte](cell T) string {
	for i := range len(cell) {
		if cell[i] == 0 {
			return "it has a NUL"
		}
		if cell[i] >= utf8.RuneSelf {
			if !utf8.ValidString(string(cell)) {
				return "it is not UTF-8"
			}
			break
		}
	}
	if strings.IndexByte(string(cell), 0) >= 0 {
		return "it has a NUL"
	}
	return ""
}

// set gives a row's field its value. Empty text leaves the default. The error
// is the reason.
func (r *Row) set(field, value string) error {
	switch field {
	case "file":
		r.File = value
		return nil
	case "label":
		if len(value) > MaxLabel {
			return fmt.Errorf("%d bytes, at most %d are allowed", len(value), MaxLabel)
		}
		if value != "" {
			r.Label = value
		}
		return nil
	}
	value = strings.Trim(value, " \t")
	if value == "" {
		return nil
	}
	var err error
	switch field {
	case "scene":
		r.Scene = value
	case "page":
		r.Page = value
	case "env_version":
		r.Env = value
	case "width":
		r.Width, err = parseWidth(value)
	case "line_color":
		if r.LineColor, err = ParseColor(value); err != nil {
			err = errors.New("not a colour of the form #rrggbb")
		}
	case "auto_color":
		r.AutoColor, err = parseBool(value)
	case "is_hyaline":
		r.Hyaline, err = parseBool(value)
	case "check_path":
		r.CheckPath, err = parseBool(value)
	}
	return err
}

func parseWidth(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0, errors.New("not a whole number of pixels")
	}
	return n, nil
}

var yes, no = []string{"true", "1", "yes"}, []string{"false", "0", "no"}

func parseBool(s string) (bool, error) {
	s = strings.ToLower(s)
	if slices.Contains(yes, s) {
		return true, nil
	}
	if slices.Contains(no, s) {
		return false, nil
	}
	return false, errors.New("neither true nor false")
}

// columns finds the field of a column by the settings.
type columns struct {
	byColumn map[string]string // column to field, as the settings say
	mapped   []string          // fields that the settings give a column
	ignore   []string
}

func newColumns(s *Spec) *columns {
	c := &columns{byColumn: map[string]string{}, ignore: s.Ignore}
	for field, column := range s.Columns {
		c.byColumn[column] = field
		c.mapped = append(c.mapped, field)
	}
	return c
}

// field is the column's field, "" for one that is passed over; false means
// that the column is unknown.
func (c *columns) field(column string) (string, bool) {
	if field, ok := c.byColumn[column]; ok {
		return field, true
	}
	if slices.Contains(c.ignore, column) {
		return "", true
	}
	if name := strings.ToLower(column); slices.Contains(Fields, name) && !slices.Contains(c.mapped, name) {
		return name, true
	}
	return "", slices.Contains(c.ignore, "*")
}
