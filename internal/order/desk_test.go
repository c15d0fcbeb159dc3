package order_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/suncode/suncode/internal/batch"
	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/internal/order"
	"github.com/suncode/suncode/internal/sqlite"
	"github.com/suncode/suncode/ticket"
)

// shelf is a queue in memory, on which nobody works.
type shelf struct {
	mu     sync.Mutex
	orders []order.Order
}

func (s *shelf) Add(_ context.Context, r order.Request, _ int) (order.Order, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := order.Order{ID: int64(len(s.orders) + 1), Request: r, State: order.Queued, Created: time.Now()}
	s.orders = append(s.orders, o)
	return o, nil
}

func (s *shelf) Held(context.Context, uint64) (open, all int, err error) {
	return 0, len(s.orders), nil
}

func (s *shelf) Count(context.Context) (queued, running int, err error) { return len(s.orders), 0, nil }

func (s *shelf) Find(_ context.Context, id int64) (order.Order, error) {
	if id < 1 || id > int64(len(s.orders)) {
		return order.Order{}, order.ErrUnknown
	}
	return s.orders[id-1], nil
}

func (s *shelf) List(context.Context, uint64, int64, int) ([]order.Order, error) {
	return s.orders, nil
}

func (s *shelf) All(_ context.Context, after int64, _ int) ([]order.Order, error) {
	return s.orders[after:], nil
}

func (s *shelf) Cancel(ctx context.Context, id int64) (order.Order, error) {
	s.orders[id-1].State, s.orders[id-1].Ended = order.Cancelled, time.Now()
	return s.Find(ctx, id)
}
func (s *shelf) Remove(context.Context, int64) error { return nil }

// newDesk is a desk with one app, number 1, that counts the rows it is told of.
func newDesk(t *testing.T) (d *order.Desk, made *[2]int64) {
	t.Helper()
	data := t.TempDir()
	store, err := sqlite.Open(t.Context(), data)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	draft, _, err := issue.NewDraft("Tea House", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	app, err := store.AddApp(t.Context(), draft)
	if err != nil {
		t.Fatal(err)
	}
	pages := issue.Manifest{Pages: []string{"pages/index/index"}, Home: "pages/index/index"}
	if _, err := store.Publish(t.Context(), app.AppID, ticket.Release, pages); err != nil {
		t.Fatal(err)
	}
	made = new([2]int64)
	d, err = order.NewDesk(order.Config{
		Dir: filepath.Join(data, "batches"), Queue: &shelf{}, Issuer: issue.NewIssuer(store),
		Limits: order.Limits{Upload: 1 << 20, Open: 100, Keep: time.Hour}, Every: 5 * time.Millisecond,
		Made: func(good, bad int64) { made[0] += good; made[1] += bad },
	})
	if err != nil {
		t.Fatal(err)
	}
	return d, made
}

func request() order.Request {
	r := order.Request{App: 1, Title: "t", Archive: batch.ZIP, Spec: batch.NewSpec()}
	r.Spec.Form, r.Spec.Look.Width = batch.Lines, issue.MinWidth
	return r
}

func place(t *testing.T, d *order.Desk, source string) order.Order {
	t.Helper()
	o, err := d.Place(t.Context(), request(), strings.NewReader(source))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func scenes(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "n%d\n", i)
	}
	return b.String()
}

func ignore(order.Figures) {}

// TestWorkAgain does an order again that was done when its server was killed: it finds everything there.
func TestWorkAgain(t *testing.T) {
	t.Parallel()
	d, made := newDesk(t)
	o := place(t, d, "n1\nno way\nn2\n")
	want, err := d.Work(t.Context(), o, ignore)
	if err != nil {
		t.Fatal(err)
	}
	archive := filepath.Join(d.Dir, o.Folder, order.ArchiveFile(&o))
	before, err := os.Stat(archive)
	if err != nil {
		t.Fatal(err)
	}
	got, err := d.Work(t.Context(), o, ignore)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if after, err := os.Stat(archive); err != nil || !after.ModTime().Equal(before.ModTime()) {
		t.Errorf("the archive was made again, %v", err)
	}
	if *made != [2]int64{2, 1} {
		t.Errorf("told of %v rows", *made)
	}
}

// TestFailAgain fails an order again that failed when its server was killed, for the same reason, and keeps its source
// alone until it is swept away.
func TestFailAgain(t *testing.T) {
	t.Parallel()
	d, _ := newDesk(t)
	r := request()
	r.Spec.Form = batch.CSV
	o, err := d.Place(t.Context(), r, strings.NewReader("other\nn1\n"))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		_, err := d.Work(t.Context(), o, ignore)
		if fault, ok := errors.AsType[*order.Error](err); !ok || fault.Code != order.BadSource {
			t.Errorf("got %v", err)
		}
	}
	if left, err := os.ReadDir(filepath.Join(d.Dir, o.Folder)); err != nil || len(left) != 1 || left[0].Name() != "source" {
		t.Errorf("left: %v, %v", left, err)
	}
}

// TestResume goes on with an order at another desk, and tells of no row twice but those since the last checkpoint.
func TestResume(t *testing.T) {
	t.Parallel()
	d, made := newDesk(t)
	const rows = 3000
	o := place(t, d, scenes(rows))
	ctx, cancel := context.WithCancel(t.Context())
	_, err := d.Work(ctx, o, func(f order.Figures) {
		if f.Rows > 0 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	begun := made[0]
	got, err := d.Work(t.Context(), o, ignore)
	if err != nil || got.Good != rows || begun == 0 || begun >= rows || made[0] > rows {
		t.Errorf("%+v, %d rows were told of, %d the first time: %v", got, made[0], begun, err)
	}
}

// TestRestart begins an order anew whose state cannot be gone on with.
func TestRestart(t *testing.T) {
	t.Parallel()
	d, _ := newDesk(t)
	o := place(t, d, scenes(10))
	if err := os.WriteFile(filepath.Join(d.Dir, o.Folder, order.ArchiveFile(&o)), []byte("left"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Work(t.Context(), o, ignore); !errors.Is(err, batch.ErrNotEmpty) {
		t.Fatalf("got %v", err)
	}
	if got, err := d.Work(t.Context(), o, ignore); err != nil || got.Good != 10 {
		t.Errorf("%+v, %v", got, err)
	}
}

// slow is a source that waits until it is released.
type slow struct {
	began chan<- struct{}
	until <-chan struct{}
}

func (s *slow) Read([]byte) (int, error) {
	s.began <- struct{}{}
	<-s.until
	return 0, io.EOF
}

// TestBusy refuses a fifth upload of an app, and not one of another app.
func TestBusy(t *testing.T) {
	t.Parallel()
	d, _ := newDesk(t)
	began, until := make(chan struct{}, 10), make(chan struct{})
	var uploads sync.WaitGroup
	for range 4 {
		uploads.Go(func() {
			if _, err := d.Place(t.Context(), request(), &slow{began, until}); err != nil {
				t.Error(err)
			}
		})
		<-began
	}
	if _, err := d.Place(t.Context(), request(), strings.NewReader("n1")); !errors.Is(err, order.ErrBusy) {
		t.Errorf("got %v", err)
	}
	other := request()
	other.App = 2
	if _, err := d.Place(t.Context(), other, strings.NewReader("n1")); err != nil {
		t.Error(err)
	}
	close(until)
	uploads.Wait()
	place(t, d, "n1")
}

// full is a source whose bytes find no place.
type full struct{}

func (full) Read([]byte) (int, error) {
	return 0, &os.PathError{Op: "write", Path: "source", Err: syscall.ENOSPC}
}

// TestDiskFull leaves nothing of an upload that the disk did not take.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	d, _ := newDesk(t)
	if _, err := d.Place(t.Context(), request(), full{}); !errors.Is(err, order.ErrNoSpace) {
		t.Errorf("got %v", err)
	}
	if left, err := os.ReadDir(d.Dir); err != nil || len(left) != 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

// TestSweepUnmade removes the files of an order that was cancelled, and keeps the order.
func TestSweepUnmade(t *testing.T) {
	t.Parallel()
	d, _ := newDesk(t)
	o := place(t, d, "n1")
	if _, err := d.Queue.Cancel(t.Context(), o.ID); err != nil {
		t.Fatal(err)
	}
	if err := d.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(d.Dir); err != nil || len(left) != 0 {
		t.Errorf("left: %v, %v", left, err)
	}
	if _, err := d.Find(t.Context(), 1, o.ID); err != nil {
		t.Error(err)
	}
}
