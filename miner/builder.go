package miner

import (
	"context"
	"fmt"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/consensus/misc/eip1559"
	"github.com/ethereum/go-ethereum/consensus/misc/eip4844"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/types/bal"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/params"
	"github.com/holiman/uint256"
	"github.com/monolith-chain/monolith/shared/pow"
)

// builder makes payloads. It has no state of its own and is safe for concurrent
// use: every payload gets a state that nothing else touches.
type builder struct {
	chain    Chain
	pool     Pool
	params   *pow.Params
	settings func() *Settings // those in force
}

// tip returns the least tip per gas of a transaction.
func (b *builder) tip() *uint256.Int { return uint256.MustFromBig(b.settings().GasPrice) }

// baseFee returns the base fee of a block on the given parent.
func (b *builder) baseFee(parent *types.Header) *big.Int {
	return eip1559.CalcBaseFee(b.chain.Config(), parent)
}

// build makes a payload of the pool's transactions on the given parent, stamped with
// the given time. No transaction is begun after the deadline, if there is one.
// Cancelling ctx ends even a transaction in execution; the error is then that of
// ctx.
func (b *builder) build(ctx context.Context, parent *types.Header, stamp uint64, deadline time.Time) (*Payload, error) {
	header, err := b.header(parent, stamp)
	if err != nil {
		return nil, err
	}
	statedb, err := b.chain.StateAtForkBoundary(parent, header)
	if err != nil {
		return nil, fmt.Errorf("state of block %d (%#x): %w", parent.Number, parent.Hash(), err)
	}
	return b.assemble(ctx, parent, header, statedb, func(a *assembly) (bool, error) {
		return a.fill(ctx, b.pool, deadline), nil
	})
}

// assemble makes a payload of a header on the parent's state, which it changes.
// The transactions are chosen and executed by fill.
func (b *builder) assemble(ctx context.Context, parent, header *types.Header, statedb *state.StateDB,
	fill func(*assembly) (truncated bool, err error)) (*Payload, error) {
	start := time.Now()
	a := b.newAssembly(header, statedb)
	defer a.evm.Release()
	defer context.AfterFunc(ctx, a.evm.Cancel)()

	a.accessList.Merge(core.PreExecution(ctx, header.ParentBeaconRoot, parent, a.config, a.evm, header.Number, header.Time))
	truncated, err := fill(a)
	if err != nil {
		return nil, err
	}
	block, err := a.finish(ctx)
	// A cancelled EVM stops in the middle and calls it success, so this comes
	// before anything else is believed.
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("build block %d: %w", header.Number, err)
	}
	return &Payload{
		Block:     block,
		Receipts:  a.receipts,
		State:     statedb,
		Fees:      a.fees.ToBig(),
		Built:     time.Since(start),
		Truncated: truncated,
	}, nil
}

// header returns the header of a block on the given parent, with all that does
// not come out of execution.
func (b *builder) header(parent *types.Header, stamp uint64) (*types.Header, error) {
	config, settings := b.chain.Config(), b.settings()
	header := &types.Header{
		ParentHash: parent.Hash(),
		Number:     new(big.Int).Add(parent.Number, common.Big1),
		GasLimit:   core.CalcGasLimit(parent.GasLimit, settings.GasLimit),
		Time:       stamp,
		Coinbase:   settings.Etherbase,
		BaseFee:    b.baseFee(parent),
		Extra:      settings.ExtraData,
	}
	if config.IsCancun(header.Number, header.Time) {
		var excess uint64
		if config.IsCancun(parent.Number, parent.Time) {
			excess = eip4844.CalcExcessBlobGas(config, parent, stamp)
		}
		header.BlobGasUsed, header.ExcessBlobGas = new(uint64), &excess
	}
	if err := b.chain.Engine().Prepare(b.chain, header); err != nil {
		return nil, fmt.Errorf("prepare block %d: %w", header.Number, err)
	}
	return header, nil
}

// assembly is a block being built.
type assembly struct {
	*builder
	config *params.ChainConfig
	rules  params.Rules
	signer types.Signer
	header *types.Header
	state  *state.StateDB
	evm    *vm.EVM

	gas        *core.GasPool
	room       uint64 // bytes left for transactions
	txs        []*types.Transaction
	receipts   types.Receipts
	fees       *uint256.Int
	accessList *bal.ConstructionBlockAccessList // EIP-7928, from Amsterdam on
}

func (b *builder) newAssembly(header *types.Header, statedb *state.StateDB) *assembly {
	config := b.chain.Config()
	evm := vm.NewEVM(core.NewEVMBlockContext(header, b.chain, &header.Coinbase), statedb, config, vm.Config{})
	evm.SetJumpDestCache(b.chain.JumpDestCache())
	evm.SetPrecompileCache(b.chain.PrecompileCache())
	return &assembly{
		builder: b,
		config:  config,
		rules:   evm.GetRules(),
		// For a chain whose forks are all active this equals the pool's
		// types.LatestSigner, so that the senders which it recovered are
		// taken from the transactions' caches (see TestSendersAreRecoveredOnce).
		signer:     types.MakeSigner(config, header.Number, header.Time),
		header:     header,
		state:      statedb,
		evm:        evm,
		gas:        core.NewGasPool(header.GasLimit),
		room:       params.MaxBlockSize - blockSizeReserve,
		fees:       new(uint256.Int),
		accessList: bal.NewConstructionBlockAccessList(),
	}
}

// finish pays the reward, runs the system calls that follow the transactions,
// computes the roots and puts the block together.
func (a *assembly) finish(ctx context.Context) (*types.Block, error) {
	var logs []*types.Log
	for _, receipt := range a.receipts {
		logs = append(logs, receipt.Logs...)
	}
	header := a.header
	body := &types.Body{
		Transactions: a.txs,
		Withdrawals:  a.params.Withdrawals(header.Number.Uint64(), header.Coinbase),
	}
	requests, accessList, err := core.PostExecution(ctx, a.config, header.Number, header.Time, logs,
		body.Withdrawals, a.evm, uint32(len(a.txs)+1))
	if err != nil {
		return nil, err
	}
	if requests != nil {
		hash := types.CalcRequestsHash(requests)
		header.RequestsHash = &hash
	}
	a.accessList.Merge(accessList)
	header.GasUsed = a.gas.Used()

	a.chain.Engine().Finalize(a.chain, header, a.state, body)
	block := core.AssembleBlock(a.chain, header, a.state, body, a.receipts, a.accessList)
	// Reading the state never fails on the spot: the first error is kept.
	if err := a.state.Error(); err != nil {
		return nil, fmt.Errorf("read state: %w", err)
	}
	return block, nil
}
