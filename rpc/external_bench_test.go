//go:build unix

package rpc

import (
	"math/big"
	"syscall"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/monolith-chain/monolith/miner"
	"github.com/monolith-chain/monolith/shared/chain/chaintest"
	"github.com/monolith-chain/monolith/shared/pow"
)

// BenchmarkMiners compares one sealing thread of the node with an external miner that
// has one, for two seconds each on a chain where neither finds anything. The CPU time
// is that of miner and node together.
func BenchmarkMiners(b *testing.B) {
	for _, side := range []string{"node", "external"} {
		b.Run(side, func(b *testing.B) {
			var hashes float64
			var mining, busy time.Duration
			for b.Loop() {
				p := chaintest.Params()
				p.InitialTarget = pow.NewCompact(new(big.Int).Lsh(common.Big1, 40))
				n := newNodeOf(b, b.TempDir(), p)
				began, used := time.Now(), cpuTime(b)
				if side == "node" {
					n.check(n.miner.Change(func(s *miner.Settings) { s.Enabled = true }))
					n.miner.Start()
					<-time.After(2 * time.Second)
					hashes += n.miner.Hashrate() * time.Since(began).Seconds()
					n.check(n.miner.Stop())
				} else {
					n.check(n.miner.Change(func(s *miner.Settings) { s.Enabled, s.Threads = true, 0 }))
					n.miner.Start()
					d := dig(b, n.url())
					<-time.After(2 * time.Second)
					d.stop()
					hashes += float64(d.entries("Mining ended")[0].Data["hashes"].(uint64))
				}
				mining += time.Since(began)
				busy += cpuTime(b) - used
			}
			b.ReportMetric(hashes/mining.Seconds(), "H/s")
			b.ReportMetric(hashes/busy.Seconds(), "H/cpu-s")
		})
	}
}

// cpuTime is what this process has used so far.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
