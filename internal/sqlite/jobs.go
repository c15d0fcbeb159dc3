package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
)

// Jobs opens a pool of its own on the registry's file, for the job queue that has its tables there too. It has one
// connection, as the queue wants it, so that no transaction of the queue ever waits for another one of it; to issuing,
// which has other connections, the queue is like another process. The caller closes the pool, before [Store.Close].
func (s *Store) Jobs(ctx context.Context) (*sql.DB, error) {
	name, err := filepath.Abs(filepath.Join(s.dir, File))
	if err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	db, err := sql.Open("sqlite", dsn(name, false))
	if err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	db.SetMaxOpenConns(1)
	if err := db.PingContext(ctx); err != nil {
		_ = db.Close() // the first error is the one to tell
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	return db, nil
}
