package rpc

import (
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/common/lru"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/params"
)

// summariesKept is how many blocks' summaries are kept, of less than a kilobyte each:
// more than the most that monolith_miners and monolith_blocks look at, so that a page
// which asks again after every block has one of them made.
const summariesKept = maxMinersBlocks + 2*maxBlocks

// blockSummary is what can be said of a block in a line, with what it paid.
type blockSummary struct {
	Number          hexutil.Uint64 `json:"number"`
	Hash            common.Hash    `json:"hash"`
	ParentHash      common.Hash    `json:"parentHash"`
	Timestamp       hexutil.Uint64 `json:"timestamp"`
	Miner           common.Address `json:"miner"`
	GasUsed         hexutil.Uint64 `json:"gasUsed"`
	GasLimit        hexutil.Uint64 `json:"gasLimit"`
	BaseFee         *hexutil.Big   `json:"baseFeePerGas"`
	Difficulty      *hexutil.Big   `json:"difficulty"`      // work: hashes that it took, on average
	TotalDifficulty *hexutil.Big   `json:"totalDifficulty"` // work of its branch
	Transactions    hexutil.Uint   `json:"transactions"`
	Size            hexutil.Uint64 `json:"size"`    // bytes
	Subsidy         *hexutil.Big   `json:"subsidy"` // wei that the block made
	Fees            *hexutil.Big   `json:"fees"`    // wei of tips
	Burnt           *hexutil.Big   `json:"burnt"`   // wei of base fees
	ExtraData       hexutil.Bytes  `json:"extraData"`
}

// summaries makes summaries of blocks and keeps them. It finds them by hash, so that
// none becomes wrong. Those that it gives away are shared: nobody may change them.
type summaries struct {
	*backend
	kept *lru.Cache[common.Hash, *blockSummary]
}

func newSummaries(b *backend) *summaries {
	return &summaries{backend: b, kept: lru.NewCache[common.Hash, *blockSummary](summariesKept)}
}

// of returns a block's summary; nil if the block is not there.
func (s *summaries) of(hash common.Hash, number uint64) (*blockSummary, error) {
	if summary, ok := s.kept.Get(hash); ok {
		return summary, nil
	}
	block := s.chain.GetBlock(hash, number)
	work := s.chain.TotalWork(hash, number)
	if block == nil || work == nil {
		return nil, nil
	}
	fees, err := s.tips(block)
	if err != nil {
		return nil, err
	}
	h := block.Header()
	summary := &blockSummary{
		Number: hexutil.Uint64(number), Hash: hash, ParentHash: h.ParentHash,
		Timestamp: hexutil.Uint64(h.Time), Miner: h.Coinbase,
		GasUsed: hexutil.Uint64(h.GasUsed), GasLimit: hexutil.Uint64(h.GasLimit),
		BaseFee: new(hexutil.Big), Burnt: new(hexutil.Big),
		Difficulty: (*hexutil.Big)(s.workOf(h, work)), TotalDifficulty: (*hexutil.Big)(work),
		Transactions: hexutil.Uint(len(block.Transactions())), Size: hexutil.Uint64(block.Size()),
		Subsidy: (*hexutil.Big)(subsidy(block)), Fees: (*hexutil.Big)(fees),
		ExtraData: h.Extra,
	}
	if h.BaseFee != nil { // foreign chains begin without one
		summary.BaseFee = (*hexutil.Big)(h.BaseFee)
		summary.Burnt = (*hexutil.Big)(new(big.Int).Mul(h.BaseFee, bigUint(h.GasUsed)))
	}
	s.kept.Add(hash, summary)
	return summary, nil
}

// workOf is what a block adds to the work of its branch.
func (s *summaries) workOf(h *types.Header, total *big.Int) *big.Int {
	number := h.Number.Uint64()
	if number == 0 {
		return total
	}
	before := s.chain.TotalWork(h.ParentHash, number-1)
	if before == nil {
		return new(big.Int)
	}
	return new(big.Int).Sub(total, before)
}

// subsidy is what a block made out of nothing, in wei: the reward of its miner, which is
// a withdrawal (see package pow).
func subsidy(block *types.Block) *big.Int {
	sum := new(big.Int)
	for _, withdrawal := range block.Withdrawals() {
		sum.Add(sum, new(big.Int).Mul(bigUint(withdrawal.Amount), big.NewInt(params.GWei)))
	}
	return sum
}

// tips is what a block's senders paid to its miner, in wei. Of the receipts it takes
// only what they are stored with, and none for a single transaction.
func (b *backend) tips(block *types.Block) (*big.Int, error) {
	sum, txs := new(big.Int), block.Transactions()
	if len(txs) == 0 {
		return sum, nil
	}
	used := []uint64{block.GasUsed()} // by each transaction and those before it
	if len(txs) > 1 {
		receipts := b.chain.GetRawReceipts(block.Hash(), block.NumberU64())
		if len(receipts) != len(txs) {
			return nil, errNoReceipts
		}
		used = used[:0]
		for _, receipt := range receipts {
			used = append(used, receipt.CumulativeGasUsed)
		}
	}
	before := uint64(0)
	for i, tx := range txs {
		tip := tx.EffectiveGasTipValue(block.BaseFee())
		sum.Add(sum, tip.Mul(tip, bigUint(used[i]-before)))
		before = used[i]
	}
	return sum, nil
}
