package chain_test

import (
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/monolith-chain/monolith/shared/chain"
	"github.com/monolith-chain/monolith/shared/chain/chaintest"
)

// Hashes of the head's branch are remembered, and forgotten with the branch, whether
// the new one is longer or, being heavier, shorter.
func TestCanonicalHashesFollowTheHead(t *testing.T) {
	n := newNetwork(t)
	s := newChain(t, n)
	first := n.Chain(n.Genesis(), 12, nil)
	insert(t, s, first[:9])
	wantCanonical(t, s, first[:9])
	insert(t, s, first[9:])
	wantCanonical(t, s, first)

	longer := n.Chain(first[3], 10, minedBy(1))
	insert(t, s, longer)
	wantCanonical(t, s, append(append(types.Blocks{}, first[:4]...), longer...))

	// Blocks that come fast are harder.
	shorter := n.Chain(first[1], 11, func(int) chaintest.Spec { return chaintest.Spec{After: 1, Coinbase: chaintest.Address(2)} })
	insert(t, s, shorter)
	wantCanonical(t, s, append(append(types.Blocks{}, first[:2]...), shorter...))
}

// wantCanonical asks for all numbers twice, and for those above the head.
func wantCanonical(t *testing.T, s *chain.Service, blocks types.Blocks) {
	t.Helper()
	wantHead(t, s, blocks[len(blocks)-1])
	for range 2 {
		for _, block := range blocks {
			if got := s.GetCanonicalHash(block.NumberU64()); got != block.Hash() {
				t.Errorf("block %d is %x, want %x", block.NumberU64(), got, block.Hash())
			}
		}
		for i := range uint64(5) {
			number := blocks[len(blocks)-1].NumberU64() + 1 + i
			if got := s.GetCanonicalHash(number); got != (common.Hash{}) {
				t.Errorf("block %d above the head is %x", number, got)
			}
		}
	}
}
