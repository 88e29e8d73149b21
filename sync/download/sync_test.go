package download

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/monolith-chain/monolith/shared/chain"
)

func TestSyncFromNothing(t *testing.T) {
	n := newNetwork(t)
	blocks := n.branch(nil, 300, every(4, 1))
	s := n.newChain(t, nil)
	u := newSetup(t, s, nil)
	p := newPeer("a", blocks)
	u.sync(t, p.target(t))
	wantHead(t, s, last(blocks))
	if asked, served := p.delivered(); asked != 300 || served != 300 {
		t.Errorf("%d blocks were asked for and %d served, want 300", asked, served)
	}
	if u.Progress() != nil {
		t.Error("there is progress after the sync")
	}
}

// A chain longer than a round is fetched in several.
func TestSyncInRounds(t *testing.T) {
	n := newNetwork(t)
	blocks := n.branch(nil, 300, every(4, 1))
	s := n.newChain(t, nil)
	u := newSetup(t, s, func(cfg *Config) { cfg.Limits.Round = 64 })
	u.sync(t, newPeer("a", blocks).target(t))
	wantHead(t, s, last(blocks))
}

func TestSyncFromSeveral(t *testing.T) {
	n := newNetwork(t)
	blocks := n.branch(nil, 600, every(4, 1))
	peers := []*peer{newPeer("a", blocks), newPeer("b", blocks), newPeer("c", blocks[:300])}
	for _, p := range peers {
		p.onBlocks = func(ctx context.Context, _ []common.Hash, honest types.Blocks) (types.Blocks, error) {
			return honest, await(ctx, 20*time.Millisecond) // a way to go
		}
	}
	s := n.newChain(t, nil)
	u := newSetup(t, s, nil, peers[1], peers[2])
	u.sync(t, peers[0].target(t))
	wantHead(t, s, last(blocks))
	for _, p := range peers {
		if _, served := p.delivered(); served < 60 {
			t.Errorf("%s served %d of 600 blocks", p.name, served)
		}
		u.wantBlamed(t, p.name)
	}
}

// A source that takes seconds for what the import is waiting for is overtaken by
// one that has time, and not blamed.
func TestSlowSourceIsOvertaken(t *testing.T) {
	n := newNetwork(t)
	blocks := n.branch(nil, 400, every(4, 1))
	slow, quick := newPeer("slow", blocks), newPeer("quick", blocks)
	slow.onBlocks = func(ctx context.Context, _ []common.Hash, _ types.Blocks) (types.Blocks, error) {
		return nil, wait(ctx) // longer than all the rest takes
	}
	s := n.newChain(t, nil)
	u := newSetup(t, s, func(cfg *Config) { cfg.Limits.Timeout = time.Hour }, quick)
	u.sync(t, slow.target(t))
	wantHead(t, s, last(blocks))
	if _, served := quick.delivered(); served != 400 {
		t.Errorf("the quick source served %d of 400 blocks", served)
	}
	u.wantBlamed(t, "quick")
}

// A source that does not answer is asked a few times and then left alone.
func TestStalledSource(t *testing.T) {
	n := newNetwork(t)
	blocks := n.branch(nil, 400, every(4, 1))
	dead, live := newPeer("dead", blocks), newPeer("live", blocks)
	dead.onBlocks = func(ctx context.Context, _ []common.Hash, _ types.Blocks) (types.Blocks, error) {
		return nil, wait(ctx)
	}
	s := n.newChain(t, nil)
	// Nobody is asked for what the dead one was before its time is up.
	u := newSetup(t, s, func(cfg *Config) { cfg.Limits.Timeout, cfg.Limits.Patience = time.Second, time.Hour }, live)
	if err := u.Sync(t.Context(), dead.target(t)); err != nil {
		t.Fatal(err)
	}
	wantHead(t, s, last(blocks))
	u.mu.Lock()
	faults := u.fault["dead"]
	u.mu.Unlock()
	if len(faults) == 0 || len(faults) > maxStrikes || slices.ContainsFunc(faults, func(f Fault) bool { return f != Timeout }) {
		t.Errorf("the dead source is blamed for %q", faults)
	}
	u.wantBlamed(t, "live")
}

// The only source stops answering: the sync ends, by itself and soon.
func TestOnlySourceStalls(t *testing.T) {
	n := newNetwork(t)
	blocks := n.branch(nil, 100, every(4, 1))
	s := n.newChain(t, nil)
	fast := func(cfg *Config) { cfg.Limits.Timeout, cfg.Limits.Stall = 50*time.Millisecond, 300*time.Millisecond }

	t.Run("headers", func(t *testing.T) {
		p := newPeer("a", blocks)
		p.onHeaders = func(ctx context.Context, _ []*types.Header) ([]*types.Header, error) { return nil, wait(ctx) }
		newSetup(t, s, fast).wantFault(t, p.target(t), Timeout)
	})
	t.Run("blocks", func(t *testing.T) {
		p := newPeer("a", blocks)
		p.onBlocks = func(ctx context.Context, _ []common.Hash, _ types.Blocks) (types.Blocks, error) {
			return nil, wait(ctx)
		}
		u := newSetup(t, s, fast)
		if err := u.Sync(t.Context(), p.target(t)); !errors.As(err, new(*FaultError)) {
			t.Fatalf("sync ended with %v", err)
		}
		u.wantBlamed(t, "a", Timeout)
	})
}

// The target's source dies in the middle; another one has the blocks.
func TestSourceDiesInTheMiddle(t *testing.T) {
	n := newNetwork(t)
	blocks := n.branch(nil, 400, every(4, 1))
	dying, live := newPeer("dying", blocks), newPeer("live", blocks)
	reset := errors.New("stream reset")
	dying.onBlocks = func(_ context.Context, _ []common.Hash, honest types.Blocks) (types.Blocks, error) {
		if honest[0].NumberU64() > 100 {
			return nil, reset
		}
		return honest, nil
	}
	s := n.newChain(t, nil)
	u := newSetup(t, s, nil, live)
	u.sync(t, dying.target(t))
	wantHead(t, s, last(blocks))
	u.wantBlamed(t, "live")

	dying.onHeaders = func(context.Context, []*types.Header) ([]*types.Header, error) { return nil, reset }
	if err := newSetup(t, n.newChain(t, nil), nil, live).Sync(t.Context(), dying.target(t)); !errors.Is(err, reset) {
		t.Fatalf("sync ended with %v", err)
	}
}

// A source that appears during the sync is used.
func TestSourceArrivesLater(t *testing.T) {
	n := newNetwork(t)
	blocks := n.branch(nil, 200, every(4, 1))
	first, second := newPeer("first", blocks), newPeer("second", blocks)
	s := n.newChain(t, nil)
	u := newSetup(t, s, nil)
	asked := make(chan struct{})
	u.cfg.Sources = func() []Source {
		select {
		case <-asked:
			return []Source{second}
		default:
			return nil
		}
	}
	first.onBlocks = func(ctx context.Context, _ []common.Hash, _ types.Blocks) (types.Blocks, error) {
		close(asked)
		return nil, wait(ctx)
	}
	u.sync(t, first.target(t))
	wantHead(t, s, last(blocks))
}

// A fork 300 blocks back is followed if it has more work than our chain, and is not
// even asked for if it says that it has less.
func TestForks(t *testing.T) {
	n := newNetwork(t)
	trunk := n.branch(nil, 50, every(4, 1))
	ours := n.branch(trunk, 300, every(4, 2))
	lighter := n.branch(trunk, 290, every(4, 3))
	heavier := n.branch(trunk, 310, every(4, 4))

	s := n.newChain(t, ours)
	u := newSetup(t, s, nil)
	p := newPeer("lighter", lighter)
	u.sync(t, p.target(t))
	wantHead(t, s, last(ours))
	if p.taken > 0 {
		t.Errorf("%d headers of a lighter chain were taken", p.taken)
	}
	p = newPeer("heavier", heavier)
	u.sync(t, p.target(t))
	wantHead(t, s, last(heavier))
	if extra := p.taken - 310; extra > 2*64 {
		t.Errorf("%d headers too many were taken", extra)
	}
	if asked, _ := p.delivered(); asked != 310 {
		t.Errorf("%d blocks were asked for, want 310", asked)
	}
}

// A target without a claim is judged by its headers alone.
func TestTargetWithoutClaim(t *testing.T) {
	n := newNetwork(t)
	trunk := n.branch(nil, 20, every(4, 1))
	ours := n.branch(trunk, 30, every(4, 2))
	s := n.newChain(t, ours)
	for _, blocks := range []types.Blocks{n.branch(trunk, 10, every(4, 3)), trunk} {
		target := newPeer("lighter", blocks).target(t)
		target.Work = nil
		newSetup(t, s, nil).sync(t, target)
		wantHead(t, s, last(ours))
	}
	heavier := n.branch(trunk, 40, every(4, 4))
	target := newPeer("heavier", heavier).target(t)
	target.Work = nil
	newSetup(t, s, nil).sync(t, target)
	wantHead(t, s, last(heavier))
}

// The source's chain has grown since its head was announced: what is there is taken,
// up to the slack.
func TestSourceHasGrown(t *testing.T) {
	n := newNetwork(t)
	blocks := n.branch(nil, 300, every(4, 1))
	s := n.newChain(t, nil)
	u := newSetup(t, s, func(cfg *Config) { cfg.Limits.Slack = 100 })
	p := newPeer("a", blocks[:101])
	target := p.target(t)
	p.switchTo(blocks)
	u.sync(t, target)
	if head := s.CurrentBlock().Number.Uint64(); head < 200 || head > 264 {
		t.Errorf("head is block %d, want 200 and not much more", head)
	}
}

// The source switches to another chain while its headers are taken, and while its
// blocks are.
func TestSourceReorganises(t *testing.T) {
	n := newNetwork(t)
	trunk := n.branch(nil, 600, every(4, 1))
	before := n.branch(trunk, 100, every(4, 2))
	after := n.branch(trunk[:551], 160, every(4, 3))

	t.Run("headers", func(t *testing.T) {
		s := n.newChain(t, nil)
		p := newPeer("a", before)
		target := p.target(t)
		p.onHeaders = func(_ context.Context, honest []*types.Header) ([]*types.Header, error) {
			if len(honest) > 0 && honest[0].Number.Uint64() > 560 {
				p.switchTo(after)
			}
			return honest, nil
		}
		u := newSetup(t, s, nil)
		u.sync(t, target)
		wantHead(t, s, last(after))
	})
	t.Run("blocks", func(t *testing.T) {
		s := n.newChain(t, nil)
		p := newPeer("a", before)
		target := p.target(t)
		p.onBlocks = func(_ context.Context, _ []common.Hash, honest types.Blocks) (types.Blocks, error) {
			if len(honest) > 0 && honest[0].NumberU64() > 400 {
				p.switchTo(after)
			}
			return honest, nil
		}
		u := newSetup(t, s, nil)
		u.wantFault(t, target, Empty)
		if head := s.CurrentBlock().Number.Uint64(); head < 400 {
			t.Errorf("head is block %d", head)
		}
		newSetup(t, s, nil).sync(t, p.target(t)) // the next attempt succeeds
		wantHead(t, s, last(after))
	})
	t.Run("for ever", func(t *testing.T) {
		s := n.newChain(t, nil)
		p := newPeer("a", before)
		target := p.target(t)
		turns := []types.Blocks{after, before}
		p.onHeaders = func(_ context.Context, honest []*types.Header) ([]*types.Header, error) {
			if len(honest) > 0 && honest[0].Number.Uint64() > 560 {
				p.switchTo(turns[0])
				turns[0], turns[1] = turns[1], turns[0]
			}
			return honest[:min(len(honest), 20)], nil
		}
		if err := newSetup(t, s, nil).Sync(t.Context(), target); err == nil {
			t.Fatal("the sync did not end with an error")
		}
		wantHead(t, s, n.Genesis())
	})
}

// Our own head moves while the blocks of a heavier chain come in.
func TestOwnHeadMoves(t *testing.T) {
	n := newNetwork(t)
	trunk := n.branch(nil, 50, every(4, 1))
	ours := n.branch(trunk, 40, every(4, 2))
	theirs := n.branch(trunk, 100, every(4, 3))
	s := n.newChain(t, ours[:60])
	p := newPeer("a", theirs)
	next := 60
	p.onBlocks = func(ctx context.Context, _ []common.Hash, honest types.Blocks) (types.Blocks, error) {
		for range 5 { // our miner is busy
			if next < len(ours) {
				if _, err := s.InsertBlocks(ctx, ours[next:next+1]); err != nil {
					return nil, err
				}
				next++
			}
		}
		return honest[:min(len(honest), 10)], nil
	}
	u := newSetup(t, s, nil)
	u.sync(t, p.target(t))
	wantHead(t, s, last(theirs))
}

// A sync that is cancelled has stored what it imported; the next one goes on there,
// in a new process too.
func TestCancelAndResume(t *testing.T) {
	n := newNetwork(t)
	blocks := n.branch(nil, 400, every(4, 1))
	dir := t.TempDir()
	cause := errors.New("enough")
	for number := uint64(100); number < 400; number += 100 {
		t.Run("", func(t *testing.T) {
			s := n.openChain(t, dir)
			before := s.CurrentBlock().Number.Uint64()
			p := newPeer("a", blocks)
			ctx, cancel := context.WithCancelCause(t.Context())
			first := uint64(0)
			p.onBlocks = func(_ context.Context, _ []common.Hash, honest types.Blocks) (types.Blocks, error) {
				if first == 0 {
					first = honest[0].NumberU64()
				}
				if honest[0].NumberU64() > number {
					cancel(cause)
				}
				return honest, nil
			}
			u := newSetup(t, s, func(cfg *Config) { cfg.Limits.Waiting = 64 })
			if err := u.Sync(ctx, p.target(t)); !errors.Is(err, cause) {
				t.Fatalf("sync ended with %v, want the context's cause", err)
			}
			u.wantBlamed(t, "a")
			if first != before+1 {
				t.Errorf("the first block asked for is %d, the head was %d", first, before)
			}
			if now := s.CurrentBlock().Number.Uint64(); now <= before {
				t.Errorf("head is block %d after %d", now, before)
			}
		})
	}
	s := n.openChain(t, dir)
	newSetup(t, s, nil).sync(t, newPeer("a", blocks).target(t))
	wantHead(t, s, last(blocks))
}

// However a Sync ends, no goroutine of it is left.
func TestGoroutinesEnd(t *testing.T) {
	n := newNetwork(t)
	blocks := n.branch(nil, 200, every(4, 1))
	s := n.newChain(t, nil)
	before := runtime.NumGoroutine()
	for number := uint64(1); number < 200; number += 20 {
		ctx, cancel := context.WithCancel(t.Context())
		p, silent := newPeer("a", blocks), newPeer("silent", blocks)
		p.onBlocks = func(_ context.Context, _ []common.Hash, honest types.Blocks) (types.Blocks, error) {
			if last(honest).NumberU64() >= number {
				cancel()
			}
			return honest, nil
		}
		silent.onBlocks = func(ctx context.Context, _ []common.Hash, _ types.Blocks) (types.Blocks, error) {
			return nil, wait(ctx)
		}
		if err := newSetup(t, s, nil, silent).Sync(ctx, p.target(t)); !errors.Is(err, context.Canceled) {
			t.Fatalf("sync ended with %v", err)
		}
		cancel()
	}
	deadline := time.Now().Add(10 * time.Second) // the header verifier's threads end by themselves
	for runtime.NumGoroutine() > before {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		}
		if err := await(t.Context(), 10*time.Millisecond); err != nil {
			t.Fatal(err)
		}
	}
}

func TestOneSyncAtATime(t *testing.T) {
	n := newNetwork(t)
	blocks := n.branch(nil, 40, every(4, 1))
	p := newPeer("a", blocks)
	u := newSetup(t, n.newChain(t, nil), nil)
	p.onBlocks = func(ctx context.Context, _ []common.Hash, honest types.Blocks) (types.Blocks, error) {
		if err := u.Sync(ctx, p.target(t)); !errors.Is(err, ErrBusy) {
			t.Errorf("a second sync ended with %v", err)
		}
		if u.Progress() == nil || u.Progress().Highest != 40 {
			t.Errorf("progress is %+v", u.Progress())
		}
		return honest, nil
	}
	u.sync(t, p.target(t))
}

// The chain is stopped under the downloader.
func TestChainStops(t *testing.T) {
	n := newNetwork(t)
	blocks := n.branch(nil, 100, every(4, 1))
	s := n.newChain(t, nil)
	p := newPeer("a", blocks)
	p.onBlocks = func(_ context.Context, _ []common.Hash, honest types.Blocks) (types.Blocks, error) {
		return honest, s.Stop()
	}
	u := newSetup(t, s, nil)
	if err := u.Sync(t.Context(), p.target(t)); !errors.Is(err, chain.ErrStopped) {
		t.Fatalf("sync ended with %v", err)
	}
	u.wantBlamed(t, "a")
}

// await returns after a while, or when the context ends, with its error.
func await(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
