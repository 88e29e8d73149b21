// Command rpcbench measures the node's JSON-RPC beside go-ethereum's (cmd/refgeth)
// and, if it is there, Foundry's anvil. It is what `make bench-rpc` starts.
//
// It makes a chain (chain.go), gives it to each of them (server.go: all are
// processes with a data directory of their own; anvil, which reads no chain files,
// is sent the transactions), and lets a number of connections ask as fast as
// answers come (load.go). The requests (cases.go) are the same bytes for all.
// Servers take turns, a slot of -time each, for -rounds rounds; the table has the
// medians.
//
// The generator shares the cores with the server under load, so it does as little as
// it can: requests are bytes made beforehand, answers are counted and thrown away.
// Steadier than requests per second, where other programs run too, is the CPU time
// that the server's process used per request.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "rpcbench:", err)
		os.Exit(1)
	}
}

// settings are what the flags say.
type settings struct {
	node, geth, anvil string // binaries; "" = leave out
	conns             []int
	slot              time.Duration
	rounds            int
	only              *regexp.Regexp
	profiles          string // folder for the node's CPU profiles; "" = none
}

func parse(args []string) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("rpcbench", flag.ContinueOnError)
	flags.StringVar(&s.node, "node", "bin/monolith", "binary of the node")
	flags.StringVar(&s.geth, "geth", "bin/refgeth", "binary of the reference; empty for none")
	flags.StringVar(&s.anvil, "anvil", "", "binary of anvil; empty for none")
	flags.DurationVar(&s.slot, "time", 2*time.Second, "how long a server is under load at a time")
	flags.IntVar(&s.rounds, "rounds", 3, "how often each has its turn")
	flags.StringVar(&s.profiles, "profiles", "", "folder to write CPU profiles of the node to, one per case; it is slower meanwhile")
	conns := flags.String("conns", "8,32", "numbers of connections")
	only := flags.String("run", "", "regular expression: measure these cases only")
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	for text := range strings.SplitSeq(*conns, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxConns {
			return s, fmt.Errorf("-conns: %q is not a number from 1 to %d", text, maxConns)
		}
		s.conns = append(s.conns, n)
	}
	if s.rounds < 1 || s.slot <= 0 {
		return s, errors.New("-rounds and -time must be positive")
	}
	var err error
	s.only, err = regexp.Compile(*only)
	if s.profiles != "" && err == nil {
		s.profiles, err = filepath.Abs(s.profiles)
	}
	return s, err
}

func run(ctx context.Context, args []string, out io.Writer) (err error) {
	s, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "rpcbench")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	c, err := makeChain(dir, s.rounds*len(s.conns)*sendersPerSlot)
	if err != nil {
		return fmt.Errorf("make a chain: %w", err)
	}
	servers, err := startServers(ctx, s, c, dir)
	defer func() {
		for _, server := range servers {
			err = errors.Join(err, server.stop())
		}
	}()
	if err != nil {
		return err
	}
	t := newTable(out, servers)
	defer func() { err = errors.Join(err, t.flush()) }()
	for _, bench := range c.cases() {
		if !s.only.MatchString(bench.name) {
			continue
		}
		for _, conns := range s.conns {
			results, err := profiled(ctx, s, servers[0], bench, func() ([]result, error) { return compare(ctx, s, servers, bench, conns) })
			if err != nil {
				return fmt.Errorf("%s with %d connections: %w", bench.name, conns, err)
			}
			t.row(bench.name, conns, results)
		}
	}
	return nil
}

// compare lets the servers take turns, and returns the medians of each.
func compare(ctx context.Context, s settings, servers []*server, bench benchCase, conns int) ([]result, error) {
	all := make([][]result, len(servers))
	for round := range s.rounds {
		for i := range servers {
			i = (i + round) % len(servers) // nobody is always the first
			r, err := measure(ctx, servers[i], bench, conns, s.slot)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", servers[i].name, err)
			}
			all[i] = append(all[i], r)
		}
	}
	medians := make([]result, len(servers))
	for i, results := range all {
		medians[i] = result{
			rate: median(results, func(r result) float64 { return r.rate }),
			p50:  median(results, func(r result) float64 { return r.p50 }),
			p99:  median(results, func(r result) float64 { return r.p99 }),
			cpu:  median(results, func(r result) float64 { return r.cpu }),
		}
	}
	return medians, nil
}

// profiled takes a profile of the node, if there is to be one, while it is measured.
func profiled(ctx context.Context, s settings, node *server, bench benchCase, measure func() ([]result, error)) ([]result, error) {
	if s.profiles == "" {
		return measure()
	}
	file := filepath.Join(s.profiles, strings.NewReplacer(" ", "-", ",", "").Replace(bench.name)+".pprof")
	if err := node.call(ctx, "debug_startCPUProfile", strconv.Quote(file)); err != nil {
		return nil, err
	}
	results, err := measure()
	return results, errors.Join(err, node.call(ctx, "debug_stopCPUProfile"))
}

func median(results []result, value func(result) float64) float64 {
	var values []float64
	for _, r := range results {
		values = append(values, value(r))
	}
	slices.Sort(values)
	return values[len(values)/2]
}
