package issue

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

const (
	// MaxManifest is the largest app.json, in bytes.
	MaxManifest = 1 << 20
	// MaxManifestPages is how many different pages an app.json can list.
	MaxManifestPages = 10_000
	// maxPublishedPath is the longest page in an app.json, in bytes.
	maxPublishedPath = 256
)

// Manifest is what an app.json says about pages.
type Manifest struct {
	Pages []string // without duplicates, in the order of the file: pages, then those of the subpackages
	Home  string   // entryPagePath or the first page
}

// ParseAppJSON reads the pages of a mini program from its app.json: pages,
// subPackages (also spelt subpackages) joined with their root, and
// entryPagePath. Other keys are left alone and a page listed twice counts
// once. Everything that is wrong is [InvalidManifest], with the key and the
// reason in the hint.
func ParseAppJSON(data []byte) (Manifest, error) {
	m, err := parseAppJSON(data)
	if err != nil {
		return Manifest{}, &Error{Code: InvalidManifest, Message: "app.json cannot be published", Hint: err.Error(), Err: err}
	}
	return m, nil
}

func parseAppJSON(data []byte) (Manifest, error) {
	keys, err := readObject(data, MaxManifest)
	if err != nil {
		return Manifest{}, err
	}
	var m Manifest
	if err := m.addPages(keys["pages"], "pages", ""); err != nil {
		return Manifest{}, err
	}
	if len(m.Pages) == 0 {
		return Manifest{}, errors.New("pages is missing or empty: list at least one page")
	}
	m.Home = m.Pages[0]
	for _, key := range []string{"subPackages", "subpackages"} {
		if err := m.addSubpackages(keys[key], key); err != nil {
			return Manifest{}, err
		}
	}
	m.Pages = unique(m.Pages)
	if len(m.Pages) > MaxManifestPages {
		return Manifest{}, fmt.Errorf("it lists %d pages, at most %d are taken", len(m.Pages), MaxManifestPages)
	}
	return m, m.setHome(keys["entryPagePath"])
}

// Check says what is wrong with a manifest that was put together by hand; one
// from [ParseAppJSON] is always right. Errors are [InvalidManifest].
func (m Manifest) Check() error {
	err := m.check()
	if err != nil {
		return &Error{Code: InvalidManifest, Message: "these pages cannot be published", Hint: err.Error(), Err: err}
	}
	return nil
}

func (m Manifest) check() error {
	if len(m.Pages) == 0 || len(m.Pages) > MaxManifestPages {
		return fmt.Errorf("%d pages, at least 1 and at most %d are taken", len(m.Pages), MaxManifestPages)
	}
	if len(unique(slices.Clone(m.Pages))) != len(m.Pages) {
		return errors.New("a page is listed twice")
	}
	for _, page := range m.Pages {
		if err := checkPublished(page); err != nil {
			return fmt.Errorf("page %q %w", clip(page), err)
		}
	}
	if !slices.Contains(m.Pages, m.Home) {
		return fmt.Errorf("home page %q is not among the pages", clip(m.Home))
	}
	return nil
}

func (m *Manifest) addPages(raw json.RawMessage, key, root string) error {
	if isNull(raw) {
		return nil
	}
	var pages []*string
	if err := json.Unmarshal(raw, &pages); err != nil {
		return fmt.Errorf("%s is not a list of strings", key)
	}
	for i, page := range pages {
		if page == nil {
			return fmt.Errorf("%s[%d] is null, not a string", key, i)
		}
		if err := checkPublished(*page); err != nil {
			return fmt.Errorf("%s[%d], %q, %w", key, i, clip(*page), err)
		}
		path := root + *page
		if len(path) > maxPublishedPath {
			return fmt.Errorf("%s[%d]: the path is longer than %d bytes", key, i, maxPublishedPath)
		}
		m.Pages = append(m.Pages, path)
	}
	return nil
}

func (m *Manifest) addSubpackages(raw json.RawMessage, key string) error {
	if isNull(raw) {
		return nil
	}
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		return fmt.Errorf("%s is not a list of objects", key)
	}
	for i, item := range list {
		at := fmt.Sprintf("%s[%d]", key, i)
		keys, err := readKeys(item)
		if err != nil {
			return fmt.Errorf("%s is not an object", at)
		}
		root, err := readRoot(keys["root"])
		if err != nil {
			return fmt.Errorf("%s.root %w", at, err)
		}
		if err := m.addPages(keys["pages"], at+".pages", root+"/"); err != nil {
			return err
		}
	}
	return nil
}

// readRoot is a subpackage's root without the slash that many write at its end.
func readRoot(raw json.RawMessage) (string, error) {
	var root string
	if isNull(raw) || json.Unmarshal(raw, &root) != nil {
		return "", errors.New("is not a string")
	}
	root = strings.TrimSuffix(root, "/")
	if err := checkPublished(root); err != nil {
		return "", err
	}
	return root, nil
}

func (m *Manifest) setHome(raw json.RawMessage) error {
	if isNull(raw) {
		return nil
	}
	var home string
	if err := json.Unmarshal(raw, &home); err != nil {
		return errors.New("entryPagePath is not a string")
	}
	if !slices.Contains(m.Pages, home) {
		return fmt.Errorf("entryPagePath %q is not among the pages", clip(home))
	}
	m.Home = home
	return nil
}

// checkPublished is checkPath and, since a published page is a file of the
// project, the rules of a clean relative path.
func checkPublished(path string) error {
	if err := checkPath(path); err != nil {
		return err
	}
	switch {
	case path == "":
		return pathError("is empty")
	case len(path) > maxPublishedPath:
		return pathError("is longer than 256 bytes")
	case strings.Contains(path, reservedWord):
		return pathError("contains the reserved word " + reservedWord)
	case strings.ContainsAny(path, `\#`):
		return pathError(`must not contain \ or #`)
	}
	for part := range strings.SplitSeq(path, "/") {
		if part == "" || part == "." || part == ".." {
			return pathError(`must not have an empty, "." or ".." part`)
		}
	}
	return nil
}

// readObject reads the keys of a JSON file that must hold one object, of at
// most limit bytes. A byte order mark is skipped.
func readObject(data []byte, limit int) (map[string]json.RawMessage, error) {
	if len(data) > limit {
		return nil, fmt.Errorf("it has more than %d bytes", limit)
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, errors.New("it is empty")
	}
	keys, err := readKeys(data)
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return nil, syntaxError(data, syntax)
	}
	if err != nil {
		return nil, errors.New("it is not a JSON object")
	}
	return keys, nil
}

// readKeys goes through a map and not a struct because encoding/json matches
// struct fields whatever their case, and "Pages" is not a key of app.json.
func readKeys(data []byte) (map[string]json.RawMessage, error) {
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(data, &keys); err != nil {
		return nil, err
	}
	if keys == nil {
		return nil, errors.New("null is not an object")
	}
	return keys, nil
}

func syntaxError(data []byte, err *json.SyntaxError) error {
	before := data[:min(max(int(err.Offset)-1, 0), len(data))]
	line := bytes.Count(before, []byte("\n")) + 1
	at := data[len(before):]
	if bytes.HasPrefix(at, []byte("/")) && len(at) > 1 && (at[1] == '/' || at[1] == '*') {
		return fmt.Errorf("line %d: comments are not allowed in JSON", line)
	}
	return fmt.Errorf("line %d: %v", line, err)
}

func isNull(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }

// unique drops later copies in place.
func unique(pages []string) []string {
	seen := make(map[string]bool, len(pages))
	return slices.DeleteFunc(pages, func(page string) bool {
		was := seen[page]
		seen[page] = true
		return was
	})
}
