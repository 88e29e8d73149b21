// Command devnet runs a network of nodes on one machine: real processes of the
// built binary, which find each other through the first one. It is what
// `make devnet` starts.
//
// The first node is the bootnode and does not mine; of the others, -miners do.
// Each has its own data directory below -dir, which is kept, and its own ports,
// counted from those that a node has by default (-rpc, -metrics and -p2p begin
// elsewhere). Their logs come out on one
// stream, each line with the node's name. A signal stops all nodes, each in its
// own order; so does the end of any of them.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/monolith-chain/monolith/config"
)

// stopTimeout is how long a node may take to stop before it is killed.
const stopTimeout = 2 * time.Minute

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "devnet:", err)
		os.Exit(1)
	}
}

type settings struct {
	binary, dir       string
	nodes, miners     int
	rpc, metrics, p2p int      // ports of the first node
	extra             []string // arguments for every node
}

func parse(args []string) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("devnet", flag.ContinueOnError)
	flags.StringVar(&s.binary, "bin", "bin/monolith", "the node's binary")
	flags.StringVar(&s.dir, "dir", ".devnet", "where the nodes keep their data")
	flags.IntVar(&s.nodes, "nodes", 3, "how many nodes")
	flags.IntVar(&s.miners, "miners", 2, "how many of them mine; the first does not")
	flags.IntVar(&s.rpc, "rpc", 8545, "the first node's port for JSON-RPC")
	flags.IntVar(&s.metrics, "metrics", 6060, "the first node's port for metrics")
	flags.IntVar(&s.p2p, "p2p", 30303, "the first node's port for peers; each takes two, the second for discovery")
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	s.extra = flags.Args()
	accounts := len(config.DevAccounts())
	switch {
	case s.nodes < 1 || s.nodes > 50:
		return s, fmt.Errorf("-nodes %d is not between 1 and 50", s.nodes)
	case s.miners < 0 || s.miners > min(s.nodes-1, accounts):
		return s, fmt.Errorf("-miners %d is not between 0 and %d", s.miners, min(s.nodes-1, accounts))
	}
	return s, nil
}

// name of the node with the given index.
func name(index int) string { return fmt.Sprintf("node%d", index+1) }

// arguments of the node with the given index.
func (s settings) arguments(index int) []string {
	args := []string{
		"--network", "devnet",
		"--datadir", filepath.Join(s.dir, name(index)),
		"--http.port", fmt.Sprint(s.rpc + index),
		"--metrics.addr", fmt.Sprintf("127.0.0.1:%d", s.metrics+index),
		"--p2p.addr", "127.0.0.1",
		"--p2p.port", fmt.Sprint(s.p2p + 2*index),
		"--nat=false",
	}
	if index > 0 {
		args = append(args, "--bootnodes", fmt.Sprintf("127.0.0.1:%d", s.p2p))
	}
	if index > 0 && index <= s.miners {
		// Each is paid to an account of its own, so that one sees who found what.
		args = append(args, "--mine", "--miner.etherbase", config.DevAccounts()[index-1].Hex())
	} else {
		args = append(args, "--mine=false")
	}
	return append(args, s.extra...)
}

// run starts the nodes and returns when all have ended.
func run(ctx context.Context, args []string, out io.Writer) error {
	s, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()

	lines := &lineWriter{out: out}
	var (
		nodes sync.WaitGroup
		mu    sync.Mutex // guards ended
		ended []error
	)
	for index := range s.nodes {
		lines.print(name(index), fmt.Sprintf("JSON-RPC http://127.0.0.1:%d, metrics http://127.0.0.1:%d/metrics", s.rpc+index, s.metrics+index))
		nodes.Go(func() {
			defer stop() // a network that lost a node is not the one that was asked for
			if err := s.runNode(ctx, index, lines); err != nil {
				mu.Lock()
				defer mu.Unlock()
				ended = append(ended, fmt.Errorf("%s: %w", name(index), err))
			}
		})
	}
	nodes.Wait()
	return errors.Join(ended...)
}

// runNode runs one node until it ends by itself, or until ctx does.
func (s settings) runNode(ctx context.Context, index int, lines *lineWriter) error {
	node := exec.CommandContext(ctx, s.binary, s.arguments(index)...)
	node.Cancel = func() error { return node.Process.Signal(syscall.SIGTERM) }
	node.WaitDelay = stopTimeout
	logs, logged := io.Pipe()
	node.Stdout, node.Stderr = logged, logged

	var reader sync.WaitGroup
	reader.Go(func() { lines.copy(name(index), logs) })
	err := node.Run()
	_ = logged.Close() // a pipe's Close never fails
	reader.Wait()
	if ctx.Err() != nil && node.ProcessState != nil && node.ProcessState.Success() {
		return nil // it was told to end, and did so in order
	}
	if err == nil {
		return errors.New("ended by itself")
	}
	return err
}

// lineWriter puts the lines of several nodes on one stream.
type lineWriter struct {
	mu  sync.Mutex // guards out
	out io.Writer
}

func (w *lineWriter) print(node, line string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	fmt.Fprintf(w.out, "%-6s | %s\n", node, line)
}

// copy prints a node's log until it ends. Lines that a Scanner cannot hold are
// no log lines; what follows them is read and dropped, so that the node does not
// block on its own log.
func (w *lineWriter) copy(node string, log io.Reader) {
	scanner := bufio.NewScanner(log)
	for scanner.Scan() {
		w.print(node, scanner.Text())
	}
	_, _ = io.Copy(io.Discard, log)
}
