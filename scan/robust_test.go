package scan_test

import (
	"bytes"
	"fmt"
	"strconv"
	"testing"

	"github.com/suncode/suncode/internal/testkit"
	"github.com/suncode/suncode/scan"
)

// TestRobustness reads a few pictures of each axis at its bars, and of those without one at their second level, and holds the
// numbers of testdata/robustness.tsv. `make robustness` draws the whole curves.
func TestRobustness(t *testing.T) {
	t.Parallel()
	for _, rays := range []int{36, 54, 72} {
		for _, axis := range testkit.Axes {
			for _, level := range sampledLevels(axis, rays) {
				t.Run(fmt.Sprintf("%d/%s/%v", rays, axis.Name, level), func(t *testing.T) {
					t.Parallel()
					holdLevel(t, rays, axis, level)
				})
			}
		}
	}
}

// sampledLevels are the bars of an axis for 36 rays, the lower one for others, and the second level where there is none.
func sampledLevels(axis testkit.Axis, rays int) []float64 {
	switch {
	case axis.Least == 0:
		return axis.Levels[1:2]
	case axis.Aim == axis.Least || rays != 36:
		return []float64{axis.Least}
	}
	return []float64{axis.Least, axis.Aim}
}

// holdLevel reads a sample of a level: four codes of 36 rays, two of others; in the short run one, where all are read.
func holdLevel(t *testing.T, rays int, axis testkit.Axis, level float64) {
	t.Helper()
	row := ratchetRow{strconv.Itoa(rays), axis.Name, level}
	pictures := 2
	if rays == 36 {
		pictures = 4
	}
	short := testing.Short() && !*update
	if short {
		if f := settled(row); f.read < f.pictures {
			return
		}
		pictures = 1
	}
	read := 0
	for trial := range pictures {
		if readsDamaged(t, rays, axis, level, trial) {
			read++
		}
	}
	if !short {
		hold(t, row, ratchetFigures{pictures, read})
	} else if read < pictures {
		t.Errorf("%v: not read", row)
	}
}

// readsDamaged damages a code and reads it. A wrong read fails the test.
func readsDamaged(t *testing.T, rays int, axis testkit.Axis, level float64, trial int) bool {
	t.Helper()
	code, err := testkit.NewCode(rays, uint64(trial))
	if err != nil {
		t.Fatal(err)
	}
	read := false
	for _, got := range scan.Find(axis.Picture(code.Picture, level, trial), scan.Options{}) {
		raw, ok := got.Ticket()
		if !ok || !bytes.Equal(raw, code.Ticket) {
			t.Errorf("trial %d: read %v %x, drawn was %x", trial, got.Payload.Mode, raw, code.Ticket)
		}
		read = true
	}
	return read
}
