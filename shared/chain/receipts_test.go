package chain

import (
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

// What is asked for again and again stays, what is not is forgotten, and all that is
// kept has its bound.
func TestReceiptMemory(t *testing.T) {
	c := newReceiptChain(nil) // a chain that would crash if it was asked
	receipts := types.Receipts{{Logs: []*types.Log{{Topics: []common.Hash{{}}, Data: make([]byte, 10_000)}}}}
	hash := func(i int) common.Hash { return common.BigToHash(big.NewInt(int64(i))) }
	size, bound := sizeOf(receipts), receiptMemory/2
	for i := range 4 * bound / size {
		c.remember(hash(i), receipts)
		if got := c.GetReceiptsByHash(hash(0)); len(got) != 1 {
			t.Fatalf("after %d blocks the first, which is always asked for, is forgotten", i)
		}
		if kept := (len(c.young) + len(c.old)) * size; kept > receiptMemory {
			t.Fatalf("%d bytes are kept", kept)
		}
	}
	if _, ok := c.old[hash(1)]; ok || c.young[hash(1)] != nil {
		t.Error("a block that nobody asked for is kept")
	}
	huge := types.Receipts{{Logs: []*types.Log{{Data: make([]byte, bound)}}}}
	if c.remember(hash(-1), huge); c.young[hash(-1)] != nil {
		t.Error("a block that would take all memory is kept")
	}
}
