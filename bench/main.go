// Command bench compares the time that reading takes with that of zxing-cpp, the fastest open reader of QR codes: codes
// with the same bytes, in the same frames, in turns, on one thread. It prints a table, and with -doc keeps it in a page.
//
// zxing-cpp comes from Debian (libzxing-dev, with a C++ compiler and pkg-config) and is built in with -tags zxing, as
// `make bench` does where it finds it. Without, the table has our own times alone.
package main

import (
	"fmt"
	"os"
	"runtime"

	"github.com/suncode/suncode/bench/internal/report"
)

func main() {
	p := report.New("bench", "")
	rounds := p.Flags.Int("rounds", 7, "how many times each frame is read by each reader")
	scenes := p.Flags.Int("scenes", 3, "frames of each size")
	p.Rival = report.Rival{
		Name: "zxing-cpp", Version: zxingVersion(),
		Absent: "zxing-cpp is not installed, so there is nothing to compare with: apt-get install libzxing-dev g++ pkg-config",
	}
	p.Main(func() (string, error) { return frameTimes(*scenes, *rounds) })
}

// frameTimes is the table of all grounds and sizes.
func frameTimes(scenes, rounds int) (string, error) {
	runtime.GOMAXPROCS(1)
	var rows []row
	for _, g := range grounds {
		for _, size := range sizes {
			r, err := measure(g, size, scenes, rounds)
			if err != nil {
				return "", fmt.Errorf("%s, %dx%d: %w", g.name, size.X, size.Y, err)
			}
			rows = append(rows, r)
			fmt.Fprintf(os.Stderr, "%s, %dx%d: measured\n", g.name, size.X, size.Y)
		}
	}
	return table(rows), nil
}
