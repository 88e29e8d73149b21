package rpc

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// TestSlotsTurns: whoever has many calls waiting is served as often as others.
func TestSlotsTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSlots(1, 100, time.Hour)
		if err := s.acquire(t.Context(), "x"); err != nil {
			t.Fatal(err)
		}
		served := make(chan string)
		for _, client := range []string{"greedy", "greedy", "greedy", "greedy", "other", "third", "third"} {
			go func() {
				if err := s.acquire(t.Context(), client); err != nil {
					t.Error(err)
				}
				served <- client
				s.release()
			}()
			synctest.Wait() // it is in the queue
		}
		s.release()
		var order []string
		for range 7 {
			order = append(order, <-served)
		}
		if want := []string{"greedy", "other", "third", "greedy", "third", "greedy", "greedy"}; !slices.Equal(order, want) {
			t.Errorf("served %v, want %v", order, want)
		}
		synctest.Wait()
		if s.busy() != 0 || s.queued() != 0 || s.free != 1 || len(s.queues) != 0 || len(s.turns) != 0 {
			t.Errorf("left %+v", s)
		}
	})
}

// TestSlotsFull: a full queue turns away whoever has most of it.
func TestSlotsFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSlots(1, 3, time.Hour)
		if err := s.acquire(t.Context(), "x"); err != nil {
			t.Fatal(err)
		}
		greedy := make(chan error, 4)
		for range 4 {
			go func() { greedy <- s.acquire(t.Context(), "greedy") }()
			synctest.Wait()
		}
		if err := <-greedy; !errors.Is(err, errQueueFull) {
			t.Errorf("beyond the queue's end: %v", err)
		}
		other := make(chan error, 2)
		go func() { other <- s.acquire(t.Context(), "other") }()
		if err := <-greedy; !errors.Is(err, errQueueFull) {
			t.Errorf("in another's place: %v", err)
		}
		synctest.Wait()
		go func() { other <- s.acquire(t.Context(), "other") }() // has half of the rest then
		if err := <-other; !errors.Is(err, errQueueFull) {
			t.Errorf("with as many as anybody: %v", err)
		}
		for range 3 {
			s.release()
		}
		if err := errors.Join(<-greedy, <-greedy, <-other); err != nil {
			t.Error(err)
		}
		s.release()
		if s.free != 1 || s.queued() != 0 {
			t.Errorf("left %+v", s)
		}
	})
}

// TestSlotsLeave: who has waited for too long, or does not want to any more, leaves
// nothing behind.
func TestSlotsLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSlots(1, 10, time.Minute)
		if err := s.acquire(t.Context(), "x"); err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		if err := s.acquire(t.Context(), "a"); !errors.Is(err, errQueueWait) || time.Since(begun) != time.Minute {
			t.Errorf("after %v: %v", time.Since(begun), err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		gone := make(chan error)
		go func() { gone <- s.acquire(ctx, "a") }()
		synctest.Wait()
		cancel()
		if err := <-gone; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if s.queued() != 0 || len(s.queues) != 0 || len(s.turns) != 0 {
			t.Errorf("left %+v", s)
		}
		// A slot that comes to somebody who is just leaving is not lost.
		late := s.enqueue("late")
		s.release()
		if err := s.leave(late, context.Canceled); !errors.Is(err, context.Canceled) || s.free != 1 || s.busy() != 0 {
			t.Errorf("%v, left %+v", err, s)
		}
	})
}

func TestWeights(t *testing.T) {
	table := weights()
	for method, want := range map[string]weight{
		"eth_blockNumber":         light,
		"eth_call":                heavy,
		"eth_callNothing":         light,
		"eth_getLogs":             heavy,
		"debug_traceBlockByHash":  long,
		"debug_getRawBlock":       light,
		"ots_searchTransactions1": heavy,
		"eth_subscribe":           light,
		"":                        light,
	} {
		if got := weightOf(table, method); got != want {
			t.Errorf("%s weighs %d, want %d", method, got, want)
		}
	}
}

func TestClientOf(t *testing.T) {
	for remote, want := range map[string]string{
		"192.0.2.7:80":                "192.0.2.7",
		"[::ffff:192.0.2.7]:80":       "192.0.2.7",
		"[2001:db8:1:2:3:4:5:6]:80":   "2001:db8:1:2::/64",
		"[2001:db8:1:2:ffff::1]:8080": "2001:db8:1:2::/64",
		"[fe80::1%eth0]:80":           "fe80::/64",
		"ipc-7":                       "ipc-7",
	} {
		if got := clientOf(remote); got != want {
			t.Errorf("%s is %s, want %s", remote, got, want)
		}
	}
}
