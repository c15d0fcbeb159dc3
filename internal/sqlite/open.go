package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"

	driver "modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"github.com/suncode/suncode/internal/issue"
)

const (
	// File is the name of the registry in the data folder.
	File = "suncode.db"

	busyTimeout = 5 * time.Second
	readers     = 4 // connections for reading, beside the one that watches
)

// Open opens the registry in the folder dir and starts to follow what other
// processes change in it. A folder that is missing is made, with access for
// its owner only, and a registry with its first sealing key in it. Errors that
// the caller can mend are [issue.BadRegistry]. [Store.Close] ends it.
func Open(ctx context.Context, dir string) (*Store, error) {
	s, err := open(ctx, dir)
	if err != nil {
		return nil, openError(dir, err)
	}
	return s, nil
}

func open(ctx context.Context, dir string) (*Store, error) {
	if err := makeFile(dir); err != nil {
		return nil, err
	}
	name, err := filepath.Abs(filepath.Join(dir, File))
	if err != nil {
		return nil, err
	}
	s := &Store{dir: dir, apps: map[uint64]*issue.App{}}
	if s.writer, err = sql.Open("sqlite", dsn(name, false)); err != nil {
		return nil, err
	}
	s.writer.SetMaxOpenConns(1)
	if s.reader, err = sql.Open("sqlite", dsn(name, true)); err != nil {
		return nil, err
	}
	s.reader.SetMaxOpenConns(readers + 1)
	s.reader.SetMaxIdleConns(readers + 1)
	if err := s.start(ctx); err != nil {
		_ = s.Close() // the first error is the one to tell
		return nil, err
	}
	return s, nil
}

// start brings a Store whose pools exist to life.
func (s *Store) start(ctx context.Context) error {
	if err := useWAL(ctx, s.writer); err != nil {
		return err
	}
	if err := migrate(ctx, s.writer); err != nil {
		return err
	}
	if err := s.firstKey(ctx); err != nil {
		return err
	}
	if err := s.follow(ctx); err != nil {
		return err
	}
	return s.watch(ctx)
}

// makeFile makes the folder and an empty registry file in it, unless they are
// there. The file is made here, and not by SQLite, so that it and the files
// that SQLite puts beside it are closed to other users from the start.
func makeFile(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(dir, File), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

func dsn(name string, readOnly bool) string {
	q := url.Values{
		"_busy_timeout": {strconv.FormatInt(busyTimeout.Milliseconds(), 10)},
		"_foreign_keys": {"1"},
		"_synchronous":  {"FULL"},
		"_txlock":       {"immediate"},
		"_dqs":          {"0"},
		"_defensive":    {"1"},
	}
	if readOnly {
		q.Set("_query_only", "1")
		q.Set("_txlock", "deferred")
	}
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(name), RawQuery: q.Encode()}).String()
}

// useWAL switches the file to a write-ahead log; a file that has one stays as
// it is. Two processes that do this to a new file at once get in each other's
// way without SQLite waiting for the busy timeout, so this waits in its place.
func useWAL(ctx context.Context, db *sql.DB) error {
	if _, err := schemaVersion(ctx, db); err != nil {
		return err // not ours: do not touch it
	}
	for end := time.Now().Add(busyTimeout); ; {
		var mode string
		err := db.QueryRowContext(ctx, `pragma journal_mode = wal`).Scan(&mode)
		if err == nil && mode != "wal" {
			return fmt.Errorf("the file system has no write-ahead log for SQLite (journal mode is %s)", mode)
		}
		if err == nil || !isBusy(err) || time.Now().After(end) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// resultCode is the primary result code of SQLite behind err, 0 if there is none.
func resultCode(err error) int {
	if e, ok := errors.AsType[*driver.Error](err); ok {
		return e.Code() & 0xff
	}
	return lib.SQLITE_OK
}

func isBusy(err error) bool {
	code := resultCode(err)
	return code == lib.SQLITE_BUSY || code == lib.SQLITE_LOCKED
}

// openError says what the person who started the program can do about err.
func openError(dir string, err error) error {
	if _, ok := errors.AsType[*issue.Error](err); ok || errors.Is(err, context.Canceled) {
		return err
	}
	hint := ""
	code := resultCode(err)
	switch {
	case isBusy(err):
		hint = "another program keeps it locked; end that one or try again"
	case code == lib.SQLITE_NOTADB, code == lib.SQLITE_CORRUPT:
		hint = File + " is damaged or not a database; bring back a copy or give --data another folder"
	case code == lib.SQLITE_FULL:
		hint = "the disk is full"
	case errors.Is(err, fs.ErrPermission), code == lib.SQLITE_CANTOPEN, code == lib.SQLITE_READONLY, code == lib.SQLITE_PERM:
		hint = "give --data a folder that you may write to"
	}
	message := fmt.Sprintf("cannot open the registry in %s", dir)
	if hint == "" {
		return &issue.Error{Code: issue.BadRegistry, Message: message, Hint: err.Error(), Err: err}
	}
	return &issue.Error{Code: issue.BadRegistry, Message: message, Hint: fmt.Sprintf("%s (%v)", hint, err), Err: err}
}
