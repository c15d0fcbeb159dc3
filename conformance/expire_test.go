package conformance

import (
	"database/sql"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	_ "modernc.org/sqlite" // reads the registry
)

// expiredToken is a token that was good for its two hours: the registry is
// told that they are over.
func expiredToken(t *testing.T, s *server) string {
	t.Helper()
	token := s.token(t)
	registry, err := sql.Open("sqlite", "file:"+filepath.Join(s.data, "suncode.db")+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer registry.Close()
	tx, err := registry.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		"update change set number = number + 1",
		"update token set ends = issued, change = (select number from change)",
	} {
		if _, err := tx.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	s.wait(t, "the server takes an expired token", func() bool {
		body := s.call(t, http.MethodPost, "/wxa/getwxacodeunlimit", url.Values{"access_token": {token}}, `{"scene":"a=1"}`)
		return strings.Contains(string(body), `"errcode":42001`)
	})
	return token
}
