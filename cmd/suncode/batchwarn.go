package main

import (
	"fmt"
	"io"

	"github.com/suncode/suncode/internal/batch"
	"github.com/suncode/suncode/internal/legible"
	"github.com/suncode/suncode/internal/sheet"
)

// warn tells of settings in which codes will not scan well, before any is made.
// Rows that say otherwise are not looked at.
func (o *batchOptions) warn(w io.Writer) {
	question := legible.Question{SizeMM: o.printedMM()}
	if !o.spec.Look.AutoColor {
		question.Line = o.color.NRGBA
	}
	for _, f := range legible.Check(question).Findings {
		if f.Verdict != legible.OK {
			fmt.Fprintf(w, "warning: %s: %s\n", f.Rule, f.Message)
		}
	}
}

// printedMM is how large the codes are printed, 0 for pictures in pixels.
func (o *batchOptions) printedMM() float64 {
	style := &o.spec.Vector.Style
	switch {
	case o.vector.paper != "":
		layout, err := o.layout()
		if err != nil {
			return 0 // which the batch will say
		}
		pages, err := sheet.NewSheet(io.Discard, layout, *style)
		if err != nil {
			return 0
		}
		return pages.SizeMM()
	case o.spec.Format != batch.SVG && o.spec.Format != batch.PDF:
		return 0
	case style.SizeMM == 0:
		return sheet.DefaultSizeMM
	}
	return style.SizeMM
}
