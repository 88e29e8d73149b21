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
	"github.com/ethereum/go-ethereum/params"
	"github.com/monolith-chain/monolith/shared/pow"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/sirupsen/logrus"
)

// maxThreads only rules out slips of the pen.
const maxThreads = 1024

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

	Enabled   bool           // mine; without it only Pending is served
	Threads   int            // sealing threads
	CPU       float64        // share of a core that each thread may use, above 0, at most 1
	Etherbase common.Address // receives rewards and fees
	ExtraData []byte         // vanity in the block's extra data, at most pow.MaxVanity bytes
	GasLimit  uint64         // the block gas limit to move towards
	GasPrice  *big.Int       // least tip per gas, in wei, that a transaction must pay
	Idle      time.Duration  // least time between empty blocks; 0 = no limit
	DevPeriod time.Duration  // development mode: time between blocks; 0 = on transactions

	Log        logrus.FieldLogger
	Registerer prometheus.Registerer // may be nil
}

// DefaultConfig returns the settings of a miner with one busy thread that takes
// every transaction the pool holds. Mining is off.
func DefaultConfig() Config {
	return Config{
		Threads:  1,
		CPU:      1,
		GasLimit: 60_000_000,
		GasPrice: new(big.Int),
	}
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

	require(cfg.Threads >= 1 && cfg.Threads <= maxThreads, "--miner.threads must be from 1 to %d, have %d", maxThreads, cfg.Threads)
	require(cfg.CPU > 0 && cfg.CPU <= 1, "--miner.cpu must be above 0 and at most 1, have %v", cfg.CPU)
	require(!cfg.Enabled || cfg.Etherbase != (common.Address{}),
		"no address to pay rewards to: set --miner.etherbase")
	require(len(cfg.ExtraData) <= pow.MaxVanity, "--miner.extradata may have %d bytes, has %d", pow.MaxVanity, len(cfg.ExtraData))
	require(cfg.GasLimit >= params.MinGasLimit && cfg.GasLimit <= params.MaxGasLimit,
		"--miner.gaslimit must be from %d to %d, have %d", params.MinGasLimit, params.MaxGasLimit, cfg.GasLimit)
	require(cfg.GasPrice != nil && cfg.GasPrice.Sign() >= 0 && cfg.GasPrice.BitLen() <= 256,
		"--miner.gasprice must be from 0 to 2^256-1, have %v", cfg.GasPrice)
	require(cfg.Idle >= 0, "--miner.idle must not be negative, have %v", cfg.Idle)
	require(cfg.DevPeriod >= 0, "--dev.period must not be negative, have %v", cfg.DevPeriod)
	require(cfg.DevPeriod == 0 || cfg.Params == nil || cfg.Params.Instant(),
		"--dev.period is for development chains, whose blocks need no work")

	if err := errors.Join(faults...); err != nil {
		return fmt.Errorf("miner configuration: %w", err)
	}
	return nil
}
