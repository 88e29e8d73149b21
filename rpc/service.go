package rpc

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
	"github.com/sirupsen/logrus"

	"github.com/monolith-chain/monolith/shared/registry"
)

var _ registry.Service = (*Service)(nil)

const (
	// drainTimeout is how long Stop lets running requests finish. Most take
	// milliseconds, calls and estimates at most Limits.EVMTimeout.
	drainTimeout = 5 * time.Second

	// stopTimeout leaves calls that were not finished by then the time to
	// notice that they are cancelled.
	stopTimeout = 15 * time.Second

	// sendGrace is how long an answer may take to be sent, also the one that
	// there was no time to find a better one.
	sendGrace = 5 * time.Second

	// acceptPause is how long a listener in trouble rests.
	acceptPause = time.Second
)

// Service is the node's JSON-RPC.
type Service struct {
	cfg     Config
	backend *backend
	filters *filterAPI
	feeds   feeds
	gate    gate
	heavy   *heavyCalls

	public *port   // for everybody; nil if off
	auth   *port   // for those who know the secret; nil if off
	local  *server // IPC; nil if off

	ipcListener net.Listener
	loops       sync.WaitGroup // ports, IPC, janitor

	failure atomic.Pointer[error] // why a listener broke
	started atomic.Bool
	stopped atomic.Bool
	stop    sync.Once
	stopErr error

	// mu guards the fields below, and orders Start and Stop.
	mu      sync.Mutex
	conns   map[*conn]struct{} // nil once no more are taken
	serving sync.WaitGroup     // one per conn
}

// New makes the handlers and opens the listeners; requests wait until Start. An
// address that is taken is an error that says by which flag another one is chosen.
func New(cfg Config) (*Service, error) {
	if err := errors.Join(cfg.complete(), cfg.Validate()); err != nil {
		return nil, fmt.Errorf("rpc configuration: %w", err)
	}
	s := &Service{cfg: cfg, backend: newBackend(cfg), conns: make(map[*conn]struct{})}
	s.filters = newFilterAPI(s.backend, &s.feeds)
	h := newHandlers(cfg, s.backend, newFees(s.backend, cfg.GasPrice, &s.feeds), s.filters)
	if err := s.open(h); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

func (s *Service) open(h handlers) error {
	m, err := newMetrics(s.cfg.Registerer, h.methods(h.all()))
	if err != nil {
		return fmt.Errorf("rpc metrics: %w", err)
	}
	s.gate = newGate(s.cfg.Limits, m)
	s.heavy = newHeavyCalls(s.gate)
	s.backend.long = s.heavy.long
	if err := errors.Join(s.heavy.register(s.cfg.Registerer), s.filters.register(s.cfg.Registerer)); err != nil {
		return fmt.Errorf("rpc metrics: %w", err)
	}
	if s.cfg.HTTP {
		if s.public, err = s.openPort(h.public(s.cfg), s.cfg.public()); err != nil {
			return err
		}
	}
	if s.cfg.Auth.Enabled {
		secret, err := loadSecret(s.cfg.Auth.SecretFile)
		if err != nil {
			return err
		}
		a := s.cfg.authenticated(secret)
		if len(a.api) == 0 {
			a.api = h.all()
		}
		if s.auth, err = s.openPort(h, a); err != nil {
			return err
		}
	}
	if s.cfg.IPCPath != "" {
		if s.local, err = h.newServer(h.all(), s.cfg); err != nil {
			return err
		}
		if s.ipcListener, err = listenIPC(s.cfg.IPCPath); err != nil {
			return err
		}
	}
	return nil
}

// Start serves the listeners.
func (s *Service) Start() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conns == nil || s.started.Swap(true) {
		return
	}
	s.loops.Go(s.filters.janitor)
	if s.public != nil {
		s.loops.Go(func() { s.servePort(s.public) })
		s.cfg.Log.WithFields(logrus.Fields{
			"url": "http://" + s.public.addr().String(), "api": s.cfg.public().api, "websocket": s.cfg.WS,
		}).Info("JSON-RPC ready")
	}
	if s.auth != nil {
		s.loops.Go(func() { s.servePort(s.auth) })
		s.cfg.Log.WithFields(logrus.Fields{
			"url": "http://" + s.auth.addr().String(), "secret": s.cfg.Auth.SecretFile,
		}).Info("Authenticated JSON-RPC ready")
	}
	if s.ipcListener != nil {
		s.loops.Go(s.acceptIPC)
		s.cfg.Log.WithField("path", s.cfg.IPCPath).Info("IPC ready")
	}
}

// Status is nil while requests are served.
func (s *Service) Status() error {
	switch failure := s.failure.Load(); {
	case s.stopped.Load():
		return registry.ErrStopped
	case failure != nil:
		return fmt.Errorf("%w: %w", registry.ErrFailed, *failure)
	case !s.started.Load():
		return registry.ErrStarting
	}
	return nil
}

// Addr returns where HTTP and WebSocket are served, or nil if they are off.
func (s *Service) Addr() net.Addr { return s.public.addr() }

// AuthAddr returns where HTTP and WebSocket are served to those who know the secret,
// or nil if that is off.
func (s *Service) AuthAddr() net.Addr { return s.auth.addr() }

// StopTimeout tells the registry how long Stop may take.
func (s *Service) StopTimeout() time.Duration { return stopTimeout }

// Stop takes no more requests, lets running ones finish, says goodbye to WebSocket
// and IPC clients and ends all goroutines.
func (s *Service) Stop() error {
	s.stop.Do(func() {
		s.stopped.Store(true)
		s.stopErr = s.shutdown()
	})
	return s.stopErr
}

func (s *Service) shutdown() error {
	var errs []error
	ctx, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()
	if s.ipcListener != nil {
		errs = append(errs, s.ipcListener.Close()) // removes the socket too
	}
	conns, drained := s.drainConns()
	errs = append(errs, s.closePorts(ctx))
	select {
	case <-drained:
	case <-ctx.Done():
		for _, c := range conns {
			c.kill()
		}
	}
	for _, p := range s.ports() {
		p.server.Stop()
	}
	if s.local != nil {
		s.local.Stop()
	}
	<-drained
	s.filters.stop()
	s.loops.Wait()
	s.feeds.Close() // ends go-ethereum's loops
	errs = append(errs, s.backend.profiles.stop(), s.backend.backups.stop())
	return errors.Join(errs...)
}

// ports are those that are open.
func (s *Service) ports() []*port {
	return slices.DeleteFunc([]*port{s.public, s.auth}, func(p *port) bool { return p == nil })
}

// closePorts closes all of them at the same time.
func (s *Service) closePorts(ctx context.Context) error {
	ports := s.ports()
	errs := make([]error, len(ports))
	var closing sync.WaitGroup
	for i, p := range ports {
		closing.Go(func() { errs[i] = p.close(ctx) })
	}
	closing.Wait()
	return errors.Join(errs...)
}

// drainConns asks all connections to end, and closes the channel when they have.
func (s *Service) drainConns() ([]*conn, <-chan struct{}) {
	s.mu.Lock()
	conns := slices.Collect(maps.Keys(s.conns))
	s.conns = nil
	s.mu.Unlock()
	for _, c := range conns {
		c.drain(errStopping.Error())
	}
	drained := make(chan struct{})
	go func() {
		s.serving.Wait()
		close(drained)
	}()
	return conns, drained
}

// connect makes a connection of a link, or closes it if the service is stopping.
func (s *Service) connect(l link, peer string, server *server) *conn {
	c := newConn(l, peer, server, s.heavy, s.cfg.Log)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conns == nil {
		l.close(errStopping.Error())
		return nil
	}
	s.conns[c] = struct{}{}
	s.serving.Add(1)
	return c
}

// serveConn serves a connection until it ends.
func (s *Service) serveConn(c *conn, transport string) {
	open := s.gate.metrics.conns.WithLabelValues(transport)
	open.Inc()
	c.serve()
	open.Dec()
	s.mu.Lock()
	delete(s.conns, c)
	s.mu.Unlock()
	s.serving.Done()
}

func (s *Service) serveWS(server *server, upgrader *websocket.Upgrader, w http.ResponseWriter, r *http.Request) {
	ws, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // the client has been told
	}
	if c := s.connect(newWSLink(ws, s.gate), r.RemoteAddr, server); c != nil {
		s.serveConn(c, "ws")
	}
}

// acceptIPC serves the connections to the socket.
func (s *Service) acceptIPC() {
	for n := 1; ; n++ {
		link, err := s.ipcListener.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil:
			// Without a free file descriptor, say: there may be one later.
			s.cfg.Log.WithError(err).Warn("IPC connection not accepted")
			select {
			case <-time.After(acceptPause):
				continue
			case <-s.filters.quit:
				return
			}
		}
		// The clients of a Unix socket have no addresses.
		if c := s.connect(newIPCLink(link), "ipc-"+strconv.Itoa(n), s.local); c != nil {
			c.client, c.timeout = ipc, 0 // the owner may take the time
			go s.serveConn(c, ipc)
		}
	}
}
