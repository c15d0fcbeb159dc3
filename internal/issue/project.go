package issue

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
)

const (
	appFile     = "app.json"
	projectFile = "project.config.json"
)

// LoadProject reads the pages of the mini program at name in fsys: its folder
// (the miniprogramRoot of project.config.json is followed, if there is one) or
// an app.json file of any name. For a path of the operating system, fsys is
// os.DirFS of its folder and name its last part. Everything that is wrong is
// [InvalidManifest].
func LoadProject(fsys fs.FS, name string) (Manifest, error) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return Manifest{}, projectError(err)
	}
	if path.Base(name) == projectFile {
		return loadFolder(fsys, path.Dir(name))
	}
	if info.IsDir() {
		return loadFolder(fsys, name)
	}
	data, err := readLimited(fsys, name)
	if err != nil {
		return Manifest{}, projectError(err)
	}
	return ParseAppJSON(data)
}

func loadFolder(fsys fs.FS, dir string) (Manifest, error) {
	project, err := fs.Sub(fsys, dir)
	if err != nil {
		return Manifest{}, projectError(err)
	}
	root, err := ProjectRoot(project)
	if err != nil {
		return Manifest{}, err
	}
	data, err := readLimited(project, path.Join(root, appFile))
	switch {
	case errors.Is(err, fs.ErrNotExist) && hasFile(project, path.Join(root, "game.json")):
		return Manifest{}, projectError(errors.New("it is a mini game, which has no pages"))
	case errors.Is(err, fs.ErrNotExist):
		return Manifest{}, projectError(fmt.Errorf("it has no %s: name the folder that holds one, the built one if the project is compiled", path.Join(root, appFile)))
	case err != nil:
		return Manifest{}, projectError(err)
	}
	return ParseAppJSON(data)
}

// ProjectRoot is the folder of app.json or game.json within a project: the
// miniprogramRoot of its project.config.json, or ".". Everything that is wrong
// is [InvalidManifest].
func ProjectRoot(project fs.FS) (string, error) {
	root, err := miniprogramRoot(project)
	if err != nil {
		return "", projectError(err)
	}
	return root, nil
}

// miniprogramRoot is the folder of app.json within the project, "." unless
// project.config.json names another.
func miniprogramRoot(fsys fs.FS) (string, error) {
	data, err := readLimited(fsys, projectFile)
	if errors.Is(err, fs.ErrNotExist) {
		return ".", nil
	}
	if err != nil {
		return "", err
	}
	keys, err := readObject(data, MaxManifest)
	if err != nil {
		return "", fmt.Errorf("%s: %w", projectFile, err)
	}
	var root string
	if raw := keys["miniprogramRoot"]; !isNull(raw) && json.Unmarshal(raw, &root) != nil {
		return "", fmt.Errorf("%s: miniprogramRoot is not a string", projectFile)
	}
	root = path.Clean(strings.TrimSuffix(root, "/"))
	if !fs.ValidPath(root) {
		return "", fmt.Errorf("%s: miniprogramRoot %q does not stay within the project", projectFile, clip(root))
	}
	return root, nil
}

func readLimited(fsys fs.FS, name string) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read
	data, err := io.ReadAll(io.LimitReader(f, MaxManifest+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return data, nil
}

func hasFile(fsys fs.FS, name string) bool {
	_, err := fs.Stat(fsys, name)
	return err == nil
}

func projectError(err error) error {
	return &Error{Code: InvalidManifest, Message: "the project cannot be published", Hint: err.Error(), Err: err}
}
