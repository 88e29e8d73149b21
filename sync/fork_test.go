package sync

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/monolith-chain/monolith/shared/chain/chaintest"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

// minedBy makes blocks of an account, so that branches differ.
func minedBy(i int, txs ...*types.Transaction) func(int) chaintest.Spec {
	return func(k int) chaintest.Spec {
		spec := chaintest.Spec{Coinbase: chaintest.Address(i)}
		if k < len(txs) {
			spec.Txs = txs[k : k+1]
		}
		return spec
	}
}

// TestForkHeals connects two halves that have each made a chain: the heavier one
// wins on both sides, and the transactions of the other are in all pools again,
// however far apart the branches' heads are.
func TestForkHeals(t *testing.T) {
	for name, lengths := range map[string][2]int{"of like length": {20, 24}, "far apart": {20, 150}, "long": {300, 310}} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			lost := w.transfers(0, 0, 10)
			light := w.Chain(w.Genesis(), lengths[0], minedBy(1, lost...))
			heavy := w.Chain(w.Genesis(), lengths[1], minedBy(2, w.transfers(1, 0, 10)...))
			left, right := w.node(light), w.node(heavy)
			third := w.node(heavy)
			connect(right, third)
			awaitMesh(right, third)
			connect(left, right)
			for _, n := range []*node{left, right, third} {
				n.awaitHead(heavy[len(heavy)-1])
				n.awaitPending(len(lost))
			}
			for _, tx := range lost {
				if right.pool.Get(tx.Hash()) == nil {
					t.Errorf("transaction %d of the losing side is not pooled on the other", tx.Nonce())
				}
			}
		})
	}
}

// TestMissingAncestor announces a block whose parent the receiver never heard of. Time
// stands still, so that it is not the regular exchange of heads that brings it.
func TestMissingAncestor(t *testing.T) {
	w := newWorld(t)
	trunk := w.Chain(w.Genesis(), 5, nil)
	start := time.Now()
	still := func(cfg *Config) { cfg.Now = func() time.Time { return start } }
	a, b := w.node(trunk, still), w.node(trunk, still)
	connect(a, b)
	awaitMesh(a, b)
	silent := w.Chain(trunk[4], 4, nil)
	if _, err := a.chain.InsertBlocks(t.Context(), silent[:3]); err != nil {
		t.Fatal(err)
	}
	a.mine(silent[3])
	b.awaitHead(silent[3])
}

// TestSiblings announces a block beside the head, which stays, and one on top of
// that, which wins.
func TestSiblings(t *testing.T) {
	w := newWorld(t)
	a, b := w.node(nil), w.node(nil)
	connect(a, b)
	awaitMesh(a, b)
	first := w.Block(w.Genesis(), chaintest.Spec{Coinbase: chaintest.Address(1)})
	b.mine(first)
	a.awaitHead(first)
	other := w.Block(w.Genesis(), chaintest.Spec{Coinbase: chaintest.Address(2)})
	b.mine(other)
	await(t, "side block", func() bool { return a.chain.HasBlock(other.Hash(), 1) })
	a.awaitHead(first)
	next := w.Block(other, chaintest.Spec{})
	b.mine(next)
	a.awaitHead(next)
}

// TestHeadsBeforeParents announces blocks in the wrong order.
func TestHeadsBeforeParents(t *testing.T) {
	w := newWorld(t)
	a, b := w.node(nil), w.node(nil)
	connect(a, b)
	awaitMesh(a, b)
	blocks := w.Chain(w.Genesis(), 4, nil)
	if _, err := a.chain.InsertBlocks(t.Context(), blocks); err != nil {
		t.Fatal(err)
	}
	for i := range blocks {
		a.Announce(blocks[len(blocks)-1-i])
	}
	b.awaitHead(blocks[3])
}

// TestBlockFromTheFuture is held until its time has come. It is not forwarded
// before, and nobody is blamed.
func TestBlockFromTheFuture(t *testing.T) {
	w := newWorld(t)
	n, other := w.node(nil), w.node(nil)
	connect(n, other)
	awaitMesh(n, other)
	liar := w.stranger(w.claim(w.Genesis().Header(), 1))
	liar.join(n, w.claim(w.Genesis().Header(), 1))
	stamp := uint64(time.Now().Add(DefaultConfig().FutureLimit + 3*time.Second).Unix())
	block := w.Block(w.Genesis(), chaintest.Spec{After: stamp - w.Genesis().Time()})
	liar.tell(liar.blocks, encode(newCompactBlock(block, every)))
	await(t, "refusal", func() bool { return n.said("Announced block is held back") })
	if n.chain.CurrentBlock().Number.Sign() != 0 || testutil.ToFloat64(n.metrics.blocks.WithLabelValues("forwarded")) != 0 {
		t.Error("it was taken or forwarded before its time")
	}
	n.awaitHead(block)
	other.awaitHead(block)
	if entry := n.blamed(liar.net.Self().ID); entry != nil {
		t.Errorf("somebody is blamed: %v", entry.Data)
	}
}

// TestInstantBlocks relays blocks of a development chain, whose stamps run ahead of
// the clock and which come faster than they are inserted.
func TestInstantBlocks(t *testing.T) {
	w := newWorldOf(t, instant())
	a, b, c := w.node(nil), w.node(nil), w.node(nil)
	connect(b, a, c)
	awaitMesh(b, a, c)
	stamp := uint64(time.Now().Add(time.Hour).Unix())
	parent := w.Genesis()
	for i := range 60 {
		spec := chaintest.Spec{Txs: w.transfers(0, uint64(i), 1), After: 1}
		if i == 0 {
			spec.After = stamp - parent.Time()
		}
		parent = w.Block(parent, spec)
		a.mine(parent)
	}
	b.awaitHead(parent)
	c.awaitHead(parent)
}

// TestSyncedIsNotClaimed: a claim alone does not stop the miner, headers far ahead
// do, until their blocks are here.
func TestSyncedIsNotClaimed(t *testing.T) {
	w := newWorld(t)
	n := w.node(nil)
	if !n.Synced() || n.Status() != nil || n.Progress() != nil {
		t.Error("a node without peers is not synced")
	}
	blocks := w.Chain(w.Genesis(), 100, nil)
	claim := w.claim(blocks[99].Header(), w.work(blocks))
	slow := w.stranger(claim)
	asked, answer := make(chan struct{}, 10), make(chan struct{})
	release := sync.OnceFunc(func() { close(answer) })
	defer release()
	slow.serveChain(blocks, func(h []*types.Header) []*types.Header {
		if !n.Synced() || n.Progress() != nil {
			t.Error("not synced because of a claim")
		}
		return h
	}, func(b types.Blocks) types.Blocks {
		asked <- struct{}{}
		<-answer
		return b
	})
	dial(t, slow.net, n.net)
	await(t, "request for blocks", func() bool { return len(asked) > 0 })
	if n.Synced() || n.Status() == nil {
		t.Error("synced, though a chain far ahead was shown")
	}
	await(t, "progress", func() bool { p := n.Progress(); return p != nil && p.HighestBlock == 100 })
	release()
	n.awaitHead(blocks[99])
	await(t, "end of the sync", func() bool { return n.Synced() && n.Progress() == nil && n.Status() == nil })
}

// TestUnreachableBlocks are not relayed: far below the head blocks are cheap.
func TestUnreachableBlocks(t *testing.T) {
	w := newWorld(t)
	n := w.node(w.Chain(w.Genesis(), relayReach+2, nil))
	old := w.Block(w.Genesis(), chaintest.Spec{Coinbase: chaintest.Address(3)})
	if err := n.acceptBlock("peer", newCompactBlock(old, every), time.Now()); !errors.Is(err, errOutOfReach) {
		t.Errorf("got %v", err)
	}
	second := n.chain.GetHeaderByNumber(0)
	second.Extra = append(common.CopyBytes(second.Extra), 1)
	if err := n.acceptBlock("peer", &compactBlock{Header: second}, time.Now()); err == nil {
		t.Error("another genesis block was taken")
	}
}
