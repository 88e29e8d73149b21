package miner

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/txpool"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/event"
	"github.com/monolith-chain/monolith/shared/pow"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/sirupsen/logrus"
)

// Chain is what the miner needs of the block chain: the head to build on, its
// state, and a place to put what was found.
type Chain interface {
	core.ChainContext // configuration, headers, consensus engine
	CurrentBlock() *types.Header
	StateAtForkBoundary(parent, header *types.Header) (*state.StateDB, error)
	JumpDestCache() vm.JumpDestCache
	PrecompileCache() *vm.PrecompileCache
	SubscribeChainHeadEvent(ch chan<- core.ChainHeadEvent) event.Subscription
	// InsertSealed stores a block that was executed already: the state is
	// committed, not computed again, and must not be used afterwards.
	InsertSealed(ctx context.Context, block *types.Block, receipts types.Receipts, statedb *state.StateDB) error
}

// Pool is what the miner needs of the transaction pool. The transactions that
// it hands out stay the pool's own: their cached senders go into the block.
type Pool interface {
	Pending(filter txpool.PendingFilter) (map[common.Address][]*txpool.LazyTransaction, int)
	SubscribeTransactions(ch chan<- core.NewTxsEvent, reorgs bool) event.Subscription
}

// Config is what the miner needs and how it shall mine.
type Config struct {
	Chain  Chain
	Pool   Pool
	Params *pow.Params

	// Synced reports whether the chain is up to date with the network; while
	// it is not, mining would be wasted. Nil means always.
	Synced func() bool
	// Writable says why no block can be stored now. Nil means always writable.
	Writable func() error
	// OnSealed is told of each block of ours after the chain took it. It is
	// called from the miner's main loop and must not block. May be nil.
	OnSealed func(*types.Block)

	Settings // those to begin with

	Idle      time.Duration // least time between empty blocks; 0 = no limit
	DevPeriod time.Duration // development mode: time between blocks; 0 = on transactions

	Log        logrus.FieldLogger
	Registerer prometheus.Registerer // may be nil
}

// DefaultConfig returns the settings of a miner with one busy thread that takes
// every transaction the pool holds. Mining is off.
func DefaultConfig() Config {
	return Config{Settings: Settings{
		Threads:  1,
		CPU:      1,
		GasLimit: 60_000_000,
		GasPrice: new(big.Int),
	}}
}

// Validate reports every missing or impossible setting at once. Settings that a
// user can change are named by their flags.
func (cfg Config) Validate() error {
	var faults []error
	require := func(ok bool, format string, args ...any) {
		if !ok {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	require(cfg.Chain != nil, "no chain")
	require(cfg.Pool != nil, "no transaction pool")
	require(cfg.Params != nil, "no proof-of-work parameters")
	require(cfg.Log != nil, "no logger")

	faults = append(faults, cfg.faults()...)
	require(cfg.Idle >= 0, "--miner.idle must not be negative, have %v", cfg.Idle)
	require(cfg.DevPeriod >= 0, "--dev.period must not be negative, have %v", cfg.DevPeriod)
	require(cfg.DevPeriod == 0 || cfg.Params == nil || cfg.Params.Instant(),
		"--dev.period is for development chains, whose blocks need no work")

	if err := errors.Join(faults...); err != nil {
		return fmt.Errorf("miner configuration: %w", err)
	}
	return nil
}
