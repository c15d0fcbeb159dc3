package order

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/suncode/suncode/internal/batch"
	"github.com/suncode/suncode/internal/issue"
)

// Limits are what orders may take. Zero is no limit but for Open.
type Limits struct {
	Upload int64         // bytes of a source
	Rows   int64         // of an order
	Space  int64         // bytes on the disk, of all orders together
	Open   int           // orders of an app that are not over; 0: this server takes none
	Keep   time.Duration // how long what was made can be fetched; at least a minute
}

// Reserve is how many bytes of the disk orders leave free: a full disk stops more than batches.
const Reserve = 256 << 20

// MaxKept is how many orders of an app are kept, those that are not over too.
const MaxKept = 1000

// Uploads that are received at once, of all apps and of one.
const (
	maxUploads    = 16
	maxAppUploads = 4
)

// Config is what a [Desk] works with.
type Config struct {
	Dir     string // the folder of the orders' folders; it is made
	Queue   Queue
	Issuer  *issue.Issuer
	Limits  Limits
	Workers int           // processors that one order may use; 0: all
	Every   time.Duration // between figures of an order at work; 0: a second

	// Free is how many bytes the disk has left. Orders leave [Reserve] of them to the registry and others. nil is not
	// known.
	Free func() (int64, error)
	// Made is told how many rows were made and how many were bad since it was last told. nil is nobody.
	Made func(good, bad int64)
	// Log may be nil.
	Log *slog.Logger
}

// Desk takes orders and carries them out.
type Desk struct {
	Config
	uploads Slots

	measuring sync.Mutex
	measured  time.Time // when the orders' files were last measured
	bytes     int64     // what they took then
}

var _ Worker = (*Desk)(nil)

// NewDesk makes a Desk and its folder.
func NewDesk(c Config) (*Desk, error) {
	if c.Made == nil {
		c.Made = func(int64, int64) {}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("order: %w", err)
	}
	return &Desk{Config: c, uploads: Slots{All: maxUploads, One: maxAppUploads}}, nil
}

// Admit tells whether the app may have one more order, before its source is read. Errors are [ErrClosed],
// [ErrTooMany] and [ErrKept].
func (d *Desk) Admit(ctx context.Context, app uint64) error {
	if d.Limits.Open <= 0 {
		return ErrClosed
	}
	open, kept, err := d.Queue.Held(ctx, app)
	switch {
	case err != nil:
		return err
	case open >= d.Limits.Open:
		return ErrTooMany
	case kept >= MaxKept:
		return ErrKept
	}
	return nil
}

// Place takes an order: it checks the settings, puts the source on the disk and the order into the queue. Folder, Size
// and Digest of the request are filled in. source is nil where the settings say the scenes. Errors are
// [*batch.SpecError] (several may be joined), those of [Desk.Admit], [ErrBusy], [ErrTooLarge], [ErrNoSpace], and what
// reading the source failed with. An order that was not taken leaves nothing behind.
func (d *Desk) Place(ctx context.Context, r Request, source io.Reader) (Order, error) {
	if err := d.Admit(ctx, r.App); err != nil {
		return Order{}, err
	}
	r.Spec.Bounds = batch.Bounds{Rows: d.Limits.Rows}
	if err := r.Spec.Validate(); err != nil {
		return Order{}, err
	}
	done, ok := d.uploads.Take(r.App)
	if !ok {
		return Order{}, ErrBusy
	}
	defer done()
	r.Folder = rand.Text()
	o, err := d.place(ctx, r, source)
	if err == nil {
		return o, nil
	}
	if late := os.RemoveAll(d.folder(&r)); late != nil {
		d.Log.Error("refused batch not removed", "folder", r.Folder, "error", late)
	}
	if errors.Is(err, syscall.ENOSPC) {
		err = ErrNoSpace
	}
	return Order{}, err
}

func (d *Desk) place(ctx context.Context, r Request, source io.Reader) (Order, error) {
	if d.full() {
		return Order{}, ErrNoSpace
	}
	if err := os.Mkdir(d.folder(&r), 0o700); err != nil {
		return Order{}, err
	}
	if source != nil {
		defer d.measureAnew()
		if err := d.receive(&r, source); err != nil {
			return Order{}, err
		}
	}
	return d.Queue.Add(ctx, r, d.Limits.Open)
}

// receive puts the source on the disk.
func (d *Desk) receive(r *Request, source io.Reader) error {
	f, err := os.OpenFile(d.file(r, sourceFile), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // synced by then, or of no use
	digest := sha256.New()
	if r.Size, err = d.spool(f, digest, source); err != nil {
		return err
	}
	r.Digest = hex.EncodeToString(digest.Sum(nil))
	return f.Sync()
}

// spoolStep is how many bytes of a source are written between looks at what is left of the space.
const spoolStep = 8 << 20

func (d *Desk) spool(f *os.File, digest hash.Hash, source io.Reader) (size int64, err error) {
	to := io.MultiWriter(f, digest)
	for {
		n, err := io.CopyN(to, source, spoolStep)
		size += n
		switch {
		case d.Limits.Upload > 0 && size > d.Limits.Upload:
			return size, ErrTooLarge
		case errors.Is(err, io.EOF):
			return size, nil
		case err != nil:
			return size, err
		case d.full():
			return size, ErrNoSpace
		}
	}
}

// Find is an app's order. It fails with [ErrUnknown].
func (d *Desk) Find(ctx context.Context, app uint64, id int64) (Order, error) {
	o, err := d.Queue.Find(ctx, id)
	if err == nil && o.App != app {
		return Order{}, ErrUnknown
	}
	return o, err
}

// List is up to n of an app's orders, the newest first, with IDs below before if that is not 0.
func (d *Desk) List(ctx context.Context, app uint64, before int64, n int) ([]Order, error) {
	return d.Queue.List(ctx, app, before, n)
}

// Cancel ends an app's order, if it is not over, and gives its disk space back. It fails with [ErrUnknown].
func (d *Desk) Cancel(ctx context.Context, app uint64, id int64) (Order, error) {
	if _, err := d.Find(ctx, app, id); err != nil {
		return Order{}, err
	}
	o, err := d.Queue.Cancel(ctx, id)
	if err == nil && o.State == Cancelled {
		d.clear(&o)
	}
	return o, err
}

// Remove forgets an app's order that is over, with all that it made. It fails with [ErrUnknown] and [ErrAtWork].
func (d *Desk) Remove(ctx context.Context, app uint64, id int64) error {
	o, err := d.Find(ctx, app, id)
	if err != nil {
		return err
	}
	if !o.State.Final() {
		return ErrAtWork
	}
	return d.remove(ctx, &o)
}

func (d *Desk) remove(ctx context.Context, o *Order) error {
	defer d.measureAnew()
	// The files first: an order without files can be removed again.
	if err := os.RemoveAll(d.folder(&o.Request)); err != nil {
		return fmt.Errorf("order: %w", err)
	}
	return d.Queue.Remove(ctx, o.ID)
}

// Result opens what an order made: the archive, as [ArchiveFile] names it, or one of [Reports]. It fails with [ErrAtWork]
// and [ErrUnmade]. The caller closes it.
func (d *Desk) Result(o *Order, name string) (io.ReadSeekCloser, error) {
	switch {
	case !o.State.Final():
		return nil, ErrAtWork
	case o.State != Done:
		return nil, ErrUnmade
	}
	f, err := os.Open(d.file(&o.Request, name))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, ErrUnmade
	case err != nil:
		return nil, fmt.Errorf("order: %w", err)
	}
	return f, nil
}

// Expires is when what an order made goes, zero before it is over.
func (d *Desk) Expires(o *Order) time.Time {
	if o.Ended.IsZero() {
		return o.Ended
	}
	return o.Ended.Add(d.Limits.Keep)
}

// Names of files in an order's folder.
const (
	sourceFile  = "source"
	stateFolder = "state"
	madeFile    = "made" // empty; everything else is there and whole
)

// ArchiveFile is the name of an order's archive.
func ArchiveFile(o *Order) string { return "files." + string(o.Archive) }

func (d *Desk) folder(r *Request) string { return filepath.Join(d.Dir, r.Folder) }

func (d *Desk) file(r *Request, name string) string { return filepath.Join(d.Dir, r.Folder, name) }

// full tells whether orders may take no more of the disk.
func (d *Desk) full() bool {
	if d.Free != nil {
		if free, err := d.Free(); err == nil && free < Reserve {
			return true
		}
	}
	return d.Limits.Space > 0 && d.used() >= d.Limits.Space
}

// measureEvery is how old the sum of all orders' files may be.
const measureEvery = 2 * time.Second

// used is how many bytes the orders take on the disk, or took a moment ago.
func (d *Desk) used() int64 {
	d.measuring.Lock()
	defer d.measuring.Unlock()
	if time.Since(d.measured) < min(measureEvery, cmp.Or(d.Every, measureEvery)) {
		return d.bytes
	}
	d.bytes = 0
	_ = filepath.WalkDir(d.Dir, func(_ string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() { // what goes away meanwhile takes nothing
			if info, err := entry.Info(); err == nil {
				d.bytes += info.Size()
			}
		}
		return nil
	})
	d.measured = time.Now()
	return d.bytes
}

// measureAnew has the next look at what is used be a fresh one.
func (d *Desk) measureAnew() {
	d.measuring.Lock()
	defer d.measuring.Unlock()
	d.measured = time.Time{}
}

// clear removes the files of an order that made nothing.
func (d *Desk) clear(o *Order) {
	defer d.measureAnew()
	if err := os.RemoveAll(d.folder(&o.Request)); err != nil {
		d.Log.Error("files of a batch not removed", "batch", o.ID, "error", err)
	}
}
