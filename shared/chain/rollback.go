package chain

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sort"

	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/ethdb"
	"github.com/sirupsen/logrus"
)

// Rollback makes the canonical block of the given number the head and deletes what
// is stored above it, side branches too, as if it had never come. It is for an
// operator whose node is cut off from all others, since the next peer, or file to
// import, brings the blocks again: nothing is remembered against them.
//
// A block further back than the states in memory wants a chain that is Unindexed, and
// an index that was removed before: go-ethereum does not always keep the index of the
// state history in step with a state that goes back before the index is complete, and
// may end the process.
//
// The state of the block must be there, or state history must reach back to it:
// ErrNoRewind tells otherwise, with the oldest block for which that holds. When the
// process dies meanwhile, the head is that block, the old one, or one between them;
// calling Rollback again does the rest.
func (s *Service) Rollback(ctx context.Context, number uint64) error {
	s.writer.Lock()
	defer s.writer.Unlock()
	if err := s.ready(ctx); err != nil {
		return err
	}
	head := s.CurrentBlock()
	if number > head.Number.Uint64() {
		return fmt.Errorf("%w: block %d is above the head, block %d", ErrNoRewind, number, head.Number)
	}
	if !s.reachable(number) {
		span := int(head.Number.Uint64() - number)
		oldest := number + uint64(sort.Search(span, func(i int) bool { return s.reachable(number + uint64(i)) }))
		return fmt.Errorf("%w: the state of block %d is not kept any more (--history.state); the oldest block to go back to is %d",
			ErrNoRewind, number, oldest)
	}
	// Where a header is missing, go-ethereum goes on to the genesis block.
	if _, err := s.dropped(head, s.GetHeaderByNumber(number)); err != nil {
		return fmt.Errorf("%w: the chain has a gap: restore a backup: %w", ErrNoRewind, err)
	}
	// Side blocks first: one whose parent is gone could not be executed.
	if err := s.forgetSideAbove(number); err != nil {
		return err
	}
	if number < head.Number.Uint64() {
		if err := s.bc.SetHead(number); err != nil {
			return fmt.Errorf("go back to block %d: %w", number, err)
		}
		if now := s.CurrentBlock().Number.Uint64(); now != number {
			return fmt.Errorf("go back to block %d: the head is block %d now", number, now)
		}
	}
	// The work of blocks that are gone is of no use, and of no harm until then.
	if err := s.deleteAbove(workPrefix, number, nil); err != nil {
		return err
	}
	s.cfg.Log.WithFields(logrus.Fields{"number": number, "hash": s.CurrentBlock().Hash(), "was": head.Number}).
		Info("Rolled back to an earlier block")
	return s.cfg.DB.SyncKeyValue()
}

// BeyondMemory reports whether to go back to a block takes the state history, on a
// database that is not open as a chain: the states above it are more than those that
// are kept in memory.
func BeyondMemory(db ethdb.KeyValueReader, number uint64) bool {
	head, ok := rawdb.ReadHeaderNumber(db, StoredHead(db))
	return ok && head >= number+state.TriesInMemory
}

// reachable reports whether a block can be made the head with its state.
func (s *Service) reachable(number uint64) bool {
	header := s.GetHeaderByNumber(number)
	return header != nil && (s.HasState(header.Root) || s.bc.StateRecoverable(header.Root))
}

// forgetSideAbove forgets the blocks above a number that were never executed.
func (s *Service) forgetSideAbove(number uint64) error {
	return s.deleteAbove(sidePrefix, number, func(hash [32]byte, number uint64) error {
		batch := s.cfg.DB.NewBatch()
		rawdb.DeleteHeader(batch, hash, number)
		return errors.Join(batch.Delete(workKey(hash, number)), batch.Write())
	})
}

// deleteAbove deletes the entries with a prefix, number and hash as key that are
// above a number, after calling first, if not nil, for each.
func (s *Service) deleteAbove(prefix string, number uint64, first func(hash [32]byte, number uint64) error) error {
	start := binary.BigEndian.AppendUint64(nil, number+1)
	it := s.cfg.DB.NewIterator([]byte(prefix), start)
	defer it.Release()
	for it.Next() {
		key := it.Key()
		if len(key) != len(prefix)+8+32 {
			continue
		}
		if first != nil {
			hash := [32]byte(key[len(prefix)+8:])
			if err := first(hash, binary.BigEndian.Uint64(key[len(prefix):])); err != nil {
				return fmt.Errorf("forget block %#x: %w", hash, err)
			}
		}
		if err := s.cfg.DB.Delete(key); err != nil {
			return fmt.Errorf("forget what is above block %d: %w", number, err)
		}
	}
	return it.Error()
}
