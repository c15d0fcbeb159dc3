package batch

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// table is CSV or TSV with a header. Cells are quoted as RFC 4180 says; a
// quote within a cell that does not begin with one is a mistake. A quote that
// is not closed within maxLines lines, or that leaves a row with cells too many
// or too few, costs its own line only.
type table struct {
	in      *records
	comma   byte
	fields  []string // by column; "": passed over
	last    []string // the last value of each column, so that one that repeats takes no memory
	cells   [][]byte
	scratch []byte
	look    Look
	row     int64
}

func newTable(s *Spec, in *records) (*table, error) {
	t := &table{in: in, comma: ',', look: s.Look}
	if s.Form == TSV {
		t.comma = '\t'
	}
	head, ok := in.peek(1)
	for ok && len(head) > 0 && len(bytes.TrimSpace(head)) == 0 {
		in.skip(len(head), 1)
		head, ok = in.peek(1)
	}
	if ok && len(head) == 0 {
		if in.err != nil && !errors.Is(in.err, io.EOF) {
			return nil, in.err
		}
		return nil, sourceError(0, "the source is empty: not even a header")
	}
	if ok && s.Form == CSV {
		t.comma = separator(head)
	}
	if err := t.readHeader(s); err != nil {
		return nil, err
	}
	return t, nil
}

// separator is what a CSV header has between its names: a comma, unless it has
// none, but semicolons or tabs.
func separator(head []byte) byte {
	for _, c := range []byte(",;\t") {
		if bytes.IndexByte(head, c) >= 0 {
			return c
		}
	}
	return ','
}

func (t *table) readHeader(s *Spec) error {
	line := t.in.line + 1
	if fault := t.read(0); fault != "" {
		return sourceError(line, "the header: %s", fault)
	}
	columns := newColumns(s)
	var names []string
	for _, cell := range t.cells {
		name := strings.TrimSpace(string(cell))
		if reason := badText(name); reason != "" {
			return sourceError(line, "the header: %s", reason)
		}
		if strings.Contains(strings.ReplaceAll(name, "\r\n", ""), "\r") {
			return sourceError(line, "its lines end with carriage returns alone; save it with line feeds")
		}
		field, known := columns.field(name)
		if !known && name == "" {
			return sourceError(line, "column %d has no name; * ignores all that are unknown", len(names)+1)
		}
		if !known {
			return sourceError(line, "column %q is unknown: it is none of %s; map it or ignore it", clip(name), strings.Join(Fields, ", "))
		}
		if field != "" && slices.Contains(t.fields, field) {
			return sourceError(line, "two columns are %s", field)
		}
		t.fields = append(t.fields, field)
		names = append(names, clip(name))
	}
	for field, column := range s.Columns {
		if !slices.Contains(t.fields, field) {
			return sourceError(line, "there is no column %q; there are: %s", clip(column), strings.Join(names, ", "))
		}
	}
	if !slices.Contains(t.fields, "scene") {
		return sourceError(line, "no column is scene; there are: %s", strings.Join(names, ", "))
	}
	t.last = make([]string, len(t.fields))
	return nil
}

// Next implements source.
func (t *table) Next(r *Row) error {
	if err := t.skipBlank(); err != nil {
		return err
	}
	t.row++
	*r = Row{Number: t.row, Line: t.in.line + 1, Look: t.look}
	if fault := t.read(len(t.fields)); fault != "" {
		return &RowError{Row: r.Number, Line: r.Line, Reason: fault}
	}
	for i, cell := range t.cells {
		if t.fields[i] == "" {
			continue
		}
		if reason := badText(cell); reason != "" {
			return t.bad(r, i, reason)
		}
		if string(cell) != t.last[i] {
			t.last[i] = string(cell)
		}
		if err := r.set(t.fields[i], t.last[i]); err != nil {
			return t.bad(r, i, err.Error())
		}
	}
	return nil
}

func (t *table) bad(r *Row, i int, reason string) error {
	return &RowError{Row: r.Number, Line: r.Line, Column: t.fields[i], Reason: reason, Value: clip(string(t.cells[i]))}
}

// skipBlank passes over empty lines; its error is the end of the source.
func (t *table) skipBlank() error {
	for {
		line, ok := t.in.peek(1)
		switch {
		case !ok:
			return nil
		case len(line) == 0:
			return t.in.err
		case len(trimEnd(line)) > 0:
			return nil
		}
		t.in.skip(len(line), 1)
	}
}

// read takes a record into t.cells, which must be want unless want is 0. What
// it returns is what is wrong with it; a line is consumed even so.
func (t *table) read(want int) string {
	first := 0
	for lines := 1; ; lines++ {
		text, ok := t.in.peek(lines)
		if !ok && lines == 1 {
			t.in.drop()
			return errTooLong.Error()
		}
		if lines == 1 {
			first = len(text)
		}
		fault := faultOpen
		if ok {
			fault = t.split(trimEnd(text))
		}
		more := ok && lines < maxLines && text[len(text)-1] == '\n'
		if fault == faultOpen && more {
			continue
		}
		if fault == "" && want > 0 && len(t.cells) != want {
			fault = fmt.Sprintf("the header has %d cells, this row %d", want, len(t.cells))
		}
		if fault != "" {
			t.in.take(first, 1)
			return fault
		}
		t.in.take(len(text), bytes.Count(text, []byte("\n")))
		return ""
	}
}

// What can be wrong with a record.
const (
	faultOpen  = "a quote is not closed"
	faultBare  = "a quote stands within a cell that is not quoted"
	faultAfter = "something follows a closing quote"
	faultMany  = "it has more than 64 cells"
)

// split cuts a record into t.cells.
func (t *table) split(text []byte) string {
	t.cells, t.scratch = t.cells[:0], t.scratch[:0]
	for {
		if len(t.cells) == MaxColumns {
			return faultMany
		}
		var cell []byte
		if len(text) > 0 && text[0] == '"' {
			n, fault := t.quoted(text)
			if fault != "" {
				return fault
			}
			cell, text = t.unquote(text[1:n-1]), text[n:]
		} else {
			n := bytes.IndexByte(text, t.comma)
			if n < 0 {
				n = len(text)
			}
			cell, text = text[:n], text[n:]
			if bytes.IndexByte(cell, '"') >= 0 {
				return faultBare
			}
		}
		t.cells = append(t.cells, cell)
		if len(text) == 0 {
			return ""
		}
		text = text[1:]
	}
}

// quoted is the length of the quoted cell that text begins with.
func (t *table) quoted(text []byte) (int, string) {
	for n := 1; ; {
		end := bytes.IndexByte(text[n:], '"')
		if end < 0 {
			return 0, faultOpen
		}
		n += end + 1
		switch {
		case n == len(text) || text[n] == t.comma:
			return n, ""
		case text[n] != '"':
			return 0, faultAfter
		}
		n++
	}
}

// unquote makes two quotes one.
func (t *table) unquote(cell []byte) []byte {
	if bytes.IndexByte(cell, '"') < 0 {
		return cell
	}
	begin := len(t.scratch)
	for i := 0; i < len(cell); i++ {
		if cell[i] == '"' {
			i++
		}
		t.scratch = append(t.scratch, cell[i])
	}
	return t.scratch[begin:]
}
