package batchapi

import (
	"encoding"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/suncode/suncode/internal/batch"
	"github.com/suncode/suncode/internal/order"
)

// settings are what a caller has set, by name: in the query, in a form or in a JSON object.
type settings map[string][]string

// fields are the settings of a batch by their names: what [batch.Spec] has, its parts' settings beside its own, but
// for ownSettings.
var fields = fieldsOf(reflect.TypeFor[batch.Spec](), nil, map[string][]int{})

// ownSettings are those that callers have no say in: what a batch may take, and fonts, of which the server has one.
var ownSettings = map[string]bool{"bounds": true, "font": true}

// fieldsOf adds the settings of a struct to found, each with its index. Two of one name are a mistake in the program.
func fieldsOf(t reflect.Type, at []int, found map[string][]int) map[string][]int {
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		index := slices.Concat(at, f.Index)
		switch {
		case !f.IsExported() || name == "-" || ownSettings[name]:
		case f.Type.Kind() == reflect.Struct && !hasText(f.Type):
			fieldsOf(f.Type, index, found)
		case found[name] != nil || name == "":
			panic("batchapi: two settings are called " + strconv.Quote(name))
		default:
			found[name] = index
		}
	}
	return found
}

// hasText tells whether a type has a form of its own in JSON.
func hasText(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return p.Implements(reflect.TypeFor[json.Unmarshaler]()) || p.Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

// jsonSettings reads settings from a JSON object. Lists are of strings, and objects keep their form.
func jsonSettings(data []byte) (settings, error) {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(data, &object); err != nil {
		return nil, badRequest.Because("the body is not a JSON object of settings (JSON lines are application/x-ndjson)")
	}
	s := settings{}
	for name, raw := range object {
		var text string
		var list []string
		switch {
		case string(raw) == "null":
		case json.Unmarshal(raw, &text) == nil:
			s[name] = []string{text}
		case json.Unmarshal(raw, &list) == nil:
			s[name] = list
		default:
			s[name] = []string{string(raw)}
		}
	}
	return s, nil
}

// request is what the settings ask for. form and title are what the source says of itself, which the settings override.
// Errors are [*batch.SpecError].
func (s settings) request(form batch.Form, title string) (order.Request, error) {
	r := order.Request{Spec: batch.NewSpec(), Archive: batch.ZIP, Title: title}
	if form != "" {
		r.Spec.Form = form
	}
	switch {
	case s["form"] != nil:
	case s["pattern"] != nil:
		r.Spec.Form = batch.Pattern
	case s["count"] != nil:
		r.Spec.Form = batch.RandomIDs
	}
	for _, name := range slices.Sorted(maps.Keys(s)) {
		if err := apply(&r, name, s[name]); err != nil {
			return r, err
		}
	}
	r.Title = cleanTitle(r.Title)
	return r, nil
}

// apply sets one setting of the request.
func apply(r *order.Request, name string, values []string) error {
	index, known := fields[name]
	switch {
	case name == "archive" && len(values) == 1:
		r.Archive = batch.ArchiveKind(values[0])
		if r.Archive != batch.ZIP && r.Archive != batch.Tar {
			return &batch.SpecError{Setting: name, Reason: fmt.Sprintf("%.40q is neither zip nor tar", values[0])}
		}
		return nil
	case name == "title" && len(values) == 1:
		r.Title = values[0]
		return nil
	case !known:
		return &batch.SpecError{Setting: fmt.Sprintf("%.40q", name), Reason: "there is no such setting"}
	}
	field := reflect.ValueOf(&r.Spec).Elem().FieldByIndex(index)
	if field.Kind() == reflect.Slice {
		for _, value := range values {
			field.Set(reflect.AppendSlice(field, reflect.ValueOf(strings.Split(value, ","))))
		}
		return nil
	}
	if len(values) != 1 {
		return &batch.SpecError{Setting: name, Reason: "give it once"}
	}
	if err := set(field, values[0]); err != nil {
		return &batch.SpecError{Setting: name, Reason: err.Error()}
	}
	return nil
}

// set reads a setting's text.
func set(field reflect.Value, text string) error {
	switch field.Kind() {
	case reflect.String:
		field.SetString(text)
	case reflect.Bool:
		v, err := strconv.ParseBool(text)
		if err != nil {
			return fmt.Errorf("%.40q is neither true nor false", text)
		}
		field.SetBool(v)
	case reflect.Int, reflect.Int64:
		v, err := strconv.ParseInt(text, 10, 64)
		if err != nil || field.OverflowInt(v) {
			return fmt.Errorf("%.40q is not a whole number", text)
		}
		field.SetInt(v)
	case reflect.Float64:
		v, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("%.40q is not a number", text)
		}
		field.SetFloat(v)
	case reflect.Map:
		columns, err := parseColumns(text)
		if err != nil {
			return err
		}
		field.Set(reflect.ValueOf(columns))
	default:
		return setJSON(field, text)
	}
	return nil
}

// setJSON reads a text that has a form of its own in JSON: an object as it is, everything else as a string.
func setJSON(field reflect.Value, text string) error {
	if strings.HasPrefix(text, "{") {
		return json.Unmarshal([]byte(text), field.Addr().Interface())
	}
	data, err := json.Marshal(text)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, field.Addr().Interface())
}

// parseColumns reads which column has which field: scene:ID,page:Seite, or a JSON object.
func parseColumns(text string) (map[string]string, error) {
	columns := map[string]string{}
	if strings.HasPrefix(text, "{") {
		if json.Unmarshal([]byte(text), &columns) != nil {
			return nil, fmt.Errorf("%.40q is not an object of texts", text)
		}
		return columns, nil
	}
	for pair := range strings.SplitSeq(text, ",") {
		field, column, ok := strings.Cut(pair, ":")
		if !ok || columns[field] != "" {
			return nil, fmt.Errorf("%.40q is not of the form scene:COLUMN, each field once", pair)
		}
		columns[field] = column
	}
	return columns, nil
}

// maxTitle bounds a title, in characters.
const maxTitle = 80

// cleanTitle makes a title fit for the name of a file.
func cleanTitle(title string) string {
	title = strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || strings.ContainsRune(`/\:*?"<>|`, r) {
			return '-'
		}
		return r
	}, strings.ToValidUTF8(title, "-")))
	if runes := []rune(title); len(runes) > maxTitle {
		title = string(runes[:maxTitle])
	}
	if strings.Trim(title, ".- ") == "" {
		return "codes"
	}
	return title
}
