package rpc

import (
	"fmt"
	"net"
	"sync"
	"time"
)

const (
	// farewells is how many clients that are turned away are told why at a time. With
	// more of them there is somebody who does not want to know.
	farewells = 64

	// farewellTimeout is how long one has to say what it wants, and to listen.
	farewellTimeout = time.Second
)

// listener accepts no more connections than Limits.Conns, and of one client no more
// than Limits.ClientConns. WebSockets are among them.
type listener struct {
	net.Listener
	gate      gate
	farewells chan struct{} // one per client being turned away
	loops     sync.WaitGroup

	// mu guards the fields below.
	mu       sync.Mutex
	open     int
	byClient map[string]int
}

func newListener(l net.Listener, g gate) *listener {
	return &listener{Listener: l, gate: g, farewells: make(chan struct{}, farewells), byClient: make(map[string]int)}
}

// Accept returns the next connection that there is room for.
func (l *listener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		client := clientOf(c.RemoteAddr().String())
		reason := l.enter(client)
		if reason == "" {
			l.gate.metrics.conns.WithLabelValues("http").Inc()
			return &countedConn{Conn: c, leave: func() {
				l.leave(client)
				l.gate.metrics.conns.WithLabelValues("http").Dec()
			}}, nil
		}
		l.turnAway(c, reason)
	}
}

// Close waits for those that are being turned away.
func (l *listener) Close() error {
	err := l.Listener.Close()
	l.loops.Wait()
	return err
}

// enter counts a connection, or says why there cannot be another one.
func (l *listener) enter(client string) (reason string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	limits := l.gate.limits
	switch {
	case l.open >= limits.Conns:
		return fmt.Sprintf("node is busy: the limit is %d connections%s", limits.Conns, seeFlag(FlagConns))
	case l.byClient[client] >= limits.ClientConns:
		return fmt.Sprintf("too many connections from %s: the limit is %d%s", client, limits.ClientConns, seeFlag(FlagClientConns))
	}
	l.open++
	l.byClient[client]++
	return ""
}

func (l *listener) leave(client string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open--
	if l.byClient[client]--; l.byClient[client] == 0 {
		delete(l.byClient, client)
	}
}

// turnAway tells a client why, if that can be done on the side.
func (l *listener) turnAway(c net.Conn, reason string) {
	l.gate.metrics.refuse(refusedConn)
	select {
	case l.farewells <- struct{}{}:
	default:
		_ = c.Close() // nobody is told
		return
	}
	l.loops.Go(func() {
		defer func() { <-l.farewells }()
		defer c.Close()
		if c.SetDeadline(time.Now().Add(farewellTimeout)) != nil {
			return
		}
		// Who has not asked yet takes an answer for an error, and what is left
		// unread makes the kernel throw away the answer.
		_, _ = c.Read(make([]byte, 4096))
		_, _ = fmt.Fprintf(c, "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\nRetry-After: 1\r\nContent-Length: %d\r\n\r\n%s\n", len(reason)+1, reason)
	})
}

// countedConn tells when it is closed.
type countedConn struct {
	net.Conn
	leave func()
	once  sync.Once
}

// Close closes the connection.
func (c *countedConn) Close() error {
	c.once.Do(c.leave)
	return c.Conn.Close()
}
