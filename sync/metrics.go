package sync

import (
	"time"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/prometheus/client_golang/prometheus"
)

// metrics are what the service tells Prometheus.
type metrics struct {
	handshakes   *prometheus.CounterVec
	syncs        *prometheus.CounterVec
	served       *prometheus.CounterVec
	blocks       *prometheus.CounterVec
	txs          *prometheus.CounterVec
	fromPool     prometheus.Counter
	missing      prometheus.Counter
	compactBytes prometheus.Counter
	fullBytes    prometheus.Counter
	arrival      prometheus.Histogram
	taking       prometheus.Histogram
	waiting      prometheus.Histogram
}

func newMetrics(s *Service) *metrics {
	name := func(name, help string) prometheus.CounterOpts {
		return prometheus.CounterOpts{Namespace: "monolith", Subsystem: "sync", Name: name, Help: help}
	}
	histogram := func(name, help string, buckets []float64) prometheus.Histogram {
		return prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: "monolith", Subsystem: "sync", Name: name, Help: help, Buckets: buckets})
	}
	m := &metrics{
		handshakes: prometheus.NewCounterVec(name("handshakes_total",
			"Handshakes by result: ok, mismatch, refused, failed, timeout."), []string{"result"}),
		syncs: prometheus.NewCounterVec(name("syncs_total",
			"Synchronisations with a peer that claims more work, by result: started, done, failed."), []string{"result"}),
		served: prometheus.NewCounterVec(name("served_total",
			"Items that peers were served on request, by kind."), []string{"kind"}),
		blocks: prometheus.NewCounterVec(name("gossip_blocks_total",
			"Blocks of gossip by what became of them: announced by us; forwarded; rebuilt from the pool alone, fetched in part or whole, not rebuilt; inserted, refused."),
			[]string{"result"}),
		txs: prometheus.NewCounterVec(name("gossip_transactions_total",
			"Transactions by what became of them: sent by us; accepted, known, useless, invalid or dropped on arrival; exchanged between pools."), []string{"result"}),
		fromPool: prometheus.NewCounter(name("compact_transactions_found_total",
			"Transactions of announced blocks that this node had or was sent along.")),
		missing: prometheus.NewCounter(name("compact_transactions_missing_total",
			"Transactions of announced blocks that had to be asked for.")),
		compactBytes: prometheus.NewCounter(name("compact_bytes_total",
			"Bytes of block announcements, sent and received once each.")),
		fullBytes: prometheus.NewCounter(name("compact_full_bytes_total",
			"Bytes that the announced blocks have in full.")),
		arrival: histogram("block_arrival_seconds",
			"Time from a block's timestamp to its first announcement here. Timestamps are whole seconds of the miner's clock, "+
				"up to a second old or ahead when the block is found: one that is ahead of this clock counts as 0.",
			prometheus.ExponentialBuckets(0.25, 2, 10)), // to 128 s
		taking: histogram("block_import_seconds",
			"Time from a block's first announcement here until it is in the chain: waiting for its ancestors, fetching what is missing, execution.",
			prometheus.ExponentialBuckets(0.001, 2, 14)), // 1 ms to 8 s
		waiting: histogram("transaction_wait_seconds",
			"Time that transactions of blocks which are announced, by peers or here, had been known to this node. Those that come with the block or after it do not count.",
			prometheus.ExponentialBuckets(0.25, 2, 13)), // to 17 minutes
	}
	if s.cfg.Registerer == nil {
		return m
	}
	gauge := func(name, help string, value func() float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "monolith", Subsystem: "sync", Name: name, Help: help}, value)
	}
	s.cfg.Registerer.MustRegister(m.handshakes, m.syncs, m.served, m.blocks, m.txs, m.fromPool, m.missing, m.compactBytes, m.fullBytes,
		m.arrival, m.taking, m.waiting,
		gauge("synced", "1 if no peer has shown a chain far ahead.", func() float64 {
			if s.Synced() {
				return 1
			}
			return 0
		}),
		gauge("highest_block", "Number of the highest block shown in the synchronisation that is going on; 0 without one.",
			func() float64 { return float64(s.shown()) }),
		gauge("peers_highest_block", "Number of the highest head that a connected peer claims; 0 without peers.",
			func() float64 { return float64(highestClaim(s.peers.greeted())) }),
		gauge("clock_offset_seconds", "How far the peers' clocks are ahead of this machine's, in the median; 0 without peers.",
			func() float64 { return medianOffset(s.peers.greeted()).Seconds() }),
	)
	return m
}

// gossiped counts a block that was announced to us or by us.
func (m *metrics) gossiped(compact int, full uint64) {
	m.compactBytes.Add(float64(compact))
	m.fullBytes.Add(float64(full))
}

// arrived notes when a block was announced for the first time.
func (m *metrics) arrived(header *types.Header, at time.Time) {
	m.arrival.Observe(max(0, at.Sub(time.Unix(int64(header.Time), 0)).Seconds()))
}

// included notes how long the transactions of a block that was announced had waited
// for one.
func (m *metrics) included(txs types.Transactions, at time.Time) {
	for _, tx := range txs {
		if wait := at.Sub(tx.Time()); wait > 0 {
			m.waiting.Observe(wait.Seconds())
		}
	}
}

// rebuilt counts a block that was put together from what was here and the
// transactions that were fetched.
func (m *metrics) rebuilt(missing int, block *types.Block) {
	m.fullBytes.Add(float64(block.Size()))
	m.fromPool.Add(float64(len(block.Transactions()) - missing))
	if missing == 0 {
		m.blocks.WithLabelValues("rebuilt from pool").Inc()
	} else {
		m.blocks.WithLabelValues("fetched in part").Inc()
	}
}
