package rpc

import (
	"context"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
)

// Resend is eth_resend: it replaces a transaction of one of the node's own accounts
// that is still in the pool by the same with another gas price or limit. The
// transaction is described as it was for eth_sendTransaction, with its nonce, gas and
// fees.
func (api *accountAPI) Resend(ctx context.Context, transaction callArgs, gasPrice *hexutil.Big, gasLimit *hexutil.Uint64) (common.Hash, error) {
	if transaction.Nonce == nil {
		return common.Hash{}, errors.New("missing transaction nonce in transaction spec")
	}
	if err := api.known(transaction.sender()); err != nil {
		return common.Hash{}, err
	}
	old, err := api.send.complete(ctx, transaction)
	if err != nil {
		return common.Hash{}, err
	}
	wanted := api.send.signer.Hash(old)
	pending, _ := api.send.pool.ContentFrom(transaction.sender())
	for _, tx := range pending {
		if api.send.signer.Hash(tx) != wanted {
			continue
		}
		if gasPrice != nil && gasPrice.ToInt().Sign() != 0 {
			transaction.GasPrice, transaction.MaxFeePerGas, transaction.MaxPriorityFeePerGas = gasPrice, nil, nil
		}
		if gasLimit != nil && *gasLimit != 0 {
			transaction.Gas = gasLimit
		}
		return api.SendTransaction(ctx, transaction)
	}
	return common.Hash{}, fmt.Errorf("transaction %#x not found", old.Hash())
}
