package sqlite

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/ticket"
)

const keyBytes = 32

// AddApp gives a new app its number. Errors are those of [issue.NewDraft].
func (s *Store) AddApp(ctx context.Context, draft issue.Draft) (*issue.App, error) {
	if err := draft.Check(); err != nil {
		return nil, err
	}
	var number uint64
	err := s.write(ctx, func(tx *sql.Tx, change int64) error {
		var err error
		number, err = insertApp(ctx, tx, change, draft)
		return err
	})
	if err != nil {
		return nil, err
	}
	app, ok := s.Snapshot().AppByNumber(number)
	if !ok {
		return nil, fmt.Errorf("sqlite: app %d was added and is not there", number)
	}
	return app, nil
}

func insertApp(ctx context.Context, tx *sql.Tx, change int64, d issue.Draft) (uint64, error) {
	var number uint64
	err := tx.QueryRowContext(ctx, `insert into app
		(appid, name, demo, created, secret_number, secret_salt, secret_hash, logo, badge, change)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) returning number`,
		d.AppID, d.Name, d.Demo, millis(time.Now()), d.Secret.Number, d.Secret.Salt, d.Secret.Hash[:], orNull(d.Logo), orNull(d.Badge), change,
	).Scan(&number)
	if err != nil {
		return 0, fmt.Errorf("sqlite: %w", err)
	}
	if number > ticket.MaxApp {
		return 0, &issue.Error{Code: issue.InvalidArgs, Message: "too many apps", Hint: fmt.Sprintf("a code has room for app numbers up to %d", ticket.MaxApp)}
	}
	return number, nil
}

// orNull is data, or NULL when there is none.
func orNull(data []byte) any {
	if len(data) == 0 {
		return nil
	}
	return data
}

// Publish makes the manifest the app's current version in env. Pages that are
// new get their numbers with it, before any code can use them. Errors are
// [issue.UnknownApp] and [issue.InvalidManifest].
func (s *Store) Publish(ctx context.Context, appID string, env ticket.Env, m issue.Manifest) (*issue.Version, error) {
	if err := m.Check(); err != nil {
		return nil, err
	}
	if int(env) >= len(issue.Envs) {
		return nil, &issue.Error{Code: issue.InvalidArgs, Message: "invalid environment", Hint: env.String()}
	}
	var app uint64
	err := s.write(ctx, func(tx *sql.Tx, change int64) error {
		var err error
		if app, err = appNumber(ctx, tx, appID); err != nil {
			return err
		}
		return insertVersion(ctx, tx, change, app, env, m)
	})
	if err != nil {
		return nil, err
	}
	if owner, ok := s.Snapshot().AppByNumber(app); ok {
		if version, ok := owner.Version(env); ok {
			return version, nil
		}
	}
	return nil, fmt.Errorf("sqlite: a version of %s was published and is not there", appID)
}

func appNumber(ctx context.Context, tx *sql.Tx, appID string) (uint64, error) {
	var number uint64
	err := tx.QueryRowContext(ctx, `select number from app where appid = ?`, appID).Scan(&number)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, &issue.Error{Code: issue.UnknownApp, Message: "unknown app", Hint: fmt.Sprintf("no app has the appid %q", appID)}
	}
	if err != nil {
		return 0, fmt.Errorf("sqlite: %w", err)
	}
	return number, nil
}

func insertVersion(ctx context.Context, tx *sql.Tx, change int64, app uint64, env ticket.Env, m issue.Manifest) error {
	numbers := make([]uint64, len(m.Pages))
	var home uint64
	for i, path := range m.Pages {
		var err error
		if numbers[i], err = pageNumber(ctx, tx, change, app, path, ticket.MaxPage); err != nil {
			return err
		}
		if path == m.Home {
			home = numbers[i]
		}
	}
	var id int64
	err := tx.QueryRowContext(ctx, `insert into version (app, env, home, published, change) values (?, ?, ?, ?, ?) returning id`,
		app, env, home, millis(time.Now()), change).Scan(&id)
	if err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	for place, number := range numbers {
		if _, err := tx.ExecContext(ctx, `insert into version_page (version, place, page) values (?, ?, ?)`, id, place, number); err != nil {
			return fmt.Errorf("sqlite: %w", err)
		}
	}
	return nil
}

// AssignPage implements [issue.Store].
func (s *Store) AssignPage(ctx context.Context, app uint64, path string) (uint64, error) {
	var number uint64
	err := s.write(ctx, func(tx *sql.Tx, change int64) error {
		var err error
		number, err = pageNumber(ctx, tx, change, app, path, issue.MaxPages)
		return err
	})
	return number, err
}

// pageNumber is the page's number: the one it has or the next of the app, up
// to most.
func pageNumber(ctx context.Context, tx *sql.Tx, change int64, app uint64, path string, most uint64) (uint64, error) {
	var number uint64
	err := tx.QueryRowContext(ctx, `select number from page where app = ? and path = ?`, app, path).Scan(&number)
	if err == nil {
		return number, nil
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("sqlite: %w", err)
	}
	err = tx.QueryRowContext(ctx, `insert into page (app, number, path, change)
		select ?, coalesce(max(number), 0) + 1, ?, ? from page where app = ? returning number`, app, path, change, app).Scan(&number)
	if err != nil {
		return 0, fmt.Errorf("sqlite: %w", err)
	}
	if number > most {
		return 0, &issue.Error{Code: issue.InvalidPage, Message: "invalid page", Hint: fmt.Sprintf("the app has codes for %d different pages, no more are possible", most)}
	}
	return number, nil
}

// ResetSecret gives the app a new secret and returns it in plain text. The old
// secret and all tokens that were given for it stop at once, in other
// processes within a second. The demo app's new secret is written to its file
// too. Errors are [issue.UnknownApp].
func (s *Store) ResetSecret(ctx context.Context, appID string) (string, error) {
	secret, plain := issue.NewSecret()
	err := s.write(ctx, func(tx *sql.Tx, change int64) error {
		number, err := appNumber(ctx, tx, appID)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `update app
			set secret_number = secret_number + 1, secret_salt = ?, secret_hash = ?, change = ? where number = ?`,
			secret.Salt, secret.Hash[:], change, number)
		if err != nil {
			return fmt.Errorf("sqlite: %w", err)
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	if app, ok := s.Snapshot().App(appID); ok && app.Demo {
		if err := s.writeDemo(Demo{AppID: appID, Secret: plain}); err != nil {
			return "", err
		}
	}
	return plain, nil
}

// RotateKey makes a new sealing key for the codes from now on and returns its
// number. Codes under the old keys stay good.
func (s *Store) RotateKey(ctx context.Context) (uint64, error) {
	var number uint64
	err := s.write(ctx, func(tx *sql.Tx, change int64) error {
		var err error
		number, err = insertKey(ctx, tx, change)
		return err
	})
	return number, err
}

func insertKey(ctx context.Context, tx *sql.Tx, change int64) (uint64, error) {
	key := make([]byte, keyBytes)
	_, _ = rand.Read(key) // never fails: crypto/rand ends the program instead
	var number uint64
	err := tx.QueryRowContext(ctx, `insert into sealing_key (key, created, change) values (?, ?, ?) returning number`,
		key, millis(time.Now()), change).Scan(&number)
	if err != nil {
		return 0, fmt.Errorf("sqlite: %w", err)
	}
	if number > ticket.MaxKey {
		return 0, &issue.Error{Code: issue.InvalidArgs, Message: "too many sealing keys", Hint: fmt.Sprintf("a code has room for key numbers up to %d", ticket.MaxKey)}
	}
	return number, nil
}

// firstKey makes the first sealing key of a new registry.
func (s *Store) firstKey(ctx context.Context) error {
	const anyKey = `select exists (select 1 from sealing_key)`
	var found bool
	if err := s.reader.QueryRowContext(ctx, anyKey).Scan(&found); err != nil || found {
		return err
	}
	err := s.commit(ctx, func(tx *sql.Tx, change int64) error {
		if err := tx.QueryRowContext(ctx, anyKey).Scan(&found); err != nil {
			return err
		}
		if found {
			return errUnchanged // another process was quicker
		}
		_, err := insertKey(ctx, tx, change)
		return err
	})
	if errors.Is(err, errUnchanged) {
		return nil
	}
	return err
}
