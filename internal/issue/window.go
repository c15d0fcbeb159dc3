package issue

import (
	"sync"
	"sync/atomic"
	"time"
)

// CallsPerMinute is how many calls an app may make in a calendar minute,
// unless configured otherwise: the bound of the platform's API.
const CallsPerMinute = 5000

// MaxCalls is the highest limit that a [Window] can be given.
const MaxCalls = 1 << 30

// dayShift is how far the days of the platform begin before those of UTC.
const dayShift = 8 * time.Hour

// Window counts calls for one process: so many per app in each calendar minute
// or day, counted from its first second, as the platform does. It holds one
// number per app that ever called and takes no lock for an app that called
// before.
type Window struct {
	limit    uint64
	bounded  bool // calls above the limit are refused
	length   int64
	shift    int64 // both in seconds
	now      func() time.Time
	mu       sync.Mutex // held while counters grows
	counters atomic.Pointer[[]*atomic.Uint64]
}

// NewWindow makes a Window of limit calls per minute, at most [MaxCalls]; 0 or
// less means no limit. now is the clock, nil is [time.Now].
func NewWindow(limit int, now func() time.Time) *Window {
	return newWindow(limit, time.Minute, 0, now)
}

// NewDayWindow is [NewWindow] for days, which begin at midnight in China.
func NewDayWindow(limit int, now func() time.Time) *Window {
	return newWindow(limit, 24*time.Hour, dayShift, now)
}

func newWindow(limit int, length, shift time.Duration, now func() time.Time) *Window {
	if now == nil {
		now = time.Now
	}
	w := &Window{limit: MaxCalls, length: int64(length / time.Second), shift: int64(shift / time.Second), now: now}
	if limit > 0 {
		w.limit, w.bounded = uint64(min(limit, MaxCalls)), true
	}
	return w
}

// Allow counts one call of the app; false means that it is over its limit and
// was not counted. App numbers are small and without gaps; one above
// [ticket.MaxApp] must not be passed.
func (w *Window) Allow(app uint64) bool {
	return w.count(w.counter(app), w.period()) || !w.bounded
}

// Used is how many calls of the app were counted in this minute or day.
func (w *Window) Used(app uint64) int {
	v := w.counter(app).Load()
	if v>>32 < w.period() {
		return 0
	}
	return int(min(v&counted, w.limit))
}

// Clear makes the app's count of this minute or day begin anew.
func (w *Window) Clear(app uint64) {
	for c := w.counter(app); ; {
		v := c.Load()
		if c.CompareAndSwap(v, v&^counted) {
			return
		}
	}
}

// period is the number of this minute or day.
func (w *Window) period() uint64 { return uint64((w.now().Unix() + w.shift) / w.length) }

// counted are the bits of a counter that hold the calls of its period; those
// above hold the period, so that both change together.
const counted = 1<<32 - 1

func (w *Window) count(c *atomic.Uint64, period uint64) bool {
	for {
		v := c.Load()
		if v>>32 < period {
			if c.CompareAndSwap(v, period<<32|1) {
				return true
			}
			continue
		}
		// A clock that was set back stays in the period it had reached.
		if v&counted >= w.limit {
			return false
		}
		// If the period turned since the load, this call counts in the new one.
		return c.Add(1)&counted <= w.limit
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
