package monitor

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/monolith-chain/monolith/shared/registry"
)

// Names of the settings, for what tells a reader which one to change.
const (
	FlagPeers   = "ready.peers"
	FlagLag     = "ready.lag"
	FlagHeadAge = "ready.head-age"
	FlagDisk    = "ready.disk"
)

// defaultLag is how many blocks a node may be behind, which is as many as it may
// be while it mines: a burst of blocks is no reason to send requests elsewhere.
const defaultLag = 16

// Thresholds say when a node whose services are well is ready. Zero asks for
// nothing.
//
// By default neither peers nor a young head are asked for: where a network
// consists of one node, or pauses, every node of it would take itself out of
// service, and reading is still possible.
type Thresholds struct {
	Peers   int           // connected, at least
	Lag     uint64        // blocks behind the peers, at most
	HeadAge time.Duration // since the time stamp of the head, at most
	DiskMB  uint64        // free, at least
}

// validate names the flags of what is impossible.
func (t Thresholds) validate() error {
	var errs []error
	if t.Peers < 0 {
		errs = append(errs, fmt.Errorf("--%s %d: peers are not fewer than none", FlagPeers, t.Peers))
	}
	if t.HeadAge < 0 {
		errs = append(errs, fmt.Errorf("--%s %s: no head is younger than now", FlagHeadAge, t.HeadAge))
	}
	if t.DiskMB > math.MaxUint64>>20 {
		errs = append(errs, fmt.Errorf("--%s %d: no disk has as many MB", FlagDisk, t.DiskMB))
	}
	return errors.Join(errs...)
}

// Facts tell what the thresholds are compared with. One that is nil is not known,
// and nothing is asked of it. They are called at each request.
type Facts struct {
	Peers    func() int                     // connected
	Head     func() (uint64, time.Time)     // number and time stamp
	Highest  func() uint64                  // number of the best block that peers have; may be below the head's
	FreeDisk func() (bytes uint64, ok bool) // of the data directory; false where nobody can tell
}

// CheckReport is one threshold and what it was compared with.
type CheckReport struct {
	Name   string  `json:"name"`  // "peers", "lag", "headAge" or "disk"
	OK     bool    `json:"ok"`    // the threshold is kept
	Value  uint64  `json:"value"` // in the unit
	Limit  *uint64 `json:"limit"` // null = any value will do
	Unit   string  `json:"unit"`  // "peers", "blocks", "seconds" or "MB"
	Reason string  `json:"reason,omitempty"`
}

// checks compares the facts with the thresholds.
func (t Thresholds) checks(facts Facts, now time.Time) []CheckReport {
	checks := []CheckReport{} // an empty list for readers of the JSON, not null
	add := func(name, unit string, value, limit uint64, kept bool, reason string) {
		check := CheckReport{Name: name, OK: limit == 0 || kept, Value: value, Unit: unit}
		if limit > 0 {
			check.Limit = &limit
		}
		if !check.OK {
			check.Reason = reason
		}
		checks = append(checks, check)
	}
	if facts.Peers != nil {
		have, want := uint64(facts.Peers()), uint64(t.Peers)
		add("peers", "peers", have, want, have >= want, fmt.Sprintf(
			"%d connected, --%s asks for %d: see that --bootnodes names nodes of this network that run, and that their ports are open", have, FlagPeers, want))
	}
	if facts.Head != nil {
		number, stamp := facts.Head()
		if facts.Highest != nil {
			highest := max(facts.Highest(), number)
			behind := highest - number
			add("lag", "blocks", behind, t.Lag, behind <= t.Lag, fmt.Sprintf(
				"at block %d of %d, which is %d behind, --%s allows %d: wait until the node has caught up", number, highest, behind, FlagLag, t.Lag))
		}
		age := max(now.Sub(stamp), 0) // development chains run ahead
		add("headAge", "seconds", uint64(age/time.Second), uint64((t.HeadAge+time.Second-1)/time.Second), age <= t.HeadAge, fmt.Sprintf(
			"block %d is %s old, --%s allows %s: see whether anybody mines, whether there are peers, and whether the clock is right", number, age.Round(time.Second), FlagHeadAge, t.HeadAge))
	}
	if facts.FreeDisk != nil {
		if free, ok := facts.FreeDisk(); ok {
			free >>= 20
			add("disk", "MB", free, t.DiskMB, free >= t.DiskMB, fmt.Sprintf(
				"%d MB are free, --%s asks for %d: free some space, or move the data directory to a larger disk", free, FlagDisk, t.DiskMB))
		}
	}
	return checks
}

// complains reports whether a service's state is against readiness. How far a
// node may be behind is a threshold's to say, where the distance is known.
func (f Facts) complains(state registry.State) bool {
	return state != registry.Serving && (state != registry.Syncing || f.Highest == nil || f.Head == nil)
}
