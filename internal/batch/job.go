package batch

import (
	"errors"
	"io"
	"time"

	"github.com/suncode/suncode/internal/issue"
)

// Start says what a run does about a state that is there.
type Start int

// How a run starts.
const (
	Fresh    Start = iota // an unfinished state is [ErrUnfinished]
	Resume                // no state is [ErrNothing]
	Continue              // resumes if there is something to resume
)

// Job is a batch to run.
type Job struct {
	Spec   Spec
	Issuer *issue.Issuer
	App    uint64 // the app's number

	// Source is read once, from its beginning, on a resumption too. It is nil
	// for Pattern and RandomIDs. SourceSize is its length in bytes where it is
	// known, for the remaining time; SourceDigest is anything that changes with
	// its content, where that is known beforehand.
	Source       io.Reader
	SourceSize   int64
	SourceDigest string

	Sink  Sink   // not used in a dry run, which has no names of files if it is [Sheets]
	State string // the state folder; it is made, and removed when all is done
	Start Start

	DryRun   bool // reads and checks everything, makes nothing
	FailFast bool // ends at the first bad row
	Workers  int  // 0: one a processor

	Progress func(Progress)  // called about Every, from one goroutine at a time; may be nil
	Every    time.Duration   // 0: a second
	BadRow   func(*RowError) // called for each bad row, in order; may be nil
}

// Progress is how far a run has come.
type Progress struct {
	Rows      int64         `json:"rows"`            // read and dealt with, those of the run that is resumed too
	Good      int64         `json:"good"`            // files made
	Bad       int64         `json:"bad"`             // bad rows
	Bytes     int64         `json:"bytes"`           // of the files
	Total     int64         `json:"total,omitempty"` // rows, where it is known
	Fraction  float64       `json:"fraction"`        // 0 to 1 of the source; 0 where it is not known
	Rate      float64       `json:"rate"`            // rows a second over the last seconds
	Elapsed   time.Duration `json:"elapsed_ns"`      // of this run
	Remaining time.Duration `json:"remaining_ns"`    // 0 where it is not known
}

// Report is what a run did.
type Report struct {
	Rows    int64         `json:"rows"`
	Good    int64         `json:"good"`
	Bad     int64         `json:"bad"`
	Warned  int64         `json:"warned,omitempty"` // good ones that will not scan well
	Bytes   int64         `json:"bytes"`
	Resumed int64         `json:"resumed,omitempty"` // rows that an earlier run had done
	Done    bool          `json:"done"`              // false: it can be resumed
	Elapsed time.Duration `json:"elapsed_ns"`
}

// Errors of [Run], beside those of the source and the sink.
var (
	// ErrUnfinished: the state folder has an unfinished run.
	ErrUnfinished = errors.New("an unfinished batch is there already")
	// ErrNothing: there is nothing to resume.
	ErrNothing = errors.New("nothing to resume")
	// ErrChanged: the source or the settings are not those of the run that is
	// to be resumed.
	ErrChanged = errors.New("source or settings have changed since the batch began")
	// ErrRunning: another process works on the same output.
	ErrRunning = errors.New("another process is making this batch")
	// ErrNotEmpty: the destination holds something already.
	ErrNotEmpty = errors.New("the destination is not empty")
	// ErrBadRow: a run that was to end at the first bad row has met it.
	ErrBadRow = errors.New("a row is bad")
	// ErrBounds: the job takes more than its Bounds allow.
	ErrBounds = errors.New("the batch is larger than is allowed")
)
