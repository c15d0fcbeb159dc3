// Command batch compares the time that `suncode batch` takes for a folder, a ZIP and a tar with that of writing the same
// number of files of the same sizes without making them. Both end when the disk has everything; they take turns. It
// prints a table, and with -doc keeps it in a page.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/suncode/suncode/bench/internal/report"
)

func main() {
	p := report.New("batch", "batch")
	codes := p.Flags.Int("codes", 100000, "how many codes a turn makes")
	rounds := p.Flags.Int("rounds", 3, "how many turns both take")
	where := p.Flags.String("dir", "", "folder to write below; the temporary one unless given")
	p.Main(func() (string, error) { return measure(*where, *codes, *rounds) })
}

// turn is what one side does once in an empty folder.
type turn func(dir string) error

// contest is one kind of output, made and merely written.
type contest struct {
	name        string
	make, write turn
}

func measure(where string, codes, rounds int) (string, error) {
	dir, err := os.MkdirTemp(where, "suncode-bench-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(dir) }() // a leftover in the temporary folder does no harm
	s, err := openShop(dir, codes)
	if err != nil {
		return "", err
	}
	defer s.close()
	var b strings.Builder
	fmt.Fprintf(&b, "%d codes a turn, 430 px JPEG, %d bytes each on average, %d processors.\n\n", codes, s.average(), runtime.GOMAXPROCS(0))
	b.WriteString(report.Head("output", "written only, files/s", "made and written, codes/s", "× written only", "processor, µs a file", "µs a code"))
	for _, c := range s.contests() {
		var made, written side
		for range rounds {
			if err := written.turn(dir, c.write); err != nil {
				return "", err
			}
			if err := made.turn(dir, c.make); err != nil {
				return "", err
			}
		}
		perSecond := func(s *side) float64 { return float64(codes) / report.Median(s.wall).Seconds() }
		micros := func(s *side) float64 { return float64(report.Median(s.processor).Microseconds()) / float64(codes) }
		fmt.Fprintf(&b, "| %s | %.0f | %.0f | %.2f | %.1f | %.1f |\n", c.name, perSecond(&written), perSecond(&made),
			perSecond(&made)/perSecond(&written), micros(&written), micros(&made))
	}
	return b.String(), nil
}

// side is what the turns of one side took.
type side struct{ wall, processor []time.Duration }

// turn notes how long a turn takes, until the disk has what it wrote.
func (s *side) turn(dir string, do turn) error {
	place, err := os.MkdirTemp(dir, "turn-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(place) }() // goes with the folder around it
	settle()
	runtime.GC()
	began, used := time.Now(), report.ProcessorTime()
	if err := do(place); err != nil {
		return err
	}
	settle()
	s.wall = append(s.wall, time.Since(began))
	s.processor = append(s.processor, report.ProcessorTime()-used)
	return nil
}
