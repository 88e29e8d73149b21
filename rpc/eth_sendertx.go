package rpc

import (
	"context"
	"fmt"
	"sort"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
)

// GetTransactionBySenderAndNonce is eth_getTransactionBySenderAndNonce: the sender's
// transaction with the nonce, of the chain or pending. It is null if there is none,
// also where the nonce was used up by an authorization (EIP-7702).
func (api *txAPI) GetTransactionBySenderAndNonce(ctx context.Context, sender common.Address, nonce hexutil.Uint64) (*txResult, error) {
	block, index, err := api.findTx(ctx, sender, uint64(nonce))
	if err != nil {
		return nil, err
	}
	if block != nil {
		return api.txInBlock(block, hexutil.Uint(index)), nil
	}
	pending, queued := api.pool.ContentFrom(sender)
	for _, tx := range append(pending, queued...) {
		if tx.Nonce() == uint64(nonce) {
			return api.pendingTx(tx), nil
		}
	}
	return nil, nil
}

// findTx looks for the sender's transaction with the nonce in the chain: by bisection
// for the block after which the account's nonce is higher, which takes a look at the
// state of some twenty blocks of a million. The block is nil if there is none.
func (b *backend) findTx(ctx context.Context, sender common.Address, nonce uint64) (block *types.Block, index int, err error) {
	head := b.chain.CurrentBlock().Number.Uint64()
	used := func(number int) bool {
		if err != nil {
			return false
		}
		var next uint64
		if next, err = b.nonceAfter(ctx, sender, uint64(number)); err != nil {
			return false
		}
		return next > nonce
	}
	number := sort.Search(int(head)+1, used)
	if err != nil || number > int(head) {
		return nil, 0, err
	}
	block = b.chain.GetBlockByNumber(uint64(number))
	if block == nil {
		return nil, 0, errHeaderNotFound
	}
	for i, tx := range block.Transactions() {
		if tx.Nonce() == nonce && b.sender(tx) == sender {
			return block, i, nil
		}
	}
	return nil, 0, nil
}

// nonceAfter is an account's nonce after a block of the chain.
func (b *backend) nonceAfter(ctx context.Context, account common.Address, number uint64) (uint64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	header := b.chain.GetHeaderByNumber(number)
	if header == nil {
		return 0, errHeaderNotFound
	}
	statedb, err := b.chain.StateOf(header)
	if err != nil {
		return 0, fmt.Errorf("nonce at block %d: %w", number, err)
	}
	return statedb.GetNonce(account), statedb.Error()
}
