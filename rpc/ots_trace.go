package rpc

import (
	"context"
	"sort"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rpc"
)

// otsCreator is who made a contract.
type otsCreator struct {
	Hash    common.Hash    `json:"hash"` // of the transaction
	Creator common.Address `json:"creator"`
}

// GetContractCreator is ots_getContractCreator: the transaction that a contract was
// made by, and the account or contract that did it. It is null for an account without
// code, and for a contract of the genesis block.
func (api *otsAPI) GetContractCreator(ctx context.Context, address common.Address) (*otsCreator, error) {
	ctx, cancel := api.withTraceTime(ctx)
	defer cancel()
	// The first block after which there is code. A contract that is destroyed in the
	// transaction that makes it is never there (EIP-6780), and others stay.
	var err error
	head := int(api.chain.CurrentBlock().Number.Uint64())
	first := sort.Search(head+1, func(number int) bool {
		if err == nil {
			err = context.Cause(ctx)
		}
		if err != nil {
			return false
		}
		var found bool
		at := rpc.BlockNumberOrHashWithNumber(rpc.BlockNumber(number))
		found, err = api.HasCode(address, &at)
		return found
	})
	if err != nil || first == 0 || first > head {
		return nil, err
	}
	block := api.chain.GetBlockByNumber(uint64(first))
	if block == nil {
		return nil, errHeaderNotFound
	}
	return api.creatorIn(ctx, block, address)
}

func (api *otsAPI) creatorIn(ctx context.Context, block *types.Block, address common.Address) (*otsCreator, error) {
	r, err := api.replay(ctx, block, nil)
	if err != nil {
		return nil, err
	}
	for left := api.newBudget(); r.next < len(block.Transactions()); {
		tx := block.Transactions()[r.next]
		calls, err := r.traceCalls(ctx, left)
		if err != nil {
			return nil, err
		}
		var creator *common.Address
		calls.walk(0, func(_ int, call *tracedCall) bool {
			if call.creates() && call.To != nil && *call.To == address && call.Error == "" {
				creator = &call.From
			}
			return call.Error == ""
		})
		if creator != nil {
			return &otsCreator{tx.Hash(), *creator}, nil
		}
	}
	return nil, nil // the code is a delegation (EIP-7702)
}

// tracedCalls are the calls of a mined transaction.
func (api *otsAPI) tracedCalls(ctx context.Context, hash common.Hash) (*tracedCall, error) {
	r, err := api.replayToTx(ctx, hash)
	if err != nil {
		return nil, err
	}
	return r.traceCalls(ctx, api.newBudget())
}

// GetTransactionError is ots_getTransactionError: what a failed transaction returned,
// nothing for one that succeeded.
func (api *otsAPI) GetTransactionError(ctx context.Context, hash common.Hash) (hexutil.Bytes, error) {
	ctx, cancel := api.withTraceTime(ctx)
	defer cancel()
	calls, err := api.tracedCalls(ctx, hash)
	if err != nil || calls.Error == "" {
		return hexutil.Bytes{}, err
	}
	return calls.Output, nil
}

// otsOperation is a movement of ether inside of a transaction.
type otsOperation struct {
	Type  int            `json:"type"`
	From  common.Address `json:"from"`
	To    common.Address `json:"to"`
	Value *hexutil.Big   `json:"value"`
}

// GetInternalOperations is ots_getInternalOperations: the transfers (0), self
// destructions (1) and creations (2, with CREATE2 3) that contracts do in a
// transaction, as far as they were not reverted.
func (api *otsAPI) GetInternalOperations(ctx context.Context, hash common.Hash) ([]otsOperation, error) {
	ctx, cancel := api.withTraceTime(ctx)
	defer cancel()
	calls, err := api.tracedCalls(ctx, hash)
	if err != nil {
		return nil, err
	}
	operations := []otsOperation{}
	calls.walk(0, func(depth int, call *tracedCall) bool {
		if call.Error != "" {
			return false
		}
		kind, ok := map[string]int{"CALL": 0, "SELFDESTRUCT": 1, "CREATE": 2, "CREATE2": 3}[call.Type]
		moves := call.Value != nil && call.Value.ToInt().Sign() > 0
		if depth > 0 && ok && call.To != nil && (kind != 0 || moves) {
			value := call.Value
			if value == nil {
				value = new(hexutil.Big)
			}
			operations = append(operations, otsOperation{kind, call.From, *call.To, value})
		}
		return true
	})
	return operations, nil
}

// otsStep is a call in the answer of ots_traceTransaction.
type otsStep struct {
	Type   string          `json:"type"`
	Depth  int             `json:"depth"`
	From   common.Address  `json:"from"`
	To     *common.Address `json:"to"`
	Value  *hexutil.Big    `json:"value"` // null where there is none
	Input  hexutil.Bytes   `json:"input"`
	Output hexutil.Bytes   `json:"output"`
}

// TraceTransaction is ots_traceTransaction: all calls of a transaction in their order.
func (api *otsAPI) TraceTransaction(ctx context.Context, hash common.Hash) ([]otsStep, error) {
	ctx, cancel := api.withTraceTime(ctx)
	defer cancel()
	calls, err := api.tracedCalls(ctx, hash)
	if err != nil {
		return nil, err
	}
	steps := []otsStep{}
	calls.walk(0, func(depth int, call *tracedCall) bool {
		step := otsStep{Type: call.Type, Depth: depth, From: call.From, To: call.To, Value: call.Value, Input: call.Input, Output: call.Output}
		if call.Type == "DELEGATECALL" {
			step.Value = nil // it is its caller's
		}
		steps = append(steps, step)
		return true
	})
	return steps, nil
}
