package order

import (
	"context"
	"errors"
	"time"

	"github.com/suncode/suncode/internal/batch"
)

// State is how far an order is.
type State string

// The states. The last three are final.
const (
	Queued     State = "queued"
	Running    State = "running"
	Cancelling State = "cancelling" // asked to stop, still at work
	Done       State = "done"
	Failed     State = "failed"
	Cancelled  State = "cancelled"
)

// Final tells whether nothing more happens in the state.
func (s State) Final() bool { return s == Done || s == Failed || s == Cancelled }

// Request is what an app asks for. It never changes.
type Request struct {
	App     uint64            `json:"app"` // the app's number
	Title   string            `json:"title"`
	Archive batch.ArchiveKind `json:"archive"`
	Spec    batch.Spec        `json:"spec"`

	Folder string `json:"folder"` // within the shelf; where source and results lie
	Size   int64  `json:"size"`   // of the source, bytes; 0 when the settings alone say the scenes
	Digest string `json:"digest"` // of the source, SHA-256 in hexadecimal
}

// Figures are how far the work has come.
type Figures struct {
	Rows      int64         `json:"rows"` // read, good and bad
	Good      int64         `json:"good"`
	Bad       int64         `json:"bad"`
	Bytes     int64         `json:"bytes"`    // of the files, before they are put into the archive
	Total     int64         `json:"total"`    // rows; 0 where it is not known
	Fraction  float64       `json:"fraction"` // 0 to 1
	Rate      float64       `json:"rate"`     // rows a second
	Remaining time.Duration `json:"remaining"`
}

// Error is why an order failed, for the app.
type Error struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Error is the message.
func (e *Error) Error() string { return e.Message }

// The codes of an [Error].
const (
	BadSettings = "bad_setting" // the batch cannot be made as it was asked for
	BadSource   = "bad_source"  // the upload as a whole cannot be read
	TooMuch     = "too_large"   // more rows than an order may have
	NoSpace     = "no_space"    // the disk or the share of it that is for batches is full
	GaveUp      = "internal"    // the server's fault; its log says more
)

// Order is a request with what became of it. Times are zero until they come.
type Order struct {
	ID int64
	Request
	State   State
	Figures Figures
	Fault   *Error // of [Failed], nil otherwise
	Created time.Time
	Started time.Time // the last time that work on it began
	Ended   time.Time
}

// Errors of the [Desk] and the [Queue].
var (
	// ErrUnknown: there is no such order, or it is another app's.
	ErrUnknown = errors.New("no such batch")
	// ErrAtWork: the order is not over yet.
	ErrAtWork = errors.New("the batch is not over yet")
	// ErrUnmade: the order is over and has nothing to hand out.
	ErrUnmade = errors.New("the batch made nothing to download")
	// ErrTooMany: the app has as many unfinished orders as it may have.
	ErrTooMany = errors.New("too many batches are waiting")
	// ErrKept: the app has as many orders as are kept of one.
	ErrKept = errors.New("too many batches are kept: remove some")
	// ErrClosed: this server takes no orders.
	ErrClosed = errors.New("this server makes no batches")
	// ErrBusy: too many uploads at once.
	ErrBusy = errors.New("too many uploads at once")
	// ErrCancelled: the app wants the order no more.
	ErrCancelled = errors.New("cancelled")
	// ErrNoSpace: the disk, or the share of it that is for batches, is full.
	ErrNoSpace = errors.New("there is no space left for batches")
	// ErrTooLarge: the source is longer than it may be.
	ErrTooLarge = errors.New("the upload is too large")
)

// Queue keeps orders and has them worked on. What a method did is on the disk when it returns.
type Queue interface {
	// Add takes an order. It fails with [ErrTooMany] when the app has most unfinished ones.
	Add(ctx context.Context, r Request, most int) (Order, error)
	// Held is how many orders of an app are not over, and how many there are in all.
	Held(ctx context.Context, app uint64) (open, all int, err error)
	// Find fails with [ErrUnknown].
	Find(ctx context.Context, id int64) (Order, error)
	// List is up to n of an app's orders, the newest first, with IDs below before.
	List(ctx context.Context, app uint64, before int64, n int) ([]Order, error)
	// All is up to n orders of all apps, the oldest first, with IDs above after.
	All(ctx context.Context, after int64, n int) ([]Order, error)
	// Cancel ends an order. One at work is [Cancelling] until its worker has noticed.
	Cancel(ctx context.Context, id int64) (Order, error)
	// Remove forgets an order. It fails with [ErrAtWork] when it is at work.
	Remove(ctx context.Context, id int64) error
	// Count is how many orders wait and how many are worked on.
	Count(ctx context.Context) (queued, running int, err error)
}

// Worker carries out what is in a [Queue]. The [Desk] is one.
type Worker interface {
	// Work carries out an order from where it stands. It tells keep about once a second how far it is, and ends when
	// ctx does, with ctx's error; the cause is [ErrCancelled] where that is why. A [*Error] ends the order; after
	// another error it is tried again.
	Work(ctx context.Context, o Order, keep func(Figures)) (Figures, error)
	// Sweep removes what has been kept long enough.
	Sweep(ctx context.Context) error
}
