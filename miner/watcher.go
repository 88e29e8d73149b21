package miner

import (
	"context"
	"time"

	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/event"
)

// eventBuffer lets the feeds deliver a few events while the watcher is busy with
// the last one. It never is for long: it only takes notes.
const eventBuffer = 16

// watcher takes the events of chain and pool and wakes the main loop. It stands
// between them because the chain delivers events while it holds its lock, for
// which the main loop waits when it inserts a block.
type watcher struct {
	*Service
	heads   chan core.ChainHeadEvent
	txs     chan core.NewTxsEvent
	headSub event.Subscription
	txSub   event.Subscription
}

func (s *Service) newWatcher() *watcher {
	w := &watcher{
		Service: s,
		heads:   make(chan core.ChainHeadEvent, eventBuffer),
		txs:     make(chan core.NewTxsEvent, eventBuffer),
	}
	w.headSub = s.cfg.Chain.SubscribeChainHeadEvent(w.heads)
	w.txSub = s.cfg.Pool.SubscribeTransactions(w.txs, true)
	return w
}

func (w *watcher) run(ctx context.Context) {
	defer w.headSub.Unsubscribe()
	defer w.txSub.Unsubscribe()
	for {
		select {
		case <-ctx.Done():
			return
		case err := <-w.headSub.Err():
			w.cfg.Log.WithError(err).Debug("The chain is closed")
			return
		case err := <-w.txSub.Err():
			w.cfg.Log.WithError(err).Debug("The pool is closed")
			return
		case <-w.heads:
		case event := <-w.txs:
			w.news.add(event.Txs, time.Now())
		}
		w.wake()
	}
}
