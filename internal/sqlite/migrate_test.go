package sqlite

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/suncode/suncode/internal/issue"
)

// TestMigrate opens registries as every earlier schema version left them: with the first key, an app and a page.
func TestMigrate(t *testing.T) {
	steps, err := migrations()
	if err != nil {
		t.Fatal(err)
	}
	for version := 1; version < len(steps); version++ {
		t.Run(strconv.Itoa(version), func(t *testing.T) {
			dir := t.TempDir()
			db, err := sql.Open("sqlite", filepath.Join(dir, File))
			if err != nil {
				t.Fatal(err)
			}
			script := append([]string{}, steps[:version]...)
			script = append(script, fmt.Sprintf("pragma application_id = %d; pragma user_version = %d", applicationID, version),
				`update change set number = 1`,
				`insert into sealing_key (key, created, change) values (zeroblob(32), 0, 1)`,
				`insert into app (appid, name, demo, created, secret_number, secret_salt, secret_hash, change)
					values ('wx0123456789abcdef', 'Old', 0, 0, 1, x'00', zeroblob(32), 1)`,
				`insert into page values (1, 1, 'pages/old', 1)`)
			for _, step := range script {
				if _, err := db.ExecContext(t.Context(), step); err != nil {
					t.Fatal(err)
				}
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			s, err := Open(t.Context(), dir)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			app, ok := s.Snapshot().App("wx0123456789abcdef")
			if !ok || app.Pages.Len() != 1 {
				t.Fatalf("the app is %+v", app)
			}
			if _, err := s.Deploy(t.Context(), app.AppID, issue.Deployment{Env: "e", Name: "f"}); err != nil {
				t.Error(err)
			}
		})
	}
}
