package rpc

import (
	"context"
	"fmt"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/eth/tracers/logger"
	"github.com/ethereum/go-ethereum/rpc"
)

// maxAccessListRounds bounds the executions of eth_createAccessList. The list
// changes what gas costs and so may change what is accessed; two or three rounds
// settle it but for contracts that look at the gas left.
const maxAccessListRounds = 32

// accessListResult is the answer to eth_createAccessList. Error is the
// execution's, with whose list one may be content all the same.
type accessListResult struct {
	AccessList types.AccessList `json:"accessList"`
	Error      string           `json:"error,omitempty"`
	GasUsed    hexutil.Uint64   `json:"gasUsed"`
}

// CreateAccessList is eth_createAccessList: the access list (EIP-2930) that makes
// the transaction's accesses known beforehand.
func (api *callAPI) CreateAccessList(ctx context.Context, args callArgs, block *rpc.BlockNumberOrHash, accounts *stateOverrides) (*accessListResult, error) {
	c, err := api.stage(args, latest(block), accounts, nil)
	if err != nil {
		return nil, err
	}
	if err := api.feeDefaults(ctx, &args); err != nil {
		return nil, err
	}
	if err := api.address(c, args); err != nil {
		return nil, err
	}
	c.msg.Nonce = defaultedNonce(&args, c.state)
	to := crypto.CreateAddress(args.sender(), c.msg.Nonce)
	if args.To != nil {
		to = *args.To
	}
	ctx, cancel := api.withTimeout(ctx)
	defer cancel()

	excluded := api.excluded(&args, to, c)
	last := logger.NewAccessListTracer(c.msg.AccessList, excluded)
	for range maxAccessListRounds {
		c.msg.AccessList = last.AccessList()
		tracer := logger.NewAccessListTracer(c.msg.AccessList, excluded)
		result, err := api.trace(ctx, c, tracer)
		if err != nil {
			return nil, err
		}
		if tracer.Equal(last) {
			answer := &accessListResult{AccessList: c.msg.AccessList, GasUsed: hexutil.Uint64(result.UsedGas)}
			if result.Err != nil {
				answer.Error = result.Err.Error()
			}
			return answer, nil
		}
		last = tracer
	}
	return nil, fmt.Errorf("access list does not settle within %d executions", maxAccessListRounds)
}

// feeDefaults completes the fees if some are given. Without any, the call needs no
// funds.
func (api *callAPI) feeDefaults(ctx context.Context, args *callArgs) error {
	if args.GasPrice == nil && args.MaxFeePerGas == nil && args.MaxPriorityFeePerGas == nil && args.MaxFeePerBlobGas == nil {
		return nil
	}
	return api.fees.fill(ctx, args)
}

// trace executes the call on a copy of its state.
func (api *callAPI) trace(ctx context.Context, c *call, tracer *logger.AccessListTracer) (*core.ExecutionResult, error) {
	evm := api.evm(c, vm.Config{Tracer: tracer.Hooks(), NoBaseFee: true}, c.state.Copy())
	defer evm.Release()
	defer context.AfterFunc(ctx, evm.Cancel)()

	result, err := core.ApplyMessage(evm, c.msg, nil)
	switch {
	case evm.Cancelled():
		return nil, api.errTimeout()
	case err != nil:
		return nil, fmt.Errorf("failed to apply transaction: %w", err)
	}
	return result, nil
}
