package sync

import (
	"slices"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
)

// clockTolerance is how far this machine's clock may be from those of its peers.
// Beyond the chain's limit of 15 seconds peers would hold back its blocks, or it
// theirs.
const clockTolerance = 10 * time.Second

// clock compares this machine's clock with those of its peers.
type clock struct {
	mu     sync.Mutex // guards warned
	warned time.Duration
}

// check warns if the peers' clocks differ from ours by too much, once until that
// changes.
func (c *clock) check(log logrus.FieldLogger, peers []peerInfo) {
	offset := medianOffset(peers)
	c.mu.Lock()
	defer c.mu.Unlock()
	log = log.WithFields(logrus.Fields{"ahead": -offset.Round(time.Second), "peers": len(peers)})
	switch {
	case offset.Abs() > clockTolerance && (offset-c.warned).Abs() > clockTolerance:
		c.warned = offset
		log.Warn("This machine's clock differs from those of its peers: set it right, or blocks will be held back")
	case offset.Abs() <= clockTolerance && c.warned != 0:
		c.warned = 0
		log.Info("This machine's clock agrees with those of its peers again")
	}
}

// medianOffset is how far the peers' clocks are ahead of ours; zero without peers.
func medianOffset(peers []peerInfo) time.Duration {
	if len(peers) == 0 {
		return 0
	}
	offsets := make([]time.Duration, len(peers))
	for i, p := range peers {
		offsets[i] = p.offset
	}
	slices.Sort(offsets)
	return offsets[len(offsets)/2]
}
