package download

import (
	"context"
	"math/big"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rlp"
	"github.com/monolith-chain/monolith/shared/chain"
	"github.com/monolith-chain/monolith/shared/chain/chaintest"
)

// full returns specs of blocks with that many transfers each.
func (n *network) full(transfers int) func(int) chaintest.Spec {
	nonces := make([]uint64, 10)
	return func(int) chaintest.Spec {
		var spec chaintest.Spec
		for i := range transfers {
			from := i % len(nonces)
			spec.Txs = append(spec.Txs, n.Transfer(from, nonces[from], chaintest.Address(100)))
			nonces[from]++
		}
		return spec
	}
}

// heapNow returns what is in use. What has a finalizer, or lies in a pool, takes more
// than one collection to go.
func heapNow() uint64 {
	for range 3 {
		runtime.GC()
	}
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

// watchHeap samples the heap until the returned function is called, which returns by
// how much it grew at most.
func watchHeap() func() uint64 {
	start := heapNow()
	most := start
	var group sync.WaitGroup
	end := make(chan struct{})
	group.Go(func() {
		ticker := time.NewTicker(20 * time.Millisecond)
		defer ticker.Stop()
		for {
			var stats runtime.MemStats
			runtime.ReadMemStats(&stats)
			most = max(most, stats.HeapAlloc)
			select {
			case <-end:
				return
			case <-ticker.C:
			}
		}
	})
	return func() uint64 {
		close(end)
		group.Wait()
		return most - start
	}
}

// The limit is only worth what the estimate is.
func TestMemoryOf(t *testing.T) {
	n := newNetwork(t)
	for _, transfers := range []int{0, 1, 500} {
		block := last(n.branch(nil, 1, n.full(transfers)))
		enc, err := rlp.EncodeToBytes(block)
		if err != nil {
			t.Fatal(err)
		}
		took := 0
		for range 3 { // what other tests left goes at any time
			took = max(took, n.measure(t, enc, 3000/(1+transfers/10)))
		}
		t.Logf("%d transfers: %d bytes encoded, %d in memory, %d estimated", transfers, len(enc), took, memoryOf(block))
		if estimate := memoryOf(block); estimate < took || estimate > 3*took {
			t.Errorf("a block of %d transfers takes %d bytes, the estimate is %d", transfers, took, estimate)
		}
	}
}

// measure returns what a copy of a block takes that was decoded and used.
func (n *network) measure(t testing.TB, enc []byte, copies int) int {
	before := heapNow()
	blocks := make(types.Blocks, copies)
	for i := range blocks {
		blocks[i] = new(types.Block)
		if err := rlp.DecodeBytes(enc, blocks[i]); err != nil {
			t.Fatal(err)
		}
		blocks[i].Hash()
		for _, tx := range blocks[i].Transactions() {
			tx.Hash()
			if _, err := types.Sender(n.Signer(), tx); err != nil {
				t.Fatal(err)
			}
		}
	}
	took := (int(heapNow()) - int(before)) / copies
	runtime.KeepAlive(blocks)
	return took
}

// slowChain lets blocks pile up in front of it.
type slowChain struct {
	*chain.Service
	release <-chan struct{}
}

func (s slowChain) InsertBlocks(ctx context.Context, blocks types.Blocks) (int, error) {
	select {
	case <-ctx.Done():
		return 0, ctx.Err()
	case <-s.release:
		return s.Service.InsertBlocks(ctx, blocks)
	}
}

// However fast the sources are and however slow the import is: what waits is bounded
// by number and by memory, and so is what a Sync takes altogether.
func TestWaitingBlocksAreBounded(t *testing.T) {
	n := newNetwork(t)
	small, large := n.branch(nil, 300, every(4, 1)), n.branch(nil, 60, n.full(300))
	for _, c := range []struct {
		name   string
		blocks types.Blocks
		limits func(*Limits)
		most   int
	}{
		{"by number", small, func(l *Limits) { l.Waiting = 100 }, 100},
		{"by memory", large, func(l *Limits) { l.WaitingBytes = 4 << 20 }, 25}, // of 270 kB each
	} {
		t.Run(c.name, func(t *testing.T) {
			s := n.newChain(t, nil)
			release := make(chan struct{})
			a, b := newPeer("a", c.blocks), newPeer("b", c.blocks)
			u := newSetup(t, s, func(cfg *Config) {
				cfg.Chain = slowChain{s, release}
				c.limits(&cfg.Limits)
			}, b)
			done := make(chan error, 1)
			go func() { done <- u.Sync(t.Context(), a.target(t)) }()
			served := func() int {
				_, fromA := a.delivered()
				_, fromB := b.delivered()
				return fromA + fromB
			}
			settled := settle(t, served)
			t.Logf("%d blocks wait", settled)
			if settled > c.most {
				t.Errorf("%d blocks were fetched while none was imported, want %d at most", settled, c.most)
			}
			close(release)
			if err := <-done; err != nil {
				t.Fatal(err)
			}
			wantHead(t, s, last(c.blocks))
			if all := served(); all > len(c.blocks)+64 {
				t.Errorf("%d blocks were fetched, the chain has %d", all, len(c.blocks))
			}
		})
	}
}

// settle waits until a count stays the same for a while.
func settle(t testing.TB, count func() int) int {
	t.Helper()
	for previous := -1; ; {
		if err := await(t.Context(), 300*time.Millisecond); err != nil {
			t.Fatal(err)
		}
		now := count()
		if now == previous && now > 0 {
			return now
		}
		previous = now
	}
}

// A long chain is followed with a bounded trail.
func TestLocator(t *testing.T) {
	for _, head := range []uint64{1, 5, 1000, 100_000, 1 << 40} {
		chain := numbered{head: head}
		base := mark{header: chain.CurrentBlock(), hash: chain.GetCanonicalHash(head)}
		trail := newTrail(base)
		for i := range 100 {
			trail.marks = append(trail.marks, mark{hash: common.Hash{31: 1, 0: byte(i)}})
		}
		trail.tip.hash = common.Hash{1}
		locator := trail.locator(ownLocator(chain, DefaultConfig().Limits.Depth))
		if len(locator) > MaxLocator {
			t.Errorf("the locator of a chain with %d blocks has %d hashes", head, len(locator))
		}
		if locator[len(locator)-1] != chain.GetCanonicalHash(0) {
			t.Errorf("the locator of a chain with %d blocks does not end with genesis", head)
		}
	}
}

// numbered is a chain whose hashes are numbers.
type numbered struct {
	Chain
	head uint64
}

func (c numbered) CurrentBlock() *types.Header {
	return &types.Header{Number: new(big.Int).SetUint64(c.head)}
}

func (c numbered) GetCanonicalHash(number uint64) common.Hash {
	return common.BigToHash(new(big.Int).SetUint64(number))
}
