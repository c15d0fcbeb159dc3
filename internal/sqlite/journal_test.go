package sqlite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/suncode/suncode/internal/issue"
)

// failed is a call of an app.
func failed(app uint64, n int) issue.FailedCall {
	return issue.FailedCall{
		RID: fmt.Sprintf("%08x-%08x-%08x", n, app, 0), App: app, At: time.UnixMilli(1_800_000_000_000), Took: 1234 * time.Microsecond,
		URL: "/wxa/x?a=1", Body: `{"scene":"é"}`, Answer: `{"errcode":1}`, Client: "192.0.2.1", Reason: "it is wrong",
	}
}

// journalHere is a journal that writes when it is told to.
func journalHere(t *testing.T, s *Store) *Journal {
	t.Helper()
	return newJournal(s, slog.New(slog.DiscardHandler), func() time.Time { return time.UnixMilli(1_800_000_001_000) })
}

// kept are those of the first n calls of an app that are found.
func (j *Journal) kept(t *testing.T, app uint64, n int) (kept []int) {
	t.Helper()
	for i := range n {
		call, ok, err := j.Find(t.Context(), failed(app, i).RID)
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			continue
		}
		if diff := cmp.Diff(failed(app, i), call); diff != "" {
			t.Errorf("call %d:\n%s", i, diff)
		}
		kept = append(kept, i)
	}
	return kept
}

func (j *Journal) mustWrite(t *testing.T, prune bool) {
	t.Helper()
	if err := j.write(t.Context(), prune); err != nil {
		t.Fatal(err)
	}
}

// total is what the file says that it holds, which must be what it holds.
func (j *Journal) total(t *testing.T) (calls, bytes int) {
	t.Helper()
	var counted, sum int
	err := errors.Join(
		j.store.reader.QueryRowContext(t.Context(), `select calls, bytes from failed_call_total`).Scan(&calls, &bytes),
		j.store.reader.QueryRowContext(t.Context(), `select count(*), coalesce(sum(size), 0) from failed_call`).Scan(&counted, &sum),
	)
	if err != nil || calls != counted || bytes != sum {
		t.Fatalf("%d calls of %d bytes, noted %d of %d, %v", counted, sum, calls, bytes, err)
	}
	return calls, bytes
}

func TestJournal(t *testing.T) {
	s := openHere(t)
	j := journalHere(t, s)
	for i := range 3 {
		j.Record(failed(1, i))
	}
	if got := j.kept(t, 1, 5); len(got) != 3 {
		t.Errorf("before the write %v are found", got)
	}
	j.mustWrite(t, false)
	if got := j.kept(t, 1, 5); len(got) != 3 || len(j.waiting)+len(j.writing) != 0 {
		t.Errorf("after it %v, and %d and %d in memory", got, len(j.waiting), len(j.writing))
	}
	other := journalHere(t, s)
	if got := other.kept(t, 1, 5); len(got) != 3 {
		t.Errorf("another journal finds %v", got)
	}
	j.Record(failed(1, 2)) // a rid twice: the first stays
	j.mustWrite(t, false)
	if calls, _ := j.total(t); calls != 3 {
		t.Errorf("%d calls in the file", calls)
	}
}

// TestJournalTime lets seven days pass.
func TestJournalTime(t *testing.T) {
	s := openHere(t)
	j := journalHere(t, s)
	now := failed(1, 0).At
	j.now = func() time.Time { return now }
	j.Record(failed(1, 0))
	j.mustWrite(t, false)
	now = now.Add(issue.JournalLife - time.Millisecond)
	if got := j.kept(t, 1, 1); len(got) != 1 {
		t.Error("it is gone before its time")
	}
	now = now.Add(time.Millisecond)
	if got := j.kept(t, 1, 1); len(got) != 0 {
		t.Error("it is there after its time")
	}
	j.mustWrite(t, true)
	if calls, bytes := j.total(t); calls != 0 || bytes != 0 {
		t.Errorf("%d calls of %d bytes in the file", calls, bytes)
	}
}

// TestJournalBounds fills the file up to each of its bounds.
func TestJournalBounds(t *testing.T) {
	size := sizeOf(failed(1, 0))
	for name, limits := range map[string]journalLimits{
		"calls": {calls: 40, bytes: 1 << 30, share: 1000, waitingCalls: 9, waitingBytes: 1 << 20},
		"bytes": {calls: 1000, bytes: 40*size + size/2, share: 1000, waitingCalls: 9, waitingBytes: 1 << 20},
		"share": {calls: 1000, bytes: 1 << 30, share: 40, waitingCalls: 9, waitingBytes: 1 << 20},
	} {
		t.Run(name, func(t *testing.T) {
			s := openHere(t)
			j := journalHere(t, s)
			j.limits = limits
			if name == "share" {
				j.Record(failed(2, 0))
			}
			for i := range 60 {
				j.Record(failed(1, i))
				j.mustWrite(t, false)
				if calls, _ := j.total(t); calls > 41 {
					t.Fatalf("%d calls in the file", calls)
				}
			}
			got := j.kept(t, 1, 60)
			if len(got) < 36 || len(got) > 40 || got[len(got)-1] != 59 || got[0] != 60-len(got) {
				t.Errorf("kept %v", got)
			}
			if name == "share" && len(j.kept(t, 2, 1)) != 1 {
				t.Error("another app's call is gone")
			}
		})
	}
}

// TestJournalWaits bounds what waits in memory.
func TestJournalWaits(t *testing.T) {
	s := openHere(t)
	var log bytes.Buffer
	j := newJournal(s, slog.New(slog.NewTextHandler(&log, nil)), nil)
	j.limits.waitingCalls, j.limits.waitingBytes = 40, 1<<20
	for i := range 40 + 7 {
		j.Record(failed(1, i))
	}
	if len(j.waiting) != 40 {
		t.Errorf("%d wait", len(j.waiting))
	}
	j.mustWrite(t, false)
	if !strings.Contains(log.String(), "lost=7") {
		t.Errorf("log: %s", log.String())
	}
	if calls, _ := j.total(t); calls != 40 {
		t.Errorf("%d calls in the file", calls)
	}
	big := failed(2, 0)
	big.Body = strings.Repeat("x", 1<<20)
	j.Record(big)
	if len(j.waiting) != 0 {
		t.Error("a call larger than the room is kept")
	}
}

// TestJournalTriesAgain keeps what could not be written.
func TestJournalTriesAgain(t *testing.T) {
	s := openHere(t)
	j := journalHere(t, s)
	j.Record(failed(1, 0))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := j.write(ended, false); err == nil {
		t.Fatal("it was written")
	}
	j.Record(failed(1, 1))
	if got := j.kept(t, 1, 2); len(got) != 2 {
		t.Errorf("found %v", got)
	}
	j.stop = func() {}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if calls, _ := j.total(t); calls != 2 {
		t.Errorf("%d calls in the file", calls)
	}
}

// TestJournalRuns lets a journal write by itself while many record and look.
func TestJournalRuns(t *testing.T) {
	s := openHere(t)
	j := NewJournal(s, slog.New(slog.DiscardHandler), func() time.Time { return failed(1, 0).At })
	var wg sync.WaitGroup
	for app := range uint64(4) {
		wg.Go(func() {
			for i := range 50 {
				j.Record(failed(app+1, i))
				if _, ok, err := j.Find(context.Background(), failed(app+1, i).RID); err != nil || !ok {
					t.Errorf("call %d of app %d: %v, %v", i, app+1, ok, err)
				}
			}
		})
	}
	wg.Wait()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if calls, _ := j.total(t); calls == 200 {
			break
		}
		if time.Now().After(end) {
			t.Fatal("nothing is written")
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestJournalIsNotFollowed writes to the journal: the snapshot stays the same one.
func TestJournalIsNotFollowed(t *testing.T) {
	s := openHere(t)
	before := s.Snapshot()
	j := journalHere(t, s)
	j.Record(failed(1, 0))
	j.mustWrite(t, false)
	if err := s.follow(t.Context()); err != nil || s.Snapshot() != before {
		t.Errorf("the snapshot changed, %v", err)
	}
}

func BenchmarkRecord(b *testing.B) {
	j := newJournal(nil, slog.New(slog.DiscardHandler), nil)
	call := failed(1, 1)
	b.ReportAllocs()
	for b.Loop() {
		j.Record(call)
	}
}
