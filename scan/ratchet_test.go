package scan_test

import (
	"bufio"
	"cmp"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

var update = flag.Bool("update", false, "raise the rows of testdata/robustness.tsv to what is read now")

// ratchetRow names a set of pictures: codes of so many rays, or real ones, damaged along an axis to a level.
type ratchetRow struct {
	codes, axis string
	level       float64
}

// ratchetFigures says how many pictures a set has, and how many of them have been read.
type ratchetFigures struct{ pictures, read int }

// ratchet holds what has been reached: testdata/robustness.tsv. Fewer reads fail, other numbers of pictures fail, more
// are to be kept by running the test with -update, which never lowers a row.
type ratchet struct {
	mu   sync.Mutex
	rows map[ratchetRow]ratchetFigures
}

var ratchetFile = filepath.Join("testdata", "robustness.tsv")

const ratchetHead = "codes\taxis\tlevel\tpictures\tread\n"

var robustness = sync.OnceValues(func() (*ratchet, error) {
	r := &ratchet{rows: map[ratchetRow]ratchetFigures{}}
	file, err := os.Open(ratchetFile)
	if err != nil {
		return r, err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		line := lines.Text()
		if line+"\n" == ratchetHead {
			continue
		}
		var row ratchetRow
		var f ratchetFigures
		fields := strings.Split(line, "\t")
		if len(fields) != 5 {
			return r, fmt.Errorf("%s: %q has not five fields", ratchetFile, line)
		}
		row.codes, row.axis = fields[0], fields[1]
		if _, err := fmt.Sscan(strings.Join(fields[2:], " "), &row.level, &f.pictures, &f.read); err != nil {
			return r, fmt.Errorf("%s: %q: %w", ratchetFile, line, err)
		}
		r.rows[row] = f
	}
	return r, lines.Err()
})

// hold compares what was read of a set with its row.
func hold(tb testing.TB, row ratchetRow, got ratchetFigures) {
	tb.Helper()
	r, err := robustness()
	if err != nil && !*update {
		tb.Fatal(err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	want, ok := r.rows[row]
	switch {
	case *update:
		if got.pictures != want.pictures || got.read > want.read {
			r.rows[row] = got
			r.write(tb)
		}
	case !ok:
		tb.Errorf("%s has no row %v: make it with -update", ratchetFile, row)
	case got.pictures != want.pictures:
		tb.Errorf("%v: %d pictures, want %d", row, got.pictures, want.pictures)
	case got.read < want.read:
		tb.Errorf("%v: %d of %d read, want %d", row, got.read, got.pictures, want.read)
	case got.read > want.read:
		tb.Logf("%v: %d read, more than %d: keep them with -update", row, got.read, want.read)
	}
}

// settled is what a row says has been read.
func settled(row ratchetRow) ratchetFigures {
	r, _ := robustness()
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.rows[row]
}

func (r *ratchet) write(tb testing.TB) {
	tb.Helper()
	rows := slices.SortedFunc(maps.Keys(r.rows), func(a, b ratchetRow) int {
		return cmp.Or(cmp.Compare(a.codes, b.codes), cmp.Compare(a.axis, b.axis), cmp.Compare(a.level, b.level))
	})
	var out strings.Builder
	out.WriteString(ratchetHead)
	for _, row := range rows {
		f := r.rows[row]
		fmt.Fprintf(&out, "%s\t%s\t%v\t%d\t%d\n", row.codes, row.axis, row.level, f.pictures, f.read)
	}
	if err := os.WriteFile(ratchetFile, []byte(out.String()), 0o644); err != nil {
		tb.Fatal(err)
	}
}
