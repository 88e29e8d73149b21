package miner

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/monolith-chain/monolith/shared/registry"
)

var _ registry.Service = (*Service)(nil)

// Service is the miner.
type Service struct {
	cfg     Config
	builder *builder
	sealer  *sealer
	meter   *hashMeter
	board   workBoard
	remote  remoteRates
	metrics *metrics
	news    news
	clock   clock
	pending pendingBlock
	poke    chan struct{} // wakes the main loop; holds one, since one is enough
	orders  chan order    // what the main loop is asked to do

	settings atomic.Pointer[Settings] // those in force; never written to
	changing sync.Mutex               // held by Change

	ctx    context.Context // ends with Stop
	cancel context.CancelFunc
	group  sync.WaitGroup // every goroutine
	start  sync.Once

	// mu guards what the main loop says of itself.
	mu      sync.Mutex
	paused  error // why mining is paused
	trouble error // why the last payload came to nothing
}

// New returns a miner that starts with Start. The error lists everything that is
// wrong with the configuration.
func New(cfg Config) (*Service, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	s := &Service{
		cfg:    cfg,
		sealer: newSealer(),
		board:  workBoard{changed: make(chan struct{})},
		poke:   make(chan struct{}, 1),
		orders: make(chan order),
	}
	s.settings.Store(&cfg.Settings)
	s.builder = &builder{chain: cfg.Chain, pool: cfg.Pool, params: cfg.Params, settings: s.settings.Load}
	s.meter = &hashMeter{count: s.sealer.hashes.Load}
	var err error
	if s.metrics, err = newMetrics(cfg.Registerer, s.sealerRate, s.remoteRate); err != nil {
		return nil, fmt.Errorf("miner metrics: %w", err)
	}
	s.news.reset(nil, cfg.GasPrice)
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s, nil
}

// Start begins mining, as soon as it is enabled.
func (s *Service) Start() {
	s.start.Do(func() {
		// Before the first look into the pool, so that nothing falls between.
		w := s.newWatcher()
		s.group.Go(func() { w.run(s.ctx) })
		s.group.Go(func() { newMainLoop(s).run(s.ctx) })
	})
}

// Stop ends mining and waits for all goroutines, a block being inserted
// included.
func (s *Service) Stop() error {
	s.cancel()
	s.group.Wait()
	return nil
}

// Status is nil while mining works, or is not asked for.
func (s *Service) Status() error {
	if s.ctx.Err() != nil {
		return registry.ErrStopped
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.paused != nil {
		return s.paused
	}
	return s.trouble
}

// Mining reports whether blocks of this node are being searched for: it is false when
// mining is off, while it is paused, and if it is left to miners outside of the node
// of which there are none.
func (s *Service) Mining() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ctx.Err() == nil && s.paused == nil && s.busy(s.settings.Load(), time.Now())
}

// busy reports whether payloads are to be made with the given settings.
func (s *Service) busy(settings *Settings, now time.Time) bool {
	return settings.Enabled && (settings.Threads > 0 || s.cfg.Params.Instant() || s.board.wanted(now))
}

// Hashrate returns hashes per second: those of the sealing threads, over the last ten
// seconds, and what miners outside of the node report.
func (s *Service) Hashrate() float64 { return s.sealerRate() + s.remoteRate() }

func (s *Service) sealerRate() float64 { return s.meter.rate(time.Now()) }
func (s *Service) remoteRate() float64 {
	hashes, _ := s.remote.sum(time.Now())
	return hashes
}

// Etherbase returns the address that rewards and fees go to.
func (s *Service) Etherbase() common.Address { return s.settings.Load().Etherbase }

// wake has the main loop look at everything.
func (s *Service) wake() {
	select {
	case s.poke <- struct{}{}:
	default: // it has been poked already
	}
}

func (s *Service) setPaused(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.paused = err
}

func (s *Service) setTrouble(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trouble = err
}
