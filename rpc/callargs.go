package rpc

import (
	"errors"
	"fmt"
	"math"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/holiman/uint256"
)

// callArgs is a transaction as a client describes it: for a call, an estimate, or
// to have it completed. What is missing is nil.
type callArgs struct {
	From                 *common.Address `json:"from"`
	To                   *common.Address `json:"to"`
	Gas                  *hexutil.Uint64 `json:"gas"`
	GasPrice             *hexutil.Big    `json:"gasPrice"`
	MaxFeePerGas         *hexutil.Big    `json:"maxFeePerGas"`
	MaxPriorityFeePerGas *hexutil.Big    `json:"maxPriorityFeePerGas"`
	Value                *hexutil.Big    `json:"value"`
	Nonce                *hexutil.Uint64 `json:"nonce"`
	ChainID              *hexutil.Big    `json:"chainId"`

	// Old clients send the call data as data, new ones as input, some both.
	Data  *hexutil.Bytes `json:"data"`
	Input *hexutil.Bytes `json:"input"`

	AccessList        *types.AccessList            `json:"accessList"`
	AuthorizationList []types.SetCodeAuthorization `json:"authorizationList"`

	// A call may pretend to be a blob transaction, also where there are none.
	MaxFeePerBlobGas    *hexutil.Big  `json:"maxFeePerBlobGas"`
	BlobVersionedHashes []common.Hash `json:"blobVersionedHashes"`
}

// sender is the zero address if none is given.
func (args *callArgs) sender() common.Address {
	if args.From == nil {
		return common.Address{}
	}
	return *args.From
}

// input is the call data or init code.
func (args *callArgs) input() []byte {
	switch {
	case args.Input != nil:
		return *args.Input
	case args.Data != nil:
		return *args.Data
	default:
		return nil
	}
}

// check refuses what no transaction could be, in a block with the given base fee.
func (args *callArgs) check(chainID, baseFee *big.Int) error {
	switch {
	case args.GasPrice != nil && (args.MaxFeePerGas != nil || args.MaxPriorityFeePerGas != nil):
		return errors.New("both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified")
	case args.To == nil && args.BlobVersionedHashes != nil:
		return core.ErrBlobTxCreate
	case args.To == nil && args.AuthorizationList != nil:
		return core.ErrSetCodeTxCreate
	case args.ChainID != nil && args.ChainID.ToInt().Cmp(chainID) != 0:
		return fmt.Errorf("chainId does not match node's (have=%v, want=%v)", args.ChainID.ToInt(), chainID)
	case baseFee == nil && (args.MaxFeePerGas != nil || args.MaxPriorityFeePerGas != nil):
		return errors.New("maxFeePerGas and maxPriorityFeePerGas are not valid before London is active")
	}
	return nil
}

// checkBlobFee refuses a fee for blobs that are not there, which only
// eth_simulateV1 lets pass.
func (args *callArgs) checkBlobFee() error {
	if args.MaxFeePerBlobGas != nil && len(args.BlobVersionedHashes) == 0 {
		return errors.New("maxFeePerBlobGas specified without blobVersionedHashes")
	}
	return nil
}

// message makes a message for the EVM. Gas is all that the cap allows unless the
// arguments ask for less; fees are zero unless they are given, so that callers
// without funds can call. The nonce is not checked.
func (args *callArgs) message(gasCap uint64, baseFee *big.Int) *core.Message {
	return args.bareMessage(gasCap, baseFee).SkipNonceCheck()
}

// bareMessage is message with its nonce checked. Senders may be contracts in any
// case.
func (args *callArgs) bareMessage(gasCap uint64, baseFee *big.Int) *core.Message {
	msg := &core.Message{
		From:                  args.sender(),
		To:                    args.To,
		Value:                 u256(args.Value),
		GasLimit:              gasCap,
		Data:                  args.input(),
		BlobHashes:            args.BlobVersionedHashes,
		SetCodeAuthorizations: args.AuthorizationList,
	}
	if gasCap == 0 {
		msg.GasLimit = math.MaxUint64 / 2
	}
	if args.Gas != nil && uint64(*args.Gas) < msg.GasLimit {
		msg.GasLimit = uint64(*args.Gas)
	}
	if args.Nonce != nil {
		msg.Nonce = uint64(*args.Nonce)
	}
	if args.AccessList != nil {
		msg.AccessList = *args.AccessList
	}
	if args.BlobVersionedHashes != nil || args.MaxFeePerBlobGas != nil {
		msg.BlobGasFeeCap = u256(args.MaxFeePerBlobGas)
	}
	if args.GasPrice != nil || baseFee == nil {
		price := u256(args.GasPrice)
		msg.GasPrice, msg.GasFeeCap, msg.GasTipCap = price, price, price
	} else {
		msg.GasFeeCap, msg.GasTipCap = u256(args.MaxFeePerGas), u256(args.MaxPriorityFeePerGas)
		msg.GasPrice = new(uint256.Int)
		if !msg.GasFeeCap.IsZero() || !msg.GasTipCap.IsZero() {
			// The price that a block with this base fee would charge.
			msg.GasPrice.Add(msg.GasTipCap, uint256.MustFromBig(baseFee))
			if msg.GasPrice.Gt(msg.GasFeeCap) {
				msg.GasPrice.Set(msg.GasFeeCap)
			}
		}
	}
	return msg.SkipEOACheck().SkipGasLimitCapCheck()
}

// u256 is zero for nil. hexutil.Big has at most 256 bits.
func u256(n *hexutil.Big) *uint256.Int {
	if n == nil {
		return new(uint256.Int)
	}
	v, _ := uint256.FromBig(n.ToInt())
	return v
}

// transaction makes an unsigned transaction of arguments that have been completed:
// of the newest type that has a place for all that is given.
func (args *callArgs) transaction() *types.Transaction {
	var accessList types.AccessList
	if args.AccessList != nil {
		accessList = *args.AccessList
	}
	var (
		to    = args.To
		nonce = uint64(*args.Nonce)
		gas   = uint64(*args.Gas)
		value = args.Value.ToInt()
		chain = args.ChainID.ToInt()
		data  = args.input()
	)
	switch {
	case args.GasPrice != nil && args.AccessList != nil:
		return types.NewTx(&types.AccessListTx{
			ChainID: chain, Nonce: nonce, GasPrice: args.GasPrice.ToInt(), Gas: gas,
			To: to, Value: value, Data: data, AccessList: accessList,
		})
	case args.GasPrice != nil:
		return types.NewTx(&types.LegacyTx{
			Nonce: nonce, GasPrice: args.GasPrice.ToInt(), Gas: gas, To: to, Value: value, Data: data,
		})
	case args.AuthorizationList != nil:
		return types.NewTx(&types.SetCodeTx{
			ChainID: uint256.MustFromBig(chain), Nonce: nonce,
			GasTipCap: u256(args.MaxPriorityFeePerGas), GasFeeCap: u256(args.MaxFeePerGas), Gas: gas,
			To: *to, Value: u256(args.Value), Data: data, AccessList: accessList, AuthList: args.AuthorizationList,
		})
	case args.BlobVersionedHashes != nil:
		return types.NewTx(&types.BlobTx{
			ChainID: uint256.MustFromBig(chain), Nonce: nonce,
			GasTipCap: u256(args.MaxPriorityFeePerGas), GasFeeCap: u256(args.MaxFeePerGas), Gas: gas,
			To: *to, Value: u256(args.Value), Data: data, AccessList: accessList,
			BlobFeeCap: u256(args.MaxFeePerBlobGas), BlobHashes: args.BlobVersionedHashes,
		})
	default:
		return types.NewTx(&types.DynamicFeeTx{
			ChainID: chain, Nonce: nonce,
			GasTipCap: args.MaxPriorityFeePerGas.ToInt(), GasFeeCap: args.MaxFeePerGas.ToInt(), Gas: gas,
			To: to, Value: value, Data: data, AccessList: accessList,
		})
	}
}
