package devtools

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/tailscale/hujson"
)

// MaxFile is the largest file that is read, in bytes.
const MaxFile = 4 << 20

const byteOrderMark = "\xef\xbb\xbf"

// File is a project file of the DevTools, JSON with or without comments.
type File struct {
	mark string // a byte order mark, or ""
	text []byte
	root hujson.Value // with offsets into text
	game bool
}

// Parse reads a file; an empty one counts as an empty object. The conditions of
// a mini game lie in a place of their own.
func Parse(data []byte, game bool) (*File, error) {
	if len(data) > MaxFile {
		return nil, fmt.Errorf("it has more than %d MiB", MaxFile>>20)
	}
	f := &File{text: bytes.Clone(data), game: game}
	if rest, ok := bytes.CutPrefix(f.text, []byte(byteOrderMark)); ok {
		f.mark, f.text = byteOrderMark, rest
	}
	if len(bytes.TrimSpace(f.text)) == 0 {
		f.text = append(f.text, "{}\n"...)
	}
	if err := f.parse(); err != nil {
		return nil, err
	}
	if _, ok := f.root.Value.(*hujson.Object); !ok {
		return nil, errors.New("it is not a JSON object")
	}
	return f, nil
}

func (f *File) parse() (err error) {
	if f.root, err = hujson.Parse(f.text); err != nil {
		return errors.New(strings.TrimPrefix(err.Error(), "hujson: "))
	}
	return nil
}

// Bytes is the file as it is now.
func (f *File) Bytes() []byte { return append([]byte(f.mark), f.text...) }

// keys lead from the root to the list of conditions.
func (f *File) keys() []string {
	kind := "miniprogram"
	if f.game {
		kind = "game"
	}
	return []string{"condition", kind, "list"}
}

// member is the value of an object's key. Of keys of one name the last counts,
// as in JavaScript.
func member(object *hujson.Object, key string) *hujson.Value {
	for i := len(object.Members) - 1; i >= 0; i-- {
		if name, ok := object.Members[i].Name.Value.(hujson.Literal); ok && name.String() == key {
			return &object.Members[i].Value
		}
	}
	return nil
}

// list walks to the list of conditions as far as it is there: at is the last
// value that is, and missing are the keys that are not.
func (f *File) list() (at *hujson.Value, missing []string, err error) {
	at = &f.root
	keys := f.keys()
	for i, key := range keys {
		object, ok := at.Value.(*hujson.Object)
		if !ok {
			return nil, nil, fmt.Errorf("%s is not an object", strings.Join(keys[:i], "."))
		}
		next := member(object, key)
		if next == nil {
			return at, keys[i:], nil
		}
		at = next
		if isNull(at) {
			return at, keys[i+1:], nil
		}
	}
	if _, ok := at.Value.(*hujson.Array); !ok {
		return nil, nil, fmt.Errorf("%s is not a list", strings.Join(keys, "."))
	}
	return at, nil, nil
}

func isNull(v *hujson.Value) bool {
	literal, ok := v.Value.(hujson.Literal)
	return ok && string(literal) == "null"
}

// elements are the values in the list, none if there is no list.
func (f *File) elements() ([]hujson.Value, error) {
	at, missing, err := f.list()
	if err != nil || len(missing) > 0 || isNull(at) {
		return nil, err
	}
	return at.Value.(*hujson.Array).Elements, nil
}

// decode reads one element. One that is no condition as it should be has what
// could be read.
func decode(v hujson.Value) Condition {
	v = v.Clone()
	v.Standardize()
	var c Condition
	_ = json.Unmarshal(v.Pack(), &c) // fields of other types stay empty
	return c
}

// splice puts a text in the place of the bytes from one offset to another.
func (f *File) splice(from, to int, text string) {
	f.text = append(f.text[:from:from], append([]byte(text), f.text[to:]...)...)
}
