package issue

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// CallsPerMinute is how many calls an app may make in a calendar minute,
// unless configured otherwise: the bound of the platform's API.
const CallsPerMinute = 5000

// MaxCallsPerMinute is the highest limit that a [Window] can be given.
const MaxCallsPerMinute = 1 << 30

// Window is a [Limiter] for one process: so many calls per app in each
// calendar minute, counted from its first second, as the platform does. It
// holds one number per app that ever called and takes no lock for an app that
// called before.
type Window struct {
	limit    uint64
	now      func() time.Time
	mu       sync.Mutex // held while counters grows
	counters atomic.Pointer[[]*atomic.Uint64]
}

// NewWindow makes a Window of limit calls per minute, at most
// [MaxCallsPerMinute]; 0 or less means no limit. now is the clock, nil is
// [time.Now].
func NewWindow(limit int, now func() time.Time) *Window {
	if now == nil {
		now = time.Now
	}
	return &Window{limit: uint64(min(max(limit, 0), MaxCallsPerMinute)), now: now}
}

// Allow implements [Limiter]. App numbers are small and without gaps; one
// above [ticket.MaxApp] must not be passed. It never fails.
func (w *Window) Allow(_ context.Context, app uint64) (bool, error) {
	if w.limit == 0 {
		return true, nil
	}
	return w.count(w.counter(app), uint64(w.now().Unix()/60)), nil
}

// count keeps the minute in the upper and the calls of that minute in the
// lower 32 bits of one word, so that both change together.
func (w *Window) count(c *atomic.Uint64, minute uint64) bool {
	for {
		v := c.Load()
		if v>>32 < minute {
			if c.CompareAndSwap(v, minute<<32|1) {
				return true
			}
			continue
		}
		// A clock that was set back stays in the minute it had reached.
		if v&(1<<32-1) >= w.limit {
			return false
		}
		// If the minute turned since the load, this call counts in the new one.
		return c.Add(1)&(1<<32-1) <= w.limit
	}
}

func (w *Window) counter(app uint64) *atomic.Uint64 {
	if all := w.counters.Load(); all != nil && app < uint64(len(*all)) {
		return (*all)[app]
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []*atomic.Uint64
	if old := w.counters.Load(); old != nil {
		all = *old
	}
	for uint64(len(all)) <= app {
		all = append(all, new(atomic.Uint64))
	}
	w.counters.Store(&all)
	return all[app]
}
