package rpc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/consensus/misc/eip1559"
	"github.com/ethereum/go-ethereum/consensus/misc/eip4844"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rlp"
	"github.com/ethereum/go-ethereum/rpc"
	"github.com/sirupsen/logrus"
)

// traceAPI is the part of the namespace debug that executes again what was executed,
// or what a client makes up, under a tracer.
type traceAPI struct {
	*backend
	subscriptions *filterAPI
	log           logrus.FieldLogger
}

// txTrace is a transaction's part of a block's trace.
type txTrace struct {
	TxHash common.Hash     `json:"txHash"`
	Result json.RawMessage `json:"result,omitempty"`
	Error  string          `json:"error,omitempty"`
}

// TraceTransaction is debug_traceTransaction: what the tracer finds in a mined
// transaction.
func (api *traceAPI) TraceTransaction(ctx context.Context, hash common.Hash, config *traceConfig) (json.RawMessage, error) {
	ctx, cancel := api.withTraceTime(ctx)
	defer cancel()
	r, err := api.replayToTx(ctx, hash)
	if err != nil {
		return nil, err
	}
	return r.trace(ctx, config, api.newBudget())
}

// TraceBlockByNumber is debug_traceBlockByNumber: what the tracer finds in each
// transaction of a block.
func (api *traceAPI) TraceBlockByNumber(ctx context.Context, number rpc.BlockNumber, config *traceConfig) ([]txTrace, error) {
	block, err := api.blockByNumber(number)
	if err != nil {
		return nil, err
	}
	if block == nil {
		return nil, fmt.Errorf("block #%d not found", number)
	}
	return api.traceBlock(ctx, block, config)
}

// TraceBlockByHash is debug_traceBlockByHash. Blocks of side branches can be traced
// as long as the state that they start from is there.
func (api *traceAPI) TraceBlockByHash(ctx context.Context, hash common.Hash, config *traceConfig) ([]txTrace, error) {
	block := api.chain.GetBlockByHash(hash)
	if block == nil {
		return nil, fmt.Errorf("block %s not found", hash.Hex())
	}
	return api.traceBlock(ctx, block, config)
}

// TraceBlock is debug_traceBlock: of a block given as RLP, whose parent is stored.
func (api *traceAPI) TraceBlock(ctx context.Context, blockRLP hexutil.Bytes, config *traceConfig) ([]txTrace, error) {
	block := new(types.Block)
	if err := rlp.DecodeBytes(blockRLP, block); err != nil {
		return nil, invalidParams("could not decode block: %v", err)
	}
	if err := api.checkForeign(block); err != nil {
		return nil, err
	}
	return api.traceBlock(ctx, block, config)
}

// TraceBadBlock is debug_traceBadBlock: of one of debug_getBadBlocks.
func (api *traceAPI) TraceBadBlock(ctx context.Context, hash common.Hash, config *traceConfig) ([]txTrace, error) {
	block, err := api.badBlock(hash)
	if err != nil {
		return nil, err
	}
	return api.traceBlock(ctx, block, config)
}

func (api *traceAPI) badBlock(hash common.Hash) (*types.Block, error) {
	block := rawdb.ReadBadBlock(api.chain.DB(), hash)
	if block == nil {
		return nil, fmt.Errorf("bad block %#x not found", hash)
	}
	return block, api.checkForeign(block)
}

// checkForeign checks of a block that nobody has verified what the EVM relies on: its
// number, and the fees, of which wrong ones take for ever to compute.
func (b *backend) checkForeign(block *types.Block) error {
	header := block.Header()
	if header.Number.Sign() == 0 {
		return errGenesisTrace
	}
	parent := b.chain.GetHeaderByHash(header.ParentHash)
	if parent == nil {
		return fmt.Errorf("block %s not found", header.ParentHash.Hex())
	}
	if next := new(big.Int).Add(parent.Number, common.Big1); header.Number.Cmp(next) != 0 {
		return fmt.Errorf("block %d does not follow block %d", header.Number, parent.Number)
	}
	if b.config.IsLondon(header.Number) {
		if err := eip1559.VerifyEIP1559Header(b.config, parent, header); err != nil {
			return err
		}
	}
	if b.config.IsCancun(header.Number, header.Time) {
		return eip4844.VerifyEIP4844Header(b.config, parent, header)
	}
	return nil
}

// traceBlock traces all transactions of a block. One that a script fails in has an
// error in place of a result.
func (b *backend) traceBlock(ctx context.Context, block *types.Block, config *traceConfig) ([]txTrace, error) {
	if err := b.checkTracer(config); err != nil {
		return nil, err
	}
	ctx, cancel := b.withTraceTime(ctx)
	defer cancel()
	r, err := b.replay(ctx, block, nil)
	if err != nil {
		return nil, err
	}
	var (
		left    = b.newBudget()
		script  = isScript(config)
		results = make([]txTrace, len(block.Transactions()))
	)
	for i, tx := range block.Transactions() {
		results[i].TxHash = tx.Hash()
		result, err := r.trace(ctx, config, left)
		switch {
		case ctx.Err() != nil:
			return nil, context.Cause(ctx)
		case err != nil && (!script || left.exhausted()):
			return nil, err
		case err != nil:
			results[i].Error = err.Error()
		default:
			results[i].Result = result
		}
	}
	return results, nil
}

// traceCallConfig is what debug_traceCall takes besides the call.
type traceCallConfig struct {
	traceConfig
	StateOverrides *stateOverrides `json:"stateOverrides"`
	BlockOverrides *blockOverrides `json:"blockOverrides"`
	TxIndex        *hexutil.Uint   `json:"txIndex"`
}

// TraceCall is debug_traceCall: what the tracer finds in a call on the state after a
// block, or with txIndex on the state before that transaction of it.
func (api *traceAPI) TraceCall(ctx context.Context, args callArgs, block *rpc.BlockNumberOrHash, config *traceCallConfig) (json.RawMessage, error) {
	ctx, cancel := api.withTraceTime(ctx)
	defer cancel()
	if config == nil {
		config = new(traceCallConfig)
	}
	if err := args.checkBlobFee(); err != nil {
		return nil, err
	}
	statedb, header, err := api.stateInside(ctx, latest(block), config.TxIndex)
	if err != nil {
		return nil, err
	}
	call, err := api.prepareOn(statedb, header, args, config.StateOverrides, config.BlockOverrides)
	if err == nil {
		err = api.address(call, args)
	}
	if err != nil {
		return nil, err
	}
	if next := new(big.Int).Add(header.Number, common.Big1); call.block.BlockNumber.Cmp(next) == 0 {
		// In the block after it BLOCKHASH knows this one: wallets simulate there, and
		// a contract should not be able to tell.
		call.block.GetHash = core.GetHashFn(&types.Header{ParentHash: header.Hash(), Number: next}, api.chain)
	}
	return api.traceMessage(ctx, call.traced(), &config.traceConfig, api.newBudget())
}

// stateInside returns the state after a block, or before one of its transactions.
func (b *backend) stateInside(ctx context.Context, at rpc.BlockNumberOrHash, index *hexutil.Uint) (*state.StateDB, *types.Header, error) {
	if index == nil {
		statedb, header, err := b.state(at)
		if errors.Is(err, errHeaderNotFound) || errors.Is(err, errHashNotFound) {
			err = errNoBlock(at)
		}
		return statedb, header, err
	}
	r, err := b.replayTo(ctx, at, int(*index), nil)
	if err != nil {
		return nil, nil, err
	}
	return r.state, r.block.Header(), nil
}

// traced is the call as tracers see it: a transaction that nobody has signed.
func (c *call) traced() traced {
	msg, block := c.msg, c.block
	if msg.GasPrice.IsZero() {
		block.BaseFee = new(big.Int)
	}
	if msg.BlobGasFeeCap != nil && msg.BlobGasFeeCap.IsZero() {
		block.BlobBaseFee = new(big.Int)
	}
	tx := types.NewTx(&types.DynamicFeeTx{
		Nonce: msg.Nonce, GasTipCap: msg.GasTipCap.ToBig(), GasFeeCap: msg.GasFeeCap.ToBig(), Gas: msg.GasLimit,
		To: msg.To, Value: msg.Value.ToBig(), Data: msg.Data, AccessList: msg.AccessList,
	})
	if msg.SetCodeAuthorizations != nil && msg.To != nil {
		tx = types.NewTx(&types.SetCodeTx{
			Nonce: msg.Nonce, GasTipCap: msg.GasTipCap, GasFeeCap: msg.GasFeeCap, Gas: msg.GasLimit,
			To: *msg.To, Value: msg.Value, Data: msg.Data, AccessList: msg.AccessList, AuthList: msg.SetCodeAuthorizations,
		})
	}
	return traced{tx: tx, msg: msg.SkipExecutionGasCapCheck(), block: block, state: c.state, precompiles: c.precompiles}
}

// IntermediateRoots is debug_intermediateRoots: the state root after each transaction
// of a block, as far as they can be executed: it may be a bad one.
func (api *traceAPI) IntermediateRoots(ctx context.Context, hash common.Hash) ([]common.Hash, error) {
	ctx, cancel := api.withTraceTime(ctx)
	defer cancel()
	block := api.chain.GetBlockByHash(hash)
	if block == nil {
		if block = rawdb.ReadBadBlock(api.chain.DB(), hash); block == nil {
			return nil, fmt.Errorf("block %#x not found", hash)
		}
		if err := api.checkForeign(block); err != nil {
			return nil, err
		}
	}
	r, err := api.replay(ctx, block, nil)
	if err != nil {
		return nil, err
	}
	rules := api.config.Rules(block.Number(), block.Difficulty().Sign() == 0, block.Time())
	roots := []common.Hash{}
	for i := range block.Transactions() {
		err := r.skip(ctx, i+1, nil)
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if err == nil {
			roots = append(roots, r.state.IntermediateRoot(rules))
		}
		if r.state.Error() != nil { // what is missing is also missed by the root
			return nil, r.state.Error()
		}
		if err != nil {
			return roots, nil
		}
	}
	return roots, nil
}
