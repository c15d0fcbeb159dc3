package sqlite

import (
	"database/sql"
	"fmt"
	"testing"
	"time"

	"github.com/suncode/suncode/internal/issue"
)

func openHere(t *testing.T) *Store {
	t.Helper()
	s, err := Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// TestSettings asks SQLite for what the safety of the registry rests on.
func TestSettings(t *testing.T) {
	s := openHere(t)
	for _, test := range []struct {
		db           *sql.DB
		pragma, want string
	}{
		{s.writer, "journal_mode", "wal"},
		{s.writer, "synchronous", "2"}, // FULL
		{s.writer, "foreign_keys", "1"},
		{s.writer, "busy_timeout", "5000"},
		{s.reader, "busy_timeout", "5000"},
		{s.reader, "query_only", "1"},
	} {
		var got string
		if err := test.db.QueryRowContext(t.Context(), "pragma "+test.pragma).Scan(&got); err != nil || got != test.want {
			t.Errorf("%s is %s, %v, want %s", test.pragma, got, err, test.want)
		}
	}
}

func TestPagesUpToTheLimit(t *testing.T) {
	s := openHere(t)
	if _, _, err := s.EnsureDemo(t.Context()); err != nil {
		t.Fatal(err)
	}
	most := uint64(len(demoPages.Pages) + 2)
	for i := range most + 2 {
		path := fmt.Sprintf("p/%d", i%(most+1))
		err := s.write(t.Context(), func(tx *sql.Tx, change int64) error {
			_, err := pageNumber(t.Context(), tx, change, 1, path, most)
			return err
		})
		if ok := i < 2 || i > most; (err == nil) != ok || !ok && issue.CodeOf(err) != issue.InvalidPage {
			t.Errorf("page %d, %q: %v", i, path, err)
		}
	}
	if app, _ := s.Snapshot().AppByNumber(1); app.Pages.Len() != int(most) {
		t.Errorf("%d pages have numbers, want %d", app.Pages.Len(), most)
	}
}

func count(t *testing.T, s *Store) (memory, file int) {
	t.Helper()
	s.tokens.Range(func(any, any) bool { memory++; return true })
	if err := s.reader.QueryRowContext(t.Context(), "select count(*) from token").Scan(&file); err != nil {
		t.Fatal(err)
	}
	return memory, file
}

func TestSweepKeepsWhatIsGood(t *testing.T) {
	s := openHere(t)
	if _, _, err := s.EnsureDemo(t.Context()); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	for i, life := range []time.Duration{time.Hour, 2 * time.Hour, 3 * time.Hour} {
		token := issue.Token{Hash: issue.TokenHash{byte(i)}, App: 1, Kind: issue.PlainToken, IssuedAt: now, EndsAt: now.Add(life)}
		err := s.RenewToken(t.Context(), 1, issue.PlainToken, now, func(issue.Token, issue.Given) (issue.Renewal, error) {
			return issue.Renewal{Token: &token, OldEnd: now.Add(24 * time.Hour)}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	s.sweep(now.Add(90 * time.Minute))
	if memory, file := count(t, s); memory != 2 || file != 3 {
		t.Errorf("%d tokens in memory and %d in the file, want 2 and 3", memory, file)
	}
	for i := range 3 {
		if token, ok, err := s.Token(t.Context(), issue.TokenHash{byte(i)}); err != nil || !ok || token.Hash != (issue.TokenHash{byte(i)}) {
			t.Errorf("token %d: %v, %v", i, ok, err)
		}
	}
}

// TestEndedTokensAreBounded gives an app many tokens within a day.
func TestEndedTokensAreBounded(t *testing.T) {
	s := openHere(t)
	if _, _, err := s.EnsureDemo(t.Context()); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	_, err := s.writer.ExecContext(t.Context(), fmt.Sprintf(`
		insert into token (hash, app, kind, secret, salt, forced, replaced, issued, ends, change)
		with recursive n(i) as (select 1 union all select i + 1 from n where i < %d)
		select randomblob(32), 1, 1, 1, x'', 0, 1, 0, %d, 0 from n`, endedMost+500, millis(now)-1))
	if err != nil {
		t.Fatal(err)
	}
	token := issue.Token{App: 1, Kind: issue.PlainToken, IssuedAt: now, EndsAt: now.Add(time.Hour)}
	err = s.RenewToken(t.Context(), 1, issue.PlainToken, now, func(issue.Token, issue.Given) (issue.Renewal, error) {
		return issue.Renewal{Token: &token, OldEnd: now}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if memory, file := count(t, s); memory != 1 || file != endedMost+1 {
		t.Errorf("%d tokens in memory and %d in the file, want 1 and %d", memory, file, endedMost+1)
	}
}

// TestTokensOfADay puts the tokens of a whole day into the file: to ask for them takes longer than it tells.
func TestTokensOfADay(t *testing.T) {
	s := openHere(t)
	demo, _, err := s.EnsureDemo(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// Noon in China.
	now := time.Date(2026, 5, 4, 4, 0, 0, 0, time.UTC)
	_, err = s.writer.ExecContext(t.Context(), fmt.Sprintf(`
		insert into token (hash, app, kind, secret, salt, forced, replaced, issued, ends, change)
		with recursive n(i) as (select 1 union all select i + 1 from n where i < %d)
		select randomblob(32), 1, 1, 1, x'', 0, 1, %d, %d, 0 from n`, issue.TokensPerDay-1, millis(now)-1000, millis(now)-500))
	if err != nil {
		t.Fatal(err)
	}
	tokens := issue.NewTokens(s, func() time.Time { return now })
	if _, err := tokens.Issue(t.Context(), demo.AppID, demo.Secret); err != nil {
		t.Errorf("token %d: %v", issue.TokensPerDay, err)
	}
	if _, err := tokens.Issue(t.Context(), demo.AppID, demo.Secret); issue.CodeOf(err) != issue.QuotaSpent {
		t.Errorf("token %d: %v", issue.TokensPerDay+1, err)
	}
	if _, err := tokens.Stable(t.Context(), demo.AppID, demo.Secret, false); err != nil {
		t.Errorf("a stable one: %v", err)
	}
	now = now.Add(12*time.Hour - time.Second)
	if _, err := tokens.Issue(t.Context(), demo.AppID, demo.Secret); issue.CodeOf(err) != issue.QuotaSpent {
		t.Errorf("a second before midnight: %v", err)
	}
	now = now.Add(time.Second)
	if _, err := tokens.Issue(t.Context(), demo.AppID, demo.Secret); err != nil {
		t.Errorf("at midnight: %v", err)
	}
}

// TestLookFollowsOnlyChanges looks again at a file that did not change.
func TestLookFollowsOnlyChanges(t *testing.T) {
	s := openHere(t)
	conn, err := s.reader.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	var version int64
	if err := s.look(t.Context(), conn, &version); err != nil || version == 0 {
		t.Fatalf("the first look: version %d, %v", version, err)
	}
	before, snapshot := version, s.Snapshot()
	if err := s.look(t.Context(), conn, &version); err != nil || version != before || s.Snapshot() != snapshot {
		t.Errorf("a look at nothing new: version %d after %d, %v", version, before, err)
	}
	if _, err := s.RotateKey(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.look(t.Context(), conn, &version); err != nil || version == before {
		t.Errorf("a look at a change: version %d after %d, %v", version, before, err)
	}
}

// BenchmarkStart opens a registry of 10,000 apps with three versions each.
func BenchmarkStart(b *testing.B) {
	dir := b.TempDir()
	s, err := Open(b.Context(), dir)
	if err != nil {
		b.Fatal(err)
	}
	_, err = s.writer.ExecContext(b.Context(), `
		begin;
		create temp table n as with recursive n(i) as (select 1 union all select i + 1 from n where i < 10000) select i from n;
		create temp table m as with recursive m(i) as (select 1 union all select i + 1 from m where i < 10) select i from m;
		insert into app (number, appid, name, demo, created, secret_number, secret_salt, secret_hash, change)
			select i, printf('wx%016x', i), 'app', 0, 0, 1, x'', zeroblob(32), 9 from n;
		insert into page select n.i, m.i, 'pages/page/' || m.i, 9 from n, m;
		insert into version select (n.i - 1) * 3 + m.i, n.i, m.i - 1, 1, 0, 9 from n, m where m.i <= 3;
		insert into version_page select v.id, m.i, m.i from version v, m;
		update change set number = 9;
		commit`)
	if err != nil {
		b.Fatal(err)
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		s, err := Open(b.Context(), dir)
		if err != nil {
			b.Fatal(err)
		}
		if n := len(s.Snapshot().Apps()); n != 10_000 {
			b.Fatalf("%d apps", n)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAssignPage(b *testing.B) {
	s, err := Open(b.Context(), b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	if _, _, err := s.EnsureDemo(b.Context()); err != nil {
		b.Fatal(err)
	}
	for i := 0; b.Loop(); i++ {
		if _, err := s.AssignPage(b.Context(), 1, fmt.Sprintf("p/%d", i)); err != nil {
			b.Fatal(err)
		}
	}
}
