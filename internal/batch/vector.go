package batch

import (
	"errors"
	"strconv"

	"github.com/suncode/suncode/internal/sheet"
)

// Vector is how codes are set for print: SVG, PDF and contact sheets.
type Vector struct {
	sheet.Style
	// Caption is a template with the places of [CaptionPlaces]; "" is none.
	Caption string `json:"caption,omitempty"`
}

// CaptionPlaces are what a caption can have between braces.
var CaptionPlaces = []string{"scene", "page", "label", "env", "row"}

// captions is the parsed template of captions.
type captions struct {
	template sheet.Template
	none     bool
}

func (v *Vector) captions() (captions, error) {
	t, err := sheet.ParseTemplate(v.Caption, CaptionPlaces...)
	return captions{t, v.Caption == ""}, err
}

func (c *captions) of(r *Row) string {
	if c.none {
		return ""
	}
	return c.template.Expand(func(place string) string {
		switch place {
		case "scene":
			return r.Scene
		case "page":
			return r.Page
		case "label":
			return r.Label
		case "env":
			return r.Env
		default: // row
			return strconv.FormatInt(r.Number, 10)
		}
	})
}

func (v *Vector) validate() error {
	if e, ok := errors.AsType[*sheet.StyleError](v.Check()); ok {
		return badSpec(e.Setting, "%s", e.Reason)
	}
	if _, err := v.captions(); err != nil {
		return badSpec("caption", "%v", err)
	}
	return nil
}
