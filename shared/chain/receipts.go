package chain

import (
	"sync"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/types"
)

const (
	// receiptMemory is how many bytes of receipts are kept. go-ethereum keeps
	// those of 32 blocks: a search for logs goes through a thousand, reading,
	// decoding and deriving each of them again.
	receiptMemory = 32 << 20

	// receiptSize and logSize are what they take besides data and topics,
	// roughly.
	receiptSize = 600
	logSize     = 250
)

// receiptChain is go-ethereum's chain with a longer memory for receipts, and for what
// else it takes to find logs. What is
// executed does not change, so nothing in it becomes wrong: it is found by the block's
// hash, on whatever branch that is.
//
// What was asked for since the last time half of the memory was full is young; what
// was not asked for since the time before is forgotten.
type receiptChain struct {
	*core.BlockChain
	canonical *canonicalHashes

	// mu guards the fields below.
	mu         sync.Mutex
	young, old map[common.Hash]types.Receipts
	size       int // of young, in bytes
}

func newReceiptChain(bc *core.BlockChain) *receiptChain {
	return &receiptChain{BlockChain: bc, canonical: newCanonicalHashes(bc), young: make(map[common.Hash]types.Receipts)}
}

// GetCanonicalHash returns the hash of a block on the head's branch; the zero hash if
// that is shorter.
func (c *receiptChain) GetCanonicalHash(number uint64) common.Hash {
	return c.canonical.get(number)
}

// GetReceiptsByHash returns the receipts of a block that was executed, which are
// shared: nobody may change them.
func (c *receiptChain) GetReceiptsByHash(hash common.Hash) types.Receipts {
	c.mu.Lock()
	receipts, young := c.young[hash]
	if !young {
		receipts = c.old[hash]
	}
	c.mu.Unlock()
	if young {
		return receipts
	}
	if receipts == nil {
		receipts = c.BlockChain.GetReceiptsByHash(hash)
	}
	if len(receipts) > 0 { // none may be ones that are yet to come
		c.remember(hash, receipts)
	}
	return receipts
}

func (c *receiptChain) remember(hash common.Hash, receipts types.Receipts) {
	size := sizeOf(receipts)
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.young[hash]; ok || size > receiptMemory/2 {
		return
	}
	if c.size += size; c.size > receiptMemory/2 {
		c.old, c.young, c.size = c.young, make(map[common.Hash]types.Receipts), size
	}
	c.young[hash] = receipts
}

func sizeOf(receipts types.Receipts) int {
	size := len(receipts) * receiptSize
	for _, receipt := range receipts {
		size += len(receipt.Logs) * logSize
		for _, log := range receipt.Logs {
			size += len(log.Data) + len(log.Topics)*common.HashLength
		}
	}
	return size
}
