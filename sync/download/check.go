package download

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/rlp"
	"github.com/ethereum/go-ethereum/trie"
)

// body is what has to match a header.
type body struct {
	txs         types.DerivableList
	withdrawals types.DerivableList // nil if there is no such list
	uncles      int
}

// check compares a body with what the header commits to.
func (b body) check(header *types.Header, hasher types.ListHasher) error {
	if b.uncles > 0 {
		return fmt.Errorf("it has %d uncles", b.uncles)
	}
	if root := types.DeriveSha(b.txs, hasher); root != header.TxHash {
		return fmt.Errorf("its transactions have root %#x, the header says %#x", root, header.TxHash)
	}
	if (header.WithdrawalsHash == nil) != (b.withdrawals == nil) {
		return errors.New("its header and body disagree about withdrawals")
	}
	if b.withdrawals == nil {
		return nil
	}
	if root := types.DeriveSha(b.withdrawals, hasher); root != *header.WithdrawalsHash {
		return fmt.Errorf("its withdrawals have root %#x, the header says %#x", root, *header.WithdrawalsHash)
	}
	return nil
}

// checkBlocks counts the blocks that have the given hashes and the bodies that their
// headers commit to. The error says what is wrong with the next one.
func checkBlocks(blocks types.Blocks, hashes []common.Hash) (int, error) {
	hasher := trie.NewStackTrie(nil)
	for i, block := range blocks {
		if block.Hash() != hashes[i] {
			return i, fmt.Errorf("block %d (%#x) was not asked for, but %#x", block.NumberU64(), block.Hash(), hashes[i])
		}
		b := body{txs: block.Transactions(), uncles: len(block.Uncles())}
		if withdrawals := block.Withdrawals(); withdrawals != nil {
			b.withdrawals = withdrawals
		}
		if err := b.check(block.Header(), hasher); err != nil {
			return i, fmt.Errorf("block %d (%#x): %w", block.NumberU64(), block.Hash(), err)
		}
	}
	return len(blocks), nil
}

// DecodeBlocks decodes an RLP list of the blocks with the given hashes, or of the
// first ones of them. Nothing of a block is decoded before it is known to be the one
// that was asked for: a few bytes of junk can decode into objects of fifty times
// their size. With an error come the blocks before the one that is wrong.
func DecodeBlocks(data []byte, hashes []common.Hash) (types.Blocks, error) {
	list, rest, err := rlp.SplitList(data)
	if err != nil {
		return nil, fmt.Errorf("decode blocks: %w", err)
	}
	if len(rest) > 0 {
		return nil, fmt.Errorf("decode blocks: %d bytes too many", len(rest))
	}
	var blocks types.Blocks
	hasher := trie.NewStackTrie(nil)
	for len(list) > 0 {
		if len(blocks) == len(hashes) {
			return blocks, fmt.Errorf("decode blocks: there are more than the %d asked for", len(hashes))
		}
		_, _, rest, err := rlp.Split(list)
		if err != nil {
			return blocks, fmt.Errorf("decode block %d of the answer: %w", len(blocks), err)
		}
		block, err := decodeBlock(list[:len(list)-len(rest)], hashes[len(blocks)], hasher)
		if err != nil {
			return blocks, fmt.Errorf("decode block %d of the answer: %w", len(blocks), err)
		}
		blocks, list = append(blocks, block), rest
	}
	return blocks, nil
}

// decodeBlock decodes a block that must have the given hash.
func decodeBlock(enc []byte, hash common.Hash, hasher types.ListHasher) (*types.Block, error) {
	parts, err := split(enc)
	if err != nil {
		return nil, err
	}
	if len(parts) < 3 || len(parts) > 4 {
		return nil, fmt.Errorf("a block of %d parts", len(parts))
	}
	if have := crypto.Keccak256Hash(parts[0]); have != hash {
		return nil, fmt.Errorf("a header with hash %#x where %#x was asked for", have, hash)
	}
	header := new(types.Header)
	if err := rlp.DecodeBytes(parts[0], header); err != nil {
		return nil, err
	}
	var b body
	txs, err := split(parts[1])
	if err != nil {
		return nil, fmt.Errorf("transactions: %w", err)
	}
	b.txs = txs
	uncles, err := split(parts[2])
	if err != nil {
		return nil, fmt.Errorf("uncles: %w", err)
	}
	b.uncles = len(uncles)
	if len(parts) == 4 {
		withdrawals, err := split(parts[3])
		if err != nil {
			return nil, fmt.Errorf("withdrawals: %w", err)
		}
		b.withdrawals = withdrawals
	}
	if err := b.check(header, hasher); err != nil {
		return nil, err
	}
	block := new(types.Block)
	return block, rlp.DecodeBytes(enc, block)
}

// rawList is a list of encoded items, as the roots in a header are made of.
type rawList [][]byte

// split returns the items of an encoded list, undecoded.
func split(enc []byte) (rawList, error) {
	content, rest, err := rlp.SplitList(enc)
	if err != nil {
		return nil, err
	}
	if len(rest) > 0 {
		return nil, fmt.Errorf("%d bytes behind a list", len(rest))
	}
	n, err := rlp.CountValues(content)
	if err != nil {
		return nil, err
	}
	items := make(rawList, 0, n)
	for len(content) > 0 {
		_, _, rest, err := rlp.Split(content)
		if err != nil {
			return nil, err
		}
		items, content = append(items, content[:len(content)-len(rest)]), rest
	}
	return items, nil
}

// Len implements types.DerivableList.
func (l rawList) Len() int { return len(l) }

// EncodeIndex implements types.DerivableList. A typed transaction is a string in a
// list, and itself in a root.
func (l rawList) EncodeIndex(i int, w *bytes.Buffer) {
	item := l[i]
	if kind, content, _, err := rlp.Split(item); err == nil && kind != rlp.List {
		item = content
	}
	w.Write(item)
}
