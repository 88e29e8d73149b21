package download

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/sirupsen/logrus"
)

// ErrBusy means that a Sync is running.
var ErrBusy = errors.New("a sync is running")

// Downloader fetches heavier chains, one at a time.
type Downloader struct {
	cfg     Config
	metrics *metrics

	running sync.Mutex // held by Sync

	mu       sync.Mutex // guards progress
	progress *Progress  // nil while no Sync runs; not changed once it is set
}

// New returns a downloader. The error lists everything that is wrong with the
// configuration.
func New(cfg Config) (*Downloader, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	m, err := newMetrics(cfg.Registerer)
	if err != nil {
		return nil, fmt.Errorf("downloader metrics: %w", err)
	}
	return &Downloader{cfg: cfg, metrics: m}, nil
}

// Sync brings the chain up to the target and returns when its blocks are imported,
// or why they are not: ErrBusy, the end of ctx, the chain's own reason, what the
// target's source answered, or a *FaultError if that is to blame. A target with no
// more work than the head is done at once.
//
// Whatever the error, the blocks imported before it are stored.
func (d *Downloader) Sync(ctx context.Context, target Target) error {
	if !d.running.TryLock() {
		return ErrBusy
	}
	defer d.running.Unlock()
	defer d.setProgress(nil)
	s := newSession(d, target)
	err := s.run(ctx)
	s.report(err)
	return err
}

// Progress returns how far the running Sync has come, or nil if there is none.
func (d *Downloader) Progress() *Progress {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.progress
}

func (d *Downloader) setProgress(p *Progress) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.progress = p
}

// session is one Sync.
type session struct {
	*Downloader
	chain  Chain
	limits Limits
	target Target
	log    logrus.FieldLogger

	suppliers *suppliers
	meter     *meter
}

func newSession(d *Downloader, target Target) *session {
	return &session{
		Downloader: d,
		chain:      d.cfg.Chain,
		limits:     d.cfg.Limits,
		target:     target,
		log:        d.cfg.Log.WithField("peer", target.ID()),
		suppliers:  newSuppliers(target, d.cfg.Sources, d.cfg.Limits),
		meter:      newMeter(),
	}
}

// run fetches the target's chain round by round.
func (s *session) run(ctx context.Context) error {
	if s.target.Work != nil && s.target.Work.Cmp(s.headWork()) <= 0 {
		return nil
	}
	for {
		t, next, err := s.headers(ctx)
		if err != nil {
			return err
		}
		if err := s.judge(t, next); err != nil {
			return err
		}
		if t.work().Cmp(s.headWork()) > 0 {
			if err := s.blocks(ctx, t); err != nil {
				return err
			}
		}
		switch next {
		case goesOn:
		case chainEnds:
			return nil
		case clockAhead:
			return s.blame(FutureHeader, fmt.Errorf("what follows block %d is more than %v ahead of this machine's clock", t.number(), s.limits.Future))
		}
	}
}

// judge compares what the headers show with what was claimed for them.
func (s *session) judge(t *trail, next outlook) error {
	claimed := s.target.Work
	if next != chainEnds || claimed == nil || t.work().Cmp(claimed) >= 0 {
		return nil
	}
	return s.blame(FalseWork, fmt.Errorf("the chain shows work %v up to block %d (%#x), claimed were %v at block %d (%#x)",
		t.work(), t.number(), t.tip.hash, claimed, s.target.Number, s.target.Hash))
}

// headWork returns the work of our own chain, which may grow at any time. Every head
// has its work stored before it becomes one.
func (s *session) headWork() *big.Int {
	head := s.chain.CurrentBlock()
	if work := s.chain.TotalWork(head.Hash(), head.Number.Uint64()); work != nil {
		return work
	}
	return new(big.Int)
}

// canonical reports whether a block is on our own chain.
func (s *session) canonical(hash common.Hash, number uint64) bool {
	return number <= s.chain.CurrentBlock().Number.Uint64() && s.chain.GetCanonicalHash(number) == hash
}

// blame reports a fault of the target's source and returns it as an error.
func (s *session) blame(fault Fault, err error) error {
	s.blameSource(s.target.ID(), fault, err)
	return &FaultError{Source: s.target.ID(), Fault: fault, Err: err}
}

func (s *session) blameSource(id string, fault Fault, err error) {
	s.metrics.faults.WithLabelValues(string(fault)).Inc()
	s.cfg.Log.WithFields(logrus.Fields{"peer": id, "fault": fault}).WithError(err).Debug("A source is at fault")
	s.cfg.Blame(id, fault, err)
}
