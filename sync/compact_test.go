package sync

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/monolith-chain/monolith/shared/chain/chaintest"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

func none(*types.Transaction) bool  { return false }
func every(*types.Transaction) bool { return true }

// TestDraft rebuilds a block from a compact one with different parts of its
// transactions at hand.
func TestDraft(t *testing.T) {
	w, block := sample(t, 10)
	txs := block.Transactions()
	for name, test := range map[string]struct {
		prefill func(*types.Transaction) bool
		pool    types.Transactions
		missing int
	}{
		"pool empty":             {none, nil, 10},
		"pool with all":          {none, txs, 0},
		"pool with half":         {none, txs[5:], 5},
		"pool with others":       {none, w.transfers(1, 0, 10), 10},
		"all sent along":         {every, nil, 0},
		"some sent, some pooled": {func(tx *types.Transaction) bool { return tx.Nonce() < 4 }, txs[2:8], 2},
	} {
		t.Run(name, func(t *testing.T) {
			compact, err := decodeCompactBlock(encode(newCompactBlock(block, test.prefill)))
			check(t, err)
			d := compact.draft(block.Hash())
			for _, tx := range test.pool {
				d.offer(tx.Hash(), func() *types.Transaction { return tx })
			}
			missing := d.missing()
			if len(missing) != test.missing {
				t.Fatalf("%d are missing, want %d", len(missing), test.missing)
			}
			if _, err := d.block(block.Withdrawals()); (err != nil) != (test.missing > 0) {
				t.Errorf("before the missing ones came: %v", err)
			}
			var rest types.Transactions
			for _, index := range missing {
				rest = append(rest, txs[index])
			}
			d.fill(missing, rest)
			got, err := d.block(block.Withdrawals())
			check(t, err)
			if got.Hash() != block.Hash() || got.Size() != block.Size() {
				t.Error("another block came out")
			}
		})
	}
}

func TestDraftWithWrongTransactions(t *testing.T) {
	w, block := sample(t, 3)
	d := newCompactBlock(block, none).draft(block.Hash())
	d.fill(d.missing(), w.transfers(1, 0, 3))
	if _, err := d.block(block.Withdrawals()); !errors.Is(err, errNoBlock) {
		t.Errorf("got %v", err)
	}
}

func TestCompactBlocksRefused(t *testing.T) {
	_, block := sample(t, 4)
	for name, damage := range map[string]func(*compactBlock){
		"half a short id":    func(c *compactBlock) { c.ShortIDs = c.ShortIDs[1:] },
		"index beyond block": func(c *compactBlock) { c.Prefilled[1].Index = 4 },
		"index twice":        func(c *compactBlock) { c.Prefilled[1].Index = c.Prefilled[0].Index },
		"indexes not sorted": func(c *compactBlock) { c.Prefilled[0].Index, c.Prefilled[1].Index = 3, 2 },
		"too many prefilled": func(c *compactBlock) {
			c.Prefilled = slices.Repeat(c.Prefilled, maxPrefilled)
			for i := range c.Prefilled {
				c.Prefilled[i].Index = uint64(i)
			}
		},
		"too many short ids":  func(c *compactBlock) { c.ShortIDs = make([]byte, shortIDSize*maxBlockTxs) },
		"extra data too long": func(c *compactBlock) { c.Header.Extra = make([]byte, 200<<10) },
	} {
		compact := newCompactBlock(block, func(tx *types.Transaction) bool { return tx.Nonce()%2 == 0 })
		damage(compact)
		if _, err := decodeCompactBlock(encode(compact)); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

// TestRebuildFromPools relays blocks between nodes whose pools hold all, some or
// none of the transactions, and counts what had to be fetched.
func TestRebuildFromPools(t *testing.T) {
	const txs = 40
	for _, pooled := range []int{0, txs / 2, txs} {
		t.Run(fmt.Sprintf("%d of %d", pooled, txs), func(t *testing.T) {
			w := newWorld(t)
			miner, other := w.node(nil), w.node(nil)
			connect(miner, other)
			awaitMesh(miner, other)
			all := w.transfers(0, 0, txs)
			for _, tx := range all[:pooled] {
				check(t, other.pool.AddLocal(tx))
			}
			miner.awaitPending(pooled)
			for _, tx := range all { // so that none is sent along
				miner.txs.announced.Add(tx.Hash(), struct{}{})
			}
			block := w.Block(w.Genesis(), chaintest.Spec{Txs: all})
			miner.mine(block)
			other.awaitHead(block)
			if got := testutil.ToFloat64(other.metrics.missing); got != float64(txs-pooled) {
				t.Errorf("%v transactions were asked for, want %d", got, txs-pooled)
			}
			if got := testutil.ToFloat64(other.metrics.fromPool); got != float64(pooled) {
				t.Errorf("%v transactions were found, want %d", got, pooled)
			}
			await(t, "figures of the block", func() bool {
				return samples(t, other.metrics.arrival) == 1 && samples(t, other.metrics.taking) == 1 &&
					samples(t, other.metrics.waiting) == uint64(pooled) && samples(t, miner.metrics.waiting) == txs
			})
		})
	}
}

// samples is how much a histogram has counted.
func samples(t *testing.T, h prometheus.Histogram) uint64 {
	t.Helper()
	registry := prometheus.NewRegistry()
	registry.MustRegister(h)
	families, err := registry.Gather()
	check(t, err)
	return families[0].GetMetric()[0].GetHistogram().GetSampleCount()
}

// TestPrivateTransactionsAreSentAlong mines transactions that no peer can know.
func TestPrivateTransactionsAreSentAlong(t *testing.T) {
	w := newWorld(t)
	miner, other := w.node(nil), w.node(nil)
	connect(miner, other)
	awaitMesh(miner, other)
	block := w.Block(w.Genesis(), chaintest.Spec{Txs: w.transfers(0, 0, 5)})
	miner.mine(block)
	other.awaitHead(block)
	if got := testutil.ToFloat64(other.metrics.missing); got != 0 {
		t.Errorf("%v transactions were asked for", got)
	}
}

// TestWholeBlocks relays without short ids.
func TestWholeBlocks(t *testing.T) {
	w := newWorld(t)
	whole := func(cfg *Config) { cfg.CompactBlocks = false }
	miner, other := w.node(nil, whole), w.node(nil, whole)
	connect(miner, other)
	awaitMesh(miner, other)
	txs := w.transfers(0, 0, 5)
	for _, tx := range txs {
		check(t, miner.pool.AddLocal(tx))
	}
	other.awaitPending(len(txs))
	block := w.Block(w.Genesis(), chaintest.Spec{Txs: txs})
	miner.mine(block)
	other.awaitHead(block)
	if sent := testutil.ToFloat64(miner.metrics.compactBytes); sent < float64(block.Size()-100) { // withdrawals are never sent
		t.Errorf("%v bytes were sent of a block of %d", sent, block.Size())
	}
}

// TestTransactionsOfCompetingBlock rebuilds a block whose transactions the pool
// has let go of, since a block of the same height contains them.
func TestTransactionsOfCompetingBlock(t *testing.T) {
	w := newWorld(t)
	n := w.node(nil)
	txs := w.transfers(0, 0, 5)
	ours, theirs := w.Block(w.Genesis(), chaintest.Spec{Txs: txs}), w.Block(w.Genesis(), chaintest.Spec{Txs: txs, After: 7})
	n.mine(ours)
	d := newCompactBlock(theirs, none).draft(theirs.Hash())
	n.offerPool(d)
	if _, err := d.block(theirs.Withdrawals()); err != nil {
		t.Error(err)
	}
}

// BenchmarkCompactBlock measures announcements of a block with 500 transfers,
// whole and compact, and the rebuilding of the compact one from a pool.
func BenchmarkCompactBlock(b *testing.B) {
	w := newWorld(b)
	n := w.node(nil)
	txs := make([]*types.Transaction, 0, 500)
	for i := range 10 {
		txs = append(txs, w.transfers(i, 0, 50)...)
	}
	for _, err := range n.pool.Add(txs, true) {
		check(b, err)
	}
	block := w.Block(w.Genesis(), chaintest.Spec{Txs: txs})
	whole, compact := encode(newCompactBlock(block, every)), encode(newCompactBlock(block, none))
	for b.Loop() {
		c, err := decodeCompactBlock(compact)
		check(b, err)
		d := c.draft(block.Hash())
		n.offerPool(d)
		if _, err := d.block(block.Withdrawals()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(block.Size()), "B/block")
	b.ReportMetric(float64(len(whole)), "B/whole")
	b.ReportMetric(float64(len(compact)), "B/compact")
	b.ReportMetric(100*float64(len(compact))/float64(block.Size()), "%ofblock")
}

// BenchmarkRelay measures the time from the announcement of a block with 500
// transfers until the node at the other end of a line of three has executed it. The
// pools agree.
func BenchmarkRelay(b *testing.B) {
	w := newWorld(b)
	nodes := []*node{w.node(nil), w.node(nil), w.node(nil)}
	connect(nodes[1], nodes[0], nodes[2])
	awaitMesh(nodes[1], nodes[0], nodes[2])
	heads := make(chan core.ChainHeadEvent, 1)
	defer nodes[2].chain.SubscribeChainHeadEvent(heads).Unsubscribe()
	parent, nonce := w.Genesis(), uint64(0)
	for b.Loop() {
		b.StopTimer()
		var txs types.Transactions
		for account := range 10 {
			txs = append(txs, w.transfers(account, nonce, 50)...)
		}
		nonce += 50
		for _, err := range nodes[0].pool.Add(txs, true) {
			check(b, err)
		}
		for _, n := range nodes {
			n.awaitPending(len(txs))
		}
		parent = w.Block(parent, chaintest.Spec{Txs: txs})
		if _, err := nodes[0].chain.InsertBlocks(b.Context(), types.Blocks{parent}); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		nodes[0].Announce(parent)
		<-heads
	}
	for _, n := range nodes[1:] {
		if missing := testutil.ToFloat64(n.metrics.missing); missing > 0 {
			b.Errorf("%v transactions had to be asked for", missing)
		}
	}
}
