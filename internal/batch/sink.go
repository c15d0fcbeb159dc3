package batch

import (
	"context"

	"github.com/suncode/suncode/internal/sheet"
)

// File is one file of a batch.
type File struct {
	Name string // with slashes; safe on every system
	Type string // media type
	Data []byte // must not be kept after Put
}

// Mark is how far a sink had come at a checkpoint, in bytes of what it appends
// to. A sink that only adds files has nothing there.
type Mark struct {
	Written   int64 `json:"written,omitempty"`
	Directory int64 `json:"directory,omitempty"`

	Sheet *sheet.State `json:"sheet,omitempty"` // of [Sheets]
}

// Sink takes the files of a batch.
type Sink interface {
	// Begin makes the sink ready, with the state folder for what it has to
	// remember. With a Mark of an earlier run it goes back to that: what was
	// appended after it is cut off. At a fresh start at is nil, and a
	// destination that holds something already is [ErrNotEmpty].
	Begin(ctx context.Context, state string, at *Mark) error
	// Parallel is how many goroutines may call Put: 1 if the files must come
	// one after the other, in the order of their rows, 0 for one a processor.
	Parallel() int
	// Put stores a file. A [*RowError] makes its row a bad one; any other
	// error ends the run. Putting the same name again replaces the file where
	// Parallel is not 1.
	Put(ctx context.Context, f File) error
	// Mark is how far the sink has come.
	Mark() Mark
	// Sync makes all that was Put before durable. Put may run meanwhile.
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
