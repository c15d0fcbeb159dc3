package issue

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"time"
)

// The rules of access tokens, as the platform documents them.
const (
	// TokenLife is how long an access token is good.
	TokenLife = 2 * time.Hour
	// TokenOverlap is how long a token stays good after a newer one was
	// given, and how long before its end a stable token is replaced.
	TokenOverlap = 5 * time.Minute
	// ForceInterval is the least time between two forced refreshes of a
	// stable token; an earlier one changes nothing.
	ForceInterval = 30 * time.Second

	tokenBytes = 32
	tokenChars = (tokenBytes*8 + 5) / 6 // base64url without padding
)

// TokenKind tells the two independent rows of an app's tokens apart.
type TokenKind uint8

// The kinds of token. The numbers are stored.
const (
	PlainToken  TokenKind = 1 // each call gives a new one
	StableToken TokenKind = 2 // calls give the same one while it lasts
)

// TokenHash is the SHA-256 of a token's text: what is stored in its place.
// The text has 256 random bits, so it needs no salt.
type TokenHash [sha256.Size]byte

// HashToken is the hash of a token's text.
func HashToken(text string) TokenHash { return sha256.Sum256([]byte(text)) }

// Token is what the registry keeps of an access token.
type Token struct {
	Hash     TokenHash
	App      uint64
	Kind     TokenKind
	Secret   uint64 // number of the app's secret that it was given for
	Salt     []byte // stable tokens: see stableText
	Forced   bool   // made by a forced refresh
	Replaced bool   // a newer token moved its end forward
	IssuedAt time.Time
	EndsAt   time.Time
}

// Given is how many tokens of one kind an app was given in some time.
type Given struct {
	All    int
	Forced int // by forced refreshes
}

// Renewal is what to do with an app's tokens: see [Store.RenewToken].
type Renewal struct {
	Token  *Token // nil: leave everything as it is
	OldEnd time.Time
}

// Grant is an access token as its app gets it.
type Grant struct {
	Token     string
	ExpiresIn time.Duration // whole seconds, 5 minutes to [TokenLife]
}

// Tokens gives access tokens to apps and knows the apps by them.
type Tokens struct {
	store Store
	clock func() time.Time
}

// NewTokens makes a Tokens on the store. now is the clock, nil is [time.Now].
func NewTokens(store Store, now func() time.Time) *Tokens {
	if now == nil {
		now = time.Now
	}
	return &Tokens{store: store, clock: now}
}

// now is the time in the milliseconds that stores keep, so that what is left
// of a token is the same before and after it was stored.
func (t *Tokens) now() time.Time { return t.clock().Truncate(time.Millisecond) }

// Authenticate is the app with that appid and secret; [UnknownApp] and
// [InvalidSecret] say which of them is wrong. The app comes with the latter.
func (t *Tokens) Authenticate(appID, secret string) (*App, error) {
	app, ok := t.store.Snapshot().App(appID)
	if !ok {
		return nil, fail(UnknownApp, "invalid appid", "no app has the appid %q", clip(appID))
	}
	if !app.Secret.Matches(secret) {
		return app, fail(InvalidSecret, "invalid appsecret", "the secret is not the one of %s", app.AppID)
	}
	return app, nil
}

// Issue gives the app a new token, up to [TokensPerDay] in a day. The token
// before it stays good for [TokenOverlap]. Errors are those of
// [Tokens.Authenticate], and [QuotaSpent].
func (t *Tokens) Issue(ctx context.Context, appID, secret string) (Grant, error) {
	app, err := t.Authenticate(appID, secret)
	if err != nil {
		return Grant{}, err
	}
	raw := make([]byte, tokenBytes)
	_, _ = rand.Read(raw) // never fails: crypto/rand ends the program instead
	text := base64.RawURLEncoding.EncodeToString(raw)
	err = t.store.RenewToken(ctx, app.Number, PlainToken, t.today(app), func(_ Token, today Given) (Renewal, error) {
		if today.All >= TokensPerDay {
			return Renewal{}, fail(QuotaSpent, "too many tokens today", "%s got its %d tokens of this day; stable tokens need fewer", app.AppID, TokensPerDay)
		}
		now := t.now()
		return Renewal{Token: t.token(app, PlainToken, text, now), OldEnd: now.Add(TokenOverlap)}, nil
	})
	if err != nil {
		return Grant{}, err
	}
	return Grant{Token: text, ExpiresIn: TokenLife}, nil
}

// Today is how many tokens of that kind the app was given today, since its
// daily counters last began anew.
func (t *Tokens) Today(ctx context.Context, app *App, kind TokenKind) (Given, error) {
	return t.store.TokensGiven(ctx, app.Number, kind, t.today(app))
}

// today is when the app's daily counters began.
func (t *Tokens) today(app *App) time.Time {
	start := dayStart(t.now())
	if app.ClearedAt.After(start) {
		return app.ClearedAt
	}
	return start
}

// Stable gives the app its stable token: the same one until [TokenOverlap]
// before its end, then a new one while the old one runs out. With force, a new
// one is made at once and the earlier ones stop, unless the last forced one is
// younger than [ForceInterval]; up to [ForcesPerDay] in a day. It has nothing
// to do with [Tokens.Issue]. Errors are those of [Tokens.Authenticate], and
// [QuotaSpent].
func (t *Tokens) Stable(ctx context.Context, appID, secret string, force bool) (Grant, error) {
	app, err := t.Authenticate(appID, secret)
	if err != nil {
		return Grant{}, err
	}
	last, ok, err := t.store.LastToken(ctx, app.Number, StableToken)
	if err != nil {
		return Grant{}, err
	}
	if now := t.now(); ok && lasts(last, app, force, now) {
		return stableGrant(last, app, secret, now), nil
	}
	var grant Grant
	err = t.store.RenewToken(ctx, app.Number, StableToken, t.today(app), func(last Token, today Given) (Renewal, error) {
		now := t.now()
		if lasts(last, app, force, now) { // another call was quicker
			grant = stableGrant(last, app, secret, now)
			return Renewal{}, nil
		}
		if force && today.Forced >= ForcesPerDay {
			return Renewal{}, fail(QuotaSpent, "too many forced refreshes today", "%s made its %d forced refreshes of this day", app.AppID, ForcesPerDay)
		}
		salt := make([]byte, saltBytes)
		_, _ = rand.Read(salt) // see Issue
		next := t.token(app, StableToken, stableText(app, secret, salt), now)
		next.Salt, next.Forced = salt, force
		grant = stableGrant(*next, app, secret, now)
		if force {
			return Renewal{Token: next, OldEnd: now}, nil
		}
		return Renewal{Token: next, OldEnd: now.Add(TokenOverlap)}, nil
	})
	if err != nil {
		return Grant{}, err
	}
	return grant, nil
}

// Check is the app that the token was given to. Errors are [MissingToken],
// [InvalidToken] and [ExpiredToken]; where the token is one that the app once
// had, the app comes with the error.
func (t *Tokens) Check(ctx context.Context, text string) (*App, error) {
	if text == "" {
		return nil, fail(MissingToken, "no access token", "the query has no access_token")
	}
	if len(text) != tokenChars {
		return nil, fail(InvalidToken, "invalid access token", "it has %d characters, not %d: not a token of this server", len(text), tokenChars)
	}
	token, ok, err := t.store.Token(ctx, HashToken(text))
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fail(InvalidToken, "invalid access token", "this server never gave it, or more than a day ago")
	}
	app, ok := t.store.Snapshot().AppByNumber(token.App)
	if !ok || app.Secret.Number != token.Secret {
		return app, fail(InvalidToken, "invalid access token", "the app's secret was replaced after it was given")
	}
	if t.now().Before(token.EndsAt) {
		return app, nil
	}
	if token.Replaced {
		return app, fail(InvalidToken, "invalid access token", "%s got a newer token, this one ended %s", app.AppID, token.EndsAt.UTC().Format(time.RFC3339))
	}
	return app, fail(ExpiredToken, "access token expired", "the token of %s ended %s", app.AppID, token.EndsAt.UTC().Format(time.RFC3339))
}

func (t *Tokens) token(app *App, kind TokenKind, text string, now time.Time) *Token {
	return &Token{
		Hash: HashToken(text), App: app.Number, Kind: kind, Secret: app.Secret.Number,
		IssuedAt: now, EndsAt: now.Add(TokenLife),
	}
}

// lasts tells whether a call for a stable token gets the last one again.
func lasts(last Token, app *App, force bool, now time.Time) bool {
	if last.Secret != app.Secret.Number || last.EndsAt.Sub(now) <= TokenOverlap {
		return false
	}
	return !force || last.Forced && now.Sub(last.IssuedAt) < ForceInterval
}

func stableGrant(token Token, app *App, secret string, now time.Time) Grant {
	left := min(token.EndsAt.Sub(now), TokenLife).Truncate(time.Second)
	return Grant{Token: stableText(app, secret, token.Salt), ExpiresIn: left}
}

// stableText is the text of the stable token with that salt. A stable token
// has to be given again and again though only its hash is stored, so it is not
// random but computed, from the salt that is stored with it and the app's
// secret, which is stored nowhere and which every call for the token brings
// along. Who reads the database can make neither.
func stableText(app *App, secret string, salt []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("suncode stable token\n" + app.AppID + "\n"))
	mac.Write(salt)
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
