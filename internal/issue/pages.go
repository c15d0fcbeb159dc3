package issue

import (
	"fmt"
	"sync"
	"sync/atomic"
)

// MaxPages is how many different pages an app can have numbers for when it
// names pages outside its published versions (check_path=false).
const MaxPages = 60_000

// Pages are the numbers that an app's pages have: 1, 2, 3 … in the order in
// which they were first named, each given once. Reading takes no lock and may
// go on while pages are added, so all snapshots of an app share one table.
type Pages struct {
	mu       sync.Mutex // held by Add
	byPath   sync.Map   // string → uint64
	byNumber atomic.Pointer[[]string]
}

// Number is the page's number; false means that it has none yet.
func (p *Pages) Number(path string) (uint64, bool) {
	n, ok := p.byPath.Load(path)
	if !ok {
		return 0, false
	}
	return n.(uint64), true
}

// Path is the page with that number; false means that it was not given yet.
func (p *Pages) Path(number uint64) (string, bool) {
	paths := p.byNumber.Load()
	if paths == nil || number == 0 || number > uint64(len(*paths)) {
		return "", false
	}
	return (*paths)[number-1], true
}

// Len is how many pages have a number.
func (p *Pages) Len() int {
	paths := p.byNumber.Load()
	if paths == nil {
		return 0
	}
	return len(*paths)
}

// Add takes over a number that the store has committed. Numbers come without
// gaps and in order; a known one is accepted again only for the same page.
func (p *Pages) Add(number uint64, path string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if known, ok := p.Path(number); ok && known == path {
		return nil
	}
	if number != uint64(p.Len())+1 {
		return fmt.Errorf("issue: page number %d for %q after %d", number, path, p.Len())
	}
	if n, ok := p.Number(path); ok {
		return fmt.Errorf("issue: page %q has number %d, not %d", path, n, number)
	}
	var paths []string
	if old := p.byNumber.Load(); old != nil {
		paths = *old
	}
	// Readers of the old slice never look past its length, so the array may
	// be shared with the longer one.
	paths = append(paths, path)
	p.byNumber.Store(&paths)
	p.byPath.Store(path, number)
	return nil
}
