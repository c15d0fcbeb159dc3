package sqlite_test

import (
	"bufio"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/suncode/suncode/ticket"
)

func TestFollowsAnotherHandle(t *testing.T) {
	dir := t.TempDir()
	a, b := open(t, dir), open(t, dir)
	app := addApp(t, a, "one")
	eventually(t, "a new app", func() bool { _, ok := b.Snapshot().App(app.AppID); return ok })
	if _, err := b.Publish(t.Context(), app.AppID, ticket.Release, manifest("p/a")); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a version", func() bool {
		app, _ := a.Snapshot().App(app.AppID)
		v, ok := app.Version(ticket.Release)
		return ok && v.Home == "p/a"
	})
	if _, err := a.AssignPage(t.Context(), app.Number, "p/z"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a page number", func() bool {
		app, _ := b.Snapshot().App(app.AppID)
		n, ok := app.Pages.Number("p/z")
		return ok && n == 2
	})
	plain, err := a.ResetSecret(t.Context(), app.AppID)
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "a new secret", func() bool {
		app, _ := b.Snapshot().App(app.AppID)
		v, ok := app.Version(ticket.Release)
		return app.Secret.Matches(plain) && app.Secret.Number == 2 && ok && v.Home == "p/a"
	})
	if _, err := b.RotateKey(t.Context()); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a new key", func() bool { n, _ := a.Snapshot().SealingKey(); return n == 2 })
	if _, err := a.AssignPath(t.Context(), app.Number, ticket.Trial, "p/a?x=1", 9); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a path number", func() bool {
		app, _ := b.Snapshot().App(app.AppID)
		n, ok := app.Paths.Number(ticket.Trial, "p/a?x=1")
		return ok && n == 1
	})
	_, err = b.ChangeNetworks(t.Context(), app.AppID, func([]netip.Prefix) ([]netip.Prefix, error) {
		return []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	if err := b.NoteClear(t.Context(), app.Number, now, now.Add(-time.Hour), 1); err != nil {
		t.Fatal(err)
	}
	eventually(t, "networks and a clearing", func() bool {
		app, _ := a.Snapshot().App(app.AppID)
		return len(app.Networks) == 1 && app.ClearedAt.UnixMilli() == now.UnixMilli()
	})
	if diff := cmp.Diff(look(a.Snapshot()), look(b.Snapshot()), cmpopts.EquateComparable(netip.Prefix{})); diff != "" {
		t.Errorf("the two differ:\n%s", diff)
	}
}

func TestFollowsAnotherProcess(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	cmd := exec.CommandContext(t.Context(), os.Args[0], "publish")
	cmd.Env = append(os.Environ(), "SUNCODE_TEST_CHILD="+dir)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	appID := strings.TrimSpace(string(out))
	eventually(t, "the other process's app and version", func() bool {
		app, ok := s.Snapshot().App(appID)
		if !ok {
			return false
		}
		v, ok := app.Version(ticket.Trial)
		return ok && len(v.Pages()) == 2
	})
}

// TestCommittedBeforeUsed ends a process the hard way in the middle of giving
// numbers: each number that it has told of must be there.
func TestCommittedBeforeUsed(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	app := addApp(t, s, "one")
	cmd := exec.CommandContext(t.Context(), os.Args[0], "pages")
	cmd.Env = append(os.Environ(), "SUNCODE_TEST_CHILD="+dir)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	told := map[uint64]string{}
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		var number uint64
		var path string
		if _, err := fmt.Sscan(lines.Text(), &number, &path); err != nil {
			break // the last line may be cut
		}
		told[number] = path
		if len(told) == 20 {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); err == nil || len(told) < 20 {
		t.Fatalf("the other process told of %d numbers and ended with %v", len(told), err)
	}
	if n, err := s.AssignPage(t.Context(), app.Number, "pages/parent"); err != nil || n <= uint64(len(told)) {
		t.Errorf("the next number is %d, %v, after %d", n, err, len(told))
	}
	for number, want := range told {
		if got, _ := app.Pages.Path(number); got != want {
			t.Errorf("page %d is %q, want %q", number, got, want)
		}
	}
}
