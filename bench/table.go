package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/suncode/suncode/bench/internal/report"
)

// table is what was measured as Markdown: a row a size.
func table(rows []row) string {
	var b strings.Builder
	version := zxingVersion()
	if version == "" {
		version = "not installed"
	}
	fmt.Fprintf(&b, "Milliseconds of CPU for a frame with a code / without. zxing-cpp: %s.\n\n", version)
	b.WriteString(report.Head("ground, frame", "zxing-cpp", "camera", "× zxing-cpp", "with : without", "still", "allocations", "keeps"))
	for _, r := range rows {
		fmt.Fprintf(&b, "| %s, %d×%d | %s | %s | %s | %.2f | %s | %.0f | %.1f MB |\n", r.ground.name, r.size.X, r.size.Y, r.zxing, r.quick,
			r.quick.over(r.zxing), ratio(r.quick.with, r.quick.without), r.still, r.allocations, float64(r.kept)/1e6)
	}
	return b.String()
}

func (p pair) String() string {
	if p == (pair{}) {
		return "–"
	}
	return fmt.Sprintf("%s / %s", milliseconds(p.with), milliseconds(p.without))
}

// over is how many times as long as another pair this one takes.
func (p pair) over(other pair) string {
	if other == (pair{}) {
		return "–"
	}
	return fmt.Sprintf("%.2f / %.2f", ratio(p.with, other.with), ratio(p.without, other.without))
}

func milliseconds(d time.Duration) string {
	ms := float64(d) / float64(time.Millisecond)
	if ms < 100 {
		return fmt.Sprintf("%.1f", ms)
	}
	return fmt.Sprintf("%.0f", ms)
}

func ratio(a, b time.Duration) float64 { return float64(a) / float64(b) }
