package report

import (
	"slices"
	"syscall"
	"time"
)

// ProcessorTime is what the process has taken of the processors so far.
func ProcessorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // of a pointer that is good and a word that it knows
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// Each is the mean time of the processor that a call takes, calling it for as long as least.
func Each(least time.Duration, call func()) time.Duration {
	began := ProcessorTime()
	for calls := time.Duration(1); ; calls++ {
		call()
		if took := ProcessorTime() - began; took >= least {
			return took / calls
		}
	}
}

// Median is the middle one of some times, of which there is at least one. It sorts them.
func Median(times []time.Duration) time.Duration {
	slices.Sort(times)
	return times[len(times)/2]
}
