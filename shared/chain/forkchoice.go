package chain

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/sirupsen/logrus"
)

// progressEvery is how many executed blocks of a long branch lie between two log
// lines.
const progressEvery = 200

// ReorgEvent says that the head moved to another branch. Old and New are the
// headers above the common ancestor, ascending; New ends with the new head.
type ReorgEvent struct {
	Ancestor *types.Header
	Old, New []*types.Header
}

// preferBranch makes the last of the given stored blocks the head if its branch
// has more work than the head's. On a tie the head stays: it was seen first.
func (s *Service) preferBranch(ctx context.Context, blocks types.Blocks) error {
	if len(blocks) == 0 {
		return nil
	}
	tip, head := blocks[len(blocks)-1], s.CurrentBlock()
	if s.canonical(tip.Header()) {
		return nil
	}
	tipWork := s.TotalWork(tip.Hash(), tip.NumberU64())
	headWork := s.TotalWork(head.Hash(), head.Number.Uint64())
	if headWork == nil || tipWork.Cmp(headWork) <= 0 {
		return nil
	}
	return s.adopt(ctx, tip)
}

// adopt executes the branch that ends in tip, as far as that was not done yet,
// and makes tip the head. If a block of the branch proves invalid, it and its
// descendants are bad and the old head is put back.
func (s *Service) adopt(ctx context.Context, tip *types.Block) error {
	old := s.CurrentBlock()
	ancestor, branch, err := s.branchOf(tip.Header())
	if err != nil {
		return err
	}
	start := s.cfg.Now()
	log := s.cfg.Log.WithFields(logrus.Fields{"number": tip.NumberU64(), "hash": tip.Hash(), "ancestor": ancestor.Number})
	if err := s.inReach(ancestor, branch); err != nil {
		log.WithError(err).Error("A branch has more work than the head, but the node cannot follow it")
		return err
	}
	log.WithFields(logrus.Fields{"drop": old.Number.Uint64() - ancestor.Number.Uint64(), "add": len(branch)}).
		Info("A branch has more work than the head, switching to it")

	if err := s.interruptible(ctx, func() error { return s.execute(ctx, branch) }); err != nil {
		return errors.Join(err, s.putBack(old))
	}
	dropped, err := s.dropped(old, ancestor)
	if err != nil {
		return err
	}
	if _, err := s.bc.SetCanonical(tip); err != nil {
		return errors.Join(fmt.Errorf("switch to block %d: %w", tip.NumberU64(), err), s.putBack(old))
	}
	s.metrics.reorged(len(dropped))
	log.WithField("elapsed", s.cfg.Now().Sub(start)).Info("Switched to the branch with more work")
	if len(dropped) > 0 {
		s.reorgs.Send(ReorgEvent{Ancestor: ancestor, Old: dropped, New: branch})
	}
	return nil
}

// inReach returns ErrNoRewind if a branch forks off so far below the head that the
// state to execute it on is not kept any more. That is no fault of the branch.
func (s *Service) inReach(ancestor *types.Header, branch []*types.Header) error {
	if s.executed(branch[0]) || s.HasState(ancestor.Root) || ancestor.Number.Uint64() >= s.OldestState() {
		return nil
	}
	return fmt.Errorf("%w to block %d, where the branch with more work leaves: its state is not kept any more "+
		"(--gcmode, --history.state); to follow the branch, sync the chain again into an empty --datadir", ErrNoRewind, ancestor.Number)
}

// executed reports whether a block has its state in memory.
func (s *Service) executed(header *types.Header) bool {
	return s.Reader.HasBlock(header.Hash(), header.Number.Uint64()) && s.HasState(header.Root)
}

// branchOf walks back from tip to the first block on the head's branch. The
// branch is ascending and ends with tip.
func (s *Service) branchOf(tip *types.Header) (ancestor *types.Header, branch []*types.Header, err error) {
	header := tip
	for !s.canonical(header) {
		branch = append(branch, header)
		parent := s.GetHeader(header.ParentHash, header.Number.Uint64()-1)
		if parent == nil {
			return nil, nil, fmt.Errorf("%w: block %d (%#x)", ErrUnknownParent, header.Number, header.Hash())
		}
		header = parent
	}
	slices.Reverse(branch)
	return header, branch, nil
}

// dropped lists the headers above the ancestor that end in old, ascending.
func (s *Service) dropped(old, ancestor *types.Header) ([]*types.Header, error) {
	var headers []*types.Header
	for header := old; header.Number.Cmp(ancestor.Number) > 0; {
		headers = append(headers, header)
		parent := s.GetHeader(header.ParentHash, header.Number.Uint64()-1)
		if parent == nil {
			return nil, fmt.Errorf("%w: block %d (%#x)", ErrUnknownParent, header.Number, header.Hash())
		}
		header = parent
	}
	slices.Reverse(headers)
	return headers, nil
}

// execute runs the blocks of a stored branch that have no state yet. The first
// one's parent may lie below the layers in memory: go-ethereum then rolls the
// state on disk back to it.
func (s *Service) execute(ctx context.Context, branch []*types.Header) error {
	for i, header := range branch {
		if err := s.ready(ctx); err != nil {
			return err
		}
		hash, number := header.Hash(), header.Number.Uint64()
		if s.executed(header) {
			continue
		}
		block := s.GetBlock(hash, number)
		if block == nil {
			return fmt.Errorf("block %d (%#x) is not stored", number, hash)
		}
		s.watch.start()
		_, err := s.bc.InsertBlockWithoutSetHead(ctx, block, false)
		s.watch.stop()
		if err != nil {
			if readyErr := s.ready(ctx); readyErr != nil {
				return readyErr
			}
			return s.condemn(s.blocksOf(branch[i:]), err)
		}
		s.metrics.executed(s.GetHeader(header.ParentHash, number-1), block)
		if err := s.cfg.DB.Delete(sideKey(hash, number)); err != nil {
			return fmt.Errorf("forget side block %d: %w", number, err)
		}
		if done := i + 1; done%progressEvery == 0 {
			s.cfg.Log.WithFields(logrus.Fields{"number": header.Number, "done": done, "of": len(branch)}).
				Info("Executing the branch with more work")
		}
	}
	return nil
}

func (s *Service) blocksOf(headers []*types.Header) types.Blocks {
	blocks := make(types.Blocks, 0, len(headers))
	for _, header := range headers {
		blocks = append(blocks, types.NewBlockWithHeader(header))
	}
	return blocks
}

// putBack makes sure that the state of the head is there after a switch to
// another branch failed, re-executing the head's blocks if the switch had rolled
// the state back.
func (s *Service) putBack(head *types.Header) error {
	if s.HasState(head.Root) {
		return nil
	}
	if s.ctx.Err() != nil {
		return ErrStopped // the next start recovers it
	}
	block := s.GetBlock(head.Hash(), head.Number.Uint64())
	if block == nil {
		return fmt.Errorf("head %d (%#x) is not stored", head.Number, head.Hash())
	}
	s.cfg.Log.WithField("number", head.Number).Info("Putting the head back, re-executing its blocks")
	if _, err := s.bc.SetCanonical(block); err != nil {
		return fmt.Errorf("put head %d (%#x) back: %w", head.Number, head.Hash(), err)
	}
	return nil
}
