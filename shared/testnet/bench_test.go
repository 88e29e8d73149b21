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
	"github.com/prometheus/client_golang/prometheus"
)

// BenchmarkPropagation measures how long a block with 500 transfers takes from its
// announcement until it is the head of each of nine other nodes, in a network where
// a node has four neighbours, and how many bytes of all kinds a node receives for
// it. The pools agree. All nodes execute the block on this machine's processors,
// which takes most of the time that is more than a few milliseconds.
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
	metrics := prometheus.NewRegistry()
	net := testnet.New(b, testnet.Config{
		Nodes: nodes, Params: chaintest.Params(),
		Adjust: func(index int, cfg *testnet.NodeConfig) {
			cfg.Sync.CompactBlocks = compact
			cfg.P2P.Registerer = prometheus.WrapRegistererWith(prometheus.Labels{"node": string(rune('a' + index))}, metrics)
		},
	})
	net.ConnectRing()
	for i := range net.Nodes {
		net.Connect(net.Nodes[i], net.Nodes[(i+3)%nodes])
	}
	heads := make([]chan core.ChainHeadEvent, nodes)
	for i, node := range net.Nodes {
		heads[i] = make(chan core.ChainHeadEvent, 16)
		defer node.Chain.SubscribeChainHeadEvent(heads[i]).Unsubscribe()
	}
	builder := net.Builder()
	block := builder.Genesis()
	var times []time.Duration
	bytes := 0.0
	for round := range b.N {
		b.StopTimer()
		txs := net.Nodes[round%nodes].Send(0, uint64(round*transfers), transfers)
		net.AwaitPooled(txs)
		source := net.Nodes[(round+1)%nodes]
		block = builder.Block(block, chaintest.Spec{Txs: pooled(b, source, txs)})
		if _, err := source.Chain.InsertBlocks(b.Context(), types.Blocks{block}); err != nil {
			b.Fatal(err)
		}
		before := received(b, metrics)
		b.StartTimer()
		start := time.Now()
		source.Sync.Announce(block)
		times = append(times, await(heads, block.Hash(), start)...)
		bytes += received(b, metrics) - before
	}
	slices.Sort(times)
	b.ReportMetric(float64(times[len(times)/2].Microseconds())/1000, "ms-median")
	b.ReportMetric(float64(times[len(times)*99/100].Microseconds())/1000, "ms-p99")
	b.ReportMetric(bytes/float64(b.N*(nodes-1)), "B/node")
	b.ReportMetric(float64(block.Size()), "B/block")
}

// await returns the time that each node but the source, for which it is zero, took
// until the block was its head.
func await(heads []chan core.ChainHeadEvent, block common.Hash, start time.Time) []time.Duration {
	arrived := make(chan time.Duration)
	for _, events := range heads {
		go func() {
			for event := range events {
				if event.Header.Hash() == block {
					arrived <- time.Since(start)
					return
				}
			}
		}()
	}
	var times []time.Duration
	for range heads {
		times = append(times, <-arrived)
	}
	slices.Sort(times)
	return times[1:] // without the source
}

// received sums up what all nodes have received, in bytes.
func received(b *testing.B, metrics *prometheus.Registry) float64 {
	b.Helper()
	families, err := metrics.Gather()
	if err != nil {
		b.Fatal(err)
	}
	sum := 0.0
	for _, family := range families {
		if family.GetName() != "monolith_p2p_bytes_total" {
			continue
		}
		for _, metric := range family.GetMetric() {
			for _, label := range metric.GetLabel() {
				if label.GetName() == "direction" && label.GetValue() == "in" {
					sum += metric.GetCounter().GetValue()
				}
			}
		}
	}
	return sum
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
