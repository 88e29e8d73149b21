package rpc

import (
	"context"
	"encoding/json"
	"math"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/params"
	"github.com/ethereum/go-ethereum/rpc"
)

// otsLevel is the version of Otterscan's API that is served.
const otsLevel = 8

// maxOtsPage bounds the transactions of one page, as Otterscan asks of its servers.
const maxOtsPage = 25

// otsAPI is what the explorer Otterscan asks beyond eth, but for its searches by address
// (ots_search.go).
type otsAPI struct{ *backend }

// GetApiLevel is ots_getApiLevel.
func (api *otsAPI) GetApiLevel() int { return otsLevel } //nolint:revive // the name is the method's

// HasCode is ots_hasCode: whether an account is a contract, or delegates to one.
func (api *otsAPI) HasCode(address common.Address, block *rpc.BlockNumberOrHash) (bool, error) {
	statedb, _, err := api.state(latest(block))
	if err != nil {
		return false, err
	}
	return statedb.GetCodeSize(address) > 0, statedb.Error()
}

// otsNumber is the number of a block, which Otterscan writes as a number, or what other
// methods take.
type otsNumber rpc.BlockNumber

// UnmarshalJSON reads either.
func (n *otsNumber) UnmarshalJSON(text []byte) error {
	var number uint64
	if json.Unmarshal(text, &number) == nil && number <= math.MaxInt64 {
		*n = otsNumber(number)
		return nil
	}
	return (*rpc.BlockNumber)(n).UnmarshalJSON(text)
}

// otsBlock is a block without its transactions.
type otsBlock struct {
	Block     map[string]any `json:"block"`
	Issuance  otsIssuance    `json:"issuance"`
	TotalFees *hexutil.Big   `json:"totalFees"` // all that senders paid, burnt fees too
}

// otsIssuance is what the miner got from nobody, in wei: for us the withdrawal.
type otsIssuance struct {
	BlockReward *hexutil.Big `json:"blockReward"`
	UncleReward *hexutil.Big `json:"uncleReward"`
	Issuance    *hexutil.Big `json:"issuance"`
}

// GetBlockDetails is ots_getBlockDetails: a block without its transactions, what it
// issued and what was paid in it.
func (api *otsAPI) GetBlockDetails(number otsNumber) (*otsBlock, error) {
	block, err := api.blockByNumber(rpc.BlockNumber(number))
	if block == nil || err != nil {
		return nil, err
	}
	return api.details(block)
}

// GetBlockDetailsByHash is ots_getBlockDetailsByHash.
func (api *otsAPI) GetBlockDetailsByHash(hash common.Hash) (*otsBlock, error) {
	block := api.chain.GetBlockByHash(hash)
	if block == nil {
		return nil, nil
	}
	return api.details(block)
}

func (api *otsAPI) details(block *types.Block) (*otsBlock, error) {
	receipts, err := api.receipts(block)
	if err != nil {
		return nil, err
	}
	fees, reward := new(big.Int), new(big.Int)
	for _, receipt := range receipts {
		fees.Add(fees, new(big.Int).Mul(bigUint(receipt.GasUsed), receipt.EffectiveGasPrice))
	}
	for _, withdrawal := range block.Withdrawals() {
		reward.Add(reward, new(big.Int).Mul(bigUint(withdrawal.Amount), big.NewInt(params.GWei)))
	}
	shown, err := api.members(block, nil)
	if err != nil {
		return nil, err
	}
	delete(shown, "transactions")
	return &otsBlock{
		Block:     shown,
		Issuance:  otsIssuance{BlockReward: (*hexutil.Big)(reward), UncleReward: new(hexutil.Big), Issuance: (*hexutil.Big)(reward)},
		TotalFees: (*hexutil.Big)(fees),
	}, nil
}

// members are those of a block as Otterscan wants them: without the bloom filter, with
// the number of transactions, and with those given in place of its own.
func (api *otsAPI) members(block *types.Block, txs []map[string]any) (map[string]any, error) {
	shown, err := asMap(&blockResult{backend: api.backend, block: block})
	if err != nil {
		return nil, err
	}
	shown["logsBloom"] = nil
	shown["transactionCount"] = len(block.Transactions())
	shown["transactions"] = txs
	return shown, nil
}

// asMap is a result of another method, for some members to be changed.
func asMap(result json.Marshaler) (map[string]any, error) {
	text, err := result.MarshalJSON()
	if err != nil {
		return nil, err
	}
	var members map[string]any
	return members, json.Unmarshal(text, &members)
}

// otsTxs is a page of a block's transactions.
type otsTxs struct {
	Block    map[string]any   `json:"fullblock"`
	Receipts []map[string]any `json:"receipts"`
}

// GetBlockTransactions is ots_getBlockTransactions: a block with a page of its
// transactions, page 0 being that of the last ones, and their receipts. Of the inputs
// there is the selector, of the receipts all but the logs.
func (api *otsAPI) GetBlockTransactions(number otsNumber, page, size uint) (*otsTxs, error) {
	if size > maxOtsPage {
		return nil, invalidParams("page of %d transactions, the most is %d", size, maxOtsPage)
	}
	block, err := api.blockByNumber(rpc.BlockNumber(number))
	if block == nil || err != nil {
		return nil, err
	}
	receipts, err := api.receipts(block)
	if err != nil {
		return nil, err
	}
	count := uint(len(receipts))
	end := count - min(count, min(page, count)*size)
	result := &otsTxs{Receipts: []map[string]any{}}
	txs := []map[string]any{}
	for i := end - min(end, size); i < end; i++ {
		tx, err := asMap(api.minedTx(block.Transactions()[i], block.Hash(), block.Header(), uint64(i)))
		if err != nil {
			return nil, err
		}
		if input, ok := tx["input"].(string); ok && len(input) > len("0x12345678") {
			tx["input"] = input[:len("0x12345678")]
		}
		receipt, err := asMap(api.receipt(receipts[i], block.Transactions()[i], block.BaseFee()))
		if err != nil {
			return nil, err
		}
		receipt["logs"], receipt["logsBloom"] = nil, nil
		txs, result.Receipts = append(txs, tx), append(result.Receipts, receipt)
	}
	result.Block, err = api.members(block, txs)
	return result, err
}

// GetTransactionBySenderAndNonce is ots_getTransactionBySenderAndNonce: the hash of the
// mined transaction, or null.
func (api *otsAPI) GetTransactionBySenderAndNonce(ctx context.Context, sender common.Address, nonce uint64) (*common.Hash, error) {
	block, index, err := api.findTx(ctx, sender, nonce)
	if block == nil || err != nil {
		return nil, err
	}
	hash := block.Transactions()[index].Hash()
	return &hash, nil
}
