package monitor

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/monolith-chain/monolith/shared/registry"
)

// readiness is the metric to raise alarms on: which service is well, asked at
// each scrape.
type readiness struct {
	services Services
	ready    *prometheus.Desc
}

func newReadiness(services Services) *readiness {
	return &readiness{services, prometheus.NewDesc(
		"monolith_monitor_service_ready",
		"Whether a service does its work (1) or has a complaint, which /readyz tells (0).",
		[]string{"service"}, nil)}
}

// Describe implements prometheus.Collector.
func (r *readiness) Describe(descs chan<- *prometheus.Desc) { descs <- r.ready }

// Collect implements prometheus.Collector.
func (r *readiness) Collect(metrics chan<- prometheus.Metric) {
	for _, info := range r.services.Infos() {
		value := 0.0
		if info.State == registry.Serving {
			value = 1
		}
		metrics <- prometheus.MustNewConstMetric(r.ready, prometheus.GaugeValue, value, info.Name)
	}
}
