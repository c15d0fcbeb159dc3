package sqlite_test

import (
	"errors"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/suncode/suncode/internal/issue"
)

func TestChangeNetworks(t *testing.T) {
	s := open(t, t.TempDir())
	app := addApp(t, s, "one")
	networks := func(texts ...string) (list []netip.Prefix) {
		for _, text := range texts {
			list = append(list, netip.MustParsePrefix(text))
		}
		return list
	}
	set := func(list []netip.Prefix) func([]netip.Prefix) ([]netip.Prefix, error) {
		return func([]netip.Prefix) ([]netip.Prefix, error) { return list, nil }
	}
	for _, want := range [][]netip.Prefix{networks("192.0.2.0/24", "2001:db8::/32"), networks("192.0.2.0/24"), nil} {
		if _, err := s.ChangeNetworks(t.Context(), app.AppID, set(want)); err != nil {
			t.Fatal(err)
		}
		now, _ := s.Snapshot().App(app.AppID)
		if !slices.Equal(now.Networks, want) {
			t.Errorf("got %v, want %v", now.Networks, want)
		}
	}
	if _, err := s.ChangeNetworks(t.Context(), app.AppID, set(networks("192.0.2.0/24"))); err != nil {
		t.Fatal(err)
	}
	snapshot := s.Snapshot()
	got, err := s.ChangeNetworks(t.Context(), app.AppID, func(list []netip.Prefix) ([]netip.Prefix, error) { return list, nil })
	if err != nil || len(got) != 1 || s.Snapshot() != snapshot {
		t.Errorf("a look changes the registry: %v, %v", got, err)
	}
	wrong := errors.New("no")
	if _, err := s.ChangeNetworks(t.Context(), app.AppID, func([]netip.Prefix) ([]netip.Prefix, error) { return nil, wrong }); !errors.Is(err, wrong) {
		t.Errorf("an error of edit: %v", err)
	}
	if _, err := s.ChangeNetworks(t.Context(), app.AppID, set(make([]netip.Prefix, issue.MaxNetworks+1))); issue.CodeOf(err) != issue.InvalidArgs {
		t.Errorf("too many: %v", err)
	}
	if _, err := s.ChangeNetworks(t.Context(), "wx0000000000000000", set(nil)); issue.CodeOf(err) != issue.UnknownApp {
		t.Errorf("no app: %v", err)
	}
}

func TestNoteClear(t *testing.T) {
	s := open(t, t.TempDir())
	app := addApp(t, s, "one")
	month := time.UnixMilli(1_800_000_000_000)
	for i, c := range []struct {
		now, month time.Time
		want       issue.Code
	}{
		{month, month, issue.Internal},
		{month.Add(time.Hour), month, issue.Internal},
		{month.Add(2 * time.Hour), month, issue.ClearsSpent},
		{month.Add(3 * time.Hour), month.Add(3 * time.Hour), issue.Internal},
		{month.Add(4 * time.Hour), month.Add(3 * time.Hour), issue.Internal},
		{month.Add(5 * time.Hour), month.Add(3 * time.Hour), issue.ClearsSpent},
	} {
		err := s.NoteClear(t.Context(), app.Number, c.now, c.month, 2)
		if (err == nil) != (c.want == issue.Internal) || issue.CodeOf(err) != c.want {
			t.Errorf("time %d: %v, want %v", i, err, c.want)
		}
		now, _ := s.Snapshot().App(app.AppID)
		if err == nil && !now.ClearedAt.Equal(c.now) {
			t.Errorf("time %d: cleared %v, want %v", i, now.ClearedAt, c.now)
		}
	}
}
