package chain

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/lru"
	"github.com/ethereum/go-ethereum/consensus"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/history"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/ethdb"
	"github.com/ethereum/go-ethereum/event"
	"github.com/ethereum/go-ethereum/params"
	"github.com/monolith-chain/monolith/shared/pow"
	"github.com/monolith-chain/monolith/shared/registry"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/sirupsen/logrus"
)

var _ registry.Service = (*Service)(nil)

// stopTimeout is generous: go-ethereum's core exits the process when its
// database is closed under it, so the blocks in execution must be waited for.
const stopTimeout = 2 * time.Minute

// badBlocksKept bounds the memory of invalid blocks. An evicted one costs one
// more execution when somebody sends it again.
const badBlocksKept = 4096

// FullHistory is the number of blocks whose state is kept by a node that does not
// keep all: as many as a reorganisation can undo, since older ones are in the freezer
// for good. With fewer a node cannot follow the others after a long partition.
const FullHistory = params.FullImmutabilityThreshold

// Config is what the chain needs and how much it may use.
type Config struct {
	DB       ethdb.Database
	Writable func() error // asked before blocks are written; nil error means go on
	Genesis  *core.Genesis
	Params   *pow.Params

	CacheMB      int           // trie and state caches together
	StateBuffer  int           // MB of state changes collected before they are written; see the package doc
	StateHistory uint64        // blocks whose state stays readable; 0 = all
	LogHistory   uint64        // blocks covered by the log index; 0 = all
	Unindexed    bool          // make no index of the state history, which old states are found by; see Rollback
	Preimages    bool          // keep the addresses and slots behind the hashes in the state, for those who list it
	FutureLimit  time.Duration // a block further ahead of the clock is held back; 0 = no limit

	Now        func() time.Time // the clock; nil = time.Now
	Log        logrus.FieldLogger
	Registerer prometheus.Registerer // may be nil
}

// DefaultConfig returns the settings of a node with a small, private chain: it
// keeps everything.
func DefaultConfig() Config {
	return Config{
		CacheMB:     32,
		StateBuffer: 1,                // about 1,400 empty blocks
		FutureLimit: 15 * time.Second, // design, section 4: timestamp
	}
}

// Validate reports every missing or impossible setting at once.
func (cfg Config) Validate() error {
	var faults []error
	require := func(ok bool, what string) {
		if !ok {
			faults = append(faults, errors.New(what))
		}
	}
	require(cfg.DB != nil, "no database")
	require(cfg.Writable != nil, "no Writable function")
	require(cfg.Genesis != nil && cfg.Genesis.Config != nil, "no genesis")
	require(cfg.Params != nil, "no proof-of-work parameters")
	require(cfg.Log != nil, "no logger")
	require(cfg.CacheMB >= 0 && cfg.StateBuffer >= 0 && cfg.FutureLimit >= 0, "negative cache, state buffer or future limit")
	if cfg.Params != nil {
		if err := cfg.Params.Validate(); err != nil {
			faults = append(faults, err)
		}
	}
	if err := errors.Join(faults...); err != nil {
		return fmt.Errorf("chain configuration: %w", err)
	}
	return nil
}

// Service is the block chain. Its embedded Reader answers from go-ethereum's
// core.BlockChain; the methods of Service itself add blocks to it.
type Service struct {
	Reader
	cfg     Config
	bc      *receiptChain
	logs    *logIndex
	held    *heldBlocks
	bad     *lru.Cache[common.Hash, error]
	metrics *metrics
	watch   *stopwatch

	reorgs event.FeedOf[ReorgEvent]
	scope  event.SubscriptionScope

	// writer orders everything that adds blocks or moves the head.
	writer sync.Mutex

	ctx    context.Context // ends with Stop
	cancel context.CancelFunc
	loops  sync.WaitGroup
	stop   sync.Once
}

// New opens the chain in cfg.DB, writing the genesis block into an empty
// database, and brings the head back to where it was announced last. After a
// crash that re-executes blocks; cancelling ctx gives up between two of them.
//
// A database made with another genesis gives ErrGenesisMismatch with the fields
// that differ.
func New(ctx context.Context, cfg Config) (*Service, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if err := checkGenesis(cfg); err != nil {
		return nil, err
	}
	head, err := noteHead(cfg.DB)
	if err != nil {
		return nil, err
	}
	bc, err := core.NewBlockChain(cfg.DB, cfg.Genesis, engine(cfg.Params), coreConfig(cfg))
	if err != nil {
		return nil, fmt.Errorf("open chain: %w", err)
	}
	receipts := newReceiptChain(bc)
	s := &Service{
		Reader:  receipts,
		cfg:     cfg,
		bc:      receipts,
		bad:     lru.NewCache[common.Hash, error](badBlocksKept),
		metrics: newMetrics(cfg.Registerer),
	}
	s.watch = newStopwatch(bc, s.metrics.importTime)
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.held = newHeldBlocks(cfg.Now)
	if err := s.open(ctx, head); err != nil {
		s.cancel()
		bc.Stop()
		return nil, err
	}
	if cfg.Registerer != nil {
		cfg.Registerer.MustRegister(newHeadCollector(s))
	}
	return s, nil
}

// engine returns the consensus rules: ours, or go-ethereum's own for foreign
// chains (design, section 4).
func engine(params *pow.Params) consensus.Engine {
	if params.Engine == pow.EngineStock {
		return pow.NewStockEngine()
	}
	return pow.NewEngine(params)
}

func (s *Service) stock() bool { return s.cfg.Params.Engine == pow.EngineStock }

func coreConfig(cfg Config) *core.BlockChainConfig {
	return &core.BlockChainConfig{
		// Trie nodes and flat states share the allowance.
		TrieCleanLimit: cfg.CacheMB / 2,
		SnapshotLimit:  cfg.CacheMB - cfg.CacheMB/2,
		TrieDirtyLimit: cfg.StateBuffer,
		StateScheme:    rawdb.PathScheme,
		// The path scheme's archive: state and trie node histories, indexed, so
		// that balances, calls, traces and proofs work on old blocks.
		ArchiveMode:             !cfg.Unindexed,
		Preimages:               cfg.Preimages,
		StateHistory:            cfg.StateHistory,
		TrienodeHistory:         int64(cfg.StateHistory),
		NodeFullValueCheckpoint: 8,
		HistoryPolicy:           history.HistoryPolicy{Mode: history.KeepAll},
		SlowBlockThreshold:      -1,
		// Every block is indexed when it becomes the head; the background indexer,
		// for databases that are not, would only answer "in progress" meanwhile.
		TxLookupLimit: -1,
	}
}

// Start launches the held-back block timer and the log index.
func (s *Service) Start() {
	s.loops.Go(s.releaseHeld)
	s.logs.start()
	head := s.CurrentBlock()
	s.cfg.Log.WithFields(logrus.Fields{
		"number": head.Number, "hash": head.Hash(), "genesis": s.Genesis().Hash(),
	}).Info("Chain ready")
}

// Stop waits for the block in execution, journals the states in memory so that
// the next start needs no re-execution, and ends the goroutines.
func (s *Service) Stop() error {
	s.stop.Do(func() {
		s.cancel()
		s.bc.InterruptInsert(true) // ends a long import between two blocks
		s.loops.Wait()
		s.writer.Lock() // the last writer has left
		defer s.writer.Unlock()
		s.logs.stop()
		s.scope.Close()
		s.bc.Stop()
	})
	return nil
}

// StopTimeout tells the registry how long Stop may take.
func (s *Service) StopTimeout() time.Duration { return stopTimeout }

// Status is nil while blocks can be added.
func (s *Service) Status() error {
	if s.ctx.Err() != nil {
		return registry.ErrStopped
	}
	return s.cfg.Writable()
}
