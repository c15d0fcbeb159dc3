package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/suncode/suncode/internal/issue"
)

// DemoFile is the file in the data folder that keeps the demo app's secret
// readable, for its owner only, so that every start of the server can print a
// command that works. No other secret is kept anywhere.
const DemoFile = "demo.json"

// Demo is the demo app.
type Demo struct {
	AppID  string `json:"appid"`
	Secret string `json:"secret"` // "": its file is gone or out of date
}

// demoPages are what the demo app publishes in every environment.
var demoPages = issue.Manifest{
	Pages: []string{"pages/index/index", "pages/product/product", "pages/my/my"},
	Home:  "pages/index/index",
}

// EnsureDemo makes the demo app if the registry has no app at all, and
// publishes it in all environments. False means that there is none because the
// registry has apps of its own. The secret is the same on every start; without
// its file, [Store.ResetSecret] makes a new one.
func (s *Store) EnsureDemo(ctx context.Context) (Demo, bool, error) {
	if len(s.Snapshot().Apps()) == 0 {
		if err := s.addDemo(ctx); err != nil {
			return Demo{}, false, err
		}
	}
	for _, app := range s.Snapshot().Apps() {
		if app.Demo {
			return Demo{AppID: app.AppID, Secret: s.demoSecret(app)}, true, nil
		}
	}
	return Demo{}, false, nil
}

// addDemo writes the file before the database, so that a demo app whose secret
// nobody knows cannot come about, whenever the program is ended.
func (s *Store) addDemo(ctx context.Context) error {
	demo, err := s.readDemo()
	if err != nil {
		_, plain := issue.NewSecret()
		demo = Demo{AppID: issue.NewAppID(), Secret: plain}
		if demo, err = s.offerDemo(demo, err); err != nil {
			return err
		}
	}
	return s.write(ctx, func(tx *sql.Tx, change int64) error {
		var found bool
		if err := tx.QueryRowContext(ctx, `select exists (select 1 from app)`).Scan(&found); err != nil {
			return fmt.Errorf("sqlite: %w", err)
		}
		if found {
			return errUnchanged // another process was quicker
		}
		draft := issue.Draft{AppID: demo.AppID, Name: "Demo", Demo: true, Secret: issue.HashSecret(demo.Secret)}
		app, err := insertApp(ctx, tx, change, draft)
		if err != nil {
			return err
		}
		for _, env := range issue.Envs {
			if err := insertVersion(ctx, tx, change, app, env, demoPages); err != nil {
				return err
			}
		}
		return nil
	})
}

// demoSecret is the app's secret from the file, if it is still the right one.
func (s *Store) demoSecret(app *issue.App) string {
	demo, err := s.readDemo()
	if err != nil || demo.AppID != app.AppID || !app.Secret.Matches(demo.Secret) {
		return ""
	}
	return demo.Secret
}

func (s *Store) demoPath() string { return filepath.Join(s.dir, DemoFile) }

func (s *Store) readDemo() (Demo, error) {
	data, err := os.ReadFile(s.demoPath())
	if err != nil {
		return Demo{}, err
	}
	var demo Demo
	if err := json.Unmarshal(data, &demo); err != nil {
		return Demo{}, err
	}
	if demo.AppID == "" || demo.Secret == "" {
		return Demo{}, errors.New("appid or secret is missing")
	}
	return demo, nil
}

// offerDemo writes the file after reading it failed with err, unless another
// process has just done so: then that one's counts.
func (s *Store) offerDemo(demo Demo, err error) (Demo, error) {
	if !errors.Is(err, fs.ErrNotExist) {
		return demo, s.writeDemo(demo)
	}
	temp, err := s.tempDemo(demo)
	if err != nil {
		return Demo{}, err
	}
	defer func() { _ = os.Remove(temp) }() // a link to it stays
	switch err := os.Link(temp, s.demoPath()); {
	case err == nil:
		return demo, nil
	case errors.Is(err, fs.ErrExist):
		return s.readDemo()
	default: // a file system without links
		return demo, s.writeDemo(demo)
	}
}

func (s *Store) writeDemo(demo Demo) error {
	temp, err := s.tempDemo(demo)
	if err != nil {
		return err
	}
	return os.Rename(temp, s.demoPath())
}

// tempDemo writes a file of its own, which os.CreateTemp makes with 0600.
func (s *Store) tempDemo(demo Demo) (string, error) {
	data, err := json.MarshalIndent(demo, "", "  ")
	if err != nil {
		return "", err
	}
	f, err := os.CreateTemp(s.dir, DemoFile+".*")
	if err != nil {
		return "", err
	}
	_, err = f.Write(append(data, '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		_ = os.Remove(f.Name()) // the first error is the one to tell
		return "", err
	}
	return f.Name(), nil
}
