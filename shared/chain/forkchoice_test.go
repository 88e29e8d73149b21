package chain_test

import (
	"errors"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/monolith-chain/monolith/shared/chain"
	"github.com/monolith-chain/monolith/shared/chain/chaintest"
)

// minedBy returns a spec for empty blocks of the i-th account.
func minedBy(i int) func(int) chaintest.Spec {
	return func(int) chaintest.Spec { return chaintest.Spec{Coinbase: chaintest.Address(i)} }
}

func TestFirstSeenWinsTheTie(t *testing.T) {
	n := newNetwork(t)
	s := newChain(t, n)
	first, second := n.Chain(n.Genesis(), 10, minedBy(1)), n.Chain(n.Genesis(), 10, minedBy(2))
	insert(t, s, first)
	insert(t, s, second)
	wantHead(t, s, first[9])
	if s.HasState(second[9].Root()) {
		t.Error("a branch without more work was executed")
	}
	if block := s.GetBlockByHash(second[9].Hash()); block == nil || block.Hash() != second[9].Hash() {
		t.Errorf("side block is not served: %v", block)
	}
}

func TestMoreWorkWins(t *testing.T) {
	n := newNetwork(t)
	s := newChain(t, n)
	old := n.Chain(n.Genesis(), 10, n.transfers(0))
	fresh := n.Chain(old[3], 7, minedBy(2)) // one more than there is above block 4
	reorgs := make(chan chain.ReorgEvent, 1)
	defer s.SubscribeReorg(reorgs).Unsubscribe()

	insert(t, s, old)
	insert(t, s, fresh)
	wantHead(t, s, fresh[6])
	ev := <-reorgs
	if ev.Ancestor.Hash() != old[3].Hash() || len(ev.Old) != 6 || len(ev.New) != 7 ||
		ev.Old[5].Hash() != old[9].Hash() || ev.New[6].Hash() != fresh[6].Hash() {
		t.Errorf("reorg event %+v", ev)
	}
	for _, block := range fresh {
		if s.GetCanonicalHash(block.NumberU64()) != block.Hash() || s.GetReceiptsByHash(block.Hash()) == nil {
			t.Errorf("block %d of the new branch is not complete", block.NumberU64())
		}
	}
	if lookup, _ := s.GetCanonicalTransaction(old[9].Transactions()[0].Hash()); lookup != nil {
		t.Error("a dropped transaction is still found")
	}
	// And back again: the old branch grows by two.
	more := n.Chain(old[9], 2, minedBy(1))
	insert(t, s, more)
	wantHead(t, s, more[1])
}

// TestWorkNotLengthDecides lets a shorter branch with harder targets win over a
// longer one.
func TestWorkNotLengthDecides(t *testing.T) {
	n := newNetwork(t)
	s := newChain(t, n)
	slow := n.Chain(n.Genesis(), 40, minedBy(1))
	quick := n.Chain(n.Genesis(), 39, func(int) chaintest.Spec {
		return chaintest.Spec{After: 1, Coinbase: chaintest.Address(2)} // a block a second: the target falls
	})
	insert(t, s, slow)
	insert(t, s, quick)
	wantHead(t, s, quick[38])
}

// TestSiblingsWithOneState switches to a block that has the same state as the
// head: empty, of the same miner, in the same second.
func TestSiblingsWithOneState(t *testing.T) {
	n := newNetwork(t)
	s := newChain(t, n)
	head := n.Block(n.Genesis(), chaintest.Spec{})
	twin := n.Block(n.Genesis(), chaintest.Spec{Damage: func(h *types.Header, _ *types.Body) {
		h.Extra = append([]byte("twin"), h.Extra...)
	}})
	if head.Root() != twin.Root() || head.Hash() == twin.Hash() {
		t.Fatal("the blocks are not twins")
	}
	next := n.Block(twin, chaintest.Spec{})
	insert(t, s, types.Blocks{head})
	insert(t, s, types.Blocks{twin})
	wantHead(t, s, head)
	insert(t, s, types.Blocks{next})
	wantHead(t, s, next)
	for _, block := range (types.Blocks{twin, next}) {
		if s.GetReceiptsByHash(block.Hash()) == nil || s.GetBlockByNumber(block.NumberU64()).Hash() != block.Hash() {
			t.Errorf("block %d is not complete", block.NumberU64())
		}
	}
}

// TestInvalidHeavierBranch offers a branch with more work, one of whose blocks
// claims a wrong state: that shows only when it is executed.
func TestInvalidHeavierBranch(t *testing.T) {
	for name, depth := range map[string]int{"in memory": 6, "deeper than the layers": 200} {
		t.Run(name, func(t *testing.T) {
			n := newNetwork(t)
			s := newChain(t, n)
			old := n.Chain(n.Genesis(), depth, n.transfers(0))
			insert(t, s, old)
			branch := n.Chain(old[1], depth-3, minedBy(2))
			bad := n.Block(branch[depth-4], chaintest.Spec{Damage: func(h *types.Header, _ *types.Body) { h.Root = common.Hash{1} }})
			child := reparent(n.Chain(branch[depth-4], 2, nil)[1], bad)

			insert(t, s, branch)
			wantHead(t, s, old[depth-1])
			_, err := s.InsertBlocks(t.Context(), types.Blocks{bad, child})
			if !errors.Is(err, chain.ErrBadBlock) {
				t.Fatalf("got %v", err)
			}
			wantHead(t, s, old[depth-1])
			for _, block := range (types.Blocks{bad, child}) {
				if _, err := s.InsertBlocks(t.Context(), types.Blocks{block}); !errors.Is(err, chain.ErrBadBlock) {
					t.Errorf("block %d again: %v", block.NumberU64(), err)
				}
				if s.HasBlock(block.Hash(), block.NumberU64()) {
					t.Errorf("invalid block %d is still stored", block.NumberU64())
				}
			}
			// The head's branch goes on.
			next := n.Chain(old[depth-1], 2, n.transfers(uint64(depth)))
			insert(t, s, next)
			wantHead(t, s, next[1])
		})
	}
}

// reparent returns the block sealed again on another parent of the same height.
func reparent(block, parent *types.Block) *types.Block {
	header := block.Header()
	header.ParentHash = parent.Hash()
	header.MixDigest = crypto.Keccak256Hash(parent.Hash().Bytes())
	return types.NewBlockWithHeader(chaintest.Seal(header)).WithBody(*block.Body())
}

// A branch that forks off where no state is kept any more cannot be followed. It is
// not called bad for that, and the node goes on without it.
func TestReorgBeyondHistory(t *testing.T) {
	n := newNetwork(t)
	cfg := n.config(openDB(t, t.TempDir()))
	cfg.StateBuffer, cfg.StateHistory = 0, 5
	s := start(t, cfg)
	blocks := n.Chain(n.Genesis(), 145, nil)
	insert(t, s, blocks[:140])
	side := n.Chain(blocks[0], 142, minedBy(2))
	for range 2 { // it does not become bad either
		if _, err := s.InsertBlocks(t.Context(), side); !errors.Is(err, chain.ErrNoRewind) || errors.Is(err, chain.ErrBadBlock) {
			t.Fatalf("got %v", err)
		}
		wantHead(t, s, blocks[139])
	}
	insert(t, s, blocks[140:])
	wantHead(t, s, blocks[144])
}

// TestDeepReorg replaces 300 blocks by 301: the state is rolled back through its
// history.
func TestDeepReorg(t *testing.T) {
	n := newNetwork(t)
	s := newChain(t, n)
	trunk := n.Chain(n.Genesis(), 20, n.transfers(0))
	old, fresh := n.Chain(trunk[19], 300, n.transfers(20)), n.Chain(trunk[19], 301, minedBy(3))
	insert(t, s, trunk)
	insert(t, s, old)
	logs := make(chan core.ChainHeadEvent, 400)
	defer s.SubscribeChainHeadEvent(logs).Unsubscribe()
	insert(t, s, fresh[:300])
	wantHead(t, s, old[299])
	insert(t, s, fresh[300:])
	wantHead(t, s, fresh[300])

	statedb, err := s.StateOf(fresh[300].Header())
	if err != nil {
		t.Fatal(err)
	}
	if got := statedb.GetNonce(chaintest.Address(0)); got != 20 {
		t.Errorf("nonce after the reorg is %d, want that of the trunk", got)
	}
	// Back to the old branch, again deeper than the layers.
	more := n.Chain(old[299], 2, n.transfers(320))
	insert(t, s, more)
	wantHead(t, s, more[1])
}
