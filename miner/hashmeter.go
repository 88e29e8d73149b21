package miner

import (
	"sync"
	"time"
)

const (
	// meterStep and meterSamples: the hash rate is the mean over the last ten
	// seconds, which evens out the rests of a thread with a small share.
	meterStep    = time.Second
	meterSamples = 10
)

// hashMeter turns a growing count of hashes into hashes per second.
type hashMeter struct {
	count func() uint64

	// mu guards the samples, oldest first, at least meterStep apart.
	mu      sync.Mutex
	samples []hashSample
}

type hashSample struct {
	at    time.Time
	count uint64
}

// tick takes a sample if it is time for one.
func (m *hashMeter) tick(now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if n := len(m.samples); n > 0 && now.Sub(m.samples[n-1].at) < meterStep {
		return
	}
	if len(m.samples) == meterSamples {
		m.samples = append(m.samples[:0], m.samples[1:]...)
	}
	m.samples = append(m.samples, hashSample{now, m.count()})
}

// rate returns hashes per second.
func (m *hashMeter) rate(now time.Time) float64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.samples) == 0 {
		return 0
	}
	first := m.samples[0]
	elapsed := now.Sub(first.at).Seconds()
	if elapsed <= 0 {
		return 0
	}
	return float64(m.count()-first.count) / elapsed
}
