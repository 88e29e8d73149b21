package miner

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are what the miner tells Prometheus.
type metrics struct {
	found       prometheus.Counter
	lost        prometheus.Counter
	build       prometheus.Histogram
	txs         prometheus.Gauge
	threads     prometheus.Gauge
	submissions *prometheus.CounterVec // by result
}

// newMetrics registers the metrics unless the registerer is nil.
func newMetrics(registerer prometheus.Registerer, sealers, remote func() float64) (*metrics, error) {
	m := &metrics{
		found: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "monolith_miner_blocks_found_total",
			Help: "Blocks that this node sealed and its chain took.",
		}),
		lost: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "monolith_miner_blocks_lost_total",
			Help: "Payloads whose height was taken by somebody else's block.",
		}),
		build: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "monolith_miner_payload_build_seconds",
			Help:    "Time that building a payload took.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 2, 13), // 0.5 ms to 2 s
		}),
		txs: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "monolith_miner_payload_transactions",
			Help: "Transactions in the latest payload.",
		}),
		threads: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "monolith_miner_threads",
			Help: "Sealing threads; none in development mode, whose blocks need no work.",
		}),
		submissions: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "monolith_miner_submissions_total",
			Help: "Nonces that miners outside of the node submitted, by what became of them.",
		}, []string{"result"}),
	}
	if registerer == nil {
		return m, nil
	}
	rate := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "monolith_miner_hashrate",
		Help: "Hashes per second of the sealing threads, over the last ten seconds.",
	}, sealers)
	external := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "monolith_miner_external_hashrate",
		Help: "Hashes per second that miners outside of the node report.",
	}, remote)
	var errs []error
	for _, c := range []prometheus.Collector{m.found, m.lost, m.build, m.txs, m.threads, m.submissions, rate, external} {
		errs = append(errs, registerer.Register(c))
	}
	return m, errors.Join(errs...)
}
