package order

import (
	"context"
	"encoding/json"
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
var Reports = []string{batch.ManifestCSV, batch.ManifestJSON, batch.BadCSV, batch.BadJSON}

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
		// The source stays until the next sweep: should the server be killed before this is written down, it fails again.
		if err := d.restart(&o); err != nil {
			d.Log.Error("files of a batch not removed", "batch", o.ID, "error", err)
		}
		return figures, fault
	}
	switch {
	case errors.Is(cause, ErrCancelled):
		d.Log.Info("batch cancelled", "batch", o.ID, "app", o.App)
		d.clear(&o)
	case ctx.Err() == nil:
		d.Log.Warn("batch failed, trying again", "batch", o.ID, "app", o.App, "error", err)
	}
	if errors.Is(err, batch.ErrChanged) || errors.Is(err, batch.ErrNotEmpty) {
		// Another version of the program has begun it, or it was killed before there was a state to go on from.
		return figures, errors.Join(err, d.restart(&o))
	}
	return figures, err
}

// run makes what is not made yet of an order.
func (d *Desk) run(ctx context.Context, o *Order, cancel context.CancelCauseFunc, keep func(Figures)) (Figures, error) {
	if exists(d.file(&o.Request, madeFile)) {
		return d.finished(o) // the server was killed before it could say so
	}
	sink := reporting{batch.NewArchive(o.Archive, d.file(&o.Request, ArchiveFile(o))), d.folder(&o.Request)}
	defer func() { _ = sink.Close() }() // Run has finished it, or it goes on another time
	made := &tally{desk: d, fresh: !exists(d.file(&o.Request, stateFolder)), last: o.Figures}
	job := batch.Job{
		Spec: o.Spec, Issuer: d.Issuer, App: o.App, SourceSize: o.Size, SourceDigest: o.Digest,
		Sink: sink, State: d.file(&o.Request, stateFolder), Start: batch.Continue, Workers: d.Workers, Every: d.Every,
		Progress: func(p batch.Progress) {
			made.add(p.Good, p.Bad)
			made.last = figuresOf(p)
			keep(made.last)
			if d.full() {
				cancel(ErrNoSpace)
			}
		},
	}
	if o.Digest != "" {
		f, err := os.Open(d.file(&o.Request, sourceFile))
		if err != nil {
			return o.Figures, fmt.Errorf("order: %w", err)
		}
		defer func() { _ = f.Close() }() // only read
		job.Source = f
	}
	report, err := batch.Run(ctx, job)
	if err != nil {
		return made.last, err
	}
	made.add(report.Good, report.Bad)
	return Figures{Rows: report.Rows, Good: report.Good, Bad: report.Bad, Bytes: report.Bytes, Total: report.Rows, Fraction: 1}, nil
}

// tally tells [Config.Made] what a run makes, without what an earlier one made.
type tally struct {
	desk      *Desk
	fresh     bool // the counts begin at 0
	good, bad int64
	last      Figures
}

func (t *tally) add(good, bad int64) {
	if t.fresh {
		t.desk.Made(good-t.good, bad-t.bad)
	}
	t.fresh, t.good, t.bad = true, good, bad
}

// finished is what an order made whose figures were lost: they are counted again.
func (d *Desk) finished(o *Order) (Figures, error) {
	good, bytes, err := count(d.file(&o.Request, batch.ManifestJSON))
	if err != nil {
		return o.Figures, err
	}
	bad, _, err := count(d.file(&o.Request, batch.BadJSON))
	if err != nil {
		return o.Figures, err
	}
	return Figures{Rows: good + bad, Good: good, Bad: bad, Bytes: bytes, Total: good + bad, Fraction: 1}, nil
}

// count counts the lines of a report, and the bytes of the files that they tell of.
func count(name string) (lines, bytes int64, err error) {
	f, err := os.Open(name)
	if err != nil {
		return 0, 0, fmt.Errorf("order: %w", err)
	}
	defer func() { _ = f.Close() }() // only read
	for d := json.NewDecoder(f); ; lines++ {
		var line struct {
			Bytes int64 `json:"bytes"`
		}
		switch err := d.Decode(&line); {
		case errors.Is(err, io.EOF):
			return lines, bytes, nil
		case err != nil:
			return lines, bytes, fmt.Errorf("order: %s: %w", name, err)
		}
		bytes += line.Bytes
	}
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

func figuresOf(p batch.Progress) Figures {
	return Figures{
		Rows: p.Rows, Good: p.Good, Bad: p.Bad, Bytes: p.Bytes, Total: p.Total, Fraction: p.Fraction, Rate: p.Rate, Remaining: p.Remaining,
	}
}

// tidy removes what a done order needs no more.
func (d *Desk) tidy(o *Order) error {
	return errors.Join(os.RemoveAll(d.file(&o.Request, stateFolder)), os.RemoveAll(d.file(&o.Request, sourceFile)))
}

// restart removes what there is of an order but its source.
func (d *Desk) restart(o *Order) error {
	defer d.measureAnew()
	entries, err := os.ReadDir(d.folder(&o.Request))
	for _, e := range entries {
		if e.Name() != sourceFile {
			err = errors.Join(err, os.RemoveAll(d.file(&o.Request, e.Name())))
		}
	}
	return err
}

// faultOf is why an order can never be carried out, nil when it may be the next time.
func faultOf(err error, l Limits) *Error {
	spec, badSpec := errors.AsType[*batch.SpecError](err)
	source, badSource := errors.AsType[*batch.SourceError](err)
	switch {
	case badSpec:
		return &Error{BadSettings, spec.Error()}
	case badSource:
		return &Error{BadSource, source.Error()}
	case errors.Is(err, batch.ErrBounds):
		return &Error{TooMuch, fmt.Sprintf("a batch has at most %d rows here", l.Rows)}
	case errors.Is(err, ErrNoSpace), errors.Is(err, syscall.ENOSPC):
		return &Error{NoSpace, ErrNoSpace.Error()}
	}
	return nil
}

// reporting keeps the manifest and the report of bad rows beside the archive too.
type reporting struct {
	batch.Sink
	dir string
}

// Finish implements [batch.Sink]. Reports that the archive does not have are empty.
func (r reporting) Finish(ctx context.Context, extras []batch.Extra) error {
	from := map[string]string{}
	for _, e := range extras {
		from[e.Name] = e.Path
	}
	for _, name := range Reports {
		if err := copyFile(filepath.Join(r.dir, name), from[name]); err != nil {
			return fmt.Errorf("order: %w", err)
		}
	}
	if err := r.Sink.Finish(ctx, extras); err != nil {
		return err
	}
	return copyFile(filepath.Join(r.dir, madeFile), "")
}

// copyFile copies a file and has it on the disk. From nothing it makes an empty one.
func copyFile(to, from string) error {
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if from != "" {
		var in *os.File
		if in, err = os.Open(from); err == nil {
			_, err = io.Copy(out, in)
			_ = in.Close() // only read
		}
	}
	return errors.Join(err, out.Sync(), out.Close())
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
