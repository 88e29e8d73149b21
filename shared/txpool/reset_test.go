package txpool_test

import (
	"sync"
	"testing"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/monolith-chain/monolith/shared/chain/chaintest"
)

func TestReset(t *testing.T) {
	f := setUp(t)
	var txs []*types.Transaction
	for nonce := range uint64(3) {
		txs = append(txs, f.Transfer(0, nonce, chaintest.Address(20)), f.Transfer(1, nonce, chaintest.Address(20)))
	}
	addLocal(t, f.pool, txs...)
	kept := []*types.Transaction{txs[0], txs[1], txs[3]}
	if err := f.pool.Reset(kept); err != nil {
		t.Fatal(err)
	}
	f.wantPending(t, f.pool, kept...)
	if nonce := f.pool.Nonce(chaintest.Address(0)); nonce != 1 {
		t.Errorf("next nonce %d", nonce)
	}
	more := f.Transfer(0, 1, chaintest.Address(21))
	addLocal(t, f.pool, more)

	dropped, err := f.pool.Drop(func(tx *types.Transaction) bool { return tx.Hash() == txs[1].Hash() })
	if err != nil || dropped != 1 {
		t.Errorf("%d dropped, %v", dropped, err)
	}
	if pending, queued := f.pool.Stats(); pending != 2 || queued != 1 {
		t.Errorf("%d pending, %d queued", pending, queued)
	}

	// Only what was kept comes back.
	if err := f.pool.Stop(); err != nil {
		t.Fatal(err)
	}
	again := f.open(t)
	f.wantPending(t, again, txs[0], more)
	if again.Get(txs[3].Hash()) == nil || again.Has(txs[1].Hash()) || again.Has(txs[2].Hash()) {
		t.Error("the journal does not have what the pool had")
	}
	if err := f.pool.Reset(nil); err == nil {
		t.Error("a stopped pool was reset")
	}
}

// TestSyncTogether: go-ethereum's pool forgets one of two who wait at a time.
func TestSyncTogether(t *testing.T) {
	f := setUp(t)
	var waiting sync.WaitGroup
	for i := range 4 {
		waiting.Go(func() {
			for range 50 {
				err := f.pool.Sync()
				if i == 0 && err == nil {
					err = f.pool.Reset(nil)
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	waiting.Wait()
}
