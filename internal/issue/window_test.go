package issue_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/suncode/suncode/internal/issue"
)

func TestWindowAtTheBound(t *testing.T) {
	minute := time.Date(2026, 5, 4, 12, 30, 0, 0, time.UTC)
	c := &clock{t: minute.Add(7 * time.Second)}
	w := issue.NewWindow(issue.CallsPerMinute, c.now)
	calls := func(app uint64, n int) (allowed int) {
		t.Helper()
		for range n {
			if w.Allow(app) {
				allowed++
			}
		}
		return allowed
	}
	if got := calls(1, 5000); got != 5000 {
		t.Errorf("%d of the first 5000 calls are allowed", got)
	}
	if got := calls(1, 100); got != 0 {
		t.Errorf("%d calls over the limit are allowed", got)
	}
	if got := calls(2, 10); got != 10 {
		t.Errorf("%d of another app's 10 calls are allowed", got)
	}
	c.advance(53*time.Second - time.Nanosecond)
	if got := calls(1, 1); got != 0 {
		t.Error("a call in the same minute is allowed")
	}
	c.advance(time.Nanosecond)
	if got := calls(1, 5001); got != 5000 {
		t.Errorf("%d of 5001 calls of the next minute are allowed", got)
	}
	c.advance(-time.Hour) // a clock that is set back opens nothing
	if got := calls(1, 1); got != 0 {
		t.Error("a call is allowed after the clock was set back")
	}
	c.advance(2 * time.Hour)
	if got := calls(1, 1); got != 1 {
		t.Error("a call two hours later is not allowed")
	}
}

func TestWindowWithoutLimit(t *testing.T) {
	for _, limit := range []int{0, -1} {
		w := issue.NewWindow(limit, nil)
		for range 10_000 {
			if !w.Allow(1) {
				t.Fatalf("limit %d is a limit", limit)
			}
		}
	}
}

// TestWindowShared counts calls of many goroutines over a turning minute:
// never more than the limit in each, and all of it when there are enough.
func TestWindowShared(t *testing.T) {
	const limit, workers, each, apps = 1000, 8, 600, 3
	for range 20 {
		c := &clock{t: time.Unix(60_000_000, 0)}
		w := issue.NewWindow(limit, c.now)
		var allowed [apps + 1]atomic.Int64
		round := func() {
			var wg sync.WaitGroup
			for range workers {
				wg.Go(func() {
					for i := range each * apps {
						app := uint64(i%apps + 1)
						if w.Allow(app) {
							allowed[app].Add(1)
						}
					}
				})
			}
			wg.Wait()
		}
		for minute := range 2 {
			round()
			for app := 1; app <= apps; app++ {
				if got := allowed[app].Swap(0); got != limit {
					t.Fatalf("minute %d, app %d: %d calls allowed, want %d", minute, app, got, limit)
				}
			}
			c.advance(time.Minute)
		}
	}
}

func BenchmarkAllow(b *testing.B) {
	w := issue.NewWindow(issue.MaxCalls, nil)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			_ = w.Allow(7)
		}
	})
}
