package miner

import "time"

const (
	// leastRest is the shortest rest worth a timer: at any share, a thread
	// wakes up 50 times a second at most.
	leastRest = 20 * time.Millisecond

	// mostOwed bounds what one slice of work can cost in rest, and what
	// oversleeping can earn: the machine was asleep, or too busy to let the
	// thread run, which is no reason to make up for it.
	mostOwed = time.Second
)

// duty keeps one thread to its share of a core. It measures instead of
// trusting timers: rest that came out too long or too short is carried over.
// Time is what the clock says, so that a thread which waits for a busy core
// counts as working, and yields more rather than less.
type duty struct {
	share float64
	owed  time.Duration // rest; below zero: rested in advance
}

// worked accounts for time spent hashing and returns how long to rest now; zero
// means go on.
func (d *duty) worked(t time.Duration) time.Duration {
	d.owed += min(time.Duration(float64(t)*(1/d.share-1)), mostOwed)
	d.owed = min(d.owed, mostOwed)
	if d.owed < leastRest {
		return 0
	}
	return d.owed
}

// rested accounts for time spent resting.
func (d *duty) rested(t time.Duration) {
	d.owed = max(d.owed-t, -mostOwed)
}
