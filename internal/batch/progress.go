package batch

import (
	"context"
	"time"
)

// meter tells how far a run has come.
type meter struct {
	job   *Job
	total int64 // rows, 0 when it is not known
	first int64 // rows of an earlier run
	read  int64 // bytes of the source
	began time.Time
	last  time.Time
	rate  float64 // rows a second, of late
	rows  int64   // at last
}

const (
	tellEvery = time.Second
	rateWeigh = 0.3 // of the last stretch in the rate
)

func newMeter(job *Job, s source, done int64) *meter {
	m := &meter{job: job, first: done, rows: done, began: time.Now(), last: time.Now()}
	if c, ok := s.(*counted); ok {
		m.total = c.total
	}
	return m
}

// note keeps how much of the source was read.
func (m *meter) note(s source) {
	if in := inputOf(s); in != nil {
		m.read = in.consumed()
	}
}

// tell calls Job.Progress when it is time.
func (m *meter) tell(c *checkpoint) {
	if m.job.Progress == nil {
		return
	}
	every := m.job.Every
	if every <= 0 {
		every = tellEvery
	}
	now := time.Now()
	since := now.Sub(m.last)
	if since < every {
		return
	}
	rate := float64(c.Rows-m.rows) / since.Seconds()
	if m.rate == 0 {
		m.rate = rate
	}
	m.rate += rateWeigh * (rate - m.rate)
	m.last, m.rows = now, c.Rows
	m.job.Progress(m.progress(c, now))
}

func (m *meter) progress(c *checkpoint, now time.Time) Progress {
	p := Progress{
		Rows: c.Rows, Good: c.Good, Bad: c.Bad, Bytes: c.Bytes, Total: m.total,
		Rate: m.rate, Elapsed: now.Sub(m.began),
	}
	switch {
	case m.total > 0:
		p.Fraction = float64(c.Rows) / float64(m.total)
	case m.job.SourceSize > 0 && m.read > 0:
		p.Fraction = min(1, float64(m.read)/float64(m.job.SourceSize))
	}
	if p.Fraction > 0 && m.rate > 0 {
		left := float64(c.Rows) * (1 - p.Fraction) / p.Fraction
		p.Remaining = time.Duration(left / m.rate * float64(time.Second))
	}
	return p
}

// How often a checkpoint is saved, which is what a killed run makes anew: soon
// after the start, then each time after twice as long, up to the most.
const (
	saveFirst = 100 * time.Millisecond
	saveMost  = 2 * time.Second
)

// saving saves checkpoints beside the work.
type saving struct {
	last  time.Time
	every time.Duration
	done  chan error // nil: none is under way
}

// maybe starts a checkpoint if it is time and none is under way.
func (s *saving) maybe(ctx context.Context, r *run) error {
	if s.done != nil {
		select {
		case err := <-s.done:
			s.done = nil
			if err != nil {
				return err
			}
		default:
			return nil
		}
	}
	now := time.Now()
	if s.last.IsZero() {
		s.last, s.every = now, saveFirst
	}
	if now.Sub(s.last) < s.every {
		return nil
	}
	s.last, s.every = now, min(2*s.every, saveMost)
	c := r.now
	if err := r.state.flush(&c); err != nil {
		return err
	}
	s.done = make(chan error, 1)
	go func() {
		err := r.sink.Sync(ctx)
		if err == nil {
			err = r.state.save(&c)
		}
		s.done <- err
	}()
	return nil
}

// wait is the end of a checkpoint that is under way.
func (s *saving) wait() error {
	if s.done == nil {
		return nil
	}
	err := <-s.done
	s.done = nil
	return err
}
