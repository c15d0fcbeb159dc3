package main

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/suncode/suncode/internal/testkit"
	"github.com/suncode/suncode/scan"
)

// grid is what to measure.
type grid struct {
	axes                     []testkit.Axis
	rays                     []int
	trials, clutter, workers int
}

// results is what was measured.
type results struct {
	Curves   []*curve
	Trials   int // pictures of each level
	Pictures int // with a code
	Wrong    int // reads of something that was not drawn
	Clutter  int // pictures without a code
}

// curve is an axis with what was read on it.
type curve struct {
	testkit.Axis
	Rays   []int
	trials int
	// read is how many pictures were read, for each entry of Rays and each level.
	read [][]int
}

// task is the pictures of one level of a curve.
type task struct {
	curve       *curve
	rays, level int // indices
}

// measure reads the whole grid and tells progress line by line.
func (g *grid) measure(progress io.Writer) (*results, error) {
	codes, err := g.draw()
	if err != nil {
		return nil, err
	}
	out := &results{Trials: g.trials}
	var tasks []task
	for _, axis := range g.axes {
		c := &curve{Axis: axis, Rays: g.rays, trials: g.trials}
		for i := range g.rays {
			c.read = append(c.read, make([]int, len(axis.Levels)))
			for level := range axis.Levels {
				tasks = append(tasks, task{c, i, level})
			}
		}
		out.Curves = append(out.Curves, c)
	}
	out.Pictures = len(tasks) * g.trials
	var mu sync.Mutex
	done := 0
	g.spread(len(tasks), func(s *scan.Scanner, i int) {
		t := tasks[i]
		axis, level := &t.curve.Axis, t.curve.Levels[t.level]
		read, wrong := readLevel(s, axis, level, codes[t.rays])
		mu.Lock()
		defer mu.Unlock()
		t.curve.read[t.rays][t.level] = read
		out.Wrong += wrong
		done++
		fmt.Fprintf(progress, "%4d/%d  %d rays, %s %v %s: %d of %d\n", done, len(tasks), g.rays[t.rays], axis.Name, level, axis.Unit, read, g.trials)
	})
	g.spread(g.clutter, func(s *scan.Scanner, i int) {
		wrong := len(s.Find(testkit.Clutter(640, 480, uint64(i)), scan.Options{}))
		mu.Lock()
		defer mu.Unlock()
		out.Wrong += wrong
		out.Clutter++
		fmt.Fprintf(progress, "%4d/%d  without a code: %d read\n", out.Clutter, g.clutter, wrong)
	})
	return out, nil
}

// draw makes the codes of every trial, for each ray count.
func (g *grid) draw() ([][]testkit.Code, error) {
	codes := make([][]testkit.Code, len(g.rays))
	for i, rays := range g.rays {
		for trial := range g.trials {
			c, err := testkit.NewCode(rays, uint64(trial))
			if err != nil {
				return nil, err
			}
			codes[i] = append(codes[i], c)
		}
	}
	return codes, nil
}

// spread does n tasks, each worker with a scanner of its own.
func (g *grid) spread(n int, do func(s *scan.Scanner, i int)) {
	next := make(chan int)
	var wait sync.WaitGroup
	for range max(1, g.workers) {
		wait.Go(func() {
			var s scan.Scanner
			for i := range next {
				do(&s, i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wait.Wait()
}

// readLevel counts the codes that are read at a level, and what is read that was not drawn.
func readLevel(s *scan.Scanner, axis *testkit.Axis, level float64, codes []testkit.Code) (read, wrong int) {
	for trial, code := range codes {
		right := false
		for _, got := range s.Find(axis.Picture(code.Picture, level, trial), scan.Options{}) {
			raw, ok := got.Ticket()
			if ok && bytes.Equal(raw, code.Ticket) {
				right = true
			} else {
				wrong++
			}
		}
		if right {
			read++
		}
	}
	return read, wrong
}

// percent is the share of a level's pictures that were read.
func (c *curve) percent(rays, level int) int { return 100 * c.read[rays][level] / c.trials }

// reached is how many of the levels, mildest first, are read in at least nine of ten pictures.
func (c *curve) reached(rays int) int {
	for level := range c.Levels {
		if c.percent(rays, level) < 90 {
			return level
		}
	}
	return len(c.Levels)
}

// whole reports whether the levels are no degrees of damage but all there is: rotation. All of them count.
func (c *curve) whole() bool { return c.Name == "rotation" }

// least is the smallest share read of any level.
func (c *curve) least(rays int) int {
	least := 100
	for level := range c.Levels {
		least = min(least, c.percent(rays, level))
	}
	return least
}

// meets reports whether nine of ten pictures are read up to a bar: at every angle all of them.
func (c *curve) meets(rays int, bar float64) bool {
	if c.whole() {
		return c.least(rays) == 100
	}
	return slices.Contains(c.Levels[:c.reached(rays)], bar)
}
