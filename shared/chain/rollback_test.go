package chain_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/monolith-chain/monolith/shared/chain"
)

func TestRollback(t *testing.T) {
	n := newNetwork(t)
	cfg := n.config(openDB(t, t.TempDir()))
	cfg.StateBuffer = 0
	s := start(t, cfg)
	blocks := n.Chain(n.Genesis(), 200, n.transfers(0))
	insert(t, s, blocks)
	side := n.Chain(blocks[99], 3, minedBy(2))
	insert(t, s, side)

	if err := s.Rollback(t.Context(), 201); !errors.Is(err, chain.ErrNoRewind) {
		t.Errorf("above the head: %v", err)
	}
	for _, number := range []int{190, 190, 101, 20} { // in memory, there already, on the disk, from history
		if err := s.Rollback(t.Context(), uint64(number)); err != nil {
			t.Fatal(err)
		}
		wantHead(t, s, blocks[number-1])
		for _, gone := range slices.Concat(blocks, side) {
			if gone.NumberU64() > uint64(number) && (s.HasBlock(gone.Hash(), gone.NumberU64()) || s.TotalWork(gone.Hash(), gone.NumberU64()) != nil) {
				t.Fatalf("block %d is still there after a rollback to %d", gone.NumberU64(), number)
			}
		}
		if _, err := chain.Verify(t.Context(), cfg, 0, math.MaxUint64, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := s.VerifyState(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
	}
	insert(t, s, blocks)
	wantHead(t, s, blocks[199])
	insert(t, s, side)
	if !s.HasBlock(side[2].Hash(), side[2].NumberU64()) {
		t.Error("the side branch did not come back")
	}
}

// Beyond what the state history holds there is no way back, and nothing changes.
func TestRollbackBeyondHistory(t *testing.T) {
	n := newNetwork(t)
	cfg := n.config(openDB(t, t.TempDir()))
	cfg.StateBuffer, cfg.StateHistory = 0, 20
	s := start(t, cfg)
	blocks := n.Chain(n.Genesis(), 200, nil)
	insert(t, s, blocks)
	err := s.Rollback(t.Context(), 5)
	if !errors.Is(err, chain.ErrNoRewind) || !strings.Contains(err.Error(), "the oldest block to go back to is ") {
		t.Errorf("%v", err)
	}
	wantHead(t, s, blocks[199])
}

// A chain with a hole stays as it is, instead of being lost down to its genesis block.
func TestRollbackOverAGap(t *testing.T) {
	n := newNetwork(t)
	cfg := n.config(openDB(t, t.TempDir()))
	s := start(t, cfg)
	blocks := n.Chain(n.Genesis(), 10, nil)
	insert(t, s, blocks)
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	rawdb.DeleteHeader(cfg.DB, blocks[6].Hash(), 7)
	s, err := chain.New(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Stop()
	if err := s.Rollback(t.Context(), 3); !errors.Is(err, chain.ErrNoRewind) || !strings.Contains(err.Error(), "gap") {
		t.Error(err)
	}
	wantHead(t, s, blocks[9])
}
