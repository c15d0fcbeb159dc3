package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/suncode/suncode/internal/issue"
)

const (
	// endedKept is how long a token that ended is told from an unknown one.
	endedKept = 24 * time.Hour
	// endedMost is how many ended tokens of an app and kind are kept: as many
	// as the platform gives in a day.
	endedMost = 2000
)

const tokenColumns = `hash, app, kind, secret, salt, forced, replaced, issued, ends`

func scanToken(row interface{ Scan(dest ...any) error }) (issue.Token, error) {
	var t issue.Token
	var hash []byte
	var issued, ends int64
	if err := row.Scan(&hash, &t.App, &t.Kind, &t.Secret, &t.Salt, &t.Forced, &t.Replaced, &issued, &ends); err != nil {
		return issue.Token{}, err
	}
	if copy(t.Hash[:], hash) != len(t.Hash) {
		return issue.Token{}, fmt.Errorf("a token of app %d has a hash of %d bytes", t.App, len(hash))
	}
	t.IssuedAt, t.EndsAt = fromMillis(issued), fromMillis(ends)
	return t, nil
}

// maybeToken is scanToken that tells a missing row from a failure.
func maybeToken(row *sql.Row) (issue.Token, bool, error) {
	token, err := scanToken(row)
	if errors.Is(err, sql.ErrNoRows) {
		return issue.Token{}, false, nil
	}
	if err != nil {
		return issue.Token{}, false, fmt.Errorf("sqlite: %w", err)
	}
	return token, true, nil
}

// Token implements [issue.Store]. What is not in memory is looked up in the
// file: tokens that ended, those that another process has given a moment ago,
// and those that never were.
func (s *Store) Token(ctx context.Context, hash issue.TokenHash) (issue.Token, bool, error) {
	if token, ok := s.tokens.Load(hash); ok {
		return *token.(*issue.Token), true, nil
	}
	return maybeToken(s.reader.QueryRowContext(ctx, `select `+tokenColumns+` from token where hash = ?`, hash[:]))
}

const lastToken = `select ` + tokenColumns + ` from token where app = ? and kind = ? order by id desc limit 1`

// LastToken implements [issue.Store].
func (s *Store) LastToken(ctx context.Context, app uint64, kind issue.TokenKind) (issue.Token, bool, error) {
	return maybeToken(s.reader.QueryRowContext(ctx, lastToken, app, kind))
}

// TokensGiven implements [issue.Store].
func (s *Store) TokensGiven(ctx context.Context, app uint64, kind issue.TokenKind, since time.Time) (issue.Given, error) {
	return tokensGiven(ctx, s.reader, app, kind, since)
}

func tokensGiven(ctx context.Context, db queryer, app uint64, kind issue.TokenKind, since time.Time) (issue.Given, error) {
	const query = `select count(*), coalesce(sum(forced), 0) from token where app = ? and kind = ? and issued >= ?`
	var given issue.Given
	if err := db.QueryRowContext(ctx, query, app, kind, millis(since)).Scan(&given.All, &given.Forced); err != nil {
		return issue.Given{}, fmt.Errorf("sqlite: %w", err)
	}
	return given, nil
}

// RenewToken implements [issue.Store]. It also forgets tokens that ended a day
// before the new one was issued.
func (s *Store) RenewToken(ctx context.Context, app uint64, kind issue.TokenKind, since time.Time,
	renew func(last issue.Token, given issue.Given) (issue.Renewal, error),
) error {
	return s.write(ctx, func(tx *sql.Tx, change int64) error {
		last, _, err := maybeToken(tx.QueryRowContext(ctx, lastToken, app, kind))
		if err != nil {
			return err
		}
		given, err := tokensGiven(ctx, tx, app, kind, since)
		if err != nil {
			return err
		}
		renewal, err := renew(last, given)
		if err != nil {
			return err
		}
		if renewal.Token == nil {
			return errUnchanged
		}
		if err := replaceTokens(ctx, tx, change, *renewal.Token, renewal.OldEnd); err != nil {
			return fmt.Errorf("sqlite: %w", err)
		}
		return nil
	})
}

func replaceTokens(ctx context.Context, tx *sql.Tx, change int64, t issue.Token, oldEnd time.Time) error {
	_, err := tx.ExecContext(ctx, `update token set ends = ?, replaced = 1, change = ? where app = ? and kind = ? and ends > ?`,
		millis(oldEnd), change, t.App, t.Kind, millis(oldEnd))
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `insert into token (`+tokenColumns+`, change) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		t.Hash[:], t.App, t.Kind, t.Secret, append([]byte{}, t.Salt...), t.Forced, t.Replaced, millis(t.IssuedAt), millis(t.EndsAt), change)
	if err != nil {
		return err
	}
	now := millis(t.IssuedAt)
	if _, err := tx.ExecContext(ctx, `delete from token where ends < ?`, now-endedKept.Milliseconds()); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `delete from token where app = ? and kind = ? and ends <= ? and id <
		(select id from token where app = ? and kind = ? order by id desc limit 1 offset ?)`,
		t.App, t.Kind, now, t.App, t.Kind, endedMost)
	return err
}
