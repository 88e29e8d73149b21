package rpc

import (
	"context"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/eth/filters"
	"github.com/ethereum/go-ethereum/event"
	"github.com/ethereum/go-ethereum/rpc"
)

// maxReceiptHashes bounds one subscription to receipts, as in geth.
const maxReceiptHashes = 200

// NewHeads is eth_subscribe("newHeads").
func (api *filterAPI) NewHeads(ctx context.Context) (*rpc.Subscription, error) {
	events := make(chan *types.Header)
	return subscribe(ctx, api, events, func() (event.Subscription, error) {
		return api.events.SubscribeNewHeads(events), nil
	}, func(header *types.Header) []any {
		return []any{headerResult{header}}
	})
}

// Logs is eth_subscribe("logs"): of new blocks, and with removed set of blocks that
// a reorg has dropped.
func (api *filterAPI) Logs(ctx context.Context, query filters.FilterCriteria) (*rpc.Subscription, error) {
	if err := api.checkQuery(query); err != nil {
		return nil, err
	}
	events := make(chan []*types.Log)
	return subscribe(ctx, api, events, func() (event.Subscription, error) {
		return api.events.SubscribeLogs(ethereum.FilterQuery(query), events)
	}, func(logs []*types.Log) []any {
		return each(logs, func(log *types.Log) any { return logResult{log} })
	})
}

// NewPendingTransactions is eth_subscribe("newPendingTransactions"): hashes, or
// transactions in full.
func (api *filterAPI) NewPendingTransactions(ctx context.Context, full *bool) (*rpc.Subscription, error) {
	events := make(chan []*types.Transaction)
	return subscribe(ctx, api, events, func() (event.Subscription, error) {
		return api.events.SubscribePendingTxs(events), nil
	}, func(txs []*types.Transaction) []any {
		return each(txs, api.showTx(full))
	})
}

// TransactionReceipts is eth_subscribe("transactionReceipts"): the receipts of each
// new block, all or those of some transactions, in one notification.
func (api *filterAPI) TransactionReceipts(ctx context.Context, query *filters.TransactionReceiptsQuery) (*rpc.Subscription, error) {
	if query == nil {
		query = new(filters.TransactionReceiptsQuery)
	}
	if len(query.TransactionHashes) > maxReceiptHashes {
		return nil, invalidParams("exceed max number of transaction hashes allowed per transactionReceipts subscription")
	}
	events := make(chan []*filters.ReceiptWithTx)
	return subscribe(ctx, api, events, func() (event.Subscription, error) {
		return api.events.SubscribeTransactionReceipts(query.TransactionHashes, events), nil
	}, api.showReceipts)
}

func (api *filterAPI) showReceipts(mined []*filters.ReceiptWithTx) []any {
	receipts := make(receiptsResult, 0, len(mined))
	for _, m := range mined {
		header := api.chain.GetHeader(m.Receipt.BlockHash, m.Receipt.BlockNumber.Uint64())
		if header == nil {
			continue
		}
		receipts = append(receipts, api.receipt(m.Receipt, m.Transaction, header.BaseFee))
	}
	return []any{receipts}
}

// subscribe adds a subscription and launches the loop that sends its events. It
// ends when the client unsubscribes or its connection closes.
//
// Sending only queues: a client that does not read holds up nobody, see conn.
func subscribe[T any](ctx context.Context, api *filterAPI, events <-chan T, install func() (event.Subscription, error), show func(T) []any) (*rpc.Subscription, error) {
	notifier, ok := rpc.NotifierFromContext(ctx)
	if !ok {
		return nil, rpc.ErrNotificationsUnsupported
	}
	peer := rpc.PeerInfoFromContext(ctx).RemoteAddr
	if err := api.countSubscription(peer); err != nil {
		return nil, err
	}
	source, err := install()
	if err != nil {
		api.uncountSubscription(peer)
		return nil, err
	}
	subscription := notifier.CreateSubscription()
	go func() {
		defer api.uncountSubscription(peer)
		defer source.Unsubscribe()
		for {
			select {
			case event := <-events:
				for _, result := range show(event) {
					// An error means that the connection is gone, which
					// ends the subscription too.
					_ = notifier.Notify(subscription.ID, result)
				}
			case <-subscription.Err():
				return
			case <-source.Err():
				return
			}
		}
	}()
	return subscription, nil
}

// countSubscription makes sure that the connection may have one more, and that stop
// waits for its loop.
func (api *filterAPI) countSubscription(peer string) error {
	api.mu.Lock()
	defer api.mu.Unlock()
	if api.stopped {
		return errStopping
	}
	if limit := api.limits.ConnSubscriptions; api.subscriptions[peer] >= limit {
		return limitError("too many subscriptions on this connection: the limit is %d%s", limit, seeFlag(FlagWSSubscribe))
	}
	api.subscriptions[peer]++
	api.loops.Add(1)
	return nil
}

func (api *filterAPI) uncountSubscription(peer string) {
	api.mu.Lock()
	defer api.mu.Unlock()
	if api.subscriptions[peer]--; api.subscriptions[peer] == 0 {
		delete(api.subscriptions, peer)
	}
	api.loops.Done()
}
