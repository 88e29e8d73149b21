package rpc

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/sirupsen/logrus"
	logtest "github.com/sirupsen/logrus/hooks/test"
)

// watched is a node whose log is kept.
func watched(t *testing.T, change ...func(*Config)) (*node, *logtest.Hook) {
	logger, hook := logtest.NewNullLogger()
	logger.SetLevel(logrus.DebugLevel)
	return newNode(t, append([]func(*Config){func(cfg *Config) { cfg.Log = logger }}, change...)...), hook
}

// unharmed checks that after all that clients have done, and when they are gone, the
// node answers, holds nothing of theirs, and has not complained.
func (n *node) unharmed(log *logtest.Hook) {
	n.t.Helper()
	get[string](n, "eth_blockNumber")
	if ws := n.openWS(); !strings.Contains(n.say(ws, askChainID), "0x1092") {
		n.t.Error("no answer over WebSocket")
	} else {
		n.check(ws.Close())
	}
	n.client.Close()
	http.DefaultClient.CloseIdleConnections()
	m := n.rpc.gate.metrics
	n.await("everything is given back", func() bool {
		h := n.rpc.heavy
		return gauge(n.t, m.inFlight) == 0 && m.open.Load() == 0 && n.rpc.gate.memory.used.Load() == 0 &&
			h.short.busy()+h.long.busy()+h.short.queued()+h.long.queued() == 0 &&
			gauge(n.t, m.conns.WithLabelValues("ws")) == 0 && len(n.rpc.filtersOf()) == 0
	})
	n.await("no goroutine of a connection is left", func() bool {
		return goroutines("rpc.(*conn)", "rpc.(*handler)", "rpc.(*heavyCalls)", "rpc.(*slots)") == ""
	})
	for _, entry := range log.AllEntries() {
		if entry.Level <= logrus.WarnLevel {
			n.t.Errorf("logged at %v: %s %v", entry.Level, entry.Message, entry.Data)
		}
	}
	n.client = n.dial("http://" + n.rpc.Addr().String())
}

// filtersOf is how many filters each client has.
func (s *Service) filtersOf() map[string]int {
	s.filters.mu.Lock()
	defer s.filters.mu.Unlock()
	return s.filters.clients
}

// refusals is how often the node has refused something for a reason.
func (n *node) refusals(reason string) float64 {
	return testutil.ToFloat64(n.rpc.gate.metrics.refused.WithLabelValues(reason))
}

// tcp opens a connection from a loopback address.
func (n *node) tcp(from string) net.Conn {
	n.t.Helper()
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}, Timeout: patience}
	c, err := dialer.DialContext(n.t.Context(), "tcp", n.rpc.Addr().String())
	n.check(err)
	n.t.Cleanup(func() { c.Close() })
	n.check(c.SetDeadline(time.Now().Add(patience)))
	return c
}

// rawPost sends a request over a connection and returns the response's status and body.
func (n *node) rawPost(c net.Conn, body string) (int, string) {
	n.t.Helper()
	_, err := fmt.Fprintf(c, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	n.check(err)
	response, err := http.ReadResponse(bufio.NewReader(c), nil)
	n.check(err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	n.check(err)
	return response.StatusCode, string(text)
}

// TestConnectionFlood: nobody has all the connections.
func TestConnectionFlood(t *testing.T) {
	n, log := watched(t, func(cfg *Config) { cfg.Limits.Conns, cfg.Limits.ClientConns = 5, 3 })
	n.client.Close()
	var open []net.Conn
	take := func(from string) {
		c := n.tcp(from)
		if status, body := n.rawPost(c, askChainID); status != http.StatusOK {
			t.Fatalf("from %s: %d %s", from, status, body)
		}
		open = append(open, c)
	}
	refused := func(from, want string) {
		if status, body := n.rawPost(n.tcp(from), askChainID); status != http.StatusServiceUnavailable || body != want {
			t.Errorf("from %s: %d %q, want %q", from, status, body, want)
		}
	}
	for range 3 {
		take("127.0.0.2")
	}
	refused("127.0.0.2", "too many connections from 127.0.0.2: the limit is 3 (see --http.client-connection-limit)\n")
	take("127.0.0.3")
	take("127.0.0.4")
	refused("127.0.0.5", "node is busy: the limit is 5 connections (see --http.connection-limit)\n")
	for range 3 * farewells { // who does not even say what he wants
		n.tcp("127.0.0.2")
	}
	n.await("all are turned away", func() bool { return n.refusals(refusedConn) == 2+3*farewells })
	for _, c := range open {
		n.check(c.Close())
	}
	n.await("there is room again", func() bool { return gauge(t, n.rpc.gate.metrics.conns.WithLabelValues("http")) == 0 })
	n.unharmed(log)
}

// TestUpgradeFlood: WebSockets are connections like others.
func TestUpgradeFlood(t *testing.T) {
	n, log := watched(t, func(cfg *Config) { cfg.Limits.ClientConns = 10 })
	n.client.Close()
	var open []*websocket.Conn
	refused := 0
	for range 40 {
		ws, response, err := n.rawWS(nil)
		if err != nil {
			if response == nil || response.StatusCode != http.StatusServiceUnavailable {
				t.Fatal(err)
			}
			refused++
			continue
		}
		open = append(open, ws)
	}
	if len(open) != 10 || refused != 30 {
		t.Errorf("%d open, %d refused", len(open), refused)
	}
	for _, ws := range open {
		n.check(ws.Close())
	}
	n.await("there is room again", func() bool { return gauge(t, n.rpc.gate.metrics.conns.WithLabelValues("http")) == 0 })
	n.unharmed(log)
}

// TestSlowWriters: half a request is waited for, but not for ever, on any transport.
func TestSlowWriters(t *testing.T) {
	n, log := watched(t, func(cfg *Config) { cfg.Limits.ReadTimeout = 300 * time.Millisecond })
	c := n.tcp("127.0.0.1")
	_, err := io.WriteString(c, "POST / HTTP/1.1\r\nHost: localhost\r\n")
	n.check(err)
	for i := 0; err == nil; i++ { // a byte at a time, for as long as it is let
		_, err = fmt.Fprintf(c, "X-%d: a\r\n", i)
		<-time.After(5 * time.Millisecond)
	}

	// A message in fragments, with pongs in between that show that we are there.
	ws := n.openWS()
	w, err := ws.NextWriter(websocket.TextMessage)
	n.check(err)
	for err == nil {
		if _, err = w.Write(bytes.Repeat([]byte{' '}, 5000)); err == nil { // more than its buffer
			err = ws.WriteControl(websocket.PongMessage, nil, time.Now().Add(patience))
		}
		<-time.After(5 * time.Millisecond)
	}
	n.unharmed(log)
}

// TestManyFragments: a message may come in any number of them.
func TestManyFragments(t *testing.T) {
	n, log := watched(t)
	ws := n.openWS()
	conn := ws.NetConn()
	frame := func(opcode, payload byte) []byte { return []byte{opcode, 0x81, 0, 0, 0, 0, payload} } // masked with zeros
	var stream []byte
	for i := range len(askChainID) {
		opcode := byte(0) // continuation
		if i == 0 {
			opcode = websocket.TextMessage
		}
		stream = append(stream, frame(opcode, askChainID[i])...)
		stream = append(stream, 0x89, 0x80, 0, 0, 0, 0) // ping
	}
	stream = append(stream, 0x80, 0x80, 0, 0, 0, 0) // the end, empty
	_, err := conn.Write(stream)
	n.check(err)
	if got := n.hear(ws); !strings.Contains(got, "0x1092") {
		t.Error(got)
	}
	n.check(ws.Close())
	n.unharmed(log)
}

// TestPingFlood: pings of a client that does not read pongs end its connection alone.
func TestPingFlood(t *testing.T) {
	n, log := watched(t)
	c := n.openWS().NetConn()
	flood := bytes.Repeat(append([]byte{0x89, 0xfd, 0, 0, 0, 0}, make([]byte, 125)...), 1000)
	n.check(c.SetWriteDeadline(time.Now().Add(2 * time.Second)))
	for err := error(nil); err == nil; {
		_, err = c.Write(flood)
	}
	n.check(c.Close())
	n.unharmed(log)
}

// TestGarbage: bytes that make no sense, on every transport.
func TestGarbage(t *testing.T) {
	n, log := watched(t)
	for _, bytes := range []string{
		"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", // TLS
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n\xff\xff\xff\xff\xff\xff\xff",
		"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
		"POST / HTTP/1.1\r\nHost: localhost\r\nX: " + strings.Repeat("x", 1<<17) + "\r\n\r\n",
		strings.Repeat("\x00", 10000),
	} {
		c := n.tcp("127.0.0.1")
		_, _ = io.WriteString(c, bytes) // it may hang up in the middle
		if tcp, ok := c.(*net.TCPConn); ok {
			n.check(tcp.CloseWrite())
		}
		_, _ = io.Copy(io.Discard, c) // whatever it says to that
		n.check(c.Close())
	}
	n.unharmed(log)
}

// TestHugeHeader: the head of a request is bounded.
func TestHugeHeader(t *testing.T) {
	n := newNode(t)
	const slack = 4096 // that net/http adds
	head := "POST / HTTP/1.1\r\nHost: localhost\r\nCookie: "
	c := n.tcp("127.0.0.1")
	_, err := io.WriteString(c, head+strings.Repeat("c", maxHeader+slack-len(head)))
	n.check(err)
	response, err := http.ReadResponse(bufio.NewReader(c), nil)
	n.check(err)
	n.check(response.Body.Close())
	if response.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Error(response.Status)
	}
}
