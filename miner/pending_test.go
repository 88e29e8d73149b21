package miner

import (
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/core/tracing"
	"github.com/ethereum/go-ethereum/params"
	"github.com/holiman/uint256"
	"github.com/monolith-chain/monolith/shared/chain/chaintest"
)

func TestPendingWithoutMining(t *testing.T) {
	n := newNode(t, easy())
	s := n.miner(nil)
	tx := n.transfer(0, 0, params.GWei)
	n.add(tx)
	block, receipts, statedb := s.Pending()
	if block == nil || len(receipts) != 1 || block.Transactions()[0] != tx {
		t.Fatalf("pending block: %v, %d receipts", block, len(receipts))
	}
	if receipts[0].BlockHash != block.Hash() || block.ParentHash() != n.chain.CurrentBlock().Hash() {
		t.Error("the receipts are not the block's, or the block is not on the head")
	}
	if statedb.GetNonce(chaintest.Address(0)) != 1 {
		t.Error("the transaction is not in the state")
	}

	// Each caller has a state of his own.
	rich := uint256.NewInt(1)
	statedb.SetBalance(etherbase, rich, tracing.BalanceChangeUnspecified)
	again, _, other := s.Pending()
	if again != block {
		t.Error("the pending block was built again at once")
	}
	if other.GetBalance(etherbase).Eq(rich) {
		t.Error("two callers share a state")
	}

	n.insert(n.build(s))
	if next, _, _ := s.Pending(); next.NumberU64() != 2 || len(next.Transactions()) != 0 {
		t.Errorf("pending block %d with %d transactions after the head moved", next.NumberU64(), len(next.Transactions()))
	}
	n.add(n.transfer(0, 1, params.GWei))
	n.await("the pending block follows the pool", func() bool {
		block, _, _ := s.Pending()
		return len(block.Transactions()) == 1
	})
	stop(t, s)
	s.pending.at = time.Time{} // out of date
	if block, receipts, statedb := s.Pending(); block != nil || receipts != nil || statedb != nil {
		t.Error("a stopped miner builds blocks")
	}
}

// TestPendingWhileMining is for the race detector: pending blocks and sealed ones
// come and go at the same time.
func TestPendingWhileMining(t *testing.T) {
	n := newNode(t, instant())
	s := n.mining(nil)
	done := make(chan struct{})
	var group sync.WaitGroup
	for range 3 {
		group.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				block, receipts, statedb := s.Pending()
				if block == nil || len(receipts) != len(block.Transactions()) {
					t.Error("no pending block")
					return
				}
				statedb.GetNonce(chaintest.Address(0))
				for _, receipt := range receipts {
					if receipt.BlockHash != block.Hash() {
						t.Error("a receipt of another block")
					}
				}
			}
		})
	}
	for nonce := range uint64(30) {
		n.add(n.transfer(0, nonce, params.GWei))
		n.await("a block", func() bool { return n.height() > nonce })
	}
	close(done)
	group.Wait()
}
