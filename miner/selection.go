package miner

import (
	"context"
	"errors"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/txpool"
	"github.com/ethereum/go-ethereum/core/txpool/txorder"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/params"
	"github.com/holiman/uint256"
)

// blockSizeReserve is kept free below EIP-7934's limit of the encoded block, for
// the header, the withdrawal and the framing of the transactions, of which a
// 60 M gas block has at most 2857 at up to 4 bytes each.
const blockSizeReserve = 256 << 10

// leastBaseFee is where EIP-1559's base fee stops falling, in wei: an eighth of
// it rounds down to nothing.
const leastBaseFee = 7

// fill executes pending transactions, the best paying first and each account's
// in order of their nonces, until none fits any more. It reports whether it
// stopped because of the deadline.
func (a *assembly) fill(ctx context.Context, pool Pool, deadline time.Time) (truncated bool) {
	pending, _ := pool.Pending(a.filter())
	queue := txorder.NewTransactionsByPriceAndNonce(a.signer, pending, a.header.BaseFee)
	for ctx.Err() == nil {
		next, tip := queue.Peek()
		if next == nil || a.gas.Available(a.rules.IsAmsterdam) < a.minTxGas() {
			return false
		}
		if !deadline.IsZero() && time.Now().After(deadline) {
			return true
		}
		if a.include(ctx, next, tip) {
			queue.Shift()
		} else {
			queue.Pop() // what follows from this account cannot be executed either
		}
	}
	return false
}

// filter selects what can be in the block at all.
func (a *assembly) filter() txpool.PendingFilter {
	filter := txpool.PendingFilter{
		MinTip:  a.tip(),
		BaseFee: uint256.MustFromBig(a.header.BaseFee), // of the chain's own making: fits
		BlobTxs: false,                                 // blocks have no blobs (design, section 4)
	}
	if a.rules.IsOsaka && !a.rules.IsAmsterdam {
		filter.GasLimitCap = params.MaxTxGas // EIP-7825; Amsterdam's EIP-8037 lifts it
	}
	return filter
}

// minTxGas is the least gas that any transaction takes.
func (a *assembly) minTxGas() uint64 {
	if a.rules.IsAmsterdam {
		return params.TxBaseCost2780
	}
	return params.TxGas
}

// include executes a transaction and adds it to the block. It reports whether
// the account's next transaction may be tried.
func (a *assembly) include(ctx context.Context, lazy *txpool.LazyTransaction, tip *uint256.Int) bool {
	if lazy.Gas > a.gas.Available(a.rules.IsAmsterdam) {
		return false
	}
	tx := lazy.Resolve()
	if tx == nil || tx.Type() == types.BlobTxType || tx.Size() > a.room {
		return false
	}
	sender, err := types.Sender(a.signer, tx)
	if err != nil {
		return false
	}
	// The pool follows the head with a delay: right after a block, it still
	// offers that block's transactions. Passing them over here is far cheaper
	// than letting execution refuse them.
	if tx.Nonce() < a.state.GetNonce(sender) {
		return true
	}
	receipt, err := a.execute(ctx, tx)
	if err != nil {
		return errors.Is(err, core.ErrNonceTooLow)
	}
	fee := uint256.NewInt(receipt.GasUsed)
	a.fees.Add(a.fees, fee.Mul(fee, tip))
	return true
}

// execute runs a transaction and adds it to the block. One that is invalid leaves no
// trace; one that reverts is valid and gets its receipt.
func (a *assembly) execute(ctx context.Context, tx *types.Transaction) (*types.Receipt, error) {
	msg, err := core.TransactionToMessage(tx, a.signer, a.header.BaseFee)
	if err != nil {
		return nil, err
	}
	index := len(a.txs)
	a.state.SetTxContext(tx.Hash(), index, uint32(index+1))
	snapshot, gas := a.state.Snapshot(), a.gas.Snapshot()

	// The block's hash is not known yet: sealing fills it in.
	receipt, accessList, err := core.ApplyTransactionWithEVM(ctx, msg, a.gas, a.state,
		a.header.Number, common.Hash{}, a.header.Time, tx, a.evm)
	if err != nil {
		a.state.RevertToSnapshot(snapshot)
		a.gas.Set(gas)
		return nil, err
	}
	a.accessList.Merge(accessList)
	a.txs = append(a.txs, tx)
	a.receipts = append(a.receipts, receipt)
	a.room -= tx.Size()
	return receipt, nil
}

// pricedOut reports whether the pool holds transactions that only the base fee
// of the next block keeps out of it, and that empty blocks will let in.
func (b *builder) pricedOut(parent *types.Header) bool {
	baseFee := uint256.MustFromBig(b.baseFee(parent))
	pending, _ := b.pool.Pending(txpool.PendingFilter{})
	for _, txs := range pending {
		first := txs[0]
		if first.GasFeeCap.Lt(baseFee) && first.GasFeeCap.CmpUint64(leastBaseFee) >= 0 && first.GasTipCap.Cmp(b.tip()) >= 0 {
			return true
		}
	}
	return false
}
