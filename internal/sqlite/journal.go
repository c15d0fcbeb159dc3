package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/suncode/suncode/internal/issue"
)

// Bounds of a [Journal]. When the file holds more, the oldest calls go; when
// more waits to be written, the newest are not kept.
const (
	journalCalls = 100_000
	journalBytes = 64 << 20
	// journalShare is how many of the calls may be one app's, so that one app's
	// mistakes do not push out the others'. Calls that are nobody's count as
	// one app's.
	journalShare = 10_000

	waitingCalls = 4096
	waitingBytes = 4 << 20

	journalEvery = time.Second // between writes, when there is something to write
	pruneEvery   = time.Hour   // between looks for calls whose time is over

	rowBytes = 120 // what a row takes beside its texts, about
)

// Journal is an [issue.Journal] in the registry's file. What is recorded waits
// in memory, where it is found at once, and goes to the file a second later in
// one transaction with all that waits. Other processes find it then.
type Journal struct {
	store  *Store
	log    *slog.Logger
	now    func() time.Time
	limits journalLimits

	mu      sync.Mutex
	waiting map[string]issue.FailedCall // by rid
	writing map[string]issue.FailedCall // no longer waiting, not yet in the file
	bytes   int                         // of waiting
	lost    int                         // calls that were not kept since the last write

	stop    context.CancelFunc
	stopped sync.WaitGroup
}

var _ issue.Journal = (*Journal)(nil)

type journalLimits struct{ calls, bytes, share, waitingCalls, waitingBytes int }

// NewJournal starts a Journal in the store's file. [Journal.Close] ends it, and
// comes before [Store.Close]. Writes that fail are logged and tried again. now
// is the clock, nil is [time.Now].
func NewJournal(store *Store, log *slog.Logger, now func() time.Time) *Journal {
	j := newJournal(store, log, now)
	var ctx context.Context
	ctx, j.stop = context.WithCancel(context.Background())
	j.stopped.Go(func() { j.run(ctx) })
	return j
}

func newJournal(store *Store, log *slog.Logger, now func() time.Time) *Journal {
	if now == nil {
		now = time.Now
	}
	return &Journal{
		store: store, log: log, now: now, limits: journalLimits{journalCalls, journalBytes, journalShare, waitingCalls, waitingBytes}, waiting: map[string]issue.FailedCall{},
	}
}

func (j *Journal) run(ctx context.Context) {
	write, prune := time.NewTicker(journalEvery), time.NewTicker(pruneEvery)
	defer write.Stop()
	defer prune.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-write.C:
			err = j.write(ctx, false)
		case <-prune.C:
			err = j.write(ctx, true)
		}
		if err != nil && ctx.Err() == nil {
			j.log.Warn("failed calls not written, trying again", "error", err)
		}
	}
}

// Close writes what waits and ends the journal.
func (j *Journal) Close() error {
	j.stop()
	j.stopped.Wait()
	// Twice: what could not be written before, then what has come since.
	return errors.Join(j.write(context.Background(), false), j.write(context.Background(), false))
}

// Record implements [issue.Journal].
func (j *Journal) Record(call issue.FailedCall) {
	j.mu.Lock()
	defer j.mu.Unlock()
	size := sizeOf(call)
	if len(j.waiting) >= j.limits.waitingCalls || j.bytes+size > j.limits.waitingBytes {
		j.lost++
		return
	}
	j.waiting[call.RID] = call
	j.bytes += size
}

func sizeOf(c issue.FailedCall) int {
	return rowBytes + 2*len(c.RID) + len(c.URL) + len(c.Body) + len(c.Answer) + len(c.Client) + len(c.Reason)
}

// Find implements [issue.Journal].
func (j *Journal) Find(ctx context.Context, rid string) (issue.FailedCall, bool, error) {
	if call, ok := j.inMemory(rid); ok {
		return call, true, nil
	}
	const query = `select rid, app, at, took, url, body, answer, client, reason from failed_call where rid = ? and at > ?`
	var c issue.FailedCall
	var at int64
	err := j.store.reader.QueryRowContext(ctx, query, rid, millis(j.now().Add(-issue.JournalLife))).
		Scan(&c.RID, &c.App, &at, &c.Took, &c.URL, &c.Body, &c.Answer, &c.Client, &c.Reason)
	if errors.Is(err, sql.ErrNoRows) {
		return issue.FailedCall{}, false, nil
	}
	if err != nil {
		return issue.FailedCall{}, false, fmt.Errorf("sqlite: %w", err)
	}
	c.At = fromMillis(at)
	return c, true, nil
}

func (j *Journal) inMemory(rid string) (issue.FailedCall, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	call, ok := j.waiting[rid]
	if !ok {
		call, ok = j.writing[rid]
	}
	return call, ok
}

// take is what is to be written: what could not be written the last time, or
// else what waits.
func (j *Journal) take() (calls map[string]issue.FailedCall, lost int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.writing) == 0 {
		j.writing, j.waiting, j.bytes = j.waiting, map[string]issue.FailedCall{}, 0
	}
	lost, j.lost = j.lost, 0
	return j.writing, lost
}

// write puts what waits into the file, and holds the file to its bounds if
// there was something, or if it is told to.
func (j *Journal) write(ctx context.Context, prune bool) error {
	calls, lost := j.take()
	if lost > 0 {
		j.log.Warn("too many failed calls at once, some cannot be asked about", "lost", lost)
	}
	if len(calls) == 0 && !prune {
		return nil
	}
	tx, err := j.store.writer.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing
	apps := map[uint64]bool{}
	for _, call := range calls {
		apps[call.App] = true
		if err := insertFailed(ctx, tx, call); err != nil {
			return err
		}
	}
	if err := j.prune(ctx, tx, apps); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.writing = nil
	return nil
}

func insertFailed(ctx context.Context, tx *sql.Tx, c issue.FailedCall) error {
	return exec(ctx, tx, `insert into failed_call (rid, app, at, took, url, body, answer, client, reason, size)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (rid) do nothing`,
		c.RID, c.App, millis(c.At), c.Took, c.URL, c.Body, c.Answer, c.Client, c.Reason, sizeOf(c))
}

// prune holds the table to its bounds: the time, each written app's share, and
// the whole. Of the whole a sixteenth goes at once, so that a full table is not
// pruned with every write.
func (j *Journal) prune(ctx context.Context, tx *sql.Tx, apps map[uint64]bool) error {
	if err := exec(ctx, tx, `delete from failed_call where at <= ?`, millis(j.now().Add(-issue.JournalLife))); err != nil {
		return err
	}
	for app := range apps {
		err := exec(ctx, tx, `delete from failed_call where app = ? and id <=
			(select id from failed_call where app = ? order by id desc limit 1 offset ?)`, app, app, j.limits.share)
		if err != nil {
			return err
		}
	}
	for {
		var calls, bytes int
		if err := tx.QueryRowContext(ctx, `select calls, bytes from failed_call_total`).Scan(&calls, &bytes); err != nil {
			return fmt.Errorf("sqlite: %w", err)
		}
		if calls <= j.limits.calls && bytes <= j.limits.bytes {
			return nil
		}
		err := exec(ctx, tx, `delete from failed_call where id in (select id from failed_call order by id limit ?)`, calls/16+1)
		if err != nil {
			return err
		}
	}
}
