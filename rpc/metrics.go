package rpc

import (
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// unknownMethod stands for all methods that are not served, so that a client cannot
// make up labels.
const unknownMethod = "unknown"

// Reasons for which something is turned away before a handler sees it.
const (
	refusedHost     = "host"
	refusedOrigin   = "origin"
	refusedToken    = "token"
	refusedBody     = "body_size"
	refusedBatch    = "batch_size"
	refusedResponse = "response_size"
	refusedTimeout  = "timeout"
	refusedSlow     = "slow_reader"
	refusedConn     = "connections"
	refusedRequests = "requests"
	refusedMemory   = "memory"
	refusedEncoding = "encoding"
	refusedQueue    = "heavy_queue"
	refusedWait     = "heavy_wait"
)

// refusedByHandlers are the reasons of errors that are recognized by the flag that they
// name: handlers make them.
func refusedByHandlers() map[string]string {
	return map[string]string{
		FlagGasCap:        "gas",
		FlagEVMTimeout:    "evm_time",
		FlagLogRange:      "log_range",
		FlagLogQuery:      "log_query",
		FlagLogResults:    "log_results",
		FlagFilters:       "filters",
		FlagClientFilters: "client_filters",
		FlagFilterBacklog: "filter_backlog",
		FlagWSSubscribe:   "subscriptions",
		FlagResponse:      refusedResponse,
		FlagTraceTime:     "trace_time",
	}
}

type metrics struct {
	requests *prometheus.CounterVec   // by method
	errors   *prometheus.CounterVec   // by method and code
	duration *prometheus.HistogramVec // by method
	refused  *prometheus.CounterVec   // by reason
	conns    *prometheus.GaugeVec     // by transport
	inFlight prometheus.Gauge
	open     atomic.Int64 // the same

	byFlag  map[string]string  // see refusedByHandlers
	methods map[string]*method // those served; read-only
	unknown *method
}

// method is one method's counters, made when it is first called: most never are.
type method struct {
	name     string
	weight   weight
	once     sync.Once
	requests prometheus.Counter
	duration prometheus.Observer
}

func newMetrics(registerer prometheus.Registerer, served []string) (*metrics, error) {
	opts := func(name, help string) prometheus.Opts {
		return prometheus.Opts{Namespace: "monolith", Subsystem: "rpc", Name: name, Help: help}
	}
	counters := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts(opts(name, help)), labels)
	}
	m := &metrics{
		requests: counters("requests_total", "Requests, by method.", "method"),
		errors:   counters("errors_total", "Requests answered with an error, by method and JSON-RPC code.", "method", "code"),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: "monolith", Subsystem: "rpc", Name: "request_duration_seconds",
			Help:    "Time from a request's arrival to its answer, by method; in a batch that of the batch so far.",
			Buckets: prometheus.ExponentialBuckets(0.0001, 4, 9), // 0.1 ms to 6.5 s
		}, []string{"method"}),
		refused:  counters("refused_total", "Requests and connections turned away by a limit, by reason.", "reason"),
		conns:    prometheus.NewGaugeVec(prometheus.GaugeOpts(opts("connections", "Open connections, by transport; those of WebSockets are also HTTP's.")), []string{"transport"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts(opts("requests_in_flight", "Requests that are being worked on."))),
		byFlag:   refusedByHandlers(),
		methods:  make(map[string]*method),
		unknown:  &method{name: unknownMethod},
	}
	table := weights()
	for _, name := range served {
		m.methods[name] = &method{name: name, weight: weightOf(table, name)}
	}
	if registerer == nil {
		return m, nil
	}
	var errs []error
	for _, c := range []prometheus.Collector{m.requests, m.errors, m.duration, m.refused, m.conns, m.inFlight} {
		errs = append(errs, registerer.Register(c))
	}
	return m, errors.Join(errs...)
}

func (m *metrics) method(name []byte) *method {
	found := m.methods[string(name)]
	if found == nil {
		found = m.unknown
	}
	found.once.Do(func() {
		found.requests = m.requests.WithLabelValues(found.name)
		found.duration = m.duration.WithLabelValues(found.name)
	})
	return found
}

// weight is that of a request.
func (m *metrics) weight(r request) weight {
	if r.escaped {
		return long
	}
	if found := m.methods[string(r.method)]; found != nil {
		return found.weight
	}
	return light
}

func (m *metrics) refuse(reason string) { m.refused.WithLabelValues(reason).Inc() }

// change counts requests that begin or end.
func (m *metrics) change(by int) {
	m.inFlight.Add(float64(by))
	m.open.Add(int64(by))
}

// calls accounts for the requests of one HTTP request or connection, from the frame
// that brings them to the one that answers them.
type calls struct {
	metrics *metrics

	// mu guards open: answers come from other goroutines than requests.
	mu   sync.Mutex
	open []openCall
	next int // where the search for the next answered one starts
}

// openCall is a request that is to be answered.
type openCall struct {
	id      string
	method  *method
	arrived time.Time
}

// begin accounts for the requests of a frame, and returns how many are open now and
// what the heaviest of the new ones weighs. In passing it gives rpc.discover the name
// by which the server knows it.
func (c *calls) begin(frame []byte) (open int, heaviest weight) {
	now := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	before := len(c.open)
	skimRequests(frame, func(r request) {
		if string(r.method) == discoverName {
			copy(r.method, discoverMethod)
		}
		method := c.metrics.method(r.method)
		method.requests.Inc()
		if heaviest = max(heaviest, method.weight); r.escaped {
			heaviest = long
		}
		if r.id != nil && len(r.method) > 0 { // the rest may stay without an answer
			c.open = append(c.open, openCall{string(r.id), method, now})
		}
	})
	c.metrics.change(len(c.open) - before)
	return len(c.open), heaviest
}

// end accounts for the answers in a frame, and returns how many requests are open
// still.
func (c *calls) end(frame []byte) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	before := len(c.open)
	skimResponses(frame, func(r response) {
		call, ok := c.take(r.id)
		if !ok {
			return
		}
		call.method.duration.Observe(time.Since(call.arrived).Seconds())
		if r.code != 0 {
			c.metrics.errors.WithLabelValues(call.method.name, strconv.Itoa(r.code)).Inc()
			if reason := c.metrics.byFlag[flagSeen(r.message)]; reason != "" {
				c.metrics.refuse(reason)
			}
		}
	})
	c.metrics.change(len(c.open) - before)
	return len(c.open)
}

// abandon forgets what will not be answered any more.
func (c *calls) abandon() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.metrics.change(-len(c.open))
	c.open = nil
}

// take removes the open call with an id. Answers to a batch come in its order, so the
// search starts where the last one ended.
func (c *calls) take(id []byte) (openCall, bool) {
	for n := range c.open {
		i := (c.next + n) % len(c.open)
		if c.open[i].id == string(id) {
			call := c.open[i]
			c.open = append(c.open[:i], c.open[i+1:]...)
			c.next = i
			return call, true
		}
	}
	return openCall{}, false
}
