package chain_test

import (
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/consensus/beacon"
	"github.com/ethereum/go-ethereum/consensus/ethash"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethdb"
	"github.com/ethereum/go-ethereum/rlp"
	"github.com/monolith-chain/monolith/shared/chain"
	"github.com/monolith-chain/monolith/shared/chain/chaintest"
)

// BenchmarkImport imports the same blocks into our chain and into go-ethereum's
// own, with its own engine, in turn, each into a new database on disk, and
// reports the gas per second of both and the median of their ratios. Who comes
// first changes from pair to pair. Before the clock runs each block is decoded
// anew, so that no sender is known yet.
func BenchmarkImport(b *testing.B) {
	for _, size := range []struct{ blocks, txs int }{{40, 1000}, {1000, 0}} {
		b.Run(fmt.Sprintf("%dblocks-%dtxs", size.blocks, size.txs), func(b *testing.B) {
			n := newNetwork(b)
			var encoded [][]byte
			var gas uint64
			nonces := make([]uint64, 10)
			for _, block := range n.Chain(n.Genesis(), size.blocks, func(int) chaintest.Spec {
				var spec chaintest.Spec
				for i := range size.txs {
					from := i % len(nonces)
					spec.Txs = append(spec.Txs, n.Transfer(from, nonces[from], chaintest.Address(100+i)))
					nonces[from]++
				}
				return spec
			}) {
				enc, err := rlp.EncodeToBytes(block)
				if err != nil {
					b.Fatal(err)
				}
				encoded, gas = append(encoded, enc), gas+block.GasUsed()
			}
			var ours, stock time.Duration
			var ratios []float64
			for b.Loop() {
				var o, s time.Duration
				for _, first := range []bool{len(ratios)%2 == 0, len(ratios)%2 == 1} {
					blocks := decodeAll(b, encoded)
					runtime.GC()
					if first {
						o = n.importOurs(b, blocks)
					} else {
						s = n.importStock(b, blocks)
					}
				}
				ours, stock, ratios = ours+o, stock+s, append(ratios, s.Seconds()/o.Seconds())
			}
			slices.Sort(ratios)
			total := float64(gas) * float64(b.N) / 1e6
			if gas > 0 {
				b.ReportMetric(total/ours.Seconds(), "Mgas/s")
				b.ReportMetric(total/stock.Seconds(), "stock-Mgas/s")
			}
			b.ReportMetric(float64(b.N*size.blocks)/ours.Seconds(), "blocks/s")
			b.ReportMetric(ratios[len(ratios)/2], "speed/stock")
		})
	}
}

func decodeAll(b *testing.B, encoded [][]byte) types.Blocks {
	b.Helper()
	blocks := make(types.Blocks, len(encoded))
	for i, enc := range encoded {
		blocks[i] = new(types.Block)
		if err := rlp.DecodeBytes(enc, blocks[i]); err != nil {
			b.Fatal(err)
		}
	}
	return blocks
}

func (n *network) importOurs(b *testing.B, blocks types.Blocks) time.Duration {
	cfg := n.config(openDB(b, b.TempDir()))
	cfg.FutureLimit = 0
	s, err := chain.New(b.Context(), cfg)
	if err != nil {
		b.Fatal(err)
	}
	s.Start()
	begin := time.Now()
	insert(b, s, blocks)
	took := time.Since(begin)
	if err := s.Stop(); err != nil {
		b.Fatal(err)
	}
	closeDB(b, cfg.DB)
	return took
}

func (n *network) importStock(b *testing.B, blocks types.Blocks) time.Duration {
	db := openDB(b, b.TempDir())
	bc, err := core.NewBlockChain(db, n.genesis, beacon.New(ethash.NewFaker()), core.DefaultConfig().WithStateScheme(rawdb.PathScheme))
	if err != nil {
		b.Fatal(err)
	}
	begin := time.Now()
	if _, err := bc.InsertChain(blocks); err != nil {
		b.Fatal(err)
	}
	took := time.Since(begin)
	bc.Stop()
	closeDB(b, db)
	return took
}

func closeDB(b *testing.B, db ethdb.Database) {
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
}
