package batch

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"image/color"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/internal/sheet"
)

// Form is what a source is written in.
type Form string

// The forms of a source. [Pattern] and [RandomIDs] need no input.
const (
	CSV       Form = "csv"
	TSV       Form = "tsv"
	JSONLines Form = "jsonl"
	Lines     Form = "lines"
	Pattern   Form = "pattern"
	RandomIDs Form = "random"
)

// FormOf guesses the form from a file's name: .csv, .tsv or .tab, .jsonl or
// .ndjson; anything else is [Lines].
func FormOf(name string) Form {
	at := strings.LastIndexByte(name, '.')
	switch strings.ToLower(name[at+1:]) {
	case "csv":
		return CSV
	case "tsv", "tab":
		return TSV
	case "jsonl", "ndjson":
		return JSONLines
	}
	return Lines
}

// Format is what a code is drawn as. With [JPEG], a row that is hyaline is a
// PNG, as in the API.
type Format string

// The formats.
const (
	JPEG Format = "jpeg"
	PNG  Format = "png"
	SVG  Format = "svg"
	PDF  Format = "pdf"
)

// DefaultName is the file name template when none is given.
const DefaultName = "{scene}.{ext}"

// DefaultShard is how many rows' files lie in one folder.
const DefaultShard = 1000

// Look is what a row says beside its scene, and what stands in the place of
// what it does not say. The names are those of the API.
type Look struct {
	Page      string `json:"page,omitempty"`        // "": the home page
	Env       string `json:"env_version,omitempty"` // release, trial or develop
	CheckPath bool   `json:"check_path"`            // the page must be published
	Width     int    `json:"width,omitempty"`       // pixels, issue.MinWidth to issue.MaxWidth
	AutoColor bool   `json:"auto_color"`            // lines in the tone of the app's logo
	LineColor Color  `json:"line_color"`
	Hyaline   bool   `json:"is_hyaline"` // no ground; not for PDF
	Label     string `json:"label,omitempty"`
}

// Spec is what a batch shall be. It is plain data: two runs with the same Spec
// on the same source make the same files. [NewSpec] has the defaults; decode
// JSON onto it.
type Spec struct {
	Form    Form              `json:"form"`
	Columns map[string]string `json:"columns,omitempty"` // field, as in [Fields], to the column that has it
	Ignore  []string          `json:"ignore,omitempty"`  // columns to pass over; "*": all that are unknown
	Pattern string            `json:"pattern,omitempty"` // of Pattern: id={1..1000}
	Random  Random            `json:"random,omitzero"`   // of RandomIDs

	Format Format `json:"format"`
	Look   Look   `json:"look"`            // for rows that do not say otherwise
	Vector Vector `json:"vector"`          // of SVG, PDF and contact sheets
	Name   string `json:"name"`            // template of the file names
	Shard  int    `json:"shard"`           // files without a folder of their own in one folder; 0: any number
	Cased  bool   `json:"cased,omitempty"` // names that differ in case only are left as they are
	Bounds Bounds `json:"bounds,omitzero"` // what a job may take at most
}

// Bounds limit a job. Zero values do not.
type Bounds struct {
	Rows  int64 `json:"rows,omitempty"`  // rows read, bad ones too
	Bytes int64 `json:"bytes,omitempty"` // of the files made
}

// NewSpec makes codes with the defaults of the API from CSV rows.
func NewSpec() Spec {
	l := issue.NewLooks()
	return Spec{
		Form: CSV, Format: JPEG, Name: DefaultName, Shard: DefaultShard,
		Look:   Look{Env: "release", CheckPath: true, Width: l.WidthPx},
		Vector: Vector{Style: sheet.NewStyle()},
	}
}

// SpecError is a setting that cannot be.
type SpecError struct {
	Setting string // its JSON name
	Reason  string
}

// Error names the setting and says what is wrong with it.
func (e *SpecError) Error() string { return e.Setting + ": " + e.Reason }

func badSpec(setting, reason string, args ...any) error {
	return &SpecError{setting, fmt.Sprintf(reason, args...)}
}

// Validate returns every setting that cannot be, each a [*SpecError].
func (s *Spec) Validate() error {
	errs := []error{
		oneOf("form", s.Form, CSV, TSV, JSONLines, Lines, Pattern, RandomIDs),
		oneOf("format", s.Format, JPEG, PNG, SVG, PDF),
		s.validateColumns(),
		s.Look.validate(),
	}
	if _, err := parseName(s.Name); err != nil {
		errs = append(errs, err)
	}
	if s.Shard < 0 {
		errs = append(errs, badSpec("shard", "%d is less than 0", s.Shard))
	}
	if s.Bounds.Rows < 0 || s.Bounds.Bytes < 0 {
		errs = append(errs, badSpec("bounds", "less than 0"))
	}
	if s.Form == Pattern || s.Form == RandomIDs {
		_, err := newCounted(s)
		errs = append(errs, err)
	}
	if s.Format == PDF && s.Look.Hyaline {
		errs = append(errs, badSpec("is_hyaline", "a PDF has no ground anyway"))
	}
	return errors.Join(append(errs, s.Vector.validate())...)
}

func oneOf[T ~string](setting string, value T, words ...T) error {
	if slices.Contains(words, value) {
		return nil
	}
	return badSpec(setting, "%q is none of %v", value, words)
}

func (s *Spec) validateColumns() error {
	taken := map[string]string{}
	for _, field := range slices.Sorted(maps.Keys(s.Columns)) {
		if !slices.Contains(Fields, field) {
			return badSpec("columns", "%q is none of %s", field, strings.Join(Fields, ", "))
		}
		if other := taken[s.Columns[field]]; other != "" {
			return badSpec("columns", "column %q is to be both %s and %s", s.Columns[field], other, field)
		}
		taken[s.Columns[field]] = field
	}
	return nil
}

func (l *Look) validate() error {
	if l.Width < issue.MinWidth || l.Width > issue.MaxWidth {
		return badSpec("width", "%d is not within %d to %d pixels", l.Width, issue.MinWidth, issue.MaxWidth)
	}
	if _, err := issue.ParseEnv(l.Env); err != nil {
		return badSpec("env_version", "%q is none of release, trial, develop", l.Env)
	}
	return nil
}

// Color is an RGB colour: "#rrggbb", or the API's object with r, g and b.
type Color struct{ R, G, B uint8 }

// ParseColor reads #rrggbb or rrggbb.
func ParseColor(s string) (Color, error) {
	digits := strings.TrimPrefix(s, "#")
	v, err := strconv.ParseUint(digits, 16, 32)
	if err != nil || len(digits) != 6 {
		return Color{}, fmt.Errorf("%q is not a colour of the form #rrggbb", clip(s))
	}
	return Color{uint8(v >> 16), uint8(v >> 8), uint8(v)}, nil
}

// String is #rrggbb.
func (c Color) String() string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }

// MarshalText writes #rrggbb.
func (c Color) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalJSON reads both forms.
func (c *Color) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) == nil {
		v, err := ParseColor(text)
		*c = cmp.Or(v, Color{})
		return err
	}
	var object struct {
		R, G, B json.RawMessage
	}
	if err := json.Unmarshal(data, &object); err != nil {
		return errors.New(`a colour is "#rrggbb" or {"r":0,"g":0,"b":0}`)
	}
	parts := []struct {
		raw json.RawMessage
		to  *uint8
	}{{object.R, &c.R}, {object.G, &c.G}, {object.B, &c.B}}
	for _, p := range parts {
		v, err := strconv.ParseUint(strings.Trim(string(p.raw), `"`), 10, 8)
		if err != nil {
			return errors.New("r, g and b of a colour are 0 to 255")
		}
		*p.to = uint8(v)
	}
	return nil
}

func (c Color) nrgba() color.NRGBA { return color.NRGBA{R: c.R, G: c.G, B: c.B, A: 255} }
