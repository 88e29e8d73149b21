// Package monitor tells people and machines how the node is.
//
// It serves three pages over HTTP, for reading only:
//
//	/metrics  what Prometheus scrapes
//	/healthz  liveness: 503 once a service has failed or stopped, so that the
//	          process should be replaced. Starting and syncing are alive.
//	/readyz   readiness: 503, with reasons, while any service has a complaint
//	          or one of the [Thresholds] is not kept, so that requests should go
//	          elsewhere
//
// The last two carry the same JSON, a [Report]; [Check] asks for it. The
// answers come from the registry's Infos and the [Facts] at each request:
// nothing is cached.
//
// The metrics are those of the other packages; [GethCollector] can add go-ethereum's.
//
// The package owns its listener, one goroutine that accepts from it and those
// that net/http starts for each connection. It is the last service to start
// and the first to stop: while it answers, all others have been started.
package monitor

import (
	"context"
	"errors"
	"fmt"
	stdlog "log"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/sirupsen/logrus"

	"github.com/monolith-chain/monolith/shared/registry"
)

var _ registry.Service = (*Service)(nil)

// Limits of the server. Its pages are asked for with a few hundred bytes, by a
// handful of clients, and answered at once; these keep a client that dawdles
// from holding a connection.
const (
	readTimeout    = 5 * time.Second
	writeTimeout   = 30 * time.Second // a scraper may sit behind a slow line
	idleTimeout    = 2 * time.Minute  // longer than the usual interval between scrapes
	maxHeaderBytes = 8 << 10
	maxScrapes     = 4           // at a time
	stopGrace      = time.Second // for answers under way when the node stops
)

// Services are the services to report on. The registry is one.
type Services interface {
	Infos() []registry.Info
}

// Config holds the settings and dependencies of the service.
type Config struct {
	Addr  string // host:port to listen on; port 0 takes a free one; "" serves nothing
	Ready Thresholds

	Facts      Facts                 // what the thresholds are compared with
	Registry   Services              // required
	Gatherer   prometheus.Gatherer   // required: what /metrics shows
	Log        logrus.FieldLogger    // required
	Registerer prometheus.Registerer // for the service's own metrics; may be nil
}

// DefaultConfig serves this machine only: the pages need no password.
func DefaultConfig() Config {
	return Config{Addr: "127.0.0.1:6060", Ready: Thresholds{Lag: defaultLag}}
}

// Validate checks the settings; New checks the dependencies too.
func (c Config) Validate() error {
	errs := []error{c.Ready.validate()}
	if c.Addr != "" {
		if _, _, err := net.SplitHostPort(c.Addr); err != nil {
			errs = append(errs, fmt.Errorf("metrics address %q: %w", c.Addr, err))
		}
	}
	return errors.Join(errs...)
}

// missing names every required dependency that is nil.
func (c Config) missing() error {
	var errs []error
	if c.Registry == nil {
		errs = append(errs, errors.New("registry is nil"))
	}
	if c.Gatherer == nil {
		errs = append(errs, errors.New("gatherer is nil"))
	}
	if c.Log == nil {
		errs = append(errs, errors.New("log is nil"))
	}
	return errors.Join(errs...)
}

// Service is the metrics and health server.
type Service struct {
	log      logrus.FieldLogger
	listener net.Listener // nil if nothing is served
	server   *http.Server
	metrics  *readiness
	loops    sync.WaitGroup

	// mu guards the fields below.
	mu      sync.Mutex
	started bool
	stopped bool
	failure error // why the server ended by itself
}

// New acquires the address, so that one that is taken is an error before
// anything runs. Nobody is answered before Start.
func New(cfg Config) (*Service, error) {
	if err := errors.Join(cfg.Validate(), cfg.missing()); err != nil {
		return nil, fmt.Errorf("monitor: %w", err)
	}

	s := &Service{log: cfg.Log, metrics: newReadiness(cfg.Registry)}
	if cfg.Addr == "" {
		return s, nil
	}
	var err error
	if s.listener, err = listen(cfg.Addr); err != nil {
		return nil, err
	}
	if cfg.Registerer != nil {
		if err := cfg.Registerer.Register(s.metrics); err != nil {
			return nil, errors.Join(fmt.Errorf("monitor: register metrics: %w", err), s.listener.Close())
		}
	}
	s.server = &http.Server{
		Handler:        newHandler(cfg),
		ReadTimeout:    readTimeout,
		WriteTimeout:   writeTimeout,
		IdleTimeout:    idleTimeout,
		MaxHeaderBytes: maxHeaderBytes,
		ErrorLog:       stdlog.New(httpLog{s.log}, "", 0),
	}
	return s, nil
}

// listen says in one line what is wrong with an address, and whose it is.
func listen(addr string) (net.Listener, error) {
	var config net.ListenConfig
	listener, err := config.Listen(context.Background(), "tcp", addr)
	if err == nil {
		return listener, nil
	}
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		err = errno // "address already in use", without the call that said so
	}
	return nil, fmt.Errorf("serve metrics and health on %s: %w (--metrics.addr sets another address)", addr, err)
}

// Start begins to answer.
func (s *Service) Start() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.started || s.stopped {
		return
	}
	s.started = true
	if s.listener != nil {
		s.log.WithField("url", "http://"+s.listener.Addr().String()).Info("Serving metrics and health")
		s.loops.Go(s.serve)
	}
}

// Stop closes the address and returns when the answers under way are given,
// after a second at the latest.
func (s *Service) Stop() error {
	s.mu.Lock()
	s.stopped = true
	s.mu.Unlock()
	if s.listener == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), stopGrace)
	defer cancel()
	err := s.server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		// As a rule somebody who has connected and says nothing.
		s.log.Debug("Closing connections that are still open")
		err = s.server.Close()
	}
	// The server knows the listener only once it has been started.
	if errClose := s.listener.Close(); !errors.Is(errClose, net.ErrClosed) {
		err = errors.Join(err, errClose)
	}
	s.loops.Wait()
	if err != nil {
		return fmt.Errorf("close metrics and health server: %w", err)
	}
	return nil
}

// Status is nil while the server answers, or has nothing to serve.
func (s *Service) Status() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.failure != nil:
		return s.failure
	case s.stopped:
		return registry.ErrStopped
	case !s.started:
		return registry.ErrStarting
	}
	return nil
}

// Addr is the address that is listened on; nil if nothing is served.
func (s *Service) Addr() net.Addr {
	if s.listener == nil {
		return nil
	}
	return s.listener.Addr()
}

// serve accepts connections until Stop. A node that can no longer be watched
// still does its work, so the end of the server does not end the node.
func (s *Service) serve() {
	err := s.server.Serve(s.listener)
	if errors.Is(err, http.ErrServerClosed) {
		return
	}
	s.log.WithField("err", err).Error("Metrics and health server ended")
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failure = fmt.Errorf("%w: metrics and health server ended: %w", registry.ErrFailed, err)
}

// httpLog takes what net/http says. Without TLS it does not complain of
// clients, only of us: a handler that panics, a listener that breaks.
type httpLog struct{ log logrus.FieldLogger }

func (l httpLog) Write(line []byte) (int, error) {
	l.log.WithField("err", strings.TrimSpace(string(line))).Warn("HTTP server has trouble")
	return len(line), nil
}
