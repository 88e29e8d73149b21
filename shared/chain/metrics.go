package chain

import (
	"encoding/binary"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
	blocks      prometheus.Counter
	txs         prometheus.Counter
	gas         prometheus.Counter
	interval    prometheus.Histogram
	insertTime  prometheus.Histogram
	imported    prometheus.Counter
	importedGas prometheus.Counter
	importTime  *prometheus.CounterVec // by phase
	side        prometheus.Counter
	bad         prometheus.Counter
	reorgs      prometheus.Counter
	reorgDepth  prometheus.Histogram
	recoverTime prometheus.Gauge
}

func newMetrics(registerer prometheus.Registerer) *metrics {
	opts := func(name, help string) prometheus.Opts {
		return prometheus.Opts{Namespace: "monolith", Subsystem: "chain", Name: name, Help: help}
	}
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts(opts(name, help)))
	}
	histogram := func(name, help string, buckets []float64) prometheus.Histogram {
		return prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: "monolith", Subsystem: "chain", Name: name, Help: help, Buckets: buckets})
	}
	m := &metrics{
		blocks:      counter("blocks_inserted_total", "Blocks executed to become the head, or the branch of one: imported, or sealed by this node."),
		txs:         counter("transactions_inserted_total", "Transactions in inserted blocks."),
		gas:         counter("gas_inserted_total", "Gas used by inserted blocks."),
		interval:    histogram("block_interval_seconds", "Time between the timestamps of an inserted block and its parent.", prometheus.ExponentialBuckets(1, 2, 12)),
		insertTime:  histogram("insert_seconds", "Time to insert a batch of blocks on the head.", prometheus.ExponentialBuckets(0.001, 2, 14)),
		imported:    counter("import_blocks_total", "Blocks of others that were executed."),
		importedGas: counter("import_gas_total", "Gas used by imported blocks."),
		importTime: prometheus.NewCounterVec(prometheus.CounterOpts(opts("import_seconds_total",
			"Time that importing blocks took, by phase: verification of headers and bodies, execution, validation of the state root and receipts, commit.")), []string{"phase"}),
		side:        counter("side_blocks_total", "Blocks stored on side branches."),
		bad:         counter("bad_blocks_total", "Invalid blocks refused, descendants included."),
		reorgs:      counter("reorgs_total", "Switches of the head to another branch."),
		reorgDepth:  histogram("reorg_depth_blocks", "Blocks dropped by a reorg.", prometheus.ExponentialBuckets(1, 2, 12)),
		recoverTime: prometheus.NewGauge(prometheus.GaugeOpts(opts("recovery_seconds", "Time that re-execution after an unclean stop took at the last start."))),
	}
	if registerer != nil {
		registerer.MustRegister(m.blocks, m.txs, m.gas, m.interval, m.insertTime, m.imported, m.importedGas, m.importTime,
			m.side, m.bad, m.reorgs, m.reorgDepth, m.recoverTime)
	}
	return m
}

// executed counts blocks, linked and ascending, that were imported on a parent.
func (m *metrics) executed(parent *types.Header, blocks ...*types.Block) {
	for _, block := range blocks {
		m.imported.Inc()
		m.importedGas.Add(float64(block.GasUsed()))
		m.inserted(parent, block)
		parent = block.Header()
	}
}

// inserted counts a block that was imported or sealed.
func (m *metrics) inserted(parent *types.Header, block *types.Block) {
	m.blocks.Inc()
	m.txs.Add(float64(len(block.Transactions())))
	m.gas.Add(float64(block.GasUsed()))
	if parent != nil && parent.Number.Sign() > 0 { // the genesis block may be from any time
		m.interval.Observe(float64(block.Time()) - float64(parent.Time))
	}
}

// took notes how long inserting on the head took.
func (m *metrics) took(elapsed time.Duration) { m.insertTime.Observe(elapsed.Seconds()) }

func (m *metrics) reorged(depth int) {
	if depth > 0 {
		m.reorgs.Inc()
		m.reorgDepth.Observe(float64(depth))
	}
}

func (m *metrics) recovered(took time.Duration) { m.recoverTime.Set(took.Seconds()) }

// headCollector tells how the head is when it is asked, so that it costs nothing
// while blocks come by the thousand.
type headCollector struct {
	chain *Service

	number, timestamp, work, difficulty, gasUsed, gasLimit, baseFee, held, target, branch *prometheus.Desc
}

func newHeadCollector(s *Service) *headCollector {
	desc := func(name, help string) *prometheus.Desc {
		return prometheus.NewDesc("monolith_chain_"+name, help, nil, nil)
	}
	return &headCollector{
		chain:      s,
		number:     desc("head_number", "Number of the head block."),
		timestamp:  desc("head_timestamp_seconds", "Timestamp of the head block."),
		work:       desc("work_hashes", "Work of the head's branch: the hashes that its proofs take on average."),
		difficulty: desc("head_difficulty_hashes", "Work of the head block alone."),
		gasUsed:    desc("head_gas_used", "Gas used by the head block."),
		gasLimit:   desc("head_gas_limit", "Gas limit of the head block."),
		baseFee:    desc("head_base_fee_wei", "Base fee per gas of the head block."),
		held:       desc("held_blocks", "Blocks that are held back since their timestamps are ahead of this machine's clock."),
		target:     desc("target_interval_seconds", "Time between blocks that the rules of the network aim at; 0 if they come on demand."),
		branch: desc("branch_fingerprint", "48 bits of the hash of the last block with a number that 16 divides and at least 16 blocks above it; 0 before there is one. "+
			"Nodes that go on telling different ones are on different branches."),
	}
}

// Describe implements prometheus.Collector.
func (c *headCollector) Describe(descs chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{c.number, c.timestamp, c.work, c.difficulty, c.gasUsed, c.gasLimit, c.baseFee, c.held, c.target, c.branch} {
		descs <- d
	}
}

// Collect implements prometheus.Collector.
func (c *headCollector) Collect(metrics chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, value float64) {
		metrics <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value)
	}
	head := c.chain.CurrentBlock()
	gauge(c.number, float64(head.Number.Uint64()))
	gauge(c.timestamp, float64(head.Time))
	gauge(c.gasUsed, float64(head.GasUsed))
	gauge(c.gasLimit, float64(head.GasLimit))
	gauge(c.baseFee, float(head.BaseFee))
	gauge(c.work, float(c.chain.TotalWork(head.Hash(), head.Number.Uint64())))
	difficulty, _ := blockWork(c.chain.cfg.Params, head) // the head was verified
	gauge(c.difficulty, float(difficulty))
	gauge(c.held, float64(c.chain.held.count()))
	if params := c.chain.cfg.Params; params.Instant() || c.chain.stock() {
		gauge(c.target, 0)
	} else {
		gauge(c.target, float64(params.TargetInterval))
	}
	gauge(c.branch, c.fingerprint(head.Number.Uint64()))
}

// fingerprint tells the branch below a head from others. Nodes whose heads differ by
// a block, or by a fork that is about to be decided, agree on it most of the time.
func (c *headCollector) fingerprint(head uint64) float64 {
	const stride, depth = 16, 16
	if head < stride+depth {
		return 0
	}
	hash := c.chain.GetCanonicalHash((head - depth) / stride * stride)
	return float64(binary.BigEndian.Uint64(hash[24:]) >> 16) // the first bits are 0 by the proof of work
}

// float is the nearest number of Prometheus's kind; 0 for nil.
func float(n *big.Int) float64 {
	if n == nil {
		return 0
	}
	f, _ := new(big.Float).SetInt(n).Float64()
	return f
}
