package rpc

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

var (
	errQueueFull = errors.New("queue full")
	errQueueWait = errors.New("waited in vain")
)

// slots lets so many run at a time and the rest wait. Clients take turns: one with a
// hundred waiting calls is served as often as one with a single call.
type slots struct {
	maxQueue int           // how many may wait
	maxWait  time.Duration // how long each

	// mu guards the fields below.
	mu      sync.Mutex
	free    int
	running int
	waiting int
	queues  map[string]*queue // of the clients with waiting calls
	turns   []*queue          // the same in the order of their turns
}

// queue is what waits for one client, first come first served.
type queue struct {
	client  string
	tickets []*ticket
}

// ticket is one that waits. Its channel gets nil with a slot, or why there is none.
type ticket struct {
	queue *queue
	ready chan error
}

func newSlots(size, maxQueue int, maxWait time.Duration) *slots {
	return &slots{free: size, maxQueue: maxQueue, maxWait: maxWait, queues: make(map[string]*queue)}
}

// acquire waits for a slot, which is to be released. It fails with errQueueFull,
// errQueueWait, or with the context's error when that ends first.
func (s *slots) acquire(ctx context.Context, client string) error {
	s.mu.Lock()
	if s.free > 0 {
		s.free--
		s.running++
		s.mu.Unlock()
		return nil
	}
	t := s.enqueue(client)
	s.mu.Unlock()
	if t == nil {
		return errQueueFull
	}
	timer := time.NewTimer(s.maxWait)
	defer timer.Stop()
	select {
	case err := <-t.ready:
		return err
	case <-ctx.Done():
		return s.leave(t, ctx.Err())
	case <-timer.C:
		return s.leave(t, errQueueWait)
	}
}

// enqueue adds a ticket. When the queue is full, a client that has most of it gives
// way to one with less, and gets nil otherwise. The caller holds mu.
func (s *slots) enqueue(client string) *ticket {
	q := s.queues[client]
	if s.waiting == s.maxQueue {
		longest, mine := s.longest(), 0
		if q != nil {
			mine = len(q.tickets)
		}
		if len(longest.tickets) < mine+2 {
			return nil
		}
		last := longest.tickets[len(longest.tickets)-1]
		longest.tickets = longest.tickets[:len(longest.tickets)-1]
		s.waiting--
		last.ready <- errQueueFull
	}
	if q == nil {
		q = &queue{client: client}
		s.queues[client] = q
		s.turns = append(s.turns, q)
	}
	t := &ticket{queue: q, ready: make(chan error, 1)}
	q.tickets = append(q.tickets, t)
	s.waiting++
	return t
}

// longest is the queue of the client that has the most waiting calls. There are some.
func (s *slots) longest() *queue {
	return slices.MaxFunc(s.turns, func(a, b *queue) int { return len(a.tickets) - len(b.tickets) })
}

// leave gives up waiting for a reason. A slot that came at the same moment goes to
// the next.
func (s *slots) leave(t *ticket, reason error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := t.queue
	for i := range q.tickets {
		if q.tickets[i] == t {
			q.tickets = slices.Delete(q.tickets, i, i+1)
			s.waiting--
			if len(q.tickets) == 0 {
				delete(s.queues, q.client)
				s.turns = slices.DeleteFunc(s.turns, func(other *queue) bool { return other == q })
			}
			return reason
		}
	}
	if <-t.ready == nil {
		s.next()
	}
	return reason
}

// release gives a slot back.
func (s *slots) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next()
}

// next hands a slot that was given back to the client whose turn it is. The caller
// holds mu.
func (s *slots) next() {
	if len(s.turns) == 0 {
		s.free++
		s.running--
		return
	}
	q := s.turns[0]
	s.turns = s.turns[1:]
	t := q.tickets[0]
	q.tickets = q.tickets[1:]
	s.waiting--
	if len(q.tickets) == 0 {
		delete(s.queues, q.client)
	} else {
		s.turns = append(s.turns, q)
	}
	t.ready <- nil
}

// busy is how many run.
func (s *slots) busy() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.running
}

// queued is how many wait.
func (s *slots) queued() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.waiting
}
