package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"
)

const (
	// maxConns is how many connections can have senders of their own.
	maxConns = sendersPerSlot

	// answerTimeout ends the measurement of a server that hangs.
	answerTimeout = 20 * time.Second

	// warmUp lets a server fill its caches before it counts, as a share of the
	// slot: 1/warmUp.
	warmUp = 5
)

// result is what one server did with one case.
type result struct {
	rate     float64 // requests per second
	p50, p99 float64 // microseconds from sending a request to having its answer
	cpu      float64 // microseconds of the server's processor time per request
}

// measure puts a server under load for a slot, or until the case's requests are used
// up.
func measure(ctx context.Context, s *server, bench benchCase, conns int, slot time.Duration) (result, error) {
	clients := make([]*client, conns)
	for i := range clients {
		c, err := newClient(ctx, s.addr)
		if err != nil {
			return result{}, err
		}
		defer c.conn.Close()
		clients[i] = c
	}
	if !bench.once {
		if _, err := load(ctx, clients, bench.source(s, conns), slot/warmUp); err != nil {
			return result{}, err
		}
	}
	before, err := s.cpuTime()
	if err != nil {
		return result{}, err
	}
	start := time.Now()
	took, err := load(ctx, clients, bench.source(s, conns), slot)
	if err != nil {
		return result{}, err
	}
	elapsed := time.Since(start)
	after, err := s.cpuTime()
	n := float64(len(took))
	slices.Sort(took)
	return result{
		rate: n / elapsed.Seconds(),
		p50:  micros(took[len(took)/2]),
		p99:  micros(took[len(took)*99/100]),
		cpu:  micros(after-before) / n,
	}, err
}

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

// load lets every client ask one thing after the other, and returns how long each
// answer took. There is at least one.
func load(ctx context.Context, clients []*client, next func(conn int) []byte, duration time.Duration) ([]time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, duration)
	defer cancel()
	all, errs := make([][]time.Duration, len(clients)), make([]error, len(clients))
	var running sync.WaitGroup
	for i, c := range clients {
		running.Go(func() {
			for len(all[i]) == 0 || ctx.Err() == nil {
				request := next(i)
				if request == nil {
					return
				}
				start := time.Now()
				if errs[i] = c.ask(request); errs[i] != nil {
					cancel()
					return
				}
				all[i] = append(all[i], time.Since(start))
			}
		})
	}
	running.Wait()
	took := slices.Concat(all...)
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	if len(took) == 0 {
		return nil, errors.New("no requests left")
	}
	return took, nil
}

// client is one keep-alive connection.
type client struct {
	conn   net.Conn
	reader *bufio.Reader
}

func newClient(ctx context.Context, addr string) (*client, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	return &client{conn, bufio.NewReaderSize(conn, 64<<10)}, nil
}

// post is a request as it goes over the wire.
func post(body string) []byte {
	return fmt.Appendf(nil, "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}

// ask sends a request and reads past its answer, which must be a result. It knows as
// much of HTTP as the servers use.
func (c *client) ask(request []byte) error {
	if err := c.conn.SetDeadline(time.Now().Add(answerTimeout)); err != nil {
		return err
	}
	if _, err := c.conn.Write(request); err != nil {
		return err
	}
	status, err := c.reader.ReadSlice('\n')
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(status, []byte("HTTP/1.1 200")) {
		return fmt.Errorf("answer %q", status)
	}
	size, err := c.header()
	if err != nil {
		return err
	}
	if size >= 0 {
		return c.body(size, true)
	}
	for first := true; ; first = false {
		if size, err = c.chunk(); err != nil {
			return err
		}
		if err := c.body(size, first); err != nil {
			return err
		}
		if _, err := c.reader.Discard(len("\r\n")); err != nil || size == 0 {
			return err
		}
	}
}

// header returns the length of the body, -1 if it comes in chunks.
func (c *client) header() (size int, err error) {
	for size = -1; ; {
		line, err := c.reader.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		if len(line) <= len("\r\n") {
			return size, nil
		}
		if key, value, _ := bytes.Cut(line, []byte(":")); bytes.EqualFold(key, []byte("content-length")) {
			if size, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return 0, err
			}
		}
	}
}

// chunk returns the length of the next chunk.
func (c *client) chunk() (int, error) {
	line, err := c.reader.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	size, err := strconv.ParseUint(string(bytes.TrimSpace(line)), 16, 31)
	return int(size), err
}

// body reads past a body, or a chunk of it. Errors show at its beginning.
func (c *client) body(size int, first bool) error {
	if first {
		head, err := c.reader.Peek(min(size, 200))
		if err != nil {
			return err
		}
		if bytes.Contains(head, []byte(`"error"`)) {
			return fmt.Errorf("answer %s", head)
		}
	}
	_, err := io.CopyN(io.Discard, c.reader, int64(size))
	return err
}
