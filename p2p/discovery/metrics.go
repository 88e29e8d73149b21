package discovery

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are what discovery tells Prometheus.
type metrics struct {
	records    prometheus.Counter
	refused    *prometheus.CounterVec // by reason
	candidates *prometheus.CounterVec // by source
	dropped    prometheus.Counter
}

// newMetrics registers the metrics unless the registerer is nil.
func newMetrics(registerer prometheus.Registerer, table func() (known, live int)) (*metrics, error) {
	m := &metrics{
		records: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "monolith_p2p_discovery_records_total",
			Help: "Node records that were looked at; one is looked at again after a while.",
		}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "monolith_p2p_discovery_refused_total",
			Help: "Nodes that are no candidates, by reason.",
		}, []string{"reason"}),
		candidates: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "monolith_p2p_discovery_candidates_total",
			Help: "Nodes handed on to be dialled, by source.",
		}, []string{"source"}),
		dropped: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "monolith_p2p_discovery_dropped_total",
			Help: "Records and candidates dropped because too many waited.",
		}),
	}
	if registerer == nil {
		return m, nil
	}
	gauge := func(name, help string, value func() int) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 { return float64(value()) })
	}
	var faults []error
	for _, c := range []prometheus.Collector{
		m.records, m.refused, m.candidates, m.dropped,
		gauge("monolith_p2p_discovery_table_nodes", "Nodes in the table of discv5.",
			func() int { known, _ := table(); return known }),
		gauge("monolith_p2p_discovery_table_live_nodes", "Nodes in the table of discv5 that have answered.",
			func() int { _, live := table(); return live }),
	} {
		faults = append(faults, registerer.Register(c))
	}
	return m, errors.Join(faults...)
}
