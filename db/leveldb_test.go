package db

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/ethdb"
	"github.com/ethereum/go-ethereum/ethdb/dbtest"
	"github.com/syndtr/goleveldb/leveldb"
	"github.com/syndtr/goleveldb/leveldb/storage"
)

// newStore opens a key-value store without freezer, on disk or in memory.
func newStore(t testing.TB, onDisk bool) ethdb.KeyValueStore {
	t.Helper()
	cfg := diskConfig("")
	var (
		s   *store
		err error
	)
	if onDisk {
		s, err = newOpening(t.TempDir(), cfg).open()
	} else {
		s, err = openMemory(options(defaultCacheMB, 64), cfg.Log, newFault(cfg.Log))
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func newOpening(dir string, cfg Config) *opening {
	return &opening{dir: dir, options: options(cfg.CacheMB, 64), recover: cfg.Recover, log: cfg.Log, fault: newFault(cfg.Log)}
}

func TestDatabaseSuite(t *testing.T) {
	for _, onDisk := range []bool{true, false} {
		t.Run(fmt.Sprintf("disk=%t", onDisk), func(t *testing.T) {
			dbtest.TestDatabaseSuite(t, func() ethdb.KeyValueStore { return newStore(t, onDisk) })
		})
	}
}

func BenchmarkDatabaseSuite(b *testing.B) {
	for _, onDisk := range []bool{true, false} {
		b.Run(fmt.Sprintf("disk=%t", onDisk), func(b *testing.B) {
			dbtest.BenchDatabaseSuite(b, func() ethdb.KeyValueStore { return newStore(b, onDisk) })
		})
	}
}

// A synced write must not overtake the writes of an earlier journal whose
// memtable is not in a table yet. The power is cut by copying only what was
// synced.
func TestSyncKeyValueSurvivesPowerCut(t *testing.T) {
	cfg := smallConfig("")
	dir, after := t.TempDir(), t.TempDir()
	disk, err := storage.OpenFile(dir, false)
	must(t, err)
	cut := &syncedStorage{Storage: disk, dir: dir, synced: make(map[storage.FileDesc]int64), tables: make(chan struct{})}
	stor := &orderedStorage{Storage: cut, dir: dir, log: cfg.Log, fault: newFault(cfg.Log)}
	ldb, err := leveldb.Open(stor, options(cfg.CacheMB, 64))
	must(t, err)
	s := &store{db: ldb, storage: stor, fault: stor.fault}
	defer s.Close()
	defer close(cut.tables)

	const entries = 1500 // 3 MB: one and a half journals
	writeEntries(t, s, 0, entries)
	if n := len(files(t, dir, "*.log")); n != 2 {
		t.Fatalf("%d journals, want 2", n)
	}
	must(t, s.SyncKeyValue())
	cut.copyTo(t, after)

	must(t, os.WriteFile(filepath.Join(after, formatFile), fmt.Appendf(nil, formatText, formatVersion), 0o600))
	again, err := newOpening(after, cfg).open()
	must(t, err)
	defer again.Close()
	checkEntries(t, again, 0, entries)
}

// syncedStorage knows how much of each file is synced. Tables wait.
type syncedStorage struct {
	storage.Storage
	dir    string
	tables chan struct{}

	mu     sync.Mutex
	synced map[storage.FileDesc]int64
}

func (s *syncedStorage) Create(fd storage.FileDesc) (storage.Writer, error) {
	if fd.Type == storage.TypeTable {
		<-s.tables
	}
	w, err := s.Storage.Create(fd)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.synced[fd] = 0
	return &syncedFile{Writer: w, storage: s, fd: fd}, err
}

func (s *syncedStorage) copyTo(t *testing.T, dir string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for fd, size := range s.synced {
		name := fd.String()
		data, err := os.ReadFile(filepath.Join(s.dir, name))
		must(t, err)
		must(t, os.WriteFile(filepath.Join(dir, name), data[:size], 0o600))
	}
	must(t, copyFile(filepath.Join(s.dir, "CURRENT"), filepath.Join(dir, "CURRENT")))
}

type syncedFile struct {
	storage.Writer
	storage *syncedStorage
	fd      storage.FileDesc
	written int64
}

func (f *syncedFile) Write(b []byte) (int, error) {
	n, err := f.Writer.Write(b)
	f.written += int64(n)
	return n, err
}

func (f *syncedFile) Sync() error {
	err := f.Writer.Sync()
	f.storage.mu.Lock()
	defer f.storage.mu.Unlock()
	f.storage.synced[f.fd] = f.written
	return err
}

func TestDeleteRangeOfManyKeys(t *testing.T) {
	const n = 2*maxDeletions + 10
	fill := func(t *testing.T) ethdb.KeyValueStore {
		db := newStore(t, false)
		batch := db.NewBatch()
		for i := range n {
			must(t, batch.Put(fmt.Appendf(nil, "k%08d", i), nil))
		}
		must(t, batch.Put([]byte("l"), nil))
		must(t, batch.Write())
		return db
	}
	// repeat does what go-ethereum does.
	repeat := func(t *testing.T, d ethdb.KeyValueRangeDeleter) {
		t.Helper()
		for range 3 {
			err := d.DeleteRange([]byte("k"), []byte("l"))
			if err == nil {
				return
			}
			wantError(t, err, ethdb.ErrTooManyKeys)
		}
		t.Fatal("does not end")
	}
	check := func(t *testing.T, db ethdb.KeyValueStore) {
		t.Helper()
		it := db.NewIterator(nil, nil)
		defer it.Release()
		if !it.Next() || string(it.Key()) != "l" || it.Next() {
			t.Fatal("not all keys were deleted, or too many")
		}
	}
	t.Run("store", func(t *testing.T) {
		db := fill(t)
		repeat(t, db)
		check(t, db)
	})
	t.Run("batch", func(t *testing.T) {
		db := fill(t)
		batch := db.NewBatch()
		repeat(t, batch)
		must(t, batch.Write())
		check(t, db)
	})
	t.Run("batch reset", func(t *testing.T) {
		db := fill(t)
		batch := db.NewBatch()
		wantError(t, batch.DeleteRange([]byte("k"), []byte("l")), ethdb.ErrTooManyKeys)
		batch.Reset() // the deletions are given up
		repeat(t, batch)
		must(t, batch.Write())
		check(t, db)
	})
}

// go-ethereum deletes history indexes through a batch, and repeats the call
// until it is done.
func TestDeleteRangeOfHistoryIndex(t *testing.T) {
	db := newStore(t, false)
	batch := db.NewBatch()
	for i := range maxDeletions + 1 {
		must(t, batch.Put(fmt.Appendf(rawdb.StateHistoryAccountMetadataPrefix, "%08d", i), nil))
	}
	must(t, batch.Write())
	batch.Reset()
	rawdb.DeleteStateHistoryIndexes(batch)
	must(t, batch.Write())
	it := db.NewIterator(nil, nil)
	defer it.Release()
	if it.Next() {
		t.Fatalf("key %q is left", it.Key())
	}
}

func TestBatchDeleteRangeSeesItsOwnPuts(t *testing.T) {
	db := newStore(t, false)
	batch := db.NewBatch()
	for _, key := range []string{"a", "b", "c", "d"} {
		must(t, batch.Put([]byte(key), []byte(key)))
	}
	must(t, batch.DeleteRange([]byte("b"), []byte("d")))
	must(t, batch.Put([]byte("c"), []byte("again")))
	must(t, batch.Write())
	for key, want := range map[string]bool{"a": true, "b": false, "c": true, "d": true} {
		if has, err := db.Has([]byte(key)); err != nil || has != want {
			t.Errorf("%s: %t, %v", key, has, err)
		}
	}
}

func TestIteratorLeavesItsPrefixAlone(t *testing.T) {
	db := newStore(t, false)
	prefix := append(make([]byte, 0, 16), 'p')
	shared := append(prefix, 'x')
	db.NewIterator(prefix, []byte("y")).Release()
	if string(shared) != "px" {
		t.Fatalf("the prefix's array was written: %q", shared)
	}
}

func TestBatchLargerThanTheWriteBuffer(t *testing.T) {
	s := open(t, smallConfig(t.TempDir()))
	const entries = 4000 // 8 MB, four write buffers
	batch := s.Database().NewBatch()
	for i := range entries {
		must(t, batch.Put(entryKey(i), entryValue(i)))
	}
	must(t, batch.Write())
	checkEntries(t, s.Database(), 0, entries)
}

func TestStatAndCompact(t *testing.T) {
	s := open(t, smallConfig(t.TempDir()))
	writeEntries(t, s.Database(), 0, 3000)
	must(t, s.Database().Compact(nil, nil))
	stat, err := s.Database().Stat()
	must(t, err)
	for _, want := range []string{"Compactions", "iostats: Read(MB)", "writedelay: DelayN:", "aliveiters: 0"} {
		if !contains(stat, want) {
			t.Errorf("no %q in\n%s", want, stat)
		}
	}
	if n := tablesInLevel(s.watch.dbStats, math.MaxInt); n != 0 {
		t.Errorf("%d tables in no level", n)
	}
	checkEntries(t, s.Database(), 0, 3000)
}

func TestConcurrentUse(t *testing.T) {
	s := open(t, smallConfig(t.TempDir()))
	db := s.Database()
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := w * 500; i < (w+1)*500; i++ {
				if err := writeEntry(db, i); err != nil {
					t.Error(err)
				}
				if i%100 == 0 {
					if err := db.SyncKeyValue(); err != nil {
						t.Error(err)
					}
				}
				if has, err := db.Has(entryKey(i)); err != nil || !has {
					t.Errorf("entry %d: %t, %v", i, has, err)
				}
			}
		})
	}
	wg.Wait()
	checkEntries(t, db, 0, 2000)
}

// damagedTables opens a database whose tables have all been damaged since it
// was closed. goleveldb does not look at them until they are read.
func damagedTables(t *testing.T, entries int) *Service {
	t.Helper()
	dir := t.TempDir()
	s := open(t, smallConfig(dir))
	writeEntries(t, s.Database(), 0, entries)
	must(t, s.Database().Compact(nil, nil))
	must(t, s.Stop())
	for _, table := range files(t, filepath.Join(dir, databaseDir), "*.ldb") {
		damage(t, table, 0.5)
	}
	s = open(t, smallConfig(dir))
	must(t, s.Status())
	return s
}

// Damage found by a running node is a failure, not a missing key.
func TestDamageMetByGet(t *testing.T) {
	const entries = 3000
	s := damagedTables(t, entries)
	unreadable := 0
	for i := range entries {
		if _, err := s.Database().Get(entryKey(i)); err != nil {
			wantError(t, explain(err), ErrCorrupt)
			unreadable++
		}
	}
	if unreadable == 0 || unreadable == entries {
		t.Errorf("%d of %d entries are unreadable", unreadable, entries)
	}
	for _, err := range []error{failure(t, s), s.Status(), s.Writable()} {
		wantError(t, err, ErrCorrupt)
	}
}

// The user of the iterator need not even ask for its error.
func TestDamageMetByIterator(t *testing.T) {
	s := damagedTables(t, 3000)
	it := s.Database().NewIterator([]byte("entry-"), nil)
	for it.Next() {
	}
	it.Release()
	wantError(t, failure(t, s), ErrCorrupt)
}
