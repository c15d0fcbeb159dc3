// Command robustness reads codes on pictures that get worse by degrees, and writes what it read as a page with a plot
// for each axis of testkit.Axes. It runs from the project's folder, as `make robustness` does.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/suncode/suncode/internal/testkit"
)

func main() {
	if err := run(os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "robustness:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	g := grid{axes: testkit.Axes}
	flags := flag.NewFlagSet("robustness", flag.ContinueOnError)
	flags.IntVar(&g.trials, "trials", 20, "pictures of each level")
	flags.IntVar(&g.clutter, "clutter", 60, "pictures without a code")
	flags.IntVar(&g.workers, "workers", runtime.NumCPU(), "pictures read at a time")
	only := flags.String("axis", "", "only these axes, separated by commas; their figures are printed and no page is written")
	rays := flags.String("rays", "36,54,72", "codes of so many rays, separated by commas")
	docs := flags.String("docs", "docs", "folder of the page")
	if err := flags.Parse(args); err != nil {
		return err
	}
	for name := range strings.SplitSeq(*rays, ",") {
		n, err := strconv.Atoi(name)
		if err != nil {
			return fmt.Errorf("-rays: %w", err)
		}
		g.rays = append(g.rays, n)
	}
	if *only != "" {
		names := strings.Split(*only, ",")
		g.axes = slices.DeleteFunc(slices.Clone(g.axes), func(a testkit.Axis) bool { return !slices.Contains(names, a.Name) })
		g.clutter = 0
	}
	r, err := g.measure(os.Stderr)
	if err != nil {
		return err
	}
	if *only != "" {
		return r.print(os.Stdout)
	}
	rows, err := realCodes(filepath.Join("scan", "testdata", "robustness.tsv"))
	if err != nil {
		return err
	}
	if err := r.write(*docs, rows); err != nil {
		return err
	}
	if r.Wrong > 0 {
		return fmt.Errorf("%d wrong reads", r.Wrong)
	}
	return nil
}
