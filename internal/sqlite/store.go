package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/ticket"
)

// Store is an [issue.Store] on an SQLite file. All methods may be called from
// any number of goroutines.
type Store struct {
	dir    string
	writer *sql.DB // one connection: writers of this process queue here
	reader *sql.DB

	snapshot atomic.Pointer[issue.Snapshot]
	tokens   sync.Map // issue.TokenHash → *issue.Token: those that are good, and some that just ended

	mu   sync.Mutex // held while following; guards the fields below
	seen int64      // the newest change number that is in memory
	apps map[uint64]*issue.App
	keys ticket.Keys

	stop    context.CancelFunc
	stopped sync.WaitGroup
	failure atomic.Pointer[error] // of the last look at the file, nil if it went well
}

var _ issue.Store = (*Store)(nil)

// Snapshot implements [issue.Store].
func (s *Store) Snapshot() *issue.Snapshot { return s.snapshot.Load() }

// Check tells whether the registry can be read and whether following it works.
func (s *Store) Check(ctx context.Context) error {
	if err := s.failure.Load(); err != nil {
		return *err
	}
	var number int64
	return s.reader.QueryRowContext(ctx, `select number from change`).Scan(&number)
}

// Close stops following and closes the file. It waits for running calls.
func (s *Store) Close() error {
	if s.stop != nil {
		s.stop()
		s.stopped.Wait()
	}
	var errs []error
	for _, db := range []*sql.DB{s.reader, s.writer} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

// errUnchanged ends a write that finds everything as it should be.
var errUnchanged = errors.New("nothing to write")

// write runs one transaction that excludes all other writers, with the change
// number that it must leave on the rows it writes. When it returns, the
// transaction is on the disk and in memory.
func (s *Store) write(ctx context.Context, do func(tx *sql.Tx, change int64) error) error {
	if err := s.commit(ctx, do); err != nil && !errors.Is(err, errUnchanged) {
		return err
	}
	// What is committed must show, whether or not the caller is still there.
	if err := s.follow(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("sqlite: written, but not read back: %w", err)
	}
	return nil
}

func (s *Store) commit(ctx context.Context, do func(tx *sql.Tx, change int64) error) error {
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing
	var change int64
	err = tx.QueryRowContext(ctx, `update change set number = number + 1 returning number`).Scan(&change)
	if err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	if err := do(tx, change); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	return nil
}

func millis(t time.Time) int64 { return t.UnixMilli() }

func fromMillis(ms int64) time.Time { return time.UnixMilli(ms) }
