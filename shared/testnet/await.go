package testnet

import (
	"fmt"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

// pollEvery is how often a condition is looked at: often enough for a test to be
// quick, seldom enough for the nodes to have the processors.
const pollEvery = 2 * time.Millisecond

// await waits until the condition holds. If it never does, the test fails with
// what was awaited and what detail says.
func (n *Network) await(what string, holds func() bool, detail func() string) {
	n.t.Helper()
	ticker, over := time.NewTicker(pollEvery), time.After(patience)
	defer ticker.Stop()
	for !holds() {
		select {
		case <-ticker.C:
		case <-n.t.Context().Done():
			n.t.Fatalf("the test ended before: %s", what)
		case <-over:
			if detail != nil {
				what += ": " + detail()
			}
			n.t.Fatalf("not within %v: %s\n%s", patience, what, n.describe())
		}
	}
}

// Await waits until the condition holds, and fails the test if it never does.
func (n *Network) Await(what string, holds func() bool) {
	n.t.Helper()
	n.await(what, holds, nil)
}

// AwaitHeight waits until the heads of the nodes, all if none is named, have at
// least the given number.
func (n *Network) AwaitHeight(number uint64, nodes ...*Node) {
	n.t.Helper()
	n.await(fmt.Sprintf("heads at block %d", number), func() bool {
		for _, node := range n.orAll(nodes) {
			if node.Head().Number.Uint64() < number {
				return false
			}
		}
		return true
	}, nil)
}

// AwaitSameHead waits until the nodes, all if none is named, have the same head at
// one moment, and returns it. Where nodes go on mining that is a moment between
// two blocks.
func (n *Network) AwaitSameHead(nodes ...*Node) *types.Header {
	n.t.Helper()
	nodes = n.orAll(nodes)
	var head *types.Header
	n.await("the same head everywhere", func() bool {
		head = nodes[0].Head()
		for _, node := range nodes[1:] {
			if node.Head().Hash() != head.Hash() {
				return false
			}
		}
		return true
	}, nil)
	return head
}

// AwaitMined waits until the transactions are in blocks of the nodes' chains, of
// all nodes if none is named.
func (n *Network) AwaitMined(txs []common.Hash, nodes ...*Node) {
	n.t.Helper()
	n.await(fmt.Sprintf("%d transactions mined", len(txs)), func() bool {
		for _, node := range n.orAll(nodes) {
			for _, tx := range txs {
				if lookup, _ := node.Chain.GetCanonicalTransaction(tx); lookup == nil {
					return false
				}
			}
		}
		return true
	}, nil)
}

// AwaitPooled waits until the pools of the nodes, of all if none is named, hold the
// transactions.
func (n *Network) AwaitPooled(txs []common.Hash, nodes ...*Node) {
	n.t.Helper()
	n.await(fmt.Sprintf("%d transactions pooled", len(txs)), func() bool {
		for _, node := range n.orAll(nodes) {
			for _, tx := range txs {
				if !node.Pool.Has(tx) {
					return false
				}
			}
		}
		return true
	}, nil)
}

func (n *Network) orAll(nodes []*Node) []*Node {
	if len(nodes) == 0 {
		return n.Nodes
	}
	return nodes
}

// describe says where every node is, for a test that fails.
func (n *Network) describe() string {
	var text strings.Builder
	for _, node := range n.Nodes {
		if !node.running() {
			fmt.Fprintf(&text, "%s: stopped\n", node.Name)
			continue
		}
		head := node.Head()
		pending, queued := node.Pool.Stats()
		fmt.Fprintf(&text, "%s: block %d (%#x), work %v, %d peers, %d transactions pending and %d queued, sync: %v\n", node.Name,
			head.Number, head.Hash(), node.Chain.TotalWork(head.Hash(), head.Number.Uint64()), node.P2P.Count(), pending, queued, node.Sync.Status())
	}
	return text.String()
}
