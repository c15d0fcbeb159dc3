package batch

import (
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/suncode/suncode/internal/issue"
)

// Names of the files beside the codes.
const (
	ManifestCSV  = "manifest.csv"
	ManifestJSON = "manifest.jsonl"
	BadCSV       = "bad.csv"
	BadJSON      = "bad.jsonl"
)

// Entry is a line of the manifest.
type Entry struct {
	Row    int64  `json:"row"`
	Scene  string `json:"scene"`
	Page   string `json:"page"` // "": the home page
	Env    string `json:"env_version"`
	Path   string `json:"path"` // what opens: page?scene=…, the scene encoded
	File   string `json:"file"`
	Rays   int    `json:"rays"`
	Bytes  int    `json:"bytes"`
	SHA256 string `json:"sha256"`
	Label  string `json:"label,omitempty"`
	// Warning is why the code will not scan well, nothing if it will.
	Warning string `json:"warning,omitempty"`
}

const (
	manifestHeader = "row,scene,page,env_version,path,file,rays,bytes,sha256,label,warning\r\n"
	badHeader      = "row,line,column,reason,value\r\n"
)

// made is a code that has its file.
type made struct {
	row  *Row
	home string // page that opens when the row names none
	file string
	rays int
	size int
	sha  [32]byte

	warning string
}

func (m *made) appendPath(dst []byte) []byte {
	if m.row.Page != "" {
		dst = append(dst, m.row.Page...)
	} else {
		dst = append(dst, m.home...)
	}
	return append(append(dst, "?scene="...), issue.EncodeURIComponent(m.row.Scene)...)
}

// appendCSV adds the line to dst. Values are exact: no program but a
// spreadsheet minds that one begins with an equals sign.
func (m *made) appendCSV(dst []byte, scratch *[]byte) []byte {
	r := m.row
	dst = strconv.AppendInt(dst, r.Number, 10)
	for _, cell := range [...]string{r.Scene, r.Page, r.Env} {
		dst = appendCell(append(dst, ','), cell)
	}
	*scratch = m.appendPath((*scratch)[:0])
	dst = appendCell(append(dst, ','), *scratch)
	dst = appendCell(append(dst, ','), m.file)
	dst = strconv.AppendInt(append(dst, ','), int64(m.rays), 10)
	dst = strconv.AppendInt(append(dst, ','), int64(m.size), 10)
	dst = hex.AppendEncode(append(dst, ','), m.sha[:])
	dst = appendCell(append(dst, ','), r.Label)
	dst = appendCell(append(dst, ','), m.warning)
	return append(dst, '\r', '\n')
}

// appendJSON adds the line to dst.
func (m *made) appendJSON(dst []byte, scratch *[]byte) []byte {
	r := m.row
	dst = strconv.AppendInt(append(dst, `{"row":`...), r.Number, 10)
	dst = appendString(append(dst, `,"scene":`...), r.Scene)
	dst = appendString(append(dst, `,"page":`...), r.Page)
	dst = appendString(append(dst, `,"env_version":`...), r.Env)
	*scratch = m.appendPath((*scratch)[:0])
	dst = appendString(append(dst, `,"path":`...), *scratch)
	dst = appendString(append(dst, `,"file":`...), m.file)
	dst = strconv.AppendInt(append(dst, `,"rays":`...), int64(m.rays), 10)
	dst = strconv.AppendInt(append(dst, `,"bytes":`...), int64(m.size), 10)
	dst = hex.AppendEncode(append(dst, `,"sha256":"`...), m.sha[:])
	dst = append(dst, '"')
	if r.Label != "" {
		dst = appendString(append(dst, `,"label":`...), r.Label)
	}
	if m.warning != "" {
		dst = appendString(append(dst, `,"warning":`...), m.warning)
	}
	return append(dst, '}', '\n')
}

// appendCell adds a CSV cell, quoted where it must be.
func appendCell[T string | []byte](dst []byte, cell T) []byte {
	plain := true
	for i := range len(cell) {
		if c := cell[i]; c == '"' || c == ',' || c == '\n' || c == '\r' {
			plain = false
			break
		}
	}
	if n := len(cell); plain && (n == 0 || cell[0] != ' ' && cell[n-1] != ' ') {
		return append(dst, cell...)
	}
	dst = append(dst, '"')
	for i := range len(cell) {
		if cell[i] == '"' {
			dst = append(dst, '"')
		}
		dst = append(dst, cell[i])
	}
	return append(dst, '"')
}

// appendString adds a JSON string: what is plain ASCII without escapes at
// once.
func appendString[T string | []byte](dst []byte, s T) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf || c == 0x7f {
			text, err := json.Marshal(string(s))
			if err != nil {
				panic(err) // strings always encode
			}
			return append(dst, text...)
		}
	}
	return append(append(append(dst, '"'), s...), '"')
}

// appendCSV adds a line of the report to dst. It is for people and their
// spreadsheets: a value that would be a formula there begins with a quote.
func (e *RowError) appendCSV(dst []byte) []byte {
	dst = strconv.AppendInt(dst, e.Row, 10)
	dst = append(dst, ',')
	if e.Line > 0 {
		dst = strconv.AppendInt(dst, e.Line, 10)
	}
	for _, cell := range [...]string{e.Column, e.Reason, e.Value} {
		if cell != "" && strings.IndexByte("=+-@\t\r", cell[0]) >= 0 {
			cell = "'" + cell
		}
		dst = appendCell(append(dst, ','), cell)
	}
	return append(dst, '\r', '\n')
}

// appendJSON adds a line of the report to dst.
func (e *RowError) appendJSON(dst []byte) []byte {
	line, err := json.Marshal(e)
	if err != nil {
		panic(err) // strings and numbers always encode
	}
	return append(append(dst, line...), '\n')
}
