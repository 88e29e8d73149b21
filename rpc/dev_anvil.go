package rpc

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/consensus/misc/eip1559"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/params"
)

// anvilAPI is what anvil alone has, or has in another form.
type anvilAPI struct {
	devBase
	fees *fees
}

// Mine is anvil_mine: it makes so many blocks, 1 if no number is given. With an
// interval, the clock moves on by so many seconds before each.
func (api *anvilAPI) Mine(ctx context.Context, blocks, interval *quantity) (any, error) {
	count := uint64(1)
	var err error
	if blocks != nil {
		if count, err = blocks.uint64("blocks"); err != nil {
			return nil, err
		}
	}
	seconds, err := interval.uint64("interval")
	if err != nil {
		return nil, err
	}
	return nil, api.dev.MineApart(ctx, count, seconds)
}

// SetIntervalMining is anvil_setIntervalMining: a block every so many seconds, and
// none as transactions come; 0 ends it.
func (api *anvilAPI) SetIntervalMining(ctx context.Context, seconds quantity) (any, error) {
	n, err := seconds.uint64("interval")
	if err != nil {
		return nil, err
	}
	return nil, api.setSeconds(ctx, n)
}

// GetIntervalMining is anvil_getIntervalMining: the seconds between blocks that are
// made by time; null if there are none.
func (api *anvilAPI) GetIntervalMining(ctx context.Context) (*uint64, error) {
	interval, err := api.dev.Interval(ctx)
	if err != nil || interval[1] == 0 {
		return nil, err
	}
	seconds := uint64(interval[1] / time.Second)
	return &seconds, nil
}

// SetBlockTimestampInterval is anvil_setBlockTimestampInterval: each block is stamped
// so many seconds after its parent.
func (api *anvilAPI) SetBlockTimestampInterval(ctx context.Context, seconds quantity) (any, error) {
	n, err := seconds.uint64("seconds")
	if err != nil {
		return nil, err
	}
	_, err = api.dev.SetPace(ctx, max(n, 1))
	return nil, err
}

// RemoveBlockTimestampInterval is anvil_removeBlockTimestampInterval: blocks are
// stamped by the clock again. It is false if they were before.
func (api *anvilAPI) RemoveBlockTimestampInterval(ctx context.Context) (bool, error) {
	return api.dev.SetPace(ctx, 0)
}

// Rollback is anvil_rollback: it takes the last blocks off the chain, 1 if no number
// is given. Their transactions are gone.
func (api *anvilAPI) Rollback(ctx context.Context, depth *quantity) (any, error) {
	n := uint64(1)
	if depth != nil {
		var err error
		if n, err = depth.uint64("depth"); err != nil {
			return nil, err
		}
	}
	return nil, api.dev.Rollback(ctx, n)
}

// DropTransaction is anvil_dropTransaction: it removes a transaction from the pool. The
// answer is its hash, or null if the pool does not have it.
func (api *anvilAPI) DropTransaction(ctx context.Context, hash common.Hash) (*common.Hash, error) {
	n, err := api.dev.Drop(ctx, func(tx *types.Transaction) bool { return tx.Hash() == hash })
	if err != nil || n == 0 {
		return nil, err
	}
	return &hash, nil
}

// RemovePoolTransactions is anvil_removePoolTransactions: it removes all transactions
// of an account from the pool.
func (api *anvilAPI) RemovePoolTransactions(ctx context.Context, address common.Address) (any, error) {
	_, err := api.dev.Drop(ctx, func(tx *types.Transaction) bool { return api.sender(tx) == address })
	return nil, err
}

// DealERC20 is anvil_dealERC20: it fails, since only a token's contract can change
// its balances.
func (api *anvilAPI) DealERC20(_, _ common.Address, _ quantity) (any, error) {
	return nil, cannot("only a token's contract can change its balances", "have its owner mint them, or a holder send them, in a transaction")
}

// SetERC20Allowance is anvil_setERC20Allowance: it fails, since only a token's contract
// can change its allowances.
func (api *anvilAPI) SetERC20Allowance(_, _, _ common.Address, _ quantity) (any, error) {
	return nil, cannot("only a token's contract can change its allowances", "have the owner approve it in a transaction")
}

// NodeInfo is anvil_nodeInfo: the head, and what the next block will be like.
func (api *anvilAPI) NodeInfo(ctx context.Context) (*anvilNodeInfo, error) {
	head := api.chain.CurrentBlock()
	tip, err := api.fees.tip(ctx)
	if err != nil {
		return nil, err
	}
	baseFee := nextBaseFee(api.config, head)
	info := &anvilNodeInfo{
		Number: hexutil.Uint64(head.Number.Uint64()), Timestamp: hexutil.Uint64(head.Time), Hash: head.Hash(),
		HardFork: api.config.LatestFork(head.Time).String(), Order: "fees",
	}
	info.Environment = anvilEnvironment{
		BaseFee: (*hexutil.Big)(baseFee), ChainID: hexutil.Uint64(api.config.ChainID.Uint64()),
		GasLimit: hexutil.Uint64(head.GasLimit), GasPrice: (*hexutil.Big)(tip.Add(tip, baseFee)),
	}
	return info, nil
}

// anvilNodeInfo is the answer of anvil_nodeInfo.
type anvilNodeInfo struct {
	Number      hexutil.Uint64   `json:"currentBlockNumber"`
	Timestamp   hexutil.Uint64   `json:"currentBlockTimestamp"`
	Hash        common.Hash      `json:"currentBlockHash"`
	HardFork    string           `json:"hardFork"`
	Order       string           `json:"transactionOrder"`
	Environment anvilEnvironment `json:"environment"`
	Fork        anvilFork        `json:"forkConfig"`
}

type anvilEnvironment struct {
	BaseFee  *hexutil.Big   `json:"baseFee"`
	ChainID  hexutil.Uint64 `json:"chainId"`
	GasLimit hexutil.Uint64 `json:"gasLimit"`
	GasPrice *hexutil.Big   `json:"gasPrice"`
}

// anvilFork has only nulls: there is no forking.
type anvilFork struct {
	URL    *string `json:"forkUrl"`
	Number *uint64 `json:"forkBlockNumber"`
	Retry  *uint64 `json:"forkRetryBackoff"`
}

func nextBaseFee(config *params.ChainConfig, head *types.Header) *big.Int {
	return eip1559.CalcBaseFee(config, head)
}

// Reorg is anvil_reorg: a branch from so many blocks below the head wins, with all
// that goes with a reorg. It is one block longer than what it replaces, since it
// takes more work to win. Transactions can be put into its blocks, which count from
// 0: signed ones, or requests that the node signs.
func (api *anvilAPI) Reorg(ctx context.Context, options reorgOptions, blocks *[]reorgTx) (any, error) {
	depth, err := options.Depth.uint64("depth")
	if err != nil {
		return nil, err
	}
	pairs := options.Txs
	if blocks != nil {
		pairs = *blocks
	}
	for _, pair := range pairs {
		if pair.block > depth {
			return nil, invalidParams("block %d of the new branch: it has blocks 0 to %d", pair.block, depth)
		}
	}
	return nil, api.dev.Reorg(ctx, depth, func(i uint64, before *state.StateDB) ([]*types.Transaction, error) {
		nonces := make(map[common.Address]uint64)
		var txs []*types.Transaction
		for _, pair := range pairs {
			if pair.block != i {
				continue
			}
			tx, err := api.reorgTx(ctx, pair, before, nonces)
			if err != nil {
				return nil, err
			}
			txs = append(txs, tx)
		}
		return txs, nil
	})
}

// reorgTx makes a transaction of what was given for one. Nonces that are not given
// count on from the state.
func (api *anvilAPI) reorgTx(ctx context.Context, pair reorgTx, before *state.StateDB, nonces map[common.Address]uint64) (*types.Transaction, error) {
	if pair.raw != nil {
		tx := new(types.Transaction)
		if err := tx.UnmarshalBinary(pair.raw); err != nil {
			return nil, invalidParams("transaction: %v", err)
		}
		return tx, nil
	}
	args, from := *pair.request, pair.request.sender()
	if args.Nonce == nil {
		if _, known := nonces[from]; !known {
			nonces[from] = before.GetNonce(from)
		}
		nonce := hexutil.Uint64(nonces[from])
		args.Nonce = &nonce
		nonces[from]++
	}
	if args.Gas == nil {
		gas := hexutil.Uint64(params.MaxTxGas) // what is not used is given back
		args.Gas = &gas
	}
	filled, err := (&sendAPI{api.fees}).FillTransaction(ctx, args)
	if err != nil {
		return nil, err
	}
	return api.dev.SignTx(from, filled.Tx)
}

// reorgOptions is the first argument of anvil_reorg: the depth, or an object with
// both arguments.
type reorgOptions struct {
	Depth quantity  `json:"depth"`
	Txs   []reorgTx `json:"tx_block_pairs"`
}

// UnmarshalJSON reads either form.
func (o *reorgOptions) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
		type plain reorgOptions
		return json.Unmarshal(data, (*plain)(o))
	}
	return json.Unmarshal(data, &o.Depth)
}

// reorgTx is a transaction, signed or not, and the block that it goes into.
type reorgTx struct {
	raw     hexutil.Bytes
	request *callArgs
	block   uint64
}

// UnmarshalJSON reads a pair.
func (p *reorgTx) UnmarshalJSON(data []byte) error {
	var pair []json.RawMessage
	if err := json.Unmarshal(data, &pair); err != nil {
		return err
	}
	if len(pair) != 2 {
		return fmt.Errorf("%d members, want a transaction and the number of its block", len(pair))
	}
	var block quantity
	if err := json.Unmarshal(pair[1], &block); err != nil {
		return err
	}
	var err error
	if p.block, err = block.uint64("block"); err != nil {
		return err
	}
	if bytes.HasPrefix(bytes.TrimSpace(pair[0]), []byte{'"'}) {
		return json.Unmarshal(pair[0], &p.raw)
	}
	p.request = new(callArgs)
	return json.Unmarshal(pair[0], p.request)
}
