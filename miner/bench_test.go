//go:build unix

package miner

import (
	"fmt"
	"math/big"
	"syscall"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/params"
)

// cpuTime is what this process has used so far, on all cores, in user mode and
// in the kernel.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// rawTransfers returns encoded transfers, as clients send them, in the order of
// the accounts' nonces: ten accounts to a thousand receivers.
func rawTransfers(n *node, firstNonce uint64, count int) [][]byte {
	raw := make([][]byte, count)
	for i := range raw {
		to := common.BigToAddress(big.NewInt(int64(0x10000 + i%1000)))
		tx := n.tx(i%10, &types.DynamicFeeTx{
			Nonce: firstNonce + uint64(i/10), To: &to, Value: common.Big1, Gas: params.TxGas,
			GasTipCap: big.NewInt(params.GWei), GasFeeCap: big.NewInt(100_000 * params.GWei),
		})
		var err error
		if raw[i], err = tx.MarshalBinary(); err != nil {
			n.t.Fatal(err)
		}
	}
	return raw
}

func decode(b *testing.B, raw [][]byte) []*types.Transaction {
	b.Helper()
	txs := make([]*types.Transaction, len(raw))
	for i := range raw {
		txs[i] = new(types.Transaction)
		if err := txs[i].UnmarshalBinary(raw[i]); err != nil {
			b.Fatal(err)
		}
	}
	return txs
}

// BenchmarkTransactions sends 10,000 signed transfers in batches of 100 through
// the whole node but for its JSON-RPC: decoding, pool, payload, seal, insertion
// into a chain on disk, in development mode. It reports transactions per second,
// and the CPU time of the whole process for each.
func BenchmarkTransactions(b *testing.B) {
	const count, batch = 10_000, 100
	n := newNode(b, instant())
	n.mining(nil)
	var busy time.Duration
	var sent uint64
	blocks := n.height()
	for b.Loop() {
		b.StopTimer()
		raw := rawTransfers(n, sent/10, count)
		last := decode(b, raw[count-1:])[0].Hash()
		sent += count
		began := cpuTime(b)
		b.StartTimer()

		for i := 0; i < count; i += batch {
			for _, err := range n.pool.Add(decode(b, raw[i:i+batch]), false) {
				if err != nil {
					b.Fatal(err)
				}
			}
		}
		n.await("the last transaction", func() bool {
			_, tx := n.chain.GetCanonicalTransaction(last)
			return tx != nil
		})
		b.StopTimer()
		busy += cpuTime(b) - began
		b.StartTimer()
	}
	b.ReportMetric(float64(sent)/b.Elapsed().Seconds(), "tx/s")
	b.ReportMetric(float64(busy.Microseconds())/float64(sent), "cpu-µs/tx")
	b.ReportMetric(float64(sent)/float64(n.height()-blocks), "tx/block")
}

// BenchmarkPayload builds payloads of transfers, the last size being a full block
// of 60 M gas.
func BenchmarkPayload(b *testing.B) {
	for _, count := range []int{0, 100, 1000, 2857} {
		b.Run(fmt.Sprintf("txs=%d", count), func(b *testing.B) {
			n := newNode(b, easy())
			s := n.miner(nil)
			n.add(decode(b, rawTransfers(n, 0, count))...)
			began, builds := cpuTime(b), 0
			for b.Loop() {
				if payload := n.build(s); len(payload.Receipts) != count {
					b.Fatalf("%d transactions in the payload", len(payload.Receipts))
				}
				builds++
			}
			busy := cpuTime(b) - began
			b.ReportMetric(float64(busy.Microseconds())/float64(builds*max(count, 1)), "cpu-µs/tx")
		})
	}
}

// BenchmarkSealing is the hash rate of one thread with everything around it.
func BenchmarkSealing(b *testing.B) {
	n := newNode(b, bits(200))
	payload := n.build(n.miner(nil))
	j := jobFor(b, payload)
	s := newSealer()
	s.set(j)
	pace := duty{share: 1}
	var nonce uint64
	s.now = func() time.Time {
		if s.hashes.Load() >= uint64(b.N) {
			s.job.Store(nil)
		}
		return time.Now()
	}
	b.ResetTimer()
	c := &crew{sealer: s, size: 1, share: 1, shift: b.Context()}
	c.search(b.Context(), j, nonce, &pace)
	b.ReportMetric(float64(s.hashes.Load())/b.Elapsed().Seconds(), "H/s")
}
