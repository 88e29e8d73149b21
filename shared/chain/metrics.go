package chain

import (
	"time"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
	headNumber  prometheus.Gauge
	headTime    prometheus.Gauge
	blocks      prometheus.Counter
	txs         prometheus.Counter
	gas         prometheus.Counter
	insertTime  prometheus.Histogram
	side        prometheus.Counter
	bad         prometheus.Counter
	reorgs      prometheus.Counter
	reorgDepth  prometheus.Histogram
	recoverTime prometheus.Gauge
}

func newMetrics(registerer prometheus.Registerer) *metrics {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Namespace: "monolith", Subsystem: "chain", Name: name, Help: help})
	}
	gauge := func(name, help string) prometheus.Gauge {
		return prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "monolith", Subsystem: "chain", Name: name, Help: help})
	}
	histogram := func(name, help string, buckets []float64) prometheus.Histogram {
		return prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: "monolith", Subsystem: "chain", Name: name, Help: help, Buckets: buckets})
	}
	m := &metrics{
		headNumber:  gauge("head_number", "Number of the head block."),
		headTime:    gauge("head_timestamp_seconds", "Timestamp of the head block."),
		blocks:      counter("blocks_inserted_total", "Blocks executed and made the head."),
		txs:         counter("transactions_inserted_total", "Transactions in inserted blocks."),
		gas:         counter("gas_inserted_total", "Gas used by inserted blocks."),
		insertTime:  histogram("insert_seconds", "Time to insert a batch of blocks on the head.", prometheus.ExponentialBuckets(0.001, 2, 14)),
		side:        counter("side_blocks_total", "Blocks stored on side branches."),
		bad:         counter("bad_blocks_total", "Invalid blocks refused, descendants included."),
		reorgs:      counter("reorgs_total", "Switches of the head to another branch."),
		reorgDepth:  histogram("reorg_depth_blocks", "Blocks dropped by a reorg.", prometheus.ExponentialBuckets(1, 2, 12)),
		recoverTime: gauge("recovery_seconds", "Time that re-execution after an unclean stop took at the last start."),
	}
	if registerer != nil {
		registerer.MustRegister(m.headNumber, m.headTime, m.blocks, m.txs, m.gas, m.insertTime, m.side, m.bad, m.reorgs, m.reorgDepth, m.recoverTime)
	}
	return m
}

func (m *metrics) setHead(head *types.Header) {
	m.headNumber.Set(float64(head.Number.Uint64()))
	m.headTime.Set(float64(head.Time))
}

func (m *metrics) inserted(blocks types.Blocks, took time.Duration) {
	if len(blocks) == 0 {
		return
	}
	m.blocks.Add(float64(len(blocks)))
	for _, block := range blocks {
		m.txs.Add(float64(len(block.Transactions())))
		m.gas.Add(float64(block.GasUsed()))
	}
	m.insertTime.Observe(took.Seconds())
}

func (m *metrics) reorged(depth int) {
	if depth > 0 {
		m.reorgs.Inc()
		m.reorgDepth.Observe(float64(depth))
	}
}

func (m *metrics) recovered(took time.Duration) { m.recoverTime.Set(took.Seconds()) }
