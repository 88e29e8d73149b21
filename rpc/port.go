package rpc

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/sirupsen/logrus"

	"github.com/monolith-chain/monolith/rpc/explorer"
)

// access says where a port is, what it serves and to whom. The names of flags are
// for its errors.
type access struct {
	addr      string
	port      int
	api       []string
	cors      []string
	vhosts    []string
	page      bool // browsers get the explorer
	ws        bool
	wsOrigins []string
	secret    []byte // that signs the tokens of requests; nil = none is asked for

	addrFlag, portFlag, vhostsFlag string
}

// public is the port for everybody who can reach it.
func (cfg Config) public() access {
	api := cfg.API
	if cfg.Explorer && !slices.Contains(api, explorerNamespace) {
		api = append(slices.Clone(api), explorerNamespace)
	}
	return access{
		addr: cfg.Addr, port: cfg.Port, api: api,
		cors: cfg.CORS, vhosts: cfg.VHosts, page: cfg.Explorer, ws: cfg.WS, wsOrigins: cfg.WSOrigins,
		addrFlag: FlagHTTPAddr, portFlag: FlagHTTPPort, vhostsFlag: FlagHTTPVHosts,
	}
}

// authenticated is the port for those who know the secret. No web page has a token
// for it, so that origins do not matter.
func (cfg Config) authenticated(secret []byte) access {
	return access{
		addr: cfg.Auth.Addr, port: cfg.Auth.Port, api: cfg.Auth.API,
		vhosts: cfg.Auth.VHosts, ws: true, wsOrigins: []string{"*"}, secret: secret,
		addrFlag: FlagAuthAddr, portFlag: FlagAuthPort, vhostsFlag: FlagAuthVHosts,
	}
}

// port is a TCP port with HTTP and WebSocket.
type port struct {
	server   *server
	listener net.Listener
	http     *http.Server
}

// openPort opens a port whose requests wait until it is served.
func (s *Service) openPort(h handlers, a access) (*port, error) {
	server, err := h.newServer(a.api, s.cfg)
	if err != nil {
		return nil, err
	}
	var page http.Handler
	if a.page {
		if page, err = explorer.Handler(); err != nil {
			return nil, err
		}
	}
	tcp, err := net.Listen("tcp", net.JoinHostPort(a.addr, strconv.Itoa(a.port)))
	if err != nil {
		return nil, fmt.Errorf("open the JSON-RPC port: %w (is another node running? choose the port with --%s, the interface with --%s)", err, a.portFlag, a.addrFlag)
	}
	var upgrade func(http.ResponseWriter, *http.Request)
	if a.ws {
		upgrader := newUpgrader(a, s.gate.metrics)
		upgrade = func(w http.ResponseWriter, r *http.Request) { s.serveWS(server, upgrader, w, r) }
	}
	handler := newHTTPHandler(server, a, s.heavy, page, upgrade)
	if a.secret != nil {
		handler = authenticate(a.secret, s.gate.metrics, handler)
	}
	limits := s.cfg.Limits
	return &port{server: server, listener: newListener(tcp, s.gate), http: &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: limits.ReadTimeout,
		ReadTimeout:       limits.ReadTimeout,
		WriteTimeout:      limits.WriteTimeout + sendGrace,
		IdleTimeout:       limits.IdleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          log.New(httpLog{s.cfg.Log}, "", 0),
	}}, nil
}

// addr is where the port is; nil for none.
func (p *port) addr() net.Addr {
	if p == nil {
		return nil
	}
	return p.listener.Addr()
}

// close takes no more requests, and gives running ones until the context ends.
func (p *port) close(ctx context.Context) error {
	err := p.http.Shutdown(ctx)
	if err != nil { // too slow
		err = p.http.Close()
	}
	// If it was never served, the server does not know its listener.
	if closing := p.listener.Close(); !errors.Is(closing, net.ErrClosed) {
		err = errors.Join(err, closing)
	}
	return err
}

// servePort serves a port until it closes.
func (s *Service) servePort(p *port) {
	if err := p.http.Serve(p.listener); !errors.Is(err, http.ErrServerClosed) {
		s.cfg.Log.WithError(err).Error("JSON-RPC server ended")
		s.failure.Store(&err)
	}
}

// httpLog takes what net/http has to say, which is about clients, but for panics.
type httpLog struct{ log logrus.FieldLogger }

func (l httpLog) Write(line []byte) (int, error) {
	entry := l.log.WithField("text", strings.TrimSpace(string(line)))
	if strings.HasPrefix(string(line), "http: panic") {
		entry.Error("HTTP handler crashed")
	} else {
		entry.Debug("HTTP server")
	}
	return len(line), nil
}
