package rpc

import (
	"context"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rlp"
	"github.com/ethereum/go-ethereum/rpc"
	"github.com/ethereum/go-ethereum/trie"
)

// maxAccounts bounds the accounts of one answer, as in geth.
const maxAccounts = 256

// listAPI is the part of the namespace debug that lists what is in the state: of any
// block, since it goes through the tries, which the history keeps. They hold hashes of
// addresses and slots; what was hashed is known with --state.preimages.
type listAPI struct{ *backend }

// preimage is what was hashed to a key in the state, or nil.
func preimage(statedb *state.StateDB, key []byte) []byte {
	return statedb.Database().TrieDB().Preimage(common.BytesToHash(key))
}

// DumpBlock is debug_dumpBlock: the first accounts in the state after a block.
func (api *listAPI) DumpBlock(ctx context.Context, block rpc.BlockNumber) (*state.Dump, error) {
	return api.accounts(ctx, rpc.BlockNumberOrHashWithNumber(block), state.DumpConfig{OnlyWithAddresses: true, Max: maxAccounts})
}

// AccountRange is debug_accountRange: accounts in the state after a block, ascending by
// the hashes of their addresses. With incompletes set, those are listed too whose
// address is not known.
func (api *listAPI) AccountRange(ctx context.Context, block rpc.BlockNumberOrHash, start hexutil.Bytes, limit int, noCode, noStorage, incompletes bool) (*state.Dump, error) {
	if limit <= 0 || limit > maxAccounts {
		limit = maxAccounts
	}
	return api.accounts(ctx, block, state.DumpConfig{
		SkipCode: noCode, SkipStorage: noStorage, OnlyWithAddresses: !incompletes, Start: start, Max: uint64(limit),
	})
}

func (api *listAPI) accounts(ctx context.Context, at rpc.BlockNumberOrHash, config state.DumpConfig) (*state.Dump, error) {
	ctx, cancel := api.withTraceTime(ctx)
	defer cancel()
	if isPending(at) { // it has no tries yet
		at = rpc.BlockNumberOrHashWithNumber(rpc.LatestBlockNumber)
	}
	statedb, header, err := api.stateInside(ctx, at, nil)
	if err != nil {
		return nil, err
	}
	tr, err := statedb.Database().OpenTrie(header.Root)
	if err != nil {
		return nil, err
	}
	nodes, err := tr.NodeIterator(config.Start)
	if err != nil {
		return nil, err
	}
	dump := &state.Dump{Accounts: make(map[string]state.DumpAccount)}
	dump.OnRoot(header.Root)
	left := api.newBudget()
	accounts := trie.NewIterator(nodes)
	for accounts.Next() {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		name := preimage(statedb, accounts.Key)
		if name == nil && config.OnlyWithAddresses {
			continue
		}
		if uint64(len(dump.Accounts)) == config.Max {
			dump.Next = accounts.Key
			break
		}
		account, err := dumpAccount(ctx, statedb, header.Root, name, accounts, config, left)
		if err != nil {
			return nil, err
		}
		dump.OnAccount(account.Address, *account)
	}
	return dump, errors.Join(accounts.Err, statedb.Error())
}

// dumpAccount describes the account where an iterator is. Without a name its storage
// cannot be found.
func dumpAccount(ctx context.Context, statedb *state.StateDB, root common.Hash, name []byte, at *trie.Iterator, config state.DumpConfig, left *budget) (*state.DumpAccount, error) {
	var data types.StateAccount
	if err := rlp.DecodeBytes(at.Value, &data); err != nil {
		return nil, fmt.Errorf("account %x: %w", at.Key, err)
	}
	account := &state.DumpAccount{
		Balance:     data.Balance.String(),
		Nonce:       data.Nonce,
		Root:        data.Root[:],
		CodeHash:    data.CodeHash,
		AddressHash: at.Key,
	}
	if name == nil {
		return account, nil
	}
	address := common.BytesToAddress(name)
	account.Address = &address
	if !config.SkipCode {
		account.Code = statedb.GetCode(address)
		left.take(2 * len(account.Code))
	}
	if config.SkipStorage {
		return account, nil
	}
	slots, err := openStorage(statedb, root, address, nil)
	if err != nil {
		return nil, err
	}
	account.Storage = make(map[common.Hash]string)
	for slots.Next() {
		slot, err := storedSlot(statedb, slots)
		if err != nil {
			return nil, err
		}
		if slot.Key != nil {
			account.Storage[*slot.Key] = common.Bytes2Hex(common.TrimLeftZeroes(slot.Value[:]))
			left.take(4 * common.HashLength)
		}
		if left.exhausted() {
			return nil, left.err()
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
	}
	return account, slots.Err
}

// GetModifiedAccountsByNumber is debug_getModifiedAccountsByNumber: the accounts that
// are not the same after the two blocks, or with one number after the block and its
// parent.
func (api *listAPI) GetModifiedAccountsByNumber(ctx context.Context, start uint64, end *uint64) ([]common.Address, error) {
	header := func(which string, number uint64) (*types.Header, error) {
		if found := api.chain.GetHeaderByNumber(number); found != nil {
			return found, nil
		}
		return nil, fmt.Errorf("%s block %d not found", which, number)
	}
	first, err := header("start", start)
	if err != nil {
		return nil, err
	}
	if end == nil {
		return api.modified(ctx, first, nil)
	}
	last, err := header("end", *end)
	if err != nil {
		return nil, err
	}
	return api.modified(ctx, first, last)
}

// GetModifiedAccountsByHash is debug_getModifiedAccountsByHash.
func (api *listAPI) GetModifiedAccountsByHash(ctx context.Context, start common.Hash, end *common.Hash) ([]common.Address, error) {
	first := api.chain.GetHeaderByHash(start)
	if first == nil {
		return nil, fmt.Errorf("start block %x not found", start)
	}
	if end == nil {
		return api.modified(ctx, first, nil)
	}
	last := api.chain.GetHeaderByHash(*end)
	if last == nil {
		return nil, fmt.Errorf("end block %x not found", *end)
	}
	return api.modified(ctx, first, last)
}

// modified compares the state tries of two blocks, or of one and its parent.
func (api *listAPI) modified(ctx context.Context, first, last *types.Header) ([]common.Address, error) {
	if last == nil {
		if last, first = first, api.chain.GetHeaderByHash(first.ParentHash); first == nil {
			return nil, fmt.Errorf("block %d has no parent", last.Number)
		}
	}
	if first.Number.Cmp(last.Number) >= 0 {
		return nil, fmt.Errorf("start block height (%d) must be less than end block height (%d)", first.Number, last.Number)
	}
	ctx, cancel := api.withTraceTime(ctx)
	defer cancel()
	before, _, err := api.stateNodes(first)
	if err != nil {
		return nil, err
	}
	after, statedb, err := api.stateNodes(last)
	if err != nil {
		return nil, err
	}
	difference, _ := trie.NewDifferenceIterator(before, after)
	accounts := trie.NewIterator(difference)
	changed := []common.Address{}
	for accounts.Next() {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		name := preimage(statedb, accounts.Key)
		if name == nil {
			return nil, fmt.Errorf("no preimage found for hash %x%s", accounts.Key, seeFlag(FlagPreimages))
		}
		changed = append(changed, common.BytesToAddress(name))
	}
	return changed, accounts.Err
}

func (api *listAPI) stateNodes(header *types.Header) (trie.NodeIterator, *state.StateDB, error) {
	statedb, err := api.chain.StateOf(header)
	if err != nil {
		return nil, nil, err
	}
	tr, err := statedb.Database().OpenTrie(header.Root)
	if err != nil {
		return nil, nil, err
	}
	nodes, err := tr.NodeIterator(nil)
	return nodes, statedb, err
}

// Preimage is debug_preimage: what was hashed to a key in the state.
func (api *listAPI) Preimage(hash common.Hash) (hexutil.Bytes, error) {
	statedb, err := api.chain.StateOf(api.chain.CurrentBlock())
	if err != nil {
		return nil, err
	}
	if found := preimage(statedb, hash[:]); found != nil {
		return found, nil
	}
	return nil, fmt.Errorf("unknown preimage%s", seeFlag(FlagPreimages))
}

// GetAccessibleState is debug_getAccessibleState: the first block from one to another,
// upwards or downwards, whose state can be read.
func (api *listAPI) GetAccessibleState(ctx context.Context, from, to rpc.BlockNumber) (uint64, error) {
	ctx, cancel := api.withTraceTime(ctx)
	defer cancel()
	var bounds [2]uint64
	for i, number := range []rpc.BlockNumber{from, to} {
		header, err := api.headerByNumber(number)
		if err != nil || header == nil {
			return 0, errors.Join(err, fmt.Errorf("missing header %d", number))
		}
		bounds[i] = header.Number.Uint64()
	}
	if bounds[0] == bounds[1] {
		return 0, errors.New("from and to needs to be different")
	}
	for number := bounds[0]; number != bounds[1] && ctx.Err() == nil; {
		if header := api.chain.GetHeaderByNumber(number); header != nil {
			if _, err := api.chain.StateOf(header); err == nil {
				return number, nil
			}
		}
		if bounds[0] < bounds[1] {
			number++
		} else {
			number--
		}
	}
	if ctx.Err() != nil {
		return 0, context.Cause(ctx)
	}
	return 0, errors.New("no state found")
}
