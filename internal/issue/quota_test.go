package issue_test

import (
	"testing"
	"time"

	"github.com/suncode/suncode/internal/issue"
)

// TestDayWindow turns the day at midnight in China.
func TestDayWindow(t *testing.T) {
	c := &clock{t: time.Date(2026, 5, 4, 15, 59, 59, 0, time.UTC)} // 23:59:59 in China
	w := issue.NewDayWindow(2, c.now)
	for i, want := range []bool{true, true, false} {
		if got := w.Allow(7); got != want {
			t.Errorf("call %d: %v", i, got)
		}
	}
	if got := w.Used(7); got != 2 {
		t.Errorf("%d used, want 2", got)
	}
	c.advance(time.Second)
	if got := w.Used(7); got != 0 {
		t.Errorf("%d used on the next day", got)
	}
	if !w.Allow(7) || w.Used(7) != 1 || w.Used(8) != 0 {
		t.Error("the next day is not a new one")
	}
	w.Clear(7)
	if w.Used(7) != 0 || !w.Allow(7) || !w.Allow(7) || w.Allow(7) {
		t.Error("after Clear the day is not a new one")
	}
}

// TestWindowCountsWithoutLimit holds that a window without a limit counts all the same.
func TestWindowCountsWithoutLimit(t *testing.T) {
	w := issue.NewDayWindow(0, nil)
	for range 5000 {
		w.Allow(1)
	}
	if got := w.Used(1); got != 5000 {
		t.Errorf("%d used", got)
	}
}

func TestQuotas(t *testing.T) {
	s := open(t)
	app, _ := addApp(t, s, "one")
	other, _ := addApp(t, s, "two")
	c := &clock{t: time.Date(2026, 5, 31, 4, 0, 0, 0, time.UTC)}
	q := issue.NewQuotas(s, map[string]issue.Rule{"a": {PerMinute: 2, PerDay: 3}, "b": {}}, c.now)
	count := func(app *issue.App, api string, want issue.Code) {
		t.Helper()
		err := q.Count(t.Context(), app, api)
		if want == issue.Internal && err != nil || want != issue.Internal && issue.CodeOf(err) != want {
			t.Errorf("%s of %s: %v, want %v", api, app.Name, err, want)
		}
	}
	const fine = issue.Internal
	count(app, "a", fine)
	count(app, "a", fine)
	count(app, "a", issue.RateLimited)
	count(app, "b", fine)
	count(app, "no rule", fine)
	count(other, "a", fine)
	c.advance(time.Minute)
	count(app, "a", fine)
	count(app, "a", issue.QuotaSpent)
	usage, ok, err := q.Usage(t.Context(), app, "a")
	if want := (issue.Usage{Rule: issue.Rule{PerMinute: 2, PerDay: 3}, Today: 3}); usage != want || !ok || err != nil {
		t.Errorf("got %+v, %v, %v", usage, ok, err)
	}
	if _, ok, err := q.Usage(t.Context(), app, "no rule"); ok || err != nil {
		t.Errorf("an API without a rule: %v, %v", ok, err)
	}

	for range issue.ClearsPerMonth {
		if err := q.Clear(t.Context(), app); err != nil {
			t.Fatal(err)
		}
	}
	wantCode(t, "cleared once more", q.Clear(t.Context(), app), issue.ClearsSpent)
	if err := q.Clear(t.Context(), other); err != nil {
		t.Errorf("another app: %v", err)
	}
	c.advance(time.Minute)
	count(app, "a", fine)
	c.advance(12 * time.Hour) // 0:02 of June 1 in China
	if err := q.Clear(t.Context(), app); err != nil {
		t.Errorf("in the next month: %v", err)
	}
}

// TestClearingSurvives counts tokens and clears with a new Quotas each time: it is the registry that remembers.
func TestClearingSurvives(t *testing.T) {
	s := open(t)
	app, secret := addApp(t, s, "one")
	c := &clock{t: time.Date(2026, 5, 15, 4, 0, 0, 0, time.UTC)}
	tokens := issue.NewTokens(s, c.now)
	for range 3 {
		if _, err := tokens.Issue(t.Context(), app.AppID, secret); err != nil {
			t.Fatal(err)
		}
	}
	today := func() issue.Given {
		t.Helper()
		app, _ := s.Snapshot().App(app.AppID)
		given, err := tokens.Today(t.Context(), app, issue.PlainToken)
		if err != nil {
			t.Fatal(err)
		}
		return given
	}
	if got := today(); got.All != 3 {
		t.Errorf("%d tokens today", got.All)
	}
	c.advance(time.Second)
	if err := issue.NewQuotas(s, nil, c.now).Clear(t.Context(), app); err != nil {
		t.Fatal(err)
	}
	if got := today(); got.All != 0 {
		t.Errorf("%d tokens after clearing", got.All)
	}
	for range issue.ClearsPerMonth - 1 {
		if err := issue.NewQuotas(s, nil, c.now).Clear(t.Context(), app); err != nil {
			t.Fatal(err)
		}
	}
	wantCode(t, "with another Quotas", issue.NewQuotas(s, nil, c.now).Clear(t.Context(), app), issue.ClearsSpent)
	c.advance(24 * time.Hour)
	if got := today(); got.All != 0 {
		t.Errorf("%d tokens on the next day", got.All)
	}
}
