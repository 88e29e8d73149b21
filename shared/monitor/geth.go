package monitor

import (
	"strings"
	"sync"

	gethmetrics "github.com/ethereum/go-ethereum/metrics"
	"github.com/prometheus/client_golang/prometheus"
)

// gethDurations begins go-ethereum's names of the times that JSON-RPC takes, one for
// each method. They are left out: reading them resets them, count included, and
// monolith_rpc_request_duration_seconds tells the same.
const gethDurations = "rpc/duration/"

// gethPrefix begins the names of go-ethereum's metrics among ours.
const gethPrefix = "monolith_geth_"

// GethCollector shows Prometheus what go-ethereum measures of itself, as it is: its
// durations are nanoseconds, and what it calls a counter may fall.
//
//	counter, gauge     a gauge
//	meter              a counter, _total
//	timer, histogram   quantiles of a sample, and a counter, _count
//	resetting timer    a summary: quantiles of what came since the last scrape
//	info               a gauge of 1, with labels
//
// go-ethereum forgets resetting timers when they are read; the collector keeps
// their counts and sums, so that it does not matter who scrapes how often.
type GethCollector struct {
	registry gethmetrics.Registry

	// mu guards totals, and makes a collection one step.
	mu     sync.Mutex
	totals map[string]*gethTotal // of resetting timers, by name
}

// gethTotal is what a resetting timer has counted since the start.
type gethTotal struct {
	count uint64
	sum   float64
}

// NewGethCollector shows the metrics in a registry of go-ethereum's, whose parts
// register them as they please. They measure only if go-ethereum's metrics were
// enabled before.
func NewGethCollector(registry gethmetrics.Registry) *GethCollector {
	return &GethCollector{registry: registry, totals: make(map[string]*gethTotal)}
}

// Describe implements prometheus.Collector. It tells nothing: what there is changes.
func (c *GethCollector) Describe(chan<- *prometheus.Desc) {}

// Collect implements prometheus.Collector.
func (c *GethCollector) Collect(out chan<- prometheus.Metric) {
	c.mu.Lock()
	defer c.mu.Unlock()
	seen := make(map[string]bool) // go-ethereum tells a/b from a-b, Prometheus does not
	c.registry.Each(func(name string, metric any) {
		exported := gethName(name)
		if seen[exported] || strings.HasPrefix(name, gethDurations) {
			return
		}
		seen[exported] = true
		c.collect(out, exported, name, metric)
	})
}

func (c *GethCollector) collect(out chan<- prometheus.Metric, name, original string, metric any) {
	help := "go-ethereum's " + original + "."
	send := func(name string, kind prometheus.ValueType, value float64) {
		out <- prometheus.MustNewConstMetric(prometheus.NewDesc(name, help, nil, nil), kind, value)
	}
	switch m := metric.(type) {
	case *gethmetrics.Counter:
		send(name, prometheus.GaugeValue, float64(m.Snapshot().Count()))
	case *gethmetrics.CounterFloat64:
		send(name, prometheus.GaugeValue, m.Snapshot().Count())
	case *gethmetrics.Gauge:
		send(name, prometheus.GaugeValue, float64(m.Snapshot().Value()))
	case *gethmetrics.GaugeFloat64:
		send(name, prometheus.GaugeValue, m.Snapshot().Value())
	case *gethmetrics.GaugeInfo:
		out <- prometheus.MustNewConstMetric(prometheus.NewDesc(name, help, nil, gethLabels(m.Snapshot().Value())), prometheus.GaugeValue, 1)
	case *gethmetrics.Meter:
		send(name+"_total", prometheus.CounterValue, float64(m.Snapshot().Count()))
	case *gethmetrics.Timer:
		snapshot := m.Snapshot()
		c.sampled(out, name, help, snapshot)
		send(name+"_count", prometheus.CounterValue, float64(snapshot.Count()))
	case gethmetrics.Histogram:
		snapshot := m.Snapshot()
		c.sampled(out, name, help, snapshot)
		send(name+"_count", prometheus.CounterValue, float64(snapshot.Count()))
	case *gethmetrics.ResettingTimer:
		c.summary(out, name, help, m.Snapshot())
	}
}

// sampled sends the quantiles of a sample. It has no true sum, so it is no summary.
func (c *GethCollector) sampled(out chan<- prometheus.Metric, name, help string, sample interface {
	Percentiles([]float64) []float64
},
) {
	desc := prometheus.NewDesc(name, help, []string{"quantile"}, nil)
	for i, value := range sample.Percentiles(gethQuantiles()) {
		out <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, gethQuantileLabels()[i])
	}
}

func (c *GethCollector) summary(out chan<- prometheus.Metric, name, help string, latest *gethmetrics.ResettingTimerSnapshot) {
	total := c.totals[name]
	if total == nil {
		total = new(gethTotal)
		c.totals[name] = total
	}
	quantiles := make(map[float64]float64)
	if n := latest.Count(); n > 0 {
		total.count += uint64(n)
		total.sum += latest.Mean() * float64(n)
		for i, value := range latest.Percentiles(gethQuantiles()) {
			quantiles[gethQuantiles()[i]] = value
		}
	}
	out <- prometheus.MustNewConstSummary(prometheus.NewDesc(name, help, nil, nil), total.count, total.sum, quantiles)
}

func gethQuantiles() []float64 { return []float64{0.5, 0.95, 0.99} }

func gethQuantileLabels() []string { return []string{"0.5", "0.95", "0.99"} }

// gethName turns a name like chain/head/block into one of Prometheus's.
func gethName(name string) string { return gethPrefix + gethWord(name) }

func gethLabels(values map[string]string) prometheus.Labels {
	labels := make(prometheus.Labels, len(values))
	for name, value := range values {
		labels[gethWord(name)] = value
	}
	return labels
}

// gethWord replaces what may not stand in the middle of a name.
func gethWord(name string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' {
			return r
		}
		return '_'
	}, name)
}
