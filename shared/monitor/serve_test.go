package monitor

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/sirupsen/logrus"
	logtest "github.com/sirupsen/logrus/hooks/test"

	"github.com/monolith-chain/monolith/shared/logging"
	"github.com/monolith-chain/monolith/shared/registry"
)

// pipes is a listener whose connections stay within the process, so that the
// server's time limits can be tested on a synctest bubble's clock.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), closed: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.conns:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "pipe"} }

func (p *pipes) dial() net.Conn {
	client, server := net.Pipe()
	p.conns <- server
	return client
}

// servicesFunc answers when it likes.
type servicesFunc func() []registry.Info

func (f servicesFunc) Infos() []registry.Info { return f() }

// startPiped starts a service that listens on pipes.
func startPiped(t *testing.T, log *logrus.Logger, services Services) (*Service, *pipes) {
	t.Helper()
	s, err := New(Config{Addr: "127.0.0.1:0", Registry: services, Gatherer: prometheus.NewRegistry(), Log: log})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.listener.Close(); err != nil {
		t.Fatal(err)
	}
	listener := newPipes()
	s.listener = listener
	s.Start()
	return s, listener
}

func noServices() []registry.Info { return nil }

// expectStop stops the service and checks how long that takes.
func expectStop(t *testing.T, s *Service, want time.Duration) {
	t.Helper()
	began := time.Now()
	if err := s.Stop(); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > want {
		t.Errorf("Stop took %v, want at most %v", took, want)
	}
}

// Whoever sends a request too slowly is cut off.
func TestSlowRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, listener := startPiped(t, logging.Discard(), servicesFunc(noServices))
		conn := listener.dial()
		defer conn.Close()
		began := time.Now()
		if _, err := io.WriteString(conn, "GET /healthz HTTP/1.1\r\nHost: "); err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, conn); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took < readTimeout || took > 2*readTimeout {
			t.Errorf("cut off after %v, want %v", took, readTimeout)
		}
		expectStop(t, s, 0)
	})
}

// A connection that is open and silent, as browsers like to keep one, delays
// Stop by no more than its grace.
func TestStopWithSilentConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, listener := startPiped(t, logging.Discard(), servicesFunc(noServices))
		conn := listener.dial()
		defer conn.Close()
		synctest.Wait()
		expectStop(t, s, stopGrace+time.Second/2)
	})
}

// An answer under way is given before Stop returns.
func TestStopFinishesAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, listener := startPiped(t, logging.Discard(), servicesFunc(func() []registry.Info {
			<-time.After(stopGrace / 2)
			return nil
		}))
		conn := listener.dial()
		defer conn.Close()
		if _, err := io.WriteString(conn, "GET /healthz HTTP/1.1\r\nHost: node\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		answered := make(chan struct{})
		go func() {
			defer close(answered)
			response, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Error(err)
				return
			}
			defer response.Body.Close()
			if body, err := io.ReadAll(response.Body); err != nil || !strings.Contains(string(body), `"alive": true`) {
				t.Errorf("answer %q, error %v", body, err)
			}
		}()
		synctest.Wait()
		expectStop(t, s, stopGrace)
		<-answered
	})
}

// The server's own end is told by Status; it does not end the node.
func TestServerEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, listener := startPiped(t, logging.Discard(), servicesFunc(noServices))
		synctest.Wait()
		if err := s.Status(); err != nil {
			t.Errorf("status while serving: %v", err)
		}
		listener.Close()
		synctest.Wait()
		if err := s.Status(); !errors.Is(err, registry.ErrFailed) || !errors.Is(err, net.ErrClosed) {
			t.Errorf("status after the listener broke: %v", err)
		}
		expectStop(t, s, 0)
	})
}

// A handler that panics costs its request, is logged, and no more.
func TestPanicInHandler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := logrus.New()
		log.SetOutput(io.Discard)
		hook := logtest.NewLocal(log)
		s, listener := startPiped(t, log, servicesFunc(func() []registry.Info { panic("no services") }))
		for range 2 {
			conn := listener.dial()
			if _, err := io.WriteString(conn, "GET /healthz HTTP/1.1\r\nHost: node\r\n\r\n"); err != nil {
				t.Fatal(err)
			}
			if answer, err := io.ReadAll(conn); len(answer) > 0 || err != nil {
				t.Errorf("answer %q, error %v", answer, err)
			}
			conn.Close()
			synctest.Wait()
			entry := hook.LastEntry()
			if entry == nil || entry.Level != logrus.WarnLevel || !strings.Contains(fmt.Sprint(entry.Data["err"]), "no services") {
				t.Errorf("logged %+v", entry)
			}
			hook.Reset()
		}
		expectStop(t, s, 0)
	})
}
