package addressindex

import (
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethdb"
	"github.com/holiman/uint256"
)

// contents are what a block's entries are made of. Transactions that were executed a
// moment ago remember their senders.
type contents struct {
	number   uint64
	parent   common.Hash
	txs      types.Transactions
	receipts types.Receipts // as stored; nothing that is derived is needed
}

// Created returns the contract that a transaction made, if it did.
func Created(tx *types.Transaction, sender common.Address, status uint64) (common.Address, bool) {
	if tx.To() != nil || status != types.ReceiptStatusSuccessful {
		return common.Address{}, false
	}
	return crypto.CreateAddress(sender, tx.Nonce()), true
}

// entries are all entries of a block.
type entries struct {
	number uint64
	places [][]byte // keys of transactions and transfers, whose values are empty
	tokens map[holding]Standard
	pieces map[piece]*uint256.Int

	// before returns how many of an id an address had before the block.
	before func(piece) (*uint256.Int, error)
}

// entriesOf finds out what entries a block has. The amounts of ids are only right with
// what was there before; without it the keys are.
func entriesOf(block *contents, signer types.Signer, before func(piece) (*uint256.Int, error)) (*entries, error) {
	e := &entries{
		number: block.number,
		places: make([][]byte, 0, 2*len(block.txs)),
		tokens: make(map[holding]Standard),
		pieces: make(map[piece]*uint256.Int),
		before: before,
	}
	for i, tx := range block.txs {
		at := Position{Block: block.number, Tx: uint32(i)}
		sender, err := types.Sender(signer, tx)
		if err != nil {
			return nil, err
		}
		e.places = append(e.places, txKey(sender, at))
		if to := tx.To(); to != nil && *to != sender {
			e.places = append(e.places, txKey(*to, at))
		}
		if created, ok := Created(tx, sender, block.receipts[i].Status); ok {
			e.places = append(e.places, txKey(created, at))
		}
		for j, log := range block.receipts[i].Logs {
			for k, transfer := range Transfers(log) {
				at.Log, at.Item = uint32(j), uint32(k)
				if err := e.transfer(at, &transfer); err != nil {
					return nil, err
				}
			}
		}
	}
	return e, nil
}

func (e *entries) transfer(at Position, t *Transfer) error {
	e.places = append(e.places, transferKey(t.Contract, at))
	if t.From != t.Contract {
		e.places = append(e.places, transferKey(t.From, at))
	}
	if t.To != t.Contract && t.To != t.From {
		e.places = append(e.places, transferKey(t.To, at))
	}
	if t.To != (common.Address{}) {
		e.tokens[holding{t.To, t.Contract}] = t.Standard
	}
	if t.ID == nil {
		return nil
	}
	given := piece{holding{t.From, t.Contract}, t.ID.Bytes32()}
	if err := e.move(given, t.Value, false); err != nil {
		return err
	}
	given.address = t.To
	return e.move(given, t.Value, true)
}

// move gives an id to an address, or takes it away. There is one of each in ERC-721;
// of others so many, and no less than none, whatever the contract says.
func (e *entries) move(p piece, value *uint256.Int, gets bool) error {
	if p.address == (common.Address{}) {
		return nil
	}
	if value == nil {
		amount := new(uint256.Int)
		if gets {
			amount.SetOne()
		}
		e.pieces[p] = amount
		return nil
	}
	amount, known := e.pieces[p]
	if !known {
		var err error
		if amount, err = e.before(p); err != nil {
			return err
		}
	}
	switch _, overflow := new(uint256.Int).AddOverflow(amount, value); {
	case gets && overflow:
		amount.SetAllOne()
	case gets:
		amount.Add(amount, value)
	case amount.Lt(value):
		amount.Clear()
	default:
		amount.Sub(amount, value)
	}
	e.pieces[p] = amount
	return nil
}

// put writes the entries.
func (e *entries) put(w ethdb.KeyValueWriter) error {
	return e.each(w.Put)
}

// remove deletes them.
func (e *entries) remove(w ethdb.KeyValueWriter) error {
	return e.each(func(key, _ []byte) error { return w.Delete(key) })
}

func (e *entries) each(do func(key, value []byte) error) error {
	for _, key := range e.places {
		if err := do(key, nil); err != nil {
			return err
		}
	}
	for token, standard := range e.tokens {
		if err := do(token.key(e.number), []byte{byte(standard)}); err != nil {
			return err
		}
	}
	for piece, amount := range e.pieces {
		if err := do(piece.key(e.number), amount.Bytes()); err != nil {
			return err
		}
	}
	return nil
}
