package addressindex

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethdb"
	"github.com/ethereum/go-ethereum/event"
	"github.com/ethereum/go-ethereum/params"
	"github.com/monolith-chain/monolith/shared/registry"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/sirupsen/logrus"
)

var _ registry.Service = (*Service)(nil)

// Flag switches the service on.
const Flag = "index.addresses"

// chainEvents is how many blocks the listener may be behind before it holds up the
// chain: it only puts them into a map.
const chainEvents = 16

// Chain is what the index reads of the chain.
type Chain interface {
	Config() *params.ChainConfig
	Genesis() *types.Block
	CurrentBlock() *types.Header
	GetCanonicalHash(number uint64) common.Hash
	GetBlock(hash common.Hash, number uint64) *types.Block
	GetRawReceipts(hash common.Hash, number uint64) types.Receipts

	SubscribeChainEvent(ch chan<- core.ChainEvent) event.Subscription
	SubscribeChainHeadEvent(ch chan<- core.ChainHeadEvent) event.Subscription
}

// Config is what the index needs.
type Config struct {
	DB       ethdb.KeyValueStore
	Writable func() error // asked before a block's entries are written; nil error means go on
	Chain    Chain

	Log        logrus.FieldLogger
	Registerer prometheus.Registerer // may be nil
}

// Validate reports everything that is missing at once.
func (cfg Config) Validate() error {
	var faults []error
	require := func(ok bool, what string) {
		if !ok {
			faults = append(faults, errors.New(what))
		}
	}
	require(cfg.DB != nil, "no database")
	require(cfg.Writable != nil, "no Writable function")
	require(cfg.Chain != nil, "no chain")
	require(cfg.Log != nil, "no logger")
	if err := errors.Join(faults...); err != nil {
		return fmt.Errorf("address index configuration: %w", err)
	}
	return nil
}

// Service is the index. Its methods may be used by any goroutine.
type Service struct {
	cfg     Config
	log     logrus.FieldLogger
	signer  types.Signer
	recent  *recent
	metrics *metrics
	wake    chan struct{} // buffered 1: the head moved

	// mu guards the fields below.
	mu    sync.Mutex
	at    *progress     // nil = there is no index yet, or none that can be used
	moved chan struct{} // closed when at changes
	fault error         // why the index stands still

	ctx    context.Context // ends with Stop
	cancel context.CancelFunc
	loops  sync.WaitGroup
	begin  sync.Once
	end    sync.Once
}

// New reads how far the index goes. One that cannot be read, or is of another format,
// is made anew after Start.
func New(cfg Config) (*Service, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	s := &Service{
		cfg:    cfg,
		log:    cfg.Log,
		signer: types.LatestSigner(cfg.Chain.Config()),
		recent: newRecent(),
		wake:   make(chan struct{}, 1),
		moved:  make(chan struct{}),
	}
	if err := s.load(); err != nil {
		return nil, err
	}
	s.metrics = newMetrics(cfg.Registerer, s)
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s, nil
}

// load reads the progress record. Without one there may still be entries, of an index
// whose removal was cut short.
func (s *Service) load() error {
	found, err := s.cfg.DB.Has(progressKey())
	if !found || err != nil {
		return err
	}
	enc, err := s.cfg.DB.Get(progressKey())
	if err != nil {
		return fmt.Errorf("read the address index: %w", err)
	}
	at, err := decodeProgress(enc)
	if err != nil {
		s.log.WithError(err).Warn("The address index cannot be used and is made anew")
		return nil
	}
	s.at = &at
	return nil
}

// Start launches what listens to the chain, and what indexes.
func (s *Service) Start() {
	s.begin.Do(func() {
		blocks := make(chan core.ChainEvent, chainEvents)
		heads := make(chan core.ChainHeadEvent, chainEvents)
		subs := []event.Subscription{s.cfg.Chain.SubscribeChainEvent(blocks), s.cfg.Chain.SubscribeChainHeadEvent(heads)}
		s.loops.Go(func() { s.listen(subs, blocks, heads) })
		s.loops.Go(s.follow)
	})
}

// Stop ends both; at once, but for the block that is being indexed.
func (s *Service) Stop() error {
	s.end.Do(func() {
		s.begin.Do(func() {}) // a Start that comes later has nothing to do
		s.cancel()
		s.loops.Wait()
	})
	return nil
}

// Status is nil while the index follows the chain, however far it is behind: that is
// progress, which Head tells. Otherwise it says why it stands still.
func (s *Service) Status() error {
	if s.ctx.Err() != nil {
		return registry.ErrStopped
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fault
}

// listen takes the chain's events.
func (s *Service) listen(subs []event.Subscription, blocks <-chan core.ChainEvent, heads <-chan core.ChainHeadEvent) {
	defer func() {
		for _, sub := range subs {
			sub.Unsubscribe()
		}
	}()
	for {
		select {
		case <-s.ctx.Done():
			return
		case event := <-blocks:
			s.recent.add(event)
		case <-heads:
		}
		s.poke()
	}
}

// poke has the other loop look at the head.
func (s *Service) poke() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}
