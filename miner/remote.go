package miner

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

const (
	// remoteExpiry is how long the hash rate that a miner outside of the node
	// reports counts.
	remoteExpiry = 10 * time.Second

	// remoteMost bounds how many may report: anybody can.
	remoteMost = 1000
)

// ErrTooManyMiners is returned for a report of one miner more than are counted.
var ErrTooManyMiners = fmt.Errorf("%d external miners report their hash rates already", remoteMost)

// errRate refuses what no miner reaches, so that nobody can make the sum meaningless
// with a single number.
var errRate = errors.New("hash rate is above 10^18 per second")

// remoteRates are the hash rates that miners outside of the node report. Nobody
// checks them.
type remoteRates struct {
	// mu guards rates.
	mu    sync.Mutex
	rates map[common.Hash]remoteRate
}

type remoteRate struct {
	hashes uint64 // per second
	at     time.Time
}

// report takes note of one miner's rate.
func (r *remoteRates) report(id common.Hash, hashes uint64, now time.Time) error {
	if hashes > 1e18 {
		return errRate
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.expire(now)
	if _, known := r.rates[id]; !known && len(r.rates) >= remoteMost {
		return ErrTooManyMiners
	}
	if r.rates == nil {
		r.rates = make(map[common.Hash]remoteRate)
	}
	r.rates[id] = remoteRate{hashes, now}
	return nil
}

func (r *remoteRates) expire(now time.Time) {
	for id, rate := range r.rates {
		if now.Sub(rate.at) >= remoteExpiry {
			delete(r.rates, id)
		}
	}
}

// sum returns what all of them do together, and how many they are.
func (r *remoteRates) sum(now time.Time) (hashes float64, miners int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.expire(now)
	for _, rate := range r.rates {
		hashes += float64(rate.hashes)
	}
	return hashes, len(r.rates)
}

// SubmitHashrate takes note of the hashes per second that a miner outside of the node
// does, which calls itself by any id. It counts in Hashrate for remoteExpiry. Errors:
// ErrInstantWork, ErrTooManyMiners, or that the rate is absurd.
func (s *Service) SubmitHashrate(id common.Hash, rate uint64) error {
	if s.cfg.Params.Instant() {
		return ErrInstantWork
	}
	return s.remote.report(id, rate, time.Now())
}

// ExternalMiners returns how many miners outside of the node report their hash rates,
// and the sum of these per second.
func (s *Service) ExternalMiners() (count int, hashrate float64) {
	hashrate, count = s.remote.sum(time.Now())
	return count, hashrate
}
