package issue

import (
	"fmt"

	"github.com/suncode/suncode/ticket"
)

// Snapshot is the registry at one moment: apps, their current versions, page
// numbers and cloud functions, and the sealing keys. It is immutable and may be
// read by any number of goroutines; only the apps' [Pages] grow, and they never
// change what is there.
type Snapshot struct {
	apps    []*App // by number, from 1; nil where a number is not an app
	byAppID map[string]*App
	callers map[string]*Function // by secret id
	keys    ticket.Keys
	sealing uint64
	sealer  *ticket.Sealer
}

// NewSnapshot puts the apps and sealing keys together. Keys are 32 bytes each;
// the one with the highest number seals new codes, all of them verify.
func NewSnapshot(apps []*App, keys ticket.Keys) (*Snapshot, error) {
	s := &Snapshot{byAppID: make(map[string]*App, len(apps)), callers: map[string]*Function{}, keys: keys}
	for _, app := range apps {
		if app.Number == 0 || app.Number > ticket.MaxApp {
			return nil, fmt.Errorf("issue: app %s has number %d", app.AppID, app.Number)
		}
		for uint64(len(s.apps)) <= app.Number {
			s.apps = append(s.apps, nil)
		}
		if s.apps[app.Number] != nil || s.byAppID[app.AppID] != nil {
			return nil, fmt.Errorf("issue: app %s, number %d, is there twice", app.AppID, app.Number)
		}
		s.apps[app.Number] = app
		s.byAppID[app.AppID] = app
		for _, function := range app.Functions {
			s.callers[function.SecretID] = function
		}
	}
	for number := range keys {
		s.sealing = max(s.sealing, number)
	}
	if s.sealing == 0 || s.sealing > ticket.MaxKey {
		return nil, fmt.Errorf("issue: %d sealing keys, the newest number is %d", len(keys), s.sealing)
	}
	s.sealer = ticket.NewSealer(s.sealing, keys[s.sealing])
	return s, nil
}

// App is the app with that appid; false means that there is none.
func (s *Snapshot) App(appID string) (*App, bool) {
	app, ok := s.byAppID[appID]
	return app, ok
}

// AppByNumber is the app with that number; false means that there is none.
func (s *Snapshot) AppByNumber(number uint64) (*App, bool) {
	if number >= uint64(len(s.apps)) || s.apps[number] == nil {
		return nil, false
	}
	return s.apps[number], true
}

// Apps are all apps by increasing number.
func (s *Snapshot) Apps() []*App {
	apps := make([]*App, 0, len(s.byAppID))
	for _, app := range s.apps {
		if app != nil {
			apps = append(apps, app)
		}
	}
	return apps
}

// Function is the cloud function with that secret id, and its app; false means
// that there is none.
func (s *Snapshot) Function(secretID string) (*App, *Function, bool) {
	function, ok := s.callers[secretID]
	if !ok {
		return nil, nil, false
	}
	return s.apps[function.App], function, true
}

// Keys are all sealing keys, old ones too.
func (s *Snapshot) Keys() ticket.Keys { return s.keys }

// SealingKey is the key that seals new codes.
func (s *Snapshot) SealingKey() (number uint64, key []byte) {
	return s.sealing, s.keys[s.sealing]
}
