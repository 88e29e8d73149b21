package rpc

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/eth/gasestimator"
	"github.com/ethereum/go-ethereum/rpc"
)

// estimateTolerance is by how much an estimate may exceed the least gas that is
// enough, to save executions. It is geth's.
const estimateTolerance = 0.015

// callAPI executes what is never mined.
type callAPI struct {
	*backend
	fees *fees
}

// Call is eth_call.
func (api *callAPI) Call(ctx context.Context, args callArgs, block *rpc.BlockNumberOrHash, accounts *stateOverrides, header *blockOverrides) (hexutil.Bytes, error) {
	call, err := api.prepare(args, latest(block), accounts, header)
	if err != nil {
		return nil, err
	}
	result, err := api.run(ctx, call)
	if err != nil {
		return nil, err
	}
	switch {
	case errors.Is(result.Err, vm.ErrExecutionReverted):
		return nil, revertError(result.Revert())
	case errors.Is(result.Err, vm.ErrOutOfGas) && call.msg.GasLimit == api.limits.GasCap:
		return nil, fmt.Errorf("%w%s", result.Err, seeFlag(FlagGasCap))
	}
	return result.Return(), result.Err
}

// EstimateGas is eth_estimateGas: the least gas limit with which the call succeeds.
func (api *callAPI) EstimateGas(ctx context.Context, args callArgs, block *rpc.BlockNumberOrHash, accounts *stateOverrides, header *blockOverrides) (hexutil.Uint64, error) {
	return api.estimateGas(ctx, args, block, accounts, header)
}

// estimateGas estimates on the latest state as in the next block: a contract that does
// more once time has passed, like Uniswap's pairs, would not get the gas for it if the
// head's own time were the present. Other blocks are taken as they are.
func (b *backend) estimateGas(ctx context.Context, args callArgs, at *rpc.BlockNumberOrHash, accounts *stateOverrides, header *blockOverrides) (hexutil.Uint64, error) {
	if isLatest(latest(at)) {
		header = header.inNext(b.nextBlock())
	}
	call, err := b.prepare(args, latest(at), accounts, header)
	if err != nil {
		return 0, err
	}
	if args.Gas == nil {
		call.msg.GasLimit = 0 // the estimator then tries up to the block's
	}
	opts := &gasestimator.Options{
		Config:     b.config,
		Chain:      b.chain,
		Header:     call.header,
		State:      call.state,
		ErrorRatio: estimateTolerance,
	}
	if header != nil && header.BlobBaseFee != nil {
		opts.BlobBaseFee = header.BlobBaseFee.ToInt()
	}
	ctx, cancel := b.withTimeout(ctx)
	defer cancel()
	gas, revert, err := gasestimator.Estimate(ctx, call.msg, opts, b.limits.GasCap)
	switch {
	case ctx.Err() != nil: // what an aborted execution seems to say is no estimate
		return 0, b.errTimeout()
	case errors.Is(err, vm.ErrExecutionReverted):
		return 0, revertError(revert)
	case err != nil && err.Error() == fmt.Sprintf("gas required exceeds allowance (%d)", b.limits.GasCap):
		return 0, errors.New(err.Error() + seeFlag(FlagGasCap))
	}
	return hexutil.Uint64(gas), err
}

// call is a message and where it is executed.
type call struct {
	msg         *core.Message
	state       *state.StateDB
	header      *types.Header // with overrides
	block       vm.BlockContext
	precompiles vm.PrecompiledContracts // nil = those of the fork
}

// prepare makes a call of its arguments and overrides.
func (b *backend) prepare(args callArgs, at rpc.BlockNumberOrHash, accounts *stateOverrides, block *blockOverrides) (*call, error) {
	c, err := b.stage(args, at, accounts, block)
	if err != nil {
		return nil, err
	}
	return c, b.address(c, args)
}

// stage sets the scene of a call, which has no message yet: state and block with the
// overrides.
func (b *backend) stage(args callArgs, at rpc.BlockNumberOrHash, accounts *stateOverrides, block *blockOverrides) (*call, error) {
	if err := args.checkBlobFee(); err != nil {
		return nil, err
	}
	statedb, header, err := b.state(at)
	if err != nil {
		return nil, err
	}
	return b.stageOn(statedb, header, accounts, block)
}

// prepareOn is prepare for a state, which it changes.
func (b *backend) prepareOn(statedb *state.StateDB, header *types.Header, args callArgs, accounts *stateOverrides, block *blockOverrides) (*call, error) {
	c, err := b.stageOn(statedb, header, accounts, block)
	if err != nil {
		return nil, err
	}
	return c, b.address(c, args)
}

// stageOn is stage for a state, which it changes.
func (b *backend) stageOn(statedb *state.StateDB, header *types.Header, accounts *stateOverrides, block *blockOverrides) (*call, error) {
	if err := block.check(); err != nil {
		return nil, err
	}
	c := &call{
		state:  statedb,
		header: block.header(header),
		block:  block.context(b.chain, header),
	}
	if accounts != nil {
		rules := b.config.Rules(c.block.BlockNumber, c.block.Random != nil, c.block.Time)
		c.precompiles = vm.ActivePrecompiledContracts(rules)
		if err := accounts.apply(statedb, c.precompiles); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// address checks the arguments and makes the call's message of them.
func (b *backend) address(c *call, args callArgs) error {
	if err := args.check(b.config.ChainID, c.header.BaseFee); err != nil {
		return err
	}
	c.msg = args.message(b.limits.GasCap, c.header.BaseFee)
	return nil
}

// run executes a call. The result is the execution's; the error says why there was
// none.
func (b *backend) run(ctx context.Context, c *call) (*core.ExecutionResult, error) {
	ctx, cancel := b.withTimeout(ctx)
	defer cancel()

	evm := b.evm(c, vm.Config{NoBaseFee: true}, c.state)
	defer evm.Release()
	defer context.AfterFunc(ctx, evm.Cancel)()

	result, err := core.ApplyMessage(evm, c.msg.SkipExecutionGasCapCheck(), b.gasPool())
	switch {
	case c.state.Error() != nil: // missing state looks like missing funds
		return nil, c.state.Error()
	case evm.Cancelled():
		return nil, b.errTimeout()
	case err != nil:
		return nil, errSupplied(err, c.msg.GasLimit)
	}
	return result, nil
}

// evm makes an EVM for the call. A call that pays nothing sees no base fee, which
// the EVM would not let it stay below.
func (b *backend) evm(c *call, config vm.Config, statedb *state.StateDB) *vm.EVM {
	block := c.block
	if c.msg.GasPrice.IsZero() {
		block.BaseFee = new(big.Int)
	}
	if c.msg.BlobGasFeeCap != nil && c.msg.BlobGasFeeCap.IsZero() {
		block.BlobBaseFee = new(big.Int)
	}
	evm := vm.NewEVM(block, statedb, b.config, config)
	evm.SetJumpDestCache(b.chain.JumpDestCache())
	if c.precompiles != nil {
		evm.SetPrecompiles(c.precompiles)
	}
	return evm
}

func (b *backend) gasPool() *core.GasPool {
	if b.limits.GasCap == 0 {
		return core.NewGasPool(math.MaxUint64)
	}
	return core.NewGasPool(b.limits.GasCap)
}

func (b *backend) withTimeout(ctx context.Context) (context.Context, context.CancelFunc) {
	if b.limits.EVMTimeout == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, b.limits.EVMTimeout)
}

// errTimeout is for an execution that was aborted, by the limit or because the
// client is gone, who does not see it.
func (b *backend) errTimeout() error {
	return fmt.Errorf("execution aborted (timeout = %v)%s", b.limits.EVMTimeout, seeFlag(FlagEVMTimeout))
}

// defaultedNonce is the nonce that the sender's next transaction would have in the
// given state.
func defaultedNonce(args *callArgs, statedb *state.StateDB) uint64 {
	if args.Nonce != nil {
		return uint64(*args.Nonce)
	}
	return statedb.GetNonce(args.sender())
}

// excluded are the addresses that an access list need not name, since touching them
// costs nothing extra: sender, recipient, precompiles and valid authorities.
func (b *backend) excluded(args *callArgs, to common.Address, c *call) map[common.Address]struct{} {
	set := map[common.Address]struct{}{args.sender(): {}, to: {}}
	rules := b.config.Rules(c.block.BlockNumber, c.block.Random != nil, c.block.Time)
	for _, address := range vm.ActivePrecompiles(rules) {
		set[address] = struct{}{}
	}
	for _, auth := range args.AuthorizationList {
		if !auth.ChainID.IsZero() && auth.ChainID.CmpBig(b.config.ChainID) != 0 || auth.Nonce == math.MaxUint64 {
			continue
		}
		if authority, err := auth.Authority(); err == nil {
			set[authority] = struct{}{}
		}
	}
	return set
}
