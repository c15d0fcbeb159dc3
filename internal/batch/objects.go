package batch

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
)

// objects is a JSON object a line.
type objects struct {
	in      *records
	columns *columns
	look    Look
	row     int64
}

func newObjects(s *Spec, in *records) *objects {
	return &objects{in: in, columns: newColumns(s), look: s.Look}
}

// Next implements source.
func (o *objects) Next(r *Row) error {
	line, err := o.in.next()
	if err != nil && !errors.Is(err, errTooLong) {
		return err
	}
	o.row++
	*r = Row{Number: o.row, Line: o.in.line, Look: o.look}
	if err != nil {
		return &RowError{Row: r.Number, Line: r.Line, Reason: err.Error()}
	}
	if reason := badText(line); reason != "" {
		return &RowError{Row: r.Number, Line: r.Line, Reason: reason}
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(line, &object); err != nil || object == nil {
		return &RowError{Row: r.Number, Line: r.Line, Reason: "not a JSON object", Value: clip(string(line))}
	}
	return o.fill(r, object)
}

func (o *objects) fill(r *Row, object map[string]json.RawMessage) error {
	bad := func(field, reason string, value []byte) error {
		return &RowError{Row: r.Number, Line: r.Line, Column: field, Reason: reason, Value: clip(string(value))}
	}
	seen := map[string]bool{}
	for _, key := range slices.Sorted(maps.Keys(object)) {
		field, known := o.columns.field(key)
		if !known {
			return bad(clip(key), "there is no such field; map it or ignore it", nil)
		}
		if field == "" {
			continue
		}
		if seen[field] {
			return bad(field, "it is there twice", nil)
		}
		seen[field] = true
		value := object[key]
		if field == "line_color" && value[0] == '{' {
			if err := r.LineColor.UnmarshalJSON(value); err != nil {
				return bad(field, err.Error(), value)
			}
			continue
		}
		text, ok := scalar(value)
		if !ok {
			return bad(field, "it must be a string, a number, true, false or null", value)
		}
		if reason := badText(text); reason != "" {
			return bad(field, reason, value)
		}
		if err := r.set(field, text); err != nil {
			return bad(field, err.Error(), value)
		}
	}
	return nil
}

// scalar is a JSON value as a cell would have it; null is an empty one.
func scalar(value json.RawMessage) (string, bool) {
	switch value[0] {
	case '"':
		var text string
		err := json.Unmarshal(value, &text)
		return text, err == nil
	case '{', '[':
		return "", false
	case 'n':
		return "", true
	}
	return string(value), true
}
