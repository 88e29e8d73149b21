package sync

import (
	"context"
	"errors"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/consensus"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/trie"
	"github.com/libp2p/go-libp2p/core/peer"
	nodep2p "github.com/monolith-chain/monolith/p2p"
	"github.com/sirupsen/logrus"
)

const (
	// relayReach is how many blocks below our head a block may be and still be
	// forwarded. Work at the head's difficulty protects against a flood of blocks;
	// far below, where the chain was young, blocks may be cheap. A heavier branch
	// from further back is found by its work, through the peers' statuses.
	relayReach = 128

	// heldFor is how far beyond the future limit a block may be for the chain to
	// hold it.
	heldFor = 2 * time.Minute
)

// Reasons to drop an announcement that are nobody's fault.
var (
	errKnown      = errors.New("block is known")
	errOrphan     = errors.New("parent is not known")
	errFuture     = errors.New("block is ahead of the clock")
	errOutOfReach = errors.New("block is far below the head")
)

// Announce tells the peers of a block of ours. It does not block.
func (s *Service) Announce(block *types.Block) {
	s.relay.recent.Add(block.Hash(), struct{}{})
	s.spawn(func() { s.announce(block) })
}

func (s *Service) announce(block *types.Block) {
	compact := newCompactBlock(block, s.unheardOf)
	if !s.cfg.CompactBlocks {
		compact = newCompactBlock(block, func(*types.Transaction) bool { return true })
	}
	message := encode(compact)
	if err := s.blockTopic.Publish(s.ctx, message); err != nil {
		s.log.WithFields(logrus.Fields{"number": block.NumberU64(), "hash": block.Hash()}).WithError(err).
			Debug("Block could not be announced")
		return
	}
	s.metrics.blocks.WithLabelValues("announced").Inc()
	s.metrics.gossiped(len(message), block.Size())
	s.metrics.included(block.Transactions(), s.cfg.Now())
}

// unheardOf reports whether the peers cannot have a transaction in their pools,
// since it was neither heard of from them nor told to them.
func (s *Service) unheardOf(tx *types.Transaction) bool { return !s.txs.announced.Contains(tx.Hash()) }

// validateBlock decides whether an announced block is forwarded, and brings it
// into the chain.
func (s *Service) validateBlock(_ context.Context, from peer.ID, data []byte) error {
	if s.ctx.Err() != nil {
		return s.ctx.Err()
	}
	compact, err := decodeCompactBlock(data)
	if err != nil {
		return nodep2p.Blame(nodep2p.Malformed, err)
	}
	if err := s.acceptBlock(from, compact, s.cfg.Now()); err != nil {
		return err
	}
	s.metrics.blocks.WithLabelValues("forwarded").Inc()
	s.metrics.compactBytes.Add(float64(len(data)))
	return nil
}

// acceptBlock checks an announcement as far as that goes without the block's
// body. If nothing is wrong with it, the block is rebuilt and inserted in the
// background. Without error it may be forwarded already. It came at the given time.
func (s *Service) acceptBlock(from peer.ID, compact *compactBlock, at time.Time) error {
	header, hash := compact.Header, compact.Header.Hash()
	number := header.Number.Uint64()
	if s.relay.alsoFrom(hash, from) || s.cfg.Chain.TotalWork(hash, number) != nil {
		return errKnown
	}
	if number == 0 {
		return nodep2p.Blame(nodep2p.InvalidHeader, errors.New("another genesis block"))
	}
	if err := s.engine.VerifyProof(header); err != nil {
		return nodep2p.Blame(nodep2p.InvalidHeader, err)
	}
	if number+relayReach < s.cfg.Chain.CurrentBlock().Number.Uint64() {
		return errOutOfReach
	}
	if !s.known(header.ParentHash, number-1) {
		s.relay.keep(hash, orphan{compact, from, at})
		s.chase(from, number)
		return errOrphan
	}
	if err := s.verify(compact, hash); err != nil {
		return err
	}
	early := s.early(header)
	if early > heldFor {
		return errFuture
	}
	a := s.relay.begin(header, hash, from, at)
	if a == nil {
		return errKnown
	}
	s.metrics.arrived(header, at)
	s.spawn(func() { s.bringIn(a, compact) })
	if early > 0 {
		return errFuture
	}
	return nil
}

// known reports whether a block's header is in the chain or on its way into it. Its
// work is no sign of that: the chain stores the work of blocks before the blocks.
func (s *Service) known(hash common.Hash, number uint64) bool {
	return s.relay.get(hash) != nil || s.cfg.Chain.GetHeader(hash, number) != nil
}

// verify checks what everyone can check who has the parent's header.
func (s *Service) verify(compact *compactBlock, hash common.Hash) error {
	header := compact.Header
	switch err := s.engine.VerifyHeader(aheadReader{s.cfg.Chain, s.relay}, header); {
	case errors.Is(err, consensus.ErrUnknownAncestor): // given up since it was looked for
		return errOrphan
	case err != nil:
		return nodep2p.Blame(nodep2p.InvalidHeader, err)
	}
	withdrawals := s.withdrawals(header)
	if root := types.DeriveSha(withdrawals, trie.NewStackTrie(nil)); header.WithdrawalsHash == nil || root != *header.WithdrawalsHash {
		return nodep2p.Blame(nodep2p.InvalidHeader, errors.New("withdrawals root is not that of the reward"))
	}
	if len(compact.ShortIDs) > 0 {
		return nil
	}
	if _, err := compact.draft(hash).block(withdrawals); err != nil {
		return nodep2p.Blame(nodep2p.InvalidBlock, err)
	}
	return nil
}

// withdrawals are what the rules say of a block's withdrawals.
func (s *Service) withdrawals(header *types.Header) types.Withdrawals {
	return s.cfg.Params.Withdrawals(header.Number.Uint64(), header.Coinbase)
}

// early is how far a block is ahead of the latest time that the chain accepts;
// not positive if it is not. In development mode timestamps may run ahead.
func (s *Service) early(header *types.Header) time.Duration {
	if s.cfg.FutureLimit == 0 || s.cfg.Params.Instant() {
		return 0
	}
	return time.Unix(int64(header.Time), 0).Sub(s.cfg.Now()) - s.cfg.FutureLimit
}

// adoptOrphans takes up the announcements whose parents have become known.
func (s *Service) adoptOrphans() {
	head := s.cfg.Chain.CurrentBlock().Number.Uint64()
	for _, o := range s.relay.takeOrphans(func(header *types.Header) bool {
		number := header.Number.Uint64()
		return number+relayReach < head || s.known(header.ParentHash, number-1)
	}) {
		if err := s.acceptBlock(o.from, o.compactBlock, o.at); err != nil {
			s.log.WithFields(logrus.Fields{"number": o.Header.Number, "hash": o.Header.Hash()}).WithError(err).
				Debug("A block that waited for its ancestors was not taken")
		}
	}
}

func blockFields(header *types.Header, hash common.Hash) logrus.Fields {
	return logrus.Fields{"number": header.Number, "hash": hash}
}
