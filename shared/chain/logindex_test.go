package chain_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/monolith-chain/monolith/shared/chain"
)

// An index that was behind when the node stopped catches up when it starts, not when
// the next block comes.
func TestLogIndexCatchesUpAtStart(t *testing.T) {
	n, dir := newNetwork(t), t.TempDir()
	blocks := n.Chain(n.Genesis(), 20, n.transfers(0))
	s := open(t, n, dir)
	insert(t, s, blocks[:1])
	awaitIndexed(t, s, 1)
	if err := errors.Join(s.Stop(), s.DB().Close()); err != nil {
		t.Fatal(err)
	}

	behind, err := chain.New(t.Context(), n.config(openDB(t, dir))) // not started: nothing is indexed
	if err != nil {
		t.Fatal(err)
	}
	insert(t, behind, blocks[1:])

	awaitIndexed(t, reopen(t, n, behind, dir), 20)
}

// awaitIndexed waits until the index of logs covers the blocks up to the given one.
func awaitIndexed(t *testing.T, s *chain.Service, number uint64) {
	t.Helper()
	awaitNoError(t, func() error {
		index := s.NewMatcherBackend()
		defer index.Close()
		synced, err := index.SyncLogIndex(t.Context())
		if err == nil && synced.IndexedBlocks.AfterLast() != number+1 {
			err = fmt.Errorf("blocks before %d are indexed, want %d", synced.IndexedBlocks.AfterLast(), number+1)
		}
		return err
	})
}
