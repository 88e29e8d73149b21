package rpc

import (
	"cmp"
	"context"
	"math/big"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	gethmath "github.com/ethereum/go-ethereum/common/math"
	"github.com/ethereum/go-ethereum/rpc"
)

// What one request may look at.
const (
	maxBlocks       = 1000
	maxMinersBlocks = 10_000
)

// blocksAPI shows blocks in short, and who mined them.
type blocksAPI struct{ *summaries }

// Blocks is monolith_blocks: summaries of up to 1000 blocks, the newest first, and of
// those before it every one or, with a step, every step-th, down to block 0. Difficulty
// is the work in a block, which stock Ethereum's headers do not tell any more; subsidy,
// fees and burnt are wei that the block made, that its miner got in tips and that were
// burnt as base fee.
func (api *blocksAPI) Blocks(ctx context.Context, newest rpc.BlockNumber, count gethmath.HexOrDecimal64, step *gethmath.HexOrDecimal64) ([]*blockSummary, error) {
	if count < 1 || count > maxBlocks {
		return nil, invalidParams("%d blocks are asked for, it must be from 1 to %d", count, maxBlocks)
	}
	stride := uint64(1)
	if step != nil {
		stride = uint64(*step)
	}
	if stride == 0 {
		return nil, invalidParams("a step of 0 leads nowhere, it must be at least 1")
	}
	if newest == rpc.PendingBlockNumber {
		newest = rpc.LatestBlockNumber // what is being built has no work yet
	}
	head, err := api.headerByNumber(newest)
	if err != nil {
		return nil, err
	}
	if head == nil {
		return nil, errHeaderNotFound
	}
	result := make([]*blockSummary, 0, count)
	for hash, number := head.Hash(), head.Number.Uint64(); ; {
		summary, err := api.next(ctx, hash, number)
		if err != nil {
			return nil, err
		}
		if summary == nil { // older ones are not kept
			return result, nil
		}
		if result = append(result, summary); len(result) == int(count) || number < stride {
			return result, nil
		}
		// By way of the parents all are of one branch, come what may meanwhile.
		if number, hash = number-stride, summary.ParentHash; stride > 1 {
			hash = api.chain.GetCanonicalHash(number)
		}
	}
}

// next is the summary of a block on a long way, which ends with its client.
func (s *summaries) next(ctx context.Context, hash common.Hash, number uint64) (*blockSummary, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return s.of(hash, number)
}

// minersResult is the answer of monolith_miners.
type minersResult struct {
	From   hexutil.Uint64 `json:"from"` // block
	To     hexutil.Uint64 `json:"to"`
	Miners []*minerResult `json:"miners"`
}

// minerResult is what one miner has found in these blocks.
type minerResult struct {
	Address    common.Address `json:"address"`
	Blocks     hexutil.Uint64 `json:"blocks"`
	Subsidy    *hexutil.Big   `json:"subsidy"`
	Fees       *hexutil.Big   `json:"fees"`
	LastBlock  hexutil.Uint64 `json:"lastBlock"`
	LastTime   hexutil.Uint64 `json:"lastTime"`
	Difficulty *hexutil.Big   `json:"difficulty"` // work in the blocks
}

// Miners is monolith_miners: who mined the last blocks, up to 10,000, with the sums of
// what they were paid for, most blocks first. The genesis block has no miner.
func (api *blocksAPI) Miners(ctx context.Context, count gethmath.HexOrDecimal64) (*minersResult, error) {
	if count < 1 || count > maxMinersBlocks {
		return nil, invalidParams("%d blocks are asked for, it must be from 1 to %d", count, maxMinersBlocks)
	}
	head := api.chain.CurrentBlock()
	hash, number := head.Hash(), head.Number.Uint64()
	result := &minersResult{From: hexutil.Uint64(number), To: hexutil.Uint64(number)}
	miners := make(map[common.Address]*minerResult)
	for range min(uint64(count), number) {
		block, err := api.next(ctx, hash, number)
		if err != nil {
			return nil, err
		}
		if block == nil {
			break
		}
		m := miners[block.Miner]
		if m == nil {
			m = &minerResult{Address: block.Miner, Subsidy: new(hexutil.Big), Fees: new(hexutil.Big), Difficulty: new(hexutil.Big), LastBlock: block.Number, LastTime: block.Timestamp}
			miners[block.Miner] = m
		}
		m.Blocks++
		add(m.Subsidy, block.Subsidy)
		add(m.Fees, block.Fees)
		add(m.Difficulty, block.Difficulty)
		result.From = block.Number
		hash, number = block.ParentHash, number-1
	}
	result.Miners = make([]*minerResult, 0, len(miners))
	for _, m := range miners {
		result.Miners = append(result.Miners, m)
	}
	slices.SortFunc(result.Miners, func(a, b *minerResult) int {
		return cmp.Or(cmp.Compare(b.Blocks, a.Blocks), cmp.Compare(b.LastBlock, a.LastBlock))
	})
	return result, nil
}

// add adds to a sum.
func add(sum, n *hexutil.Big) { (*big.Int)(sum).Add((*big.Int)(sum), (*big.Int)(n)) }
