package main

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// buckets are the upper bounds of the duration histogram, in seconds.
var buckets = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, 1, 5}

// metrics holds the server's counters.
type metrics struct {
	registry *prometheus.Registry
	calls    *prometheus.CounterVec
	bytes    *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	rows     *prometheus.CounterVec
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		calls: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "suncode_calls_total",
			Help: "Calls answered, by path and errcode; 0 and ok are calls that worked.",
		}, []string{"path", "code"}),
		bytes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "suncode_answer_bytes_total",
			Help: "Bytes of the answers, by path.",
		}, []string{"path"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "suncode_call_seconds",
			Help:    "Time that calls took, by path.",
			Buckets: buckets,
		}, []string{"path"}),
		rows: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "suncode_batch_rows_total",
			Help: "Rows of batches that were dealt with, by whether a code came of them.",
		}, []string{"result"}),
	}
	b := buildInfo()
	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Name:        "suncode_build_info",
		Help:        "What runs here; the value is always 1.",
		ConstLabels: prometheus.Labels{"version": b.Version, "revision": b.Revision, "go": b.Go},
	})
	info.Set(1)
	m.registry.MustRegister(m.calls, m.bytes, m.seconds, m.rows, info,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// observe adds one answered call. The APIs name paths and codes from sets of
// their own, so that strangers cannot invent labels.
func (m *metrics) observe(path, code string, took time.Duration, bytes int) {
	m.calls.WithLabelValues(path, code).Inc()
	m.bytes.WithLabelValues(path).Add(float64(bytes))
	m.seconds.WithLabelValues(path).Observe(took.Seconds())
}

// made adds rows of a batch.
func (m *metrics) made(good, bad int64) {
	m.rows.WithLabelValues("good").Add(float64(max(good, 0)))
	m.rows.WithLabelValues("bad").Add(float64(max(bad, 0)))
}

// ServeHTTP answers a scrape.
func (m *metrics) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}).ServeHTTP(w, r)
}
