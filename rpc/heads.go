package rpc

import (
	"slices"

	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/event"
)

// headEvents is how many blocks an import may be ahead of the filter system, whose
// loop does no more than queue for each.
const headEvents = 16

// maxReorgHeads bounds the headers announced of a new branch. Of a longer one only
// the head is: who follows it must catch up by other means anyway.
const maxReorgHeads = 1024

// subscribeHeads is the chain's SubscribeChainEvent without gaps: when the head moves
// to another branch, go-ethereum announces the last block of that alone, while
// subscribers to newHeads are promised every header of it.
func subscribeHeads(chain Chain, ch chan<- core.ChainEvent) event.Subscription {
	events := make(chan core.ChainEvent, headEvents)
	source := chain.SubscribeChainEvent(events)
	last := chain.CurrentBlock()
	return event.NewSubscription(func(quit <-chan struct{}) error {
		defer source.Unsubscribe()
		for {
			select {
			case ev := <-events:
				for _, e := range append(skipped(chain, last, ev.Header), ev) {
					select {
					case ch <- e:
					case <-quit:
						return nil
					}
				}
				last = ev.Header
			case err := <-source.Err():
				return err
			case <-quit:
				return nil
			}
		}
	})
}

// skipped returns the events of the blocks between what was announced last, or where
// its branch was left, and the new head.
func skipped(chain Chain, last, head *types.Header) (events []core.ChainEvent) {
	parent := func(h *types.Header) *types.Header {
		if h.Number.Sign() == 0 {
			return nil
		}
		return chain.GetHeader(h.ParentHash, h.Number.Uint64()-1)
	}
	old, next := last, parent(head)
	for old != nil && next != nil && old.Hash() != next.Hash() {
		if old.Number.Cmp(next.Number) > 0 {
			old = parent(old)
			continue
		}
		block := chain.GetBlock(next.Hash(), next.Number.Uint64())
		if block == nil || len(events) == maxReorgHeads {
			return nil
		}
		events = append(events, core.ChainEvent{
			Header: next, Transactions: block.Transactions(), Receipts: chain.GetReceiptsByHash(next.Hash()),
		})
		next = parent(next)
	}
	slices.Reverse(events)
	return events
}
