package db

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/ethdb"
	"github.com/syndtr/goleveldb/leveldb/util"
)

// PruneStep is something that was removed for good.
type PruneStep struct {
	What    string
	Removed uint64 // histories or keys
	Bytes   uint64 // on the disk; of keys and values, before LevelDB compresses them
}

// PruneProgress is told how much of a step is done, now and then; all is 0 where
// that is not known before.
type PruneProgress func(what string, done, all uint64)

// PruneHistories removes the histories of all states but the newest ones: keep of
// them, and of those that a start after a crash needs as many as there are, some
// thousand at most. go-ethereum does so while it runs, but gives no room back before a
// file of 2 GB has only removed histories in it. So the others are copied into new
// files here, for which there has to be room.
//
// The index of the histories goes too: go-ethereum makes that of what is left anew
// when the chain is started, and answers no questions about old states until then.
//
// The chain must not be open. When the process dies meanwhile, the histories are as
// they were or as they should be once the database is opened again, and PruneHistories
// does the rest. It returns what was done, also if there is an error; nothing, if there
// is nothing to remove.
func (s *Service) PruneHistories(ctx context.Context, keep uint64, progress PruneProgress) (done []PruneStep, err error) {
	stores, err := s.openHistories()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, stores.close()) }()
	tail, removed := stores.prunable(keep, rawdb.ReadPersistentStateID(s.db))
	var steps []func() (PruneStep, error)
	if removed > 0 {
		steps = append(steps,
			// First, so that whoever finds the histories pruned need not ask whether
			// this was done: the index of all of them is made anew if it was in vain.
			func() (PruneStep, error) { return s.RemoveHistoryIndex(ctx, progress) },
			func() (PruneStep, error) { return s.replaceHistories(ctx, stores, tail, removed, progress) },
		)
	}
	steps = append(steps, func() (PruneStep, error) { return s.removeStateIDs(ctx, tail, progress) })
	for _, step := range steps {
		result, err := step()
		if result.Removed > 0 {
			done = append(done, result)
		}
		if err != nil {
			return done, fmt.Errorf("prune %s: %w", result.What, explain(err))
		}
	}
	return done, nil
}

// replaceHistories puts copies of the histories from tail on in the place of all.
func (s *Service) replaceHistories(ctx context.Context, stores historyStores, tail, removed uint64, progress PruneProgress) (PruneStep, error) {
	step := PruneStep{What: "state histories"}
	before, err := stores.size(s.ancientDir())
	if err != nil {
		return step, err
	}
	if err := stores.copyTo(ctx, s.pruning(), tail, func(done, all uint64) { progress(step.What, done, all) }); err != nil {
		return step, errors.Join(err, os.RemoveAll(s.pruning()))
	}
	if err := errors.Join(stores.close(), os.Rename(s.pruning(), s.pruned())); err != nil {
		return step, err
	}
	if err := finishPruning(s.ancientDir()); err != nil {
		return step, err
	}
	after, err := stores.size(s.ancientDir())
	step.Removed, step.Bytes = removed, before-min(after, before)
	return step, err
}

// RemoveHistoryIndex removes go-ethereum's index of histories, which that makes anew
// when the chain is started. The records that say how far it goes are the first to go.
func (s *Service) RemoveHistoryIndex(ctx context.Context, progress PruneProgress) (PruneStep, error) {
	step := PruneStep{What: "index of state histories"}
	batch := s.db.NewBatch()
	rawdb.DeleteStateHistoryIndexMetadata(batch)
	rawdb.DeleteTrienodeHistoryIndexMetadata(batch)
	if err := errors.Join(batch.Write(), s.db.SyncKeyValue()); err != nil {
		return step, err
	}
	for _, prefix := range [][]byte{
		rawdb.StateHistoryAccountMetadataPrefix, rawdb.StateHistoryStorageMetadataPrefix, rawdb.TrienodeHistoryMetadataPrefix,
		rawdb.StateHistoryAccountBlockPrefix, rawdb.StateHistoryStorageBlockPrefix, rawdb.TrienodeHistoryBlockPrefix,
	} {
		if err := s.removeKeys(ctx, &step, prefix, nil, progress); err != nil {
			return step, err
		}
	}
	return step, nil
}

// stateIDPrefix + root of a state -> its number, of 8 bytes: that of the history which
// led to it. go-ethereum's schema does not export it.
const stateIDPrefix = "L"

// removeStateIDs removes the numbers of states that no history leads back to.
func (s *Service) removeStateIDs(ctx context.Context, tail uint64, progress PruneProgress) (PruneStep, error) {
	step := PruneStep{What: "numbers of states"}
	gone := func(key, value []byte) bool {
		return len(key) == len(stateIDPrefix)+common.HashLength && len(value) == 8 && binary.BigEndian.Uint64(value) < tail
	}
	return step, s.removeKeys(ctx, &step, []byte(stateIDPrefix), gone, progress)
}

// RemovePrefix deletes all keys that begin with a prefix and gives back their room.
// When the process dies meanwhile, some are deleted.
func (s *Service) RemovePrefix(ctx context.Context, what string, prefix []byte, progress PruneProgress) (PruneStep, error) {
	step := PruneStep{What: what}
	if err := s.removeKeys(ctx, &step, prefix, nil, progress); err != nil {
		return step, fmt.Errorf("remove %s: %w", what, explain(err))
	}
	return step, nil
}

// removeKeys deletes the keys with a prefix for which the function, if not nil, answers
// true, adds them to the step, and compacts what is left.
func (s *Service) removeKeys(ctx context.Context, step *PruneStep, prefix []byte, gone func(key, value []byte) bool, progress PruneProgress) error {
	found := step.Removed
	it := s.db.NewIterator(prefix, nil)
	defer it.Release()
	batch := s.db.NewBatch()
	flush := func() error {
		if err := batch.Write(); err != nil {
			return err
		}
		batch.Reset()
		progress(step.What, step.Removed, 0)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return nil
	}
	for it.Next() {
		if gone != nil && !gone(it.Key(), it.Value()) {
			continue
		}
		if err := batch.Delete(it.Key()); err != nil {
			return err
		}
		step.Removed++
		step.Bytes += uint64(len(it.Key()) + len(it.Value()))
		if batch.ValueSize() >= ethdb.IdealBatchSize {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if err := it.Error(); err != nil || step.Removed == found {
		return err
	}
	if err := flush(); err != nil {
		return err
	}
	it.Release() // which keeps LevelDB from dropping anything
	return s.db.Compact(prefix, util.BytesPrefix(prefix).Limit)
}
