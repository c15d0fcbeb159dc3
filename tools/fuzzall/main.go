// Command fuzzall finds every fuzz target of a module and runs each for a short time.
//
// It fails when a target fails, when it finds no target at all, and when a target has no seed: a fuzz target that
// starts from nothing tests nothing in a few seconds.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"strings"
	"time"
)

// target is one fuzz function.
type target struct {
	pkg  string // import path
	name string
}

func main() {
	dir := flag.String("dir", ".", "folder of the module")
	each := flag.Duration("time", 5*time.Second, "how long each target runs")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *dir, *each); err != nil {
		fmt.Fprintln(os.Stderr, "fuzz:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, dir string, each time.Duration) error {
	listing, err := goTest(ctx, dir, "-list", "^Fuzz", "./...")
	if err != nil {
		return fmt.Errorf("listing the targets: %w\n%s", err, listing)
	}
	targets := parseListing(listing)
	if len(targets) == 0 {
		return errors.New("no fuzz targets found")
	}
	var failed []string
	for _, t := range targets {
		start := time.Now()
		seeds, err := t.fuzz(ctx, dir, each)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		state := "ok  "
		if err != nil {
			state = "FAIL"
			failed = append(failed, t.name)
		}
		fmt.Printf("%s\t%s\t%s\t%d seeds\t%.1fs\n", state, t.pkg, t.name, seeds, time.Since(start).Seconds())
		if err != nil {
			fmt.Println(err)
		}
	}
	if len(failed) > 0 {
		return fmt.Errorf("%d of %d targets failed: %s", len(failed), len(targets), strings.Join(failed, ", "))
	}
	return nil
}

// parseListing reads the output of go test -list: names, then the line of the package that has them.
func parseListing(out []byte) []target {
	var targets []target
	var names []string
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		switch {
		case len(fields) == 1 && strings.HasPrefix(fields[0], "Fuzz"):
			names = append(names, fields[0])
		case len(fields) >= 2 && fields[0] == "ok":
			for _, name := range names {
				targets = append(targets, target{pkg: fields[1], name: name})
			}
			names = nil
		}
	}
	return targets
}

// fuzz runs the seeds, then the target for that long. It returns the number of seeds.
func (t target) fuzz(ctx context.Context, dir string, each time.Duration) (int, error) {
	out, err := goTest(ctx, dir, "-v", "-run", "^"+t.name+"$", t.pkg)
	seeds := countSeeds(out, t.name)
	if err != nil {
		return seeds, fmt.Errorf("a seed fails: %w\n%s", err, out)
	}
	if seeds == 0 {
		return 0, errors.New("no seeds: give it some with f.Add or in testdata/fuzz")
	}
	args := []string{"-run", "^$", "-fuzz", "^" + t.name + "$", "-fuzztime", each.String(), "-fuzzminimizetime", "1s", t.pkg}
	out, err = goTest(ctx, dir, args...)
	if err != nil && ranOut(out) {
		out, err = goTest(ctx, dir, args...)
	}
	if err != nil {
		return seeds, fmt.Errorf("%w\n%s", err, out)
	}
	return seeds, nil
}

// countSeeds counts the seeds of a target in the verbose output of its test.
func countSeeds(out []byte, name string) int {
	seed := regexp.MustCompile(`(?m)^\s*--- (PASS|FAIL|SKIP): ` + name + `/`)
	return len(seed.FindAll(out, -1))
}

// ranOut tells whether the fuzzing engine complains of nothing but the end of its time, which it sometimes
// does when the end comes in the middle of an input. That is no finding.
func ranOut(out []byte) bool {
	return bytes.Contains(out, []byte("context deadline exceeded")) && !bytes.Contains(out, []byte("Failing input"))
}

func goTest(ctx context.Context, dir string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", append([]string{"test"}, args...)...)
	cmd.Dir = dir
	return cmd.CombinedOutput()
}
