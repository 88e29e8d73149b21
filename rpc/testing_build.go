package rpc

import (
	"context"
	"errors"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/beacon/engine"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/consensus/misc/eip1559"
	"github.com/ethereum/go-ethereum/consensus/misc/eip4844"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/types/bal"
	"github.com/ethereum/go-ethereum/core/vm"

	"github.com/monolith-chain/monolith/shared/pow"
)

// stockGasLimit is what geth's blocks move towards unless told otherwise.
const stockGasLimit = 60_000_000

// testingAPI is the namespace testing, which builds blocks and leaves the chain as it
// is.
type testingAPI struct{ *backend }

// BuildBlockV1 is testing_buildBlockV1: the block that the attributes and transactions
// make on the head. No transactions given are those of the pool.
//
// On a chain of ours, which must be a development chain, since this does not search
// for proofs of work, the rules say what withdrawals, mix hash and beacon root are,
// and extra data is the vanity before the seal.
func (api *testingAPI) BuildBlockV1(ctx context.Context, parent common.Hash, attributes engine.PayloadAttributes, transactions *[]hexutil.Bytes, extraData *hexutil.Bytes) (*engine.ExecutionPayloadEnvelope, error) {
	head := api.chain.CurrentBlock()
	if head.Hash() != parent {
		return nil, errors.New("parentHash is not current head")
	}
	header, err := api.buildHeader(head, &attributes, extraData)
	if err != nil {
		return nil, err
	}
	statedb, err := api.chain.StateOf(head)
	if err != nil {
		return nil, err
	}
	ctx, cancel := api.withTimeout(ctx)
	defer cancel()
	block := api.newTestBlock(header, statedb)
	defer block.evm.Release()
	defer context.AfterFunc(ctx, block.evm.Cancel)()

	block.accessList.Merge(core.PreExecution(ctx, header.ParentBeaconRoot, head, api.config, block.evm, header.Number, header.Time))
	if transactions == nil {
		block.addPending(ctx, api.pool)
	} else if err := block.addAll(ctx, *transactions); err != nil {
		return nil, err
	}
	payload, err := block.finish(ctx, attributes.Withdrawals)
	if ctx.Err() != nil {
		return nil, api.errTimeout()
	}
	return payload, err
}

// buildHeader makes a header on the head, and puts the withdrawals of our rules, where
// these are the chain's, into the attributes.
func (b *backend) buildHeader(head *types.Header, attributes *engine.PayloadAttributes, extra *hexutil.Bytes) (*types.Header, error) {
	if attributes.Timestamp <= head.Time {
		return nil, fmt.Errorf("invalid timestamp, parent %d given %d", head.Time, attributes.Timestamp)
	}
	header := &types.Header{
		ParentHash: head.Hash(),
		Number:     new(big.Int).Add(head.Number, common.Big1),
		GasLimit:   core.CalcGasLimit(head.GasLimit, stockGasLimit),
		Time:       attributes.Timestamp,
		Coinbase:   attributes.SuggestedFeeRecipient,
		MixDigest:  attributes.Random,
		Extra:      []byte{},
	}
	if extra != nil {
		header.Extra = *extra
	}
	if !b.config.IsCancun(header.Number, header.Time) {
		return nil, errors.New("blocks from before the Cancun fork are not built")
	}
	header.ParentBeaconRoot = attributes.BeaconRoot
	if header.ParentBeaconRoot == nil {
		return nil, invalidParams("parentBeaconBlockRoot is missing")
	}
	if b.config.IsAmsterdam(header.Number, header.Time) {
		header.SlotNumber = attributes.SlotNumber
	}
	header.BaseFee = eip1559.CalcBaseFee(b.config, head)
	header.BlobGasUsed, header.ExcessBlobGas = new(uint64), new(uint64)
	if b.config.IsCancun(head.Number, head.Time) {
		*header.ExcessBlobGas = eip4844.CalcExcessBlobGas(b.config, head, header.Time)
	}
	if ours, ok := b.chain.Engine().(*pow.Engine); ok {
		if !ours.Params().Instant() {
			return nil, errors.New("blocks of this chain need a proof of work, which testing_buildBlockV1 does not search for: use a development chain (see --dev)")
		}
		header.GasLimit = head.GasLimit
		attributes.Withdrawals = ours.Params().Withdrawals(header.Number.Uint64(), header.Coinbase)
	}
	if err := b.chain.Engine().Prepare(b.chain, header); err != nil {
		return nil, err
	}
	return header, nil
}

// testBlock is a block that testing_buildBlockV1 builds.
type testBlock struct {
	*backend
	header     *types.Header
	state      *state.StateDB
	evm        *vm.EVM
	gas        *core.GasPool
	accessList *bal.ConstructionBlockAccessList // EIP-7928, from Amsterdam on

	txs      types.Transactions
	receipts types.Receipts
	logs     []*types.Log
	fees     *big.Int
}

func (b *backend) newTestBlock(header *types.Header, statedb *state.StateDB) *testBlock {
	return &testBlock{
		backend:    b,
		header:     header,
		state:      statedb,
		evm:        vm.NewEVM(core.NewEVMBlockContext(header, b.chain, &header.Coinbase), statedb, b.config, vm.Config{}),
		gas:        core.NewGasPool(header.GasLimit),
		accessList: bal.NewConstructionBlockAccessList(),
		fees:       new(big.Int),
	}
}

// addAll adds transactions that must all be valid.
func (t *testBlock) addAll(ctx context.Context, encoded []hexutil.Bytes) error {
	for i, raw := range encoded {
		tx := new(types.Transaction)
		if err := tx.UnmarshalBinary(raw); err != nil {
			return fmt.Errorf("invalid transaction %d: %w", i, err)
		}
		if err := t.add(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

// addPending adds what the pool has, the best paid first, as long as it fits.
func (t *testBlock) addPending(ctx context.Context, pool Pool) {
	pending, _ := pool.Content()
	for len(pending) > 0 && ctx.Err() == nil {
		var (
			best common.Address
			most *big.Int
		)
		for sender, txs := range pending {
			tip, err := txs[0].EffectiveGasTip(t.header.BaseFee)
			if err != nil { // less than the base fee
				delete(pending, sender)
			} else if most == nil || tip.Cmp(most) > 0 {
				best, most = sender, tip
			}
		}
		if most == nil {
			return
		}
		err := t.add(ctx, pending[best][0])
		if rest := pending[best][1:]; len(rest) > 0 && err == nil {
			pending[best] = rest
		} else {
			delete(pending, best)
		}
	}
}

// add executes a transaction as the block's next. One that is invalid leaves no
// trace.
func (t *testBlock) add(ctx context.Context, tx *types.Transaction) error {
	if tx.Type() == types.BlobTxType {
		return errors.New("blob transactions are not supported")
	}
	index := len(t.txs)
	t.state.SetTxContext(tx.Hash(), index, uint32(index+1))
	snapshot, gas := t.state.Snapshot(), t.gas.Snapshot()
	receipt, accessList, err := core.ApplyTransaction(ctx, t.evm, t.gas, t.state, t.header, tx)
	if err != nil {
		t.state.RevertToSnapshot(snapshot)
		t.gas.Set(gas)
		return err
	}
	t.accessList.Merge(accessList)
	t.txs = append(t.txs, tx)
	t.receipts = append(t.receipts, receipt)
	t.logs = append(t.logs, receipt.Logs...)
	tip, err := tx.EffectiveGasTip(t.header.BaseFee)
	if err != nil {
		return err
	}
	t.fees.Add(t.fees, tip.Mul(tip, bigUint(receipt.GasUsed)))
	return nil
}

// finish runs what follows the transactions and makes the block, with the seal of a
// development chain.
func (t *testBlock) finish(ctx context.Context, withdrawals types.Withdrawals) (*engine.ExecutionPayloadEnvelope, error) {
	body := &types.Body{Transactions: t.txs, Withdrawals: withdrawals}
	if body.Withdrawals == nil {
		body.Withdrawals = types.Withdrawals{}
	}
	requests, accessList, err := core.PostExecution(ctx, t.config, t.header.Number, t.header.Time, t.logs,
		body.Withdrawals, t.evm, uint32(len(t.txs)+1))
	if err != nil {
		return nil, err
	}
	if requests != nil {
		hash := types.CalcRequestsHash(requests)
		t.header.RequestsHash = &hash
	}
	t.accessList.Merge(accessList)
	t.header.GasUsed = t.gas.Used()
	t.chain.Engine().Finalize(t.chain, t.header, t.state, body)
	block := core.AssembleBlock(t.chain, t.header, t.state, body, t.receipts, t.accessList)
	if err := t.state.Error(); err != nil {
		return nil, err
	}
	if _, ours := t.chain.Engine().(*pow.Engine); ours {
		sealed, err := pow.SealHeader(ctx, block.Header())
		if err != nil {
			return nil, err
		}
		block = block.WithSeal(sealed)
	}
	return engine.BlockToExecutableData(block, t.fees, nil, requests), nil
}
