package issue

import (
	"context"
	"time"
)

// The bounds of the platform's calls that are about tokens and quotas.
const (
	// TokensPerDay is how many tokens [Tokens.Issue] gives an app in a day.
	TokensPerDay = 2000
	// ForcesPerDay is how many forced refreshes of its stable token an app has
	// in a day.
	ForcesPerDay = 20
	// StableCallsPerMinute is how often an app may ask for its stable token in
	// a minute.
	StableCallsPerMinute = 10_000
	// StableCallsPerDay is how often an app may ask for it in a day.
	StableCallsPerDay = 500_000
	// ClearsPerMonth is how often an app's daily counters begin anew on demand.
	ClearsPerMonth = 10
)

// calendar is the clock that days and months are told by: China's, as on the
// platform. It has no summer time.
var calendar = time.FixedZone("UTC+8", int(dayShift/time.Second))

func dayStart(t time.Time) time.Time {
	year, month, day := t.In(calendar).Date()
	return time.Date(year, month, day, 0, 0, 0, 0, calendar)
}

func monthStart(t time.Time) time.Time {
	year, month, _ := t.In(calendar).Date()
	return time.Date(year, month, 1, 0, 0, 0, 0, calendar)
}

// Rule is how often an app may make a call; 0 is no limit.
type Rule struct{ PerMinute, PerDay int }

// Usage is how much of a day's calls an app has made, and may make.
type Usage struct {
	Rule
	Today int
}

// Quotas is a [Limiter] for one process, with a [Rule] for each API. It counts
// from its own start: what other processes and earlier ones counted it does
// not know.
type Quotas struct {
	store Store
	now   func() time.Time
	apis  map[string]quota
}

// quota is one API's rule with what is counted for it.
type quota struct {
	rule        Rule
	minute, day *Window
}

// NewQuotas makes a Quotas for the APIs in rules. now is the clock, nil is
// [time.Now].
func NewQuotas(store Store, rules map[string]Rule, now func() time.Time) *Quotas {
	if now == nil {
		now = time.Now
	}
	q := &Quotas{store: store, now: now, apis: make(map[string]quota, len(rules))}
	for api, rule := range rules {
		q.apis[api] = quota{rule, NewWindow(rule.PerMinute, now), NewDayWindow(rule.PerDay, now)}
	}
	return q
}

// Count implements [Limiter].
func (q *Quotas) Count(_ context.Context, app *App, api string) error {
	quota, ok := q.apis[api]
	if !ok {
		return nil
	}
	if !quota.minute.Allow(app.Number) {
		return fail(RateLimited, "too many calls in this minute", "%s made its %d calls of this minute", app.AppID, quota.rule.PerMinute)
	}
	if !quota.day.Allow(app.Number) {
		return fail(QuotaSpent, "too many calls today", "%s made its %d calls of this day", app.AppID, quota.rule.PerDay)
	}
	return nil
}

// Usage implements [Limiter].
func (q *Quotas) Usage(_ context.Context, app *App, api string) (Usage, bool, error) {
	quota, ok := q.apis[api]
	if !ok {
		return Usage{}, false, nil
	}
	return Usage{Rule: quota.rule, Today: quota.day.Used(app.Number)}, true, nil
}

// Clear implements [Limiter].
func (q *Quotas) Clear(ctx context.Context, app *App) error {
	now := q.now()
	if err := q.store.NoteClear(ctx, app.Number, now, monthStart(now), ClearsPerMonth); err != nil {
		return err
	}
	for _, quota := range q.apis {
		quota.day.Clear(app.Number)
	}
	return nil
}
