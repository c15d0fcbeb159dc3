package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/netip"
	"time"

	"github.com/suncode/suncode/internal/issue"
)

// ChangeNetworks replaces the networks that the app's secret may be used from
// with what edit makes of them, and returns those. An error of edit is returned
// as it is; others are [issue.UnknownApp] and, for more than
// [issue.MaxNetworks], [issue.InvalidArgs].
func (s *Store) ChangeNetworks(ctx context.Context, appID string, edit func([]netip.Prefix) ([]netip.Prefix, error)) ([]netip.Prefix, error) {
	var networks []netip.Prefix
	err := s.write(ctx, func(tx *sql.Tx, change int64) error {
		app, err := appNumber(ctx, tx, appID)
		if err != nil {
			return err
		}
		var stored string
		if err := tx.QueryRowContext(ctx, `select networks from app where number = ?`, app).Scan(&stored); err != nil {
			return fmt.Errorf("sqlite: %w", err)
		}
		if err := json.Unmarshal([]byte(stored), &networks); err != nil {
			return fmt.Errorf("the networks of %s: %w", appID, err)
		}
		if networks, err = edit(networks); err != nil {
			return err
		}
		if len(networks) > issue.MaxNetworks {
			return &issue.Error{Code: issue.InvalidArgs, Message: "too many networks", Hint: fmt.Sprintf("an app can list %d", issue.MaxNetworks)}
		}
		edited, err := json.Marshal(append([]netip.Prefix{}, networks...)) // none is [], not null
		if err != nil {
			return err
		}
		if string(edited) == stored {
			return errUnchanged
		}
		return exec(ctx, tx, `update app set networks = ?, change = ? where number = ?`, string(edited), change, app)
	})
	return networks, err
}

// NoteClear implements [issue.Store].
func (s *Store) NoteClear(ctx context.Context, app uint64, now, month time.Time, most int) error {
	return s.write(ctx, func(tx *sql.Tx, change int64) error {
		var cleared int64
		var clears int
		if err := tx.QueryRowContext(ctx, `select cleared, clears from app where number = ?`, app).Scan(&cleared, &clears); err != nil {
			return fmt.Errorf("sqlite: %w", err)
		}
		if cleared < millis(month) {
			clears = 0
		}
		if clears >= most {
			return &issue.Error{
				Code: issue.ClearsSpent, Message: "cleared too often",
				Hint: fmt.Sprintf("the app cleared its counters %d times this month, the last time %s", clears, fromMillis(cleared).UTC().Format(time.RFC3339)),
			}
		}
		return exec(ctx, tx, `update app set cleared = ?, clears = ?, change = ? where number = ?`, millis(now), clears+1, change, app)
	})
}

func exec(ctx context.Context, tx *sql.Tx, statement string, args ...any) error {
	if _, err := tx.ExecContext(ctx, statement, args...); err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	return nil
}
