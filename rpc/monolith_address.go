package rpc

import (
	"context"
	"errors"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/common/math"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/monolith-chain/monolith/shared/addressindex"
)

// AddressIndex is what the handlers ask the index of addresses. It may be behind the
// chain, and name what the chain has just left.
type AddressIndex interface {
	Head() uint64 // the last block in it
	Synced() bool // whether that is the chain's head
	Await(ctx context.Context)

	Transactions(address common.Address, before addressindex.Position, lowest uint64, count int) ([]addressindex.Position, error)
	Transfers(address common.Address, before addressindex.Position, count int) ([]addressindex.Position, error)
	Tokens(address common.Address, count int) ([]addressindex.Token, error)
	Pieces(address, contract common.Address, count, look int) ([]addressindex.Piece, error)
}

var errNoAddressIndex = errors.New("the node keeps no index of addresses: start it with --" + addressindex.Flag)

const (
	// maxHistory bounds a page of an address's history.
	maxHistory = 100

	// indexPatience is how long a request waits for the index to take in the last block.
	indexPatience = 250 * time.Millisecond
)

// addressAPI tells the history of addresses.
type addressAPI struct {
	*backend
	index AddressIndex // nil = off
}

// ready fails without an index, and gives it a moment to reach the head.
func (api *addressAPI) ready(ctx context.Context) error {
	if api.index == nil {
		return errNoAddressIndex
	}
	ctx, cancel := context.WithTimeout(ctx, indexPatience)
	defer cancel()
	api.index.Await(ctx)
	return nil
}

// page reads the parameters of a page.
func page(before *string, count math.HexOrDecimal64) (addressindex.Position, int, error) {
	if count < 1 || count > maxHistory {
		return addressindex.Position{}, 0, invalidParams("count is %d, from 1 to %d is possible", count, maxHistory)
	}
	if before == nil {
		return addressindex.Newest(), int(count), nil
	}
	at, err := addressindex.ParsePosition(*before)
	if err != nil {
		return at, 0, invalidParams("%v", err)
	}
	return at, int(count), nil
}

// cut shortens what was found, one more than a page has, to the page, and returns the
// cursor of the next one; nil if there is none.
func cut(found []addressindex.Position, count int) ([]addressindex.Position, *string) {
	if len(found) <= count {
		return found, nil
	}
	next := found[count-1].String()
	return found[:count], &next
}

// minedTx is a transaction of the chain with its receipt.
type minedTx struct {
	block   *types.Block
	index   uint64
	tx      *types.Transaction
	from    common.Address
	receipt *types.Receipt
	created *common.Address // contract that it made; nil = none
}

// minedAt returns the transaction at a position; nil if there is none, since the chain
// is on another branch now.
func (b *backend) minedAt(at addressindex.Position) (*minedTx, error) {
	block := b.chain.GetBlockByNumber(at.Block)
	if block == nil || int(at.Tx) >= len(block.Transactions()) {
		return nil, nil
	}
	tx := block.Transactions()[at.Tx]
	receipt, err := b.chain.GetCanonicalReceipt(tx, block.Hash(), at.Block, uint64(at.Tx))
	if err != nil {
		return nil, err
	}
	m := &minedTx{block: block, index: uint64(at.Tx), tx: tx, from: b.sender(tx), receipt: receipt}
	if created, ok := addressindex.Created(tx, m.from, receipt.Status); ok {
		m.created = &created
	}
	return m, nil
}

// touches tells whether the index has the transaction for this address.
func (m *minedTx) touches(address common.Address) bool {
	to := m.tx.To()
	return m.from == address || to != nil && *to == address || m.created != nil && *m.created == address
}

// addressTx is a transaction in the answer of monolith_addressTransactions.
type addressTx struct {
	Hash             common.Hash     `json:"hash"`
	BlockNumber      hexutil.Uint64  `json:"blockNumber"`
	TransactionIndex hexutil.Uint64  `json:"transactionIndex"`
	Timestamp        hexutil.Uint64  `json:"timestamp"`
	From             common.Address  `json:"from"`
	To               *common.Address `json:"to"`
	Created          *common.Address `json:"created"` // the contract that it made
	Value            *hexutil.Big    `json:"value"`
	Input4           hexutil.Bytes   `json:"input4"` // the first four bytes of the input
	Status           hexutil.Uint64  `json:"status"`
	Fee              *hexutil.Big    `json:"fee"`
	Nonce            hexutil.Uint64  `json:"nonce"`
	Transfers        hexutil.Uint64  `json:"transfers"` // of tokens, that touch the address
}

// addressTxs is a page of transactions, newest first.
type addressTxs struct {
	Transactions []addressTx `json:"transactions"`
	Next         *string     `json:"next"` // where the next page begins; null on the last one
}

// AddressTransactions is monolith_addressTransactions: the transactions that an address
// sent or received, or that made it, newest first, up to a hundred at a time. The next
// page is asked for with what the last one said is next.
func (api *addressAPI) AddressTransactions(ctx context.Context, address common.Address, before *string, count math.HexOrDecimal64) (*addressTxs, error) {
	if err := api.ready(ctx); err != nil {
		return nil, err
	}
	start, size, err := page(before, count)
	if err != nil {
		return nil, err
	}
	found, err := api.index.Transactions(address, start, 0, size+1)
	if err != nil {
		return nil, err
	}
	answer := &addressTxs{Transactions: []addressTx{}}
	found, answer.Next = cut(found, size)
	for _, at := range found {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		m, err := api.minedAt(at)
		if err != nil {
			return nil, err
		}
		if m != nil && m.touches(address) {
			answer.Transactions = append(answer.Transactions, m.shown(address))
		}
	}
	return answer, nil
}

func (m *minedTx) shown(address common.Address) addressTx {
	price := effectiveGasPrice(m.tx, m.block.BaseFee())
	return addressTx{
		Hash:             m.tx.Hash(),
		BlockNumber:      hexutil.Uint64(m.block.NumberU64()),
		TransactionIndex: hexutil.Uint64(m.index),
		Timestamp:        hexutil.Uint64(m.block.Time()),
		From:             m.from,
		To:               m.tx.To(),
		Created:          m.created,
		Value:            (*hexutil.Big)(m.tx.Value()),
		Input4:           m.tx.Data()[:min(4, len(m.tx.Data()))],
		Status:           hexutil.Uint64(m.receipt.Status),
		Fee:              (*hexutil.Big)(price.Mul(price, bigUint(m.receipt.GasUsed))),
		Nonce:            hexutil.Uint64(m.tx.Nonce()),
		Transfers:        hexutil.Uint64(addressindex.Touching(m.receipt.Logs, address)),
	}
}

// addressTransfer is a transfer in the answer of monolith_addressTransfers.
type addressTransfer struct {
	Hash        common.Hash    `json:"hash"` // of the transaction
	BlockNumber hexutil.Uint64 `json:"blockNumber"`
	LogIndex    hexutil.Uint64 `json:"logIndex"` // in the block
	Timestamp   hexutil.Uint64 `json:"timestamp"`
	Contract    common.Address `json:"contract"`
	Standard    string         `json:"standard"` // ERC-20, ERC-721 or ERC-1155
	From        common.Address `json:"from"`
	To          common.Address `json:"to"`
	Value       *hexutil.Big   `json:"value"` // null of ERC-721
	ID          *hexutil.Big   `json:"id"`    // null of ERC-20
}

// addressTransfers is a page of transfers, newest first.
type addressTransfers struct {
	Transfers []addressTransfer `json:"transfers"`
	Next      *string           `json:"next"` // where the next page begins; null on the last one
}

// AddressTransfers is monolith_addressTransfers: the transfers of tokens that an address
// sent, received or, being their contract, made, as the logs tell, newest first, up to a
// hundred at a time. The next page is asked for with what the last one said is next.
func (api *addressAPI) AddressTransfers(ctx context.Context, address common.Address, before *string, count math.HexOrDecimal64) (*addressTransfers, error) {
	if err := api.ready(ctx); err != nil {
		return nil, err
	}
	start, size, err := page(before, count)
	if err != nil {
		return nil, err
	}
	found, err := api.index.Transfers(address, start, size+1)
	if err != nil {
		return nil, err
	}
	answer := &addressTransfers{Transfers: []addressTransfer{}}
	found, answer.Next = cut(found, size)
	reader := transferReader{backend: api.backend}
	for _, at := range found {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		transfer, log, err := reader.read(at)
		if err != nil {
			return nil, err
		}
		if transfer != nil && transfer.Touches(address) {
			answer.Transfers = append(answer.Transfers, reader.shown(transfer, log))
		}
	}
	return answer, nil
}

// transferReader reads transfers that often are of one log or transaction.
type transferReader struct {
	*backend
	at   addressindex.Position // of the following
	tx   *minedTx
	logs []addressindex.Transfer
}

// read returns the transfer at a position and its log; nil if there is none.
func (r *transferReader) read(at addressindex.Position) (*addressindex.Transfer, *types.Log, error) {
	if r.tx == nil || r.at.Block != at.Block || r.at.Tx != at.Tx {
		tx, err := r.minedAt(at)
		if tx == nil || err != nil {
			return nil, nil, err
		}
		r.tx, r.logs = tx, nil
	}
	if int(at.Log) >= len(r.tx.receipt.Logs) {
		r.at, r.logs = at, nil
		return nil, nil, nil
	}
	log := r.tx.receipt.Logs[at.Log]
	if r.logs == nil || r.at.Log != at.Log {
		r.logs = addressindex.Transfers(log)
	}
	if r.at = at; int(at.Item) >= len(r.logs) {
		return nil, nil, nil
	}
	return &r.logs[at.Item], log, nil
}

func (r *transferReader) shown(t *addressindex.Transfer, log *types.Log) addressTransfer {
	shown := addressTransfer{
		Hash:        r.tx.tx.Hash(),
		BlockNumber: hexutil.Uint64(r.tx.block.NumberU64()),
		LogIndex:    hexutil.Uint64(log.Index),
		Timestamp:   hexutil.Uint64(r.tx.block.Time()),
		Contract:    t.Contract,
		Standard:    t.Standard.String(),
		From:        t.From,
		To:          t.To,
	}
	if t.Value != nil {
		shown.Value = (*hexutil.Big)(t.Value.ToBig())
	}
	if t.ID != nil {
		shown.ID = (*hexutil.Big)(t.ID.ToBig())
	}
	return shown
}

// bigOf is a word of a contract's answer.
func bigOf(word []byte) *hexutil.Big { return (*hexutil.Big)(new(big.Int).SetBytes(word)) }
