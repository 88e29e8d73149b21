package addressindex

import (
	"math/big"
	"reflect"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
)

// model is what the index should say, made by reading the chain from its beginning.
type model struct {
	txs       map[common.Address][]Position // newest first
	transfers map[common.Address][]Position
	tokens    map[common.Address]map[common.Address]uint64 // block of the last transfer to an address
	amounts   map[common.Address]map[common.Address]map[common.Hash]*big.Int
}

func (n *node) newModel() *model {
	m := &model{
		make(map[common.Address][]Position), make(map[common.Address][]Position),
		make(map[common.Address]map[common.Address]uint64), make(map[common.Address]map[common.Address]map[common.Hash]*big.Int),
	}
	signer := n.builder.Signer()
	for number := range n.chain.CurrentBlock().Number.Uint64() + 1 {
		block := n.chain.GetBlockByNumber(number)
		for i, receipt := range n.chain.GetReceiptsByHash(block.Hash()) {
			tx := block.Transactions()[i]
			from, err := types.Sender(signer, tx)
			n.check(err)
			touched := map[common.Address]bool{from: true}
			if tx.To() != nil {
				touched[*tx.To()] = true
			} else if receipt.Status == 1 {
				touched[receipt.ContractAddress] = true
			}
			for address := range touched {
				m.txs[address] = append([]Position{{Block: number, Tx: uint32(i)}}, m.txs[address]...)
			}
			for j, log := range receipt.Logs {
				m.log(number, uint32(i), uint32(j), log)
			}
		}
	}
	return m
}

func (m *model) log(number uint64, tx, index uint32, log *types.Log) {
	event := func(signature string) common.Hash { return crypto.Keccak256Hash([]byte(signature)) }
	word := func(n int) *big.Int { return new(big.Int).SetBytes(log.Data[32*n : 32*n+32]) }
	address := func(n int) common.Address { return common.BytesToAddress(log.Topics[n][:]) }
	switch {
	case len(log.Topics) == 0:
	case log.Topics[0] == event("Transfer(address,address,uint256)") && len(log.Topics) == 3:
		m.transfer(Position{number, tx, index, 0}, log.Address, address(1), address(2), nil, nil)
	case log.Topics[0] == event("Transfer(address,address,uint256)"):
		m.transfer(Position{number, tx, index, 0}, log.Address, address(1), address(2), &log.Topics[3], nil)
	case len(log.Topics) == 3: // of no standard
	case log.Topics[0] == event("TransferSingle(address,address,address,uint256,uint256)"):
		id := common.BigToHash(word(0))
		m.transfer(Position{number, tx, index, 0}, log.Address, address(2), address(3), &id, word(1))
	case log.Topics[0] == event("TransferBatch(address,address,address,uint256[],uint256[])"):
		count := int(word(2).Int64())
		for i := range count {
			id := common.BigToHash(word(3 + i))
			m.transfer(Position{number, tx, index, uint32(i)}, log.Address, address(2), address(3), &id, word(4+count+i))
		}
	}
}

func (m *model) transfer(at Position, contract, from, to common.Address, id *common.Hash, value *big.Int) {
	for address := range map[common.Address]bool{contract: true, from: true, to: true} {
		m.transfers[address] = append([]Position{at}, m.transfers[address]...)
	}
	if to != (common.Address{}) {
		if m.tokens[to] == nil {
			m.tokens[to] = make(map[common.Address]uint64)
		}
		m.tokens[to][contract] = at.Block
	}
	if id == nil {
		return
	}
	for i, address := range []common.Address{from, to} {
		if address == (common.Address{}) {
			continue
		}
		if m.amounts[address] == nil {
			m.amounts[address] = make(map[common.Address]map[common.Hash]*big.Int)
		}
		if m.amounts[address][contract] == nil {
			m.amounts[address][contract] = make(map[common.Hash]*big.Int)
		}
		amount := m.amounts[address][contract][*id]
		if amount == nil {
			amount = new(big.Int)
		}
		switch {
		case value == nil:
			amount = big.NewInt(int64(i))
		case i == 0:
			amount = new(big.Int).Sub(amount, value)
		default:
			amount = new(big.Int).Add(amount, value)
		}
		if amount.Sign() < 0 {
			amount = new(big.Int)
		}
		m.amounts[address][contract][*id] = amount
	}
}

// compareModel asks the index everything that the model knows.
func (n *node) compareModel(s *Service) {
	n.t.Helper()
	m := n.newModel()
	for address, want := range m.txs {
		n.equal("transactions", want, pages(n.t, func(before Position) ([]Position, error) { return s.Transactions(address, before, 0, 3) }))
	}
	for address, want := range m.transfers {
		n.equal("transfers", want, pages(n.t, func(before Position) ([]Position, error) { return s.Transfers(address, before, 3) }))
	}
	for address, want := range m.tokens {
		tokens, err := s.Tokens(address, 100)
		n.check(err)
		have := make(map[common.Address]uint64)
		for _, token := range tokens {
			have[token.Contract] = token.Last
		}
		n.equal("tokens", want, have)
	}
	for address, contracts := range m.amounts {
		for contract, want := range contracts {
			pieces, err := s.Pieces(address, contract, 1000, 1000)
			n.check(err)
			have := make(map[common.Hash]*big.Int)
			for id := range want {
				have[id] = new(big.Int)
			}
			for _, piece := range pieces {
				have[piece.ID] = piece.Amount.ToBig()
			}
			for id := range want {
				if want[id].Cmp(have[id]) != 0 {
					n.t.Fatalf("%v has %v of id %v, want %v", address, have[id], id, want[id])
				}
			}
		}
	}
}

func (n *node) equal(what string, want, have any) {
	n.t.Helper()
	if !reflect.DeepEqual(want, have) {
		n.t.Fatalf("%s: %v, want %v", what, have, want)
	}
}

// pages asks for all pages.
func pages(t testing.TB, ask func(before Position) ([]Position, error)) []Position {
	t.Helper()
	var all []Position
	for before := Newest(); ; before = all[len(all)-1] {
		page, err := ask(before)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			return slices.Clip(all)
		}
		all = append(all, page...)
	}
}
