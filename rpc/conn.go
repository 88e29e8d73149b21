package rpc

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/rpc"
	"github.com/sirupsen/logrus"
)

const (
	// sendTimeout is how long one frame may take to be taken over by the
	// kernel. What a client leaves unread piles up there first and then in the
	// connection's queue, so a healthy one never gets near it.
	sendTimeout = 10 * time.Second

	// pingInterval keeps connections through proxies and routers that drop
	// silent ones after a minute, and finds peers that are gone.
	pingInterval = 30 * time.Second
)

// link is the transport under a conn: frames in, frames out.
type link interface {
	// read returns the next frame, which the link does not touch again. After
	// errFrameTooLarge it can go on.
	read() ([]byte, error)
	write(frame []byte, deadline time.Time) error
	ping(deadline time.Time) error
	// interrupt makes a read that waits, and all later ones, fail.
	interrupt()
	// kill makes everything that waits fail. It may be called at any time.
	kill()
	// close says goodbye with a reason, if there is a way, and closes.
	close(reason string)
}

// errFrameTooLarge is a link's answer to a frame beyond Limits.Body, which it did not
// keep.
var errFrameTooLarge = errors.New("frame too large")

// errNoMemory is a link's answer to a frame that there is no memory for, which it did
// not keep.
var errNoMemory = errors.New("no memory for the frame")

// errFrameSyntax is a link's answer to what is not JSON and hides where the next
// frame starts.
var errFrameSyntax = errors.New("frame is not JSON")

// conn is a lasting connection, WebSocket or IPC, as go-ethereum's server sees it: it
// reads a stream of JSON from it and writes to it.
//
// In between are three things that the server does not do. It starts a goroutine for
// every request it can read, so it gets no more than Limits.ConnRequests at a time. A
// subscription that waits for its client holds up the loop that all clients' events
// go through, and with that the chain; so writing here only queues, and a client that
// leaves more than Limits.ConnQueue bytes unread is disconnected. And it lets calls run
// to their end when the connection is gone; so those that may take long are given to
// it one by one, like HTTP requests, in a context that ends with the connection.
type conn struct {
	link   link
	peer   string
	client string // see clientOf
	gate   gate
	heavy  *heavyCalls
	server *server
	calls  calls
	log    logrus.FieldLogger

	rest []byte // of the frame being read by the server

	ctx     context.Context // ends when there is nobody to answer to
	cancel  context.CancelFunc
	running sync.WaitGroup // heavy frames; only next adds to them
	timeout time.Duration  // to answer one; 0 = any

	// mu guards the fields below.
	mu       sync.Mutex
	changed  sync.Cond // on mu: something below has
	queue    [][]byte
	queued   int    // bytes
	inFlight int    // requests
	frames   int    // heavy ones that are being served
	draining bool   // no more requests
	closing  bool   // no more frames to send; what is queued still is
	reason   string // told to the client
	broken   bool   // nothing can be sent any more
}

var _ rpc.Conn = (*conn)(nil)

// serve serves a connection until it ends, and returns when its writer and, for all
// that the server can tell, its requests have ended.
func (c *conn) serve() {
	defer c.cancel()
	ctx, cancel := context.WithCancel(context.Background())
	var loops sync.WaitGroup
	loops.Go(func() { c.writeLoop(); cancel() })
	loops.Go(func() { c.pingLoop(ctx) })
	c.server.ServeCodec(rpc.NewCodec(c), 0) // which closes it
	loops.Wait()
	c.calls.abandon()
}

func newConn(l link, peer string, server *server, heavy *heavyCalls, log logrus.FieldLogger) *conn {
	c := &conn{link: l, peer: peer, client: clientOf(peer), gate: heavy.gate, heavy: heavy, server: server, log: log}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	c.timeout = c.gate.limits.WriteTimeout
	c.calls.metrics = c.gate.metrics
	c.changed.L = &c.mu
	return c
}

// RemoteAddr identifies the connection in go-ethereum's PeerInfo.
func (c *conn) RemoteAddr() string { return c.peer }

// SetWriteDeadline has nothing to do: Write does not wait.
func (c *conn) SetWriteDeadline(time.Time) error { return nil }

// Read gives the server the next bytes of the frames it may serve.
func (c *conn) Read(p []byte) (int, error) {
	for len(c.rest) == 0 {
		frame, err := c.next()
		if err != nil {
			return 0, err
		}
		c.rest = frame
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

// next returns the next frame that the server can serve. Others are answered at once,
// or when the calls that they bring have run.
func (c *conn) next() ([]byte, error) {
	frame, err := c.link.read()
	switch {
	case errors.Is(err, errFrameTooLarge):
		return nil, c.send(c.gate.tooLarge())
	case errors.Is(err, errNoMemory):
		return nil, c.send(c.gate.crowded(nil))
	case errors.Is(err, errFrameSyntax):
		return nil, c.end(errors.Join(err, c.send(parseError())))
	case err != nil:
		return nil, c.end(err)
	}
	// What is not JSON would make the server hang up, or wait for a later frame
	// to complete it.
	if !json.Valid(frame) {
		return nil, c.send(parseError())
	}
	if answer := c.gate.refuse(frame); answer != nil {
		return nil, c.send(answer)
	}
	// With the frame in hand: a connection that nobody reads from cannot be seen
	// to end.
	if !c.awaitRoom() {
		return nil, c.end(io.EOF)
	}
	if len(frame) > smallFrame && !c.gate.memory.take(len(frame)) {
		return nil, c.send(c.gate.crowded(nil))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	var heaviest weight
	if c.inFlight, heaviest = c.calls.begin(frame); heaviest > light {
		c.frames++
		c.running.Go(func() { c.serveHeavy(frame, heaviest) })
		return nil, nil
	}
	c.release(frame)                // what is light is done at once
	return append(frame, '\n'), nil // which ends a number, for example
}

// awaitRoom waits until there may be another request; false means that there will be
// none.
func (c *conn) awaitRoom() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	limit := c.gate.limits.ConnRequests
	for max(c.inFlight, c.frames) >= limit && !c.draining && !c.broken {
		c.changed.Wait()
	}
	return !c.draining && !c.broken
}

// end waits for running calls before the server learns that the connection ends. They
// are cancelled unless they may finish, see drain.
func (c *conn) end(reason error) error {
	c.mu.Lock()
	if !c.draining {
		c.cancel()
	}
	c.mu.Unlock()
	c.running.Wait()
	return reason
}

// release gives back the memory of a request.
func (c *conn) release(frame []byte) {
	if len(frame) > smallFrame {
		c.gate.memory.give(len(frame))
	}
}

// serveHeavy answers a frame that may take long.
func (c *conn) serveHeavy(frame []byte, heaviest weight) {
	ctx := c.ctx
	if c.timeout > 0 && heaviest > waiting { // who waits says for how long
		ctx = answerUntil{ctx, time.Now().Add(c.timeout)}
	}
	request := &http.Request{
		Method: http.MethodPost, RemoteAddr: c.peer,
		Header: http.Header{"Content-Type": {"application/json"}},
	}
	defer c.release(frame)
	answer := c.heavy.serve(heavyFrame{c.server, request.WithContext(ctx), c.client}, frame, heaviest)
	c.mu.Lock()
	c.frames--
	c.inFlight = c.calls.end(answer.frame)
	c.changed.Broadcast()
	c.mu.Unlock()
	if answer.frame != nil {
		_ = c.send(answer.frame) // a client that is gone does not want it
	}
}

// Write takes a frame of the server's.
func (c *conn) Write(frame []byte) (int, error) {
	// The server uses its buffer again.
	answer := bytes.Clone(bytes.TrimSuffix(frame, []byte{'\n'}))
	if answer[0] == '[' { // only batches are too large, and nothing times out here
		answer = c.gate.explain(answer)
	}
	answer = c.gate.bound(answer)
	c.mu.Lock()
	c.inFlight = c.calls.end(answer)
	c.changed.Broadcast()
	c.mu.Unlock()
	return len(frame), c.send(answer)
}

// send queues a frame, which is the connection's from now on.
func (c *conn) send(frame []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closing || c.broken {
		return net.ErrClosed
	}
	switch fits := c.gate.memory.take(len(frame)); {
	case fits && (len(c.queue) == 0 || c.queued+len(frame) <= c.gate.limits.ConnQueue):
	case len(c.queue) > 0:
		if fits {
			c.gate.memory.give(len(frame))
		}
		// There is no telling the client: this would have to wait, too.
		c.gate.metrics.refuse(refusedSlow)
		c.log.WithFields(logrus.Fields{"peer": c.peer, "bytes": c.queued, "flag": "--" + FlagWSQueue}).Debug("Connection closed: the client does not read")
		c.abort()
		return net.ErrClosed
	default: // this client reads, others have taken up the memory
		if len(frame) > smallFrame {
			frame = c.gate.crowded(responseID(frame))
		}
		c.gate.memory.used.Add(int64(len(frame)))
	}
	c.queue = append(c.queue, frame)
	c.queued += len(frame)
	c.changed.Broadcast()
	return nil
}

// abort gives up what is queued. The caller holds mu.
func (c *conn) abort() {
	c.broken = true
	c.cancel()
	c.gate.memory.give(c.queued)
	c.queue, c.queued = nil, 0
	c.changed.Broadcast()
	c.link.kill()
}

// drain lets running requests finish and reads no more.
func (c *conn) drain(reason string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.draining, c.reason = true, reason
	c.changed.Broadcast()
	c.link.interrupt()
}

// Close ends the connection after what is queued was sent.
func (c *conn) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.draining, c.closing = true, true
	c.cancel()
	c.changed.Broadcast()
	c.link.interrupt()
	return nil
}

// kill ends the connection at once.
func (c *conn) kill() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.abort()
}

// writeLoop sends what is queued until the connection closes or breaks.
func (c *conn) writeLoop() {
	for {
		frame, reason, done := c.dequeue()
		if done {
			c.link.close(reason)
			return
		}
		err := c.link.write(frame, time.Now().Add(sendTimeout))
		c.gate.memory.give(len(frame))
		if err != nil {
			c.kill()
		}
	}
}

func (c *conn) dequeue() (frame []byte, reason string, done bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.queue) == 0 && !c.closing && !c.broken {
		c.changed.Wait()
	}
	if c.broken || len(c.queue) == 0 {
		return nil, c.reason, true
	}
	frame = c.queue[0]
	c.queue = c.queue[1:]
	c.queued -= len(frame)
	return frame, "", false
}

func (c *conn) pingLoop(ctx context.Context) {
	ticker := time.NewTicker(pingInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C:
			if c.link.ping(now.Add(sendTimeout)) != nil {
				c.link.interrupt()
				return
			}
		}
	}
}
