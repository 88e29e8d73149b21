package db

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/ethdb"
)

// In the directory for ancients: the copies that PruneHistories is making, and the
// same when they are whole and take the place of the stores of their names.
const (
	pruningDir = "pruning"
	prunedDir  = "pruned"
)

func (s *Service) ancientDir() string { return filepath.Join(s.cfg.Dir, databaseDir, ancientDir) }
func (s *Service) pruning() string    { return filepath.Join(s.ancientDir(), pruningDir) }
func (s *Service) pruned() string     { return filepath.Join(s.ancientDir(), prunedDir) }

// finishPruning does what a process that died while it pruned had yet to do. It is
// called before anybody opens a store.
func finishPruning(ancient string) error {
	if err := os.RemoveAll(filepath.Join(ancient, pruningDir)); err != nil {
		return err
	}
	pruned := filepath.Join(ancient, prunedDir)
	stores, err := os.ReadDir(pruned)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	if err := syncDir(ancient); err != nil { // before anything else is lost
		return err
	}
	for _, store := range stores {
		old := filepath.Join(ancient, store.Name())
		if err := os.RemoveAll(old); err != nil {
			return err
		}
		if err := os.Rename(filepath.Join(pruned, store.Name()), old); err != nil {
			return err
		}
	}
	if err := syncDir(ancient); err != nil {
		return err
	}
	return os.Remove(pruned)
}

// historyStore is one of go-ethereum's two stores of histories. Its items are counted
// from the first block on: those below tail were removed, head is how many there were.
type historyStore struct {
	ethdb.ResettableAncientStore
	name       string
	tail, head uint64
	hidden     uint64 // items below tail that still take room

	make func(dir string) (ethdb.ResettableAncientStore, error)
	copy func(to ethdb.AncientWriter, from ethdb.AncientReaderOp, first, count uint64) error
}

type historyStores []*historyStore

// openHistories opens the stores, which repairs them after a crash as a start does.
func (s *Service) openHistories() (_ historyStores, err error) {
	stores := historyStores{
		{
			name: rawdb.MerkleStateFreezerName, copy: copyStateHistories,
			make: func(dir string) (ethdb.ResettableAncientStore, error) {
				return rawdb.NewStateFreezer(dir, false, false)
			},
		},
		{
			name: rawdb.MerkleTrienodeFreezerName, copy: copyTrienodeHistories,
			make: func(dir string) (ethdb.ResettableAncientStore, error) {
				return rawdb.NewTrienodeFreezer(dir, false, false)
			},
		},
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, stores.close())
		}
	}()
	for _, store := range stores {
		if err := store.open(s.ancientDir()); err != nil {
			return nil, fmt.Errorf("open the store of histories %q: %w", store.name, explain(err))
		}
	}
	return stores, nil
}

func (s *historyStore) open(ancient string) (err error) {
	if s.ResettableAncientStore, err = s.make(ancient); err != nil {
		return err
	}
	if s.head, err = s.Ancients(); err != nil {
		return err
	}
	if s.tail, err = s.Tail(rawdb.DefaultHistoryGroup); err != nil {
		return err
	}
	indexes, err := filepath.Glob(filepath.Join(ancient, s.name, "*.[rc]idx"))
	if err != nil {
		return err
	}
	const entry = 6 // of a table's index; the first is none of an item
	for _, index := range indexes {
		info, err := os.Stat(index)
		if err != nil {
			return err
		}
		if items := uint64(info.Size()) / entry; items > 1+s.head-s.tail {
			s.hidden = max(s.hidden, items-1-(s.head-s.tail))
		}
	}
	return nil
}

// close closes the stores; to do so twice is harmless.
func (s historyStores) close() error {
	var errs []error
	for _, store := range s {
		if store.ResettableAncientStore != nil {
			errs = append(errs, store.Close())
			store.ResettableAncientStore = nil
		}
	}
	return errors.Join(errs...)
}

// size returns how many bytes the stores' files take.
func (s historyStores) size(ancient string) (size uint64, err error) {
	for _, store := range s {
		n, err := dirSize(filepath.Join(ancient, store.name))
		if err != nil {
			return 0, err
		}
		size += n
	}
	return size, nil
}

// prunable returns where the histories shall begin, and how many that removes.
func (s historyStores) prunable(keep, persistent uint64) (tail, removed uint64) {
	states := s[0]
	tail = states.tail
	// The state on the disk is some way behind the head, and what go-ethereum falls
	// back to after a crash. It wants the history that led there, at least.
	if newest := min(states.head, max(persistent, 1)-1); newest > 0 && states.head > keep {
		tail = max(tail, min(states.head-keep, newest))
	}
	for _, store := range s {
		removed = max(removed, store.hidden+store.first(tail)-store.tail)
	}
	return tail, removed
}

// historiesAtOnce is how many histories are read at a time: a full block's takes
// about 1 MB.
const historiesAtOnce = 64

// copyTo makes new stores in a directory with the histories from tail on.
func (s historyStores) copyTo(ctx context.Context, dir string, tail uint64, progress func(done, all uint64)) error {
	var done, all uint64
	for _, store := range s {
		all += store.head - store.first(tail)
	}
	for _, store := range s {
		if err := store.copyTo(ctx, dir, store.first(tail), func(n uint64) {
			done += n
			progress(done, all)
		}); err != nil {
			return err
		}
	}
	return nil
}

// first is the first item to keep of those from tail on.
func (s *historyStore) first(tail uint64) uint64 { return max(min(tail, s.head), s.tail) }

func (s *historyStore) copyTo(ctx context.Context, dir string, tail uint64, copied func(uint64)) (err error) {
	to, err := s.make(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	if _, err := to.TruncateTail(rawdb.DefaultHistoryGroup, tail); err != nil {
		return err
	}
	for first := tail; first < s.head; {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		count := min(s.head-first, historiesAtOnce)
		if err := s.copy(to, s, first+1, count); err != nil {
			return err
		}
		first += count
		copied(count)
	}
	if err := to.SyncAncient(); err != nil {
		return err
	}
	return errors.Join(syncDir(filepath.Join(dir, s.name)), syncDir(dir))
}

// copyStateHistories copies histories of accounts and slots. The numbers of histories
// begin with one.
func copyStateHistories(to ethdb.AncientWriter, from ethdb.AncientReaderOp, first, count uint64) error {
	metas, accountIndexes, slotIndexes, accounts, slots, err := rawdb.ReadStateHistoryList(from, first, count)
	if err != nil {
		return err
	}
	for i, meta := range metas {
		if err := rawdb.WriteStateHistory(to, first+uint64(i), meta, accountIndexes[i], slotIndexes[i], accounts[i], slots[i]); err != nil {
			return err
		}
	}
	return nil
}

// copyTrienodeHistories copies histories of trie nodes.
func copyTrienodeHistories(to ethdb.AncientWriter, from ethdb.AncientReaderOp, first, count uint64) error {
	headers, keys, values, err := rawdb.ReadTrienodeHistoryList(from, first, count)
	if err != nil {
		return err
	}
	for i, header := range headers {
		if err := rawdb.WriteTrienodeHistory(to, first+uint64(i), header, keys[i], values[i]); err != nil {
			return err
		}
	}
	return nil
}
