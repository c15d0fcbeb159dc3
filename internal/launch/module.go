package launch

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/dop251/goja"
	"github.com/dop251/goja/parser"
	"github.com/evanw/esbuild/pkg/api"
)

const (
	// maxSource is the largest file of code, in bytes.
	maxSource = 4 << 20
	// maxSources bounds what a project can load altogether, in bytes.
	maxSources = 32 << 20
)

// source finds the files of a project.
type source struct {
	fsys    fs.FS // the folder of app.json or game.json
	aliases [][2]string
	files   []string // those that were compiled, in that order
	read    int      // bytes so far
}

// extensions are tried in this order behind a name.
var extensions = []string{"", ".js", ".ts", ".json", "/index.js", "/index.ts"}

// loaders says how a file is compiled.
var loaders = map[string]api.Loader{
	".js": api.LoaderJS, ".cjs": api.LoaderJS, ".mjs": api.LoaderJS, ".ts": api.LoaderTS, ".json": api.LoaderJSON,
}

// find is the file that a name in require or import means, seen from a file.
func (s *source) find(from, name string) (string, error) {
	for _, candidate := range s.candidates(from, name) {
		for _, extension := range extensions {
			file := candidate + extension
			if _, ok := loaders[path.Ext(file)]; !ok || !fs.ValidPath(file) {
				continue
			}
			if info, err := fs.Stat(s.fsys, file); err == nil && info.Mode().IsRegular() {
				return file, nil
			}
		}
	}
	hint := ""
	if !strings.HasPrefix(name, ".") && !strings.HasPrefix(name, "/") {
		hint = "; packages of npm are looked for in miniprogram_npm, where the DevTools build them"
	}
	return "", fmt.Errorf("cannot find module '%s' from %s%s", name, from, hint)
}

// candidates are the paths, without their extensions, that a name can mean.
func (s *source) candidates(from, name string) []string {
	if rest, ok := strings.CutPrefix(name, "/"); ok {
		return []string{path.Clean(rest)}
	}
	dir := path.Dir(from)
	if strings.HasPrefix(name, "./") || strings.HasPrefix(name, "../") || name == "." || name == ".." {
		return []string{path.Join(dir, name)}
	}
	var found []string
	for _, alias := range s.aliases {
		if rest, ok := strings.CutPrefix(name, strings.TrimSuffix(alias[0], "*")); ok {
			found = append(found, path.Join(strings.TrimPrefix(strings.TrimSuffix(alias[1], "*"), "/"), rest))
		}
	}
	for up := dir; ; up = path.Dir(up) {
		found = append(found, path.Join(up, "miniprogram_npm", name))
		if up == "." {
			return append(found, path.Join(dir, name))
		}
	}
}

// load reads and compiles a file to a function that takes require, module and
// exports.
func (s *source) load(file string) (*goja.Program, error) {
	data, err := s.readFile(file)
	if err != nil {
		return nil, err
	}
	s.files = append(s.files, file)
	return compile(file, unit(len(s.files)-1), string(data))
}

// unit is the name that the engine knows a file by: one that survives in the
// URLs of source maps whatever the file is called.
func unit(n int) string { return fmt.Sprintf("/%s%d", unitPrefix, n) }

const unitPrefix = "suncode-unit-"

func (s *source) readFile(file string) ([]byte, error) {
	f, err := s.fsys.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no file", file)
	}
	data, err := io.ReadAll(io.LimitReader(f, maxSource+1))
	if err != nil {
		return nil, err
	}
	s.read += len(data)
	if len(data) > maxSource || s.read > maxSources {
		return nil, fmt.Errorf("%s is too large: %d MiB for a file and %d MiB for all are the most", file, maxSource>>20, maxSources>>20)
	}
	return data, nil
}

// syntaxError is code that cannot be compiled.
type syntaxError struct{ Event }

// Error is the message with its place.
func (f *syntaxError) Error() string { return f.fault() }

// compile turns modules, TypeScript and syntax newer than the engine into what
// the engine runs. Positions stay those of the text as it was written.
func compile(file, unit, text string) (*goja.Program, error) {
	result := api.Transform(text, api.TransformOptions{
		Sourcefile: unit,
		Loader:     loaders[path.Ext(file)],
		Format:     api.FormatCommonJS,
		Target:     api.ES2017,
		Sourcemap:  api.SourceMapExternal,
		Banner:     "(function (require, module, exports) {",
		Footer:     "})",
		LogLevel:   api.LogLevelSilent,
	})
	if len(result.Errors) > 0 {
		return nil, compileFault(file, result.Errors[0])
	}
	// The loader has the one map there is: a comment in the project's own text
	// must not make the engine look for another.
	loader := parser.WithSourceMapLoader(func(string) ([]byte, error) { return result.Map, nil })
	tree, err := goja.Parse(unit, string(result.Code)+"\n//# sourceMappingURL=map", loader)
	if err != nil {
		return nil, &syntaxError{Event{Kind: Fault, File: file, Text: "SyntaxError: " + err.Error()}}
	}
	return goja.CompileAST(tree, false)
}

func compileFault(file string, m api.Message) error {
	fault := &syntaxError{Event{Kind: Fault, File: file, Text: "SyntaxError: " + m.Text}}
	if m.Location != nil {
		fault.Line, fault.Column = m.Location.Line, m.Location.Column+1
	}
	return fault
}

// appKeys are what a run needs of app.json beside its pages.
type appKeys struct {
	TabBar struct {
		List []struct {
			PagePath string `json:"pagePath"`
		} `json:"list"`
	} `json:"tabBar"`
	ResolveAlias map[string]string `json:"resolveAlias"`
}

// readApp reads them; the pages have been checked before.
func (s *source) readApp() (appKeys, error) {
	var keys appKeys
	data, err := s.readFile("app.json")
	if err != nil {
		return keys, err
	}
	err = json.Unmarshal([]byte(strings.TrimPrefix(string(data), "\ufeff")), &keys)
	if kind, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return keys, fmt.Errorf("app.json: %s cannot be a %s", kind.Field, kind.Value)
	}
	for name, target := range keys.ResolveAlias {
		s.aliases = append(s.aliases, [2]string{name, target})
	}
	return keys, err
}
