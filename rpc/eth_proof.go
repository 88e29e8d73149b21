package rpc

import (
	"context"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/rpc"
)

// maxProofKeys bounds the slots proven by one eth_getProof, as in geth.
const maxProofKeys = 1024

// accountProof is the answer to eth_getProof (EIP-1186).
type accountProof struct {
	Address      common.Address `json:"address"`
	AccountProof proof          `json:"accountProof"`
	Balance      *hexutil.Big   `json:"balance"`
	CodeHash     common.Hash    `json:"codeHash"`
	Nonce        hexutil.Uint64 `json:"nonce"`
	StorageHash  common.Hash    `json:"storageHash"`
	StorageProof []storageProof `json:"storageProof"`
}

type storageProof struct {
	Key   string       `json:"key"`
	Value *hexutil.Big `json:"value"`
	Proof proof        `json:"proof"`
}

// proof collects the trie nodes from the root to a leaf, or to where it is missing.
type proof []hexutil.Bytes

// Put takes the next node.
func (p *proof) Put(_, node []byte) error {
	*p = append(*p, node)
	return nil
}

// Delete is never called: a proof is only written.
func (p *proof) Delete([]byte) error { return errors.New("not supported") }

// GetProof is eth_getProof.
func (api *stateAPI) GetProof(ctx context.Context, address common.Address, slots []string, block *rpc.BlockNumberOrHash) (*accountProof, error) {
	if len(slots) > maxProofKeys {
		return nil, invalidParams("too many storage keys requested (max %d, got %d)", maxProofKeys, len(slots))
	}
	keys := make([]proofKey, len(slots))
	for i, slot := range slots {
		key, size, err := decodeSlot(slot)
		if err != nil {
			return nil, err
		}
		keys[i] = proofKey{key, size == common.HashLength}
	}
	statedb, header, err := api.state(latest(block))
	if err != nil {
		return nil, err
	}
	result := &accountProof{
		Address:      address,
		AccountProof: proof{},
		Balance:      (*hexutil.Big)(statedb.GetBalance(address).ToBig()),
		CodeHash:     statedb.GetCodeHash(address),
		Nonce:        hexutil.Uint64(statedb.GetNonce(address)),
		StorageHash:  statedb.GetStorageRoot(address),
	}
	accounts, err := statedb.Database().OpenTrie(header.Root)
	if err != nil {
		return nil, fmt.Errorf("state trie of block %d is not available: %w", header.Number, err)
	}
	if err := accounts.Prove(crypto.Keccak256(address[:]), &result.AccountProof); err != nil {
		return nil, err
	}
	result.StorageProof, err = proveStorage(ctx, statedb, header.Root, result, keys)
	return result, errors.Join(err, statedb.Error())
}

// proofKey is a slot to prove and the form in which the client wrote it.
type proofKey struct {
	slot common.Hash
	full bool
}

// String repeats a key of 32 bytes as it came. Shorter ones become a QUANTITY, as
// the specification had it when clients sent numbers.
func (k proofKey) String() string {
	if k.full {
		return k.slot.Hex()
	}
	return hexutil.EncodeBig(k.slot.Big())
}

func proveStorage(ctx context.Context, statedb *state.StateDB, root common.Hash, account *accountProof, keys []proofKey) ([]storageProof, error) {
	proofs := make([]storageProof, len(keys))
	var trie state.Trie
	if len(keys) > 0 && account.StorageHash != (common.Hash{}) && account.StorageHash != types.EmptyRootHash {
		var err error
		trie, err = statedb.Database().OpenStorageTrie(root, account.Address, account.StorageHash, nil)
		if err != nil {
			return nil, fmt.Errorf("storage trie is not available: %w", err)
		}
	}
	for i, key := range keys {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		proofs[i] = storageProof{Key: key.String(), Value: new(hexutil.Big), Proof: proof{}}
		if trie == nil {
			continue // no storage at all: there is nothing to prove it with
		}
		if err := trie.Prove(crypto.Keccak256(key.slot[:]), &proofs[i].Proof); err != nil {
			return nil, err
		}
		proofs[i].Value = (*hexutil.Big)(statedb.GetState(account.Address, key.slot).Big())
	}
	return proofs, nil
}
