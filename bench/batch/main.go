// Command batch compares the time that `suncode batch` takes for a folder, a ZIP and a tar with that of writing the same
// number of files of the same sizes without making them. Both end when the disk has everything; they take turns. It
// prints a table, and with -doc keeps it in a page.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

func main() {
	if err := run(os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "batch:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	flags := flag.NewFlagSet("batch", flag.ContinueOnError)
	codes := flags.Int("codes", 20000, "how many codes a turn makes")
	rounds := flags.Int("rounds", 5, "how many turns both take")
	where := flags.String("dir", "", "folder to write below; the temporary one unless given")
	doc := flags.String("doc", "", "page whose table is to be replaced")
	if err := flags.Parse(args); err != nil {
		return err
	}
	text, err := measure(*where, *codes, *rounds)
	if err != nil {
		return err
	}
	fmt.Print(text)
	if *doc == "" {
		return nil
	}
	return replaceTable(*doc, text)
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
	b.WriteString("| output | written only, files/s | made and written, codes/s | × written only | processor, µs a file | µs a code |\n")
	b.WriteString("|---|--:|--:|--:|--:|--:|\n")
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
		perSecond := func(s *side) float64 { return float64(codes) / median(s.wall).Seconds() }
		micros := func(s *side) float64 { return float64(median(s.processor).Microseconds()) / float64(codes) }
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
	began, used := time.Now(), processorTime()
	if err := do(place); err != nil {
		return err
	}
	settle()
	s.wall = append(s.wall, time.Since(began))
	s.processor = append(s.processor, processorTime()-used)
	return nil
}

func median(times []time.Duration) time.Duration {
	slices.Sort(times)
	return times[len(times)/2]
}

// The table stands between these lines of the page.
const tableBegin, tableEnd = "<!-- table: make bench, batch -->\n", "<!-- end of table, batch -->\n"

func replaceTable(page, text string) error {
	data, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(data), tableBegin)
	_, after, okEnd := strings.Cut(rest, tableEnd)
	if !ok || !okEnd {
		return errors.New(page + " has no place for the table")
	}
	return os.WriteFile(page, []byte(before+tableBegin+text+tableEnd+after), 0o644)
}
