package main

import (
	"errors"
	"image"
	"runtime"
	"time"

	"github.com/suncode/suncode/bench/internal/report"
	"github.com/suncode/suncode/scan"
)

// row is what was measured at one size.
type row struct {
	ground ground
	size   image.Point
	// CPU time of a frame with a code and without: zxing-cpp, and ours as for cameras and as for stills.
	zxing, quick, still pair
	// allocations of a Scanner per frame with a code, and what it keeps, in bytes.
	allocations float64
	kept        uint64
}

type pair struct{ with, without time.Duration }

// measure takes the mean over several scenes of the median time of each reader.
func measure(g ground, size image.Point, scenes, rounds int) (row, error) {
	r := row{ground: g, size: size}
	for seed := range scenes {
		f, err := newFrames(g, size, uint64(seed))
		if err != nil {
			return r, err
		}
		if err := r.add(f, rounds, time.Duration(scenes)); err != nil {
			return r, err
		}
	}
	f, err := newFrames(g, size, 0)
	if err != nil {
		return r, err
	}
	r.allocations, r.kept = memory(f)
	return r, nil
}

// add measures one scene. The readers take turns, so that what else the machine does meets all of them.
func (r *row) add(f frames, rounds int, scenes time.Duration) error {
	var s scan.Scanner
	quick, still := scan.Options{Quick: true}, scan.Options{}
	readers := []struct {
		sum    *time.Duration
		wanted int
		read   func() int
	}{
		{&r.zxing.with, 1, func() int { n, _ := zxingRead(f.qr); return n }},
		{&r.zxing.without, 0, func() int { n, _ := zxingRead(f.empty); return n }},
		{&r.quick.with, 1, func() int { return len(s.Find(f.ours, quick)) }},
		{&r.quick.without, 0, func() int { return len(s.Find(f.empty, quick)) }},
		{&r.still.with, 1, func() int { return len(s.Find(f.ours, still)) }},
		{&r.still.without, 0, func() int { return len(s.Find(f.empty, still)) }},
	}
	if zxingVersion() == "" {
		readers = readers[2:]
	}
	if _, text := zxingRead(f.qr); text != "" && text != payload {
		return errors.New("zxing-cpp reads another text")
	}
	const slow = 200 * time.Millisecond // what takes longer is measured once
	times := make([][]time.Duration, len(readers))
	for range rounds + 1 {
		for i, reader := range readers {
			if len(times[i]) > 0 && times[i][0] > slow {
				continue
			}
			n := 0
			times[i] = append(times[i], report.Each(20*time.Millisecond, func() { n = reader.read() }))
			if n != reader.wanted {
				return errors.New("a reader finds another number of codes than there are")
			}
		}
	}
	for i, reader := range readers {
		if len(times[i]) > 1 {
			times[i] = times[i][1:] // the first one warmed up
		}
		*reader.sum += report.Median(times[i]) / scenes
	}
	return nil
}

// memory counts the allocations of a used Scanner per frame, and the bytes it keeps after frames with a code and without.
func memory(f frames) (allocations float64, kept uint64) {
	const calls = 10
	before := heap()
	s := new(scan.Scanner)
	quick := scan.Options{Quick: true}
	s.Find(f.ours, quick)
	s.Find(f.empty, quick)
	kept = heap().HeapAlloc - before.HeapAlloc
	start := heap()
	for range calls {
		s.Find(f.ours, quick)
	}
	end := heap()
	runtime.KeepAlive(s)
	runtime.KeepAlive(f) // a frame that is let go of would count against the scanner
	return float64(end.Mallocs-start.Mallocs) / calls, kept
}

func heap() runtime.MemStats {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m
}
