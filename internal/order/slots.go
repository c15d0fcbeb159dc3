package order

import "sync"

// Slots bound how much goes on at once, in all and for one app. Its fields are set before it is used.
type Slots struct {
	All, One int

	mu    sync.Mutex
	taken int
	apps  map[uint64]int
}

// Take takes a slot for an app, if there is one, and returns what gives it back.
func (s *Slots) Take(app uint64) (give func(), ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.taken >= s.All || s.apps[app] >= s.One {
		return nil, false
	}
	if s.apps == nil {
		s.apps = map[uint64]int{}
	}
	s.taken++
	s.apps[app]++
	return sync.OnceFunc(func() { s.give(app) }), true
}

func (s *Slots) give(app uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken--
	if s.apps[app]--; s.apps[app] == 0 {
		delete(s.apps, app)
	}
}
