package batch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// How many rows go through the pipeline together: more are less to coordinate,
// fewer less memory when many uploads are under way.
const (
	chunkRows      = 16
	smallChunkRows = 4
	manyWorkers    = 8
)

// chunk is some rows on their way: read, made into pictures by a worker, named
// in order, stored, and committed in order. Its memory is used again.
type chunk struct {
	seq    int64
	rows   []Row
	faults []error // by row: a [*RowError], or nil
	digest string  // of the rows of the source up to the last one
	read   int64   // bytes of the source, about
	turn   <-chan struct{}
	next   chan struct{} // closed when the next chunk has its turn

	pictures []byte
	codes    []code // by row
	csv      []byte // of the manifest
	json     []byte
	badCSV   []byte
	badJSON  []byte
	bads     []*RowError
	good     int64
	warned   int64
	bytes    int64
	mark     Mark
}

// code is a row's place in the chunk's pictures.
type code struct {
	from, to int
	rays     int
	sha      [32]byte
	file     string
	kind     string // media type
	warning  string
}

func (c *chunk) reset() {
	c.rows, c.faults, c.codes = c.rows[:0], c.faults[:0], c.codes[:0]
	c.pictures, c.csv, c.json = c.pictures[:0], c.csv[:0], c.json[:0]
	c.badCSV, c.badJSON, c.bads = c.badCSV[:0], c.badJSON[:0], c.bads[:0]
	c.good, c.warned, c.bytes = 0, 0, 0
}

// patience is how long what is at work may take to end after the run was
// stopped: a store that does not answer would keep it for minutes.
const patience = 3 * time.Second

// pipe is what the goroutines of a run share.
type pipe struct {
	r      *run
	ctx    context.Context // ended by the first failure, not by the caller
	fail   context.CancelCauseFunc
	free   chan *chunk
	todo   chan *chunk
	made   chan *chunk
	size   int // rows of a chunk
	reader error
}

// pipeline makes the rows of the source until it ends, ctx is done, or
// something fails.
func (r *run) pipeline(ctx context.Context) error {
	workers := r.workers()
	p := &pipe{r: r, size: chunkRows}
	if workers > manyWorkers {
		p.size = smallChunkRows
	}
	inFlight := workers + 2
	p.free, p.todo, p.made = make(chan *chunk, inFlight), make(chan *chunk, inFlight), make(chan *chunk, inFlight)
	for range inFlight {
		p.free <- &chunk{}
	}
	p.ctx, p.fail = context.WithCancelCause(context.WithoutCancel(ctx))
	defer p.fail(nil)
	defer context.AfterFunc(ctx, func() {
		time.AfterFunc(patience, func() { p.fail(ctx.Err()) })
	})()
	var group sync.WaitGroup
	for range workers {
		m, err := newMaker(r.job)
		if err != nil {
			p.fail(err)
			break
		}
		group.Go(func() { p.make(m) })
	}
	var reading sync.WaitGroup
	reading.Go(func() { p.read(ctx) })
	go func() {
		group.Wait()
		close(p.made)
	}()
	p.commitAll()
	reading.Wait()
	if err := context.Cause(p.ctx); err != nil {
		return err
	}
	return p.reader
}

// read fills chunks from the source. It ends the pipeline's work when there is
// no more.
func (p *pipe) read(ctx context.Context) {
	defer close(p.todo)
	turn := make(chan struct{})
	close(turn)
	for seq := int64(0); ; seq++ {
		var c *chunk
		select {
		case c = <-p.free:
		case <-ctx.Done():
			p.reader = ctx.Err()
			return
		case <-p.ctx.Done():
			return
		}
		c.reset()
		c.seq, c.turn, c.next = seq, turn, make(chan struct{})
		turn = c.next
		more := p.fill(ctx, c)
		if len(c.rows) > 0 {
			p.todo <- c
		}
		if !more {
			return
		}
	}
}

// fill reads a chunk's rows; false means that there are no more after them.
func (p *pipe) fill(ctx context.Context, c *chunk) bool {
	var more bool
	for {
		if more = p.reader == nil && len(c.rows) < p.size; !more {
			break
		}
		if ctx.Err() != nil {
			p.reader = ctx.Err()
			break
		}
		c.rows = append(c.rows, Row{})
		row := &c.rows[len(c.rows)-1]
		err := p.r.source.Next(row)
		if _, bad := errors.AsType[*RowError](err); err != nil && !bad {
			c.rows = c.rows[:len(c.rows)-1]
			if !errors.Is(err, io.EOF) {
				p.reader = fmt.Errorf("the source: %w", err)
			}
			p.note(c)
			return false
		}
		c.faults = append(c.faults, err)
	}
	p.note(c)
	return p.reader == nil
}

// note keeps how far the source has come.
func (p *pipe) note(c *chunk) {
	c.digest = p.r.digestNow()
	if in := inputOf(p.r.source); in != nil {
		c.read = in.consumed()
	}
}

// make is a worker: pictures, then in turn the names, then the files.
func (p *pipe) make(m *maker) {
	var scratch []byte
	for c := range p.todo {
		if err := p.makeChunk(m, c, &scratch); err != nil {
			p.fail(err)
			return
		}
		p.made <- c
	}
}

func (p *pipe) makeChunk(m *maker, c *chunk, scratch *[]byte) error {
	for i := range c.rows {
		if err := p.draw(m, c, i); err != nil {
			return err
		}
	}
	select {
	case <-c.turn:
	case <-p.ctx.Done():
		return context.Cause(p.ctx)
	}
	ordered := p.r.sink.Parallel() == 1
	if err := p.nameAll(m, c); err != nil {
		return err
	}
	if !ordered {
		close(c.next)
	}
	if err := p.putAll(c); err != nil {
		return err
	}
	if ordered {
		c.mark = p.r.sink.Mark()
		close(c.next)
	}
	p.write(m, c, scratch)
	return nil
}

// draw makes the file of a row.
func (p *pipe) draw(m *maker, c *chunk, i int) error {
	row := &c.rows[i]
	from := len(c.pictures)
	var rays int
	if c.faults[i] == nil {
		c.pictures, rays, c.faults[i] = m.make(p.ctx, c.pictures, row)
	}
	if c.faults[i] != nil {
		c.pictures = c.pictures[:from]
		c.codes = append(c.codes, code{})
		return p.onlyBad(c.faults[i])
	}
	c.codes = append(c.codes, code{from: from, to: len(c.pictures), rays: rays, sha: sum(c.pictures[from:]), warning: m.warning(row)})
	return nil
}

// onlyBad lets bad rows pass, and nothing else.
func (p *pipe) onlyBad(err error) error {
	if _, bad := errors.AsType[*RowError](err); bad {
		return nil
	}
	return err
}

func (p *pipe) nameAll(m *maker, c *chunk) error {
	for i := range c.rows {
		if c.faults[i] != nil {
			continue
		}
		code := &c.codes[i]
		var ext string
		ext, code.kind = m.kind(&c.rows[i])
		code.file, c.faults[i] = p.r.names.name(&named{row: &c.rows[i], ext: ext, rays: code.rays, sha: code.sha}, true)
		if err := c.faults[i]; err != nil && p.onlyBad(err) != nil {
			return err
		}
	}
	return nil
}

func (p *pipe) putAll(c *chunk) error {
	for i := range c.rows {
		if c.faults[i] != nil {
			continue
		}
		code := &c.codes[i]
		err := p.r.sink.Put(p.ctx, File{Name: code.file, Type: code.kind, Data: c.pictures[code.from:code.to]})
		if err != nil && p.onlyBad(err) != nil {
			return err
		}
		c.faults[i] = err
	}
	return nil
}

// write puts the lines of the manifest and of the reports together.
func (p *pipe) write(m *maker, c *chunk, scratch *[]byte) {
	for i := range c.rows {
		row, code := &c.rows[i], &c.codes[i]
		if bad, ok := errors.AsType[*RowError](c.faults[i]); ok {
			bad.Row, bad.Line = row.Number, row.Line
			c.bads = append(c.bads, bad)
			c.badCSV = bad.appendCSV(c.badCSV)
			c.badJSON = bad.appendJSON(c.badJSON)
			continue
		}
		line := made{row: row, home: m.home(row), file: code.file, rays: code.rays, size: code.to - code.from, sha: code.sha, warning: code.warning}
		c.csv = line.appendCSV(c.csv, scratch)
		c.json = line.appendJSON(c.json, scratch)
		c.good++
		if code.warning != "" {
			c.warned++
		}
		c.bytes += int64(line.size)
	}
}

// commitAll takes the chunks in their order.
func (p *pipe) commitAll() {
	waiting := map[int64]*chunk{}
	next := int64(0)
	for c := range p.made {
		waiting[c.seq] = c
		for c := waiting[next]; c != nil; c = waiting[next] {
			delete(waiting, next)
			next++
			if p.ctx.Err() == nil {
				if err := p.r.commit(p.ctx, c); err != nil {
					p.fail(err)
				}
			}
			p.free <- c
		}
	}
}

// commit makes a chunk a part of what is done.
func (r *run) commit(ctx context.Context, c *chunk) error {
	for i, lines := range [...][]byte{c.csv, c.json, c.badCSV, c.badJSON} {
		if err := r.state.logs[i].write(lines); err != nil {
			return err
		}
	}
	r.now.Rows += int64(len(c.rows))
	r.now.Good += c.good
	r.now.Bad += int64(len(c.bads))
	r.now.Warned += c.warned
	r.now.Bytes += c.bytes
	r.now.Digest, r.now.Sink = c.digest, c.mark
	r.meter.read = c.read
	r.meter.tell(&r.now)
	for _, bad := range c.bads {
		if r.job.BadRow != nil {
			r.job.BadRow(bad)
		}
	}
	if len(c.bads) > 0 && r.job.FailFast {
		return fmt.Errorf("%w: %w", ErrBadRow, c.bads[0])
	}
	if err := r.checkBounds(); err != nil {
		return err
	}
	return r.saving.maybe(ctx, r)
}
