package sqlite_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/internal/sqlite"
)

func deploy(t *testing.T, s *sqlite.Store, appID string, d issue.Deployment) *issue.Function {
	t.Helper()
	f, err := s.Deploy(t.Context(), appID, d)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestDeploy puts functions up and looks at them through a second program on the same folder.
func TestDeploy(t *testing.T) {
	dir := t.TempDir()
	here, there := open(t, dir), open(t, dir)
	demo, _, err := here.EnsureDemo(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b := deploy(t, here, demo.AppID, issue.Deployment{Env: "e", Name: "b", APIs: []string{"wxacode.getUnlimited"}})
	a := deploy(t, here, demo.AppID, issue.Deployment{Env: "e", Name: "a"})
	if again := deploy(t, here, demo.AppID, issue.Deployment{Env: "e", Name: "b", APIs: []string{"wxacode.getUnlimited"}}); !cmp.Equal(b, again) {
		t.Errorf("the same again: %s", cmp.Diff(b, again))
	}
	changed := deploy(t, here, demo.AppID, issue.Deployment{Env: "e", Name: "a", APIs: []string{"x", "y"}})
	if changed.SecretID != a.SecretID || changed.SecretKey != a.SecretKey || !changed.May("y") {
		t.Errorf("with other permissions: %+v", changed)
	}
	renewed := deploy(t, here, demo.AppID, issue.Deployment{Env: "e", Name: "b", APIs: b.APIs, Renew: true})
	if renewed.SecretID == b.SecretID || renewed.SecretKey == b.SecretKey {
		t.Errorf("renewed, but the same: %+v", renewed)
	}
	if err := there.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]*sqlite.Store{"here": here, "there": there, "anew": open(t, dir)} {
		app, _ := s.Snapshot().App(demo.AppID)
		if diff := cmp.Diff([]*issue.Function{changed, renewed}, app.Functions); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
		owner, f, ok := s.Snapshot().Function(renewed.SecretID)
		if !ok || owner != app || f.Name != "b" {
			t.Errorf("%s: the caller is %v, %v, %v", name, owner, f, ok)
		}
		if _, _, ok := s.Snapshot().Function(b.SecretID); ok {
			t.Errorf("%s: the old credentials are still good", name)
		}
	}
}

// TestFunctionsStay changes the app itself, after which its functions must still be there.
func TestFunctionsStay(t *testing.T) {
	s := open(t, t.TempDir())
	demo, _, err := s.EnsureDemo(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	f := deploy(t, s, demo.AppID, issue.Deployment{Env: "e", Name: "a"})
	if _, err := s.ResetSecret(t.Context(), demo.AppID); err != nil {
		t.Fatal(err)
	}
	if _, _, ok := s.Snapshot().Function(f.SecretID); !ok {
		t.Error("the function went with the old secret")
	}
}

func TestDeployRefuses(t *testing.T) {
	s := open(t, t.TempDir())
	if _, err := s.Deploy(t.Context(), "wx0", issue.Deployment{Env: "e", Name: "a"}); issue.CodeOf(err) != issue.UnknownApp {
		t.Errorf("no such app: %v", err)
	}
	if _, err := s.Deploy(t.Context(), "wx0", issue.Deployment{Env: "E", Name: "a"}); issue.CodeOf(err) != issue.InvalidArgs {
		t.Errorf("no environment: %v", err)
	}
}
