package sync

import (
	"testing"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/monolith-chain/monolith/shared/chain/chaintest"
)

// TestBlocksSpread announces blocks at one end of a line of four nodes.
func TestBlocksSpread(t *testing.T) {
	w := newWorld(t)
	nodes := []*node{w.node(nil), w.node(nil), w.node(nil), w.node(nil)}
	for i := range nodes[1:] {
		connect(nodes[i], nodes[i+1])
		awaitMesh(nodes[i], nodes[i+1])
	}
	for i, block := range w.Chain(w.Genesis(), 5, func(i int) chaintest.Spec {
		return chaintest.Spec{Txs: types.Transactions{w.Transfer(0, uint64(i), chaintest.Address(20))}}
	}) {
		nodes[i%len(nodes)].mine(block)
		for _, n := range nodes {
			n.awaitHead(block)
		}
	}
}

// TestTransactionsSpread sends transactions in at one end of a line.
func TestTransactionsSpread(t *testing.T) {
	w := newWorld(t)
	nodes := []*node{w.node(nil), w.node(nil), w.node(nil)}
	connect(nodes[1], nodes[0], nodes[2])
	awaitMesh(nodes[1], nodes[0], nodes[2])
	for nonce := range uint64(100) {
		check(t, nodes[0].pool.AddLocal(w.Transfer(0, nonce, chaintest.Address(20))))
	}
	for _, n := range nodes {
		n.awaitPending(100)
	}
}

// TestNewNodeCatchesUp connects a node with nothing to one with a chain.
func TestNewNodeCatchesUp(t *testing.T) {
	w := newWorld(t)
	blocks := w.Chain(w.Genesis(), 300, nil)
	old, fresh := w.node(blocks), w.node(nil)
	connect(fresh, old)
	fresh.awaitHead(blocks[299])
	await(t, "end of the sync", func() bool { return fresh.Progress() == nil && fresh.Synced() && fresh.Status() == nil })
}
