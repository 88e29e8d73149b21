package rpc

import (
	"encoding/hex"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rpc"
)

// maxStorageSlots bounds the slots read by one eth_getStorageValues, as in geth.
const maxStorageSlots = 1024

// stateAPI answers what accounts hold, at any block whose state is kept.
type stateAPI struct{ *backend }

// GetBalance is eth_getBalance.
func (api *stateAPI) GetBalance(address common.Address, block *rpc.BlockNumberOrHash) (*hexutil.Big, error) {
	statedb, _, err := api.state(latest(block))
	if err != nil {
		return nil, err
	}
	return (*hexutil.Big)(statedb.GetBalance(address).ToBig()), statedb.Error()
}

// GetCode is eth_getCode.
func (api *stateAPI) GetCode(address common.Address, block *rpc.BlockNumberOrHash) (hexutil.Bytes, error) {
	statedb, _, err := api.state(latest(block))
	if err != nil {
		return nil, err
	}
	return statedb.GetCode(address), statedb.Error()
}

// GetTransactionCount is eth_getTransactionCount. At the pending block it is the
// nonce that the account's next transaction needs, after all that are in the pool.
func (api *stateAPI) GetTransactionCount(address common.Address, block *rpc.BlockNumberOrHash) (hexutil.Uint64, error) {
	at := latest(block)
	if isPending(at) {
		return hexutil.Uint64(api.pool.Nonce(address)), nil
	}
	statedb, _, err := api.state(at)
	if err != nil {
		return 0, err
	}
	return hexutil.Uint64(statedb.GetNonce(address)), statedb.Error()
}

// GetStorageAt is eth_getStorageAt.
func (api *stateAPI) GetStorageAt(address common.Address, slot string, block *rpc.BlockNumberOrHash) (hexutil.Bytes, error) {
	key, _, err := decodeSlot(slot)
	if err != nil {
		return nil, err
	}
	statedb, _, err := api.state(latest(block))
	if err != nil {
		return nil, err
	}
	value := statedb.GetState(address, key)
	return value[:], statedb.Error()
}

// GetStorageValues is eth_getStorageValues: many slots of many accounts at once.
func (api *stateAPI) GetStorageValues(slots map[common.Address][]common.Hash, block *rpc.BlockNumberOrHash) (map[common.Address][]hexutil.Bytes, error) {
	total := 0
	for _, keys := range slots {
		total += len(keys)
	}
	switch {
	case total == 0:
		return nil, invalidParams("empty request")
	case total > maxStorageSlots:
		return nil, &codedError{Code: codeClientLimit, Message: "too many slots (max 1024)"}
	}
	statedb, _, err := api.state(latest(block))
	if err != nil {
		return nil, err
	}
	values := make(map[common.Address][]hexutil.Bytes, len(slots))
	for address, keys := range slots {
		values[address] = make([]hexutil.Bytes, len(keys))
		for i, key := range keys {
			values[address][i] = statedb.GetState(address, key).Bytes()
		}
	}
	return values, statedb.Error()
}

// account is what the state trie holds of an account.
type account struct {
	Balance     *hexutil.Big   `json:"balance"`
	Nonce       hexutil.Uint64 `json:"nonce"`
	CodeHash    common.Hash    `json:"codeHash"`
	StorageRoot common.Hash    `json:"storageRoot"`
}

// GetAccount is eth_getAccount, which anvil and reth have. An account that does not
// exist looks like an empty one.
func (api *stateAPI) GetAccount(address common.Address, block *rpc.BlockNumberOrHash) (*account, error) {
	statedb, _, err := api.state(latest(block))
	if err != nil {
		return nil, err
	}
	result := &account{
		Balance:     (*hexutil.Big)(statedb.GetBalance(address).ToBig()),
		Nonce:       hexutil.Uint64(statedb.GetNonce(address)),
		CodeHash:    types.EmptyCodeHash,
		StorageRoot: types.EmptyRootHash,
	}
	if statedb.Exist(address) {
		result.CodeHash, result.StorageRoot = statedb.GetCodeHash(address), statedb.GetStorageRoot(address)
	}
	return result, statedb.Error()
}

// accountInfo is an account's state but for its storage.
type accountInfo struct {
	Balance *hexutil.Big   `json:"balance"`
	Nonce   hexutil.Uint64 `json:"nonce"`
	Code    hexutil.Bytes  `json:"code"`
}

// GetAccountInfo is eth_getAccountInfo, which Foundry asks for.
func (api *stateAPI) GetAccountInfo(address common.Address, block *rpc.BlockNumberOrHash) (*accountInfo, error) {
	statedb, _, err := api.state(latest(block))
	if err != nil {
		return nil, err
	}
	return &accountInfo{
		Balance: (*hexutil.Big)(statedb.GetBalance(address).ToBig()),
		Nonce:   hexutil.Uint64(statedb.GetNonce(address)),
		Code:    statedb.GetCode(address),
	}, statedb.Error()
}

// decodeSlot reads a storage slot as clients write it: hex of up to 32 bytes, with
// or without leading zeros, and for old clients' sake without 0x. It also returns
// how many bytes were written.
func decodeSlot(s string) (slot common.Hash, size int, err error) {
	digits := s
	if strings.HasPrefix(s, "0x") || strings.HasPrefix(s, "0X") {
		digits = s[2:]
	}
	if len(digits)%2 == 1 {
		digits = "0" + digits
	}
	if len(digits) > 2*common.HashLength {
		return slot, 0, slotError("storage key too long (want at most 32 bytes)", s)
	}
	raw, err := hex.DecodeString(digits)
	if err != nil {
		return slot, 0, slotError("invalid hex in storage key", s)
	}
	return common.BytesToHash(raw), len(raw), nil
}

func slotError(what, slot string) error { return invalidParams("%s: %q", what, slot) }
