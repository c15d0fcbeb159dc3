package batch

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"runtime"
	"time"
)

// Run carries out a job. It returns a [*SpecError], a [*SourceError], one of
// the errors of this package, or what the source, the sink or the registry
// failed with; while Report.Done is false and the state folder is there, the
// job can be resumed. A context that is done ends it soon, with the context's
// error and a last checkpoint.
func Run(ctx context.Context, job Job) (Report, error) {
	r := &run{job: &job, began: time.Now()}
	if sheets, ok := job.Sink.(*Sheets); ok {
		r.sheets, sheets.style, job.Spec.Format = sheets, job.Spec.Vector.Style, PDF
	}
	if err := job.Spec.Validate(); err != nil {
		return Report{}, err
	}
	if job.DryRun {
		err := r.dry(ctx)
		return r.report(), err
	}
	if err := r.open(ctx); err != nil {
		return Report{}, errors.Join(err, r.close())
	}
	err := r.work(ctx)
	return r.report(), errors.Join(err, r.close())
}

// run is a job at work.
type run struct {
	job    *Job
	began  time.Time
	source source
	digest hash.Hash // of the rows read, nil when they follow from the settings
	names  *naming
	state  *state
	sink   Sink
	sheets *Sheets    // the sink, if it is that
	now    checkpoint // what is committed
	first  int64      // rows that an earlier run had done
	done   bool
	meter  *meter
	saving saving
}

func (r *run) report() Report {
	c := &r.now
	return Report{
		Rows: c.Rows, Good: c.Good, Bad: c.Bad, Warned: c.Warned, Bytes: c.Bytes,
		Resumed: r.first, Done: r.done, Elapsed: time.Since(r.began),
	}
}

// open opens state, source, index and sink, and goes to where an earlier run
// had come.
func (r *run) open(ctx context.Context) error {
	if r.job.Sink == nil || r.job.State == "" {
		return errors.New("batch: a run needs a sink and a state folder")
	}
	want := settings{Version: stateVersion, Spec: r.job.Spec, App: r.job.App, Source: r.job.SourceDigest}
	if r.sheets != nil {
		want.Sheet = &r.sheets.layout
	}
	var resumed bool
	var err error
	if r.state, resumed, err = openState(r.job.State, r.job.Start); err != nil {
		return err
	}
	var at *Mark
	if resumed {
		if err := r.state.resume(&want); err != nil {
			return err
		}
		r.now, at = r.state.last, &r.state.last.Sink
		r.first = r.now.Rows
	} else if want.Spec.Form == RandomIDs && want.Spec.Random.Seed == "" {
		want.Spec.Random.Seed = newSeed()
	}
	r.job.Spec = want.Spec
	if err := r.openSource(); err != nil {
		return errors.Join(err, r.abandon(resumed))
	}
	if err := r.job.Sink.Begin(ctx, r.job.State, at); err != nil {
		return errors.Join(err, r.abandon(resumed))
	}
	r.sink = r.job.Sink
	if !resumed {
		if err := r.state.begin(&want); err != nil {
			return err
		}
	}
	if r.sheets != nil {
		return nil // no files, no manifest
	}
	if err := r.state.openLogs(); err != nil {
		return err
	}
	return r.openNames(r.job.State)
}

// abandon removes the state of a run that could not begin.
func (r *run) abandon(resumed bool) error {
	if resumed {
		return nil
	}
	return r.state.remove()
}

func newSeed() string {
	seed := make([]byte, 16)
	_, _ = rand.Read(seed) // never fails: crypto/rand ends the program instead
	return hex.EncodeToString(seed)
}

// openSource opens the source and passes over the rows that are done, which
// must be what they were.
func (r *run) openSource() error {
	var err error
	if r.source, err = openSource(&r.job.Spec, r.job.Source); err != nil {
		return err
	}
	r.meter = newMeter(r.job, r.source, r.now.Rows)
	if c, ok := r.source.(*counted); ok {
		if most := r.job.Spec.Bounds.Rows; most > 0 && c.total > most {
			return fmt.Errorf("%w: %d rows, at most %d", ErrBounds, c.total, most)
		}
		c.skip(r.now.Rows)
		return nil
	}
	r.digest = inputOf(r.source).digest
	var row Row
	for n := range r.now.Rows {
		err := r.source.Next(&row)
		if _, bad := errors.AsType[*RowError](err); err == nil || bad {
			continue
		}
		if errors.Is(err, io.EOF) {
			return fmt.Errorf("%w: the source has %d rows, and %d were done", ErrChanged, n, r.now.Rows)
		}
		return err
	}
	if r.now.Rows > 0 && r.digestNow() != r.now.Digest {
		return fmt.Errorf("%w: the first %d rows are not what they were", ErrChanged, r.now.Rows)
	}
	return nil
}

// inputOf is the stream below a source, nil for one that has none.
func inputOf(s source) *records {
	switch s := s.(type) {
	case *plain:
		return s.in
	case *objects:
		return s.in
	case *table:
		return s.in
	}
	return nil
}

func (r *run) digestNow() string {
	if r.digest == nil {
		return ""
	}
	return hex.EncodeToString(r.digest.Sum(nil))
}

func (r *run) openNames(dir string) error {
	var err error
	if r.names, err = newNaming(&r.job.Spec, dir); err != nil || r.now.Good == 0 {
		return err
	}
	return r.state.eachName(r.names.remember)
}

// work makes all rows and finishes the output.
func (r *run) work(ctx context.Context) error {
	produce := r.pipeline
	if r.sheets != nil {
		produce = r.print
	}
	err := produce(ctx)
	if saving := r.saving.wait(); err == nil {
		err = saving
	}
	if err != nil {
		if saving := r.lastCheckpoint(ctx); saving != nil && saving.Error() != err.Error() {
			err = fmt.Errorf("%w (and the last checkpoint could not be saved: %w)", err, saving)
		}
		return err
	}
	if err := r.lastCheckpoint(ctx); err != nil {
		return err
	}
	if err := r.sink.Finish(ctx, r.state.extras(r.now.Bad)); err != nil {
		return err
	}
	if r.sheets != nil {
		r.now.Bytes = r.sheets.pages.Len()
	}
	r.done = true
	return r.state.remove()
}

// lastCheckpoint saves where the run came to, whatever ended it.
func (r *run) lastCheckpoint(ctx context.Context) error {
	c := r.now
	if err := r.state.flush(&c); err != nil {
		return err
	}
	if err := r.sink.Sync(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	return r.state.save(&c)
}

func (r *run) close() error {
	var err error
	if r.sink != nil {
		err = r.sink.Close()
	}
	if r.names != nil {
		r.names.close()
	}
	if r.state != nil {
		r.state.close()
	}
	return err
}

// dry reads and checks everything.
func (r *run) dry(ctx context.Context) error {
	if err := r.openSource(); err != nil {
		return err
	}
	m, err := newMaker(r.job)
	if err != nil {
		return err
	}
	if r.sheets == nil {
		if r.names, err = newNaming(&r.job.Spec, os.TempDir()); err != nil {
			return err
		}
		defer r.names.close()
	}
	var row Row
	for ctx.Err() == nil {
		err := r.source.Next(&row)
		if err == nil {
			err = r.check(m, &row)
		}
		if err := r.count(m, &row, err); errors.Is(err, io.EOF) {
			r.done = true
			return nil
		} else if err != nil {
			return err
		}
	}
	return ctx.Err()
}

// check tells what is wrong with a row, its file's name too.
func (r *run) check(m *maker, row *Row) error {
	if err := m.check(row); err != nil || r.names == nil {
		return err
	}
	ext, _ := m.kind(row)
	_, err := r.names.name(&named{row: row, ext: ext}, !r.names.template.needsPicture())
	return err
}

// count notes what came of a row where rows go one by one.
func (r *run) count(m *maker, row *Row, err error) error {
	bad, isBad := errors.AsType[*RowError](err)
	if err != nil && !isBad {
		return err
	}
	r.now.Rows++
	if err == nil {
		r.now.Good++
		if m.warning(row) != "" {
			r.now.Warned++
		}
	} else {
		r.now.Bad++
		bad.Row, bad.Line = row.Number, row.Line
		if r.job.BadRow != nil {
			r.job.BadRow(bad)
		}
		if r.job.FailFast {
			return fmt.Errorf("%w: %w", ErrBadRow, bad)
		}
	}
	r.meter.tell(&r.now)
	return r.checkBounds()
}

func (r *run) checkBounds() error {
	b := &r.job.Spec.Bounds
	switch {
	case b.Rows > 0 && r.now.Rows > b.Rows:
		return fmt.Errorf("%w: more than %d rows", ErrBounds, b.Rows)
	case b.Bytes > 0 && r.now.Bytes > b.Bytes:
		return fmt.Errorf("%w: more than %d bytes", ErrBounds, b.Bytes)
	}
	return nil
}

// spare is how many workers there are beside one a processor: some wait for
// their turn or for the disk.
const spare = 2

// workers is how many goroutines make codes.
func (r *run) workers() int {
	n := r.job.Workers
	if n <= 0 {
		n = runtime.GOMAXPROCS(0) + spare
	}
	return max(n, r.sink.Parallel())
}
