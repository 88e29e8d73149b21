package miner

import (
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/params"
	"github.com/monolith-chain/monolith/shared/pow"
	"github.com/sirupsen/logrus"
)

const (
	// patience is after how many target intervals without news of our mining a
	// line says that it goes on. The pause before the next one doubles.
	patience     = 5
	leastPatient = 15 * time.Second
	mostPatient  = 10 * time.Minute
)

// reports paces the lines about mining that take their time.
type reports struct {
	shortest time.Duration // pause before the first line
	pause    time.Duration // before the next one
	lastAt   time.Time     // of the last line about our mining
}

func newReports(p *pow.Params) reports {
	shortest := max(patience*time.Duration(p.TargetInterval)*time.Second, leastPatient)
	return reports{shortest: shortest, pause: shortest, lastAt: time.Now()}
}

// restart is called when a block was found.
func (r *reports) restart(now time.Time) { r.pause, r.lastAt = r.shortest, now }

// due reports whether it is time for a line, and if so counts it as written.
func (r *reports) due(now time.Time) bool {
	if now.Sub(r.lastAt) < r.pause {
		return false
	}
	r.lastAt, r.pause = now, max(r.shortest, min(2*r.pause, mostPatient))
	return true
}

// reportStart says how this node mines.
func (l *mainLoop) reportStart() {
	s := l.settings
	fields := logrus.Fields{"etherbase": s.Etherbase}
	switch {
	case l.cfg.Params.Instant() && l.cfg.DevPeriod > 0:
		fields["period"] = l.cfg.DevPeriod
	case l.cfg.Params.Instant():
		fields["blocks"] = "on transactions"
	case s.Threads == 0:
		fields["threads"], fields["interval"] = 0, time.Duration(l.cfg.Params.TargetInterval)*time.Second
	default:
		fields["threads"] = s.Threads
		fields["cpu"] = fmt.Sprintf("%g%% each", s.CPU*100)
		fields["interval"] = time.Duration(l.cfg.Params.TargetInterval) * time.Second
		if l.cfg.Idle > 0 {
			fields["idle"] = l.cfg.Idle
		}
	}
	l.cfg.Log.WithFields(fields).Info("Mining started")
}

// reportFound says what a block brought.
func (l *mainLoop) reportFound(block *types.Block, payload *Payload) {
	now := time.Now()
	l.reports.restart(now)
	fields := logrus.Fields{
		"number": block.NumberU64(),
		"hash":   block.Hash(),
		"txs":    len(block.Transactions()),
		"gas":    block.GasUsed(),
		"reward": coins(l.reward(block.NumberU64())),
		"fees":   coins(payload.Fees),
	}
	if block.NumberU64() > 1 { // genesis is as old as its file
		fields["interval"] = fmt.Sprintf("%ds", block.Time()-l.parentTime(block))
	}
	if !l.cfg.Params.Instant() {
		fields["hashrate"] = hashrate(l.Hashrate())
	}
	l.cfg.Log.WithFields(fields).Info("Block found")
}

// reward returns what a block pays its coinbase, without fees, in wei.
func (s *Service) reward(number uint64) *big.Int {
	gwei := new(big.Int).SetUint64(s.cfg.Params.Reward(number))
	return gwei.Mul(gwei, big.NewInt(params.GWei))
}

// parentTime returns the stamp of a block's parent. The block is in the chain.
func (s *Service) parentTime(block *types.Block) uint64 {
	if parent := s.cfg.Chain.GetHeader(block.ParentHash(), block.NumberU64()-1); parent != nil {
		return parent.Time
	}
	return block.Time()
}

// report says that mining goes on, if a block is long in coming.
func (l *mainLoop) report(now time.Time) {
	if l.plan.held {
		l.reports.restart(now) // nothing to mine
	}
	if l.job == nil || !l.reports.due(now) {
		return
	}
	rate := l.Hashrate()
	l.cfg.Log.WithFields(logrus.Fields{
		"number":   l.job.number(),
		"txs":      len(l.job.payload.Receipts),
		"hashrate": hashrate(rate),
		"head":     now.Sub(l.plan.adopted).Round(time.Second).String() + " old",
		"estimate": estimate(l.job.target, rate),
	}).Info("Mining, no block found yet")
}

// estimate says how long a block with the given target takes at the given rate
// of hashes per second, on average. Luck has no memory: it is the time from now,
// however long the search has gone on.
func estimate(target pow.Compact, rate float64) string {
	if rate <= 0 {
		return "unknown"
	}
	work, _ := new(big.Float).SetInt(pow.Work(target)).Float64()
	seconds := work / rate
	if seconds >= 100*365*24*3600 {
		return "over a century"
	}
	wait := time.Duration(seconds * float64(time.Second))
	if wait >= 10*time.Second {
		return wait.Round(time.Second).String()
	}
	return wait.Round(100 * time.Millisecond).String()
}

// hashrate writes a rate for people: "1.25 MH/s".
func hashrate(rate float64) string {
	units := []string{"H/s", "kH/s", "MH/s", "GH/s", "TH/s"}
	i := 0
	for ; rate >= 1000 && i < len(units)-1; i++ {
		rate /= 1000
	}
	return fmt.Sprintf("%.3g %s", rate, units[i])
}

// coins writes an amount of wei in whole coins of 10^18, as exactly as it takes
// nine decimals: "2", "0.000021".
func coins(wei *big.Int) string {
	text := new(big.Rat).SetFrac(wei, big.NewInt(params.Ether)).FloatString(9)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}
