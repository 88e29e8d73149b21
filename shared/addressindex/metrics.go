package addressindex

import "github.com/prometheus/client_golang/prometheus"

type metrics struct {
	blocks  prometheus.Counter
	txs     prometheus.Counter
	removed prometheus.Counter
}

func newMetrics(registerer prometheus.Registerer, s *Service) *metrics {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Namespace: "monolith", Subsystem: "addressindex", Name: name, Help: help})
	}
	m := &metrics{
		blocks:  counter("blocks_total", "Blocks whose entries were added to the address index."),
		txs:     counter("transactions_total", "Transactions in these blocks."),
		removed: counter("removed_blocks_total", "Blocks whose entries were removed since the chain left them."),
	}
	head := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Namespace: "monolith", Subsystem: "addressindex", Name: "head_number", Help: "Last block in the address index.",
	}, func() float64 { return float64(s.Head()) })
	if registerer != nil {
		registerer.MustRegister(m.blocks, m.txs, m.removed, head)
	}
	return m
}
