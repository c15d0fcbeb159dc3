// Command benchtable reads the output of the project's benchmarks and prints it as tables: one row a size, our time
// beside that of Go's own encoder where there is one, and how many times as fast ours is.
//
// It reads go test -bench output on stdin, reports every measurement on stderr as it comes, and writes the tables to
// stdout at the end. A benchmark is named BenchmarkCode/STEP/SIZE.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

// measurement says what was measured: a step of the way at a size (rays or picture width in px).
type measurement struct {
	step string
	size int
}

// results has the times of each measurement, several when the benchmarks ran with -count.
type results struct {
	cpu   string
	times map[measurement][]time.Duration
}

// column is one of ours and, where Go has the like, its counterpart.
type column struct {
	title, step, goStep string
}

var (
	encodeColumns = []column{{"encode", "encode", ""}, {"decode", "decode", ""}}
	widthColumns  = []column{
		{"draw", "draw", ""},
		{"JPEG", "jpeg", "gojpeg"},
		{"PNG", "png", "gopng"},
		{"hyaline PNG", "hyaline", "gohyaline"},
		{"scan", "scan", ""},
	}
)

func main() {
	if err := run(os.Stdin, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "benchtable:", err)
		os.Exit(1)
	}
}

func run(in io.Reader, out, progress io.Writer) error {
	r, err := read(in, progress)
	if err != nil {
		return err
	}
	if len(r.times) == 0 {
		return errors.New("no benchmark in the input")
	}
	fmt.Fprintf(out, "\n%s\n\n", r.cpu)
	if err := r.table(out, "rays", encodeColumns); err != nil {
		return err
	}
	fmt.Fprint(out, "\nOurs: from the symbol to the finished file. Go's: image/jpeg (quality 90) and image/png on the ready\n"+
		"drawing. ×: Go's time divided by ours, so above 1 ours is faster.\n\n")
	return r.table(out, "width px", widthColumns)
}

var benchLine = regexp.MustCompile(`^BenchmarkCode/(\w+)/(\d+)(?:-\d+)?\s+\d+\s+([\d.]+) ns/op`)

// read collects the measurements. What it does not understand goes to progress, a failure ends it.
func read(in io.Reader, progress io.Writer) (results, error) {
	r := results{times: map[measurement][]time.Duration{}}
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		line := lines.Text()
		if cpu, ok := strings.CutPrefix(line, "cpu: "); ok {
			r.cpu = cpu
			continue
		}
		found := benchLine.FindStringSubmatch(line)
		if found == nil {
			fmt.Fprintln(progress, line)
			if strings.HasPrefix(line, "FAIL") || strings.HasPrefix(line, "--- FAIL") {
				return r, errors.New("a benchmark failed")
			}
			continue
		}
		size, err := strconv.Atoi(found[2])
		if err != nil {
			return r, err
		}
		ns, err := strconv.ParseFloat(found[3], 64)
		if err != nil {
			return r, err
		}
		m := measurement{found[1], size}
		took := time.Duration(ns)
		r.times[m] = append(r.times[m], took)
		fmt.Fprintf(progress, "%-10s %5d  %s\n", m.step, m.size, short(took))
	}
	return r, lines.Err()
}

// median returns the middle time of a measurement, false where there is none.
func (r results) median(step string, size int) (time.Duration, bool) {
	times := slices.Sorted(slices.Values(r.times[measurement{step, size}]))
	if len(times) == 0 {
		return 0, false
	}
	return times[len(times)/2], true
}

// sizes returns every size at which one of the columns was measured, rising.
func (r results) sizes(columns []column) []int {
	var sizes []int
	for m := range r.times {
		if slices.ContainsFunc(columns, func(c column) bool { return c.step == m.step }) {
			sizes = append(sizes, m.size)
		}
	}
	slices.Sort(sizes)
	return slices.Compact(sizes)
}

func (r results) table(out io.Writer, sizeTitle string, columns []column) error {
	w := tabwriter.NewWriter(out, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, sizeTitle, "\t")
	for _, c := range columns {
		fmt.Fprint(w, c.title, "\t")
		if c.goStep != "" {
			fmt.Fprint(w, "Go's\t×\t")
		}
	}
	fmt.Fprintln(w)
	for _, size := range r.sizes(columns) {
		fmt.Fprint(w, size, "\t")
		for _, c := range columns {
			fmt.Fprint(w, r.cells(c, size))
		}
		fmt.Fprintln(w)
	}
	return w.Flush()
}

// cells is a column's part of a row: our time, and Go's and the ratio where the column has them.
func (r results) cells(c column, size int) string {
	ours, ok := r.median(c.step, size)
	text := short(ours)
	if !ok {
		text = "-"
	}
	if c.goStep == "" {
		return text + "\t"
	}
	theirs, both := r.median(c.goStep, size)
	if !ok || !both {
		return text + "\t-\t-\t"
	}
	return fmt.Sprintf("%s\t%s\t%.2f\t", text, short(theirs), float64(theirs)/float64(ours))
}

// short is a time with three figures.
func short(d time.Duration) string {
	value, unit := float64(d), "ns"
	for _, next := range []string{"µs", "ms", "s"} {
		if value < 1000 {
			break
		}
		value, unit = value/1000, next
	}
	figures := 2
	if value >= 100 || unit == "ns" {
		figures = 0
	} else if value >= 10 {
		figures = 1
	}
	return fmt.Sprintf("%.*f %s", figures, value, unit)
}
