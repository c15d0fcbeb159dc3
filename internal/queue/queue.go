package queue

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strconv"
	"sync"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"

	"github.com/suncode/suncode/internal/batch"
	"github.com/suncode/suncode/internal/order"
)

const (
	pollEvery  = 500 * time.Millisecond
	sweepEvery = 15 * time.Minute
	lockEvery  = time.Second

	// migrateWait is how long two processes that make the tables at once get to sort it out.
	migrateWait = 5 * time.Second
	// afterKeep is how long River keeps jobs whose orders should have been swept away.
	afterKeep = 48 * time.Hour
)

// Config is what a [Queue] works with.
type Config struct {
	// DB is a pool of one connection to the registry's file, for the queue alone.
	DB *sql.DB
	// Lock is the file that says which process works. Its folder is there.
	Lock string
	// AtOnce is how many orders are worked on at a time, at least 1.
	AtOnce int
	// Keep is how long orders that are over stay before [order.Worker.Sweep] takes them.
	Keep time.Duration
	// Log may be nil.
	Log *slog.Logger
}

// Queue is an [order.Queue] in an SQLite database.
type Queue struct {
	Config
	driver *riversqlite.Driver
	client *river.Client[*sql.Tx] // for everything but working
	adding sync.Mutex             // between counting an app's orders and adding one
}

var _ order.Queue = (*Queue)(nil)

// Open makes the queue's tables, where they are missing, and a Queue on them.
func Open(ctx context.Context, c Config) (*Queue, error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	c.Log = slog.New(quiet{c.Log.Handler()})
	q := &Queue{Config: c, driver: riversqlite.New(c.DB)}
	if err := q.migrate(ctx); err != nil {
		return nil, fmt.Errorf("queue: %w", err)
	}
	var err error
	if q.client, err = river.NewClient(q.driver, &river.Config{Logger: c.Log}); err != nil {
		return nil, fmt.Errorf("queue: %w", err)
	}
	return q, nil
}

// migrate brings River's tables up to date. Where another process does the same, one of them fails and finds it done
// when it tries again.
func (q *Queue) migrate(ctx context.Context) error {
	for end := time.Now().Add(migrateWait); ; {
		m, err := rivermigrate.New(q.driver, &rivermigrate.Config{Logger: q.Log})
		if err != nil {
			return err
		}
		if _, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil); err == nil || ctx.Err() != nil || time.Now().After(end) {
			return err
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// Add implements [order.Queue].
func (q *Queue) Add(ctx context.Context, r order.Request, most int) (order.Order, error) {
	q.adding.Lock()
	defer q.adding.Unlock()
	tx, err := q.DB.BeginTx(ctx, nil) // excludes other writers from the start
	if err != nil {
		return order.Order{}, fmt.Errorf("queue: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing
	open, _, err := held(ctx, tx, r.App)
	if err != nil {
		return order.Order{}, err
	}
	if open >= most {
		return order.Order{}, order.ErrTooMany
	}
	added, err := q.client.InsertTx(ctx, tx, making{r}, &river.InsertOpts{Tags: []string{appTag(r.App)}, MaxAttempts: maxAttempts})
	if err != nil {
		return order.Order{}, fmt.Errorf("queue: %w", err)
	}
	if err := tx.Commit(); err != nil {
		return order.Order{}, fmt.Errorf("queue: %w", err)
	}
	return orderOf(added.Job)
}

// Held implements [order.Queue].
func (q *Queue) Held(ctx context.Context, app uint64) (open, all int, err error) {
	return held(ctx, q.DB, app)
}

// asked is a database, or a transaction.
type asked interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// held counts an app's jobs where they lie: River would hand over each of them, settings and all.
func held(ctx context.Context, db asked, app uint64) (open, all int, err error) {
	const count = `SELECT COUNT(*) FILTER (WHERE finalized_at IS NULL), COUNT(*) FROM river_job
		WHERE kind = ? AND EXISTS (SELECT 1 FROM json_each(tags) WHERE value = ?)`
	if err := db.QueryRowContext(ctx, count, making{}.Kind(), appTag(app)).Scan(&open, &all); err != nil {
		return 0, 0, fmt.Errorf("queue: %w", err)
	}
	return open, all, nil
}

// Find implements [order.Queue].
func (q *Queue) Find(ctx context.Context, id int64) (order.Order, error) {
	return q.found(q.client.JobGet(ctx, id))
}

// Cancel implements [order.Queue].
func (q *Queue) Cancel(ctx context.Context, id int64) (order.Order, error) {
	return q.found(q.client.JobCancel(ctx, id))
}

// Remove implements [order.Queue].
func (q *Queue) Remove(ctx context.Context, id int64) error {
	_, err := q.found(q.client.JobDelete(ctx, id))
	return err
}

// found is the order that River's answer is about.
func (q *Queue) found(job *rivertype.JobRow, err error) (order.Order, error) {
	switch {
	case errors.Is(err, river.ErrNotFound):
		return order.Order{}, order.ErrUnknown
	case errors.Is(err, rivertype.ErrJobRunning):
		return order.Order{}, order.ErrAtWork
	case err != nil:
		return order.Order{}, fmt.Errorf("queue: %w", err)
	case job.Kind != making{}.Kind():
		return order.Order{}, order.ErrUnknown
	}
	return orderOf(job)
}

// List implements [order.Queue].
func (q *Queue) List(ctx context.Context, app uint64, before int64, n int) ([]order.Order, error) {
	if before <= 0 {
		before = math.MaxInt64
	}
	p := river.NewJobListParams().OrderBy(river.JobListOrderByID, river.SortOrderDesc).TagsAll(appTag(app))
	return q.list(ctx, p.Where("id < @before", river.NamedArgs{"before": before}).First(n))
}

// All implements [order.Queue].
func (q *Queue) All(ctx context.Context, after int64, n int) ([]order.Order, error) {
	p := river.NewJobListParams().OrderBy(river.JobListOrderByID, river.SortOrderAsc).Kinds(making{}.Kind())
	return q.list(ctx, p.Where("id > @after", river.NamedArgs{"after": after}).First(n))
}

func (q *Queue) list(ctx context.Context, p *river.JobListParams) ([]order.Order, error) {
	found, err := q.client.JobList(ctx, p)
	if err != nil {
		return nil, fmt.Errorf("queue: %w", err)
	}
	orders := make([]order.Order, 0, len(found.Jobs))
	for _, job := range found.Jobs {
		o, err := orderOf(job)
		if err != nil {
			return nil, err
		}
		orders = append(orders, o)
	}
	return orders, nil
}

// Count implements [order.Queue].
func (q *Queue) Count(ctx context.Context) (queued, running int, err error) {
	params := &riverdriver.JobCountByQueueAndStateParams{QueueNames: []string{river.QueueDefault}}
	counts, err := q.driver.GetExecutor().JobCountByQueueAndState(ctx, params)
	if err != nil {
		return 0, 0, fmt.Errorf("queue: %w", err)
	}
	for _, c := range counts {
		queued += int(c.CountAvailable)
		running += int(c.CountRunning)
	}
	return queued, running, nil
}

// making is the job that carries out an order.
type making struct{ order.Request }

// Kind implements [river.JobArgs].
func (making) Kind() string { return "suncode_batch" }

func appTag(app uint64) string { return "app-" + strconv.FormatUint(app, 10) }

// output is what a job leaves beside its arguments. River merges outputs key by key, so none is left out.
type output struct {
	Figures order.Figures `json:"figures"`
	Fault   *order.Error  `json:"fault"`
}

// orderOf reads a job of the kind making.
func orderOf(job *rivertype.JobRow) (order.Order, error) {
	var meta struct {
		Output    output    `json:"output"`
		Cancelled time.Time `json:"cancel_attempted_at"`
	}
	o := order.Order{ID: job.ID, Created: job.CreatedAt}
	o.Spec = batch.NewSpec() // settings that were not there when it was ordered
	if err := errors.Join(json.Unmarshal(job.EncodedArgs, &o.Request), json.Unmarshal(job.Metadata, &meta)); err != nil {
		return o, fmt.Errorf("queue: job %d: %w", job.ID, err)
	}
	o.Figures, o.Fault = meta.Output.Figures, meta.Output.Fault
	if job.AttemptedAt != nil {
		o.Started = *job.AttemptedAt
	}
	if job.FinalizedAt != nil {
		o.Ended = *job.FinalizedAt
	}
	o.State = stateOf(job.State, !meta.Cancelled.IsZero(), o.Fault != nil)
	if o.State == order.Failed && o.Fault == nil {
		o.Fault = &order.Error{Code: order.GaveUp, Message: "the server gave up after " + strconv.Itoa(job.Attempt) + " attempts"}
	}
	if o.State != order.Failed {
		o.Fault = nil
	}
	return o, nil
}

// stateOf says what River's state means. A job whose order cannot be carried out is one that cancelled itself.
func stateOf(s rivertype.JobState, asked, fault bool) order.State {
	switch s {
	case rivertype.JobStateRunning:
		if asked {
			return order.Cancelling
		}
		return order.Running
	case rivertype.JobStateCompleted:
		return order.Done
	case rivertype.JobStateDiscarded:
		return order.Failed
	case rivertype.JobStateCancelled:
		if fault {
			return order.Failed
		}
		return order.Cancelled
	case rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateScheduled:
	}
	return order.Queued
}

// quiet passes on warnings and errors only: River tells at the level of information what is of no use to operators.
type quiet struct{ slog.Handler }

// Enabled implements [slog.Handler].
func (h quiet) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && h.Handler.Enabled(ctx, l)
}

// WithAttrs implements [slog.Handler].
func (h quiet) WithAttrs(attrs []slog.Attr) slog.Handler { return quiet{h.Handler.WithAttrs(attrs)} }

// WithGroup implements [slog.Handler].
func (h quiet) WithGroup(name string) slog.Handler { return quiet{h.Handler.WithGroup(name)} }
