package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/ticket"
)

const (
	watchEvery = 250 * time.Millisecond
	sweepEvery = time.Minute
)

// watch starts looking for what other processes commit. SQLite's data_version
// tells one connection that another one has committed, so the connection that
// asks is kept, and the change number is read only when it moves.
func (s *Store) watch(ctx context.Context) error {
	conn, err := s.reader.Conn(ctx)
	if err != nil {
		return err
	}
	// The Store outlives the call that opened it.
	ctx, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	s.stopped.Go(func() {
		defer func() { _ = conn.Close() }() // back to a pool that is about to close
		look, sweep := time.NewTicker(watchEvery), time.NewTicker(sweepEvery)
		defer look.Stop()
		defer sweep.Stop()
		var version int64
		for {
			select {
			case <-ctx.Done():
				return
			case now := <-sweep.C:
				s.sweep(now)
			case <-look.C:
				err := s.look(ctx, conn, &version)
				if ctx.Err() != nil {
					return
				}
				s.note(err)
			}
		}
	})
	return nil
}

// look follows if the file changed since the version that it is given.
func (s *Store) look(ctx context.Context, conn *sql.Conn, version *int64) error {
	var now int64
	if err := conn.QueryRowContext(ctx, `pragma data_version`).Scan(&now); err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	if now == *version {
		return nil
	}
	if err := s.follow(ctx); err != nil {
		return err
	}
	*version = now
	return nil
}

// note keeps the outcome of the last look for [Store.Check].
func (s *Store) note(err error) {
	if err == nil {
		s.failure.Store(nil)
		return
	}
	s.failure.Store(&err)
}

// sweep forgets tokens that have ended; the file still has them for a day.
func (s *Store) sweep(now time.Time) {
	s.tokens.Range(func(hash, token any) bool {
		if token.(*issue.Token).EndsAt.Before(now) {
			s.tokens.CompareAndDelete(hash, token)
		}
		return true
	})
}

// keepTokens takes over tokens that are good; for the others [Store.Token] goes
// to the file.
func (s *Store) keepTokens(tokens []*issue.Token, now time.Time) {
	for _, token := range tokens {
		if token.EndsAt.Before(now) {
			s.tokens.Delete(token.Hash)
			continue
		}
		s.tokens.Store(token.Hash, token)
	}
}

// follow brings into memory what was committed since it last did, by any
// process.
func (s *Store) follow(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	tx, err := s.reader.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // it only reads
	f := follower{tx: tx, seen: s.seen, apps: s.apps, keys: s.keys}
	number, err := f.number(ctx)
	if err != nil || number == s.seen {
		return err
	}
	for _, load := range []func(context.Context) error{f.loadKeys, f.loadApps, f.loadPages, f.loadPaths, f.loadVersions, f.loadFunctions} {
		if err := load(ctx); err != nil {
			return fmt.Errorf("sqlite: %w", err)
		}
	}
	tokens, err := f.loadTokens(ctx)
	if err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	if f.changed {
		apps := make([]*issue.App, 0, len(f.apps))
		for _, app := range f.apps {
			apps = append(apps, app)
		}
		snapshot, err := issue.NewSnapshot(apps, f.keys)
		if err != nil {
			return err
		}
		s.apps, s.keys = f.apps, f.keys
		s.snapshot.Store(snapshot)
	}
	s.keepTokens(tokens, time.Now())
	s.seen = number
	return nil
}

// follower reads, in one transaction, all rows with a change number above
// seen. What it is given it copies before it changes it.
type follower struct {
	tx      *sql.Tx
	seen    int64
	apps    map[uint64]*issue.App
	keys    ticket.Keys
	changed bool // apps and keys are copies
}

func (f *follower) number(ctx context.Context) (int64, error) {
	var number int64
	if err := f.tx.QueryRowContext(ctx, `select number from change`).Scan(&number); err != nil {
		return 0, fmt.Errorf("sqlite: %w", err)
	}
	return number, nil
}

func (f *follower) change() {
	if !f.changed {
		f.apps, f.keys, f.changed = maps.Clone(f.apps), maps.Clone(f.keys), true
	}
}

// app is a copy of the app, which takes its place.
func (f *follower) app(number uint64) (*issue.App, error) {
	old, ok := f.apps[number]
	if !ok {
		return nil, fmt.Errorf("a row belongs to app %d, which is not there", number)
	}
	f.change()
	app := *old
	f.apps[number] = &app
	return &app, nil
}

func (f *follower) loadKeys(ctx context.Context) error {
	return f.each(ctx, `select number, key from sealing_key where change > ?`, func(rows *sql.Rows) error {
		var number uint64
		var key []byte
		if err := rows.Scan(&number, &key); err != nil {
			return err
		}
		f.change()
		if f.keys == nil {
			f.keys = ticket.Keys{}
		}
		f.keys[number] = key
		return nil
	})
}

func (f *follower) loadApps(ctx context.Context) error {
	const query = `select number, appid, name, demo, created, secret_number, secret_salt, secret_hash, logo, badge,
		networks, cleared from app where change > ?`
	return f.each(ctx, query, func(rows *sql.Rows) error {
		var app issue.App
		var created, cleared int64
		var hash, logo, badge, networks []byte
		err := rows.Scan(&app.Number, &app.AppID, &app.Name, &app.Demo, &created,
			&app.Secret.Number, &app.Secret.Salt, &hash, &logo, &badge, &networks, &cleared)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(networks, &app.Networks); err != nil {
			return fmt.Errorf("the networks of app %d: %w", app.Number, err)
		}
		if copy(app.Secret.Hash[:], hash) != len(app.Secret.Hash) {
			return fmt.Errorf("app %d has a secret hash of %d bytes", app.Number, len(hash))
		}
		app.CreatedAt, app.ClearedAt = fromMillis(created), fromMillis(cleared)
		app.Art = issue.NewArt(app.AppID, logo, badge)
		app.Pages, app.Paths = new(issue.Pages), new(issue.Paths)
		if old, ok := f.apps[app.Number]; ok {
			app.Pages, app.Paths, app.Versions, app.Functions = old.Pages, old.Paths, old.Versions, old.Functions
		}
		f.change()
		f.apps[app.Number] = &app
		return nil
	})
}

// loadPages adds to the apps' page tables, which all snapshots share: what is
// committed may show in the old ones too.
func (f *follower) loadPages(ctx context.Context) error {
	return f.each(ctx, `select app, number, path from page where change > ? order by app, number`, func(rows *sql.Rows) error {
		var app, number uint64
		var path string
		if err := rows.Scan(&app, &number, &path); err != nil {
			return err
		}
		owner, ok := f.apps[app]
		if !ok {
			return fmt.Errorf("page %d belongs to app %d, which is not there", number, app)
		}
		return owner.Pages.Add(number, path)
	})
}

// versionRow is one page of a version, with the version.
type versionRow struct {
	id, app, home, page uint64
	env                 ticket.Env
	published           int64
}

// loadVersions reads the newest version of each app and environment.
func (f *follower) loadVersions(ctx context.Context) error {
	const query = `select v.id, v.app, v.env, v.home, v.published, p.page from version v
		join version_page p on p.version = v.id
		where v.id in (select max(id) from version where change > ? group by app, env)
		order by v.id, p.place`
	var version []versionRow
	err := f.each(ctx, query, func(rows *sql.Rows) error {
		var r versionRow
		if err := rows.Scan(&r.id, &r.app, &r.env, &r.home, &r.published, &r.page); err != nil {
			return err
		}
		if len(version) > 0 && version[0].id != r.id {
			if err := f.addVersion(version); err != nil {
				return err
			}
			version = version[:0]
		}
		version = append(version, r)
		return nil
	})
	if err != nil || len(version) == 0 {
		return err
	}
	return f.addVersion(version)
}

func (f *follower) addVersion(rows []versionRow) error {
	v := rows[0]
	app, err := f.app(v.app)
	if err != nil {
		return err
	}
	pages, numbers := make([]string, len(rows)), make([]uint64, len(rows))
	for i, row := range rows {
		path, ok := app.Pages.Path(row.page)
		if !ok {
			return fmt.Errorf("version %d has page %d of app %d, which is not there", v.id, row.page, v.app)
		}
		pages[i], numbers[i] = path, row.page
	}
	home, _ := app.Pages.Path(v.home) // a home that is missing is not among the pages
	app.Versions[v.env], err = issue.NewVersion(v.id, v.env, home, fromMillis(v.published), pages, numbers)
	return err
}

// loadTokens reads tokens that ended lately too: the end of one may just have
// been moved forward.
func (f *follower) loadTokens(ctx context.Context) ([]*issue.Token, error) {
	var tokens []*issue.Token
	err := f.each(ctx, `select `+tokenColumns+` from token where change > ?`, func(rows *sql.Rows) error {
		token, err := scanToken(rows)
		if err != nil {
			return err
		}
		tokens = append(tokens, &token)
		return nil
	})
	return tokens, err
}

// each calls do for every row of a query whose one argument is the change
// number that is known.
func (f *follower) each(ctx context.Context, query string, do func(*sql.Rows) error) error {
	rows, err := f.tx.QueryContext(ctx, query, f.seen)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // Err tells what matters
	for rows.Next() {
		if err := do(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
