package chain_test

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/monolith-chain/monolith/shared/chain"
	"github.com/monolith-chain/monolith/shared/chain/chaintest"
)

// TestBlocksFromTheFuture offers blocks up to and beyond the limit of 15 s ahead
// of a clock that the test moves.
func TestBlocksFromTheFuture(t *testing.T) {
	n := newNetwork(t)
	var now atomic.Int64
	now.Store(int64(n.genesis.Timestamp))
	cfg := n.config(openDB(t, t.TempDir()))
	cfg.Now = func() time.Time { return time.Unix(now.Load(), 0) }
	s := start(t, cfg)

	near := n.Block(n.Genesis(), chaintest.Spec{After: 15})
	early := n.Block(near, chaintest.Spec{After: 1})
	late := n.Block(early, chaintest.Spec{After: 2})
	got, err := s.InsertBlocks(t.Context(), types.Blocks{near, early, late})
	if got != 1 || !errors.Is(err, chain.ErrFutureBlock) {
		t.Fatalf("inserted %d: %v", got, err)
	}
	wantHead(t, s, near)

	// The clock moves; a further block ahead of it makes the chain look again.
	now.Add(2)
	nudge := n.Block(near, chaintest.Spec{After: 30})
	if _, err := s.InsertBlocks(t.Context(), types.Blocks{nudge}); !errors.Is(err, chain.ErrFutureBlock) {
		t.Fatal(err)
	}
	awaitNoError(t, func() error {
		if s.CurrentBlock().Hash() != early.Hash() {
			return errors.New("the held block was not inserted")
		}
		return nil
	})
	// What was held back is not bad.
	now.Add(1000)
	insert(t, s, types.Blocks{late})
	wantHead(t, s, late)
}
