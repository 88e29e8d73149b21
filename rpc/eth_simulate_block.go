package rpc

import (
	"context"
	"errors"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/consensus/misc/eip1559"
	"github.com/ethereum/go-ethereum/consensus/misc/eip4844"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/types/bal"
	"github.com/ethereum/go-ethereum/core/vm"
)

// simulation is one run of eth_simulateV1. Its state and chain grow with each block.
type simulation struct {
	*backend
	options *simulateOptions
	state   *state.StateDB
	chain   *simulateChain
	gas     uint64 // left of Limits.GasCap, which is for all blocks together
}

// simulateChain is the chain with simulated blocks on top of one of its blocks.
type simulateChain struct {
	Chain
	headers []*types.Header // the base block's and those simulated so far
}

// head is the last simulated header, or the base block's.
func (c *simulateChain) head() *types.Header { return c.headers[len(c.headers)-1] }

// GetHeader finds a header among the simulated ones and in the chain below, for
// BLOCKHASH.
func (c *simulateChain) GetHeader(hash common.Hash, number uint64) *types.Header {
	base := c.headers[0].Number.Uint64()
	if number < base {
		return c.Chain.GetHeader(hash, number)
	}
	if at := number - base; at < uint64(len(c.headers)) && c.headers[at].Hash() == hash {
		return c.headers[at]
	}
	return nil
}

// assembly is a simulated block in the making.
type assembly struct {
	*simulation
	header     *types.Header
	evm        *vm.EVM
	statedb    vm.StateDB // the simulation's, seen by the tracer
	tracer     *transferTracer
	pool       *core.GasPool
	blobGas    uint64
	accessList *bal.ConstructionBlockAccessList // EIP-7928, from Amsterdam on

	txs      []*types.Transaction
	senders  []common.Address
	receipts []*types.Receipt
	results  []simulateCall
	logs     []*types.Log
}

// execute simulates the next block.
func (s *simulation) execute(ctx context.Context, block simulateBlock) (*simulateResult, error) {
	parent := s.chain.head()
	header := s.header(parent, block.Block)
	a, err := s.assemble(header, block)
	if err != nil {
		return nil, err
	}
	defer a.evm.Release()
	defer context.AfterFunc(ctx, a.evm.Cancel)()

	a.accessList.Merge(core.PreExecution(ctx, header.ParentBeaconRoot, parent, s.config, a.evm, header.Number, header.Time))
	for _, call := range block.Calls {
		if err := ctx.Err(); err != nil {
			return nil, s.errTimeout()
		}
		if err := a.call(call); err != nil {
			return nil, err
		}
	}
	simulated, err := a.finish(ctx, block.Block.Withdrawals)
	switch {
	case a.evm.Cancelled():
		return nil, s.errTimeout()
	case err != nil:
		return nil, err
	}
	for _, result := range a.results {
		for _, log := range result.Logs {
			log.BlockHash = simulated.Hash()
		}
	}
	s.chain.headers = append(s.chain.headers, simulated.Header())
	return &simulateResult{
		block: blockResult{backend: s.backend, block: simulated, full: s.options.ReturnFullTransactions, senders: a.senders},
		calls: a.results,
	}, nil
}

// header makes the header of the next block, as far as it does not come out of
// execution.
func (s *simulation) header(parent *types.Header, overrides *blockOverrides) *types.Header {
	number, time := overrides.Number.ToInt(), uint64(*overrides.Time)
	header := &types.Header{
		ParentHash:  parent.Hash(),
		UncleHash:   types.EmptyUncleHash,
		TxHash:      types.EmptyTxsHash,
		ReceiptHash: types.EmptyReceiptsHash,
		Coinbase:    parent.Coinbase,
		Difficulty:  parent.Difficulty,
		GasLimit:    parent.GasLimit,
	}
	// Without a difficulty of zero no fork from the merge on would be active.
	if s.config.IsPostMerge(number.Uint64(), time) {
		header.Difficulty = new(big.Int)
	}
	header = overrides.header(header)
	if s.config.IsLondon(number) && header.BaseFee == nil {
		header.BaseFee = new(big.Int) // calls that pay nothing shall work
		if s.options.Validation {
			header.BaseFee = eip1559.CalcBaseFee(s.config, parent)
		}
	}
	if s.config.IsShanghai(number, time) {
		header.WithdrawalsHash = &types.EmptyWithdrawalsHash
	}
	if s.config.IsCancun(number, time) {
		header.ParentBeaconRoot = new(common.Hash)
		if overrides.BeaconRoot != nil {
			header.ParentBeaconRoot = overrides.BeaconRoot
		}
		header.ExcessBlobGas = new(uint64)
		if s.config.IsCancun(parent.Number, parent.Time) {
			*header.ExcessBlobGas = eip4844.CalcExcessBlobGas(s.config, parent, time)
		}
	}
	if parent.SlotNumber != nil {
		slot := *parent.SlotNumber + 1
		header.SlotNumber = &slot
	}
	return header
}

// assemble applies the overrides and makes the EVM.
func (s *simulation) assemble(header *types.Header, block simulateBlock) (*assembly, error) {
	precompiles := vm.ActivePrecompiledContracts(s.config.Rules(header.Number, header.Difficulty.Sign() == 0, header.Time))
	if block.Accounts != nil {
		if err := block.Accounts.apply(s.state, precompiles); err != nil {
			return nil, err
		}
	}
	context := core.NewEVMBlockContext(header, s.chain, nil)
	if fee := block.Block.BlobBaseFee; fee != nil {
		context.BlobBaseFee = fee.ToInt()
	}
	// From Amsterdam on the EVM itself logs transfers (EIP-7708).
	tracer := &transferTracer{
		transfers: s.options.TraceTransfers && !s.config.IsAmsterdam(header.Number, header.Time),
		number:    header.Number.Uint64(),
		time:      header.Time,
	}
	a := &assembly{
		simulation: s,
		header:     header,
		tracer:     tracer,
		statedb:    state.NewHookedState(s.state, tracer.hooks()),
		pool:       core.NewGasPool(header.GasLimit),
		accessList: bal.NewConstructionBlockAccessList(),
		results:    make([]simulateCall, 0, len(block.Calls)),
	}
	a.evm = vm.NewEVM(context, a.statedb, s.config, vm.Config{NoBaseFee: !s.options.Validation, Tracer: tracer.hooks()})
	a.evm.SetPrecompiles(precompiles)
	return a, nil
}

// finish pays the withdrawals, runs the system calls that follow the transactions
// and computes the roots.
func (a *assembly) finish(ctx context.Context, withdrawals *types.Withdrawals) (*types.Block, error) {
	header := a.header
	header.GasUsed = a.pool.Used()
	if a.config.IsCancun(header.Number, header.Time) {
		header.BlobGasUsed = &a.blobGas
	}
	body := &types.Body{Transactions: a.txs}
	if a.config.IsShanghai(header.Number, header.Time) {
		body.Withdrawals = types.Withdrawals{}
		if withdrawals != nil {
			body.Withdrawals = *withdrawals
		}
	}
	requests, accessList, err := core.PostExecution(ctx, a.config, header.Number, header.Time, a.logs,
		body.Withdrawals, a.evm, uint32(len(a.txs)+1))
	if err != nil {
		return nil, err
	}
	if requests != nil {
		hash := types.CalcRequestsHash(requests)
		header.RequestsHash = &hash
	}
	a.accessList.Merge(accessList)
	a.chain.Engine().Finalize(a.chain, header, a.state, body)
	block := core.AssembleBlock(a.chain, header, a.state, body, a.receipts, a.accessList)
	return block, a.state.Error()
}

// call executes one call as the block's next transaction.
func (a *assembly) call(args callArgs) error {
	capped, err := a.complete(&args)
	if err != nil {
		return err
	}
	tx, index := args.transaction(), len(a.txs)
	a.tracer.reset(tx.Hash(), index)
	a.state.SetTxContext(tx.Hash(), index, uint32(index+1))

	msg := args.bareMessage(uint64(*args.Gas), a.header.BaseFee)
	if !a.options.Validation {
		msg.SkipNonceCheck().SkipExecutionGasCapCheck()
	}
	result, err := core.ApplyMessage(a.evm, msg, a.pool)
	switch {
	case a.state.Error() != nil: // missing state looks like missing funds
		return a.state.Error()
	case a.evm.Cancelled():
		return a.errTimeout()
	case err != nil:
		return simulateError(err, msg.GasLimit)
	}
	var root []byte
	if a.config.IsByzantium(a.header.Number) {
		a.accessList.Merge(a.statedb.Finalise(a.evm.GetRules()))
	} else {
		root = a.state.IntermediateRoot(a.evm.GetRules()).Bytes()
	}
	receipt := core.MakeReceipt(a.evm, result, a.state, a.header.Number, common.Hash{}, a.header.Time, tx, a.pool.CumulativeUsed(), root)
	a.gas -= min(a.gas, result.UsedGas)
	a.blobGas += receipt.BlobGasUsed
	a.txs = append(a.txs, tx)
	a.senders = append(a.senders, args.sender())
	a.receipts = append(a.receipts, receipt)

	answer := newSimulateCall(result, a.tracer.logs(), capped)
	if !result.Failed() {
		a.logs = append(a.logs, answer.Logs...)
	}
	a.results = append(a.results, answer)
	return nil
}

// complete fills in what the call leaves out: the next nonce, all gas that is left,
// and zeros. It reports whether the gas is less than was asked for.
func (a *assembly) complete(args *callArgs) (capped bool, err error) {
	header := a.header
	if args.Nonce == nil {
		nonce := hexutil.Uint64(a.state.GetNonce(args.sender()))
		args.Nonce = &nonce
	}
	amsterdam := a.config.IsAmsterdam(header.Number, header.Time)
	left := a.pool.Available(amsterdam)
	if amsterdam && !a.options.Validation {
		// The cap on a transaction's execution gas is off, so all its gas must
		// fit in the execution dimension too (EIP-8037).
		left = min(left, header.GasLimit-a.pool.CumulativeExecution())
	}
	if args.Gas == nil {
		args.Gas = (*hexutil.Uint64)(&left)
	}
	if asked := uint64(*args.Gas); asked > left {
		return false, &codedError{Code: codeBlockGas, Message: blockGasReached(left, asked)}
	}
	if asked := uint64(*args.Gas); asked > a.gas {
		gas := hexutil.Uint64(a.gas)
		args.Gas, capped = &gas, true
	}
	if err := args.check(a.config.ChainID, header.BaseFee); err != nil {
		return false, err
	}
	args.ChainID = (*hexutil.Big)(a.config.ChainID)
	zero := new(hexutil.Big)
	if args.Value == nil {
		args.Value = zero
	}
	switch {
	case header.BaseFee == nil:
		if args.GasPrice == nil {
			args.GasPrice = zero
		}
	case args.GasPrice == nil:
		if args.MaxFeePerGas == nil {
			args.MaxFeePerGas = zero
		}
		if args.MaxPriorityFeePerGas == nil {
			args.MaxPriorityFeePerGas = zero
		}
	}
	return capped, nil
}

// simulateError gives the reason why a call cannot be a transaction of its block the
// code that the specification has for it.
func simulateError(err error, gas uint64) error {
	code := codeInternal
	for _, known := range []struct {
		err  error
		code int
	}{
		{core.ErrNonceTooHigh, codeNonceTooHigh},
		{core.ErrNonceTooLow, codeNonceTooLow},
		{core.ErrSenderNoEOA, codeSenderNoEOA},
		{core.ErrFeeCapVeryHigh, codeInvalidParams},
		{core.ErrTipVeryHigh, codeInvalidParams},
		{core.ErrTipAboveFeeCap, codeInvalidParams},
		{core.ErrFeeCapTooLow, codeBaseFeeTooLow},
		{core.ErrInsufficientFunds, codeInsufficientFunds},
		{core.ErrIntrinsicGas, codeIntrinsicGas},
		{core.ErrInsufficientFundsForTransfer, codeInsufficientFunds},
		{vm.ErrMaxInitCodeSizeExceeded, codeInitCodeSize},
	} {
		if errors.Is(err, known.err) {
			code = known.code
			break
		}
	}
	return &codedError{Code: code, Message: errSupplied(err, gas).Error()}
}
