package p2p

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
	"golang.org/x/time/rate"
)

// The side that asks uses this part of the rate, and the side that serves allows
// for bursts that are longer by this time's worth of requests. Between them there
// is room for the jitter of the line, so that a peer is never blamed for it.
const (
	courtesy  = 0.9
	allowance = 2 // seconds
)

// quotaIdle is how long a quota is kept after its last use: longer than any
// bucket takes to fill, so that reconnecting gains nothing.
const quotaIdle = 2 * time.Minute

// quota limits the requests of one protocol between us and one peer, in one
// direction.
type quota struct {
	slots   chan struct{} // one token for every exchange
	limiter *rate.Limiter
	queue   chan struct{} // one token for every exchange and every one that waits

	used time.Time // guarded by the quotas
}

type quotaKey struct {
	id      peer.ID
	proto   protocol.ID
	inbound bool // the peer asks
}

// quotas are the quotas in use.
type quotas struct {
	mu  sync.Mutex
	all map[quotaKey]*quota // guarded by mu
}

func newQuotas() *quotas { return &quotas{all: make(map[quotaKey]*quota)} }

func (q *quotas) get(id peer.ID, p Protocol, inbound bool) *quota {
	key := quotaKey{id, p.ID, inbound}
	q.mu.Lock()
	defer q.mu.Unlock()
	entry := q.all[key]
	if entry == nil {
		limiter := rate.NewLimiter(rate.Limit(p.Rate*courtesy), int(p.Burst))
		if inbound {
			limiter = rate.NewLimiter(rate.Limit(p.Rate), int(p.Burst+p.Rate*allowance))
		}
		entry = &quota{
			slots:   make(chan struct{}, p.PerPeer),
			queue:   make(chan struct{}, 2*p.PerPeer),
			limiter: limiter,
		}
		q.all[key] = entry
	}
	entry.used = time.Now()
	return entry
}

// tidy drops quotas that have not been used for long.
func (q *quotas) tidy() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for key, entry := range q.all {
		if time.Since(entry.used) > quotaIdle && len(entry.queue) == 0 && len(entry.slots) == 0 {
			delete(q.all, key)
		}
	}
}

// wait takes what a request of ours needs; release gives back its slot.
func (q *quota) wait(ctx context.Context) error {
	select {
	case q.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := q.limiter.Wait(ctx); err != nil {
		q.release()
		return err
	}
	return nil
}

func (q *quota) release() { <-q.slots }

// errFlood is returned for a request above the limits.
var errFlood = errors.New("too many requests")

// enter takes a slot for a peer's request, waiting for it if need be. As many
// may wait as are served, since the peer sees the end of an exchange before we
// do. The one after, and one above the rate, is errFlood.
func (q *quota) enter(ctx context.Context) error {
	if !q.limiter.Allow() {
		return errFlood
	}
	select {
	case q.queue <- struct{}{}:
	default:
		return errFlood
	}
	select {
	case q.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		<-q.queue
		return ctx.Err()
	}
}

// leave gives back what enter has taken.
func (q *quota) leave() {
	<-q.slots
	<-q.queue
}
