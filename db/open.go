package db

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
	"github.com/sirupsen/logrus"
	"github.com/syndtr/goleveldb/leveldb"
	"github.com/syndtr/goleveldb/leveldb/opt"
	"github.com/syndtr/goleveldb/leveldb/storage"
)

// What is in a data directory.
const (
	lockFile    = "LOCK"
	databaseDir = "chaindata"
	ancientDir  = "ancient" // in databaseDir
)

// lockDir makes the data directory if need be and takes the lock on it, which
// the system gives back when the process dies. The result releases it.
func lockDir(dir string) (func() error, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	lock := flock.New(filepath.Join(dir, lockFile))
	locked, err := lock.TryLock()
	if err != nil {
		return nil, err
	}
	if !locked {
		return nil, ErrLocked
	}
	return lock.Unlock, nil
}

// opening is what it takes to open a database on disk.
type opening struct {
	dir     string // chaindata
	options *opt.Options
	reserve uint64 // bytes that must stay free after a repair
	recover bool
	log     logrus.FieldLogger
	fault   *fault
}

// open opens the database, or makes it. Damage gives ErrCorrupt, or is repaired
// if that was asked for.
func (o *opening) open() (_ *store, err error) {
	if err := os.MkdirAll(o.dir, 0o700); err != nil {
		return nil, err
	}
	if err := checkFormat(o.dir); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(o.dir, ancientDir), 0o700); err != nil {
		return nil, err
	}
	if err := finishPruning(filepath.Join(o.dir, ancientDir)); err != nil {
		return nil, fmt.Errorf("finish pruning: %w", err)
	}
	files, err := storage.OpenFile(o.dir, false)
	if err != nil {
		return nil, err
	}
	stor := &orderedStorage{Storage: files, dir: o.dir, log: o.log, fault: o.fault}
	defer func() {
		if err != nil {
			_ = stor.Close()
		}
	}()

	db, err := o.openVerified(stor)
	if o.recover && isCorrupt(err) {
		db, err = o.repair(stor, err)
	}
	if err != nil {
		return nil, err
	}
	return &store{db: db, storage: stor, fault: o.fault}, nil
}

// openVerified opens a database that shows no damage. Only if a repair was
// asked for it reads all of it, since goleveldb looks at a table when it is
// needed.
func (o *opening) openVerified(stor storage.Storage) (*leveldb.DB, error) {
	damaged, err := damagedFiles(stor)
	if err != nil {
		return nil, err
	}
	if len(damaged) > 0 {
		return nil, corruption(damaged[0], "unreadable records before the end")
	}
	db, err := leveldb.Open(stor, o.options)
	if err == nil && o.recover {
		err = o.check(db)
	}
	return db, err
}

// check reads all of an open database, and closes it if that fails.
func (o *opening) check(db *leveldb.DB) error {
	o.log.Info("Checking the whole database")
	keys, err := scan(db)
	if err != nil {
		return errors.Join(err, db.Close())
	}
	o.log.WithField("keys", keys).Info("Database can be read")
	return nil
}

// openMemory makes a database in memory.
func openMemory(options *opt.Options, log logrus.FieldLogger, f *fault) (*store, error) {
	stor := &orderedStorage{Storage: storage.NewMemStorage(), log: log, fault: f}
	db, err := leveldb.Open(stor, options)
	if err != nil {
		return nil, fmt.Errorf("open database in memory: %w", err)
	}
	return &store{db: db, storage: stor, fault: f}, nil
}
