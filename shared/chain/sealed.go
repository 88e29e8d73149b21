package chain

import (
	"context"
	"fmt"

	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/trie"
)

// InsertSealed adds a block that this node built and sealed itself. Its execution
// was the building of it: receipts and statedb are what came out, and the state
// is committed instead of being computed a second time. The caller gives statedb
// away. Header, proof and body are checked all the same.
//
// A block that lost the race for its height is stored as a side branch, like any
// other.
func (s *Service) InsertSealed(ctx context.Context, block *types.Block, receipts types.Receipts, statedb *state.StateDB) error {
	s.writer.Lock()
	defer s.writer.Unlock()
	if block.ParentHash() != s.CurrentBlock().Hash() || s.stored(block) {
		_, err := s.insert(ctx, types.Blocks{block})
		return err
	}
	if err := s.ready(ctx); err != nil {
		return err
	}
	works, err := s.works(types.Blocks{block})
	if err != nil {
		return err
	}
	parent, start := s.CurrentBlock(), s.cfg.Now()
	if err := s.checkSealed(block, receipts); err != nil {
		return invalid(block, err)
	}
	number := block.NumberU64()
	root, err := statedb.Commit(s.Config().Rules(block.Number(), true, block.Time()), number)
	if err != nil {
		return fmt.Errorf("commit the state of block %d: %w", number, err)
	}
	if root != block.Root() {
		return invalid(block, fmt.Errorf("its state has root %#x, the header says %#x", root, block.Root()))
	}
	batch := s.cfg.DB.NewBatch()
	rawdb.WriteBlock(batch, block)
	rawdb.WriteReceipts(batch, block.Hash(), number, receipts)
	if err := writeWork(batch, block.Hash(), number, works[0]); err != nil {
		return err
	}
	if err := batch.Write(); err != nil {
		return fmt.Errorf("store block %d: %w", number, err)
	}
	if _, err := s.bc.SetCanonical(block); err != nil {
		return fmt.Errorf("make block %d the head: %w", number, err)
	}
	s.metrics.inserted(parent, block)
	s.metrics.took(s.cfg.Now().Sub(start))
	return nil
}

// Bulk runs work that adds many blocks by InsertSealed. The log index waits until it
// is done, as it does during an import, instead of taking in every block by itself.
func (s *Service) Bulk(work func() error) error {
	s.logs.maps.SetBlockProcessing(true)
	defer s.logs.maps.SetBlockProcessing(false)
	return work()
}

// checkSealed is what InsertChain would check before and after execution, except
// for the execution itself.
func (s *Service) checkSealed(block *types.Block, receipts types.Receipts) error {
	if err := s.Engine().VerifyHeader(s.bc, block.Header()); err != nil {
		return err
	}
	if err := s.bc.Validator().ValidateBody(block); err != nil {
		return err
	}
	if root := types.DeriveSha(receipts, trie.NewStackTrie(nil)); root != block.ReceiptHash() {
		return fmt.Errorf("its receipts have root %#x, the header says %#x", root, block.ReceiptHash())
	}
	return nil
}
