package txpool

import (
	gethpool "github.com/ethereum/go-ethereum/core/txpool"
	"github.com/prometheus/client_golang/prometheus"
)

// registerMetrics registers gauges that read the pool when they are scraped.
func registerMetrics(registerer prometheus.Registerer, pool *gethpool.TxPool) {
	if registerer == nil {
		return
	}
	gauge := func(name, help string, value func(pending, queued int) int) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "monolith", Subsystem: "txpool", Name: name, Help: help},
			func() float64 { return float64(value(pool.Stats())) })
	}
	registerer.MustRegister(
		gauge("pending_transactions", "Executable transactions in the pool.", func(pending, _ int) int { return pending }),
		gauge("queued_transactions", "Transactions that wait for an earlier nonce.", func(_, queued int) int { return queued }),
	)
}
