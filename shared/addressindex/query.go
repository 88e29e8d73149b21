package addressindex

import (
	"bytes"
	"context"
	"encoding/binary"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"
)

// Head is the number of the last block in the index.
func (s *Service) Head() uint64 {
	if at := s.now(); at != nil {
		return at.Number
	}
	return 0
}

// Synced tells whether that is the chain's head.
func (s *Service) Synced() bool {
	at := s.now()
	return at != nil && at.Hash == s.cfg.Chain.CurrentBlock().Hash()
}

// Await waits until the index is at the head, if it is near, or ctx ends: who asks
// right after a block came wants to find it.
func (s *Service) Await(ctx context.Context) {
	for {
		s.mu.Lock()
		at, moved := s.at, s.moved
		s.mu.Unlock()
		head := s.cfg.Chain.CurrentBlock()
		if at == nil || at.Hash == head.Hash() || head.Number.Uint64() > at.Number+nearHead {
			return
		}
		s.poke()
		select {
		case <-ctx.Done():
			return
		case <-s.ctx.Done():
			return
		case <-moved:
		}
	}
}

// Transactions returns the positions of up to count transactions that touched an
// address, from the newest one before the given position on, none of them in a block
// below lowest.
func (s *Service) Transactions(address common.Address, before Position, lowest uint64, count int) ([]Position, error) {
	prefix := append(newKey(kindTx, common.AddressLength), address[:]...)
	return s.positions(prefix, append(before.appendTx(nil), 0), lowest, count)
}

// Transfers returns the positions of up to count transfers of tokens that touched an
// address, from the newest one before the given position on.
func (s *Service) Transfers(address common.Address, before Position, count int) ([]Position, error) {
	prefix := append(newKey(kindTransfer, common.AddressLength), address[:]...)
	return s.positions(prefix, append(before.appendTransfer(nil), 0), 0, count)
}

// positions reads keys that end in a position.
func (s *Service) positions(prefix, start []byte, lowest uint64, count int) ([]Position, error) {
	it := s.cfg.DB.NewIterator(prefix, start)
	defer it.Release()
	var found []Position
	for len(found) < count && it.Next() {
		at, ok := decodePosition(it.Key()[len(prefix):])
		if !ok {
			continue // a damaged entry is none
		}
		if at.Block < lowest {
			break
		}
		found = append(found, at)
	}
	return found, it.Error()
}

// Token is a token that an address has received.
type Token struct {
	Contract common.Address
	Standard Standard
	Last     uint64 // block of the last transfer to it
}

// Tokens returns up to count of the tokens that an address has received.
func (s *Service) Tokens(address common.Address, count int) ([]Token, error) {
	prefix := append(newKey(kindToken, common.AddressLength), address[:]...)
	var tokens []Token
	for next := []byte(nil); len(tokens) < count; {
		key, value, err := s.first(prefix, next)
		if key == nil || err != nil {
			return tokens, err
		}
		if len(key) != common.AddressLength+blockSize || len(value) != 1 {
			next = append(key, 0) // a damaged entry is none
			continue
		}
		contract := key[:common.AddressLength]
		tokens = append(tokens, Token{common.BytesToAddress(contract), Standard(value[0]), ^binary.BigEndian.Uint64(key[common.AddressLength:])})
		if next = successor(contract); next == nil {
			return tokens, nil
		}
	}
	return tokens, nil
}

// Piece is an id of a token, and how many an address has of it.
type Piece struct {
	ID     common.Hash
	Amount *uint256.Int
}

// Pieces returns up to count of the ids that an address has of a token, looking through
// no more than the given number of ids that it ever had.
func (s *Service) Pieces(address, contract common.Address, count, look int) ([]Piece, error) {
	whose := piece{holding: holding{address, contract}}.prefix()
	prefix := whose[:len(whose)-common.HashLength]
	var pieces []Piece
	for next := []byte(nil); len(pieces) < count && look > 0; look-- {
		key, value, err := s.first(prefix, next)
		if key == nil || err != nil {
			return pieces, err
		}
		amount, ok := decodeAmount(value)
		if len(key) != common.HashLength+blockSize || !ok {
			next = append(key, 0) // a damaged entry is none
			continue
		}
		id := key[:common.HashLength]
		if !amount.IsZero() {
			pieces = append(pieces, Piece{common.BytesToHash(id), amount})
		}
		if next = successor(id); next == nil {
			return pieces, nil
		}
	}
	return pieces, nil
}

// first returns the first entry from start on, its key without the prefix; nil if there
// is none.
func (s *Service) first(prefix, start []byte) (key, value []byte, err error) {
	it := s.cfg.DB.NewIterator(prefix, start)
	defer it.Release()
	if !it.Next() {
		return nil, nil, it.Error()
	}
	return bytes.Clone(it.Key()[len(prefix):]), bytes.Clone(it.Value()), nil
}

// successor is the next number of the same length; nil after the last one.
func successor(number []byte) []byte {
	next := bytes.Clone(number)
	for i := len(next) - 1; i >= 0; i-- {
		if next[i]++; next[i] != 0 {
			return next
		}
	}
	return nil
}
