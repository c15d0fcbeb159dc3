package main

import (
	"bufio"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// buckets are the upper bounds of the duration histogram.
var buckets = [...]time.Duration{
	500 * time.Microsecond, time.Millisecond, 2500 * time.Microsecond, 5 * time.Millisecond, 10 * time.Millisecond,
	25 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond, 250 * time.Millisecond, time.Second, 5 * time.Second,
}

// metrics holds the server's counters and writes them in the Prometheus text
// format, version 0.0.4.
type metrics struct {
	start time.Time
	calls sync.Map // path → *calls
}

// calls is what is counted per path.
type calls struct {
	codes   sync.Map // errcode or error name → *atomic.Uint64
	buckets [len(buckets) + 1]atomic.Uint64
	nanos   atomic.Int64
	bytes   atomic.Int64
}

func newMetrics() *metrics { return &metrics{start: time.Now()} }

// observe adds one answered call. The APIs name paths and codes from sets of
// their own, so that strangers cannot invent labels.
func (m *metrics) observe(path, code string, took time.Duration, bytes int) {
	c := at[calls](&m.calls, path)
	at[atomic.Uint64](&c.codes, code).Add(1)
	c.nanos.Add(int64(took))
	c.bytes.Add(int64(bytes))
	i := 0
	for i < len(buckets) && took > buckets[i] {
		i++
	}
	c.buckets[i].Add(1)
}

// at returns the value of a key, made on first use.
func at[V any](m *sync.Map, key string) *V {
	v, ok := m.Load(key)
	if !ok {
		v, _ = m.LoadOrStore(key, new(V))
	}
	return v.(*V)
}

// sorted returns the keys of m in order.
func sorted(m *sync.Map) []string {
	var keys []string
	m.Range(func(key, _ any) bool {
		keys = append(keys, key.(string))
		return true
	})
	slices.Sort(keys)
	return keys
}

// ServeHTTP answers a scrape.
func (m *metrics) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	out := bufio.NewWriter(w)
	defer func() { _ = out.Flush() }() // fails when the scraper has gone

	b := buildInfo()
	head(out, "suncode_build_info", "gauge", "What runs here; the value is always 1.")
	fmt.Fprintf(out, "suncode_build_info{version=%q,revision=%q,go=%q} 1\n", b.Version, b.Revision, b.Go)
	paths := sorted(&m.calls)
	head(out, "suncode_calls_total", "counter", "Calls answered, by path and errcode; 0 and ok are calls that worked.")
	for _, path := range paths {
		c := at[calls](&m.calls, path)
		for _, code := range sorted(&c.codes) {
			fmt.Fprintf(out, "suncode_calls_total{path=%q,code=%q} %d\n", path, code, at[atomic.Uint64](&c.codes, code).Load())
		}
	}
	head(out, "suncode_answer_bytes_total", "counter", "Bytes of the answers, by path.")
	for _, path := range paths {
		fmt.Fprintf(out, "suncode_answer_bytes_total{path=%q} %d\n", path, at[calls](&m.calls, path).bytes.Load())
	}
	head(out, "suncode_call_seconds", "histogram", "Time that calls took, by path.")
	for _, path := range paths {
		at[calls](&m.calls, path).writeTimes(out, path)
	}

	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	head(out, "go_goroutines", "gauge", "Goroutines that exist now.")
	fmt.Fprintf(out, "go_goroutines %d\n", runtime.NumGoroutine())
	head(out, "go_memstats_heap_alloc_bytes", "gauge", "Heap in use, in bytes.")
	fmt.Fprintf(out, "go_memstats_heap_alloc_bytes %d\n", mem.HeapAlloc)
	head(out, "process_start_time_seconds", "gauge", "Start of the process, in Unix seconds.")
	fmt.Fprintf(out, "process_start_time_seconds %.3f\n", float64(m.start.UnixMilli())/1e3)
}

func head(out *bufio.Writer, name, kind, help string) {
	fmt.Fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

func (c *calls) writeTimes(out *bufio.Writer, path string) {
	sum := uint64(0)
	for i := range c.buckets {
		sum += c.buckets[i].Load()
		bound := "+Inf"
		if i < len(buckets) {
			bound = strconv.FormatFloat(buckets[i].Seconds(), 'g', -1, 64)
		}
		fmt.Fprintf(out, "suncode_call_seconds_bucket{path=%q,le=%q} %d\n", path, bound, sum)
	}
	fmt.Fprintf(out, "suncode_call_seconds_sum{path=%q} %g\n", path, time.Duration(c.nanos.Load()).Seconds())
	fmt.Fprintf(out, "suncode_call_seconds_count{path=%q} %d\n", path, sum)
}
