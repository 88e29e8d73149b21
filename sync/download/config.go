package download

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/consensus"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/params"
	"github.com/monolith-chain/monolith/shared/pow"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/sirupsen/logrus"
)

// Chain is this node's chain, as shared/chain's Service offers it.
type Chain interface {
	consensus.ChainHeaderReader
	Engine() consensus.Engine
	Params() *pow.Params
	CurrentBlock() *types.Header
	GetCanonicalHash(number uint64) common.Hash
	TotalWork(hash common.Hash, number uint64) *big.Int
	InsertBlocks(ctx context.Context, blocks types.Blocks) (int, error)
}

// Config is what a Downloader needs.
type Config struct {
	Chain Chain
	// Sources returns the sources that blocks may be asked from besides the
	// target's own. It is asked about once a second.
	Sources func() []Source
	// Blame is told what a source did wrong, from the goroutine that runs Sync.
	Blame func(id string, fault Fault, err error)

	Limits     Limits
	Now        func() time.Time // the clock that timestamps are checked against; nil = time.Now
	Log        logrus.FieldLogger
	Registerer prometheus.Registerer // may be nil
}

// Limits bound what a Sync takes from its sources.
type Limits struct {
	Headers  int    // asked for at once
	Round    int    // headers whose blocks are fetched before the next headers are
	Unproven uint64 // headers taken, beyond twice our own above the fork, before they show more work than we have
	Slack    uint64 // headers taken beyond the target's number, since its chain grows
	Depth    uint64 // blocks below our head where another chain may fork off

	Blocks       int // asked for at once; a source begins with an eighth
	Import       int // blocks handed to the chain at once
	Waiting      int // blocks asked for, waiting or being imported
	WaitingBytes int // memory of blocks waiting or being imported
	Sources      int // asked at once

	Future   time.Duration // how far a timestamp may be ahead of the clock
	Timeout  time.Duration // of one request
	Patience time.Duration // how long one request may hold up the import before another source is asked too
	Stall    time.Duration // how long a Sync goes on without getting anywhere
}

// DefaultConfig returns everything but the chain, the sources, Blame and the logger.
func DefaultConfig() Config {
	return Config{Limits: Limits{
		Headers:  512,     // about 330 kB
		Round:    1 << 18, // 8 MB of hashes
		Unproven: 8192,
		Slack:    1024,
		Depth:    params.FullImmutabilityThreshold, // the freezer takes in what is deeper

		Blocks:       512,
		Import:       1024, // as an import of a file: each batch's end wakes the log index
		Waiting:      4096,
		WaitingBytes: 32 << 20, // import is no slower than with 64
		Sources:      8,

		Future:   15 * time.Second, // as the chain's own limit
		Timeout:  15 * time.Second,
		Patience: 2 * time.Second,  // twice what a request is meant to take
		Stall:    45 * time.Second, // three time-outs
	}}
}

// Validate reports every missing or impossible setting at once.
func (cfg Config) Validate() error {
	var faults []error
	require := func(ok bool, what string) {
		if !ok {
			faults = append(faults, errors.New(what))
		}
	}
	require(cfg.Chain != nil, "no chain")
	require(cfg.Sources != nil, "no Sources function")
	require(cfg.Blame != nil, "no Blame function")
	require(cfg.Log != nil, "no logger")
	l := cfg.Limits
	require(l.Headers > 0 && l.Round >= l.Headers, "rounds are smaller than one request for headers")
	require(l.Blocks > 0 && l.Import > 0 && l.Waiting >= l.Blocks && l.WaitingBytes > 0, "less blocks may wait than are asked for at once")
	require(l.Sources > 0, "no source may be asked")
	require(l.Depth > 0 && l.Timeout > 0 && l.Patience > 0 && l.Stall > 0 && l.Future >= 0, "a limit is zero or negative")
	if err := errors.Join(faults...); err != nil {
		return fmt.Errorf("downloader configuration: %w", err)
	}
	return nil
}
