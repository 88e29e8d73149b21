package rpc

import (
	"testing"

	gethmath "github.com/ethereum/go-ethereum/common/math"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/monolith-chain/monolith/shared/chain/chaintest"
)

// BenchmarkExplorer measures what an open page asks, on a chain of 10,000 blocks with
// two transactions each: cold, with nothing kept, and as it asks again. The pool holds a
// thousand transactions.
func BenchmarkExplorer(b *testing.B) {
	p := chaintest.Params()
	n := &node{t: b, params: p, genesis: chaintest.Genesis(p), nonces: make(map[int]uint64)}
	n.genesis.Timestamp = genesisTime - maxMinersBlocks*p.TargetInterval // room for them all
	n.openChain(b.TempDir())
	n.openPool()
	n.openMiner()
	n.builder = chaintest.New(b, n.genesis, p)
	n.rpc = n.serve()
	for range maxMinersBlocks / 100 {
		blocks := n.builder.Chain(n.head(), 100, func(int) chaintest.Spec {
			return chaintest.Spec{Coinbase: etherbase, Txs: []*types.Transaction{n.transfer(1), n.transfer(2)}}
		})
		_, err := n.chain.InsertBlocks(b.Context(), blocks)
		n.check(err)
	}
	var waiting []*types.Transaction
	for i := range 1000 {
		waiting = append(waiting, n.transfer(3+i%6))
	}
	for _, err := range n.pool.Add(waiting, true) {
		n.check(err)
	}
	api := func() *blocksAPI { return &blocksAPI{newSummaries(n.rpc.backend)} }
	warm := api()
	status := newStatusAPI(warm.summaries, n.rpc.cfg, newAccountAPI(nil, nil))
	pool := &poolAPI{backend: n.rpc.backend}
	blocks := func(api *blocksAPI, count gethmath.HexOrDecimal64) func() (any, error) {
		return func() (any, error) { return api.Blocks(b.Context(), rpc.LatestBlockNumber, count, nil) }
	}
	for _, run := range []struct {
		name string
		ask  func() (any, error)
	}{
		{"blocks/1/cold", func() (any, error) { return blocks(api(), 1)() }},
		{"blocks/1", blocks(warm, 1)},
		{"blocks/1000/cold", func() (any, error) { return blocks(api(), 1000)() }},
		{"blocks/1000", blocks(warm, 1000)},
		{"miners/10000/cold", func() (any, error) { return api().Miners(b.Context(), maxMinersBlocks) }},
		{"miners/10000", func() (any, error) { return warm.Miners(b.Context(), maxMinersBlocks) }},
		{"status", func() (any, error) { return status.Status() }},
		{"services", func() (any, error) { return (&servicesAPI{n.rpc.cfg.Services}).Services(), nil }},
		{"pool/20/cold", func() (any, error) { pool.last = nil; return pool.Pool(20) }},
		{"pool/20", func() (any, error) { return pool.Pool(20) }},
	} {
		b.Run(run.name, func(b *testing.B) {
			_, err := run.ask() // what is kept
			n.check(err)
			b.ReportAllocs()
			for b.Loop() {
				result, err := run.ask()
				if err == nil {
					_, err = encodeResult(result)
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
