package miner

import (
	"math/rand/v2"
	"time"
)

// onDemand says when a development chain makes blocks.
type onDemand struct {
	auto     bool             // as transactions come
	interval [2]time.Duration // at random times between the two; 0 = not by time
}

func newOnDemand(cfg Config) onDemand {
	return onDemand{auto: cfg.DevPeriod == 0, interval: [2]time.Duration{cfg.DevPeriod, cfg.DevPeriod}}
}

// auto reports whether blocks are made as transactions come.
func (l *mainLoop) auto() bool { return l.on.auto && l.settings.Enabled }

// period returns the time until the next block, 0 if none comes by time.
func (o onDemand) period() time.Duration {
	least, most := o.interval[0], o.interval[1]
	if most <= least {
		return least
	}
	return least + rand.N(most-least+1)
}
