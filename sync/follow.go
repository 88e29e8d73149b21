package sync

import (
	"errors"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/monolith-chain/monolith/shared/chain"
	"github.com/monolith-chain/monolith/sync/download"
	"github.com/sirupsen/logrus"
)

const (
	// followTick is how often the peers' claims are compared with our work, beyond
	// the times when one of them changes.
	followTick = 500 * time.Millisecond

	// gossipGrace is how long a claim that is slightly ahead is left to gossip,
	// which is about to bring the block, and gossipLead is how many blocks count as
	// slightly.
	gossipGrace = 2 * time.Second
	gossipLead  = 2

	// firstRetry and lastRetry: after a failed sync its peer is left alone for a
	// time that doubles from one to the other.
	firstRetry = 2 * time.Second
	lastRetry  = time.Minute

	// tellDelay is how long a new head of ours may take to be announced by gossip
	// before the peers are told of it by status.
	tellDelay = 300 * time.Millisecond

	chainEventBuffer = 64 // events of the chain, which waits while they are full
)

// chasePauses are the pauses before a peer is asked for its status when it has
// announced a block whose parent we lack: it may not have executed the block yet.
func chasePauses() []time.Duration {
	return []time.Duration{0, 300 * time.Millisecond, time.Second}
}

// follower is the state of the loop that follows the chain with most work.
type follower struct {
	wake chan struct{} // holds one

	mu      sync.Mutex // guards chasing
	chasing map[peer.ID]bool
}

func newFollower() *follower {
	return &follower{wake: make(chan struct{}, 1), chasing: make(map[peer.ID]bool)}
}

// poke makes the loop look at the peers' claims.
func (f *follower) poke() {
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// shown is the number of the highest block that a peer has shown verified headers
// for, on a chain with more work than ours; zero if there is none.
func (s *Service) shown() uint64 {
	if p := s.loader.Progress(); p != nil && p.Proven {
		return p.Highest
	}
	return 0
}

// Highest is the number of the best block that there is reason to believe in: of
// headers that were shown with their proofs, or claimed by a peer, with more work
// than ours, from which no sync has failed since. Zero if there is none.
func (s *Service) Highest() uint64 {
	highest, work := s.shown(), s.headWork()
	for _, p := range s.peers.greeted() {
		if p.fails == 0 && p.head.Work.Cmp(work) > 0 {
			highest = max(highest, p.head.Number)
		}
	}
	return highest
}

// follow syncs from the peer with most work, whenever that is more than ours.
func (s *Service) follow() {
	ticker := time.NewTicker(followTick)
	defer ticker.Stop()
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-s.follower.wake:
		case <-ticker.C:
		}
		for s.ctx.Err() == nil {
			p, ok := s.choose(s.cfg.Now())
			if !ok {
				break
			}
			s.syncWith(p)
		}
	}
}

// choose returns the peer to sync with now: none while the chain takes no blocks,
// the disk being full, which would look as if all peers failed.
func (s *Service) choose(now time.Time) (best peerInfo, found bool) {
	if s.cfg.Chain.Status() != nil {
		return best, false
	}
	work, number := s.headWork(), s.cfg.Chain.CurrentBlock().Number.Uint64()
	for _, p := range s.peers.greeted() {
		if p.head.Work.Cmp(work) <= 0 {
			if !p.ahead.IsZero() {
				s.peers.update(p.id, now, func(p *peerInfo) { p.ahead, p.chased = time.Time{}, false })
			}
			continue
		}
		if p.ahead.IsZero() {
			p.ahead = now
			s.peers.update(p.id, now, func(p *peerInfo) { p.ahead = now })
		}
		if !p.chased && p.head.Number <= number+gossipLead && now.Sub(p.ahead) < gossipGrace {
			continue
		}
		if !now.Before(p.retryAt) && (!found || preferable(&p, &best)) {
			best, found = p, true
		}
	}
	return best, found
}

// preferable orders the peers to sync with: those that have proven good first, so
// that any number of newcomers with great claims cannot keep us from catching up;
// then by what they claim.
func preferable(a, b *peerInfo) bool {
	if a.good != b.good {
		return a.good
	}
	return a.head.Work.Cmp(b.head.Work) > 0
}

// syncWith brings our chain up to a peer's. A peer from which that fails is left
// alone for a while: others are tried first.
func (s *Service) syncWith(p peerInfo) {
	log := s.log.WithFields(logrus.Fields{"peer": p.id, "number": p.head.Number, "hash": p.head.Hash})
	before := s.headWork()
	s.metrics.syncs.WithLabelValues("started").Inc()
	err := s.loader.Sync(s.ctx, download.Target{
		Source: source{s, p.id}, Hash: p.head.Hash, Number: p.head.Number, Work: p.head.Work,
	})
	if s.ctx.Err() != nil {
		return
	}
	after := s.headWork()
	if err == nil && after.Cmp(before) <= 0 {
		err = errors.New("no block came of it")
	}
	if err != nil && s.cfg.Chain.Status() != nil {
		s.metrics.syncs.WithLabelValues("failed").Inc()
		log.WithError(err).Debug("Sync failed, by no fault of the peer's")
		return
	}
	now := s.cfg.Now()
	s.peers.update(p.id, now, func(p *peerInfo) {
		p.chased = false
		if err == nil {
			p.good, p.fails, p.retryAt = true, 0, time.Time{}
			return
		}
		p.good = false
		p.retryAt = now.Add(min(firstRetry<<min(p.fails, 10), lastRetry))
		p.fails++
	})
	if err != nil {
		s.metrics.syncs.WithLabelValues("failed").Inc()
		log.WithError(err).Debug("Sync failed")
	} else {
		s.metrics.syncs.WithLabelValues("done").Inc()
	}
	s.ask(p.id) // its chain has grown meanwhile
	s.adoptOrphans()
	if after.Cmp(before) > 0 {
		s.tellHead()
	}
}

// chase finds out soon whether a peer that announced a block with an unknown
// parent has a heavier chain.
func (s *Service) chase(id peer.ID, number uint64) {
	if s.loader.Progress() != nil || !s.follower.begin(id) {
		return
	}
	s.spawn(func() {
		defer s.follower.end(id)
		for _, pause := range chasePauses() {
			select {
			case <-s.ctx.Done():
				return
			case <-time.After(pause):
			}
			if s.greet(s.ctx, id) != nil {
				return
			}
			s.peers.update(id, s.cfg.Now(), func(p *peerInfo) { p.chased = true })
			s.follower.poke()
			if p, _ := s.peers.get(id); p.head.Number >= number {
				return
			}
		}
	})
}

// begin reports whether a peer is to be chased, which it is once at a time.
func (f *follower) begin(id peer.ID) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.chasing[id] {
		return false
	}
	f.chasing[id] = true
	return true
}

func (f *follower) end(id peer.ID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.chasing, id)
}

// watchChain follows our own head. The chain delivers its events while it holds
// its lock, so they are only taken note of here.
func (s *Service) watchChain() func() {
	heads := make(chan core.ChainHeadEvent, chainEventBuffer)
	reorgs := make(chan chain.ReorgEvent, chainEventBuffer)
	headSub, reorgSub := s.cfg.Chain.SubscribeChainHeadEvent(heads), s.cfg.Chain.SubscribeReorg(reorgs)
	return func() {
		defer headSub.Unsubscribe()
		defer reorgSub.Unsubscribe()
		tell := time.NewTimer(tellDelay)
		defer tell.Stop()
		for {
			select {
			case <-s.ctx.Done():
				return
			case <-headSub.Err():
				return
			case <-heads:
				s.follower.poke()
				tell.Reset(tellDelay)
			case event := <-reorgs:
				s.spawn(func() { s.resend(event) })
			case <-tell.C:
				s.spawn(s.headSettled)
			}
		}
	}
}

// headSettled tells the peers of a head that gossip has not told them of: one that
// was held back, or came from elsewhere.
func (s *Service) headSettled() {
	if s.loader.Progress() != nil || s.relay.recent.Contains(s.cfg.Chain.CurrentBlock().Hash()) {
		return
	}
	s.adoptOrphans()
	s.tellHead()
}

// resend has the transactions of a branch that was left sent once more: the pool
// has taken them back, or will, and those on the other side of a healed partition
// may never have heard of them.
func (s *Service) resend(reorg chain.ReorgEvent) {
	for _, header := range reorg.Old {
		block := s.cfg.Chain.GetBlock(header.Hash(), header.Number.Uint64())
		if block == nil || s.ctx.Err() != nil {
			return
		}
		txs := block.Transactions()
		s.txs.forget(txs)
		var back types.Transactions
		for _, tx := range txs {
			if s.cfg.Pool.Has(tx.Hash()) {
				back = append(back, tx)
			}
		}
		s.txs.enqueue(back)
	}
}
