package rpc

import (
	"slices"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	gethmath "github.com/ethereum/go-ethereum/common/math"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/fjl/jsonw"
)

const (
	// maxPool is how many transactions of the pool one request may see.
	maxPool = 500

	// poolAge is how long a look at the pool may be used again, if the pool has as
	// many transactions as it had. To look takes time where there are many, and each
	// block has every open page ask at once.
	poolAge = time.Second
)

// poolAPI shows what came into the pool last.
type poolAPI struct {
	*backend

	// mu guards the last look, which others use too: so they wait for it.
	mu   sync.Mutex
	last *poolLook
}

// poolLook is what the pool held at a time.
type poolLook struct {
	taken           time.Time
	head            common.Hash
	pending, queued int
	newest          []*pooledTx // at most maxPool
}

// pooledTx is a transaction of the pool.
type pooledTx struct {
	*txResult
	queued bool // it waits for others
}

// MarshalJSON writes the transaction.
func (p *pooledTx) MarshalJSON() ([]byte, error) {
	return render(txSize+2*len(p.tx.Data()), func(w *jsonw.Buffer) {
		w.Object(func() {
			p.writeMembers(w)
			w.Key("queued")
			w.Bool(p.queued)
			w.Key("since")
			w.HexUint64(uint64(p.tx.Time().UnixMilli()))
		})
	})
}

// poolResult is the answer of monolith_pool.
type poolResult struct {
	Pending      hexutil.Uint `json:"pending"`
	Queued       hexutil.Uint `json:"queued"`
	Transactions []*pooledTx  `json:"transactions"`
}

// Pool is monolith_pool: how many transactions wait, and up to 500 of those that the node
// saw last, the newest first: as eth_getTransactionByHash shows them, and whether they
// are queued, which is to wait for an earlier nonce, and since when the node knows them
// (milliseconds of the Unix time).
func (api *poolAPI) Pool(count gethmath.HexOrDecimal64) (*poolResult, error) {
	if count < 1 || count > maxPool {
		return nil, invalidParams("%d transactions are asked for, it must be from 1 to %d", count, maxPool)
	}
	look := api.look()
	return &poolResult{
		Pending: hexutil.Uint(look.pending), Queued: hexutil.Uint(look.queued),
		Transactions: look.newest[:min(int(count), len(look.newest))],
	}, nil
}

// look returns what is in the pool.
func (api *poolAPI) look() *poolLook {
	api.mu.Lock()
	defer api.mu.Unlock()
	l := &poolLook{taken: time.Now(), head: api.chain.CurrentBlock().Hash(), newest: []*pooledTx{}}
	l.pending, l.queued = api.pool.Stats()
	if was := api.last; was != nil && was.head == l.head && was.pending == l.pending && was.queued == l.queued && l.taken.Sub(was.taken) < poolAge {
		return was
	}
	type waiting struct {
		tx     *types.Transaction
		queued bool
	}
	var all []waiting
	pending, queued := api.pool.Content()
	for i, txs := range []map[common.Address][]*types.Transaction{pending, queued} {
		for _, list := range txs {
			for _, tx := range list {
				all = append(all, waiting{tx, i == 1})
			}
		}
	}
	slices.SortFunc(all, func(a, b waiting) int {
		if order := b.tx.Time().Compare(a.tx.Time()); order != 0 {
			return order
		}
		return a.tx.Hash().Cmp(b.tx.Hash())
	})
	for _, w := range all[:min(maxPool, len(all))] {
		l.newest = append(l.newest, &pooledTx{api.pendingTx(w.tx), w.queued})
	}
	api.last = l
	return l
}
