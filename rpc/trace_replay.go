package rpc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/tracing"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/eth/tracers"
	"github.com/ethereum/go-ethereum/rpc"
)

// replay executes the transactions of a block again, from the first one.
type replay struct {
	*backend
	block   *types.Block
	context vm.BlockContext
	state   *state.StateDB // before the next transaction
	next    int            // its index
}

var (
	errGenesisTrace = errors.New("genesis is not traceable")
	errTxNotFound   = errors.New("transaction not found")
)

// errNoBlock is for a block that is not there to be traced.
func errNoBlock(at rpc.BlockNumberOrHash) error {
	if number, ok := at.Number(); ok {
		return fmt.Errorf("block #%d not found", number)
	}
	return fmt.Errorf("block %s not found", at.String())
}

// replay prepares the state before the first transaction of a block: its parent's
// after the system calls, which hooks, where not nil, see.
func (b *backend) replay(ctx context.Context, block *types.Block, hooks *tracing.Hooks) (*replay, error) {
	if block.NumberU64() == 0 {
		return nil, errGenesisTrace
	}
	parent := b.chain.GetHeader(block.ParentHash(), block.NumberU64()-1)
	if parent == nil {
		return nil, fmt.Errorf("block %s not found", block.ParentHash().Hex())
	}
	statedb, err := b.chain.StateOf(parent)
	if err != nil {
		return nil, err
	}
	r := &replay{backend: b, block: block, state: statedb, context: core.NewEVMBlockContext(block.Header(), b.chain, nil)}
	evm := r.newEVM(hooks)
	defer evm.Release()
	core.PreExecution(ctx, block.BeaconRoot(), parent, b.config, evm, block.Number(), block.Time())
	return r, statedb.Error()
}

func (r *replay) newEVM(hooks *tracing.Hooks) *vm.EVM {
	var db vm.StateDB = r.state
	if hooks != nil {
		db = state.NewHookedState(r.state, hooks)
	}
	evm := vm.NewEVM(r.context, db, r.config, vm.Config{})
	evm.SetJumpDestCache(r.chain.JumpDestCache())
	return evm
}

// skip executes transactions without a tracer up to the one with the given index,
// which is not executed. hooks may be nil.
func (r *replay) skip(ctx context.Context, index int, hooks *tracing.Hooks) error {
	evm := r.newEVM(hooks)
	defer evm.Release()
	defer context.AfterFunc(ctx, evm.Cancel)()
	for ; r.next < index; r.next++ {
		tx := r.block.Transactions()[r.next]
		msg, err := core.TransactionToMessage(tx, r.signer, r.block.BaseFee())
		if err == nil {
			r.state.SetTxContext(tx.Hash(), r.next, uint32(r.next+1))
			_, err = core.ApplyMessage(evm, msg, nil)
		}
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case r.state.Error() != nil:
			return r.state.Error()
		case err != nil:
			return fmt.Errorf("transaction %#x failed: %w", tx.Hash(), err)
		}
		r.state.Finalise(evm.GetRules())
	}
	return nil
}

// seek is skip for an index that a client gives. That of the first transaction is
// also good for a block without any.
func (r *replay) seek(ctx context.Context, index int, hooks *tracing.Hooks) error {
	if count := len(r.block.Transactions()); index < 0 || index >= count && (index > 0 || count > 0) {
		return fmt.Errorf("transaction index %d out of range for block %#x", index, r.block.Hash())
	}
	return r.skip(ctx, index, hooks)
}

// replayTo replays a block up to the transaction with the given index, which is not
// executed.
func (b *backend) replayTo(ctx context.Context, at rpc.BlockNumberOrHash, index int, hooks *tracing.Hooks) (*replay, error) {
	block, err := b.block(at)
	if err != nil {
		return nil, err
	}
	if block == nil {
		return nil, errNoBlock(at)
	}
	r, err := b.replay(ctx, block, hooks)
	if err != nil {
		return nil, err
	}
	return r, r.seek(ctx, index, hooks)
}

// replayToTx replays the block of a mined transaction up to it.
func (b *backend) replayToTx(ctx context.Context, hash common.Hash) (*replay, error) {
	at, tx := b.chain.GetCanonicalTransaction(hash)
	if tx == nil {
		return nil, errTxNotFound
	}
	return b.replayTo(ctx, rpc.BlockNumberOrHashWithHash(at.BlockHash, false), int(at.Index), nil)
}

// trace executes the next transaction under a tracer.
func (r *replay) trace(ctx context.Context, config *traceConfig, left *budget) (json.RawMessage, error) {
	tx := r.block.Transactions()[r.next]
	msg, err := core.TransactionToMessage(tx, r.signer, r.block.BaseFee())
	if err != nil {
		return nil, err
	}
	m := traced{
		tx:    tx,
		msg:   msg,
		at:    tracers.Context{BlockHash: r.block.Hash(), BlockNumber: r.block.Number(), TxIndex: r.next, TxHash: tx.Hash()},
		block: r.context,
		state: r.state,
	}
	if !isScript(config) {
		r.next++
		return r.traceMessage(ctx, m, config, left)
	}
	// A script may fail, and leave a transaction half executed.
	m.state = r.state.Copy()
	result, err := r.traceMessage(ctx, m, config, left)
	if err := r.skip(ctx, r.next+1, nil); err != nil {
		return nil, err
	}
	return result, err
}
