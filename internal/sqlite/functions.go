package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/suncode/suncode/internal/issue"
)

const functionColumns = `app, env, name, secret_id, secret_key, apis, changed`

func scanFunction(row interface{ Scan(dest ...any) error }) (*issue.Function, error) {
	var f issue.Function
	var apis string
	var changed int64
	if err := row.Scan(&f.App, &f.Env, &f.Name, &f.SecretID, &f.SecretKey, &apis, &changed); err != nil {
		return nil, err
	}
	if err := json.Unmarshal([]byte(apis), &f.APIs); err != nil {
		return nil, fmt.Errorf("the permissions of function %s of app %d: %w", f.Name, f.App, err)
	}
	f.ChangedAt = fromMillis(changed)
	return &f, nil
}

// Deploy puts up a cloud function of the app, or gives the one of that
// environment and name other permissions; it keeps its credentials unless they
// are to be renewed. Errors are [issue.InvalidArgs] and [issue.UnknownApp].
func (s *Store) Deploy(ctx context.Context, appID string, d issue.Deployment) (*issue.Function, error) {
	if err := d.Check(); err != nil {
		return nil, err
	}
	var function *issue.Function
	err := s.write(ctx, func(tx *sql.Tx, change int64) error {
		app, err := appNumber(ctx, tx, appID)
		if err != nil {
			return err
		}
		function, err = deploy(ctx, tx, change, app, d)
		return err
	})
	return function, err
}

// deploy ends with errUnchanged, and the function as it is, where everything is
// as it should be.
func deploy(ctx context.Context, tx *sql.Tx, change int64, app uint64, d issue.Deployment) (*issue.Function, error) {
	const known = `select ` + functionColumns + ` from cloud_function where app = ? and env = ? and name = ?`
	f, err := scanFunction(tx.QueryRowContext(ctx, known, app, d.Env, d.Name))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		f = &issue.Function{App: app, Env: d.Env, Name: d.Name}
		f.SecretID, f.SecretKey = issue.NewFunctionKeys()
	case err != nil:
		return nil, fmt.Errorf("sqlite: %w", err)
	case d.Renew:
		f.SecretID, f.SecretKey = issue.NewFunctionKeys()
	case slices.Equal(f.APIs, d.APIs):
		return f, errUnchanged
	}
	f.APIs, f.ChangedAt = d.APIs, fromMillis(millis(time.Now()))
	apis, err := json.Marshal(append([]string{}, f.APIs...)) // none is [], not null
	if err != nil {
		return nil, err
	}
	_, err = tx.ExecContext(ctx, `insert into cloud_function (`+functionColumns+`, change) values (?, ?, ?, ?, ?, ?, ?, ?)
		on conflict (app, env, name) do update set secret_id = excluded.secret_id, secret_key = excluded.secret_key,
		apis = excluded.apis, changed = excluded.changed, change = excluded.change`,
		f.App, f.Env, f.Name, f.SecretID, f.SecretKey, string(apis), millis(f.ChangedAt), change)
	if err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	return f, nil
}

// Refresh brings [Store.Snapshot] up to what other processes have committed. It
// happens by itself within a second; who is about to refuse something may ask
// for it.
func (s *Store) Refresh(ctx context.Context) error { return s.follow(ctx) }

func (f *follower) loadFunctions(ctx context.Context) error {
	const query = `select ` + functionColumns + ` from cloud_function where change > ?`
	return f.each(ctx, query, func(rows *sql.Rows) error {
		function, err := scanFunction(rows)
		if err != nil {
			return err
		}
		app, err := f.app(function.App)
		if err != nil {
			return err
		}
		app.Functions = withFunction(app.Functions, function)
		return nil
	})
}

// withFunction is a copy of functions with one more, or with another in the
// place of an earlier one.
func withFunction(functions []*issue.Function, function *issue.Function) []*issue.Function {
	at, found := slices.BinarySearchFunc(functions, function, func(a, b *issue.Function) int {
		return cmp.Or(cmp.Compare(a.Env, b.Env), cmp.Compare(a.Name, b.Name))
	})
	functions = slices.Clone(functions)
	if found {
		functions[at] = function
		return functions
	}
	return slices.Insert(functions, at, function)
}
