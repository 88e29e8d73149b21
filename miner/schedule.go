package miner

import "time"

const (
	// buildPace is how many times as long as its building a payload is kept at
	// least, so that building never takes more than a fifth of one core.
	buildPace = 4

	// firstBuildTime limits the transactions of a head's first payload: until
	// it is there, the sealing threads have nothing to do. The rest comes with
	// the second payload, which follows at once.
	firstBuildTime = 100 * time.Millisecond

	// newsPause is the least time between payloads that are built for the sake
	// of new transactions.
	newsPause = 100 * time.Millisecond

	// gatherQuiet and gatherLimit: in development mode a block waits until no
	// transaction has come for gatherQuiet, so that a burst sent one by one
	// does not make a block of each, but never longer than gatherLimit.
	gatherQuiet = time.Millisecond
	gatherLimit = 50 * time.Millisecond

	// pricedOutPause is the time between the empty blocks that bring the base
	// fee down in development mode.
	pricedOutPause = time.Second
)

// never is further away than any node runs.
const never = 100 * 365 * 24 * time.Hour

// schedule is all that decides when the next payload is due. It is a value: the
// main loop fills it in and asks.
type schedule struct {
	// From the configuration.
	instant bool          // development mode
	auto    bool          // development mode: blocks as transactions come
	period  time.Duration // development mode: time between blocks; 0 = not by time
	idle    time.Duration // least time between empty blocks

	// The head.
	parent  uint64    // its timestamp
	adopted time.Time // when the miner learned of it

	// The last payload built on this head; zero values if there is none.
	built     time.Time // when building began
	cost      time.Duration
	stamp     uint64
	held      bool // it is empty and too early to be sealed
	truncated bool
	pricedOut bool // transactions wait for the base fee to fall

	// Transactions that arrived since then.
	news              bool
	better            bool // they pay noticeably more
	firstAt, latestAt time.Time
}

// due returns when the next payload is to be built. A time that is past means
// now.
func (s *schedule) due() time.Time {
	if s.instant {
		return s.dueInstant()
	}
	rested := s.built.Add(buildPace * s.cost)
	switch {
	case s.built.IsZero():
		return latest(s.adopted, s.opens())
	case s.truncated:
		return s.opens()
	case s.better || s.held && s.news:
		return latest(rested, s.built.Add(newsPause))
	case s.held:
		return latest(rested, s.emptyAfter())
	default:
		return latest(rested, unix(s.stamp+1)) // a new stamp, and with it an easier target
	}
}

// dueInstant is due for development mode: blocks at fixed times, or when there
// are transactions, or both.
func (s *schedule) dueInstant() time.Time {
	due := s.dueAuto()
	if timed := s.adopted.Add(s.period); s.period > 0 && timed.Before(due) {
		return timed
	}
	return due
}

func (s *schedule) dueAuto() time.Time {
	rested := s.built.Add(buildPace * s.cost)
	switch {
	case !s.auto:
		return s.adopted.Add(never)
	case s.built.IsZero():
		return s.adopted // a look at what the pool holds already
	case s.news:
		gathered := latest(s.firstAt, s.latestAt.Add(gatherQuiet))
		if limit := s.firstAt.Add(gatherLimit); gathered.After(limit) {
			gathered = limit
		}
		return latest(rested, gathered)
	case s.pricedOut:
		return latest(rested, s.emptyAfter())
	default:
		return s.built.Add(never)
	}
}

// opens returns the time from which on a block on this head may be stamped at
// all: its stamp must be later than the parent's, and at most one second ahead
// of the clock.
func (s *schedule) opens() time.Time { return unix(s.parent) }

// emptyAfter returns the time from which on an empty block is welcome.
func (s *schedule) emptyAfter() time.Time {
	switch {
	case !s.instant:
		return unix(s.parent).Add(s.idle)
	case s.period > 0:
		return s.adopted.Add(s.period)
	case s.pricedOut:
		return s.adopted.Add(pricedOutPause)
	default:
		return s.adopted.Add(never)
	}
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func unix(stamp uint64) time.Time { return time.Unix(int64(stamp), 0) }
