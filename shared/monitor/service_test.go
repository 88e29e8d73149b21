package monitor_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/monolith-chain/monolith/shared/logging"
	"github.com/monolith-chain/monolith/shared/monitor"
	"github.com/monolith-chain/monolith/shared/registry"
)

var errBoom = errors.New("boom")

// infos are services in some state.
type infos []registry.Info

func (i infos) Infos() []registry.Info { return i }

// service returns the Info of a service with this status.
func service(name string, status error) registry.Info {
	return registry.Info{Name: name, State: registry.StateOf(status), Status: status, Since: time.Unix(1785542400, 0)}
}

func config(services monitor.Services) monitor.Config {
	return monitor.Config{Addr: "127.0.0.1:0", Registry: services, Gatherer: prometheus.NewRegistry(), Log: logging.Discard()}
}

// serve starts a monitor and returns the address of its pages.
func serve(t *testing.T, cfg monitor.Config) string {
	t.Helper()
	s, err := monitor.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	return "http://" + s.Addr().String()
}

// answer is what a page says.
type answer struct {
	code   int
	header http.Header
	body   string
}

func ask(t *testing.T, method, page string) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, page, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(body)}
}

func TestHealth(t *testing.T) {
	syncing := fmt.Errorf("%w: block 5 of 10", registry.ErrSyncing)
	failed := &registry.ServiceError{Service: "chain", Op: "run", Err: fmt.Errorf("%w: %w", registry.ErrFailed, errBoom)}
	for name, test := range map[string]struct {
		services        infos
		healthz, readyz int
		reasons         []string
	}{
		"no services":    {infos{}, 200, 200, nil},
		"all serving":    {infos{service("db", nil), service("chain", nil)}, 200, 200, nil},
		"one starting":   {infos{service("db", nil), service("rpc", registry.ErrStarting)}, 200, 503, []string{"rpc: starting"}},
		"one syncing":    {infos{service("db", nil), service("sync", syncing)}, 200, 503, []string{"sync: syncing: block 5 of 10"}},
		"a complaint":    {infos{service("db", errBoom), service("sync", syncing)}, 200, 503, []string{"db: boom", "sync: syncing: block 5 of 10"}},
		"one stopped":    {infos{service("db", registry.ErrStopped)}, 503, 503, []string{"db: stopped"}},
		"one has failed": {infos{service("db", nil), service("chain", failed)}, 503, 503, []string{"chain: run: failed: boom"}},
	} {
		t.Run(name, func(t *testing.T) {
			base := serve(t, config(test.services))
			for page, want := range map[string]int{"/healthz": test.healthz, "/readyz": test.readyz} {
				got := ask(t, http.MethodGet, base+page)
				if got.code != want {
					t.Errorf("%s: status %d, want %d", page, got.code, want)
				}
				if kind := got.header.Get("Content-Type"); kind != "application/json" {
					t.Errorf("%s: content type %q", page, kind)
				}
				var report monitor.Report
				if err := json.Unmarshal([]byte(got.body), &report); err != nil {
					t.Fatal(err)
				}
				if report.Alive != (test.healthz == 200) || report.Ready != (test.readyz == 200) || !slices.Equal(report.Reasons, test.reasons) {
					t.Errorf("%s: report %+v, want reasons %q", page, report, test.reasons)
				}
				for i, s := range report.Services {
					want := test.services[i]
					if s.Name != want.Name || s.State != want.State || !s.Since.Equal(want.Since) || s.Status == "" {
						t.Errorf("%s: service %d is %+v, want %+v", page, i, s, want)
					}
				}
			}
		})
	}
}

// The JSON that other programs read.
func TestHealthJSON(t *testing.T) {
	chain := service("chain", registry.ErrSyncing)
	chain.DependsOn = []string{"db"}
	base := serve(t, config(infos{service("db", nil), chain}))
	body := ask(t, http.MethodGet, base+"/readyz").body
	want := `{
  "alive": true,
  "ready": false,
  "reasons": [
    "chain: syncing"
  ],
  "services": [
    {
      "name": "db",
      "alive": true,
      "state": "serving",
      "status": "ok",
      "since": "2026-08-01T00:00:00Z"
    },
    {
      "name": "chain",
      "alive": true,
      "state": "syncing",
      "status": "syncing",
      "since": "2026-08-01T00:00:00Z",
      "dependsOn": [
        "db"
      ]
    }
  ],
  "checks": []
}
`
	if body != want {
		t.Errorf("got %s\nwant %s", body, want)
	}
}

// The registry's view of the monitor itself, through the monitor.
func TestInRegistry(t *testing.T) {
	services := registry.NewServiceRegistry(registry.WithLogger(logging.Discard()))
	s, err := monitor.New(config(services))
	if err != nil {
		t.Fatal(err)
	}
	if err := services.RegisterService(s); err != nil {
		t.Fatal(err)
	}
	if status := s.Status(); !errors.Is(status, registry.ErrStarting) {
		t.Errorf("status before Start: %v", status)
	}
	if err := services.StartAll(); err != nil {
		t.Fatal(err)
	}
	report, err := monitor.Check(t.Context(), "http://"+s.Addr().String()+"/readyz")
	if err != nil {
		t.Error(err)
	}
	if len(report.Services) != 1 || report.Services[0].Name != "monitor" || report.Services[0].State != registry.Serving {
		t.Errorf("report %+v", report)
	}
	if err := services.StopAll(); err != nil {
		t.Error(err)
	}
	if status := s.Status(); !errors.Is(status, registry.ErrStopped) {
		t.Errorf("status after Stop: %v", status)
	}
}

func TestMetrics(t *testing.T) {
	metrics := prometheus.NewRegistry()
	metrics.MustRegister(collectors.NewGoCollector(), broken{})
	cfg := config(infos{service("db", nil), service("chain", registry.ErrSyncing)})
	cfg.Gatherer, cfg.Registerer = metrics, metrics
	got := ask(t, http.MethodGet, serve(t, cfg)+"/metrics")
	if got.code != http.StatusOK {
		t.Errorf("status %d: a broken collector hides the others", got.code)
	}
	for _, want := range []string{
		"\ngo_goroutines ",
		"\nmonolith_monitor_service_ready{service=\"chain\"} 0\n",
		"\nmonolith_monitor_service_ready{service=\"db\"} 1\n",
	} {
		if !strings.Contains(got.body, want) {
			t.Errorf("no %q in\n%s", want, got.body)
		}
	}
}

// broken is a collector that fails.
type broken struct{}

var brokenDesc = prometheus.NewDesc("broken", "Fails.", nil, nil)

func (broken) Describe(descs chan<- *prometheus.Desc) { descs <- brokenDesc }
func (broken) Collect(metrics chan<- prometheus.Metric) {
	metrics <- prometheus.NewInvalidMetric(brokenDesc, errBoom)
}

func TestReadOnly(t *testing.T) {
	base := serve(t, config(infos{}))
	for _, test := range []struct {
		method, page string
		want         int
	}{
		{http.MethodGet, "/healthz", 200},
		{http.MethodHead, "/healthz", 200},
		{http.MethodHead, "/metrics", 200},
		{http.MethodPost, "/healthz", 405},
		{http.MethodPut, "/readyz", 405},
		{http.MethodDelete, "/metrics", 405},
		{http.MethodOptions, "/metrics", 405},
		{http.MethodGet, "/", 404},
		{http.MethodGet, "/healthz/x", 404},
		{http.MethodPost, "/debug/pprof", 404},
	} {
		got := ask(t, test.method, base+test.page)
		if got.code != test.want {
			t.Errorf("%s %s: status %d, want %d", test.method, test.page, got.code, test.want)
		}
		if allow := got.header.Get("Allow"); test.want == 405 && allow != "GET, HEAD" {
			t.Errorf("%s %s: allows %q", test.method, test.page, allow)
		}
		if test.method == http.MethodHead && got.body != "" {
			t.Errorf("HEAD %s: body %q", test.page, got.body)
		}
	}
}

func TestHeaderLimit(t *testing.T) {
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, serve(t, config(infos{}))+"/healthz", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Long", strings.Repeat("x", 64<<10))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("status %d, want %d", response.StatusCode, http.StatusRequestHeaderFieldsTooLarge)
	}
}

func TestAddressInUse(t *testing.T) {
	first, err := monitor.New(config(infos{}))
	if err != nil {
		t.Fatal(err)
	}
	cfg := config(infos{})
	cfg.Addr = first.Addr().String()
	_, err = monitor.New(cfg)
	want := "serve metrics and health on " + cfg.Addr + ": address already in use (--metrics.addr sets another address)"
	if !errors.Is(err, syscall.EADDRINUSE) || err.Error() != want {
		t.Fatalf("got error  %v\nwant error %s", err, want)
	}
	// Stop gives the address back, although the service never started.
	for range 2 {
		if err := first.Stop(); err != nil {
			t.Fatal(err)
		}
	}
	first.Start() // too late: does nothing
	if status := first.Status(); !errors.Is(status, registry.ErrStopped) {
		t.Errorf("status %v, want %v", status, registry.ErrStopped)
	}
	if base := serve(t, cfg); base != "http://"+cfg.Addr {
		t.Errorf("served on %s", base)
	}
}

func TestDoubleStart(t *testing.T) {
	s, err := monitor.New(config(infos{}))
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	s.Start()
	if _, err := monitor.Check(t.Context(), "http://"+s.Addr().String()+"/healthz"); err != nil {
		t.Error(err)
	}
	if err := errors.Join(s.Stop(), s.Stop()); err != nil {
		t.Error(err)
	}
}

func TestOff(t *testing.T) {
	cfg := config(infos{})
	cfg.Addr = ""
	s, err := monitor.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	if s.Addr() != nil || s.Status() != nil {
		t.Errorf("switched off, but has address %v and status %v", s.Addr(), s.Status())
	}
	if err := s.Stop(); err != nil {
		t.Error(err)
	}
}

func TestConfig(t *testing.T) {
	if cfg := monitor.DefaultConfig(); cfg.Validate() != nil || !strings.HasPrefix(cfg.Addr, "127.0.0.1:") {
		t.Errorf("default configuration %+v: %v", cfg, cfg.Validate())
	}
	_, err := monitor.New(monitor.Config{Addr: "6060"})
	for _, want := range []string{`metrics address "6060"`, "registry is nil", "gatherer is nil", "log is nil"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in error %v", want, err)
		}
	}
	cfg := config(infos{})
	cfg.Addr = "127.0.0.1:99999"
	if _, err := monitor.New(cfg); err == nil || !strings.Contains(err.Error(), cfg.Addr) {
		t.Errorf("listens on a port that does not exist: %v", err)
	}
}

// A metric that is taken already is an error, and the address is given back.
func TestDuplicateMetric(t *testing.T) {
	metrics := prometheus.NewRegistry()
	cfg := config(infos{})
	cfg.Registerer = metrics
	first, err := monitor.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Addr = first.Addr().String()
	if err := first.Stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := monitor.New(cfg); !errors.As(err, &prometheus.AlreadyRegisteredError{}) {
		t.Errorf("got error %v", err)
	}
	var lc net.ListenConfig
	listener, err := lc.Listen(t.Context(), "tcp", cfg.Addr)
	if err != nil {
		t.Fatalf("address is still held: %v", err)
	}
	listener.Close()
}

func TestCheck(t *testing.T) {
	node := func(status error) string { return serve(t, config(infos{service("chain", status)})) }
	stopped, err := monitor.New(config(infos{}))
	if err != nil {
		t.Fatal(err)
	}
	if err := stopped.Stop(); err != nil {
		t.Fatal(err)
	}
	other := func(handler http.HandlerFunc) string {
		var lc net.ListenConfig
		listener, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		server := &http.Server{Handler: handler, ReadHeaderTimeout: time.Second}
		go server.Serve(listener)
		t.Cleanup(func() { server.Close() })
		return "http://" + listener.Addr().String()
	}
	healthy := node(nil)

	for name, test := range map[string]struct {
		page string
		is   error  // sentinel, if any
		text string // "" for a healthy node
	}{
		"healthy":         {healthy + "/healthz", nil, ""},
		"ready":           {healthy + "/readyz", nil, ""},
		"alive":           {node(registry.ErrSyncing) + "/healthz", nil, ""},
		"not ready":       {node(registry.ErrSyncing) + "/readyz", monitor.ErrNotReady, "node is not ready: chain: syncing"},
		"not alive":       {node(registry.ErrFailed) + "/healthz", monitor.ErrNotAlive, "node has failed: chain: failed"},
		"failed, readyz":  {node(registry.ErrFailed) + "/readyz", monitor.ErrNotAlive, "node has failed"},
		"nobody there":    {"http://" + stopped.Addr().String() + "/healthz", syscall.ECONNREFUSED, "no node answers at http://127.0.0.1"},
		"no such page":    {healthy + "/health", nil, "is not a node"},
		"bad address":     {"://", nil, "check health"},
		"another program": {other(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") }), nil, "is not a node"},
		"a redirect": {other(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, healthy+"/healthz", http.StatusFound)
		}), nil, "is not a node"},
		"odd status": {other(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusTeapot)
			fmt.Fprint(w, "{}")
		}), nil, "418"},
	} {
		t.Run(name, func(t *testing.T) {
			report, err := monitor.Check(t.Context(), test.page)
			if test.text == "" {
				if err != nil || len(report.Services) != 1 {
					t.Errorf("report %+v, error %v", report, err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), test.text) || strings.Contains(err.Error(), "\n") {
				t.Fatalf("got error %v, want %q", err, test.text)
			}
			if test.is != nil && !errors.Is(err, test.is) {
				t.Errorf("error %v is not %v", err, test.is)
			}
			if fromNode := errors.Is(err, monitor.ErrNotAlive) || errors.Is(err, monitor.ErrNotReady); fromNode != (len(report.Services) == 1) {
				t.Errorf("error %v with report %+v", err, report)
			}
		})
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := monitor.Check(ctx, healthy+"/healthz"); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled check: %v", err)
	}
}
