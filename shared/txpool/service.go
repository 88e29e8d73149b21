package txpool

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/rawdb"
	gethpool "github.com/ethereum/go-ethereum/core/txpool"
	"github.com/ethereum/go-ethereum/core/txpool/legacypool"
	"github.com/ethereum/go-ethereum/core/txpool/locals"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/event"
	"github.com/monolith-chain/monolith/shared/chain"
	"github.com/monolith-chain/monolith/shared/registry"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/sirupsen/logrus"
)

var _ registry.Service = (*Service)(nil)

// ErrBlobTransaction refuses EIP-4844 transactions.
var ErrBlobTransaction = errors.New("blob transactions are not supported: this network has no data availability layer")

// Chain is what the pool reads of the chain.
type Chain interface {
	legacypool.BlockChain
	GetCanonicalTransaction(hash common.Hash) (*rawdb.LegacyTxLookupEntry, *types.Transaction)
	SubscribeChainHeadEvent(ch chan<- core.ChainHeadEvent) event.Subscription
	SubscribeReorg(ch chan<- chain.ReorgEvent) event.Subscription
}

// Config is what the pool needs and how much it may hold. A slot is 32 KiB of
// transaction.
type Config struct {
	Chain Chain

	Journal     string        // file of the local transactions; "" = none
	Rejournal   time.Duration // how often included ones are dropped from the journal
	PriceLimit  *big.Int      // lowest tip accepted, wei
	PriceBump   uint64        // percentage a replacement has to pay more
	AccountSlot uint64        // executable slots guaranteed per account
	GlobalSlots uint64        // executable slots in all
	AccountHold uint64        // slots per account with a gap in the nonces
	GlobalHold  uint64        // the same in all
	Lifetime    time.Duration // how long those may wait

	Log        logrus.FieldLogger
	Registerer prometheus.Registerer // may be nil
}

// DefaultConfig holds tens of thousands of transactions and lets one account have
// thousands: on a private network a single faucet or load generator is no attack.
func DefaultConfig() Config {
	return Config{
		Rejournal:   time.Minute, // a restart reads no more than a minute's load
		PriceLimit:  big.NewInt(1),
		PriceBump:   10,
		AccountSlot: 4096,
		GlobalSlots: 65536,
		AccountHold: 1024,
		GlobalHold:  16384,
		Lifetime:    3 * time.Hour,
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
	require(cfg.Chain != nil, "no chain")
	require(cfg.Log != nil, "no logger")
	require(cfg.PriceLimit != nil && cfg.PriceLimit.Sign() >= 0 && cfg.PriceLimit.IsUint64(), "price limit is not between 0 and 2^64-1 wei")
	require(cfg.PriceBump > 0, "price bump is not positive")
	require(cfg.AccountSlot > 0 && cfg.GlobalSlots > 0 && cfg.AccountHold > 0 && cfg.GlobalHold > 0, "a limit is zero")
	require(cfg.Rejournal > 0 && cfg.Lifetime > 0, "a lifetime is not positive")
	if err := errors.Join(faults...); err != nil {
		return fmt.Errorf("pool configuration: %w", err)
	}
	return nil
}

// Service is the transaction pool.
type Service struct {
	cfg  Config
	pool *gethpool.TxPool

	syncMu sync.Mutex // only one may wait for go-ethereum's pool to follow the head: a second would replace the first

	journalMu sync.Mutex        // guards journal
	journal   *locals.TxTracker // nil without a journal file

	ctx    context.Context // ends with Stop
	cancel context.CancelFunc
	loops  sync.WaitGroup
	begin  sync.Once
	end    sync.Once
}

// New opens the pool and takes back the transactions of the journal that are not
// in a block yet. Of a journal that a crash cut short, what is readable is taken.
func New(cfg Config) (*Service, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	executable := legacypool.New(legacypool.Config{
		NoLocals:     true, // ours are tracked below, in the journal
		PriceLimit:   max(cfg.PriceLimit.Uint64(), 1),
		PriceBump:    cfg.PriceBump,
		AccountSlots: cfg.AccountSlot,
		GlobalSlots:  cfg.GlobalSlots,
		AccountQueue: cfg.AccountHold,
		GlobalQueue:  cfg.GlobalHold,
		Lifetime:     cfg.Lifetime,
	}, cfg.Chain)
	pool, err := gethpool.New(cfg.PriceLimit.Uint64(), cfg.Chain, []gethpool.SubPool{executable})
	if err != nil {
		return nil, fmt.Errorf("open pool: %w", err)
	}
	s := &Service{cfg: cfg, pool: pool}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	if err := s.openJournal(); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	registerMetrics(cfg.Registerer, pool, cfg)
	return s, nil
}

// Start launches what takes transactions back after long reorgs; go-ethereum's
// pool works from its construction.
func (s *Service) Start() {
	s.begin.Do(func() {
		s.loops.Go(s.newReinjector().run)
		pending, queued := s.pool.Stats()
		s.cfg.Log.WithFields(logrus.Fields{"pending": pending, "queued": queued}).Info("Transaction pool ready")
	})
}

// Stop ends the pool's goroutines and closes the journal.
func (s *Service) Stop() (err error) {
	s.end.Do(func() {
		s.cancel()
		s.loops.Wait()
		s.journalMu.Lock()
		defer s.journalMu.Unlock()
		if s.journal != nil {
			err = s.journal.Stop()
		}
		err = errors.Join(err, s.pool.Close())
	})
	return err
}

// Status is nil until Stop.
func (s *Service) Status() error {
	if s.ctx.Err() != nil {
		return registry.ErrStopped
	}
	return nil
}

// AddLocal pools a transaction that came over this node's own interfaces and
// writes it to the journal. When it returns, Nonce and Pending reflect it, so that
// a client that asks for its next nonce right away is told the right one (this
// costs some 10 µs). A transaction that the pool cannot hold now but may
// later, such as one priced below the others in a full pool, is kept in the
// journal and tried again; the pool's error is returned all the same.
func (s *Service) AddLocal(tx *types.Transaction) error {
	err := s.add([]*types.Transaction{tx}, true)[0]
	if err == nil || locals.IsTemporaryReject(err) {
		s.track(tx)
	}
	return err
}

// track writes a transaction to the journal, if there is one.
func (s *Service) track(tx *types.Transaction) {
	s.journalMu.Lock()
	defer s.journalMu.Unlock()
	if s.journal != nil {
		s.journal.Track(tx)
	}
}

// Add pools transactions that came from elsewhere; the errors are in their order.
// With sync it returns only when the pool's content reflects them.
func (s *Service) Add(txs []*types.Transaction, sync bool) []error { return s.add(txs, sync) }

func (s *Service) add(txs []*types.Transaction, sync bool) []error {
	for _, tx := range txs {
		if tx.Type() == types.BlobTxType {
			return s.addPlain(txs, sync)
		}
	}
	return s.pool.Add(txs, sync)
}

// addPlain adds the transactions among which there are blob transactions.
func (s *Service) addPlain(txs []*types.Transaction, sync bool) []error {
	errs := make([]error, len(txs))
	var plain []*types.Transaction
	var at []int
	for i, tx := range txs {
		if tx.Type() == types.BlobTxType {
			errs[i] = ErrBlobTransaction
			continue
		}
		plain, at = append(plain, tx), append(at, i)
	}
	for i, err := range s.pool.Add(plain, sync) {
		errs[at[i]] = err
	}
	return errs
}

// Pending returns the executable transactions by account in order of nonce, and
// how many there are.
func (s *Service) Pending(filter gethpool.PendingFilter) (map[common.Address][]*gethpool.LazyTransaction, int) {
	return s.pool.Pending(filter)
}

// Has reports whether the pool holds the transaction.
func (s *Service) Has(hash common.Hash) bool { return s.pool.Has(hash) }

// Get returns the transaction if the pool holds it, or nil.
func (s *Service) Get(hash common.Hash) *types.Transaction { return s.pool.Get(hash) }

// TxStatus tells whether a transaction is unknown, queued or pending.
func (s *Service) TxStatus(hash common.Hash) gethpool.TxStatus { return s.pool.Status(hash) }

// Nonce returns the next nonce of the account, its pooled executable transactions
// counted.
func (s *Service) Nonce(address common.Address) uint64 { return s.pool.PoolNonce(address) }

// Stats returns how many transactions are executable and how many wait for an
// earlier nonce.
func (s *Service) Stats() (pending, queued int) { return s.pool.Stats() }

// Content returns all pooled transactions by account: executable, then waiting.
func (s *Service) Content() (pending, queued map[common.Address][]*types.Transaction) {
	return s.pool.Content()
}

// ContentFrom is Content for one account.
func (s *Service) ContentFrom(address common.Address) (pending, queued []*types.Transaction) {
	return s.pool.ContentFrom(address)
}

// SetGasTip changes the lowest tip accepted, in wei, and drops what pays less.
func (s *Service) SetGasTip(tip *big.Int) { s.pool.SetGasTip(tip) }

// SubscribeTransactions delivers newly executable transactions; with reorgs also
// those that came back from blocks of a branch that was left.
func (s *Service) SubscribeTransactions(ch chan<- core.NewTxsEvent, reorgs bool) event.Subscription {
	return s.pool.SubscribeTransactions(ch, reorgs)
}
