package download

import (
	"time"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/sirupsen/logrus"
)

const (
	// reportEvery is the time between two log lines, and over which rates are
	// taken.
	reportEvery = 8 * time.Second
	sampleEvery = time.Second

	// quietBlocks is the length of a Sync that is no news: a few blocks that
	// gossip lost.
	quietBlocks = 16
)

// Progress is how far a Sync has come.
type Progress struct {
	Origin  uint64 // the block of our chain that the fetched one branches off from
	Current uint64 // the last block imported
	Highest uint64 // the last block whose header is verified

	// Proven says that the headers up to Highest show more work than our chain had
	// when they came, beyond anybody's claims.
	Proven bool

	// Of this Sync so far.
	Blocks, Transactions, Gas uint64
	Elapsed                   time.Duration

	// Over the last seconds, zero before the first blocks.
	BlocksPerSecond, MgasPerSecond float64

	// Remaining is an estimate of the time to Highest; zero if there is none yet.
	Remaining time.Duration
}

// meter counts what a Sync imports.
type meter struct {
	Progress
	started  time.Time
	reported time.Time
	origin   bool     // Origin is set
	samples  []sample // a second apart, reportEvery of them at most
}

type sample struct {
	at          time.Time
	blocks, gas uint64
}

func newMeter() *meter {
	now := time.Now()
	return &meter{started: now, reported: now}
}

// rates brings the figures that change with time up to date.
func (m *meter) rates(now time.Time) {
	m.Elapsed = now.Sub(m.started)
	if n := len(m.samples); n == 0 || now.Sub(m.samples[n-1].at) >= sampleEvery {
		m.samples = append(m.samples, sample{now, m.Blocks, m.Gas})
		if len(m.samples) > int(reportEvery/sampleEvery) {
			m.samples = m.samples[1:]
		}
	}
	oldest := m.samples[0]
	seconds := now.Sub(oldest.at).Seconds()
	if seconds < sampleEvery.Seconds() {
		return
	}
	m.BlocksPerSecond = float64(m.Blocks-oldest.blocks) / seconds
	m.MgasPerSecond = float64(m.Gas-oldest.gas) / seconds / 1e6
	m.Remaining = 0
	if m.BlocksPerSecond > 0 && m.Highest > m.Current {
		m.Remaining = time.Duration(float64(m.Highest-m.Current) / m.BlocksPerSecond * float64(time.Second))
	}
}

// sighted notes verified headers. A round of them lends credit to the claim that
// there are more.
func (s *session) sighted(t *trail, next outlook) {
	if !s.meter.origin {
		s.meter.Origin, s.meter.Current, s.meter.origin = t.base.number(), t.base.number(), true
	}
	s.meter.Highest = t.number()
	s.meter.Proven = t.work().Cmp(s.headWork()) > 0
	if next == goesOn && len(t.hashes) >= s.limits.Round {
		s.meter.Highest = max(s.target.Number, t.number())
	}
	s.track()
}

// done counts imported blocks.
func (s *session) done(blocks types.Blocks) {
	for _, block := range blocks {
		s.meter.Current = block.NumberU64()
		s.meter.Blocks++
		s.meter.Transactions += uint64(len(block.Transactions()))
		s.meter.Gas += block.GasUsed()
	}
}

// track publishes the progress, and logs it now and then.
func (s *session) track() {
	now := time.Now()
	s.meter.rates(now)
	p := s.meter.Progress
	s.setProgress(&p)
	if now.Sub(s.meter.reported) < reportEvery {
		return
	}
	s.meter.reported = now
	if p.Blocks == 0 {
		s.log.WithField("number", p.Highest).Info("Fetching headers")
		return
	}
	s.log.WithFields(s.figures()).WithFields(logrus.Fields{
		"of": p.Highest, "remaining": p.Remaining.Round(time.Second),
	}).Info("Fetching blocks")
}

func (s *session) figures() logrus.Fields {
	p := &s.meter.Progress
	return logrus.Fields{
		"number": p.Current, "blocks": p.Blocks, "txs": p.Transactions,
		"blocks_per_s": int(p.BlocksPerSecond), "mgas_per_s": int(p.MgasPerSecond),
	}
}

// report logs the end of the Sync.
func (s *session) report(err error) {
	p := &s.meter.Progress
	elapsed := time.Since(s.meter.started)
	p.BlocksPerSecond = float64(p.Blocks) / elapsed.Seconds()
	p.MgasPerSecond = float64(p.Gas) / elapsed.Seconds() / 1e6
	log := s.log.WithFields(s.figures()).WithField("elapsed", elapsed.Round(time.Millisecond))
	switch {
	case err != nil:
		log.WithError(err).Debug("Sync ended early")
	case p.Blocks > quietBlocks:
		log.Info("Fetched a chain with more work")
	default:
		log.Debug("Fetched a chain with more work")
	}
}
