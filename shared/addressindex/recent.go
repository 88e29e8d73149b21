package addressindex

import (
	"sync"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
)

// recentTxs bounds the memory that recent blocks take: some 30 MB of transactions with
// their receipts, a block counting as one more. An import that runs ahead by more has
// the rest read again.
const recentTxs = 10_000

// recent keeps blocks that were just executed, as the chain's events tell of them, until
// they are indexed.
type recent struct {
	mu     sync.Mutex // guards the fields below
	blocks map[common.Hash]*contents
	order  []common.Hash // oldest first
	txs    int           // in the blocks, and the blocks
}

func newRecent() *recent { return &recent{blocks: make(map[common.Hash]*contents)} }

func (r *recent) add(event core.ChainEvent) {
	hash := event.Header.Hash()
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(event.Receipts) != len(event.Transactions) || r.blocks[hash] != nil {
		return
	}
	r.blocks[hash] = &contents{event.Header.Number.Uint64(), event.Header.ParentHash, event.Transactions, event.Receipts}
	r.order = append(r.order, hash)
	r.txs += 1 + len(event.Transactions)
	for r.txs > recentTxs {
		r.drop(r.order[0])
	}
}

// take returns a block and forgets it and all that came before it; nil if it is not
// there.
func (r *recent) take(hash common.Hash) *contents {
	r.mu.Lock()
	defer r.mu.Unlock()
	block := r.blocks[hash]
	for block != nil && r.blocks[hash] != nil {
		r.drop(r.order[0])
	}
	return block
}

// drop forgets the oldest block.
func (r *recent) drop(oldest common.Hash) {
	r.txs -= 1 + len(r.blocks[oldest].txs)
	delete(r.blocks, oldest)
	r.order = r.order[1:]
}
