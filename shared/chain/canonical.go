package chain

import (
	"sync"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/lru"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/types"
)

// canonicalKept is how many hashes are kept, of 32 bytes each: searches for logs go
// through some thousands of blocks.
const canonicalKept = 16384

// canonicalHashes remembers the hashes of blocks on the head's branch, which
// go-ethereum reads from the database every time, twice for each log that it finds.
// They are right as long as the head grows, and forgotten when it moves to another
// branch.
type canonicalHashes struct {
	bc *core.BlockChain

	// mu guards the fields below.
	mu     sync.Mutex
	head   *types.Header // they are of its branch
	hashes lru.BasicLRU[uint64, common.Hash]
}

func newCanonicalHashes(bc *core.BlockChain) *canonicalHashes {
	return &canonicalHashes{bc: bc, hashes: lru.NewBasicLRU[uint64, common.Hash](canonicalKept)}
}

// get returns the hash of a block on the head's branch.
func (c *canonicalHashes) get(number uint64) common.Hash {
	head := c.bc.CurrentBlock()
	if hash, ok := c.known(head, number); ok {
		return hash
	}
	hash := c.bc.GetCanonicalHash(number)
	if hash != (common.Hash{}) && number <= head.Number.Uint64() {
		c.add(head, number, hash)
	}
	return hash
}

// known looks a hash up after it has looked where the head is. What a caller says
// about that may be outdated: then a higher head that was seen before stands.
func (c *canonicalHashes) known(head *types.Header, number uint64) (common.Hash, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.head == head:
	case c.head == nil || c.bc.GetCanonicalHash(c.head.Number.Uint64()) != c.head.Hash():
		c.hashes.Purge()
		c.head = head
	case c.head.Number.Cmp(head.Number) < 0:
		c.head = head
	}
	return c.hashes.Get(number)
}

// add keeps a hash, unless the head moved while it was read.
func (c *canonicalHashes) add(head *types.Header, number uint64, hash common.Hash) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.head == head && c.bc.CurrentBlock() == head {
		c.hashes.Add(number, hash)
	}
}
