package batch

import (
	"context"
	"errors"
	"io"

	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/internal/sheet"
)

// print puts all rows onto sheets. A checkpoint is where a page ended: when
// something ends the printing, what came after that has not been.
func (r *run) print(ctx context.Context) error {
	m, err := newMaker(r.job)
	if err != nil {
		return err
	}
	safe := r.now
	for err == nil {
		if mark := r.sheets.Mark(); mark.Sheet != nil {
			r.now.Sink, r.now.Digest = mark, r.digestNow()
			safe = r.now
			err = r.saving.maybe(ctx, r)
		}
		if err == nil {
			err = r.printRow(ctx, m)
		}
	}
	if !errors.Is(err, io.EOF) {
		r.now = safe
		return err
	}
	r.sheets.pages.EndPage()
	r.now.Sink, r.now.Digest = r.sheets.Mark(), r.digestNow()
	return nil
}

// printRow prints the next row. io.EOF means that there is none.
func (r *run) printRow(ctx context.Context, m *maker) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var row Row
	err := r.source.Next(&row)
	if err == nil {
		err = m.place(ctx, r.sheets.pages, &row)
	}
	r.now.Bytes = r.sheets.pages.Len()
	r.meter.note(r.source)
	return r.count(m, &row, err)
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
