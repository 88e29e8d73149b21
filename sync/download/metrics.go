package download

import "github.com/prometheus/client_golang/prometheus"

type metrics struct {
	headers   prometheus.Counter
	blocks    prometheus.Counter
	overtaken prometheus.Counter
	faults    *prometheus.CounterVec
}

func newMetrics(registerer prometheus.Registerer) (*metrics, error) {
	opts := func(name, help string) prometheus.CounterOpts {
		return prometheus.CounterOpts{Namespace: "monolith", Subsystem: "sync", Name: "download_" + name, Help: help}
	}
	m := &metrics{
		headers:   prometheus.NewCounter(opts("headers_total", "Headers received.")),
		blocks:    prometheus.NewCounter(opts("blocks_total", "Blocks received.")),
		overtaken: prometheus.NewCounter(opts("overtaken_total", "Requests for blocks that another source was holding up.")),
		faults:    prometheus.NewCounterVec(opts("faults_total", "Faults of sources."), []string{"fault"}),
	}
	if registerer == nil {
		return m, nil
	}
	for _, c := range []prometheus.Collector{m.headers, m.blocks, m.overtaken, m.faults} {
		if err := registerer.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}
