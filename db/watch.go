package db

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/syndtr/goleveldb/leveldb"
)

const (
	// watchInterval: at 200 MB/s, the default reserve lasts for 2.5 s.
	watchInterval = time.Second

	// stallAfter is how long writes may wait for compaction in a burst before
	// it is worth complaining.
	stallAfter = 5 * time.Second
)

// watch observes the free space of the disk and goleveldb's write stalls.
type watch struct {
	log     logrus.FieldLogger
	reserve uint64 // bytes; 0 = the disk is not watched
	free    func() (uint64, error)
	stats   func(*leveldb.DBStats) error

	low     atomic.Pointer[error] // ErrDiskLow with figures, nil while there is room
	stalled atomic.Pointer[error] // ErrStalled with figures, nil while writes pass

	// What check remembers.
	warned      bool // of the reserve coming near
	blind       bool // the free space could not be read
	pausedSince time.Time
	dbStats     leveldb.DBStats
}

// run checks until ctx ends.
func (w *watch) run(ctx context.Context) {
	ticker := time.NewTicker(watchInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C:
			w.check(now)
		}
	}
}

func (w *watch) check(now time.Time) {
	if w.reserve > 0 {
		w.checkDisk()
	}
	w.checkStall(now)
}

// checkDisk goes through three states: plenty, a warning at twice the reserve,
// and low below the reserve. It takes a quarter of the reserve more to leave
// low than to enter it, lest a disk on the edge switch mining on and off.
func (w *watch) checkDisk() {
	free, err := w.free()
	if err != nil {
		if !w.blind {
			w.log.WithError(err).Warn("Free disk space cannot be read; it is not watched")
		}
		w.blind = true
		return
	}
	w.blind = false

	margin := w.reserve / 4
	log := w.log.WithField("freeMB", toMB(free)).WithField("reserveMB", toMB(w.reserve))
	switch wasLow := w.low.Load() != nil; {
	case free < w.reserve || wasLow && free < w.reserve+margin:
		err := fmt.Errorf("%w (%d MB are free; blocks are written again at %d MB)", ErrDiskLow, toMB(free), toMB(w.reserve+margin))
		w.low.Store(&err)
		if !wasLow {
			log.Error("Disk is nearly full; no more blocks are written")
		}
		w.warned = true
	case wasLow:
		w.low.Store(nil)
		log.Info("Disk has room again; blocks are written")
	case free < 2*w.reserve && !w.warned:
		w.warned = true
		log.Warn("Disk is getting full; soon no more blocks will be written")
	case free >= 2*w.reserve+margin:
		w.warned = false
	}
}

// checkStall looks whether a write has been waiting for compaction at every
// check for a while. goleveldb counts a delay only when it is over, so its
// counters do not tell.
func (w *watch) checkStall(now time.Time) {
	if w.stats(&w.dbStats) != nil {
		return // closed
	}
	wasStalled := w.stalled.Load() != nil
	if !w.dbStats.WritePaused {
		if wasStalled {
			w.stalled.Store(nil)
			w.log.WithField("elapsed", now.Sub(w.pausedSince)).Info("Database writes go on")
		}
		w.pausedSince = time.Time{}
		return
	}
	if w.pausedSince.IsZero() {
		w.pausedSince = now
	}
	if waited := now.Sub(w.pausedSince); waited >= stallAfter {
		err := fmt.Errorf("%w (waiting for compaction for %s)", ErrStalled, waited.Round(time.Second))
		w.stalled.Store(&err)
		if !wasStalled {
			w.log.WithField("level0Tables", tablesInLevel(w.dbStats, 0)).Warn("Database writes are stalled by compaction")
		}
	}
}

func tablesInLevel(stats leveldb.DBStats, level int) int {
	if level < len(stats.LevelTablesCounts) {
		return stats.LevelTablesCounts[level]
	}
	return 0
}

func toMB(bytes uint64) uint64 { return bytes >> 20 }
