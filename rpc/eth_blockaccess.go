package rpc

import (
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types/bal"
	"github.com/ethereum/go-ethereum/rlp"
	"github.com/ethereum/go-ethereum/rpc"
	"github.com/holiman/uint256"
)

// accountAccess is what a block read and changed of an account (EIP-7928), in the
// specification's words, which are not those of go-ethereum's own JSON.
type accountAccess struct {
	Address        common.Address `json:"address"`
	BalanceChanges []accessChange `json:"balanceChanges"`
	CodeChanges    []codeChange   `json:"codeChanges"`
	NonceChanges   []accessChange `json:"nonceChanges"`
	StorageChanges []slotChanges  `json:"storageChanges"`
	StorageReads   []common.Hash  `json:"storageReads"`
}

// accessChange is the value that something has after a transaction. Index counts
// the transactions from 1; 0 is the system calls before them.
type accessChange struct {
	Index hexutil.Uint64 `json:"index"`
	Value any            `json:"value"`
}

type codeChange struct {
	Index hexutil.Uint64 `json:"index"`
	Code  hexutil.Bytes  `json:"code"`
}

type slotChanges struct {
	Key     common.Hash    `json:"key"`
	Changes []accessChange `json:"changes"`
}

// GetBlockAccessList is eth_getBlockAccessList: what the block read and changed of
// the state (EIP-7928). It is null for an unknown block and for one from before the
// fork that introduced the lists.
func (api *blockAPI) GetBlockAccessList(block rpc.BlockNumberOrHash) ([]accountAccess, error) {
	b, err := api.block(block)
	if b == nil || err != nil {
		return nil, err
	}
	stored := api.chain.GetAccessListRLP(b.Hash())
	if len(stored) == 0 {
		return nil, nil
	}
	var list bal.BlockAccessList
	if err := rlp.DecodeBytes(stored, &list); err != nil {
		return nil, fmt.Errorf("stored access list of block %d: %w", b.NumberU64(), err)
	}
	accounts := make([]accountAccess, len(list))
	for i := range list {
		accounts[i] = showAccess(&list[i])
	}
	return accounts, nil
}

func showAccess(account *bal.AccountAccess) accountAccess {
	word := func(v *uint256.Int) common.Hash { return v.Bytes32() }
	show := accountAccess{
		Address:        account.Address,
		BalanceChanges: []accessChange{},
		CodeChanges:    []codeChange{},
		NonceChanges:   []accessChange{},
		StorageChanges: []slotChanges{},
		StorageReads:   []common.Hash{},
	}
	for _, c := range account.BalanceChanges {
		show.BalanceChanges = append(show.BalanceChanges, accessChange{hexutil.Uint64(c.BlockAccessIndex), (*hexutil.U256)(c.PostBalance)})
	}
	for _, c := range account.CodeChanges {
		show.CodeChanges = append(show.CodeChanges, codeChange{hexutil.Uint64(c.BlockAccessIndex), c.NewCode})
	}
	for _, c := range account.NonceChanges {
		show.NonceChanges = append(show.NonceChanges, accessChange{hexutil.Uint64(c.BlockAccessIndex), hexutil.Uint64(c.PostNonce)})
	}
	for _, slot := range account.StorageChanges {
		changes := slotChanges{Key: word(slot.Slot)}
		for _, c := range slot.SlotChanges {
			changes.Changes = append(changes.Changes, accessChange{hexutil.Uint64(c.BlockAccessIndex), word(c.PostValue)})
		}
		show.StorageChanges = append(show.StorageChanges, changes)
	}
	for _, slot := range account.StorageReads {
		show.StorageReads = append(show.StorageReads, word(slot))
	}
	return show
}
