package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/ticket"
)

// AssignPath implements [issue.Store].
func (s *Store) AssignPath(ctx context.Context, app uint64, env ticket.Env, path string, most int) (uint64, error) {
	var number uint64
	err := s.write(ctx, func(tx *sql.Tx, change int64) error {
		err := tx.QueryRowContext(ctx, `select number from path where app = ? and env = ? and path = ?`, app, env, path).Scan(&number)
		switch {
		case err == nil:
			return errUnchanged // another call was quicker
		case !errors.Is(err, sql.ErrNoRows):
			return fmt.Errorf("sqlite: %w", err)
		}
		number, err = insertPath(ctx, tx, change, app, env, path, most)
		return err
	})
	return number, err
}

// insertPath gives the path the next number of its app's environment. Numbers
// have no gaps, so the last of each environment tells how many there are.
func insertPath(ctx context.Context, tx *sql.Tx, change int64, app uint64, env ticket.Env, path string, most int) (uint64, error) {
	last := make([]uint64, len(issue.Envs))
	used := uint64(0)
	for _, e := range issue.Envs {
		err := tx.QueryRowContext(ctx, `select coalesce(max(number), 0) from path where app = ? and env = ?`, app, e).Scan(&last[e])
		if err != nil {
			return 0, fmt.Errorf("sqlite: %w", err)
		}
		used += last[e]
	}
	if used >= uint64(max(most, 0)) {
		return 0, &issue.Error{
			Code: issue.PathsSpent, Message: "no more codes with a path",
			Hint: fmt.Sprintf("the app has codes for %d different paths, at most %d are possible; codes with a scene have no bound", used, most),
		}
	}
	number := last[env] + 1
	_, err := tx.ExecContext(ctx, `insert into path (app, env, number, path, change) values (?, ?, ?, ?, ?)`, app, env, number, path, change)
	if err != nil {
		return 0, fmt.Errorf("sqlite: %w", err)
	}
	return number, nil
}

// loadPaths adds to the apps' path tables; see loadPages.
func (f *follower) loadPaths(ctx context.Context) error {
	const query = `select app, env, number, path from path where change > ? order by app, env, number`
	return f.each(ctx, query, func(rows *sql.Rows) error {
		var app, number uint64
		var env ticket.Env
		var path string
		if err := rows.Scan(&app, &env, &number, &path); err != nil {
			return err
		}
		owner, ok := f.apps[app]
		if !ok {
			return fmt.Errorf("path %d belongs to app %d, which is not there", number, app)
		}
		return owner.Paths.Add(env, number, path)
	})
}
