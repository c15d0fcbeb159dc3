package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/suncode/suncode/internal/issue"
)

//go:embed schema/*.sql
var schemas embed.FS

// applicationID marks the file as ours: "SUNC" in ASCII.
const applicationID = 0x53554e43

// migrations are the steps from each schema version to the next; the file's
// user_version is how many of them it has had. Steps are only ever added.
func migrations() ([]string, error) {
	names, err := fs.Glob(schemas, "schema/*.sql")
	if err != nil {
		return nil, err
	}
	steps := make([]string, len(names))
	for i, name := range names { // Glob sorts
		if want := fmt.Sprintf("schema/%04d.sql", i+1); name != want {
			return nil, fmt.Errorf("migration %s is where %s should be", name, want)
		}
		step, err := schemas.ReadFile(name)
		if err != nil {
			return nil, err
		}
		steps[i] = string(step)
	}
	return steps, nil
}

// migrate brings the file to the newest schema in one transaction. A file of
// another program or of a newer Suncode is left as it is.
func migrate(ctx context.Context, db *sql.DB) error {
	steps, err := migrations()
	if err != nil {
		return err
	}
	done, err := schemaVersion(ctx, db)
	if err != nil || done == len(steps) {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing
	if done, err = schemaVersion(ctx, tx); err != nil {
		return err // another process was quicker
	}
	for ; done < len(steps); done++ {
		if _, err := tx.ExecContext(ctx, steps[done]); err != nil {
			return fmt.Errorf("migration %d: %w", done+1, err)
		}
	}
	marks := fmt.Sprintf("pragma application_id = %d; pragma user_version = %d", applicationID, len(steps))
	if _, err := tx.ExecContext(ctx, marks); err != nil {
		return err
	}
	return tx.Commit()
}

type queryer interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// schemaVersion is how many migrations the file has had. It fails with
// [issue.BadRegistry] if the file is not ours or too new.
func schemaVersion(ctx context.Context, db queryer) (int, error) {
	var id, version, tables int
	err := db.QueryRowContext(ctx, `select a.application_id, v.user_version, (select count(*) from sqlite_schema)
		from pragma_application_id a, pragma_user_version v`).Scan(&id, &version, &tables)
	if err != nil {
		return 0, err
	}
	steps, err := migrations()
	switch {
	case err != nil:
		return 0, err
	case id != applicationID && (id != 0 || version != 0 || tables != 0):
		return 0, &issue.Error{
			Code: issue.BadRegistry, Message: "the data folder's suncode.db is another program's database",
			Hint: "give --data another folder, or move the file away",
		}
	case version > len(steps):
		return 0, &issue.Error{
			Code: issue.BadRegistry, Message: "the registry was written by a newer suncode",
			Hint: fmt.Sprintf("it has schema version %d, this program knows up to %d: update the program", version, len(steps)),
		}
	}
	return version, nil
}
