package issue_test

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/ticket"
)

func TestCodes(t *testing.T) {
	names := map[string]bool{}
	for _, code := range issue.Codes() {
		name := code.String()
		if !regexp.MustCompile(`^[a-z_]+$`).MatchString(name) || names[name] {
			t.Errorf("code %d has the name %q", int(code), name)
		}
		names[name] = true
	}
	if got := issue.Code(-1).String() + issue.Code(99).String(); got != "code(-1)code(99)" {
		t.Errorf("codes that are none: %s", got)
	}
	cause := errors.New("cause")
	err := fmt.Errorf("wrapped: %w", &issue.Error{Code: issue.InvalidPage, Message: "m", Hint: "h", Err: cause})
	if issue.CodeOf(err) != issue.InvalidPage || !errors.Is(err, cause) || err.Error() != "wrapped: m: h" {
		t.Errorf("a wrapped error: %v, %v", err, issue.CodeOf(err))
	}
	if issue.CodeOf(cause) != issue.Internal || issue.CodeOf(nil) != issue.Internal {
		t.Error("an error of another kind has a code")
	}
}

func TestDraft(t *testing.T) {
	draft, plain, err := issue.NewDraft("Café 码", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`^wx[0-9a-f]{16}$`).MatchString(draft.AppID) || !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(plain) {
		t.Errorf("appid %q, secret %q", draft.AppID, plain)
	}
	if !draft.Secret.Matches(plain) || draft.Secret.Matches("") || draft.Secret.Matches(plain+"0") {
		t.Error("the secret does not match itself alone")
	}
	if again := issue.HashSecret(plain); again.Hash == draft.Secret.Hash || !again.Matches(plain) {
		t.Error("one secret has one hash in spite of the salt")
	}
	for _, name := range []string{"", "  ", "a\nb", "\xff", strings.Repeat("n", issue.MaxName+1)} {
		_, _, err := issue.NewDraft(name, nil, nil)
		wantCode(t, fmt.Sprintf("name %q", name), err, issue.InvalidArgs)
	}
	if _, _, err := issue.NewDraft(strings.Repeat("码", issue.MaxName), nil, nil); err != nil {
		t.Errorf("a name of %d characters: %v", issue.MaxName, err)
	}
}

func TestPages(t *testing.T) {
	var pages issue.Pages
	for i, path := range []string{"a", "b", "a"} {
		err := pages.Add(uint64(i+1), path)
		if (err == nil) != (i < 2) {
			t.Errorf("page %d, %q: %v", i+1, path, err)
		}
	}
	for _, bad := range []struct {
		number uint64
		path   string
	}{{0, "z"}, {1, "b"}, {2, "a"}, {4, "z"}, {3, "b"}} {
		if err := pages.Add(bad.number, bad.path); err == nil {
			t.Errorf("page %d, %q was taken", bad.number, bad.path)
		}
	}
	if err := pages.Add(2, "b"); err != nil {
		t.Errorf("a known page again: %v", err)
	}
	if path, ok := pages.Path(3); ok || pages.Len() != 2 {
		t.Errorf("a third page %q, %d pages", path, pages.Len())
	}
}

// TestPagesWhileTheyGrow reads a table while pages are added to it.
func TestPagesWhileTheyGrow(t *testing.T) {
	const most = 2000
	var pages issue.Pages
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			for pages.Len() < most {
				n := uint64(pages.Len())
				path, ok := pages.Path(n)
				if n > 0 && (!ok || path != fmt.Sprint("p", n)) {
					t.Errorf("page %d is %q", n, path)
					return
				}
				if back, ok := pages.Number(path); ok && back != n {
					t.Errorf("page %q has number %d, want %d", path, back, n)
					return
				}
			}
		})
	}
	for n := 1; n <= most; n++ {
		if err := pages.Add(uint64(n), fmt.Sprint("p", n)); err != nil {
			t.Fatal(err)
		}
	}
	wg.Wait()
}

func TestSnapshotRefuses(t *testing.T) {
	key := ticket.Keys{1: make([]byte, 32)}
	app := func(number uint64, appID string) *issue.App { return &issue.App{Number: number, AppID: appID} }
	for name, test := range map[string]struct {
		apps []*issue.App
		keys ticket.Keys
	}{
		"no key":           {nil, nil},
		"key zero":         {nil, ticket.Keys{0: nil}},
		"key too high":     {nil, ticket.Keys{ticket.MaxKey + 1: nil}},
		"app zero":         {[]*issue.App{app(0, "a")}, key},
		"app too high":     {[]*issue.App{app(ticket.MaxApp+1, "a")}, key},
		"one number twice": {[]*issue.App{app(1, "a"), app(1, "b")}, key},
		"one appid twice":  {[]*issue.App{app(1, "a"), app(2, "a")}, key},
	} {
		if _, err := issue.NewSnapshot(test.apps, test.keys); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	s, err := issue.NewSnapshot([]*issue.App{app(3, "c"), app(1, "a")}, key)
	if err != nil {
		t.Fatal(err)
	}
	if apps := s.Apps(); len(apps) != 2 || apps[0].AppID != "a" || apps[1].AppID != "c" {
		t.Errorf("apps %v", apps)
	}
	for _, number := range []uint64{0, 2, 4, 1 << 40} {
		if _, ok := s.AppByNumber(number); ok {
			t.Errorf("number %d has an app", number)
		}
	}
}

func TestVersionRefuses(t *testing.T) {
	if _, err := issue.NewVersion(1, ticket.Release, "a", time.Now(), []string{"a"}, nil); err == nil {
		t.Error("a page without a number is accepted")
	}
	if _, err := issue.NewVersion(1, ticket.Release, "b", time.Now(), []string{"a"}, []uint64{1}); err == nil {
		t.Error("a home page that is none of the pages is accepted")
	}
	if _, ok := (&issue.App{}).Version(ticket.Env(3)); ok {
		t.Error("an environment that is none has a version")
	}
}
