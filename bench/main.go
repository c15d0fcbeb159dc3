// Command bench compares the time that reading takes with that of zxing-cpp, the fastest open reader of QR codes: codes
// with the same bytes, in the same frames, in turns, on one thread. It prints a table, and with -doc keeps it in a page.
//
// zxing-cpp comes from Debian (libzxing-dev, with a C++ compiler and pkg-config) and is built in with -tags zxing, as
// `make bench` does where it finds it. Without, the table has our own times alone.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime"
)

func main() {
	if err := run(os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	rounds := flags.Int("rounds", 7, "how many times each frame is read by each reader")
	scenes := flags.Int("scenes", 3, "frames of each size")
	doc := flags.String("doc", "", "page whose table is to be replaced, if there is zxing-cpp to compare with")
	if err := flags.Parse(args); err != nil {
		return err
	}
	runtime.GOMAXPROCS(1)
	if zxingVersion() == "" {
		fmt.Fprintln(os.Stderr, "zxing-cpp is not installed, so there is nothing to compare with: "+
			"apt-get install libzxing-dev g++ pkg-config")
	}
	var rows []row
	for _, g := range grounds {
		for _, size := range sizes {
			r, err := measure(g, size, *scenes, *rounds)
			if err != nil {
				return fmt.Errorf("%s, %dx%d: %w", g.name, size.X, size.Y, err)
			}
			rows = append(rows, r)
			fmt.Fprintf(os.Stderr, "%s, %dx%d: measured\n", g.name, size.X, size.Y)
		}
	}
	text := table(rows)
	fmt.Print(text)
	if *doc == "" || zxingVersion() == "" {
		return nil
	}
	return replaceTable(*doc, text)
}
