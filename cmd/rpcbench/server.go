package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	// startTimeout is how long a server may take to answer, stopTimeout to end.
	startTimeout = time.Minute
	stopTimeout  = 30 * time.Second

	// clockTick is the unit of the times in /proc: USER_HZ, a hundredth of a
	// second on every architecture that Go knows.
	clockTick = 10 * time.Millisecond

	// A server that has used no more than quietTicks in a quietInterval has
	// done what it does in the background after its start.
	quietInterval = 500 * time.Millisecond
	quietTicks    = 2
)

// server is a process that answers JSON-RPC.
type server struct {
	name string
	addr string
	sent int // transactions that were submitted to it

	cmd    *exec.Cmd
	output bytes.Buffer
}

// startServers returns the servers that run, also with an error.
func startServers(ctx context.Context, s settings, c *chainData, dir string) (servers []*server, err error) {
	start := func(name, binary string, args func(port string) []string) (*server, error) {
		port, err := freePort()
		if err != nil {
			return nil, err
		}
		server := &server{name: name, addr: "127.0.0.1:" + port}
		server.cmd = exec.CommandContext(ctx, binary, args(port)...)
		server.cmd.Stdout, server.cmd.Stderr = &server.output, &server.output
		server.cmd.Cancel = func() error { return server.cmd.Process.Signal(syscall.SIGTERM) }
		server.cmd.WaitDelay = stopTimeout
		if err := server.cmd.Start(); err != nil {
			return nil, err
		}
		servers = append(servers, server)
		if err := server.ready(ctx); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return server, nil
	}

	data := filepath.Join(dir, "monolith")
	if out, err := exec.CommandContext(ctx, s.node, "import", "--dev", "--datadir", data, c.file).CombinedOutput(); err != nil {
		return servers, fmt.Errorf("%w\n%s", err, out)
	}
	if _, err := start("monolith", s.node, func(port string) []string {
		args := []string{"--dev", "--mine=false", "--datadir", data, "--http.port", port, "--metrics.addr", "127.0.0.1:0"}
		if s.profiles != "" {
			args = append(args, "--http.api", "eth,debug", "--rpc.profiling")
		}
		return args
	}); err != nil {
		return servers, err
	}
	if s.geth != "" {
		if _, err := start("geth", s.geth, func(port string) []string {
			// As many transactions as ours takes: its own limit is too low
			// to measure for long how fast it takes them.
			return []string{"-datadir", filepath.Join(dir, "geth"), "-import", c.file, "-http.port", port, "-txpool.globalslots", "65536"}
		}); err != nil {
			return servers, err
		}
	}
	if s.anvil != "" {
		anvil, err := start("anvil", s.anvil, func(port string) []string {
			return []string{"--port", port, "--chain-id", c.signer.ChainID().String(), "--no-mining", "--order", "fifo", "--gas-limit", "60000000", "--silent"}
		})
		if err != nil {
			return servers, err
		}
		if err := anvil.replay(ctx, c); err != nil {
			return servers, fmt.Errorf("anvil: %w", err)
		}
	}
	for _, server := range servers {
		if err := server.quiet(ctx); err != nil {
			return servers, fmt.Errorf("%s: %w", server.name, err)
		}
	}
	return servers, nil
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, errors.Join(err, l.Close())
}

// ready waits until the server answers.
func (s *server) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if s.call(ctx, "eth_blockNumber") == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("no answer within %v:\n%s", startTimeout, s.output.String())
		case <-tick.C:
		}
	}
}

// call asks the server something; the answer must not be an error.
func (s *server) call(ctx context.Context, method string, params ...string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+s.addr, strings.NewReader(body(method, params...)))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err == nil && bytes.Contains(answer, []byte(`"error"`)) {
		err = fmt.Errorf("%s: %.300s", method, answer)
	}
	return err
}

// replay makes the blocks of the chain again, with the same transactions.
func (s *server) replay(ctx context.Context, c *chainData) error {
	for _, block := range c.blocks {
		for _, tx := range block.Transactions() {
			if err := s.call(ctx, "eth_sendRawTransaction", raw(tx)); err != nil {
				return err
			}
		}
		if err := s.call(ctx, "evm_mine"); err != nil {
			return err
		}
	}
	return nil
}

// cpuTime returns how long the server's process has computed, in user mode and in the
// kernel: fields 14 and 15 of its status (proc(5)).
func (s *server) cpuTime() (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return 0, fmt.Errorf("processor time cannot be told on this system: %w", err)
	}
	// The second field, the name in parentheses, may contain spaces.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	user, errUser := strconv.ParseInt(fields[11], 10, 64)
	system, errSystem := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * clockTick, errors.Join(errUser, errSystem)
}

// quiet waits until the server does nothing by itself any more, such as indexing.
func (s *server) quiet(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	tick := time.NewTicker(quietInterval)
	defer tick.Stop()
	for before := time.Duration(0); ; {
		now, err := s.cpuTime()
		if err != nil {
			return err
		}
		if before > 0 && now-before <= quietTicks*clockTick {
			return nil
		}
		before = now
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("still busy after %v", startTimeout)
		}
	}
}

// stop ends the process.
func (s *server) stop() error {
	if err := s.cmd.Cancel(); err != nil {
		return fmt.Errorf("%s ended early: %w\n%s", s.name, err, s.output.String())
	}
	_ = s.cmd.Wait() // a signal is how it was told to end
	return nil
}
