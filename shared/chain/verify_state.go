package chain

import (
	"context"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/rlp"
	"github.com/ethereum/go-ethereum/trie"
)

// progressNodes is how many nodes of a trie lie between two looks at the context.
const progressNodes = 4096

// StateSize is what a walk over a state has met.
type StateSize struct {
	Accounts, Slots, Contracts uint64
}

// VerifyState walks over the whole state of the head: every node of the account
// trie and of the storage tries must be there with the hash by which its parent
// refers to it, and so must the code of every contract. It calls progress, if not
// nil, now and then. What is wrong comes back as a *FaultError.
func (s *Service) VerifyState(ctx context.Context, progress func(StateSize)) (StateSize, error) {
	head := s.CurrentBlock()
	w := &stateWalk{s: s, root: head.Root, ctx: ctx, progress: progress, codes: make(map[common.Hash]bool)}
	err := w.walk(trie.StateTrieID(head.Root), w.account)
	if err != nil && ctx.Err() == nil {
		err = &FaultError{head.Number.Uint64(), head.Hash(), fmt.Errorf("its state: %w", err)}
	}
	return w.size, err
}

type stateWalk struct {
	s        *Service
	root     common.Hash
	ctx      context.Context
	progress func(StateSize)
	size     StateSize
	nodes    uint64
	codes    map[common.Hash]bool // seen
}

// walk visits the leaves of a trie.
func (w *stateWalk) walk(id *trie.ID, leaf func(key, value []byte) error) error {
	t, err := trie.New(id, w.s.bc.TrieDB())
	if err != nil {
		return err
	}
	it, err := t.NodeIterator(nil)
	if err != nil {
		return err
	}
	for it.Next(true) {
		if w.nodes++; w.nodes%progressNodes == 0 {
			if w.ctx.Err() != nil {
				return context.Cause(w.ctx)
			}
			if w.progress != nil {
				w.progress(w.size)
			}
		}
		if it.Leaf() {
			if err := leaf(it.LeafKey(), it.LeafBlob()); err != nil {
				return err
			}
		}
	}
	return it.Error()
}

func (w *stateWalk) account(key, value []byte) error {
	hash := common.BytesToHash(key)
	var account types.StateAccount
	if err := rlp.DecodeBytes(value, &account); err != nil {
		return fmt.Errorf("account %#x cannot be read: %w", hash, err)
	}
	w.size.Accounts++
	if account.Root != types.EmptyRootHash {
		err := w.walk(trie.StorageTrieID(w.root, hash, account.Root), func(_, _ []byte) error {
			w.size.Slots++
			return nil
		})
		if err != nil {
			return fmt.Errorf("storage of account %#x: %w", hash, err)
		}
	}
	code := common.BytesToHash(account.CodeHash)
	if code == types.EmptyCodeHash {
		return nil
	}
	w.size.Contracts++
	if w.codes[code] {
		return nil
	}
	w.codes[code] = true
	if stored := rawdb.ReadCode(w.s.cfg.DB, code); crypto.Keccak256Hash(stored) != code {
		return fmt.Errorf("the code of account %#x is missing or damaged", hash)
	}
	return nil
}
