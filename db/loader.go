package db

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ethereum/go-ethereum/ethdb"
)

// Loader fills a new database with what a Snapshot has had.
type Loader struct {
	service *Service
	store   *store
	batch   ethdb.Batch
}

// NewLoader makes a database in cfg.Dir, which has none.
func NewLoader(cfg Config) (*Loader, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(cfg.Dir, databaseDir)); err == nil {
		return nil, fmt.Errorf("make a database in %q: there is one", cfg.Dir)
	}
	s := &Service{cfg: cfg, log: cfg.Log, fault: newFault(cfg.Log)}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	store, _, err := s.openStore()
	if err != nil {
		s.cancel()
		return nil, errors.Join(err, s.release())
	}
	s.closers = append(s.closers, store.Close)
	return &Loader{service: s, store: store, batch: store.NewBatch()}, nil
}

// Put stores a key. In their order is fastest.
func (l *Loader) Put(key, value []byte) error {
	if err := l.batch.Put(key, value); err != nil {
		return err
	}
	if l.batch.ValueSize() < ethdb.IdealBatchSize {
		return nil
	}
	defer l.batch.Reset()
	return explain(l.batch.Write())
}

// Close writes what is left, waits until all is on the disk, and closes the database.
func (l *Loader) Close() error {
	err := l.batch.Write()
	if err == nil {
		err = l.store.SyncKeyValue()
	}
	return explain(errors.Join(err, l.service.Stop()))
}

// AncientPath is where a file of the ancient stores belongs, by its name in a
// Snapshot, in a data directory.
func AncientPath(dir, name string) string {
	return filepath.Join(dir, databaseDir, ancientDir, filepath.FromSlash(name))
}

// WriteFormat marks the database in a data directory with the format that it was
// made in, as Format returned it.
func WriteFormat(dir string, format []byte) error {
	return explain(writeFileSynced(filepath.Join(dir, databaseDir, formatFile), format))
}
