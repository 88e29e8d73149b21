package rpc

import (
	"context"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/event"
	"github.com/ethereum/go-ethereum/rpc"
)

// syncPoll is how often progress is looked at for those who subscribed to it.
const syncPoll = time.Second

// syncStatus is what a subscriber to syncing is told while the node catches up.
type syncStatus struct {
	Syncing bool         `json:"syncing"` // true
	Status  syncProgress `json:"status"`
}

// Syncing is eth_subscribe("syncing"): how far the node has come while it catches up
// with its peers, and false when it has. The first notification is how things are.
func (api *filterAPI) Syncing(ctx context.Context) (*rpc.Subscription, error) {
	events := make(chan *ethereum.SyncProgress)
	return subscribe(ctx, api, events, func() (event.Subscription, error) {
		return api.watchSync(events), nil
	}, func(progress *ethereum.SyncProgress) []any {
		if progress == nil {
			return []any{false}
		}
		return []any{syncStatus{true, showProgress(progress)}}
	})
}

// watchSync sends the progress, and again whenever it is another.
func (b *backend) watchSync(events chan<- *ethereum.SyncProgress) event.Subscription {
	return event.NewSubscription(func(quit <-chan struct{}) error {
		tick := time.NewTicker(syncPoll)
		defer tick.Stop()
		var (
			last  *ethereum.SyncProgress
			first = true
		)
		for {
			progress := b.progress()
			same := progress == last || progress != nil && last != nil && *progress == *last
			if first || !same {
				select {
				case events <- progress:
				case <-quit:
					return nil
				}
				last, first = progress, false
			}
			select {
			case <-tick.C:
			case <-quit:
				return nil
			}
		}
	})
}

// syncProgress is how far a node has come, as eth_syncing shows it.
type syncProgress struct {
	StartingBlock hexutil.Uint64 `json:"startingBlock"`
	CurrentBlock  hexutil.Uint64 `json:"currentBlock"`
	HighestBlock  hexutil.Uint64 `json:"highestBlock"`
}

func showProgress(p *ethereum.SyncProgress) syncProgress {
	return syncProgress{hexutil.Uint64(p.StartingBlock), hexutil.Uint64(p.CurrentBlock), hexutil.Uint64(p.HighestBlock)}
}

// progress is nil unless the node is catching up with its peers.
func (b *backend) progress() *ethereum.SyncProgress {
	if b.sync == nil {
		return nil
	}
	return b.sync()
}
