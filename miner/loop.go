package miner

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/monolith-chain/monolith/shared/pow"
	"github.com/monolith-chain/monolith/shared/registry"
	"github.com/sirupsen/logrus"
)

const (
	// loopTick bounds how long the main loop sleeps: obstacles, reports and
	// the hash rate are looked at this often even if nothing happens.
	loopTick = time.Second

	// obstacleEvery bounds how often the disk and the sync are asked.
	obstacleEvery = 500 * time.Millisecond

	// firstRetry and lastRetry: the pause after a payload could not be built or
	// a block was refused doubles from one to the other.
	firstRetry = time.Second
	lastRetry  = 30 * time.Second

	// borne is how many failures in a row are not yet an error: 15 seconds of them.
	borne = 4
)

// mainLoop decides what is built, sealed and inserted. All its fields belong to
// the goroutine that runs it.
type mainLoop struct {
	*Service
	settings *Settings     // adopted; nil before the first step
	head     *types.Header // built upon
	plan     schedule
	on       onDemand  // development mode
	building *building // nil: nothing is being built
	job      *job      // nil: nothing is being sealed
	results  chan buildResult

	checked  time.Time // when the obstacles were looked at last
	obstacle error     // why mining is paused; nil: it is not
	failures int       // in a row
	retryAt  time.Time

	reports reports
}

// building is a payload in the making.
type building struct {
	began  time.Time
	stamp  uint64
	cancel context.CancelFunc
}

type buildResult struct {
	of        *building
	payload   *Payload
	pricedOut bool
	err       error
}

func newMainLoop(s *Service) *mainLoop {
	return &mainLoop{Service: s, results: make(chan buildResult), reports: newReports(s.cfg.Params), on: newOnDemand(s.cfg)}
}

// run is the loop: look at everything, do what is due, wait for something to
// happen.
func (l *mainLoop) run(ctx context.Context) {
	defer l.drop()
	l.reports.restart(time.Now())
	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil {
		timer.Reset(time.Until(l.step(ctx, time.Now())))
		select {
		case <-ctx.Done():
		case <-timer.C:
		case <-l.poke:
		case do := <-l.orders:
			do(l)
		case result := <-l.results:
			l.take(ctx, result, time.Now())
		case found := <-l.sealer.found:
			_ = l.solved(ctx, found) // it has been told
		}
	}
}

// step does what is due and returns when to look again at the latest.
func (l *mainLoop) step(ctx context.Context, now time.Time) time.Time {
	tick := now.Add(loopTick)
	l.meter.tick(now)
	l.adopt(ctx, now)
	if !l.busy(l.settings, now) {
		l.rest()
		return tick
	}
	l.check(now)
	if l.obstacle != nil {
		return now.Add(obstacleEvery)
	}
	l.follow(now)
	l.report(now)
	if l.building != nil {
		return tick
	}
	l.news.tell(&l.plan, l.payload())
	due := latest(l.plan.due(), l.retryAt)
	if due.After(now) {
		if due.Before(tick) {
			return due
		}
		return tick
	}
	l.build(ctx, now)
	return tick
}

// adopt puts changed settings into force.
func (l *mainLoop) adopt(ctx context.Context, now time.Time) {
	was, is := l.settings, l.Service.settings.Load()
	if was == is {
		return
	}
	l.settings = is
	if was == nil {
		was = &Settings{}
	} else if !was.samePayload(is) {
		l.drop()
		l.plan.built = time.Time{} // the next payload is a first one
	}
	hadThreads, hadShare := was.crew()
	threads, share := is.crew()
	if (threads != hadThreads || share != hadShare) && !l.cfg.Params.Instant() {
		l.sealer.employ(ctx, &l.group, threads, share)
		l.metrics.threads.Set(float64(threads))
	}
	switch {
	case !was.Enabled && is.Enabled:
		l.reports.restart(now)
		l.reportStart()
	case was.Enabled && !is.Enabled:
		l.cfg.Log.Info("Mining stopped")
	}
}

// rest is what there is to do while nothing is to be mined.
func (l *mainLoop) rest() {
	if l.head == nil && l.obstacle == nil {
		return
	}
	l.drop()
	l.head = nil // so that it is taken up anew
	l.checked, l.obstacle = time.Time{}, nil
	l.setPaused(nil)
	l.setTrouble(nil)
}

// payload returns the payload in hand, or nil.
func (l *mainLoop) payload() *Payload {
	if l.job == nil {
		return nil
	}
	return l.job.payload
}

// check pauses mining when something is in its way and resumes it when nothing
// is any more.
func (l *mainLoop) check(now time.Time) {
	if now.Sub(l.checked) < obstacleEvery {
		return
	}
	l.checked = now
	was := l.obstacle
	l.obstacle = l.cfg.obstacle()
	l.setPaused(l.obstacle)
	switch {
	case was == nil && l.obstacle != nil:
		l.drop()
		l.head = nil // so that it is taken up anew
		l.cfg.Log.WithError(l.obstacle).Warn("Mining paused")
	case was != nil && l.obstacle == nil:
		l.reports.restart(now)
		l.cfg.Log.Info("Mining resumed")
	}
}

// obstacle says why no block should be mined now.
func (cfg Config) obstacle() error {
	if cfg.Synced != nil && !cfg.Synced() {
		return fmt.Errorf("mining is paused: the chain is %w", registry.ErrSyncing)
	}
	if cfg.Writable == nil {
		return nil
	}
	if err := cfg.Writable(); err != nil {
		return fmt.Errorf("mining is paused: %w", err)
	}
	return nil
}

// follow drops all work on an old head when there is a new one.
func (l *mainLoop) follow(now time.Time) {
	head := l.cfg.Chain.CurrentBlock()
	if head == l.head || l.head != nil && head.Hash() == l.head.Hash() {
		return
	}
	if l.job != nil && head.Number.Uint64() >= l.job.number() {
		l.metrics.lost.Inc()
	}
	l.drop()
	l.head = head
	l.retryAt = time.Time{}
	l.plan = schedule{
		instant: l.cfg.Params.Instant(),
		auto:    l.on.auto,
		period:  l.on.period(),
		idle:    l.cfg.Idle,
		parent:  head.Time,
		adopted: now,
	}
	l.news.reset(l.builder.baseFee(head), l.settings.GasPrice)
}

// drop gives up what is being built and sealed.
func (l *mainLoop) drop() {
	if l.building != nil {
		l.building.cancel()
		l.building = nil
	}
	l.unseal()
	l.board.clear()
}

func (l *mainLoop) unseal() {
	if l.job != nil {
		l.sealer.set(nil)
		l.board.offer(nil)
		l.job = nil
	}
}

// build begins a payload, in a goroutine of its own: the loop stays ready for a
// found block or a new head.
func (l *mainLoop) build(ctx context.Context, now time.Time) {
	head, stamp := l.head, l.clock.stamp(l.head.Time, now)
	var deadline time.Time
	if l.plan.built.IsZero() && !l.plan.instant {
		deadline = now.Add(firstBuildTime)
	}
	ctx, cancel := context.WithCancel(ctx)
	order := &building{began: now, stamp: stamp, cancel: cancel}
	l.building = order
	l.news.reset(l.builder.baseFee(head), l.settings.GasPrice)

	l.group.Go(func() {
		result := buildResult{of: order}
		result.payload, result.err = l.builder.build(ctx, head, stamp, deadline)
		if l.cfg.Params.Instant() && result.err == nil && result.payload.Empty() {
			result.pricedOut = l.builder.pricedOut(head)
		}
		select {
		case l.results <- result:
		case <-ctx.Done():
		}
	})
}

// take receives a payload and puts it to use.
func (l *mainLoop) take(ctx context.Context, result buildResult, now time.Time) {
	if result.of != l.building {
		return // dropped while it was being delivered
	}
	l.building.cancel()
	l.building = nil
	if result.err != nil {
		l.fail(result.err, "Payload could not be built")
		return
	}
	payload := result.payload
	l.metrics.build.Observe(payload.Built.Seconds())
	l.metrics.txs.Set(float64(len(payload.Receipts)))

	l.plan.built, l.plan.cost, l.plan.stamp = result.of.began, payload.Built, result.of.stamp
	l.plan.truncated, l.plan.pricedOut = payload.Truncated, result.pricedOut
	l.plan.held = payload.Empty() && now.Before(l.plan.emptyAfter())
	switch {
	case l.plan.held:
		l.unseal()
	case l.plan.instant:
		l.sealAtOnce(ctx, payload)
	default:
		l.seal(payload)
	}
}

// seal hands a payload to the threads.
func (l *mainLoop) seal(payload *Payload) {
	job, err := newJob(payload)
	if err != nil {
		l.fail(err, "Payload could not be sealed")
		return
	}
	l.job = job
	l.sealer.set(job)
	l.board.offer(job)
}

// sealAtOnce seals and inserts a payload whose target nearly every hash meets.
func (l *mainLoop) sealAtOnce(ctx context.Context, payload *Payload) {
	header, err := pow.SealHeader(ctx, payload.Block.Header())
	if err != nil {
		l.fail(err, "Payload could not be sealed")
		return
	}
	_ = l.insert(ctx, payload, header) // it has been told
}

// solved inserts what the threads found. A proof for a payload that a fresher
// one replaced in this very moment is as good; one on an old head is worthless.
func (l *mainLoop) solved(ctx context.Context, found solution) error {
	if l.head == nil || found.job.header.ParentHash != l.head.Hash() {
		return ErrStaleWork
	}
	return l.insert(ctx, found.job.payload, pow.WithNonce(found.job.header, found.nonce))
}

// insert puts a sealed payload on the chain.
func (l *mainLoop) insert(ctx context.Context, payload *Payload, header *types.Header) error {
	block, err := l.add(ctx, payload, header)
	if err != nil {
		if ctx.Err() == nil {
			l.fail(err, "Block was not taken")
		}
		return err
	}
	if canonical := l.cfg.Chain.GetHeaderByNumber(block.NumberU64()); canonical != nil && canonical.Hash() == block.Hash() {
		l.metrics.found.Inc()
		l.reportFound(block, payload)
	} else {
		l.metrics.lost.Inc()
		l.cfg.Log.WithFields(logrus.Fields{"number": block.NumberU64(), "hash": block.Hash()}).
			Info("Found a block, but another one of its height came first")
	}
	return nil
}

// add puts a sealed payload on the chain and tells others of it.
func (l *mainLoop) add(ctx context.Context, payload *Payload, header *types.Header) (*types.Block, error) {
	l.drop()
	block := payload.seal(header)
	if err := l.cfg.Chain.InsertSealed(ctx, block, payload.Receipts, payload.State); err != nil {
		return nil, fmt.Errorf("block %d (%#x): %w", block.NumberU64(), block.Hash(), err)
	}
	l.failures = 0
	l.setTrouble(nil)
	l.clock.stamped(block.Time(), time.Now())
	if l.cfg.OnSealed != nil {
		l.cfg.OnSealed(block)
	}
	return block, nil
}

// fail notes what went wrong and when to try again.
func (l *mainLoop) fail(err error, message string) {
	if errors.Is(err, context.Canceled) {
		return
	}
	now := time.Now()
	l.checked = time.Time{} // a full disk explains it better
	l.check(now)
	if l.obstacle != nil {
		return
	}
	pause := min(firstRetry<<min(l.failures, 10), lastRetry)
	l.failures++
	l.retryAt = now.Add(pause)
	l.plan.built = time.Time{} // the next payload is a first one again
	l.unseal()
	l.setTrouble(fmt.Errorf("mining fails: %w", err))
	level := logrus.WarnLevel // such as while a long branch replaces the head, whose state is gone then
	if l.failures > borne {
		level = logrus.ErrorLevel
	}
	l.cfg.Log.WithError(err).WithField("retry", pause).Log(level, message)
}
