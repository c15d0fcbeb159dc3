package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/suncode/suncode/internal/batch"
)

// shownBad is how many bad rows are printed; the reports have all of them.
const shownBad = 10

// batchShow tells people, or with --json machines, how a batch goes.
type batchShow struct {
	out, log io.Writer // standard output and error
	events   io.Writer // JSON, or nil
	quiet    bool
	dryRun   bool
	all      bool // bad rows: no report has them
	terminal bool // one line is written again and again
	every    time.Duration
	target   string
	open     bool // the line at work is not ended
	bads     int
	failed   error // the first of standard output
}

func (o *batchOptions) newShow(cmd *cobra.Command) *batchShow {
	s := &batchShow{
		out: cmd.OutOrStdout(), log: cmd.ErrOrStderr(), quiet: o.quiet, dryRun: o.dryRun, all: o.vector.paper != "", target: o.out, every: 5 * time.Second,
	}
	if o.asJSON {
		s.events, s.every = s.out, time.Second
		if o.out == "-" {
			s.events = s.log
		}
	} else if f, ok := s.log.(*os.File); ok {
		info, err := f.Stat()
		s.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	if s.terminal {
		s.every = 200 * time.Millisecond
	}
	return s
}

// event writes an object with its kind in it.
func (s *batchShow) event(kind string, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // plain data always encodes
	}
	s.print(s.events, fmt.Sprintf("{\"event\":%q,%s", kind, data[1:]))
}

// print writes a line that somebody waits for.
func (s *batchShow) print(w io.Writer, line any) {
	if _, err := fmt.Fprintln(w, line); s.failed == nil {
		s.failed = err
	}
}

func (s *batchShow) progress(p batch.Progress) {
	switch {
	case s.events != nil:
		s.event("progress", p)
	case s.quiet || s.terminal && p.Elapsed < time.Second:
	case s.terminal:
		fmt.Fprintf(s.log, "\r\x1b[K%s", progressLine(&p))
		s.open = true
	default:
		fmt.Fprintln(s.log, progressLine(&p))
	}
}

// progressLine is how far a batch has come, in a few words.
func progressLine(p *batch.Progress) string {
	line := fmt.Sprintf("codes: %d", p.Good)
	if p.Fraction > 0 {
		line += fmt.Sprintf(", %.1f %%", 100*p.Fraction)
	}
	line += fmt.Sprintf(", %s, %.0f/s", byteSize(p.Bytes), p.Rate)
	if p.Bad > 0 {
		line += fmt.Sprintf(", bad rows: %d", p.Bad)
	}
	if p.Remaining > 0 {
		line += fmt.Sprintf(", %s left", p.Remaining.Round(time.Second))
	}
	return line
}

// byteSize is a size for people.
func byteSize(n int64) string {
	if n < 1e6 {
		return fmt.Sprintf("%.0f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}

func (s *batchShow) bad(e *batch.RowError) {
	s.bads++
	switch {
	case s.events != nil:
		s.event("bad", e)
	case s.dryRun:
		s.print(s.out, e)
	case s.quiet || s.bads > shownBad && !s.all:
	default:
		s.endLine()
		fmt.Fprintf(s.log, "suncode: %v\n", e)
		if s.bads == shownBad && !s.all {
			fmt.Fprintln(s.log, "suncode: further bad rows are in bad.csv and bad.jsonl")
		}
	}
}

func (s *batchShow) endLine() {
	if s.open {
		fmt.Fprintln(s.log)
		s.open = false
	}
}

// end tells what became of the batch. Its error is that of what was printed.
func (s *batchShow) end(r *batch.Report) error {
	s.endLine()
	switch {
	case s.events != nil:
		s.event("end", r)
	case !s.quiet && (r.Rows > 0 || r.Done):
		fmt.Fprintln(s.log, s.summary(r))
	}
	return s.failed
}

// summary is the batch in one line.
func (s *batchShow) summary(r *batch.Report) string {
	verb, some := "made", ""
	if s.dryRun {
		verb = "would make"
	}
	if !r.Done {
		some = "the first "
	}
	line := fmt.Sprintf("%s codes: %d of %s%d rows", verb, r.Good, some, r.Rows)
	if !s.dryRun {
		line += fmt.Sprintf(" in %s: %s, %s", s.target, byteSize(r.Bytes), r.Elapsed.Round(time.Millisecond))
	}
	if r.Bad > 0 {
		line += fmt.Sprintf("; bad rows: %d", r.Bad)
	}
	if r.Warned > 0 {
		line += fmt.Sprintf("; codes with a warning: %d", r.Warned)
	}
	if r.Resumed > 0 {
		line += fmt.Sprintf("; done before: %d", r.Resumed)
	}
	return line
}
