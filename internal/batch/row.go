package batch

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Fields are what a row can say, by the names of their columns: those of the
// API, file for the name of the file, and label for a text of its own.
var Fields = []string{
	"scene", "page", "env_version", "width", "auto_color", "line_color", "is_hyaline", "check_path", "file", "label",
}

// Limits of a source. What is beyond them is a bad row, found before memory is
// taken for it.
const (
	MaxRecord  = 64 << 10 // bytes of a row
	MaxColumns = 64
	MaxLabel   = 1024 // bytes
	maxLines   = 16   // lines of a row whose cells have line breaks
)

// Row is a code to be made.
type Row struct {
	Number int64 // from 1, bad rows too; without a header
	Line   int64 // of the source, from 1; 0 where it has none
	Scene  string
	File   string // "": by the template
	Look
}

// RowError is why a row is bad. The others go on.
type RowError struct {
	Row    int64  `json:"row"`
	Line   int64  `json:"line,omitempty"`
	Column string `json:"column,omitempty"` // the field, or nothing when the row as a whole is bad
	Reason string `json:"reason"`
	Value  string `json:"value,omitempty"` // the beginning of what the column says
}

// Error is the row, the column and the reason in one line.
func (e *RowError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "row %d", e.Row)
	if e.Line > 0 {
		fmt.Fprintf(&b, " (line %d)", e.Line)
	}
	if e.Column != "" {
		fmt.Fprintf(&b, ", %s", e.Column)
	}
	b.WriteString(": " + e.Reason)
	if e.Value != "" {
		fmt.Fprintf(&b, ": %q", e.Value)
	}
	return b.String()
}

// maxClip bounds what a report quotes of a cell, in bytes.
const maxClip = 80

// clip is the beginning of a text, fit for a report: short, valid UTF-8, no
// control characters.
func clip(s string) string {
	cut := s[:min(len(s), maxClip)]
	if len(cut) < len(s) {
		for len(cut) > 0 && !utf8.ValidString(cut) && len(cut) > maxClip-utf8.UTFMax {
			cut = cut[:len(cut)-1]
		}
		cut += "…"
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return '\uFFFD'
		}
		return r
	}, strings.ToValidUTF8(cut, "\uFFFD"))
}
