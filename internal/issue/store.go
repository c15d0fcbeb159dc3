package issue

import "context"

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

	// Token is the token with that hash, ended ones too for a day after their
	// end; false means that it is unknown. For a token that is good it does
	// not go to the database.
	Token(ctx context.Context, hash TokenHash) (Token, bool, error)

	// LastToken is the app's newest token of that kind, from the database;
	// false means that there never was one.
	LastToken(ctx context.Context, app uint64, kind TokenKind) (Token, bool, error)

	// RenewToken calls renew with the app's newest token of that kind (the
	// zero Token if there is none) in a transaction that excludes every other
	// change. If renew's Renewal has a token, that one is added, and every
	// earlier one of its app and kind ends at OldEnd at the latest.
	RenewToken(ctx context.Context, app uint64, kind TokenKind, renew func(last Token) Renewal) error
}

// Limiter says how often an app may call.
type Limiter interface {
	// Allow counts one call of the app; false means that it is over its limit
	// and was not counted.
	Allow(ctx context.Context, app uint64) (bool, error)
}
