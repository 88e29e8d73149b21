package miner

import (
	"testing"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/params"
)

// TestSendersAreRecoveredOnce: one recovery takes longer than a transfer. The
// pool recovers the sender with types.LatestSigner, the builder and the chain ask
// for it with types.MakeSigner; the transaction's cache serves only a signer that
// is equal to the one it was filled with.
func TestSendersAreRecoveredOnce(t *testing.T) {
	n := newNode(t, easy())
	head := n.chain.CurrentBlock()
	config := n.genesis.Config
	if !types.LatestSigner(config).Equal(types.MakeSigner(config, head.Number, head.Time)) {
		t.Fatal("pool and builder use different signers")
	}
	sent := n.transfer(0, 0, params.GWei)
	encoded, err := sent.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	tx := new(types.Transaction) // as it comes over RPC or the network: nothing cached
	if err := tx.UnmarshalBinary(encoded); err != nil {
		t.Fatal(err)
	}
	n.add(tx)

	payload := n.build(n.miner(nil))
	wantTxs(t, payload, tx)
	block := n.insert(payload)
	if block.Transactions()[0] != tx {
		t.Fatal("the sealed block holds a copy of the transaction")
	}
	if inserted := n.chain.GetBlock(block.Hash(), 1); inserted == nil {
		t.Fatal("the block is not in the chain")
	}
	// A recovery allocates, an answer from the cache does not.
	signer := types.MakeSigner(config, block.Number(), block.Time())
	if allocations := testing.AllocsPerRun(100, func() {
		if _, err := types.Sender(signer, tx); err != nil {
			t.Fatal(err)
		}
	}); allocations > 0 {
		t.Errorf("asking for the sender allocates %v times: it is recovered again", allocations)
	}
}
