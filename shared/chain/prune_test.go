package chain_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/monolith-chain/monolith/db"
	"github.com/monolith-chain/monolith/shared/chain"
	"github.com/monolith-chain/monolith/shared/chain/chaintest"
)

// A chain whose old states were pruned goes on, answers for the others, and says from
// which block on it does: also as an archive again.
func TestPrunedStates(t *testing.T) {
	const keep, head = 5, 140
	n := newNetwork(t)
	store := db.DefaultConfig()
	store.Dir, store.Log = t.TempDir(), discard()
	blocks := n.Chain(n.Genesis(), head+3, n.transfers(0))
	opened := func(history uint64, do func(*chain.Service, chain.Config)) {
		t.Helper()
		s, err := db.New(store)
		if err != nil {
			t.Fatal(err)
		}
		cfg := n.config(s.Database())
		cfg.StateBuffer, cfg.StateHistory, cfg.Unindexed = 0, history, true
		c, err := chain.New(t.Context(), cfg) // nothing that needs Start is asked
		if err != nil {
			t.Fatal(err)
		}
		do(c, cfg)
		if err := c.Stop(); err != nil {
			t.Fatal(err)
		}
		if _, err := s.PruneHistories(t.Context(), keep, func(string, uint64, uint64) {}); err != nil {
			t.Fatal(err)
		}
		if err := s.Stop(); err != nil {
			t.Fatal(err)
		}
	}
	nonce := func(c *chain.Service, number uint64) error {
		statedb, err := c.StateOf(c.GetHeaderByNumber(number))
		if err != nil {
			return err
		}
		if got := statedb.GetNonce(chaintest.Address(0)); got != number {
			t.Errorf("nonce after block %d is %d", number, got)
		}
		return statedb.Error()
	}

	opened(0, func(c *chain.Service, _ chain.Config) {
		insert(t, c, blocks[:head])
		if oldest := c.OldestState(); oldest != 0 {
			t.Errorf("the oldest state of an archive is that of block %d", oldest)
		}
	})
	const oldest = head - 127 - 1 - keep // the layers in memory, the one on the disk, the histories
	opened(keep, func(c *chain.Service, cfg chain.Config) {
		wantHead(t, c, blocks[head-1])
		first := c.OldestState()
		if first != oldest {
			t.Errorf("the oldest state is that of block %d, want %d", first, oldest)
		}
		want := fmt.Sprintf("the oldest state that is kept is that of block %d ", first)
		if err := nonce(c, first-1); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("a state that was pruned: %v", err)
		}
		if err := c.Rollback(t.Context(), first-1); err == nil {
			t.Error("rolled back to a state that was pruned")
		}
		if _, err := chain.Verify(t.Context(), cfg, 0, math.MaxUint64, nil); err != nil {
			t.Error(err)
		}
		if _, err := c.VerifyState(t.Context(), nil); err != nil {
			t.Error(err)
		}
	})
	opened(0, func(c *chain.Service, _ chain.Config) {
		first := c.OldestState()
		insert(t, c, blocks[head:])
		if got := c.OldestState(); got != first || got != oldest {
			t.Errorf("the oldest state of an archive again is that of block %d, was %d", got, first)
		}
		if err := c.Rollback(t.Context(), first); err != nil { // by way of all histories
			t.Error(err)
		}
		if _, err := c.VerifyState(t.Context(), nil); err != nil {
			t.Error(err)
		}
		if err := nonce(c, first); err != nil {
			t.Error(err)
		}
		insert(t, c, blocks[first:first+3])
		wantHead(t, c, blocks[first+2])
	})
}
