package testnet_test

import (
	"slices"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/monolith-chain/monolith/shared/chain/chaintest"
	"github.com/monolith-chain/monolith/shared/testnet"
)

// BenchmarkPropagation measures how long a block with 500 transfers takes from its
// announcement until it is the head of the other nodes, nine of them, in a network
// where a node has four neighbours. All ten execute it on this machine's
// processors, which takes most of that time.
func BenchmarkPropagation(b *testing.B) {
	for _, mode := range []struct {
		name    string
		compact bool
	}{{"compact", true}, {"whole", false}} {
		b.Run(mode.name, func(b *testing.B) { propagate(b, mode.compact) })
	}
}

func propagate(b *testing.B, compact bool) {
	const nodes, transfers = 10, 500
	net := testnet.New(b, testnet.Config{
		Nodes: nodes, Params: chaintest.Params(),
		Adjust: func(_ int, cfg *testnet.NodeConfig) { cfg.Sync.CompactBlocks = compact },
	})
	net.ConnectRing()
	for i := range net.Nodes {
		net.Connect(net.Nodes[i], net.Nodes[(i+3)%nodes])
	}
	builder := net.Builder()
	parent := builder.Genesis()
	heads := make([]chan core.ChainHeadEvent, nodes)
	for i, node := range net.Nodes {
		heads[i] = make(chan core.ChainHeadEvent, 16)
		defer node.Chain.SubscribeChainHeadEvent(heads[i]).Unsubscribe()
	}
	var times []time.Duration
	for round := range b.N {
		b.StopTimer()
		txs := net.Nodes[round%nodes].Send(0, uint64(round*transfers), transfers)
		net.AwaitPooled(txs)
		source := net.Nodes[(round+1)%nodes]
		block := builder.Block(parent, chaintest.Spec{Txs: pooled(b, source, txs)})
		parent = block
		b.StartTimer()
		start := time.Now()
		if _, err := source.Chain.InsertBlocks(b.Context(), types.Blocks{block}); err != nil {
			b.Fatal(err)
		}
		announced := time.Now()
		source.Sync.Announce(block)
		for i := range heads {
			for (<-heads[i]).Header.Hash() != block.Hash() {
			}
			if net.Nodes[i] != source {
				times = append(times, time.Since(announced))
			}
		}
		_ = start
	}
	slices.Sort(times)
	b.ReportMetric(float64(times[len(times)/2].Microseconds())/1000, "ms-median")
	b.ReportMetric(float64(times[len(times)*99/100].Microseconds())/1000, "ms-p99")
}

// pooled returns the transactions as the node's pool holds them, with their
// senders recovered, as its miner would put them into a block.
func pooled(b *testing.B, node *testnet.Node, hashes []common.Hash) []*types.Transaction {
	b.Helper()
	txs := make([]*types.Transaction, len(hashes))
	for i, hash := range hashes {
		if txs[i] = node.Pool.Get(hash); txs[i] == nil {
			b.Fatalf("%s does not hold transaction %d", node.Name, i)
		}
	}
	return txs
}
