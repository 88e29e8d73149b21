package chain_test

import (
	"errors"
	"testing"

	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/monolith-chain/monolith/shared/chain"
	"github.com/monolith-chain/monolith/shared/chain/chaintest"
)

func newInstantNetwork(t testing.TB) *network {
	t.Helper()
	params := chaintest.Instant()
	genesis := chaintest.Genesis(params)
	return &network{Builder: chaintest.New(t, genesis, params), genesis: genesis}
}

func TestRewind(t *testing.T) {
	n := newInstantNetwork(t)
	dir := t.TempDir()
	s := start(t, n.config(openDB(t, dir)))
	old := n.Chain(n.Genesis(), 200, n.transfers(0))
	insert(t, s, old)
	rewind := func(block *types.Block) {
		t.Helper()
		if err := s.Rewind(t.Context(), block.Header()); err != nil {
			t.Fatal(err)
		}
		wantHead(t, s, block)
		if s.GetCanonicalHash(block.NumberU64()+1) != [32]byte{} {
			t.Errorf("there is a block above %d", block.NumberU64())
		}
		if _, err := s.StateOf(block.Header()); err != nil {
			t.Error(err)
		}
	}
	removed := make(chan core.RemovedLogsEvent, 100)
	defer s.SubscribeRemovedLogsEvent(removed).Unsubscribe()
	reorgs := make(chan chain.ReorgEvent, 1)
	defer s.SubscribeReorg(reorgs).Unsubscribe()

	rewind(old[198])
	rewind(old[99]) // its state is in memory
	rewind(old[4])  // its is not any more
	if lookup, _ := s.GetCanonicalTransaction(old[10].Transactions()[0].Hash()); lookup != nil {
		t.Error("a dropped transaction is still found")
	}
	if len(reorgs) > 0 {
		t.Error("it was announced as a reorg")
	}

	// The dropped branch has more work than what is built now, and does not come back.
	fresh := n.Chain(old[4], 3, minedBy(2))
	insert(t, s, fresh)
	wantHead(t, s, fresh[2])
	rewind(old[4])
	rewind(fresh[1]) // a block that was the head once
	rewind(n.Genesis())
	insert(t, s, old) // all stored
	wantHead(t, s, old[199])
}

func TestRewindRefused(t *testing.T) {
	n := newInstantNetwork(t)
	s := newChain(t, n)
	blocks := n.Chain(n.Genesis(), 3, minedBy(1))
	insert(t, s, blocks)
	side := n.Chain(n.Genesis(), 2, minedBy(2))
	insert(t, s, side)
	for name, to := range map[string]*types.Header{
		"unknown":        n.Chain(blocks[0], 1, minedBy(3))[0].Header(),
		"never executed": side[1].Header(),
	} {
		if err := s.Rewind(t.Context(), to); !errors.Is(err, chain.ErrNoRewind) {
			t.Errorf("%s: %v", name, err)
		}
	}
	wantHead(t, s, blocks[2])
	if err := s.Rewind(t.Context(), blocks[2].Header()); err != nil {
		t.Errorf("to the head: %v", err)
	}

	sealed := newNetwork(t)
	s = newChain(t, sealed)
	blocks = sealed.Chain(sealed.Genesis(), 2, minedBy(1))
	insert(t, s, blocks)
	if err := s.Rewind(t.Context(), blocks[0].Header()); !errors.Is(err, chain.ErrNoRewind) {
		t.Errorf("on a chain whose blocks need work: %v", err)
	}
	wantHead(t, s, blocks[1])
}
