package rpc

import (
	"fmt"
	"strconv"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
)

// txpoolAPI is the namespace txpool: what waits to be mined. Transactions are keyed
// by sender, with the checksum of EIP-55, and nonce in decimal.
type txpoolAPI struct{ *backend }

// Status is txpool_status.
func (api *txpoolAPI) Status() map[string]hexutil.Uint {
	pending, queued := api.pool.Stats()
	return map[string]hexutil.Uint{"pending": hexutil.Uint(pending), "queued": hexutil.Uint(queued)}
}

// Content is txpool_content: executable transactions, and those that wait for an
// earlier nonce.
func (api *txpoolAPI) Content() map[string]map[string]map[string]*txResult {
	pending, queued := api.pool.Content()
	return map[string]map[string]map[string]*txResult{
		"pending": bySender(pending, api.pendingTx),
		"queued":  bySender(queued, api.pendingTx),
	}
}

// ContentFrom is txpool_contentFrom: Content for one sender.
func (api *txpoolAPI) ContentFrom(address common.Address) map[string]map[string]*txResult {
	pending, queued := api.pool.ContentFrom(address)
	return map[string]map[string]*txResult{
		"pending": byNonce(pending, api.pendingTx),
		"queued":  byNonce(queued, api.pendingTx),
	}
}

// Inspect is txpool_inspect: Content, a line of text for each transaction.
func (api *txpoolAPI) Inspect() map[string]map[string]map[string]string {
	pending, queued := api.pool.Content()
	return map[string]map[string]map[string]string{
		"pending": bySender(pending, describe),
		"queued":  bySender(queued, describe),
	}
}

func bySender[T any](txs map[common.Address][]*types.Transaction, show func(*types.Transaction) T) map[string]map[string]T {
	out := make(map[string]map[string]T, len(txs))
	for address, list := range txs {
		out[address.Hex()] = byNonce(list, show)
	}
	return out
}

func byNonce[T any](txs []*types.Transaction, show func(*types.Transaction) T) map[string]T {
	out := make(map[string]T, len(txs))
	for _, tx := range txs {
		out[strconv.FormatUint(tx.Nonce(), 10)] = show(tx)
	}
	return out
}

func describe(tx *types.Transaction) string {
	to := "contract creation"
	if tx.To() != nil {
		to = tx.To().Hex()
	}
	return fmt.Sprintf("%s: %v wei + %v gas × %v wei", to, tx.Value(), tx.Gas(), tx.GasPrice())
}
