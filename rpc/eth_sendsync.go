package rpc

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/common/hexutil"
	gethmath "github.com/ethereum/go-ethereum/common/math"
	"github.com/ethereum/go-ethereum/core"
)

// SendRawTransactionSync is eth_sendRawTransactionSync (EIP-7966): it sends the
// transaction and waits for its receipt, for so many milliseconds at most. The
// transaction stays in the pool when the time is over.
func (api *sendAPI) SendRawTransactionSync(ctx context.Context, raw hexutil.Bytes, timeout *gethmath.HexOrDecimal64) (*receiptResult, error) {
	hash, err := api.SendRawTransaction(ctx, raw)
	if err != nil {
		return nil, err
	}
	// Not before: while the transaction settles, nobody takes what comes.
	heads := make(chan core.ChainHeadEvent, headEvents)
	source := api.chain.SubscribeChainHeadEvent(heads)
	defer source.Unsubscribe()
	wait := api.limits.TxSyncTimeout
	if timeout != nil && *timeout > 0 {
		wait = api.limits.TxSyncMaxTimeout
		if ms := uint64(*timeout); ms < uint64(wait/time.Millisecond) {
			wait = time.Duration(ms) * time.Millisecond
		}
	}
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	for {
		receipt, err := (&txAPI{api.backend}).GetTransactionReceipt(hash)
		if receipt != nil || err != nil {
			return receipt, err
		}
		select {
		case <-heads:
		case err := <-source.Err():
			return nil, errors.Join(errStopping, err)
		case <-ctx.Done():
			if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
				return nil, ctx.Err()
			}
			return nil, &codedError{
				Code:    codeTxSyncTimeout,
				Message: fmt.Sprintf("The transaction was added to the transaction pool but wasn't processed in %v%s", wait, seeFlag(FlagTxSyncMax)),
				Data:    hash,
			}
		}
	}
}
