package issue_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/internal/sqlite"
)

// clocks are one for which tokens are good that have long ended by the store's
// own, and one for the other way round. They start at noon in China.
func clocks() map[string]*clock {
	now := time.Now().Truncate(24 * time.Hour).Add(4 * time.Hour)
	return map[string]*clock{"past": {t: now.AddDate(-3, 0, 0)}, "future": {t: now.AddDate(3, 0, 0)}}
}

func TestPlainTokens(t *testing.T) {
	for name, c := range clocks() {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			app, secret := addApp(t, s, "one")
			tokens := issue.NewTokens(s, c.now)
			get := func() string {
				t.Helper()
				grant, err := tokens.Issue(t.Context(), app.AppID, secret)
				if err != nil {
					t.Fatal(err)
				}
				if grant.ExpiresIn != issue.TokenLife {
					t.Errorf("a new token is good for %v", grant.ExpiresIn)
				}
				return grant.Token
			}
			ok := func(token string) {
				t.Helper()
				if got, err := tokens.Check(t.Context(), token); err != nil || got.AppID != app.AppID {
					t.Errorf("a good token: %v, %v", got, err)
				}
			}
			first := get()
			ok(first)
			c.advance(issue.TokenLife - time.Millisecond)
			ok(first)
			c.advance(time.Millisecond)
			_, err := tokens.Check(t.Context(), first)
			wantCode(t, "at its end", err, issue.ExpiredToken)

			second := get()
			c.advance(time.Minute)
			third := get()
			if second == third {
				t.Error("two calls give one token")
			}
			c.advance(issue.TokenOverlap - time.Millisecond)
			ok(second)
			ok(third)
			c.advance(time.Millisecond)
			_, err = tokens.Check(t.Context(), second)
			wantCode(t, "five minutes after a newer one", err, issue.InvalidToken)
			ok(third)
			_, err = tokens.Check(t.Context(), first)
			wantCode(t, "long after its end", err, issue.ExpiredToken)

			c.advance(48 * time.Hour)
			get() // which forgets the older ones, in memory when they end by the store's own clock
			if _, err = tokens.Check(t.Context(), third); issue.CodeOf(err) != issue.InvalidToken && issue.CodeOf(err) != issue.ExpiredToken {
				t.Errorf("two days later: %v", err)
			}
		})
	}
}

// TestShortOverlap replaces a token shortly before its own end, which must not
// be put off.
func TestShortOverlap(t *testing.T) {
	for name, c := range clocks() {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			app, secret := addApp(t, s, "one")
			tokens := issue.NewTokens(s, c.now)
			first, err := tokens.Issue(t.Context(), app.AppID, secret)
			if err != nil {
				t.Fatal(err)
			}
			c.advance(issue.TokenLife - time.Minute)
			if _, err := tokens.Issue(t.Context(), app.AppID, secret); err != nil {
				t.Fatal(err)
			}
			c.advance(time.Minute)
			_, err = tokens.Check(t.Context(), first.Token)
			wantCode(t, "at its own end", err, issue.ExpiredToken)
		})
	}
}

func TestStableTokens(t *testing.T) {
	for name, c := range clocks() {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			app, secret := addApp(t, s, "one")
			tokens := issue.NewTokens(s, c.now)
			get := func(force bool, left time.Duration) string {
				t.Helper()
				grant, err := tokens.Stable(t.Context(), app.AppID, secret, force)
				if err != nil {
					t.Fatal(err)
				}
				if grant.ExpiresIn != left {
					t.Errorf("expires in %v, want %v", grant.ExpiresIn, left)
				}
				if got, err := tokens.Check(t.Context(), grant.Token); err != nil || got.AppID != app.AppID {
					t.Errorf("a token just given: %v, %v", got, err)
				}
				return grant.Token
			}
			same := func(what, got, want string, is bool) {
				t.Helper()
				if (got == want) != is {
					t.Errorf("%s: %s and %s, the same must be %v", what, got, want, is)
				}
			}
			first := get(false, issue.TokenLife)
			c.advance(500 * time.Millisecond)
			same("at once", get(false, issue.TokenLife-time.Second), first, true) // whole seconds, rounded down
			c.advance(issue.TokenLife - issue.TokenOverlap - 501*time.Millisecond)
			same("just before the overlap", get(false, issue.TokenOverlap), first, true)
			c.advance(time.Millisecond)
			second := get(false, issue.TokenLife)
			same("in the overlap", second, first, false)
			if _, err := tokens.Check(t.Context(), first); err != nil {
				t.Errorf("the old token in the overlap: %v", err)
			}
			c.advance(issue.TokenOverlap)
			_, err := tokens.Check(t.Context(), first)
			wantCode(t, "the old token after the overlap", err, issue.ExpiredToken)

			third := get(true, issue.TokenLife)
			same("forced", third, second, false)
			_, err = tokens.Check(t.Context(), second)
			wantCode(t, "the token before a forced one", err, issue.InvalidToken)
			c.advance(issue.ForceInterval - time.Second)
			same("forced again too soon", get(true, issue.TokenLife-29*time.Second), third, true)
			c.advance(time.Second)
			fourth := get(true, issue.TokenLife)
			same("forced again", fourth, third, false)

			plain, err := tokens.Issue(t.Context(), app.AppID, secret)
			if err != nil {
				t.Fatal(err)
			}
			same("after a plain one", get(false, issue.TokenLife), fourth, true)
			c.advance(issue.ForceInterval)
			get(true, issue.TokenLife)
			if _, err := tokens.Check(t.Context(), plain.Token); err != nil {
				t.Errorf("a plain token after a forced stable one: %v", err)
			}
		})
	}
}

func TestStableTokenIsOneForAllCallers(t *testing.T) {
	s := open(t)
	app, secret := addApp(t, s, "one")
	tokens := issue.NewTokens(s, nil)
	got := make([]string, 8)
	var wg sync.WaitGroup
	for i := range got {
		wg.Go(func() {
			grant, err := tokens.Stable(context.Background(), app.AppID, secret, i%2 == 0)
			if err != nil {
				t.Error(err)
			}
			got[i] = grant.Token
		})
	}
	wg.Wait()
	last, err := tokens.Stable(t.Context(), app.AppID, secret, false)
	if err != nil {
		t.Fatal(err)
	}
	// One of the forced calls made a token; one that was not forced may have made another before it.
	for i, token := range got {
		if i%2 == 0 && token != last.Token {
			t.Errorf("forced call %d got another token than the last", i)
		}
	}
}

func TestTokensOutliveTheProcess(t *testing.T) {
	dir := t.TempDir()
	reopen := func() *sqlite.Store {
		t.Helper()
		s, err := sqlite.Open(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	first := reopen()
	app, secret := addApp(t, first, "one")
	plain, err := issue.NewTokens(first, nil).Issue(t.Context(), app.AppID, secret)
	if err != nil {
		t.Fatal(err)
	}
	stable, err := issue.NewTokens(first, nil).Stable(t.Context(), app.AppID, secret, false)
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second := reopen()
	defer second.Close()
	tokens := issue.NewTokens(second, nil)
	for _, token := range []string{plain.Token, stable.Token} {
		if _, err := tokens.Check(t.Context(), token); err != nil {
			t.Errorf("after a restart: %v", err)
		}
	}
	again, err := tokens.Stable(t.Context(), app.AppID, secret, false)
	if err != nil || again.Token != stable.Token {
		t.Errorf("another stable token after a restart: %v", err)
	}
}

// TestTokenOfAnotherProcess checks a token at once at a second handle, and
// sees it stop there.
func TestTokenOfAnotherProcess(t *testing.T) {
	dir := t.TempDir()
	var stores [2]*sqlite.Store
	for i := range stores {
		s, err := sqlite.Open(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		stores[i] = s
	}
	app, secret := addApp(t, stores[0], "one")
	here, there := issue.NewTokens(stores[0], nil), issue.NewTokens(stores[1], nil)
	wait := func(what string, done func() bool) {
		t.Helper()
		for end := time.Now().Add(10 * time.Second); !done(); time.Sleep(5 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal(what)
			}
		}
	}
	wait("the app does not show", func() bool { _, ok := stores[1].Snapshot().App(app.AppID); return ok })
	grant, err := here.Stable(t.Context(), app.AppID, secret, false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := there.Check(t.Context(), grant.Token); err != nil {
		t.Errorf("the other process's token at once: %v", err)
	}
	if got, err := there.Stable(t.Context(), app.AppID, secret, false); err != nil || got.Token != grant.Token {
		t.Errorf("the other process has another stable token: %v", err)
	}
	if _, err := here.Stable(t.Context(), app.AppID, secret, true); err != nil {
		t.Fatal(err)
	}
	wait("the stopped token is still good", func() bool {
		_, err := there.Check(t.Context(), grant.Token)
		return issue.CodeOf(err) == issue.InvalidToken
	})
}

func TestNewSecretStopsTokens(t *testing.T) {
	s := open(t)
	app, secret := addApp(t, s, "one")
	tokens := issue.NewTokens(s, nil)
	plain, err := tokens.Issue(t.Context(), app.AppID, secret)
	if err != nil {
		t.Fatal(err)
	}
	stable, err := tokens.Stable(t.Context(), app.AppID, secret, false)
	if err != nil {
		t.Fatal(err)
	}
	fresh, err := s.ResetSecret(t.Context(), app.AppID)
	if err != nil {
		t.Fatal(err)
	}
	for _, token := range []string{plain.Token, stable.Token} {
		_, err := tokens.Check(t.Context(), token)
		wantCode(t, "a token of the old secret", err, issue.InvalidToken)
	}
	_, err = tokens.Issue(t.Context(), app.AppID, secret)
	wantCode(t, "the old secret", err, issue.InvalidSecret)
	again, err := tokens.Stable(t.Context(), app.AppID, fresh, false)
	if err != nil || again.Token == stable.Token {
		t.Errorf("the stable token of the new secret: %v, %v", again, err)
	}
	if _, err := tokens.Check(t.Context(), again.Token); err != nil {
		t.Error(err)
	}
}

func TestWrongCredentials(t *testing.T) {
	s := open(t)
	app, secret := addApp(t, s, "one")
	other, _ := addApp(t, s, "two")
	tokens := issue.NewTokens(s, nil)
	for _, test := range []struct {
		name, appID, secret string
		want                issue.Code
	}{
		{"no appid", "", secret, issue.UnknownApp},
		{"unknown appid", "wx0000000000000000", secret, issue.UnknownApp},
		{"appid in capitals", strings.ToUpper(app.AppID), secret, issue.UnknownApp},
		{"no secret", app.AppID, "", issue.InvalidSecret},
		{"another app's secret", other.AppID, secret, issue.InvalidSecret},
		{"secret in capitals", app.AppID, strings.ToUpper(secret) + "A", issue.InvalidSecret},
		{"cut secret", app.AppID, secret[:31], issue.InvalidSecret},
	} {
		_, err := tokens.Issue(t.Context(), test.appID, test.secret)
		wantCode(t, test.name+", plain", err, test.want)
		_, err = tokens.Stable(t.Context(), test.appID, test.secret, true)
		wantCode(t, test.name+", stable", err, test.want)
	}
	for text, want := range map[string]issue.Code{
		"":                       issue.MissingToken,
		"x":                      issue.InvalidToken,
		strings.Repeat("A", 43):  issue.InvalidToken,
		strings.Repeat("A", 900): issue.InvalidToken,
	} {
		_, err := tokens.Check(t.Context(), text)
		wantCode(t, "token "+text, err, want)
	}
}

// TestHintsKeepSecrets looks for what a log must never show.
func TestHintsKeepSecrets(t *testing.T) {
	s := open(t)
	app, secret := addApp(t, s, "one")
	tokens := issue.NewTokens(s, nil)
	grant, err := tokens.Issue(t.Context(), app.AppID, secret)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.ResetSecret(t.Context(), app.AppID); err != nil {
		t.Fatal(err)
	}
	_, stopped := tokens.Check(t.Context(), grant.Token)
	_, refused := tokens.Issue(t.Context(), app.AppID, secret)
	for _, err := range []error{stopped, refused} {
		if err == nil || strings.Contains(err.Error(), grant.Token) || strings.Contains(err.Error(), secret) {
			t.Errorf("the error shows a secret: %v", err)
		}
	}
}

func BenchmarkCheck(b *testing.B) {
	s := open(b)
	app, secret := addApp(b, s, "one")
	tokens := issue.NewTokens(s, nil)
	grant, err := tokens.Issue(b.Context(), app.AppID, secret)
	if err != nil {
		b.Fatal(err)
	}
	for name, token := range map[string]string{"good": grant.Token, "unknown": strings.Repeat("A", 43)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					_, _ = tokens.Check(context.Background(), token)
				}
			})
		})
	}
}
