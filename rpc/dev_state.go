package rpc

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/monolith-chain/monolith/miner"
)

// cannot is the error about what no valid block can do, with what can be done
// instead.
func cannot(why, instead string) error {
	return fmt.Errorf("not on this chain, whose blocks every node verifies: %s; %s", why, instead)
}

func (d devBase) setBalance(ctx context.Context, address common.Address, balance quantity) error {
	err := d.dev.SetBalance(ctx, address, &balance.Int)
	if errors.Is(err, miner.ErrNoKey) {
		return cannot("only "+address.Hex()+" itself can spend what it has too much, and the node does not have its key",
			"use another account, evm_snapshot before it gets rich, or the state override balance of eth_call")
	}
	return err
}

func (d devBase) setNonce(ctx context.Context, address common.Address, nonce quantity) error {
	n, err := nonce.uint64("nonce")
	if err != nil {
		return err
	}
	if err = d.dev.SetNonce(ctx, address, n); errors.Is(err, miner.ErrNoKey) {
		return cannot("a nonce grows with the transactions of its account, and the node does not have the key of "+address.Hex(),
			"use one of eth_accounts, or the state override nonce of eth_call")
	}
	return err
}

func (d devBase) setCode(address common.Address, code hexutil.Bytes) error {
	statedb, _, err := d.state(rpc.BlockNumberOrHashWithNumber(rpc.LatestBlockNumber))
	if err != nil || bytes.Equal(statedb.GetCode(address), code) {
		return err
	}
	return cannot("code comes to an address only by the transaction that creates the contract",
		"deploy it, write it into a genesis file, let an account delegate to it (EIP-7702), or use the state override code of eth_call")
}

func (d devBase) setStorage(address common.Address, slot, value quantity) error {
	statedb, _, err := d.state(rpc.BlockNumberOrHashWithNumber(rpc.LatestBlockNumber))
	if err != nil || statedb.GetState(address, common.BigToHash(&slot.Int)) == common.BigToHash(&value.Int) {
		return err
	}
	return cannot("only a contract itself can change its storage",
		"call it in a transaction, write it into a genesis file, or use the state override stateDiff of eth_call")
}

// tenderlyAPI is what tools written for Tenderly's virtual networks call.
type tenderlyAPI struct{ devBase }

// SetBalance is tenderly_setBalance: anvil_setBalance for one address or several.
func (api *tenderlyAPI) SetBalance(ctx context.Context, addresses addressList, balance quantity) (bool, error) {
	for _, address := range addresses {
		if err := api.setBalance(ctx, address, balance); err != nil {
			return false, err
		}
	}
	return true, nil
}

// AddBalance is tenderly_addBalance: anvil_addBalance for one address or several.
func (api *tenderlyAPI) AddBalance(ctx context.Context, addresses addressList, amount quantity) (bool, error) {
	for _, address := range addresses {
		if err := api.dev.AddBalance(ctx, address, &amount.Int); err != nil {
			return false, err
		}
	}
	return true, nil
}

// SetCode is tenderly_setCode: anvil_setCode.
func (api *tenderlyAPI) SetCode(address common.Address, code hexutil.Bytes) (bool, error) {
	return done(api.setCode(address, code))
}

// SetStorageAt is tenderly_setStorageAt: anvil_setStorageAt.
func (api *tenderlyAPI) SetStorageAt(address common.Address, slot, value quantity) (bool, error) {
	return done(api.setStorage(address, slot, value))
}

// addressList is an address, or a list of them.
type addressList []common.Address

// UnmarshalJSON reads either form.
func (l *addressList) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("[")) {
		return json.Unmarshal(data, (*[]common.Address)(l))
	}
	*l = make(addressList, 1)
	return json.Unmarshal(data, &(*l)[0])
}
