package miner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/monolith-chain/monolith/shared/pow"
	"github.com/monolith-chain/monolith/shared/registry"
	"github.com/sirupsen/logrus"
)

const (
	// workWait is how long Work waits for a job that its caller does not have yet:
	// two of the schedule's seconds, so that on a chain that is alive it waits in
	// vain only for a payload that takes long to build.
	workWait = 2 * time.Second

	// workWanted is how long after somebody asked for work payloads are still made
	// for miners outside of the node alone.
	workWanted = 10 * time.Second

	// workKept is how many jobs on one head stay good, of those that were handed
	// out. They come once a second, and up to ten times if transactions pour in.
	workKept = 16

	// workKnown is how many ids of jobs that are no longer good are remembered, to
	// tell what came too late from what never was.
	workKnown = 128
)

// Why there is no work, or a nonce is not taken.
var (
	// ErrInstantWork is returned on a development chain.
	ErrInstantWork = errors.New("blocks of this development chain need no work: external mining is for chains with proof of work")

	// ErrMiningOff is returned while the node does not mine.
	ErrMiningOff = errors.New("mining is off: start the node with --mine (and --miner.threads 0 to leave all of it to external miners), or call miner_start over IPC")

	// ErrNoWork is returned if there is nothing to mine, and wraps the reason, if
	// there is one.
	ErrNoWork = errors.New("no mining work available yet")

	ErrUnknownWork  = errors.New("no such job was handed out")
	ErrStaleWork    = errors.New("too late: the chain or the payload has moved on")
	ErrRepeatedWork = errors.New("too late: a nonce of this job was found already")
	ErrWrongDigest  = errors.New("the block's hash with this nonce is another one")
	ErrWrongWork    = errors.New("the block's hash with this nonce does not meet the target")
)

// submissionResult is the label under which a submission is counted.
func submissionResult(err error) string {
	switch {
	case err == nil:
		return "accepted"
	case errors.Is(err, ErrUnknownWork):
		return "unknown"
	case errors.Is(err, ErrStaleWork):
		return "stale"
	case errors.Is(err, ErrRepeatedWork):
		return "repeated"
	case errors.Is(err, ErrWrongDigest):
		return "wrong_digest"
	case errors.Is(err, ErrWrongWork):
		return "wrong"
	default:
		return "failed"
	}
}

// workBoard is where the main loop puts up its job for miners outside of the node.
type workBoard struct {
	// mu guards all that follows.
	mu      sync.Mutex
	current *job
	changed chan struct{} // closed when current is replaced
	handed  []*job        // those on this head that somebody has, oldest first
	past    []common.Hash // those that were, oldest first
	asked   time.Time     // when somebody wanted work last
}

// offer puts up a job, or none. The ones before it stay good.
func (b *workBoard) offer(j *job) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.replace(j)
}

func (b *workBoard) replace(j *job) {
	if j == b.current {
		return
	}
	b.current = j
	close(b.changed)
	b.changed = make(chan struct{})
}

// clear takes down all jobs, when the head or the settings they were made for have
// changed.
func (b *workBoard) clear() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.retire(len(b.handed))
	b.replace(nil)
}

// retire takes down the oldest jobs.
func (b *workBoard) retire(count int) {
	for _, j := range b.handed[:count] {
		b.past = append(b.past, j.ID)
	}
	b.handed = slices.Delete(b.handed, 0, count)
	b.past = slices.Delete(b.past, 0, max(0, len(b.past)-workKnown))
}

// take hands out the current job, nil if there is none, and a channel that is closed
// when it is replaced.
func (b *workBoard) take() (*job, <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.current != nil && !slices.Contains(b.handed, b.current) {
		b.handed = append(b.handed, b.current)
		b.retire(max(0, len(b.handed)-workKept))
	}
	return b.current, b.changed
}

// find returns a job that was handed out and is good.
func (b *workBoard) find(id common.Hash) (*job, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, j := range b.handed {
		if j.ID == id {
			return j, nil
		}
	}
	if slices.Contains(b.past, id) {
		return nil, ErrStaleWork
	}
	return nil, ErrUnknownWork
}

// ask notes that somebody wants work.
func (b *workBoard) ask(now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asked = now
}

// wanted reports whether anybody wants work.
func (b *workBoard) wanted(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return now.Sub(b.asked) < workWanted
}

// Work returns what there is to mine, for a miner outside of the node: a job other
// than the one it has, whose id is known, as soon as there is one, and after workWait
// that one again. Payloads are made because of it, for workWanted, even if the node
// has no sealing threads. Errors: ErrInstantWork, ErrMiningOff, ErrNoWork, and ctx's.
func (s *Service) Work(ctx context.Context, known common.Hash) (*pow.Job, error) {
	if err := s.workable(); err != nil {
		return nil, err
	}
	s.board.ask(time.Now())
	wait := time.NewTimer(workWait)
	defer wait.Stop()
	for {
		j, changed := s.board.take()
		if j != nil && j.ID != known {
			return j.Job, nil
		}
		if j == nil {
			s.wake() // it may not have known that it is wanted
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-s.ctx.Done():
			return nil, registry.ErrStopped
		case <-wait.C:
			if j != nil {
				return j.Job, nil
			}
			if err := s.Status(); err != nil {
				return nil, fmt.Errorf("%w: %w", ErrNoWork, err)
			}
			return nil, ErrNoWork
		}
	}
}

// workable says why there cannot be any work.
func (s *Service) workable() error {
	s.mu.Lock()
	paused := s.paused
	s.mu.Unlock()
	switch {
	case s.ctx.Err() != nil:
		return registry.ErrStopped
	case s.cfg.Params.Instant():
		return ErrInstantWork
	case !s.settings.Load().Enabled:
		return ErrMiningOff
	case paused != nil:
		return fmt.Errorf("%w: %w", ErrNoWork, paused)
	}
	return nil
}

// SubmitWork makes a block of a job that Work has handed out. The digest is what the
// miner takes for the block's hash. The error says why there is none: one of the
// errors above, or the chain's.
func (s *Service) SubmitWork(ctx context.Context, id common.Hash, nonce uint64, digest common.Hash) error {
	if s.cfg.Params.Instant() {
		return ErrInstantWork
	}
	err := s.submit(ctx, id, nonce, digest)
	s.metrics.submissions.WithLabelValues(submissionResult(err)).Inc()
	if err != nil {
		s.cfg.Log.WithFields(logrus.Fields{"job": id, "nonce": fmt.Sprintf("%#016x", nonce), "err": err}).
			Debug("Submitted work not taken")
	}
	return err
}

// order is something that the main loop is asked to do between two of its steps: it
// owns all decisions.
type order func(*mainLoop)

// submit checks a nonce and gives it to the main loop.
func (s *Service) submit(ctx context.Context, id common.Hash, nonce uint64, digest common.Hash) error {
	j, err := s.board.find(id)
	if err != nil {
		return err
	}
	switch hash := pow.WithNonce(j.header, nonce).Hash(); {
	case hash != digest:
		return ErrWrongDigest
	case !j.target.MetBy(hash):
		return ErrWrongWork
	}
	done := make(chan error, 1)
	select {
	case s.orders <- func(l *mainLoop) { done <- l.submitted(solution{j, nonce}) }:
	case <-ctx.Done():
		return ctx.Err()
	case <-s.ctx.Done():
		return registry.ErrStopped
	}
	select {
	case err := <-done:
		return err
	case <-s.ctx.Done():
		return registry.ErrStopped
	}
}

// submitted inserts what a miner outside of the node has found.
func (l *mainLoop) submitted(found solution) error {
	if _, err := l.board.find(found.job.ID); err != nil {
		return err // it was taken down meanwhile
	}
	if !found.job.solved.CompareAndSwap(false, true) {
		return ErrRepeatedWork
	}
	return l.solved(l.ctx, found)
}
