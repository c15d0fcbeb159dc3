package queue

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/suncode/suncode/internal/batch"
	"github.com/suncode/suncode/internal/order"
	"github.com/suncode/suncode/internal/sqlite"
)

// hand is a worker whose work is what a test says.
type hand struct {
	work  func(ctx context.Context, o order.Order, keep func(order.Figures)) (order.Figures, error)
	mu    sync.Mutex
	swept int
}

func (h *hand) Work(ctx context.Context, o order.Order, keep func(order.Figures)) (order.Figures, error) {
	return h.work(ctx, o, keep)
}

func (h *hand) Sweep(context.Context) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.swept++
	return nil
}

// open is a Queue of its own on the data folder dir, as a process has it.
func open(t *testing.T, dir string) *Queue {
	t.Helper()
	store, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Jobs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = errors.Join(db.Close(), store.Close()) })
	q, err := Open(t.Context(), Config{
		DB: db, Lock: filepath.Join(dir, "lock"), AtOnce: 2, Keep: time.Hour, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// start has q work with h until the test ends or stop is called.
func start(t *testing.T, q *Queue, h *hand) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- q.Work(ctx, h) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return stop
}

func add(t *testing.T, q *Queue, app uint64) order.Order {
	t.Helper()
	o, err := q.Add(t.Context(), order.Request{App: app, Title: "t", Archive: batch.ZIP, Spec: batch.NewSpec(), Folder: "f", Size: 5, Digest: "d"}, 100)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// await waits until an order is in a state.
func await(t *testing.T, q *Queue, id int64, want order.State) order.Order {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		o, err := q.Find(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if o.State == want {
			return o
		}
		if time.Now().After(end) {
			t.Fatalf("order %d is %s, want %s", id, o.State, want)
		}
	}
}

func TestWork(t *testing.T) {
	t.Parallel()
	q := open(t, t.TempDir())
	final := order.Figures{Rows: 3, Good: 2, Bad: 1, Bytes: 9, Total: 3, Fraction: 1}
	h := &hand{work: func(_ context.Context, o order.Order, keep func(order.Figures)) (order.Figures, error) {
		if o.App == 7 {
			return order.Figures{}, &order.Error{Code: order.BadSource, Message: "no"}
		}
		keep(order.Figures{Rows: 1, Good: 1, Fraction: .5, Rate: 2, Remaining: time.Second})
		return final, nil
	}}
	good, bad := add(t, q, 6), add(t, q, 7)
	if good.State != order.Queued || good.ID == bad.ID {
		t.Errorf("added %+v", good)
	}
	start(t, q, h)
	done := await(t, q, good.ID, order.Done)
	if diff := cmp.Diff(final, done.Figures); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(good.Request, done.Request); diff != "" || done.Started.IsZero() || done.Ended.Before(done.Started) {
		t.Errorf("%+v: %s", done, diff)
	}
	failed := await(t, q, bad.ID, order.Failed)
	if diff := cmp.Diff(&order.Error{Code: order.BadSource, Message: "no"}, failed.Fault); diff != "" {
		t.Error(diff)
	}
	if err := q.Remove(t.Context(), bad.ID); err != nil {
		t.Error(err)
	}
	if _, err := q.Find(t.Context(), bad.ID); !errors.Is(err, order.ErrUnknown) {
		t.Errorf("removed: %v", err)
	}
}

// TestStop puts an order back that is at work, and goes on with it from its figures.
func TestStop(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	q := open(t, dir)
	began := make(chan order.Figures, 10)
	h := &hand{work: func(ctx context.Context, o order.Order, keep func(order.Figures)) (order.Figures, error) {
		began <- o.Figures
		if o.Figures.Rows > 0 {
			return order.Figures{Rows: 8}, nil
		}
		keep(order.Figures{Rows: 4})
		<-ctx.Done()
		return order.Figures{}, ctx.Err()
	}}
	o := add(t, q, 1)
	stop := start(t, q, h)
	<-began
	await(t, q, o.ID, order.Running)
	stop()
	if got := await(t, q, o.ID, order.Queued); got.Figures.Rows != 4 {
		t.Errorf("figures %+v", got.Figures)
	}
	start(t, open(t, dir), h)
	if got := <-began; got.Rows != 4 {
		t.Errorf("goes on from %+v", got)
	}
	if got := await(t, q, o.ID, order.Done); got.Figures.Rows != 8 {
		t.Errorf("figures %+v", got.Figures)
	}
}

// TestRescue puts orders back at once whose process is gone, and ends those that were being cancelled.
func TestRescue(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	q := open(t, dir)
	left, cancelled := add(t, q, 1), add(t, q, 1)
	if _, err := q.DB.ExecContext(t.Context(), `update river_job set state = 'running', attempt = 1, attempted_at = datetime('now')`); err != nil {
		t.Fatal(err)
	}
	if o, err := q.Cancel(t.Context(), cancelled.ID); err != nil || o.State != order.Cancelling {
		t.Fatalf("%+v, %v", o, err)
	}
	if err := q.Remove(t.Context(), left.ID); !errors.Is(err, order.ErrAtWork) {
		t.Errorf("removing an order at work: %v", err)
	}
	start(t, q, &hand{work: func(context.Context, order.Order, func(order.Figures)) (order.Figures, error) {
		return order.Figures{Rows: 1}, nil
	}})
	await(t, q, left.ID, order.Done)
	await(t, q, cancelled.ID, order.Cancelled)
}

func TestCancel(t *testing.T) {
	t.Parallel()
	q := open(t, t.TempDir())
	began := make(chan struct{}, 1)
	h := &hand{work: func(ctx context.Context, _ order.Order, keep func(order.Figures)) (order.Figures, error) {
		began <- struct{}{}
		for ctx.Err() == nil {
			keep(order.Figures{Rows: 2})
			time.Sleep(10 * time.Millisecond)
		}
		if !errors.Is(context.Cause(ctx), order.ErrCancelled) {
			t.Errorf("cause %v", context.Cause(ctx))
		}
		return order.Figures{}, ctx.Err()
	}}
	waiting := add(t, q, 1)
	if o, err := q.Cancel(t.Context(), waiting.ID); err != nil || o.State != order.Cancelled {
		t.Errorf("%+v, %v", o, err)
	}
	o := add(t, q, 1)
	start(t, q, h)
	<-began
	if _, err := q.Cancel(t.Context(), o.ID); err != nil {
		t.Fatal(err)
	}
	if got := await(t, q, o.ID, order.Cancelled); got.Figures.Rows != 2 || got.Fault != nil {
		t.Errorf("%+v", got)
	}
	if _, err := q.Cancel(t.Context(), 12345); !errors.Is(err, order.ErrUnknown) {
		t.Errorf("cancelling nothing: %v", err)
	}
}

// TestFailures tries again what may pass, and gives up in the end.
func TestFailures(t *testing.T) {
	t.Parallel()
	q := open(t, t.TempDir())
	tried := make(chan struct{}, 10)
	o := add(t, q, 1)
	start(t, q, &hand{work: func(context.Context, order.Order, func(order.Figures)) (order.Figures, error) {
		tried <- struct{}{}
		return order.Figures{}, errors.New("out of order")
	}})
	<-tried
	await(t, q, o.ID, order.Queued)
	<-tried
}

// TestGiveUp ends an order that has failed often enough, and one that has taken its process down too often.
func TestGiveUp(t *testing.T) {
	t.Parallel()
	q := open(t, t.TempDir())
	failing, poison := add(t, q, 1), add(t, q, 1)
	const failed = `{"at":"2026-01-02T03:04:05Z","attempt":1,"error":"out of order","trace":""}`
	const ended = `{"at":"2026-01-02T03:04:05Z","attempt":1,"error":"` + interrupted + `","trace":""}`
	for id, change := range map[int64]string{
		failing.ID: `attempt = 7, errors = jsonb('[` + failed + `,` + ended + `,` + failed + `,` + ended + `,` + failed + `]')`,
		poison.ID:  `attempt = max_attempts, state = 'running', attempted_at = datetime('now')`,
	} {
		if _, err := q.DB.ExecContext(t.Context(), `update river_job set `+change+` where id = ?`, id); err != nil {
			t.Fatal(err)
		}
	}
	start(t, q, &hand{work: func(_ context.Context, _ order.Order, keep func(order.Figures)) (order.Figures, error) {
		keep(order.Figures{Rows: 3})
		return order.Figures{}, errors.New("out of order")
	}})
	for _, id := range []int64{failing.ID, poison.ID} {
		got := await(t, q, id, order.Failed)
		if got.Fault == nil || got.Fault.Code != order.GaveUp {
			t.Errorf("order %d: %+v", id, got.Fault)
		}
	}
	if got := await(t, q, failing.ID, order.Failed); got.Figures.Rows != 3 {
		t.Errorf("figures %+v", got.Figures)
	}
}

// TestLimit counts only an app's own orders that are not over.
func TestLimit(t *testing.T) {
	t.Parallel()
	q := open(t, t.TempDir())
	first := add(t, q, 1)
	add(t, q, 2)
	if _, err := q.Add(t.Context(), order.Request{App: 1}, 1); !errors.Is(err, order.ErrTooMany) {
		t.Errorf("second: %v", err)
	}
	if _, err := q.Cancel(t.Context(), first.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := q.Add(t.Context(), order.Request{App: 1}, 1); err != nil {
		t.Errorf("after the first is over: %v", err)
	}
	for app, want := range map[uint64][2]int{1: {1, 2}, 2: {1, 1}, 11: {0, 0}} {
		if open, all, err := q.Held(t.Context(), app); err != nil || [2]int{open, all} != want {
			t.Errorf("app %d holds %d, %d, %v", app, open, all, err)
		}
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	q := open(t, t.TempDir())
	var ids []int64
	for range 5 {
		ids = append(ids, add(t, q, 1).ID)
		add(t, q, 11)
	}
	first, err := q.List(t.Context(), 1, 0, 3)
	if err != nil {
		t.Fatal(err)
	}
	second, err := q.List(t.Context(), 1, first[2].ID, 3)
	if err != nil {
		t.Fatal(err)
	}
	var got []int64
	for _, o := range append(first, second...) {
		got = append([]int64{o.ID}, got...)
	}
	if diff := cmp.Diff(ids, got); diff != "" {
		t.Error(diff)
	}
	all, err := q.All(t.Context(), ids[0], 100)
	if err != nil || len(all) != 9 || all[0].App != 11 {
		t.Errorf("%d orders of all apps, %v", len(all), err)
	}
	if queued, running, err := q.Count(t.Context()); queued != 10 || running != 0 || err != nil {
		t.Errorf("%d wait, %d at work, %v", queued, running, err)
	}
}

// TestTwoProcesses has a second process stand by until the first one ends.
func TestTwoProcesses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, second := open(t, dir), open(t, dir)
	who := make(chan string, 10)
	worker := func(name string) *hand {
		return &hand{work: func(context.Context, order.Order, func(order.Figures)) (order.Figures, error) {
			who <- name
			return order.Figures{}, nil
		}}
	}
	stop := start(t, first, worker("first"))
	add(t, first, 1)
	if got := <-who; got != "first" {
		t.Fatal(got)
	}
	start(t, second, worker("second"))
	add(t, second, 1)
	if got := <-who; got != "first" {
		t.Errorf("%s works beside the first", got)
	}
	stop()
	add(t, first, 1)
	if got := <-who; got != "second" {
		t.Errorf("%s works after the first has ended", got)
	}
}

// TestSweep runs soon after the start.
func TestSweep(t *testing.T) {
	t.Parallel()
	q := open(t, t.TempDir())
	h := &hand{}
	start(t, q, h)
	for end := time.Now().Add(5 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		h.mu.Lock()
		swept := h.swept
		h.mu.Unlock()
		if swept > 0 {
			return
		}
		if time.Now().After(end) {
			t.Fatal("nothing was swept")
		}
	}
}
