package order

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/suncode/suncode/internal/batch"
)

// Reports are the files that an order has beside its archive.
var Reports = []string{"manifest.csv", "manifest.jsonl", "bad.csv", "bad.jsonl"}

// Work implements [Worker].
func (d *Desk) Work(ctx context.Context, o Order, keep func(Figures)) (Figures, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	d.Log.Info("batch begins", "batch", o.ID, "app", o.App, "rows", o.Figures.Rows)
	figures, err := d.run(ctx, &o, cancel, keep)
	if err == nil {
		d.Log.Info("batch done", "batch", o.ID, "app", o.App, "good", figures.Good, "bad", figures.Bad)
		return figures, d.tidy(&o)
	}
	cause := context.Cause(ctx)
	if errors.Is(cause, ErrNoSpace) {
		err = cause
	}
	if fault := faultOf(err, d.Limits); fault != nil {
		d.Log.Info("batch failed", "batch", o.ID, "app", o.App, "error", err)
		d.clear(&o)
		return figures, fault
	}
	switch {
	case errors.Is(cause, ErrCancelled):
		d.Log.Info("batch cancelled", "batch", o.ID, "app", o.App)
		d.clear(&o)
	case ctx.Err() == nil:
		d.Log.Warn("batch failed, trying again", "batch", o.ID, "app", o.App, "error", err)
	}
	if errors.Is(err, batch.ErrChanged) { // another version of the program has begun it
		return figures, errors.Join(err, os.RemoveAll(d.file(&o.Request, stateFolder)), os.RemoveAll(d.file(&o.Request, ArchiveFile(&o))))
	}
	return figures, err
}

// run makes what is not made yet of an order.
func (d *Desk) run(ctx context.Context, o *Order, cancel context.CancelCauseFunc, keep func(Figures)) (Figures, error) {
	if _, err := os.Stat(d.file(&o.Request, Reports[0])); err == nil && !d.begun(o) {
		return o.Figures, nil // done, but the server was killed before it could say so
	}
	sink, err := d.sink(o)
	if err != nil {
		return o.Figures, err
	}
	defer func() { _ = sink.Close() }() // Run has finished it
	job := batch.Job{
		Spec: o.Spec, Issuer: d.Issuer, App: o.App, SourceSize: o.Size, SourceDigest: o.Digest,
		Sink: sink, State: d.file(&o.Request, stateFolder), Start: batch.Continue, Workers: d.Workers,
	}
	if o.Digest != "" {
		f, err := os.Open(d.file(&o.Request, sourceFile))
		if err != nil {
			return o.Figures, fmt.Errorf("order: %w", err)
		}
		defer func() { _ = f.Close() }() // only read
		job.Source = f
	}
	last, told := o.Figures, batch.Progress{Good: -1}
	job.Progress = func(p batch.Progress) {
		if told.Good < 0 {
			told = p // what an earlier run made is not made now
		}
		d.Made(p.Good-told.Good, p.Bad-told.Bad)
		told, last = p, figuresOf(p)
		keep(last)
		if d.Limits.Space > 0 && d.used() > d.Limits.Space {
			cancel(ErrNoSpace)
		}
	}
	report, err := batch.Run(ctx, job)
	if err != nil {
		return last, err
	}
	d.Made(report.Good-max(told.Good, 0), report.Bad-max(told.Bad, 0))
	return Figures{Rows: report.Rows, Good: report.Good, Bad: report.Bad, Bytes: report.Bytes, Total: report.Rows, Fraction: 1}, nil
}

func figuresOf(p batch.Progress) Figures {
	return Figures{
		Rows: p.Rows, Good: p.Good, Bad: p.Bad, Bytes: p.Bytes, Total: p.Total, Fraction: p.Fraction, Rate: p.Rate, Remaining: p.Remaining,
	}
}

// begun tells whether there is a run to go on with.
func (d *Desk) begun(o *Order) bool {
	_, err := os.Stat(d.file(&o.Request, stateFolder))
	return err == nil
}

// tidy removes what a done order needs no more.
func (d *Desk) tidy(o *Order) error {
	return errors.Join(os.RemoveAll(d.file(&o.Request, stateFolder)), os.RemoveAll(d.file(&o.Request, sourceFile)))
}

// faultOf is why an order can never be carried out, nil when it may be the next time.
func faultOf(err error, l Limits) *Fault {
	spec, badSpec := errors.AsType[*batch.SpecError](err)
	source, badSource := errors.AsType[*batch.SourceError](err)
	switch {
	case badSpec:
		return &Fault{BadSettings, spec.Error()}
	case badSource:
		return &Fault{BadSource, source.Error()}
	case errors.Is(err, batch.ErrBounds):
		return &Fault{TooMuch, fmt.Sprintf("a batch has at most %d rows here", l.Rows)}
	case errors.Is(err, ErrNoSpace), errors.Is(err, syscall.ENOSPC):
		return &Fault{NoSpace, ErrNoSpace.Error()}
	}
	return nil
}

// sink is where an order's files go.
func (d *Desk) sink(o *Order) (batch.Sink, error) {
	return nil, errors.ErrUnsupported
}

// reporting keeps the manifest and the report of bad rows beside the archive too.
type reporting struct {
	batch.Sink
	dir string
}

// Finish implements [batch.Sink].
func (r reporting) Finish(ctx context.Context, extras []batch.Extra) error {
	for _, e := range extras {
		if err := copyFile(filepath.Join(r.dir, filepath.Base(e.Name)), e.Path); err != nil {
			return err
		}
	}
	return r.Sink.Finish(ctx, extras)
}

func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }() // only read
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

const (
	sweepPage = 500
	// strayAge is how old a folder without an order gets: an upload may still be coming in.
	strayAge = 24 * time.Hour
)

// Sweep implements [Worker]: it removes orders that were over long enough ago, what the others need no more, and
// folders that are no order's.
func (d *Desk) Sweep(ctx context.Context) error {
	known := map[string]bool{}
	now := time.Now()
	for after := int64(0); ; {
		orders, err := d.Queue.All(ctx, after, sweepPage)
		if err != nil {
			return err
		}
		for i := range orders {
			o := &orders[i]
			after = o.ID
			known[o.Folder] = true
			if err := d.sweep(ctx, o, now); err != nil {
				return err
			}
		}
		if len(orders) < sweepPage {
			return d.sweepStrays(known, now)
		}
	}
}

func (d *Desk) sweep(ctx context.Context, o *Order, now time.Time) error {
	switch {
	case !o.State.Final():
		return nil
	case d.Expires(o).Before(now):
		d.Log.Info("batch removed, its time is over", "batch", o.ID, "app", o.App)
		return d.remove(ctx, o)
	case o.State == Done:
		return d.tidy(o)
	}
	d.clear(o)
	return nil
}

// sweepStrays removes folders that are no order's: a server was killed while it received a source.
func (d *Desk) sweepStrays(known map[string]bool, now time.Time) error {
	entries, err := os.ReadDir(d.Dir)
	if err != nil {
		return fmt.Errorf("order: %w", err)
	}
	for _, entry := range entries {
		info, err := entry.Info()
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return fmt.Errorf("order: %w", err)
		case !entry.IsDir() || known[entry.Name()] || now.Sub(info.ModTime()) < strayAge:
			continue
		}
		if err := os.RemoveAll(filepath.Join(d.Dir, entry.Name())); err != nil {
			return fmt.Errorf("order: %w", err)
		}
	}
	return nil
}
