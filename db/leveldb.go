package db

import (
	"slices"
	"strings"
	"sync"

	"github.com/ethereum/go-ethereum/ethdb"
	"github.com/syndtr/goleveldb/leveldb"
	"github.com/syndtr/goleveldb/leveldb/iterator"
	"github.com/syndtr/goleveldb/leveldb/opt"
	"github.com/syndtr/goleveldb/leveldb/storage"
	"github.com/syndtr/goleveldb/leveldb/util"
)

var _ ethdb.KeyValueStore = (*store)(nil)

// maxDeletions bounds one DeleteRange: this many take a fraction of a second,
// and ethdb lets us ask the caller to repeat the call for the rest.
const maxDeletions = 50_000

// syncKey is deleted to sync the journal. Nothing is ever stored under it; no
// key of go-ethereum's schema starts with a zero byte.
var syncKey = []byte("\x00monolith-sync")

// store is goleveldb behind go-ethereum's interface. It is safe for concurrent
// use.
type store struct {
	db      *leveldb.DB
	storage storage.Storage
	fault   *fault

	close    sync.Once
	closeErr error
}

// Close closes the database and its files. Every other call fails afterwards.
func (s *store) Close() error {
	s.close.Do(func() {
		s.closeErr = s.db.Close()
		if err := s.storage.Close(); s.closeErr == nil {
			s.closeErr = err
		}
	})
	return s.closeErr
}

// Has tells whether there is a value for the key.
func (s *store) Has(key []byte) (bool, error) {
	has, err := s.db.Has(key, nil)
	return has, s.fault.read(err)
}

// Get returns a copy of the key's value, or leveldb.ErrNotFound.
func (s *store) Get(key []byte) ([]byte, error) {
	value, err := s.db.Get(key, nil)
	return value, s.fault.read(err)
}

// Put stores a value. Like every write but SyncKeyValue it survives the death
// of the process at once, and that of the machine after a while.
func (s *store) Put(key, value []byte) error {
	return s.fault.wrote(s.db.Put(key, value, nil))
}

// Delete removes a key; removing one that does not exist is no error.
func (s *store) Delete(key []byte) error {
	return s.fault.wrote(s.db.Delete(key, nil))
}

// DeleteRange removes the keys from start (nil: the first) to before end (nil:
// the last one too). LevelDB has no such operation, so it removes them one by
// one, and gives up with ethdb.ErrTooManyKeys when it is taking long; repeating
// the call goes on.
func (s *store) DeleteRange(start, end []byte) error {
	it := s.iterate(&util.Range{Start: start, Limit: end})
	defer it.Release()

	batch := s.NewBatch()
	for n := 0; it.Next(); n++ {
		if n == maxDeletions {
			if err := batch.Write(); err != nil {
				return err
			}
			return ethdb.ErrTooManyKeys
		}
		if err := batch.Delete(it.Key()); err != nil {
			return err
		}
		if batch.ValueSize() >= ethdb.IdealBatchSize {
			if err := batch.Write(); err != nil {
				return err
			}
			batch.Reset()
		}
	}
	if err := it.Error(); err != nil {
		return err
	}
	return batch.Write()
}

// SyncKeyValue returns when every write that was finished before it is on the
// disk. See orderedStorage for what happens to older journals.
func (s *store) SyncKeyValue() error {
	return s.fault.wrote(s.db.Delete(syncKey, &opt.WriteOptions{Sync: true}))
}

// NewIterator walks over the keys with the given prefix, in byte order, from
// prefix+start on. It sees the database as it was at this moment.
func (s *store) NewIterator(prefix, start []byte) ethdb.Iterator {
	return s.iterate(&util.Range{
		Start: slices.Concat(prefix, start),
		Limit: util.BytesPrefix(prefix).Limit,
	})
}

func (s *store) iterate(slice *util.Range) *storeIterator {
	return &storeIterator{Iterator: s.db.NewIterator(slice, nil), fault: s.fault}
}

// Compact rewrites a range of keys (nil, nil: all) so that nothing deleted or
// overwritten is left in it.
func (s *store) Compact(start, limit []byte) error {
	return s.fault.wrote(s.db.CompactRange(util.Range{Start: start, Limit: limit}))
}

// Stat returns goleveldb's statistics as text.
func (s *store) Stat() (string, error) {
	var text strings.Builder
	for _, name := range []string{"stats", "iostats", "compcount", "writedelay", "cachedblock", "openedtables", "aliveiters"} {
		value, err := s.db.GetProperty("leveldb." + name)
		if err != nil {
			return "", err
		}
		if !strings.Contains(value, "\n") {
			value = name + ": " + value + "\n"
		}
		text.WriteString(value)
	}
	return text.String(), nil
}

// storeIterator reports damage even if its user does not ask for the error.
type storeIterator struct {
	iterator.Iterator
	fault *fault
}

func (it *storeIterator) Next() bool {
	if it.Iterator.Next() {
		return true
	}
	_ = it.Error()
	return false
}

func (it *storeIterator) Error() error { return it.fault.read(it.Iterator.Error()) }
