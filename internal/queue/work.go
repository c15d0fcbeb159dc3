package queue

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/gofrs/flock"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"

	"github.com/suncode/suncode/internal/order"
)

const (
	// maxAttempts bounds how often a job is begun anew after its process was killed: one that kills it every time must
	// come to an end.
	maxAttempts = 25
	// maxFailures is how often the work on an order may fail for reasons that may pass.
	maxFailures = 4

	stopWait = 8 * time.Second
	// never is longer than any order takes: the lock says that a job is nobody's, not the time.
	never = 10 * 365 * 24 * time.Hour
)

// Work carries out orders with w until ctx ends, as soon as no other process does. When it returns, those that it was
// at are back in the queue, to go on from where they are.
func (q *Queue) Work(ctx context.Context, w order.Worker) error {
	lock := flock.New(q.Lock, flock.SetPermissions(0o600))
	held, err := lock.TryLockContext(ctx, lockEvery)
	switch {
	case ctx.Err() != nil:
		return nil
	case err != nil || !held:
		return fmt.Errorf("queue: %w", err)
	}
	defer func() { _ = lock.Close() }() // the system gives it back in any case
	if err := q.rescue(ctx); err != nil {
		return fmt.Errorf("queue: %w", err)
	}
	client, err := q.worker(w)
	if err != nil {
		return fmt.Errorf("queue: %w", err)
	}
	if err := client.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("queue: %w", err)
	}
	q.sweep(ctx, w)
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWait)
	defer cancel()
	if err := client.StopAndCancel(grace); err != nil {
		return fmt.Errorf("queue: %w", err)
	}
	return nil
}

// sweep has w remove what is over, now and then until ctx ends.
func (q *Queue) sweep(ctx context.Context, w order.Worker) {
	again := time.NewTicker(sweepEvery)
	defer again.Stop()
	for {
		if err := w.Sweep(ctx); err != nil && ctx.Err() == nil {
			q.Log.Error("old batches not removed, trying again", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-again.C:
		}
	}
}

// worker is the client that works.
func (q *Queue) worker(w order.Worker) (*river.Client[*sql.Tx], error) {
	workers := river.NewWorkers()
	river.AddWorker(workers, &maker{queue: q, worker: w})
	return river.NewClient(q.driver, &river.Config{
		Logger:                      q.Log,
		PollOnly:                    true,
		FetchPollInterval:           pollEvery,
		JobTimeout:                  -1,
		RescueStuckJobsAfter:        never,
		CompletedJobRetentionPeriod: q.Keep + afterKeep,
		CancelledJobRetentionPeriod: q.Keep + afterKeep,
		DiscardedJobRetentionPeriod: q.Keep + afterKeep,
		ReindexerIndexNames:         []string{},
		Workers:                     workers,
		Queues:                      map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: q.AtOnce}},
	})
}

// rescue puts back every job that is marked as running. Whoever worked on it held the lock that is now ours.
func (q *Queue) rescue(ctx context.Context) error {
	executor, now := q.driver.GetExecutor(), time.Now().UTC()
	horizon := now.Add(time.Hour) // a clock that was ahead hides nothing
	left, err := executor.JobGetStuck(ctx, &riverdriver.JobGetStuckParams{Max: math.MaxInt32, StuckHorizon: horizon})
	if err != nil || len(left) == 0 {
		return err
	}
	params := &riverdriver.JobRescueManyParams{StuckHorizon: horizon}
	for _, job := range left {
		state, finalized := rivertype.JobStateAvailable, (*time.Time)(nil)
		if o, err := orderOf(job); err == nil && o.State == order.Cancelling {
			state, finalized = rivertype.JobStateCancelled, &now
		}
		if job.Attempt >= job.MaxAttempts {
			state, finalized = rivertype.JobStateDiscarded, &now
		}
		note, err := json.Marshal(rivertype.AttemptError{At: now, Attempt: job.Attempt, Error: interrupted})
		if err != nil {
			return err
		}
		params.ID = append(params.ID, job.ID)
		params.Error = append(params.Error, note)
		params.FinalizedAt = append(params.FinalizedAt, finalized)
		params.ScheduledAt = append(params.ScheduledAt, now)
		params.State = append(params.State, string(state))
	}
	_, err = executor.JobRescueMany(ctx, params)
	return err
}

// interrupted is what River's list of a job's errors says of an attempt whose process was killed.
const interrupted = "the process ended"

// maker works on orders.
type maker struct {
	river.WorkerDefaults[making]
	queue  *Queue
	worker order.Worker
}

// Work implements [river.Worker].
func (m *maker) Work(ctx context.Context, job *river.Job[making]) error {
	ctx, cancel := cancellable(ctx)
	defer cancel(nil)
	o, err := orderOf(job.JobRow)
	if err != nil {
		return river.JobCancel(err)
	}
	figures := o.Figures
	keep := func(f order.Figures) {
		figures = f
		if m.queue.keep(ctx, job.ID, output{Figures: f}) == order.Cancelling {
			cancel(order.ErrCancelled)
		}
	}
	final, err := m.worker.Work(ctx, o, keep)
	if err == nil {
		return river.RecordOutput(ctx, output{Figures: final})
	}
	fault, permanent := errors.AsType[*order.Error](err)
	switch {
	case permanent:
	case errors.Is(context.Cause(ctx), order.ErrCancelled):
		return errors.Join(river.RecordOutput(ctx, output{Figures: figures}), river.JobCancel(order.ErrCancelled))
	case ctx.Err() != nil:
		return errors.Join(river.RecordOutput(ctx, output{Figures: figures}), river.JobSnooze(0))
	case failures(job.JobRow) < maxFailures-1:
		return err
	default:
		m.queue.Log.Error("batch given up", "batch", job.ID, "error", err)
		fault = &order.Error{Code: order.GaveUp, Message: "internal error"}
	}
	if err := river.RecordOutput(ctx, output{Figures: figures, Fault: fault}); err != nil {
		return err
	}
	return river.JobCancel(err)
}

// cancellable is a context like River's whose cause is [order.ErrCancelled] when River finds the job cancelled.
func cancellable(rivers context.Context) (context.Context, context.CancelCauseFunc) {
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(rivers))
	stop := context.AfterFunc(rivers, func() {
		cause := context.Cause(rivers)
		if errors.Is(cause, rivertype.ErrJobCancelledRemotely) {
			cause = order.ErrCancelled
		}
		cancel(cause)
	})
	return ctx, func(cause error) { stop(); cancel(cause) }
}

// keep stores how far a job is, and returns its order's state. A write that fails is tried again with the next figures.
func (q *Queue) keep(ctx context.Context, id int64, out output) order.State {
	o, err := q.found(q.client.JobUpdate(ctx, id, &river.JobUpdateParams{Output: out}))
	if err != nil && ctx.Err() == nil {
		q.Log.Warn("figures of a batch not written", "batch", id, "error", err)
	}
	return o.State
}

// failures is how often the work has failed, ends of its process aside.
func failures(job *rivertype.JobRow) int {
	n := 0
	for _, e := range job.Errors {
		if e.Error != interrupted {
			n++
		}
	}
	return n
}

// NextRetry waits 2, 20 and 200 seconds after a failure.
func (m *maker) NextRetry(job *river.Job[making]) time.Time {
	return time.Now().Add(2 * time.Second * time.Duration(math.Pow10(min(failures(job.JobRow), 2))))
}
