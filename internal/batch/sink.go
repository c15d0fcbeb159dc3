package batch

import (
	"context"
)

// File is one file of a batch.
type File struct {
	Name  string // with slashes; safe on every system
	Type  string // media type
	Data  []byte // must not be kept after Put
	Extra bool   // the manifest or the report of bad rows
}

// Mark is how far a sink had come at a checkpoint: the lengths of what it
// appends to, by name. A sink that only adds files has none.
type Mark map[string]int64

// Sink takes the files of a batch.
type Sink interface {
	// Begin makes the sink ready. With a Mark of an earlier run it goes back to
	// that: what was appended after it is cut off. At a fresh start at is nil,
	// and a destination that holds something already is an error.
	Begin(ctx context.Context, at Mark) error
	// Ordered tells whether Put wants the files one after the other, in the
	// order of their rows. Otherwise Put is called by several goroutines.
	Ordered() bool
	// Put stores a file. A [*RowError] makes its row a bad one; any other
	// error ends the run. Putting the same name again replaces the file.
	Put(ctx context.Context, f File) error
	// Mark is how far the sink has come. No Put runs meanwhile if it is
	// Ordered.
	Mark() (Mark, error)
	// Sync makes everything before the last Mark durable. Put may run
	// meanwhile.
	Sync(ctx context.Context) error
	// Finish adds the manifest and the reports and completes the destination.
	Finish(ctx context.Context, extras []Extra) error
	// Close gives everything back, whether finished or not.
	Close() error
}

// Extra is a finished file of the state folder that goes into the output.
type Extra struct {
	Name string
	Type string
	Size int64
	Path string // where it lies until Finish
}
