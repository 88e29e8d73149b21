package miner

import (
	"context"
	"fmt"
	"sync"
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
	metrics *metrics
	news    news
	pending pendingBlock
	poke    chan struct{} // wakes the main loop; holds one, since one is enough

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
		cfg:     cfg,
		builder: newBuilder(cfg),
		sealer:  newSealer(cfg.Threads, cfg.CPU),
		poke:    make(chan struct{}, 1),
	}
	s.meter = &hashMeter{count: s.sealer.hashes.Load}
	var err error
	if s.metrics, err = newMetrics(cfg.Registerer, s.Hashrate); err != nil {
		return nil, fmt.Errorf("miner metrics: %w", err)
	}
	s.news.reset(nil, cfg.GasPrice)
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s, nil
}

// Start begins mining, if it is enabled.
func (s *Service) Start() {
	if !s.cfg.Enabled {
		return
	}
	s.start.Do(func() {
		s.reportStart()
		// Before the first look into the pool, so that nothing falls between.
		w := s.newWatcher()
		s.group.Go(func() { w.run(s.ctx) })
		if !s.cfg.Params.Instant() {
			s.metrics.threads.Set(float64(s.cfg.Threads))
			s.sealer.start(s.ctx, &s.group)
		}
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

// Mining reports whether this node is trying to find blocks: it is false when
// mining is off, and while it is paused.
func (s *Service) Mining() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cfg.Enabled && s.ctx.Err() == nil && s.paused == nil
}

// Hashrate returns hashes per second, over the last ten seconds.
func (s *Service) Hashrate() float64 { return s.meter.rate(time.Now()) }

// Etherbase returns the address that rewards and fees go to.
func (s *Service) Etherbase() common.Address { return s.cfg.Etherbase }

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
