package monitor

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/sirupsen/logrus"

	"github.com/monolith-chain/monolith/shared/registry"
)

// Report is the node's health in full: the body of /healthz and /readyz.
type Report struct {
	Alive    bool            `json:"alive"`             // no service has failed or stopped
	Ready    bool            `json:"ready"`             // every service does its work, and every threshold is kept
	Reasons  []string        `json:"reasons,omitempty"` // why not ready: "service: status" or "check: reason"
	Services []ServiceReport `json:"services"`          // in the order in which they start
	Checks   []CheckReport   `json:"checks"`            // the thresholds of readiness
}

// ServiceReport is the health of one service.
type ServiceReport struct {
	Name   string         `json:"name"`
	Alive  bool           `json:"alive"` // it has neither failed nor stopped
	State  registry.State `json:"state"`
	Status string         `json:"status"` // a sentence, or "ok"
	Since  time.Time      `json:"since"`  // when the state was first seen

	DependsOn []string `json:"dependsOn,omitempty"` // the services that it was built from
}

// newReport describes services and how the facts compare with the thresholds.
func newReport(infos []registry.Info, thresholds Thresholds, facts Facts) Report {
	report := Report{Alive: true, Ready: true, Services: make([]ServiceReport, len(infos)), Checks: thresholds.checks(facts, time.Now())}
	for i, info := range infos {
		alive := info.State != registry.Failed && info.State != registry.Stopped
		report.Alive = report.Alive && alive
		status := "ok"
		if info.Status != nil {
			// The registry's own errors name the service already.
			status = strings.TrimPrefix(info.Status.Error(), info.Name+": ")
		}
		if facts.complains(info.State) {
			report.Reasons = append(report.Reasons, info.Name+": "+status)
		}
		report.Services[i] = ServiceReport{
			Name: info.Name, Alive: alive, State: info.State, Status: status, Since: info.Since.UTC(), DependsOn: info.DependsOn,
		}
	}
	for _, check := range report.Checks {
		if !check.OK {
			report.Reasons = append(report.Reasons, check.Name+": "+check.Reason)
		}
	}
	report.Ready = len(report.Reasons) == 0
	return report
}

// newHandler serves the three pages, to GET and HEAD only.
func newHandler(cfg Config) http.Handler {
	page := func(healthy func(Report) bool) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			report := newReport(cfg.Registry.Infos(), cfg.Ready, cfg.Facts)
			code := http.StatusOK
			if !healthy(report) {
				code = http.StatusServiceUnavailable
			}
			writeReport(w, code, report, cfg.Log)
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", page(func(r Report) bool { return r.Alive }))
	mux.HandleFunc("GET /readyz", page(func(r Report) bool { return r.Ready }))
	mux.Handle("GET /metrics", promhttp.HandlerFor(cfg.Gatherer, promhttp.HandlerOpts{
		ErrorLog: gatherLog{cfg.Log},
		// One collector that fails must not hide the others.
		ErrorHandling:       promhttp.ContinueOnError,
		MaxRequestsInFlight: maxScrapes,
	}))
	return mux
}

func writeReport(w http.ResponseWriter, code int, report Report, log logrus.FieldLogger) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store") // it is out of date already
	w.WriteHeader(code)
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ") // people read it too
	if err := encoder.Encode(report); err != nil {
		log.WithField("err", err).Debug("Client did not take the health report")
	}
}

// gatherLog logs what goes wrong while metrics are collected: our fault, not a
// client's.
type gatherLog struct{ log logrus.FieldLogger }

func (l gatherLog) Println(v ...any) {
	for _, value := range v {
		if err, ok := value.(error); ok {
			var many prometheus.MultiError
			if errors.As(err, &many) {
				err = errors.Join(many...)
			}
			l.log.WithField("err", err).Warn("Collecting metrics failed")
		}
	}
}
