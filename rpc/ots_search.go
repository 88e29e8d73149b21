package rpc

import (
	"context"
	"math"
	"sort"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"

	"github.com/monolith-chain/monolith/shared/addressindex"
)

// otsSearchAPI is Otterscan's searches by address.
type otsSearchAPI struct {
	*backend
	addresses *addressAPI
}

// otsFound is a page of transactions with their receipts, newest first.
type otsFound struct {
	Txs       []*txResult      `json:"txs"`
	Receipts  []map[string]any `json:"receipts"`  // with the block's timestamp
	FirstPage bool             `json:"firstPage"` // there are no newer ones
	LastPage  bool             `json:"lastPage"`  // there are no older ones
}

// SearchTransactionsBefore is ots_searchTransactionsBefore: the last transactions of an
// address before a block, or of all if that is 0. There may be more of them than asked
// for: a page never ends within a block. Those to whom only contracts sent something are
// not among them.
func (api *otsSearchAPI) SearchTransactionsBefore(ctx context.Context, address common.Address, number otsNumber, size uint) (*otsFound, error) {
	if err := api.checkSearch(ctx, number, size); err != nil {
		return nil, err
	}
	before := addressindex.Newest()
	if number > 0 {
		before = addressindex.Position{Block: uint64(number)}
	}
	found, err := api.addresses.index.Transactions(address, before, 0, int(size))
	if err != nil {
		return nil, err
	}
	older := false
	if len(found) == int(size) {
		last := found[size-1]
		rest, err := api.addresses.index.Transactions(address, last, last.Block, math.MaxInt)
		if err != nil {
			return nil, err
		}
		found = append(found, rest...)
		if older, err = api.any(address, 0, last.Block); err != nil {
			return nil, err
		}
	}
	return api.found(ctx, address, found, number == 0, !older)
}

// SearchTransactionsAfter is ots_searchTransactionsAfter: the first transactions of an
// address after a block, or of all if that is 0, the newest of these first. There may be
// more of them than asked for: a page never ends within a block. Those to whom only
// contracts sent something are not among them.
func (api *otsSearchAPI) SearchTransactionsAfter(ctx context.Context, address common.Address, number otsNumber, size uint) (*otsFound, error) {
	if err := api.checkSearch(ctx, number, size); err != nil {
		return nil, err
	}
	// The index is read from the newest on. So look for the block up to which there
	// are enough.
	first, head := uint64(number)+1, api.addresses.index.Head()
	if number == 0 {
		first = 0
	}
	var failed error
	blocks := sort.Search(int(max(head, first)-first), func(n int) bool {
		if failed != nil {
			return true
		}
		var found []addressindex.Position
		found, failed = api.addresses.index.Transactions(address, addressindex.Position{Block: first + uint64(n) + 1}, first, int(size))
		return len(found) == int(size)
	})
	if failed != nil {
		return nil, failed
	}
	end := first + uint64(blocks) + 1
	found, err := api.addresses.index.Transactions(address, addressindex.Position{Block: end}, first, math.MaxInt)
	if err != nil {
		return nil, err
	}
	newer, err := api.any(address, end, math.MaxUint64)
	if err != nil {
		return nil, err
	}
	return api.found(ctx, address, found, !newer, number == 0)
}

func (api *otsSearchAPI) checkSearch(ctx context.Context, number otsNumber, size uint) error {
	switch {
	case number < 0:
		return invalidParams("block %d: a number is wanted, 0 for the end of the chain", number)
	case size < 1 || size > maxOtsPage:
		return invalidParams("page of %d transactions, from 1 to %d is possible", size, maxOtsPage)
	}
	return api.addresses.ready(ctx)
}

// any tells whether an address has a transaction in the blocks from one to before another.
func (api *otsSearchAPI) any(address common.Address, from, end uint64) (bool, error) {
	before := addressindex.Position{Block: end}
	if end == math.MaxUint64 {
		before = addressindex.Newest()
	}
	found, err := api.addresses.index.Transactions(address, before, from, 1)
	return len(found) > 0, err
}

// found shows the transactions.
func (api *otsSearchAPI) found(ctx context.Context, address common.Address, positions []addressindex.Position, first, last bool) (*otsFound, error) {
	page := &otsFound{Txs: []*txResult{}, Receipts: []map[string]any{}, FirstPage: first, LastPage: last}
	for _, at := range positions {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		m, err := api.minedAt(at)
		if err != nil {
			return nil, err
		}
		if m == nil || !m.touches(address) {
			continue
		}
		receipt, err := asMap(api.receipt(m.receipt, m.tx, m.block.BaseFee()))
		if err != nil {
			return nil, err
		}
		receipt["timestamp"] = hexutil.Uint64(m.block.Time())
		page.Txs = append(page.Txs, api.minedTx(m.tx, m.block.Hash(), m.block.Header(), m.index))
		page.Receipts = append(page.Receipts, receipt)
	}
	return page, nil
}
