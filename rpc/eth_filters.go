package rpc

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/eth/filters"
	"github.com/ethereum/go-ethereum/rpc"
	"github.com/prometheus/client_golang/prometheus"
)

// filterAPI is log queries (eth_logs.go), filters that are polled (here) and
// subscriptions (eth_subscribe.go). Searching, matching and the distribution of
// events are go-ethereum's; its own filters.FilterAPI around them is not used, as it
// can neither be stopped nor bounded, and takes a log query up to the head for one
// without end.
type filterAPI struct {
	*backend
	system *filters.FilterSystem
	events *filters.EventSystem
	loops  sync.WaitGroup // of filters and subscriptions
	quit   chan struct{}  // closed by stop

	// mu guards the fields below, and what the filters collect. It is never held
	// while something waits for the event loop, which may be waiting for collect.
	mu            sync.Mutex
	stopped       bool
	filters       map[rpc.ID]*filter
	installing    int            // filters on their way into the map
	clients       map[string]int // filters by client, those on their way included
	backlog       int            // results in all filters
	subscriptions map[string]int // by connection
}

// filter collects events until it is asked for them.
type filter struct {
	source  *filters.Subscription
	client  string                  // see clientOf
	query   *filters.FilterCriteria // of a log filter
	results []any
	used    time.Time // last asked for
	overrun bool      // it was the fullest when there were too many results; it collects no more
	removed bool
}

func newFilterAPI(b *backend, feeds *feeds) *filterAPI {
	system := filters.NewFilterSystem(filterBackend{b, feeds}, filters.Config{LogQueryLimit: b.limits.LogQuery})
	return &filterAPI{
		backend:       b,
		system:        system,
		events:        filters.NewEventSystem(system),
		quit:          make(chan struct{}),
		filters:       make(map[rpc.ID]*filter),
		clients:       make(map[string]int),
		subscriptions: make(map[string]int),
	}
}

// register makes metrics of how many filters and subscriptions there are.
func (api *filterAPI) register(registerer prometheus.Registerer) error {
	if registerer == nil {
		return nil
	}
	gauge := func(name, help string, value func() int) error {
		return registerer.Register(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Namespace: "monolith", Subsystem: "rpc", Name: name, Help: help,
		}, func() float64 {
			api.mu.Lock()
			defer api.mu.Unlock()
			return float64(value())
		}))
	}
	return errors.Join(
		gauge("filters", "Filters that are polled.", func() int { return len(api.filters) }),
		gauge("subscriptions", "Subscriptions of WebSocket and IPC connections.", func() (count int) {
			for _, n := range api.subscriptions {
				count += n
			}
			return count
		}))
}

// NewFilter is eth_newFilter.
func (api *filterAPI) NewFilter(ctx context.Context, query filters.FilterCriteria) (rpc.ID, error) {
	if err := api.checkQuery(query); err != nil {
		return "", err
	}
	events := make(chan []*types.Log)
	return install(ctx, api, &query, events, func() (*filters.Subscription, error) {
		return api.events.SubscribeLogs(ethereum.FilterQuery(query), events)
	}, func(logs []*types.Log) []any {
		return each(logs, func(log *types.Log) any { return logResult{log} })
	})
}

// NewBlockFilter is eth_newBlockFilter.
func (api *filterAPI) NewBlockFilter(ctx context.Context) (rpc.ID, error) {
	events := make(chan *types.Header)
	return install(ctx, api, nil, events, func() (*filters.Subscription, error) {
		return api.events.SubscribeNewHeads(events), nil
	}, func(header *types.Header) []any {
		return []any{header.Hash()}
	})
}

// NewPendingTransactionFilter is eth_newPendingTransactionFilter: hashes, or
// transactions in full.
func (api *filterAPI) NewPendingTransactionFilter(ctx context.Context, full *bool) (rpc.ID, error) {
	events := make(chan []*types.Transaction)
	return install(ctx, api, nil, events, func() (*filters.Subscription, error) {
		return api.events.SubscribePendingTxs(events), nil
	}, func(txs []*types.Transaction) []any {
		return each(txs, api.showTx(full))
	})
}

func (b *backend) showTx(full *bool) func(*types.Transaction) any {
	if full != nil && *full {
		return func(tx *types.Transaction) any { return b.pendingTx(tx) }
	}
	return func(tx *types.Transaction) any { return tx.Hash() }
}

func each[T any](items []T, show func(T) any) []any {
	out := make([]any, len(items))
	for i, item := range items {
		out[i] = show(item)
	}
	return out
}

// install adds a filter and launches the loop that collects its events.
func install[T any](ctx context.Context, api *filterAPI, query *filters.FilterCriteria, events <-chan T, subscribe func() (*filters.Subscription, error), show func(T) []any) (rpc.ID, error) {
	client := clientOf(remoteOf(ctx))
	if err := api.reserve(client); err != nil {
		return "", err
	}
	source, err := subscribe()
	if err != nil {
		api.release(client, nil)
		return "", err
	}
	f := &filter{source: source, client: client, query: query, used: time.Now()}
	go func() {
		defer api.loops.Done()
		for {
			select {
			case event := <-events:
				api.collect(f, show(event))
			case <-source.Err():
				return
			}
		}
	}()
	api.release(client, f)
	return source.ID, nil
}

// reserve makes sure that there is room for one more filter of a client, and that stop
// waits for its loop.
func (api *filterAPI) reserve(client string) error {
	api.mu.Lock()
	defer api.mu.Unlock()
	if api.stopped {
		return errStopping
	}
	if len(api.filters)+api.installing >= api.limits.Filters {
		return limitError("too many filters: the limit is %d%s", api.limits.Filters, seeFlag(FlagFilters))
	}
	if api.clients[client] >= api.limits.ClientFilters {
		return limitError("too many filters of %s: the limit is %d%s", client, api.limits.ClientFilters, seeFlag(FlagClientFilters))
	}
	api.clients[client]++
	api.installing++
	api.loops.Add(1)
	return nil
}

// release ends a reservation with the filter that it was for, or with none.
func (api *filterAPI) release(client string, f *filter) {
	api.mu.Lock()
	defer api.mu.Unlock()
	api.installing--
	if f == nil {
		api.uncount(client)
		api.loops.Done()
		return
	}
	api.filters[f.source.ID] = f
	if api.stopped { // stop has listed the filters already
		api.forget(f.source.ID)
		go f.source.Unsubscribe()
	}
}

// forget removes a filter. The caller holds mu.
func (api *filterAPI) forget(id rpc.ID) *filter {
	f := api.filters[id]
	if f != nil {
		delete(api.filters, id)
		api.uncount(f.client)
		api.take(f)
		f.removed = true
	}
	return f
}

// uncount is for a client that has a filter less. The caller holds mu.
func (api *filterAPI) uncount(client string) {
	if api.clients[client]--; api.clients[client] == 0 {
		delete(api.clients, client)
	}
}

// take empties a filter. The caller holds mu.
func (api *filterAPI) take(f *filter) []any {
	results := f.results
	f.results = nil
	api.backlog -= len(results)
	return results
}

// collect adds to a filter. When there are too many results in all of them, the
// fullest one loses its own: whoever polls has little waiting.
func (api *filterAPI) collect(f *filter, results []any) {
	api.mu.Lock()
	defer api.mu.Unlock()
	if f.overrun || f.removed {
		return
	}
	f.results = append(f.results, results...)
	api.backlog += len(results)
	for api.backlog > api.limits.FilterBacklog {
		fullest := f
		for _, other := range api.filters {
			if len(other.results) > len(fullest.results) {
				fullest = other
			}
		}
		api.take(fullest)
		fullest.overrun = true
	}
}

// GetFilterChanges is eth_getFilterChanges: what has come since it was last called.
func (api *filterAPI) GetFilterChanges(id rpc.ID) ([]any, error) {
	api.mu.Lock()
	defer api.mu.Unlock()
	f, err := api.lookup(id)
	if err != nil {
		return nil, err
	}
	results := api.take(f)
	if f.overrun {
		f.overrun = false // whoever asks again gets what comes from now on
		return nil, fmt.Errorf("filter overrun: more than %d results were waiting, most of them here%s", api.limits.FilterBacklog, seeFlag(FlagFilterBacklog))
	}
	if results == nil {
		results = []any{}
	}
	return results, nil
}

// GetFilterLogs is eth_getFilterLogs: all that a log filter matches in the chain.
func (api *filterAPI) GetFilterLogs(ctx context.Context, id rpc.ID) (logsResult, error) {
	api.mu.Lock()
	f, err := api.lookup(id)
	api.mu.Unlock()
	if err != nil {
		return nil, err
	}
	if f.query == nil {
		return nil, errFilterNotFound
	}
	return api.GetLogs(ctx, *f.query)
}

// lookup finds a filter and keeps it for another Limits.FilterTimeout. The caller
// holds mu.
func (api *filterAPI) lookup(id rpc.ID) (*filter, error) {
	f := api.filters[id]
	if f == nil {
		return nil, fmt.Errorf("%w: one that is not polled for %v is removed%s", errFilterNotFound, api.limits.FilterTimeout, seeFlag(FlagFilterTimeout))
	}
	f.used = time.Now()
	return f, nil
}

// UninstallFilter is eth_uninstallFilter.
func (api *filterAPI) UninstallFilter(id rpc.ID) bool {
	api.mu.Lock()
	f := api.forget(id)
	api.mu.Unlock()
	if f == nil {
		return false
	}
	// Not under the lock: the event loop may be handing this filter's loop an
	// event, which waits for it.
	f.source.Unsubscribe()
	return true
}

// janitor removes filters that nobody polls any more. They go within a quarter of
// the timeout after it.
func (api *filterAPI) janitor() {
	ticker := time.NewTicker(max(api.limits.FilterTimeout/4, time.Millisecond))
	defer ticker.Stop()
	for {
		select {
		case now := <-ticker.C:
			for _, id := range api.unused(now.Add(-api.limits.FilterTimeout)) {
				api.UninstallFilter(id)
			}
		case <-api.quit:
			return
		}
	}
}

// unused lists the filters that were last asked for before the given time.
func (api *filterAPI) unused(since time.Time) []rpc.ID {
	api.mu.Lock()
	defer api.mu.Unlock()
	var ids []rpc.ID
	for id, f := range api.filters {
		if f.used.Before(since) {
			ids = append(ids, id)
		}
	}
	return ids
}

// stop ends the filters and waits for their loops and those of the subscriptions,
// whose connections are closed already. The event loop must still run.
func (api *filterAPI) stop() {
	api.mu.Lock()
	first := !api.stopped
	api.stopped = true
	api.mu.Unlock()
	if first {
		close(api.quit)
		for _, id := range api.unused(time.Now().Add(time.Hour)) {
			api.UninstallFilter(id)
		}
	}
	api.loops.Wait()
}

// blockOrLatest is a query's end: the head unless it says otherwise.
func blockOrLatest(number *big.Int) rpc.BlockNumber {
	if number == nil {
		return rpc.LatestBlockNumber
	}
	return rpc.BlockNumber(number.Int64())
}
