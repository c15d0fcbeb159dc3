package issue

import (
	"context"
	"time"

	"github.com/suncode/suncode/ticket"
)

// Store is the registry as issuing and resolving need it. What codes depend
// on is committed to lasting storage before a method returns.
type Store interface {
	// Snapshot is the registry as it is now, without waiting. Changes that
	// other processes commit show within a second, this process's own at once.
	Snapshot() *Snapshot

	// AssignPage gives the app's page a number, committed when it returns, or
	// returns the one that it has. It fails with [InvalidPage] when the app
	// has [MaxPages] pages already.
	AssignPage(ctx context.Context, app uint64, path string) (uint64, error)

	// AssignPath gives the app's path a number in that environment, committed
	// when it returns, or returns the one that it has. It fails with
	// [PathsSpent] when the app has most paths already, in all environments
	// together.
	AssignPath(ctx context.Context, app uint64, env ticket.Env, path string, most int) (uint64, error)

	// Token is the token with that hash, ended ones too for a day after their
	// end; false means that it is unknown. For a token that is good it does
	// not go to the database.
	Token(ctx context.Context, hash TokenHash) (Token, bool, error)

	// LastToken is the app's newest token of that kind, from the database;
	// false means that there never was one.
	LastToken(ctx context.Context, app uint64, kind TokenKind) (Token, bool, error)

	// TokensGiven is how many tokens of that kind the app was given since that
	// time, which is at most a day ago: older ones may be forgotten.
	TokensGiven(ctx context.Context, app uint64, kind TokenKind, since time.Time) (Given, error)

	// RenewToken calls renew with the app's newest token of that kind (the
	// zero Token if there is none) and what it was given since that time, in a
	// transaction that excludes every other change. If renew's Renewal has a
	// token, that one is added, and every earlier one of its app and kind ends
	// at OldEnd at the latest. An error of renew is returned as it is.
	RenewToken(ctx context.Context, app uint64, kind TokenKind, since time.Time, renew func(last Token, given Given) (Renewal, error)) error

	// NoteClear notes that the app's daily counters begin anew at now. It fails
	// with [ClearsSpent] when that happened most times since the month began.
	NoteClear(ctx context.Context, app uint64, now, month time.Time, most int) error
}

// Limiter says how often an app may make a call. An API that it has no rule for
// is neither counted nor bounded.
type Limiter interface {
	// Count counts one call of the app to that API. Errors are [RateLimited]
	// and [QuotaSpent].
	Count(ctx context.Context, app *App, api string) error
	// Usage is how much the app has called that API today, and how much it may;
	// false means that there is no rule for it.
	Usage(ctx context.Context, app *App, api string) (Usage, bool, error)
	// Clear makes what the app called today count no more. It fails with
	// [ClearsSpent] when that happened [ClearsPerMonth] times this month.
	Clear(ctx context.Context, app *App) error
}

// Journal keeps calls that failed, for their apps to ask about, for
// [JournalLife] and within bounds of its own: when they are reached, the oldest
// go first.
type Journal interface {
	// Record keeps the call. It waits for nothing and goes to no disk; a call
	// too many at once is not kept.
	Record(call FailedCall)
	// Find is the call with that rid; false means that it is not kept, or no
	// longer.
	Find(ctx context.Context, rid string) (FailedCall, bool, error)
}

// JournalLife is how long a failed call can be asked about.
const JournalLife = 7 * 24 * time.Hour

// FailedCall is a call that failed, without secrets and tokens.
type FailedCall struct {
	RID    string
	App    uint64 // 0: nobody knows whose call it was
	At     time.Time
	Took   time.Duration
	URL    string // path and query
	Body   string
	Answer string
	Client string // IP address, "" if there is none
	Reason string // which field broke which rule
}
