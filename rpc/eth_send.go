package rpc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/txpool"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/params"
)

// sendAPI takes transactions, and completes those that are yet to be signed.
type sendAPI struct{ *fees }

// SendRawTransaction is eth_sendRawTransaction. On a development chain that makes blocks
// as transactions come, the transaction is in one when the answer comes.
func (api *sendAPI) SendRawTransaction(ctx context.Context, raw hexutil.Bytes) (common.Hash, error) {
	tx := new(types.Transaction)
	if err := tx.UnmarshalBinary(raw); err != nil {
		return common.Hash{}, err
	}
	return api.submit(ctx, tx)
}

// submit puts a signed transaction into the pool, and lets it settle.
func (api *sendAPI) submit(ctx context.Context, tx *types.Transaction) (common.Hash, error) {
	if err := api.checkFee(tx.GasPrice(), tx.Gas()); err != nil {
		return common.Hash{}, err
	}
	if !tx.Protected() && !api.limits.AllowUnprotected {
		return common.Hash{}, errors.New("only replay-protected (EIP-155) transactions allowed over RPC" + seeFlag(FlagUnprotected))
	}
	// This is where the signature is recovered, once: see backend.signer.
	if _, err := types.Sender(api.signer, tx); err != nil {
		return common.Hash{}, fmt.Errorf("%w: %w", txpool.ErrInvalidSender, err)
	}
	if err := api.pool.AddLocal(tx); err != nil {
		return common.Hash{}, err
	}
	api.settle(ctx, tx.Hash())
	return tx.Hash(), nil
}

// checkFee protects the sender from a slip of the pen.
func (api *sendAPI) checkFee(price *big.Int, gas uint64) error {
	limit := api.limits.TxFeeCap
	if limit == 0 {
		return nil
	}
	fee := new(big.Float).SetInt(new(big.Int).Mul(price, bigUint(gas)))
	ether, _ := fee.Quo(fee, big.NewFloat(params.Ether)).Float64()
	if ether > limit {
		return fmt.Errorf("tx fee (%.2f ether) exceeds the configured cap (%.2f ether)%s", ether, limit, seeFlag(FlagTxFeeCap))
	}
	return nil
}

// wholeTx is a transaction, signed or yet to be signed, in both its forms.
type wholeTx struct {
	Raw hexutil.Bytes      `json:"raw"`
	Tx  *types.Transaction `json:"tx"`
}

func newWholeTx(tx *types.Transaction) (*wholeTx, error) {
	raw, err := tx.MarshalBinary()
	return &wholeTx{Raw: raw, Tx: tx}, err
}

// FillTransaction is eth_fillTransaction: it adds what the client left out, nonce,
// gas limit and fees.
func (api *sendAPI) FillTransaction(ctx context.Context, args callArgs) (*wholeTx, error) {
	tx, err := api.complete(ctx, args)
	if err != nil {
		return nil, err
	}
	return newWholeTx(tx)
}

// complete makes a transaction, unsigned, of arguments that leave something out.
func (api *sendAPI) complete(ctx context.Context, args callArgs) (*types.Transaction, error) {
	if args.BlobVersionedHashes != nil || args.MaxFeePerBlobGas != nil {
		return nil, errors.New("blob transactions are not supported")
	}
	if err := api.fill(ctx, &args); err != nil {
		return nil, err
	}
	switch {
	case args.Data != nil && args.Input != nil && !bytes.Equal(*args.Data, *args.Input):
		return nil, errors.New(`both "data" and "input" are set and not equal. Please use "input" to pass transaction call data`)
	case args.To == nil && len(args.input()) == 0:
		return nil, errors.New("contract creation without any data provided")
	case args.To == nil && args.AuthorizationList != nil:
		return nil, errors.New(`authorizationList provided for contract creation, but "to" field is missing`)
	}
	if err := args.check(api.config.ChainID, api.baseFee()); err != nil {
		return nil, err
	}
	args.ChainID = (*hexutil.Big)(api.config.ChainID)
	if args.Value == nil {
		args.Value = new(hexutil.Big)
	}
	if args.Nonce == nil {
		nonce := hexutil.Uint64(api.pool.Nonce(args.sender()))
		args.Nonce = &nonce
	}
	if args.Gas == nil {
		gas, err := api.estimateGas(ctx, args, nil, nil, nil)
		if err != nil {
			return nil, err
		}
		args.Gas = &gas
	}
	return args.transaction(), nil
}
