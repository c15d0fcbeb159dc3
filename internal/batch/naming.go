package batch

import (
	"fmt"
	"strconv"
	"strings"
)

// naming gives files their names and keeps two rows from having one.
type naming struct {
	template *nameTemplate
	index    *nameIndex
	shard    int
	room     []byte
}

func newNaming(s *Spec, dir string) (*naming, error) {
	t, err := parseName(s.Name)
	if err != nil {
		return nil, err
	}
	n := &naming{template: t, shard: s.Shard}
	if t.folder {
		n.shard = 0
	}
	explicit := s.Form == CSV || s.Form == TSV || s.Form == JSONLines // a row may name its file
	if !explicit && t.unique() || t.tells("scene") && s.scenesDiffer() {
		return n, nil
	}
	n.index, err = newNameIndex(dir, s.Cased)
	return n, err
}

// scenesDiffer tells whether no two scenes can be the same, by the settings
// alone, nor differ in case only where that counts as the same.
func (s *Spec) scenesDiffer() bool {
	if s.Form == Pattern {
		p, err := parsePattern(s.Pattern)
		return err == nil && p.ranges() == 1
	}
	if s.Form == RandomIDs {
		chars := s.Random.alphabet()
		return s.Cased || strings.ToUpper(chars) == chars || strings.ToLower(chars) == chars
	}
	return false
}

func (n *naming) close() {
	if n.index != nil {
		_ = n.index.Close() // nobody needs it any more
	}
}

// name is the code's file, with the folder it lies in. With claim it is taken
// for the row; a name that is taken makes the row a bad one.
func (n *naming) name(c *named, claim bool) (string, error) {
	var err error
	if c.row.File != "" {
		n.room, err = explicitName(n.room[:0], c.row.File, c.ext)
	} else {
		n.room, err = n.template.appendTo(n.room[:0], c)
	}
	if err != nil {
		return "", err
	}
	name := string(n.room)
	if n.shard > 0 && isShard(name) {
		return "", &RowError{Column: "file", Reason: "folders of digits are kept for shards, unless there are none (--shard 0)", Value: clip(name)}
	}
	if claim && n.index != nil {
		if name, err = n.claim(name, c); err != nil {
			return "", err
		}
	}
	return n.sharded(name, c.row.Number), nil
}

// claim takes the name for the row. A name of the template that differs from
// one that is taken in case only gets the number of its row.
func (n *naming) claim(name string, c *named) (string, error) {
	if err := n.claimFolders(name); err != nil {
		return "", err
	}
	taken, same, err := n.index.claim(name, c.row.Number)
	if taken != 0 && !same && c.row.File == "" {
		name = fmt.Sprintf("%s~%d.%s", strings.TrimSuffix(name, "."+c.ext), c.row.Number, c.ext)
		taken, _, err = n.index.claim(name, c.row.Number)
	}
	if err == nil && taken == asFolder {
		err = bothKinds(name)
	} else if err == nil && taken != 0 {
		err = &RowError{Column: "file", Reason: fmt.Sprintf("row %d has the same file name", taken), Value: clip(name)}
	}
	return name, err
}

// asFolder is the row of a name that is a folder: no row is that far.
const asFolder = rowMask

// claimFolders takes the folders of a name, which none but folders may have.
func (n *naming) claimFolders(name string) error {
	for at, c := range []byte(name) {
		if c != '/' {
			continue
		}
		taken, _, err := n.index.claim(name[:at], asFolder)
		if err != nil {
			return err
		}
		if taken != 0 && taken != asFolder {
			return bothKinds(name[:at])
		}
	}
	return nil
}

func bothKinds(name string) error {
	return &RowError{Column: "file", Reason: "one name is both a file and a folder", Value: clip(name)}
}

// sharded puts the name into the folder of its row: none for those of the first
// shard, 0001, 0002 and so on for the others. Names with a folder of their own
// stay where they are.
func (n *naming) sharded(name string, row int64) string {
	if n.shard == 0 {
		return name
	}
	shard := (row - 1) / int64(n.shard)
	if shard == 0 || strings.Contains(name, "/") {
		return name
	}
	return fmt.Sprintf("%04d/%s", shard, name)
}

// isShard tells whether a name's first folder looks like a shard's.
func isShard(name string) bool {
	first, _, has := strings.Cut(name, "/")
	_, err := strconv.ParseUint(first, 10, 63)
	return has && err == nil && len(first) >= 4
}

// remember takes a name of an earlier run's manifest.
func (n *naming) remember(row int64, file string) error {
	if n.index == nil {
		return nil
	}
	if n.shard > 0 && isShard(file) {
		_, file, _ = strings.Cut(file, "/")
	}
	if err := n.claimFolders(file); err != nil {
		return err
	}
	_, _, err := n.index.claim(file, row)
	return err
}
