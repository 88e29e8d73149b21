package chain

import (
	"context"
	"errors"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/consensus"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/sirupsen/logrus"
)

// InsertBlocks adds linked blocks, ascending, whose first one's parent is stored.
// Blocks stored already are passed over. It returns how many of the blocks are
// stored afterwards, and why the next one is not: ErrUnknownParent, ErrFutureBlock
// (held back), ErrBadBlock with the rule it breaks, ErrNotLinked, ErrNoRewind (they
// fork off too far below the head), ErrStopped, the database's reason for not taking
// writes, or the end of ctx.
//
// The head moves when the blocks' branch has more work than the head's.
func (s *Service) InsertBlocks(ctx context.Context, blocks types.Blocks) (int, error) {
	if len(blocks) == 0 {
		return 0, nil
	}
	for i := 1; i < len(blocks); i++ {
		if blocks[i].ParentHash() != blocks[i-1].Hash() || blocks[i].NumberU64() != blocks[i-1].NumberU64()+1 {
			return 0, fmt.Errorf("%w: block %d (%#x) does not follow block %d (%#x)", ErrNotLinked,
				blocks[i].NumberU64(), blocks[i].Hash(), blocks[i-1].NumberU64(), blocks[i-1].Hash())
		}
	}
	s.writer.Lock()
	defer s.writer.Unlock()
	return s.insert(ctx, blocks)
}

// insert is InsertBlocks with the writer lock held and the links checked.
func (s *Service) insert(ctx context.Context, blocks types.Blocks) (int, error) {
	if err := s.ready(ctx); err != nil {
		return 0, err
	}
	known := 0
	for known < len(blocks) && s.stored(blocks[known]) {
		known++
	}
	if err := s.refuse(blocks); err != nil {
		return 0, err
	}
	fresh, held := s.ripe(blocks[known:])
	added := 0
	if len(fresh) > 0 {
		works, err := s.works(fresh)
		if err != nil {
			return known, err
		}
		if fresh[0].ParentHash() == s.CurrentBlock().Hash() {
			added, err = s.extend(ctx, fresh, works)
		} else {
			added, err = s.storeBranch(ctx, fresh, works)
		}
		if err != nil {
			return known + added, err
		}
	}
	// Also for known blocks: a switch to their branch may have been cut short.
	if err := s.preferBranch(ctx, blocks[:known+added]); err != nil {
		return known + added, err
	}
	return known + added, held
}

// ready says why no block can be added now, if so.
func (s *Service) ready(ctx context.Context) error {
	if s.ctx.Err() != nil {
		return ErrStopped
	}
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	return s.cfg.Writable()
}

// refuse returns an error if the first block is known to be bad or descends from
// one that is, and remembers it as bad too.
func (s *Service) refuse(blocks types.Blocks) error {
	for i, block := range blocks {
		rule, bad := s.bad.Get(block.Hash())
		if !bad && i == 0 {
			rule, bad = s.bad.Get(block.ParentHash())
		}
		if bad {
			return s.condemn(blocks[i:], rule)
		}
	}
	return nil
}

// condemn remembers the first of the linked blocks, and with it the others, as
// bad because of the rule that the first one breaks, and forgets what is stored
// of them. It returns the error to report.
func (s *Service) condemn(blocks types.Blocks, rule error) error {
	for _, block := range blocks {
		if _, ok := s.bad.Get(block.Hash()); ok {
			continue
		}
		s.metrics.bad.Inc()
		s.bad.Add(block.Hash(), rule)
		if err := forgetSide(s.cfg.DB, block.Hash(), block.NumberU64()); err != nil {
			return errors.Join(invalid(blocks[0], rule), err)
		}
	}
	return invalid(blocks[0], rule)
}

// extend executes blocks on top of the head, each of which becomes the head.
func (s *Service) extend(ctx context.Context, blocks types.Blocks, works []*big.Int) (int, error) {
	// Before the blocks: a crash in between leaves work without its block, which
	// nobody reads, rather than a head without its work.
	if err := s.writeWorks(blocks, works); err != nil {
		return 0, err
	}
	parent, start := s.CurrentBlock(), s.cfg.Now()
	var n int
	s.watch.start()
	err := s.interruptible(ctx, func() (err error) {
		n, err = s.bc.InsertChain(blocks)
		return err
	})
	s.watch.stop()
	done := n
	if err == nil {
		done = s.advanced(blocks)
	}
	s.metrics.executed(parent, blocks[:done]...)
	if done > 0 {
		s.metrics.took(s.cfg.Now().Sub(start))
	}
	switch {
	case done == len(blocks):
		return done, nil
	case ctx.Err() != nil:
		return done, context.Cause(ctx)
	case s.ctx.Err() != nil || err == nil:
		return done, ErrStopped
	}
	return done, s.condemn(blocks[done:], err)
}

// advanced counts the blocks up to the head: core.BlockChain reports an insertion
// that was interrupted as a success.
func (s *Service) advanced(blocks types.Blocks) int {
	head := s.CurrentBlock().Number.Uint64()
	first := blocks[0].NumberU64()
	if head < first {
		return 0
	}
	return int(min(head-first+1, uint64(len(blocks))))
}

// storeBranch checks the blocks of a side branch as far as that goes without
// executing them and stores the valid ones.
func (s *Service) storeBranch(ctx context.Context, blocks types.Blocks, works []*big.Int) (int, error) {
	headers := make([]*types.Header, len(blocks))
	for i, block := range blocks {
		headers[i] = block.Header()
	}
	abort, results := s.Engine().VerifyHeaders(s.bc, headers)
	defer close(abort)
	for i, block := range blocks {
		if err := s.ready(ctx); err != nil {
			return i, err
		}
		err := <-results
		if err == nil {
			err = s.checkBody(block)
		}
		if err != nil {
			rawdb.WriteBadBlock(s.cfg.DB, block) // as core.BlockChain does with those that it executes
			return i, s.condemn(blocks[i:], err)
		}
		if err := writeSide(s.cfg.DB, block, works[i]); err != nil {
			return i, err
		}
	}
	if err := s.pruneSide(); err != nil {
		return len(blocks), fmt.Errorf("forget old side branches: %w", err)
	}
	s.metrics.side.Add(float64(len(blocks)))
	tip := blocks[len(blocks)-1]
	s.cfg.Log.WithFields(logrus.Fields{"number": tip.NumberU64(), "hash": tip.Hash(), "blocks": len(blocks)}).
		Debug("Stored blocks of a side branch")
	return len(blocks), nil
}

// checkBody checks the body's roots, sizes and our body rules. The validator asks
// for the parent's state last, so an error about that means that all else is right;
// the caller knows the parent.
func (s *Service) checkBody(block *types.Block) error {
	err := s.bc.Validator().ValidateBody(block)
	if errors.Is(err, consensus.ErrPrunedAncestor) || errors.Is(err, consensus.ErrUnknownAncestor) {
		return nil
	}
	return err
}

func (s *Service) writeWorks(blocks types.Blocks, works []*big.Int) error {
	batch := s.cfg.DB.NewBatch()
	for i, block := range blocks {
		if err := writeWork(batch, block.Hash(), block.NumberU64(), works[i]); err != nil {
			return err
		}
	}
	if err := batch.Write(); err != nil {
		return fmt.Errorf("store work: %w", err)
	}
	return nil
}
