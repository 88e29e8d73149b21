package rpc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/tracing"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/rlp"
	"github.com/ethereum/go-ethereum/rpc"
	"github.com/ethereum/go-ethereum/trie"
)

// maxSlots bounds the slots of one answer.
const maxSlots = 1024

// StorageRangeAt is debug_storageRangeAt: the slots of a contract as they are before a
// transaction of a block, ascending by their hashes.
func (api *listAPI) StorageRangeAt(ctx context.Context, block rpc.BlockNumberOrHash, txIndex int, contract common.Address, start hexutil.Bytes, limit int) (*storageRange, error) {
	ctx, cancel := api.withTraceTime(ctx)
	defer cancel()
	// The trie has what the block found, the rest is what it has written by then.
	written := make(map[common.Hash]common.Hash) // hash of a slot to slot
	r, err := api.replayTo(ctx, block, txIndex, &tracing.Hooks{
		OnStorageChange: func(address common.Address, slot, _, _ common.Hash) {
			if address == contract {
				written[crypto.Keccak256Hash(slot[:])] = slot
			}
		},
	})
	if err != nil {
		return nil, err
	}
	parent := api.chain.GetHeader(r.block.ParentHash(), r.block.NumberU64()-1)
	slots, err := openStorage(r.state, parent.Root, contract, start)
	if err != nil {
		return nil, err
	}
	result := &storageRange{Storage: make(map[common.Hash]storageSlot)}
	limit = min(limit, maxSlots)
	add := func(key common.Hash, slot storageSlot) bool {
		if slot.Value == (common.Hash{}) {
			return true // was deleted
		}
		if len(result.Storage) >= limit {
			result.NextKey = &key
			return false
		}
		result.Storage[key] = slot
		return true
	}
	pending := slices.SortedFunc(maps.Keys(written), common.Hash.Cmp)
	pending = slices.DeleteFunc(pending, func(key common.Hash) bool { return bytes.Compare(key[:], start) < 0 })
	now := func(key common.Hash) storageSlot {
		slot := written[key]
		return storageSlot{&slot, r.state.GetState(contract, slot)}
	}
	for slots.Next() {
		if err := ctx.Err(); err != nil {
			return nil, context.Cause(ctx)
		}
		key := common.BytesToHash(slots.Key)
		for len(pending) > 0 && pending[0].Cmp(key) < 0 {
			if !add(pending[0], now(pending[0])) {
				return result, r.state.Error()
			}
			pending = pending[1:]
		}
		var slot storageSlot
		if len(pending) > 0 && pending[0] == key {
			slot, pending = now(key), pending[1:]
		} else if slot, err = storedSlot(r.state, slots); err != nil {
			return nil, err
		}
		if !add(key, slot) {
			return result, r.state.Error()
		}
	}
	for _, key := range pending {
		if !add(key, now(key)) {
			break
		}
	}
	return result, errors.Join(slots.Err, r.state.Error())
}

// storageRange is the answer of debug_storageRangeAt.
type storageRange struct {
	Storage map[common.Hash]storageSlot `json:"storage"` // by the hash of the slot
	NextKey *common.Hash                `json:"nextKey"` // null = there are no more
}

// storageSlot is a slot that is not empty.
type storageSlot struct {
	Key   *common.Hash `json:"key"` // null = unknown, see --state.preimages
	Value common.Hash  `json:"value"`
}

// openStorage starts at a hash in the storage of a contract in the state with the
// given root.
func openStorage(statedb *state.StateDB, root common.Hash, contract common.Address, start []byte) (*trie.Iterator, error) {
	var storageRoot common.Hash
	accounts, err := statedb.Database().OpenTrie(root)
	if err != nil {
		return nil, err
	}
	if account, err := accounts.GetAccount(contract); err != nil {
		return nil, err
	} else if account != nil {
		storageRoot = account.Root
	}
	if storageRoot == (common.Hash{}) {
		storageRoot = types.EmptyRootHash
	}
	slots, err := statedb.Database().OpenStorageTrie(root, contract, storageRoot, accounts)
	if err != nil {
		return nil, err
	}
	nodes, err := slots.NodeIterator(start)
	if err != nil {
		return nil, err
	}
	return trie.NewIterator(nodes), nil
}

// storedSlot decodes where an iterator is.
func storedSlot(statedb *state.StateDB, at *trie.Iterator) (storageSlot, error) {
	_, content, _, err := rlp.Split(at.Value)
	if err != nil {
		return storageSlot{}, fmt.Errorf("slot %x: %w", at.Key, err)
	}
	slot := storageSlot{Value: common.BytesToHash(content)}
	if name := preimage(statedb, at.Key); name != nil {
		key := common.BytesToHash(name)
		slot.Key = &key
	}
	return slot, nil
}
