package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/pflag"

	"github.com/suncode/suncode/internal/issue"
	"github.com/suncode/suncode/internal/order"
	"github.com/suncode/suncode/internal/queue"
	"github.com/suncode/suncode/internal/sqlite"
)

const (
	// ordersFolder is where batches lie in the data folder.
	ordersFolder = "batches"
	// ordersAtOnce is how many batches are made at a time: a small one need not wait for a large one. Each has its share
	// of the processors.
	ordersAtOnce = 2

	maxOpenOrders = 1000
	maxOrderMiB   = 1 << 30
)

// orderOptions are the flags about batches.
type orderOptions struct {
	upload, rows, space, open int
	keep                      age
}

// plainOrders is what a server does with batches without being asked for anything.
func plainOrders() orderOptions {
	return orderOptions{upload: 256, rows: 1_000_000, space: 50 << 10, open: 10, keep: age(7 * day)}
}

func (o *orderOptions) define(flags *pflag.FlagSet) {
	flags.IntVar(&o.open, "batch-queue", o.open, "let an app have `N` batches that are not over, 0 for no batches at all")
	flags.IntVar(&o.rows, "batch-rows", o.rows, "let a batch have `N` rows, 0 for no limit")
	flags.IntVar(&o.upload, "batch-upload", o.upload, "let the upload of a batch have `MIB`, 0 for no limit")
	flags.IntVar(&o.space, "batch-space", o.space, "let all batches together take `MIB` of the disk, 0 for no limit")
	flags.Var(&o.keep, "batch-keep", "keep a batch for `TIME` after it is over, as in 7d or 12h")
	bindEnv(flags, "batch-queue", "batch-rows", "batch-upload", "batch-space", "batch-keep")
}

// check reports values that make no sense.
func (o *orderOptions) check() error {
	for _, limit := range []struct {
		flag    string
		n, most int
	}{
		{"--batch-queue", o.open, maxOpenOrders}, {"--batch-rows", o.rows, 1 << 40}, {"--batch-upload", o.upload, maxOrderMiB}, {"--batch-space", o.space, maxOrderMiB},
	} {
		if limit.n < 0 || limit.n > limit.most {
			return usageError("", "%s %d is not within 0 to %d", limit.flag, limit.n, limit.most)
		}
	}
	return nil
}

func (o *orderOptions) limits() order.Limits {
	return order.Limits{
		Upload: int64(o.upload) << 20, Rows: int64(o.rows), Space: int64(o.space) << 20, Open: o.open, Keep: time.Duration(o.keep),
	}
}

const day = 24 * time.Hour

// age is a flag for a long time: a [time.Duration], or days as in 7d.
type age time.Duration

// String returns the time as Set reads it.
func (a *age) String() string {
	d := time.Duration(*a)
	if d%day == 0 {
		return strconv.Itoa(int(d/day)) + "d"
	}
	text := d.String() // 90m0s, 12h0m0s
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, zero) {
			text = text[:len(text)-2]
		}
	}
	return text
}

// Type is what the help shows for the value.
func (a *age) Type() string { return "time" }

// maxAge bounds an age, about ten years.
const maxAge = 3650 * day

// Set reads a time of a minute to ten years.
func (a *age) Set(s string) error {
	var d time.Duration
	days, ok := strings.CutSuffix(s, "d")
	n, err := strconv.ParseUint(days, 10, 16)
	if ok && err == nil {
		d = time.Duration(n) * day
	} else {
		d, err = time.ParseDuration(s)
	}
	if err != nil || d < time.Minute || d > maxAge {
		return fmt.Errorf("%q is no time from 1m to 3650d", s)
	}
	*a = age(d)
	return nil
}

// orders makes batches: the desk that takes them and the queue that they wait in.
type orders struct {
	desk  *order.Desk
	queue *queue.Queue
	db    *sql.DB
	log   *slog.Logger

	stop    context.CancelFunc
	stopped sync.WaitGroup
}

// openOrders makes ready to take batches. They are worked on from [orders.start] to [orders.close].
func openOrders(ctx context.Context, store *sqlite.Store, issuer *issue.Issuer, o *serveOptions, m *metrics, log *slog.Logger) (*orders, error) {
	db, err := store.Jobs(ctx)
	if err != nil {
		return nil, err
	}
	b := &orders{db: db, log: log, stop: func() {}}
	if err := b.open(ctx, issuer, o, m); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return b, nil
}

func (b *orders) open(ctx context.Context, issuer *issue.Issuer, o *serveOptions, m *metrics) (err error) {
	dir := filepath.Join(o.data, ordersFolder)
	limits := o.orders.limits()
	b.queue, err = queue.Open(ctx, queue.Config{DB: b.db, Lock: filepath.Join(dir, "lock"), AtOnce: ordersAtOnce, Keep: limits.Keep, Log: b.log})
	if err != nil {
		return err
	}
	b.desk, err = order.NewDesk(order.Config{
		Dir: dir, Queue: b.queue, Issuer: issuer, Limits: limits, Workers: max(1, runtime.GOMAXPROCS(0)/ordersAtOnce),
		Free: func() (int64, error) { return freeBytes(dir) }, Made: m.made, Log: b.log,
	})
	if err != nil {
		return err
	}
	m.watchOrders(b.queue.Count)
	return nil
}

// workAgain is the pause before batches are worked on again after that failed.
const workAgain = 10 * time.Second

// start begins to work on what waits, until ctx ends or close is called.
func (b *orders) start(ctx context.Context) {
	ctx, b.stop = context.WithCancel(ctx)
	b.stopped.Go(func() {
		for ctx.Err() == nil {
			if err := b.queue.Work(ctx, &besides{Worker: b.desk}); err != nil {
				b.log.Error("batches are not worked on, trying again", "error", err)
			}
			select {
			case <-ctx.Done():
			case <-time.After(workAgain):
			}
		}
	})
}

// close ends the work, which goes on at the next start.
func (b *orders) close() {
	b.stop()
	b.stopped.Wait()
	if err := b.db.Close(); err != nil {
		b.log.Error("batches not closed", "error", err)
	}
}

// besides works on orders without keeping calls waiting. While the processors are busy with codes, Go's scheduler looks
// only now and then whether a call came in; with one more than there are for each order at work the system's own
// scheduler decides, and lets a call, which has slept, go first.
type besides struct {
	order.Worker
	mu sync.Mutex
}

// Work implements [order.Worker].
func (b *besides) Work(ctx context.Context, o order.Order, keep func(order.Figures)) (order.Figures, error) {
	b.add(1)
	defer b.add(-1)
	return b.Worker.Work(ctx, o, keep)
}

func (b *besides) add(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + n)
}

// countTTL bounds how long counting the batches for a scrape may take.
const countTTL = 2 * time.Second

// watchOrders lets a scrape ask how many batches wait and are worked on.
func (m *metrics) watchOrders(count func(context.Context) (queued, running int, err error)) {
	m.registry.MustRegister(orderCounts{count})
}

// orderCounts is the collector of watchOrders. A count that fails is left out.
type orderCounts struct {
	count func(context.Context) (queued, running int, err error)
}

var batchesDesc = prometheus.NewDesc("suncode_batches", "Batches that are not over, by state.", []string{"state"}, nil)

// Describe implements [prometheus.Collector].
func (orderCounts) Describe(to chan<- *prometheus.Desc) { to <- batchesDesc }

// Collect implements [prometheus.Collector].
func (c orderCounts) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), countTTL)
	defer cancel()
	queued, running, err := c.count(ctx)
	if err != nil {
		return
	}
	to <- prometheus.MustNewConstMetric(batchesDesc, prometheus.GaugeValue, float64(queued), string(order.Queued))
	to <- prometheus.MustNewConstMetric(batchesDesc, prometheus.GaugeValue, float64(running), string(order.Running))
}
