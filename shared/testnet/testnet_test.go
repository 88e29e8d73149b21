package testnet_test

import (
	"slices"
	"testing"
	"time"

	"github.com/monolith-chain/monolith/shared/testnet"
)

// Blocks and transactions reach nodes that are no neighbours of their makers.
func TestBlocksAndTransactionsSpread(t *testing.T) {
	net := testnet.New(t, testnet.Config{Nodes: 4, Mining: testnet.First(1)})
	net.ConnectLine()
	txs := net.Nodes[3].Send(0, 0, 20)
	net.AwaitMined(txs)
	net.HaltMining()
	net.AwaitSameHead()
}

// A node that joins late, or was away, catches up.
func TestLateNodeCatchesUp(t *testing.T) {
	net := testnet.New(t, testnet.Config{
		Nodes: 2, Mining: testnet.First(1),
		Adjust: func(_ int, cfg *testnet.NodeConfig) { cfg.Dir(t.TempDir()) },
	})
	net.ConnectAll()
	net.AwaitHeight(60)
	away := net.Nodes[1]
	away.Stop()
	net.AwaitHeight(net.Nodes[0].Head().Number.Uint64()+30, net.Nodes[0])
	late := net.Add()
	away.Start()
	net.Connect(late, net.Nodes[0])
	net.Connect(away, net.Nodes[0])
	net.AwaitHeight(net.Nodes[0].Head().Number.Uint64() + 5)
	net.HaltMining()
	net.AwaitSameHead()
}

// partitionBlocks is how long each half of the partitioned network mines alone.
const partitionBlocks = 300

// The network falls into two halves, both with miners, for 300 blocks. When it is
// whole again, the branch with more work is everybody's, and what only the other
// half had mined is pooled and mined again.
func TestPartitionHeals(t *testing.T) {
	if testing.Short() {
		t.Skip("mines 600 blocks")
	}
	net := testnet.New(t, testnet.Config{
		Nodes: 6, Mining: func(index int) bool { return index == 0 || index == 3 },
		Adjust: func(index int, cfg *testnet.NodeConfig) {
			// Miners of the same pace, which only chance sets apart in reality, would
			// be head to head for long.
			cfg.Miner.DevPeriod = time.Duration(30+5*index) * time.Millisecond
		},
	})
	net.ConnectRing()
	left, right := net.Nodes[:3], net.Nodes[3:]
	net.AwaitHeight(5)

	net.Partition(left, right)
	fork := max(left[0].Head().Number.Uint64(), right[0].Head().Number.Uint64())
	onLeft := left[1].Send(0, 0, 30)
	onRight := right[1].Send(1, 0, 30)
	net.AwaitMined(onLeft, left...)
	net.AwaitMined(onRight, right...)
	net.AwaitHeight(fork+partitionBlocks, left[0], right[0]) // the miners: on a slow machine the others are behind

	mended := time.Now()
	net.Heal()
	net.HaltMining()
	head := net.AwaitSameHead()
	t.Logf("the same head, block %d, on %d nodes %v after the partition", head.Number, len(net.Nodes), time.Since(mended).Round(time.Millisecond))
	net.ResumeMining()
	net.AwaitMined(slices.Concat(onLeft, onRight))
	t.Logf("all transactions of both halves mined %v after the partition", time.Since(mended).Round(time.Millisecond))
	for _, node := range net.Nodes {
		if n := node.P2P.Count(); n != 2 {
			t.Errorf("%s has %d peers, want 2: somebody honest was banned", node.Name, n)
		}
	}
}

// A transaction given to any of five nodes reaches the miner's pool, and is in a block
// within two blocks from then.
func TestTransactionIsMinedElsewhere(t *testing.T) {
	net := testnet.New(t, testnet.Config{
		Nodes: 5, Mining: func(index int) bool { return index == 4 }, Period: 300 * time.Millisecond,
	})
	net.ConnectRing()
	miner := net.Nodes[4]
	for account, node := range net.Nodes[:4] {
		net.HaltMining()
		tx := node.Send(account, 0, 1)
		net.Await("the transaction at the miner", func() bool {
			mined, _ := miner.Chain.GetCanonicalTransaction(tx[0]) // in the block that it was about to finish
			return mined != nil || miner.Pool.Has(tx[0])
		})
		before := miner.Head().Number.Uint64()
		net.ResumeMining()
		net.AwaitMined(tx)
		lookup, _ := node.Chain.GetCanonicalTransaction(tx[0])
		if lookup.BlockIndex > before+2 {
			t.Errorf("sent to %s at block %d, mined in block %d", node.Name, before, lookup.BlockIndex)
		}
	}
}
