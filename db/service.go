package db

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/ethdb"
	"github.com/monolith-chain/monolith/shared/registry"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/sirupsen/logrus"
)

var (
	_ registry.Service       = (*Service)(nil)
	_ registry.Failer        = (*Service)(nil)
	_ registry.StopTimeouter = (*Service)(nil)
)

const (
	// defaultCacheMB serves a private chain and lets a whole node stay below
	// 200 MB.
	defaultCacheMB = 32

	// minFreeDiskMB is for what is still written when Writable has said no:
	// the blocks in flight, the state journal of a clean stop, and the largest
	// compaction of level 0, which writes all its tables anew before it deletes
	// the old ones (48 of 8 MB and level 1 of 64 MB make 448 MB at most).
	minFreeDiskMB = 512

	// stopTimeout: the freezer first finishes the batch that it is moving, up
	// to 30,000 blocks.
	stopTimeout = time.Minute
)

// Config says where the database is and what it may use.
type Config struct {
	Dir    string // the data directory; made if missing, ignored in memory
	Memory bool   // keep everything in memory and a temporary directory

	CacheMB       int    // write buffers and block cache together
	Handles       int    // tables held open; 0 = by the process's limit of open files
	MinFreeDiskMB uint64 // Writable says no below this; 0 = never
	Recover       bool   // read the whole database, and repair it if it is damaged

	Log        logrus.FieldLogger
	Registerer prometheus.Registerer // may be nil
}

// DefaultConfig returns everything but the directory, the logger and the
// registerer.
func DefaultConfig() Config {
	return Config{CacheMB: defaultCacheMB, MinFreeDiskMB: minFreeDiskMB}
}

// Validate reports every impossible setting at once.
func (cfg Config) Validate() error {
	var faults []error
	require := func(ok bool, format string, args ...any) {
		if !ok {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	require(cfg.Memory || cfg.Dir != "", "no data directory")
	require(cfg.CacheMB >= minCacheMB && cfg.CacheMB <= 1<<20, "a cache of %d MB is not between %d MB and 1 TB", cfg.CacheMB, minCacheMB)
	require(cfg.Handles >= 0, "%d is not a number of open files", cfg.Handles)
	require(cfg.MinFreeDiskMB <= 1<<30, "a reserve of %d MB is more than any disk has", cfg.MinFreeDiskMB)
	if err := errors.Join(faults...); err != nil {
		return fmt.Errorf("database configuration: %w", err)
	}
	return nil
}

// Service is an open data directory. Its methods may be used by any goroutine.
type Service struct {
	cfg   Config
	log   logrus.FieldLogger
	db    ethdb.Database
	store *store // the keys of db
	fault *fault
	watch *watch

	closers []func() error // what New acquired, in order

	ctx     context.Context // ends with Stop
	cancel  context.CancelFunc
	loops   sync.WaitGroup
	start   sync.Once
	stop    sync.Once
	stopErr error
}

// New locks the data directory and opens the database, making both if they do
// not exist. What is wrong with them comes back as one of this package's
// errors.
func New(cfg Config) (_ *Service, err error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if cfg.Log == nil {
		return nil, errors.New("database configuration: no logger")
	}
	s := &Service{cfg: cfg, log: cfg.Log, fault: newFault(cfg.Log)}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	defer func() {
		if err != nil {
			s.cancel()
			err = errors.Join(err, s.release())
		}
	}()

	store, ancient, err := s.openStore()
	if err != nil {
		return nil, err
	}
	s.store = store
	s.closers = append(s.closers, store.Close)

	if err := checkAncients(ancient); err != nil {
		return nil, err
	}
	// The path scheme keeps no state history without a directory for ancients.
	if s.db, err = rawdb.Open(store, rawdb.OpenOptions{Ancient: ancient}); err != nil {
		return nil, fmt.Errorf("open ancient store %q: %w", ancient, explainAncients(err))
	}
	s.closers[len(s.closers)-1] = func() error { // closes both
		if err := s.db.Close(); store.closeErr == nil {
			return err
		}
		return store.closeErr // which the freezer turns into mere text
	}

	s.watch = &watch{log: s.log, stats: store.db.Stats}
	var free func() (uint64, error)
	if !cfg.Memory {
		free = func() (uint64, error) { return freeBytes(cfg.Dir) }
		s.watch.free, s.watch.reserve = free, cfg.MinFreeDiskMB<<20
	}
	s.watch.check(time.Now())

	if cfg.Registerer != nil {
		metrics := newCollector(store.db.Stats, s.db, free, s.watch, cfg.MinFreeDiskMB<<20)
		if err := cfg.Registerer.Register(metrics); err != nil {
			return nil, fmt.Errorf("register database metrics: %w", err)
		}
		s.closers = append(s.closers, func() error {
			cfg.Registerer.Unregister(metrics)
			return nil
		})
	}
	return s, nil
}

// openStore opens the key-value store and names the directory for ancients.
func (s *Service) openStore() (*store, string, error) {
	tables, problem := openTables(s.cfg.Handles)
	if problem != "" {
		s.log.WithField("tables", tables).WithField("problem", problem).Warn("Fewer database files than usual are held open")
	}
	opts := options(s.cfg.CacheMB, tables)

	if s.cfg.Memory {
		ancient, err := os.MkdirTemp("", "monolith-ancient-")
		if err != nil {
			return nil, "", fmt.Errorf("make a temporary ancient store: %w", explain(err))
		}
		s.closers = append(s.closers, func() error { return os.RemoveAll(ancient) })
		store, err := openMemory(opts, s.log, s.fault)
		return store, ancient, err
	}

	unlock, err := lockDir(s.cfg.Dir)
	if err != nil {
		return nil, "", fmt.Errorf("lock data directory %q: %w", s.cfg.Dir, explain(err))
	}
	s.closers = append(s.closers, unlock)
	o := &opening{
		dir:     filepath.Join(s.cfg.Dir, databaseDir),
		options: opts,
		reserve: s.cfg.MinFreeDiskMB << 20,
		recover: s.cfg.Recover,
		log:     s.log,
		fault:   s.fault,
	}
	start := time.Now()
	store, err := o.open()
	if err != nil {
		return nil, "", fmt.Errorf("open database %q: %w", o.dir, explain(err))
	}
	s.log.WithFields(logrus.Fields{
		"dir": o.dir, "cacheMB": s.cfg.CacheMB, "handles": tables, "elapsed": time.Since(start),
	}).Info("Database opened")
	return store, filepath.Join(o.dir, ancientDir), nil
}

// Start launches the watch over the disk.
func (s *Service) Start() {
	s.start.Do(func() {
		s.loops.Go(func() { s.watch.run(s.ctx) })
	})
}

// Stop closes the database and unlocks the directory. Whoever uses the database
// must have ended: go-ethereum's core exits the process when its database is
// closed under it.
func (s *Service) Stop() error {
	s.stop.Do(func() {
		s.start.Do(func() {}) // a Start that comes later has nothing to do
		s.cancel()
		s.loops.Wait()
		if err := s.release(); err != nil {
			s.stopErr = fmt.Errorf("close database: %w", explain(err))
		}
	})
	return s.stopErr
}

// release gives back what New acquired, last first.
func (s *Service) release() error {
	var errs []error
	for _, closer := range slices.Backward(s.closers) {
		errs = append(errs, closer())
	}
	return errors.Join(errs...)
}

// StopTimeout is how long Stop may take.
func (s *Service) StopTimeout() time.Duration { return stopTimeout }

// Status tells, worst first, whether the database failed, the disk is nearly
// full (ErrDiskLow) or writes are stalled (ErrStalled).
func (s *Service) Status() error {
	if s.ctx.Err() != nil {
		return registry.ErrStopped
	}
	if err := s.fault.err(); err != nil {
		return fmt.Errorf("%w: %w", registry.ErrFailed, err)
	}
	for _, state := range []*error{s.watch.low.Load(), s.watch.stalled.Load()} {
		if state != nil {
			return *state
		}
	}
	return nil
}

// Failed reports a failed write or damage met by a read. Both are fatal: see
// fault.
func (s *Service) Failed() <-chan error { return s.fault.c }

// FreeDisk returns how many bytes may still be written to the data directory's
// file system; false if that is not known, as for a database in memory.
func (s *Service) FreeDisk() (uint64, bool) {
	if s.cfg.Memory {
		return 0, false
	}
	free, err := freeBytes(s.cfg.Dir)
	return free, err == nil
}

// Database is the key-value store joined with the ancient store. It is closed
// by Stop, never by its users.
func (s *Service) Database() ethdb.Database { return s.db }

// Writable returns nil, ErrDiskLow while the disk is nearly full, or what made
// the database fail. Whoever is about to write blocks asks it first and waits
// until it is nil; what is in flight may be finished.
func (s *Service) Writable() error {
	if err := s.fault.err(); err != nil {
		return err
	}
	if low := s.watch.low.Load(); low != nil {
		return *low
	}
	return nil
}
