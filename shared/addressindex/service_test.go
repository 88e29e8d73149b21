package addressindex

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/monolith-chain/monolith/shared/chain/chaintest"
	"github.com/monolith-chain/monolith/shared/registry"
	"github.com/prometheus/client_golang/prometheus"
)

// TestLife goes through the service's life: it is healthy however far it is behind, says
// why it stands still, and stops in the middle, to go on where it was.
func TestLife(t *testing.T) {
	if _, err := New(Config{}); err == nil || !strings.Contains(err.Error(), "no chain") {
		t.Errorf("without anything: %v", err)
	}
	n := newNode(t, chaintest.Params())
	n.put(n.head(), 20, nil)

	full := errors.New("disk is full")
	var broken atomic.Bool
	cfg := n.config(n.db)
	cfg.Registerer = prometheus.NewRegistry()
	cfg.Writable = func() error {
		if broken.Load() {
			return full
		}
		return nil
	}
	s, err := New(cfg)
	n.check(err)
	if s.Status() != nil || s.Synced() || s.Head() != 0 {
		t.Errorf("before the start: %v, %d", s.Status(), s.Head())
	}
	s.Start()
	n.synced(s)

	broken.Store(true)
	n.put(n.head(), 1, nil)
	n.await("stands still", func() bool { return errors.Is(s.Status(), full) })
	broken.Store(false)
	n.synced(s)
	n.await("goes on", func() bool { return s.Status() == nil })

	n.check(s.Stop())
	n.check(s.Stop())
	if err := s.Status(); !errors.Is(err, registry.ErrStopped) {
		t.Errorf("after the end: %v", err)
	}
	n.put(n.head(), 3, nil)
	again, err := New(n.config(n.db))
	n.check(err)
	if again.Head() != 21 {
		t.Errorf("goes on at %d, want 21", again.Head())
	}
	n.check(again.Stop()) // without a Start
	again.Start()         // which comes too late
}

// TestAwait: who asks right after a block finds it.
func TestAwait(t *testing.T) {
	n := newNode(t, chaintest.Instant())
	s := n.open(n.db)
	n.synced(s)
	for range 10 {
		before := n.head()
		head := n.put(before, 2, nil)
		s.Await(t.Context())
		if s.Head() != head.NumberU64() {
			t.Fatalf("at %d, want %d", s.Head(), head.NumberU64())
		}
		n.check(n.chain.Rewind(t.Context(), before.Header()))
		if s.Await(t.Context()); s.Head() != before.NumberU64() {
			t.Fatalf("at %d, want %d", s.Head(), before.NumberU64())
		}
	}
	n.check(s.Stop())
	n.put(n.head(), 1, nil)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	s.Await(ended) // returns
}
