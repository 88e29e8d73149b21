package rpc

import (
	"context"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/filtermaps"
	"github.com/ethereum/go-ethereum/core/history"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/eth/filters"
	"github.com/ethereum/go-ethereum/ethdb"
	"github.com/ethereum/go-ethereum/event"
	"github.com/ethereum/go-ethereum/params"
	"github.com/ethereum/go-ethereum/rpc"
)

// maxTopics is how many topics a log can have.
const maxTopics = 4

// GetLogs is eth_getLogs.
func (api *filterAPI) GetLogs(ctx context.Context, query filters.FilterCriteria) (logsResult, error) {
	if err := api.checkQuery(query); err != nil {
		return nil, err
	}
	var filter *filters.Filter
	if query.BlockHash != nil {
		filter = api.system.NewBlockFilter(*query.BlockHash, query.Addresses, query.Topics)
	} else {
		begin, end := blockOrLatest(query.FromBlock), blockOrLatest(query.ToBlock)
		if err := api.checkRange(begin, end); err != nil {
			return nil, err
		}
		filter = api.system.NewRangeFilter(int64(begin), int64(end), query.Addresses, query.Topics, 0)
	}
	found := &logCount{limit: int64(api.limits.LogResults)}
	logs, err := filter.Logs(found.in(ctx, len(query.Addresses) == 0 && len(query.Topics) == 0))
	switch {
	case found.over() || found.limit > 0 && int64(len(logs)) > found.limit:
		return nil, limitError("more than %d logs found: ask for fewer blocks%s", found.limit, seeFlag(FlagLogResults))
	case err != nil:
		return nil, err
	}
	if logs == nil {
		logs = []*types.Log{}
	}
	return logs, nil
}

// checkQuery bounds the addresses and topics.
func (api *filterAPI) checkQuery(query filters.FilterCriteria) error {
	if len(query.Topics) > maxTopics {
		return invalidParams("exceed max topics")
	}
	limit := api.limits.LogQuery
	widest := len(query.Addresses)
	for _, alternatives := range query.Topics {
		widest = max(widest, len(alternatives))
	}
	if limit != 0 && widest > limit {
		return invalidParams("exceed max addresses or topics per search position%s", seeFlag(FlagLogQuery))
	}
	return nil
}

// checkRange bounds the blocks searched. go-ethereum's own limit takes an open end
// for an endless range, so it is not used.
func (api *filterAPI) checkRange(begin, end rpc.BlockNumber) error {
	if begin >= 0 && end >= 0 && begin > end {
		return invalidParams("invalid block range params")
	}
	if begin >= 0 && uint64(begin) < api.earliest() {
		return &history.PrunedHistoryError{}
	}
	if begin == rpc.PendingBlockNumber || end == rpc.PendingBlockNumber || api.limits.LogRange == 0 {
		return nil // the filter refuses pending
	}
	first, last := api.number(begin), api.number(end)
	if last >= first && last-first >= api.limits.LogRange {
		return invalidParams("exceed maximum block range %d%s", api.limits.LogRange, seeFlag(FlagLogRange))
	}
	return nil
}

// number resolves a number or tag, one beyond the head to the head: there are no
// more blocks to search.
func (api *filterAPI) number(at rpc.BlockNumber) uint64 {
	head := api.chain.CurrentBlock().Number.Uint64()
	if at >= 0 {
		return min(uint64(at), head)
	}
	if header, err := api.headerByNumber(at); header != nil && err == nil {
		return header.Number.Uint64()
	}
	return head
}

// filterBackend shows the backend to go-ethereum's filter system.
type filterBackend struct {
	*backend
	feeds *feeds
}

func (b filterBackend) HeaderByNumber(_ context.Context, number rpc.BlockNumber) (*types.Header, error) {
	return b.headerByNumber(number)
}

func (b filterBackend) HeaderByHash(_ context.Context, hash common.Hash) (*types.Header, error) {
	return b.chain.GetHeaderByHash(hash), nil
}

func (b filterBackend) GetBody(_ context.Context, hash common.Hash, _ rpc.BlockNumber) (*types.Body, error) {
	body := b.chain.GetBody(hash)
	if body == nil {
		return nil, errHeaderNotFound
	}
	return body, nil
}

func (b filterBackend) GetReceipts(_ context.Context, hash common.Hash) (types.Receipts, error) {
	return b.chain.GetReceiptsByHash(hash), nil
}

// GetLogs returns copies: the filter system fills in what is derived.
func (b filterBackend) GetLogs(ctx context.Context, hash common.Hash, number uint64) ([][]*types.Log, error) {
	receipts := b.chain.GetRawReceipts(hash, number)
	if receipts == nil {
		return nil, nil
	}
	if count := countedIn(ctx); count != nil && count.all {
		for _, receipt := range receipts {
			if err := count.add(len(receipt.Logs)); err != nil {
				return nil, err
			}
		}
	}
	logs := make([][]*types.Log, len(receipts))
	for i, receipt := range receipts {
		logs[i] = make([]*types.Log, len(receipt.Logs))
		for j, log := range receipt.Logs {
			derived := *log
			logs[i][j] = &derived
		}
	}
	return logs, nil
}

func (b filterBackend) CurrentHeader() *types.Header     { return b.chain.CurrentHeader() }
func (b filterBackend) ChainConfig() *params.ChainConfig { return b.config }
func (b filterBackend) HistoryPruningCutoff() uint64     { return b.earliest() }

// ChainDb is part of go-ethereum's interface; nothing asks for it.
func (b filterBackend) ChainDb() ethdb.Database { return nil }

func (b filterBackend) CurrentView() *filtermaps.ChainView { return b.chain.CurrentView() }

func (b filterBackend) NewMatcherBackend() filtermaps.MatcherBackend {
	return countedMatcher{b.chain.NewMatcherBackend()}
}

func (b filterBackend) SubscribeNewTxsEvent(ch chan<- core.NewTxsEvent) event.Subscription {
	return b.feeds.Track(b.pool.SubscribeTransactions(ch, true))
}

func (b filterBackend) SubscribeChainEvent(ch chan<- core.ChainEvent) event.Subscription {
	return b.feeds.Track(subscribeHeads(b.chain, ch))
}

func (b filterBackend) SubscribeRemovedLogsEvent(ch chan<- core.RemovedLogsEvent) event.Subscription {
	return b.feeds.Track(b.chain.SubscribeRemovedLogsEvent(ch))
}

func (b filterBackend) SubscribeLogsEvent(ch chan<- []*types.Log) event.Subscription {
	return b.feeds.Track(b.chain.SubscribeLogsEvent(ch))
}
