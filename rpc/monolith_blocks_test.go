package rpc

import (
	"context"
	"errors"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/monolith-chain/monolith/shared/chain/chaintest"
)

// What a summary says that a block paid is what its miner's balance grew by, with all
// kinds of transactions, and what its senders lost besides is burnt.
func TestSummaryPays(t *testing.T) {
	s := buildStage(t, chaintest.Params()).open(t)
	blocks := get[[]blockSummary](s.node, "monolith_blocks", "latest", 1000)
	if len(blocks) != len(s.blocks) {
		t.Fatalf("%d summaries of %d blocks", len(blocks), len(s.blocks))
	}
	balance := func(number uint64) *big.Int {
		return get[*hexutil.Big](s.node, "eth_getBalance", etherbase, hexutil.Uint64(number)).ToInt()
	}
	for _, summary := range blocks {
		number := uint64(summary.Number)
		if number == 0 {
			continue
		}
		block := s.blocks[number]
		paid := new(big.Int).Add(summary.Subsidy.ToInt(), summary.Fees.ToInt())
		if got := new(big.Int).Sub(balance(number), balance(number-1)); got.Cmp(paid) != 0 {
			t.Errorf("block %d paid %v in subsidy and fees, its miner got %v", number, paid, got)
		}
		spent := new(big.Int)
		for _, receipt := range s.chain.GetReceiptsByHash(block.Hash()) {
			spent.Add(spent, new(big.Int).Mul(receipt.EffectiveGasPrice, bigUint(receipt.GasUsed)))
		}
		if got := new(big.Int).Add(summary.Fees.ToInt(), summary.Burnt.ToInt()); got.Cmp(spent) != 0 {
			t.Errorf("block %d: fees and what is burnt are %v, its senders paid %v", number, got, spent)
		}
		if want := s.chain.TotalWork(block.Hash(), number); summary.TotalDifficulty.ToInt().Cmp(want) != 0 ||
			summary.Size != hexutil.Uint64(block.Size()) || summary.Hash != block.Hash() || int(summary.Transactions) != len(block.Transactions()) {
			t.Errorf("block %d is told as %+v", number, summary)
		}
	}
}

// Summaries follow the chain to another branch, and miners' sums with them.
func TestSummariesReorg(t *testing.T) {
	n := newNode(t)
	other := common.Address{19: 9}
	n.mineEmpty(3)
	fork := n.chain.GetBlockByNumber(1)
	old := get[[]blockSummary](n, "monolith_blocks", "latest", 10)
	branch := n.builder.Chain(fork, 4, func(int) chaintest.Spec { return chaintest.Spec{Coinbase: other} })
	_, err := n.chain.InsertBlocks(t.Context(), branch)
	n.check(err)

	got := get[[]blockSummary](n, "monolith_blocks", "latest", 10)
	if len(got) != 6 || got[0].Hash != branch[3].Hash() || got[3].Hash != branch[0].Hash() || got[4].Hash != old[2].Hash {
		t.Errorf("after the reorg: %+v", got)
	}
	miners := get[minersResult](n, "monolith_miners", 5)
	if miners.From != 1 || miners.To != 5 || len(miners.Miners) != 2 {
		t.Fatalf("miners %+v", miners)
	}
	most, least := miners.Miners[0], miners.Miners[1]
	if most.Address != other || most.Blocks != 4 || most.LastBlock != 5 || least.Address != etherbase || least.Blocks != 1 || least.LastBlock != 1 {
		t.Errorf("miners %+v and %+v", most, least)
	}
	work := new(big.Int).Add(most.Difficulty.ToInt(), least.Difficulty.ToInt())
	if want := new(big.Int).Sub(got[0].TotalDifficulty.ToInt(), common.Big1); work.Cmp(want) != 0 {
		t.Errorf("their work is %v, the chain's %v", work, want)
	}
}

// A long way ends with its client, and what it has found is kept for the next.
func TestSummariesEnd(t *testing.T) {
	n := newNode(t)
	n.mineEmpty(20)
	api := &blocksAPI{newSummaries(n.rpc.backend)}
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := api.Miners(ctx, 20); err != nil || api.kept.Len() != 20 {
		t.Fatalf("%d summaries are kept: %v", api.kept.Len(), err)
	}
	cancel()
	_, miners := api.Miners(ctx, 20)
	_, blocks := api.Blocks(ctx, -2, 20, nil) // latest
	if !errors.Is(miners, context.Canceled) || !errors.Is(blocks, context.Canceled) {
		t.Errorf("without a client: %v, %v", miners, blocks)
	}
}

// The pool is shown newest first, and as it is now.
func TestPoolNewest(t *testing.T) {
	n := newNode(t)
	hashes := func(count int) (list []common.Hash, queued int) {
		for _, tx := range get[struct {
			Transactions []struct {
				Hash   common.Hash
				Queued bool
				Since  hexutil.Uint64
			}
		}](n, "monolith_pool", count).Transactions {
			list = append(list, tx.Hash)
			if tx.Queued {
				queued++
			}
			if tx.Since == 0 {
				t.Error("the pool knows when a transaction came")
			}
		}
		return list, queued
	}
	if list, _ := hashes(500); list != nil {
		t.Errorf("an empty pool has %v", list)
	}
	var sent []*types.Transaction
	n.nonces[3]++ // the first is missing
	for _, from := range []int{1, 2, 3, 2, 1} {
		sent = append([]*types.Transaction{n.transfer(from)}, sent...)
		n.send(sent[0])
		list, queued := hashes(500)
		if len(list) != len(sent) || (queued == 1) != (len(sent) >= 3) {
			t.Fatalf("%d of %d transactions are shown, %d queued", len(list), len(sent), queued)
		}
		for i, tx := range sent {
			if list[i] != tx.Hash() {
				t.Errorf("place %d of %d is another's", i, len(sent))
			}
		}
	}
	if list, _ := hashes(2); len(list) != 2 || list[0] != sent[0].Hash() {
		t.Errorf("the newest two are %v", list)
	}
}
