package db

import (
	"os"
	"strings"
	"sync"

	"github.com/sirupsen/logrus"
	"github.com/syndtr/goleveldb/leveldb/storage"
)

// orderedStorage makes a synced write mean that all earlier writes are on the
// disk too, and keeps the order of writes through a power cut.
//
// goleveldb starts a new journal whenever a memtable is full and closes the old
// one without syncing it; until the memtable has been flushed into a synced
// table, that journal is all there is of its writes. A later write could thus
// be synced, or reach the disk by itself, and an earlier one be lost. Here a
// closed journal is synced in the background (goleveldb holds locks that keep
// readers out), and no journal is synced before its predecessors.
//
// It also passes goleveldb's messages about dropped data on to the node's log.
type orderedStorage struct {
	storage.Storage
	dir   string // of the files; empty in memory
	log   logrus.FieldLogger
	fault *fault

	closing sync.WaitGroup // journals being synced and closed
	mu      sync.Mutex
	lost    error // the first failure among them
}

// Log receives goleveldb's messages, which its own storage writes to LOG.
func (s *orderedStorage) Log(message string) {
	s.Storage.Log(message)
	for _, serious := range []string{"journal@drop", "table@recovery", "error", "missing"} {
		if strings.Contains(message, serious) {
			s.log.WithField("message", message).Warn("LevelDB reports a problem")
			return
		}
	}
}

// Create makes a file; journals get the behaviour described above.
func (s *orderedStorage) Create(fd storage.FileDesc) (storage.Writer, error) {
	w, err := s.Storage.Create(fd)
	if err != nil || fd.Type != storage.TypeJournal {
		return w, err
	}
	return &journalFile{Writer: w, storage: s}, nil
}

// Close waits for the journals before it closes the storage.
func (s *orderedStorage) Close() error {
	err := s.awaitJournals()
	if cerr := s.Storage.Close(); err == nil {
		err = cerr
	}
	return err
}

// awaitJournals returns when all closed journals are synced.
func (s *orderedStorage) awaitJournals() error {
	s.closing.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lost
}

// journalFile is written, synced and closed under goleveldb's write lock, so by
// one goroutine at a time.
type journalFile struct {
	storage.Writer
	storage *orderedStorage
	named   bool // the directory that holds its name is synced
}

// Sync syncs the earlier journals, then this one.
func (j *journalFile) Sync() error {
	if err := j.storage.awaitJournals(); err != nil {
		return err
	}
	if err := j.Writer.Sync(); err != nil {
		return err
	}
	if !j.named && j.storage.dir != "" {
		if err := syncDir(j.storage.dir); err != nil {
			return err
		}
		j.named = true
	}
	return nil
}

// Close syncs and closes the journal in the background.
func (j *journalFile) Close() error {
	j.storage.closing.Go(func() {
		err := j.Writer.Sync()
		if cerr := j.Writer.Close(); err == nil {
			err = cerr
		}
		if err != nil {
			_ = j.storage.fault.wrote(err)
			j.storage.mu.Lock()
			defer j.storage.mu.Unlock()
			if j.storage.lost == nil {
				j.storage.lost = err
			}
		}
	})
	return nil
}

// syncDir makes names in a directory durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
