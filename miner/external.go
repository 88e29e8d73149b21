package miner

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rpc"
	"github.com/monolith-chain/monolith/shared/pow"
	"github.com/sirupsen/logrus"
)

const (
	// externalTimeout bounds every request: twice what the node may take to answer
	// eth_getWork, and time for a network.
	externalTimeout = 2*workWait + 5*time.Second

	// externalPause is the time between two requests to a node that is away or has
	// nothing to mine, and between two attempts to hand over a block.
	externalPause = time.Second

	// externalAttempts is how often a block is handed over to a node that does not
	// answer. Later it would be too late anyway.
	externalAttempts = 5

	// externalAgain is the pause before asking a node again that sent the same job:
	// it either has waited already or does not know how to.
	externalAgain = 100 * time.Millisecond

	// externalReports is the time between reports of the hash rate to the node, well
	// below remoteExpiry; externalLines between those to people.
	externalReports = 3 * time.Second
	externalLines   = time.Minute
)

// ExternalConfig says for which node to mine, and how hard.
type ExternalConfig struct {
	URL     string       // of the node's JSON-RPC: http, ws, or the path of its IPC socket
	Auth    rpc.HTTPAuth // for an authenticated port; may be nil
	Threads int          // sealing threads
	CPU     float64      // share of a core that each thread may use, above 0, at most 1
	Log     logrus.FieldLogger
}

// External is a miner outside of the node. It asks a node for work, searches with the
// same threads as the node's own miner does, and hands over what it finds; rewards go
// to whom the node names. It is what eth_getWork is for, and the example of how to use
// it.
type External struct {
	cfg    ExternalConfig
	node   string      // the URL without a password
	id     common.Hash // under which the hash rate is reported
	sealer *sealer
	meter  *hashMeter

	// mu guards client, which is nil until the node was there once.
	mu     sync.Mutex
	client *rpc.Client

	trouble string // what the last line about trouble said; "" = there is none
	found   int    // blocks that the node took
}

// NewExternal returns a miner that begins with Run.
func NewExternal(cfg ExternalConfig) (*External, error) {
	var faults []error
	if cfg.Threads < 1 || cfg.Threads > maxThreads {
		faults = append(faults, fmt.Errorf("--threads must be from 1 to %d, have %d", maxThreads, cfg.Threads))
	}
	if !(cfg.CPU > 0 && cfg.CPU <= 1) {
		faults = append(faults, fmt.Errorf("--cpu must be above 0 and at most 1, have %v", cfg.CPU))
	}
	u, err := url.Parse(cfg.URL)
	if err != nil || cfg.URL == "" || !slices.Contains([]string{"", "http", "https", "ws", "wss"}, u.Scheme) {
		faults = append(faults, errors.New("--rpc is the URL of a node, which begins with http, https, ws or wss, or the path of its IPC socket"))
	}
	if cfg.Log == nil {
		faults = append(faults, errors.New("no logger"))
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	x := &External{cfg: cfg, node: u.Redacted(), sealer: newSealer()}
	x.meter = &hashMeter{count: x.sealer.hashes.Load}
	_, err = rand.Read(x.id[:])
	return x, err
}

// Run mines until ctx ends, whether or not the node is there.
func (x *External) Run(ctx context.Context) {
	var group sync.WaitGroup
	defer group.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer x.hangUp()

	x.cfg.Log.WithFields(logrus.Fields{"node": x.node, "threads": x.cfg.Threads, "cpu": fmt.Sprintf("%g%% each", x.cfg.CPU*100)}).
		Info("Mining for a node")
	x.meter.tick(time.Now())
	x.sealer.employ(ctx, &group, x.cfg.Threads, x.cfg.CPU)
	group.Go(func() { x.fetch(ctx) })
	group.Go(func() { x.report(ctx) })
	for {
		select {
		case <-ctx.Done():
			x.cfg.Log.WithFields(logrus.Fields{"blocks": x.found, "hashes": x.sealer.hashes.Load()}).Info("Mining ended")
			return
		case found := <-x.sealer.found:
			x.submit(ctx, found)
		}
	}
}

// fetch keeps the threads supplied with the node's latest job.
func (x *External) fetch(ctx context.Context) {
	var known common.Hash
	for ctx.Err() == nil {
		work := new(pow.Job)
		err := x.call(ctx, &work, "eth_getWork", known)
		if err == nil && work == nil {
			err = errors.New("the node's answer is empty")
		}
		switch {
		case ctx.Err() != nil:
		case err != nil:
			// What it cannot be asked about, it cannot be given either.
			x.sealer.set(nil)
			known = common.Hash{}
			x.tell(err)
			sleep(ctx, externalPause)
		case work.ID == known:
			sleep(ctx, externalAgain)
		default:
			known = work.ID
			x.sealer.set(&job{Job: work})
			x.tell(nil)
		}
	}
}

// tell logs that there is trouble with the node, or is no more, once.
func (x *External) tell(err error) {
	switch {
	case err == nil && x.trouble == "":
	case err == nil:
		x.trouble = ""
		x.cfg.Log.Info("The node has work")
	case err.Error() != x.trouble:
		x.trouble = err.Error()
		x.cfg.Log.WithFields(logrus.Fields{"err": err, "retry": externalPause}).Warn("No work from the node")
	}
}

// submit hands over what the threads have found.
func (x *External) submit(ctx context.Context, found solution) {
	hasher, err := found.job.Hasher()
	if err != nil { // cannot be: the threads had one
		return
	}
	hash := hasher.Sum(found.nonce)
	var taken bool
	for attempt := range externalAttempts {
		if attempt > 0 {
			sleep(ctx, externalPause)
		}
		if err = x.call(ctx, &taken, "eth_submitWork", types.EncodeNonce(found.nonce), found.job.ID, hash); err == nil || ctx.Err() != nil {
			break
		}
	}
	log := x.cfg.Log.WithFields(logrus.Fields{"number": found.job.Number, "hash": hash})
	switch {
	case taken:
		x.found++
		log.WithField("hashrate", hashrate(x.meter.rate(time.Now()))).Info("Block found")
	case err != nil:
		log.WithError(err).Warn("Found a block, but the node could not be told")
	default:
		log.Info("Found a block, but the node did not take it: somebody else was quicker, or its log at level debug says why")
	}
}

// report tells node and people the hash rate.
func (x *External) report(ctx context.Context) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	told, logged := time.Now(), time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			x.meter.tick(now)
			rate := x.meter.rate(now)
			if now.Sub(told) >= externalReports {
				told = now
				// Whether the node is there is for fetch to find out.
				_ = x.call(ctx, new(bool), "eth_submitHashrate", hexutil.Uint64(rate), x.id)
			}
			if now.Sub(logged) >= externalLines {
				logged = now
				x.cfg.Log.WithField("hashrate", hashrate(rate)).Info("Mining")
			}
		}
	}
}

// call asks the node.
func (x *External) call(ctx context.Context, result any, method string, args ...any) error {
	ctx, cancel := context.WithTimeout(ctx, externalTimeout)
	defer cancel()
	client, err := x.connect(ctx)
	if err != nil {
		return err
	}
	return client.CallContext(ctx, result, method, args...)
}

// connect returns the client of the node, which connects again by itself when it has
// been there once.
func (x *External) connect(ctx context.Context) (*rpc.Client, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.client != nil {
		return x.client, nil
	}
	var options []rpc.ClientOption
	if x.cfg.Auth != nil {
		options = append(options, rpc.WithHTTPAuth(x.cfg.Auth))
	}
	var err error
	x.client, err = rpc.DialOptions(ctx, x.cfg.URL, options...)
	return x.client, err
}

func (x *External) hangUp() {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.client != nil {
		x.client.Close()
	}
}
