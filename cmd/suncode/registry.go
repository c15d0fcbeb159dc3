package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/suncode/suncode/internal/sqlite"
)

// need says whether a verb wants a registry that is there already.
type need bool

const (
	created  need = false // one is made where there is none
	existing need = true
)

// openRegistry opens the registry in a folder. Its error says what to do.
func openRegistry(ctx context.Context, dir string, n need) (*sqlite.Store, error) {
	if n == existing && !hasRegistry(dir) {
		return nil, hinted(fmt.Errorf("no registry in %s", dir), "'suncode serve' or 'suncode app add' makes one; --data says where it lies")
	}
	return sqlite.Open(ctx, dir)
}

// hasRegistry reports whether a registry lies in a folder and can be seen.
func hasRegistry(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, sqlite.File))
	return err == nil
}
