package download

import (
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/trie"
)

// checkBlocks counts the blocks that have the given hashes and the bodies that their
// headers commit to. The error says what is wrong with the next one.
func checkBlocks(blocks types.Blocks, hashes []common.Hash) (int, error) {
	hasher := trie.NewStackTrie(nil)
	for i, block := range blocks {
		if block.Hash() != hashes[i] {
			return i, fmt.Errorf("block %d (%#x) was not asked for, but %#x", block.NumberU64(), block.Hash(), hashes[i])
		}
		if err := checkBody(block, hasher); err != nil {
			return i, fmt.Errorf("block %d (%#x): %w", block.NumberU64(), block.Hash(), err)
		}
	}
	return len(blocks), nil
}

func checkBody(block *types.Block, hasher types.ListHasher) error {
	if len(block.Uncles()) > 0 {
		return fmt.Errorf("it has %d uncles", len(block.Uncles()))
	}
	if root := types.DeriveSha(block.Transactions(), hasher); root != block.TxHash() {
		return fmt.Errorf("its transactions have root %#x, the header says %#x", root, block.TxHash())
	}
	want := block.Header().WithdrawalsHash
	if (want == nil) != (block.Withdrawals() == nil) {
		return fmt.Errorf("its withdrawals do not go with the header")
	}
	if want == nil {
		return nil
	}
	if root := types.DeriveSha(block.Withdrawals(), hasher); root != *want {
		return fmt.Errorf("its withdrawals have root %#x, the header says %#x", root, *want)
	}
	return nil
}
