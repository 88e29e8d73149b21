package miner

import (
	"fmt"
	"sync"
	"time"
)

// clock gives blocks their stamps. It is the wall clock, unless the user of a
// development chain moves it. All is in whole seconds, as stamps are: the offset
// may be of any size.
type clock struct {
	// mu guards the fields below: pending blocks ask too.
	mu       sync.Mutex
	offset   int64  // added to the wall clock
	next     uint64 // stamp of the next block; 0 = by the clock
	interval uint64 // from a block to the next; 0 = by the clock
}

// shown is what the clock shows at the given wall time.
func (c *clock) shown(at time.Time) uint64 { return uint64(max(0, at.Unix()+c.offset)) }

// stamp returns the stamp of a block that is built at the given wall time: it is
// always later than the parent's.
func (c *clock) stamp(parent uint64, at time.Time) uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.next > parent:
		return c.next
	case c.interval > 0:
		return parent + c.interval
	default:
		return max(c.shown(at), parent+1)
	}
}

// stampAside is stamp for a block that the user did not ask for. It leaves him the
// stamp that he has chosen for his own next one.
func (c *clock) stampAside(parent uint64, at time.Time) (uint64, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	stamp := max(c.shown(at), parent+1)
	switch {
	case c.next <= parent:
		return stamp, nil
	case c.next == parent+1:
		return 0, fmt.Errorf("the next block is to be stamped %d, which leaves no second for a block before it: mine that one first", c.next)
	default:
		return min(stamp, c.next-1), nil
	}
}

// stamped is told of each block that was made. From a chosen stamp on, time goes
// on.
func (c *clock) stamped(stamp uint64, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.next != 0 && stamp >= c.next {
		c.next, c.offset = 0, int64(stamp)-at.Unix()
	}
}

// set lets the clock show the given time, and forgets a stamp that was chosen. It
// returns what the clock showed before.
func (c *clock) set(to uint64, at time.Time) (was uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	was = c.shown(at)
	c.next, c.offset = 0, int64(to)-at.Unix()
	return was
}

// catchUp lets the clock show at least the given time.
func (c *clock) catchUp(with uint64, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset = max(c.offset, int64(with)-at.Unix())
}

// advance moves the clock and returns by how much it differs from the wall clock.
func (c *clock) advance(seconds uint64) int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset += int64(seconds)
	return c.offset
}

// choose sets the stamp of the next block.
func (c *clock) choose(stamp uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.next = stamp
}

// pace sets the seconds from a block to the next, 0 for those of the clock, and
// returns what they were.
func (c *clock) pace(seconds uint64) (was uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	was, c.interval = c.interval, seconds
	return was
}

// reading is what a clock shows at a moment, to be put back later.
type reading struct{ now, next, interval uint64 }

func (c *clock) read(at time.Time) reading {
	c.mu.Lock()
	defer c.mu.Unlock()
	return reading{c.shown(at), c.next, c.interval}
}

func (c *clock) restore(r reading, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset, c.next, c.interval = int64(r.now)-at.Unix(), r.next, r.interval
}
