package rpc

import (
	"fmt"
	"maps"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/tracing"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/params"
)

// stateOverrides are the accounts that a call shall find changed.
type stateOverrides map[common.Address]accountOverride

// accountOverride is what of an account is changed. State replaces all storage,
// StateDiff single slots; both at once make no sense.
type accountOverride struct {
	Nonce            *hexutil.Uint64             `json:"nonce"`
	Code             *hexutil.Bytes              `json:"code"`
	Balance          *hexutil.Big                `json:"balance"`
	State            map[common.Hash]common.Hash `json:"state"`
	StateDiff        map[common.Hash]common.Hash `json:"stateDiff"`
	MovePrecompileTo *common.Address             `json:"movePrecompileToAddress"`
}

// apply changes the state as if by a transaction before the call, and the set of
// precompiled contracts where one is moved or overridden.
func (o stateOverrides) apply(statedb *state.StateDB, precompiles vm.PrecompiledContracts) error {
	moved := make(map[common.Address]bool)
	for _, address := range slices.SortedFunc(maps.Keys(o), common.Address.Cmp) {
		if moved[address] {
			return fmt.Errorf("account %s has already been overridden by a precompile", address.Hex())
		}
		account := o[address]
		if err := o.movePrecompile(address, account.MovePrecompileTo, precompiles, moved); err != nil {
			return err
		}
		if account.State != nil && account.StateDiff != nil {
			return fmt.Errorf("account %s has both 'state' and 'stateDiff'", address.Hex())
		}
		account.apply(address, statedb)
	}
	statedb.Finalise(params.Rules{})
	return nil
}

// movePrecompile makes room for an override at a precompile's address; the
// precompile itself goes to another one, if that is asked for.
func (o stateOverrides) movePrecompile(from common.Address, to *common.Address, precompiles vm.PrecompiledContracts, moved map[common.Address]bool) error {
	contract, isPrecompile := precompiles[from]
	if to != nil {
		if !isPrecompile {
			return fmt.Errorf("account %s is not a precompile", from.Hex())
		}
		if _, overridden := o[*to]; overridden {
			return fmt.Errorf("account %s is already overridden", to.Hex())
		}
		precompiles[*to] = contract
		moved[*to] = true
	}
	delete(precompiles, from)
	return nil
}

func (account accountOverride) apply(address common.Address, statedb *state.StateDB) {
	if account.Nonce != nil {
		statedb.SetNonce(address, uint64(*account.Nonce), tracing.NonceChangeUnspecified)
	}
	if account.Code != nil {
		statedb.SetCode(address, *account.Code, tracing.CodeChangeUnspecified)
	}
	if account.Balance != nil {
		statedb.SetBalance(address, u256(account.Balance), tracing.BalanceChangeUnspecified)
	}
	if account.State != nil {
		statedb.SetStorage(address, account.State)
	}
	for slot, value := range account.StateDiff {
		statedb.SetState(address, slot, value)
	}
}

// blockOverrides are the members of the block that a call shall find changed.
type blockOverrides struct {
	Number        *hexutil.Big       `json:"number"`
	Difficulty    *hexutil.Big       `json:"difficulty"` // accepted and without effect: blocks have none
	Time          *hexutil.Uint64    `json:"time"`
	GasLimit      *hexutil.Uint64    `json:"gasLimit"`
	FeeRecipient  *common.Address    `json:"feeRecipient"`
	PrevRandao    *common.Hash       `json:"prevRandao"`
	BaseFeePerGas *hexutil.Big       `json:"baseFeePerGas"`
	BlobBaseFee   *hexutil.Big       `json:"blobBaseFee"`
	BeaconRoot    *common.Hash       `json:"beaconRoot"`
	Withdrawals   *types.Withdrawals `json:"withdrawals"`
}

// check refuses overrides that concern the making of a block, not calls in it.
func (o *blockOverrides) check() error {
	switch {
	case o == nil:
		return nil
	case o.BeaconRoot != nil:
		return fmt.Errorf("block override %q is not supported for this RPC method", "beaconRoot")
	case o.Withdrawals != nil:
		return fmt.Errorf("block override %q is not supported for this RPC method", "withdrawals")
	}
	return nil
}

// inNext completes the overrides with the next block's number and time.
func (o *blockOverrides) inNext(number, time uint64) *blockOverrides {
	var next blockOverrides
	if o != nil {
		next = *o
	}
	if next.Number == nil {
		next.Number = (*hexutil.Big)(bigUint(number))
	}
	if next.Time == nil {
		next.Time = (*hexutil.Uint64)(&time)
	}
	return &next
}

// header returns the header with the overrides. It has no place for the blob base
// fee, which context sets.
func (o *blockOverrides) header(header *types.Header) *types.Header {
	if o == nil {
		return header
	}
	h := types.CopyHeader(header)
	if o.Number != nil {
		h.Number = o.Number.ToInt()
	}
	if o.Difficulty != nil && h.Difficulty.Sign() != 0 {
		h.Difficulty = o.Difficulty.ToInt()
	}
	if o.Time != nil {
		h.Time = uint64(*o.Time)
	}
	if o.GasLimit != nil {
		h.GasLimit = uint64(*o.GasLimit)
	}
	if o.FeeRecipient != nil {
		h.Coinbase = *o.FeeRecipient
	}
	if o.PrevRandao != nil {
		h.MixDigest = *o.PrevRandao
	}
	if o.BaseFeePerGas != nil {
		h.BaseFee = o.BaseFeePerGas.ToInt()
	}
	return h
}

// context makes what the EVM sees of the block. BLOCKHASH keeps to the real chain,
// and so does the blob base fee unless it is given.
func (o *blockOverrides) context(chain core.ChainContext, header *types.Header) vm.BlockContext {
	block := core.NewEVMBlockContext(header, chain, nil)
	if o == nil {
		return block
	}
	changed := core.NewEVMBlockContext(o.header(header), chain, nil)
	changed.GetHash, changed.BlobBaseFee = block.GetHash, block.BlobBaseFee
	if o.PrevRandao != nil {
		changed.Random = o.PrevRandao // switches the merge's rules on before it, too
	}
	if o.BlobBaseFee != nil {
		changed.BlobBaseFee = o.BlobBaseFee.ToInt()
	}
	return changed
}
