package rpc

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rpc"
)

// TraceChain is debug_subscribe("traceChain"): the traces of the blocks after start up
// to end, one notification for each that has transactions, and for the last.
func (api *traceAPI) TraceChain(ctx context.Context, start, end rpc.BlockNumber, config *traceConfig) (*rpc.Subscription, error) {
	from, err := api.headerByNumber(start)
	if err != nil || from == nil {
		return nil, errors.Join(err, fmt.Errorf("block #%d not found", start))
	}
	to, err := api.headerByNumber(end)
	if err != nil || to == nil {
		return nil, errors.Join(err, fmt.Errorf("block #%d not found", end))
	}
	if from.Number.Cmp(to.Number) >= 0 {
		return nil, fmt.Errorf("end block (#%d) needs to come after start block (#%d)", end, start)
	}
	notifier, ok := rpc.NotifierFromContext(ctx)
	if !ok {
		return nil, rpc.ErrNotificationsUnsupported
	}
	peer := rpc.PeerInfoFromContext(ctx).RemoteAddr
	if err := api.subscriptions.countSubscription(peer); err != nil {
		return nil, err
	}
	subscription := notifier.CreateSubscription()
	go func() {
		defer api.subscriptions.uncountSubscription(peer)
		api.traceChain(from.Number.Uint64()+1, to.Number.Uint64(), config, peer, notifier, subscription)
	}()
	return subscription, nil
}

// chainTrace is what a subscriber to traceChain gets of a block.
type chainTrace struct {
	Block  hexutil.Uint64 `json:"block"`
	Hash   common.Hash    `json:"hash"`
	Traces []txTrace      `json:"traces"`
	Error  string         `json:"error,omitempty"` // why this is the last, if it was not to be
}

// traceChain traces blocks until the last, a failure, or the end of the subscription.
func (api *traceAPI) traceChain(first, last uint64, config *traceConfig, peer string, notifier *rpc.Notifier, subscription *rpc.Subscription) {
	ctx, cancel := context.WithCancel(context.Background())
	var watch sync.WaitGroup
	watch.Go(func() {
		select {
		case <-subscription.Err():
			cancel()
		case <-ctx.Done():
		}
	})
	defer watch.Wait()
	defer cancel()
	for number := first; number <= last; number++ {
		result := chainTrace{Block: hexutil.Uint64(number), Traces: []txTrace{}}
		block := api.chain.GetBlockByNumber(number)
		if block == nil {
			result.Error = fmt.Sprintf("block #%d not found", number) // after a reorg
		} else {
			traces, err := api.traceInTurn(ctx, clientOf(peer), block, config)
			if result.Hash = block.Hash(); err != nil {
				logCrash(api.log, "debug_subscribe", err)
				result.Error = err.Error()
			} else {
				result.Traces = traces
			}
		}
		if ctx.Err() != nil {
			return
		}
		if len(result.Traces) > 0 || number == last || result.Error != "" {
			// An error means that the connection is gone, which ends the
			// subscription too.
			_ = notifier.Notify(subscription.ID, result)
		}
		if result.Error != "" {
			return
		}
	}
}

// traceInTurn is traceBlock when it is the client's turn: requests get theirs before
// they are served, but a subscription goes on after that. A tracer that panics, as some
// do, would otherwise end the process here, where no request is served.
func (api *traceAPI) traceInTurn(ctx context.Context, client string, block *types.Block, config *traceConfig) (traces []txTrace, err error) {
	defer contain(&err)
	err = api.long.acquire(ctx, client)
	for errors.Is(err, errQueueWait) {
		err = api.long.acquire(ctx, client)
	}
	if err != nil {
		return nil, err
	}
	defer api.long.release()
	return api.traceBlock(ctx, block, config)
}
