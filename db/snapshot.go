package db

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/ethereum/go-ethereum/ethdb"
	"github.com/syndtr/goleveldb/leveldb"
	"github.com/syndtr/goleveldb/leveldb/opt"
	"github.com/syndtr/goleveldb/leveldb/util"
)

var _ ethdb.KeyValueReader = (*Snapshot)(nil)

// Snapshot is a database as it was at one moment, to be copied while the node goes
// on. It is what a crash at that moment would have left, and is opened like that.
//
// The keys are a snapshot of LevelDB. The ancient stores are files that only grow,
// of which the length of that moment is noted: the keys come first, so that the
// ancients reach at least as far, as they do after a crash. What is deleted from
// them meanwhile stays readable, since the files are held open. Only a rollback of
// the state cuts them short and lets them grow anew: Intact tells.
type Snapshot struct {
	keys  *leveldb.Snapshot
	size  uint64
	fault *fault

	files []SnapshotFile
	open  []*os.File
	ends  []fileEnd
}

// SnapshotFile is a file of the ancient stores, by its name below their directory.
type SnapshotFile struct {
	Name string // with slashes
	Size int64
	io.ReaderAt
}

// fileEnd is what a file ended with when the snapshot was taken.
type fileEnd struct {
	file *os.File
	at   int64
	last []byte
}

// endBytes holds the last item of a table, or enough of it to tell it from another:
// of the histories it is a header, with the state's root.
const endBytes = 4096

// ErrRolledBack means that a copy is of no use, since the state was rolled back while
// it was made.
var ErrRolledBack = errors.New("the state was rolled back meanwhile, by a reorganisation deeper than the 128 blocks in memory: make the copy again")

// Snapshot takes one. Whoever calls it sees to it that meanwhile nobody adds blocks;
// that takes milliseconds, the copy afterwards as long as it likes. Release gives back
// disk space and files.
func (s *Service) Snapshot() (_ *Snapshot, err error) {
	keys, err := s.store.db.GetSnapshot()
	if err != nil {
		return nil, fmt.Errorf("snapshot of the database: %w", err)
	}
	snap := &Snapshot{keys: keys, fault: s.fault}
	defer func() {
		if err != nil {
			snap.Release()
		}
	}()
	var stats leveldb.DBStats
	if err := s.store.db.Stats(&stats); err != nil {
		return nil, fmt.Errorf("snapshot of the database: %w", err)
	}
	for _, size := range stats.LevelSizes {
		snap.size += uint64(size)
	}
	dir, err := s.db.AncientDatadir()
	if err != nil {
		return nil, fmt.Errorf("snapshot of the ancient stores: %w", err)
	}
	// Of each table first what says how much of the index counts, then the index,
	// which says how much of the data counts; each is written after the next.
	for _, kind := range []string{".meta", "idx", "dat"} {
		if err := snap.addAncients(dir, kind); err != nil {
			return nil, fmt.Errorf("snapshot of the ancient stores: %w", err)
		}
	}
	for _, file := range snap.files {
		snap.size += uint64(file.Size)
	}
	return snap, nil
}

// addAncients notes the files whose names end so.
func (s *Snapshot) addAncients(dir, kind string) error {
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() || !strings.HasSuffix(path, kind) {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if kind == ".meta" { // short, and overwritten at will
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			s.files = append(s.files, SnapshotFile{name, int64(len(content)), bytes.NewReader(content)})
			return nil
		}
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		s.open = append(s.open, file)
		info, err := file.Stat()
		if err != nil {
			return err
		}
		end := fileEnd{file: file, at: max(info.Size()-endBytes, 0)}
		end.last = make([]byte, info.Size()-end.at)
		if _, err := io.ReadFull(io.NewSectionReader(file, end.at, info.Size()), end.last); err != nil {
			return err
		}
		s.ends = append(s.ends, end)
		s.files = append(s.files, SnapshotFile{name, info.Size(), file})
		return nil
	})
}

// Has tells whether there was a value for the key.
func (s *Snapshot) Has(key []byte) (bool, error) {
	has, err := s.keys.Has(key, nil)
	return has, s.fault.read(err)
}

// Get returns a copy of the key's value, or leveldb.ErrNotFound.
func (s *Snapshot) Get(key []byte) ([]byte, error) {
	value, err := s.keys.Get(key, nil)
	return value, s.fault.read(err)
}

// Visit calls for the keys from start on, in order, until the function returns false.
// The slices are lent for that call. A long copy calls it again and again, since one
// keeps LevelDB from deleting the files that it has begun with.
func (s *Snapshot) Visit(start []byte, visit func(key, value []byte) bool) error {
	it := s.keys.NewIterator(&util.Range{Start: start}, &opt.ReadOptions{DontFillCache: true})
	defer it.Release()
	for it.Next() {
		if !visit(it.Key(), it.Value()) {
			return nil
		}
	}
	return s.fault.read(it.Error())
}

// Ancients are the files of the ancient stores.
func (s *Snapshot) Ancients() []SnapshotFile { return s.files }

// Size is about how many bytes the database had on the disk.
func (s *Snapshot) Size() uint64 { return s.size }

// Intact returns ErrRolledBack if what was read of the ancient stores since the
// snapshot may be of another branch.
func (s *Snapshot) Intact() error {
	for _, end := range s.ends {
		now := make([]byte, len(end.last))
		switch _, err := end.file.ReadAt(now, end.at); {
		case errors.Is(err, io.EOF) || err == nil && !bytes.Equal(now, end.last):
			return ErrRolledBack
		case err != nil:
			return fmt.Errorf("read ancient store: %w", err)
		}
	}
	return nil
}

// Release ends the snapshot. To do so twice is harmless.
func (s *Snapshot) Release() {
	s.keys.Release()
	for _, file := range s.open {
		_ = file.Close() // it was only read
	}
	s.open, s.files, s.ends = nil, nil, nil
}

// Format is what marks a database as ours, with the version of its format.
func Format() []byte { return fmt.Appendf(nil, formatText, formatVersion) }

// FreeBytes returns how much may still be written to the file system of dir.
func FreeBytes(dir string) (uint64, error) { return freeBytes(dir) }
