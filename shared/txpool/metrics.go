package txpool

import (
	gethpool "github.com/ethereum/go-ethereum/core/txpool"
	"github.com/prometheus/client_golang/prometheus"
)

// registerMetrics registers gauges that read the pool when they are scraped.
func registerMetrics(registerer prometheus.Registerer, pool *gethpool.TxPool, cfg Config) {
	if registerer == nil {
		return
	}
	limit := func(name, help string, value uint64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "monolith", Subsystem: "txpool", Name: name, Help: help},
			func() float64 { return float64(value) })
	}
	gauge := func(name, help string, value func(pending, queued int) int) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "monolith", Subsystem: "txpool", Name: name, Help: help},
			func() float64 { return float64(value(pool.Stats())) })
	}
	registerer.MustRegister(
		gauge("pending_transactions", "Executable transactions in the pool.", func(pending, _ int) int { return pending }),
		gauge("queued_transactions", "Transactions that wait for an earlier nonce.", func(_, queued int) int { return queued }),
		limit("pending_limit_transactions", "Executable transactions beyond which the pool drops some, of the accounts that have most.", cfg.GlobalSlots),
		limit("queued_limit_transactions", "Transactions that wait for an earlier nonce beyond which the pool drops some.", cfg.GlobalHold),
	)
}
