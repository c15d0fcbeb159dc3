package suncode_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/suncode/suncode"

// room is what a package may import. The standard library is open to it but for the never list; of this module and
// of other people's it gets nothing that its row does not name. Tests may import what they like.
type room struct {
	ours   string // packages of this module
	theirs string // modules of others
	never  string // packages of the standard library, each with all below it
}

// What no room of a kind may reach for.
const (
	pure   = "image io/fs log net os runtime time"           // bytes and arithmetic only
	offNet = "database/sql log net os"                       // pictures, but neither files nor sockets
	domain = "database/sql image/jpeg image/png net/http os" // the product, whatever carries and keeps it
)

// rooms is the import table: cmd → {wxapi, cloudcall, scanapi, sqlite} → issue → {suncode, ticket, render}, and the library below.
var rooms = map[string]room{
	".":                {ours: "internal/rs", never: pure},
	"internal/rs":      {never: pure},
	"ticket":           {never: pure},
	"internal/testkit": {ours: ". render ticket", never: offNet},
	"internal/overlay": {ours: ". scan", never: offNet},
	"internal/picture": {theirs: "golang.org/x/image", never: offNet},
	"render":           {ours: ". internal/picture", theirs: "golang.org/x/image", never: offNet},
	"scan":             {ours: ".", never: offNet},
	"web/scan/wasm":    {ours: "scan", never: "encoding/json fmt image/gif image/jpeg image/png log net os"},
	"internal/qrcode":  {theirs: "github.com/boombuler/barcode github.com/makiuchi-d/gozxing", never: offNet},
	"internal/reading": {ours: "scan internal/picture internal/qrcode", never: "database/sql log net/http os"},
	"internal/issue":   {ours: ". ticket render internal/qrcode", never: domain},
	"internal/order":   {ours: "internal/batch internal/issue", never: "database/sql net"},
	"internal/queue": {
		ours: "internal/batch internal/order", theirs: "github.com/gofrs/flock github.com/riverqueue/river", never: "net/http",
	},
	"internal/problem":  {never: "database/sql os"},
	"internal/batchapi": {ours: "internal/batch internal/issue internal/order internal/problem", never: "database/sql os"},
	"internal/s3":       {ours: "internal/batch", theirs: "github.com/minio/minio-go/v7", never: "database/sql"},
	"internal/sqlite":   {ours: "internal/issue ticket", theirs: "modernc.org/sqlite", never: "net/http"},
	"internal/wxapi":    {ours: "scan internal/issue internal/legible internal/qrcode internal/reading", never: "database/sql os"},
	"internal/scanapi":  {ours: "scan internal/issue internal/legible internal/problem internal/qrcode internal/reading", never: "database/sql os"},
	"internal/batch":    {ours: "ticket internal/issue internal/legible internal/sheet", theirs: "golang.org/x/sys golang.org/x/text", never: "database/sql image/jpeg image/png net"},
	"internal/console":  {ours: "internal/issue", never: "database/sql os"},
	"internal/testkit/robustness": {
		ours: "scan internal/testkit", never: "net",
	},
	"internal/cloudcall": {
		ours: "internal/issue", theirs: "google.golang.org/protobuf", never: "database/sql os",
	},
	"internal/launch": {
		ours: "internal/issue", theirs: "github.com/dop251/goja github.com/evanw/esbuild", never: "database/sql net/http os",
	},
	"internal/pdf":      {theirs: "github.com/klauspost/compress", never: offNet},
	"internal/length":   {never: pure},
	"internal/legible":  {ours: ". scan internal/length", theirs: "golang.org/x/image", never: offNet},
	"internal/typeface": {theirs: "golang.org/x/image", never: offNet},
	"internal/sheet":    {ours: ". render internal/length internal/pdf internal/typeface", never: offNet},
	"internal/devtools": {theirs: "github.com/tailscale/hujson", never: "database/sql net os"},
	"cmd/suncode": {
		ours: ". ticket render scan internal/overlay internal/picture internal/issue internal/sqlite internal/wxapi internal/cloudcall " +
			"internal/reading internal/scanapi internal/console internal/launch internal/devtools internal/legible internal/batch internal/s3 internal/sheet internal/typeface internal/order internal/queue internal/batchapi",
		theirs: "github.com/prometheus/client_golang github.com/spf13/cobra github.com/spf13/pflag golang.org/x/crypto",
	},
}

// TestArrows holds every package to its row, and the table to the packages that exist.
func TestArrows(t *testing.T) {
	imports := moduleImports(t, func(file string) bool { return !strings.HasSuffix(file, "_test.go") })
	for _, pkg := range slices.Sorted(maps.Keys(imports)) {
		row, ok := rooms[pkg]
		if !ok {
			t.Errorf("package %s has no row in the import table", pkg)
			continue
		}
		for _, path := range imports[pkg] {
			if fault := row.fault(path); fault != "" {
				t.Errorf("package %s imports %s: %s", pkg, path, fault)
			}
		}
	}
	for pkg := range rooms {
		if _, ok := imports[pkg]; !ok {
			t.Errorf("the import table has a row for %s, which is no package", pkg)
		}
	}
}

// TestRoomFault shows that the table bites.
func TestRoomFault(t *testing.T) {
	row := room{ours: ". internal/rs", theirs: "golang.org/x/image", never: "image net os"}
	for path, allowed := range map[string]bool{
		module:                       true,
		module + "/internal/rs":      true,
		module + "/internal/rs/deep": false,
		module + "/scan":             false,
		"golang.org/x/image/webp":    true,
		"golang.org/x/imagery":       false,
		"example.com/other":          false,
		"bytes":                      true,
		"image":                      false,
		"image/color":                false,
		"net/http":                   false,
		"netip":                      true,
		"unsafe":                     false,
		"C":                          false,
	} {
		if fault := row.fault(path); (fault == "") != allowed {
			t.Errorf("%s: allowed %v, want %v (%s)", path, fault == "", allowed, fault)
		}
	}
}

// TestNoCgo holds the promise of a static program: no file of the module asks for a C compiler, tests included.
func TestNoCgo(t *testing.T) {
	for pkg, paths := range moduleImports(t, func(string) bool { return true }) {
		if slices.Contains(paths, "C") {
			t.Errorf("package %s uses cgo", pkg)
		}
	}
}

// fault says why a package may not import path, or nothing.
func (r room) fault(path string) string {
	first, _, _ := strings.Cut(path, "/")
	switch {
	case path == "C" || path == "unsafe":
		return "nothing here needs it"
	case within(module, path):
		name := strings.TrimPrefix(strings.TrimPrefix(path, module), "/")
		if name == "" {
			name = "."
		}
		if !slices.Contains(strings.Fields(r.ours), name) {
			return "this arrow is not in the import table"
		}
	case strings.Contains(first, "."):
		if !withinAny(r.theirs, path) {
			return "this dependency is not in the import table"
		}
	case withinAny(r.never, path):
		return "the import table forbids it"
	}
	return ""
}

// within tells whether path is root or below it.
func within(root, path string) bool {
	return path == root || strings.HasPrefix(path, root+"/")
}

func withinAny(roots, path string) bool {
	return slices.ContainsFunc(strings.Fields(roots), func(root string) bool { return within(root, path) })
}

// moduleImports returns, for each package folder of the module, what its chosen files import.
func moduleImports(t *testing.T, choose func(file string) bool) map[string][]string {
	t.Helper()
	imports := map[string][]string{}
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != "." && !isPackageFolder(path):
			return fs.SkipDir
		case entry.IsDir() || filepath.Ext(path) != ".go" || !choose(path):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		pkg := filepath.ToSlash(filepath.Dir(path))
		imports[pkg] = append(imports[pkg], imported(file)...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return imports
}

func imported(file *ast.File) []string {
	var paths []string
	for _, spec := range file.Imports {
		paths = append(paths, strings.Trim(spec.Path.Value, "`\""))
	}
	return paths
}

// isPackageFolder tells whether the go command looks for this module's packages in a folder.
func isPackageFolder(path string) bool {
	base := filepath.Base(path)
	if base == "testdata" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
		return false
	}
	_, err := os.Stat(filepath.Join(path, "go.mod"))
	return err != nil
}
