package sync

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	gethpool "github.com/ethereum/go-ethereum/core/txpool"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/libp2p/go-libp2p/core/peer"
	nodep2p "github.com/monolith-chain/monolith/p2p"
	"github.com/monolith-chain/monolith/shared/chain"
)

const (
	// rebuildTime bounds how long the transactions of a block are sought. After
	// that the block is found, if at all, through the peers' statuses.
	rebuildTime = 30 * time.Second

	// otherPeers is how many peers besides the one that announced a block are
	// asked for its body.
	otherPeers = 3

	// neighbours is how many blocks below the head are looked through for a
	// block's transactions: the pool has let go of those that a competing block
	// contains.
	neighbours = 3
)

// bringIn rebuilds an announced block and inserts it after its parent.
func (s *Service) bringIn(a *assembly, compact *compactBlock) {
	defer s.adoptOrphans()
	defer s.relay.end(a)
	log := s.log.WithFields(blockFields(a.header, a.hash)).WithField("peer", a.from)

	block, err := s.rebuild(a, compact)
	a.complete(block)
	if err != nil {
		s.metrics.blocks.WithLabelValues("not rebuilt").Inc()
		log.WithError(err).Debug("Announced block could not be rebuilt")
		return
	}
	if parent := s.relay.get(a.header.ParentHash); parent != nil {
		select {
		case <-parent.done:
		case <-s.ctx.Done():
			return
		}
	}
	_, err = s.cfg.Chain.InsertBlocks(s.ctx, types.Blocks{block})
	switch {
	case err == nil:
		s.cfg.Network.Credit(a.from, nodep2p.UsefulBlock)
		s.showed(a.from, block)
		s.metrics.blocks.WithLabelValues("inserted").Inc()
		s.metrics.taking.Observe(s.cfg.Now().Sub(a.at).Seconds())
		s.metrics.included(block.Transactions(), a.at)
	case errors.Is(err, chain.ErrFutureBlock):
		s.relay.recent.Remove(a.hash) // when its time comes the peers are told
		log.WithError(err).Debug("Announced block is held back")
	default: // whoever forwards a block has not executed it yet
		s.metrics.blocks.WithLabelValues("refused").Inc()
		log.WithError(err).Debug("Announced block was not taken")
	}
}

// showed raises what is known of a peer's chain to a block that it announced and
// that proved good.
func (s *Service) showed(from peer.ID, block *types.Block) {
	work := s.cfg.Chain.TotalWork(block.Hash(), block.NumberU64())
	if work == nil {
		return
	}
	now := s.cfg.Now()
	s.peers.update(from, now, func(p *peerInfo) {
		p.good = true
		if p.greeted() && p.head.Work.Cmp(work) < 0 {
			p.head = PeerStatus{Number: block.NumberU64(), Hash: block.Hash(), Work: work, Since: p.head.Since}
		}
	})
}

// rebuild finds the transactions of an announced block: in the pool, then those
// that are missing at the peer that announced it, then all of them there or at
// other peers.
func (s *Service) rebuild(a *assembly, compact *compactBlock) (*types.Block, error) {
	ctx, cancel := context.WithTimeout(s.ctx, rebuildTime)
	defer cancel()

	d := compact.draft(a.hash)
	s.offerPool(d)
	missing := d.missing()
	s.metrics.missing.Add(float64(len(missing)))
	if len(missing) > 0 {
		txs, err := s.fetchBlockTxs(ctx, a.from, a.hash, missing)
		if err == nil {
			d.fill(missing, txs)
		} else {
			s.log.WithFields(blockFields(a.header, a.hash)).WithField("peer", a.from).WithError(err).
				Debug("Missing transactions did not come")
		}
	}
	block, err := d.block(s.withdrawals(a.header))
	if err != nil {
		return s.fetchWhole(ctx, a)
	}
	s.metrics.rebuilt(len(missing), block)
	return block, nil
}

// offerPool fills in the transactions that this node has, in its pool or in the
// blocks at its head. Their senders are known already.
func (s *Service) offerPool(d *draft) {
	if len(d.want) == 0 {
		return
	}
	pending, _ := s.cfg.Pool.Pending(gethpool.PendingFilter{})
	for _, txs := range pending {
		for _, tx := range txs {
			d.offer(tx.Hash, tx.Resolve)
		}
	}
	header := s.cfg.Chain.CurrentBlock()
	for range neighbours {
		if header == nil || len(d.want) == 0 || header.Number.Sign() == 0 {
			return
		}
		number := header.Number.Uint64()
		if block := s.cfg.Chain.GetBlock(header.Hash(), number); block != nil {
			for _, tx := range block.Transactions() {
				d.offer(tx.Hash(), func() *types.Transaction { return tx })
			}
		}
		header = s.cfg.Chain.GetHeader(header.ParentHash, number-1)
	}
}

// fetchWhole asks for all transactions of a block, first the peer that announced
// it, then others. A peer that answers has rebuilt the block itself and checked
// it, so that a wrong answer is its fault, unlike a wrong announcement.
func (s *Service) fetchWhole(ctx context.Context, a *assembly) (*types.Block, error) {
	peers := append([]peer.ID{a.from}, s.relay.others(a)...)
	for _, p := range s.peers.greeted() {
		if len(peers) <= otherPeers && !slices.Contains(peers, p.id) {
			peers = append(peers, p.id)
		}
	}
	var errs []error
	for _, id := range peers {
		txs, err := s.fetchBlockTxs(ctx, id, a.hash, nil)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", id, err))
			continue
		}
		d := &draft{header: a.header, hash: a.hash, txs: txs}
		block, err := d.block(s.withdrawals(a.header))
		if err != nil {
			s.cfg.Network.Report(id, nodep2p.InvalidBlock, err)
			errs = append(errs, fmt.Errorf("%s: %w", id, err))
			continue
		}
		s.metrics.blocks.WithLabelValues("fetched whole").Inc()
		return block, nil
	}
	return nil, errors.Join(errs...)
}
