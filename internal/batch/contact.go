package batch

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/internal/sheet"
)

// ContactSheet prints the codes of a job, in the order of their rows, onto
// sheets of paper: one PDF, written to w. It makes no manifest and cannot be
// resumed; Sink, State, Start and Spec.Format do not count, nor do the names of
// files. A row that is bad takes no place.
func ContactSheet(ctx context.Context, job Job, layout sheet.Layout, w io.Writer) (Report, error) {
	r := &run{job: &job, began: time.Now()}
	job.Spec.Format = PDF
	err := r.print(ctx, layout, w)
	return r.report(), err
}

func (r *run) print(ctx context.Context, layout sheet.Layout, w io.Writer) error {
	spec := &r.job.Spec
	if err := spec.Validate(); err != nil {
		return err
	}
	if spec.Form == RandomIDs && spec.Random.Seed == "" {
		spec.Random.Seed = newSeed()
	}
	if err := r.openSource(); err != nil {
		return err
	}
	m, err := newMaker(r.job)
	if err != nil {
		return err
	}
	pages, err := sheet.NewSheet(w, layout, spec.Vector.Style)
	if err != nil {
		return badSpec("sheet", "%v", err)
	}
	var row Row
	for ctx.Err() == nil {
		err := r.source.Next(&row)
		if errors.Is(err, io.EOF) {
			r.done = true
			return pages.Close()
		}
		if err == nil {
			err = m.place(ctx, pages, &row)
		}
		if err := r.count(m, &row, err); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// place puts a row's code onto the sheet.
func (m *maker) place(ctx context.Context, pages *sheet.Sheet, r *Row) error {
	if err := m.checkLook(r); err != nil {
		return err
	}
	d, err := m.issuer.Drawing(ctx, m.request(r))
	if err != nil {
		return r.fault(err)
	}
	m.item = m.printed(&d, r)
	return r.fault(pages.Add(&m.item))
}

// printed is the row's code as it is printed.
func (m *maker) printed(d *issue.Drawing, r *Row) sheet.Item {
	return sheet.Item{Symbol: d.Symbol, Options: d.Options, Caption: m.captions.of(r)}
}

// CheckSheet says what is wrong with a layout for the settings, as a
// [*SpecError].
func (s *Spec) CheckSheet(layout *sheet.Layout) error {
	if err := layout.Check(&s.Vector.Style); err != nil {
		return badSpec("sheet", "%v", err)
	}
	return nil
}
