package db

import (
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/sirupsen/logrus"
	"github.com/syndtr/goleveldb/leveldb"
)

// fault keeps the first error after which the database cannot be trusted any
// more. Two kinds count:
//
//   - A failed write. goleveldb's journal refuses everything after one until it
//     is opened again, and the caller is left with half of its work done.
//   - A read that met damage. go-ethereum mostly takes read errors for "no such
//     key", so the chain would go on with state missing.
type fault struct {
	log   logrus.FieldLogger
	first atomic.Pointer[error]
	c     chan error // buffer of one, for Service.Failed
}

func newFault(log logrus.FieldLogger) *fault {
	return &fault{log: log, c: make(chan error, 1)}
}

// err is nil while the database is sound.
func (f *fault) err() error {
	if p := f.first.Load(); p != nil {
		return *p
	}
	return nil
}

// report raises the fault. Only the first is kept and logged: what follows is
// its consequence.
func (f *fault) report(err error) {
	if !f.first.CompareAndSwap(nil, &err) {
		return
	}
	f.log.WithError(err).Error("Database failed")
	f.c <- err
}

// wrote looks at the result of a write and returns it.
func (f *fault) wrote(err error) error {
	if err != nil && !errors.Is(err, leveldb.ErrClosed) {
		f.report(fmt.Errorf("write to database: %w", explain(err)))
	}
	return err
}

// read looks at the result of a read and returns it.
func (f *fault) read(err error) error {
	if err != nil && !errors.Is(err, leveldb.ErrNotFound) && isCorrupt(err) {
		f.report(fmt.Errorf("read from database: %w", explain(err)))
	}
	return err
}
