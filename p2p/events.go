package p2p

import (
	"context"
	"sync"

	"github.com/ethereum/go-ethereum/event"
)

// eventQueue hands events on in their order, without making the network wait
// for who receives them.
type eventQueue struct {
	feed  event.FeedOf[PeerEvent]
	scope event.SubscriptionScope

	mu    sync.Mutex
	queue []PeerEvent // guarded by mu
	wake  chan struct{}
}

func newEventQueue() *eventQueue { return &eventQueue{wake: make(chan struct{}, 1)} }

func (q *eventQueue) push(e PeerEvent) {
	q.mu.Lock()
	q.queue = append(q.queue, e)
	q.mu.Unlock()
	select {
	case q.wake <- struct{}{}:
	default: // it is awake
	}
}

// run delivers events until ctx ends. Closing the scope frees it from a
// subscriber that does not receive.
func (q *eventQueue) run(ctx context.Context) {
	for {
		q.mu.Lock()
		batch := q.queue
		q.queue = nil
		q.mu.Unlock()
		for _, e := range batch {
			q.feed.Send(e)
		}
		if len(batch) > 0 {
			continue
		}
		select {
		case <-q.wake:
		case <-ctx.Done():
			return
		}
	}
}

// SubscribePeers delivers the coming and going of peers to ch, in order. The
// subscription ends with Stop.
func (s *Service) SubscribePeers(ch chan<- PeerEvent) event.Subscription {
	return s.events.scope.Track(s.events.feed.Subscribe(ch))
}
