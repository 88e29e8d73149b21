package miner

import (
	"context"
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/core/types"
)

// AdvanceClock moves the clock on and returns by how many seconds it differs from
// the wall clock.
func (d *Dev) AdvanceClock(ctx context.Context, seconds uint64) (offset int64, err error) {
	if seconds > maxStamp {
		return 0, fmt.Errorf("%d seconds are too many", seconds)
	}
	err = d.do(ctx, func(_ context.Context, l *mainLoop) error {
		// Blocks that came faster than one a second are ahead of the clock.
		d.clock.catchUp(l.cfg.Chain.CurrentBlock().Time, time.Now())
		offset = d.clock.advance(seconds)
		return nil
	})
	return offset, err
}

// SetClock lets the clock show the given time and returns what it showed before.
func (d *Dev) SetClock(ctx context.Context, stamp uint64) (was uint64, err error) {
	if stamp > maxStamp {
		return 0, fmt.Errorf("timestamp %d is too late", stamp)
	}
	err = d.do(ctx, func(context.Context, *mainLoop) error {
		was = d.clock.set(stamp, time.Now())
		return nil
	})
	return was, err
}

// StampNext gives the next block a stamp. Time goes on from there.
func (d *Dev) StampNext(ctx context.Context, stamp uint64) error {
	return d.do(ctx, func(_ context.Context, l *mainLoop) error { return d.choose(l, stamp) })
}

func (d *Dev) choose(l *mainLoop, stamp uint64) error {
	switch head := l.cfg.Chain.CurrentBlock(); {
	case stamp <= head.Time:
		return fmt.Errorf("timestamp %d is lower than or equal to previous block's timestamp %d", stamp, head.Time)
	case stamp > maxStamp:
		return fmt.Errorf("timestamp %d is too late", stamp)
	}
	l.clock.choose(stamp)
	return nil
}

// NextStamp returns the stamp that a block on such a parent has if it is made now.
func (d *Dev) NextStamp(parent *types.Header) uint64 { return d.clock.stamp(parent.Time, time.Now()) }

// SetPace lets each block be stamped so many seconds after its parent, whatever the
// clock says; 0 goes back to the clock. It reports whether there was a pace before.
func (d *Dev) SetPace(ctx context.Context, seconds uint64) (was bool, err error) {
	if seconds > maxStamp {
		return false, fmt.Errorf("%d seconds are too many", seconds)
	}
	err = d.do(ctx, func(context.Context, *mainLoop) error {
		was = d.clock.pace(seconds) != 0
		return nil
	})
	return was, err
}
