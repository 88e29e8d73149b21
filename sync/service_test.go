package sync

import (
	"errors"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/monolith-chain/monolith/shared/registry"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

func TestConfigFaultsTogether(t *testing.T) {
	_, err := New(Config{FutureLimit: -1})
	for _, fault := range []string{"no chain", "no transaction pool", "no network", "no proof-of-work parameters", "negative future limit", "no logger"} {
		if err == nil || !strings.Contains(err.Error(), fault) {
			t.Errorf("%q is missing in %v", fault, err)
		}
	}
}

// TestLifecycle stops a service before it was started, twice, and while blocks and
// transactions come in; afterwards it serves nobody.
func TestLifecycle(t *testing.T) {
	w := newWorld(t)
	idle := w.idle(nil)
	check(t, idle.Stop())
	idle.Start()
	check(t, idle.Stop())

	a, b := w.node(nil), w.node(nil)
	connect(a, b)
	awaitMesh(a, b)
	blocks := w.Chain(w.Genesis(), 20, nil)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for _, block := range blocks {
			a.Announce(block)
		}
	}()
	check(t, b.Stop())
	<-done
	check(t, b.Stop())
	if err := b.Status(); !errors.Is(err, registry.ErrStopped) {
		t.Errorf("status %v", err)
	}
	if err := a.greet(t.Context(), b.id()); err == nil {
		t.Error("a stopped service makes handshakes")
	}
	b.Announce(blocks[0])
}

// TestStopDuringSync ends a sync in the middle; a new service goes on with it.
func TestStopDuringSync(t *testing.T) {
	w := newWorld(t)
	blocks := w.Chain(w.Genesis(), 600, nil)
	full := w.node(blocks)
	n := w.node(nil)
	connect(n, full)
	await(t, "first blocks", func() bool { return n.chain.CurrentBlock().Number.Sign() > 0 })
	check(t, n.Stop())
	next := w.node(types.Blocks{}, func(cfg *Config) { cfg.Chain = n.chain })
	connect(next, full)
	n.awaitHead(blocks[599])
}

// TestMetrics are named by the rules, and registered once.
func TestMetrics(t *testing.T) {
	registry := prometheus.NewRegistry()
	w := newWorld(t)
	n := w.node(nil, func(cfg *Config) { cfg.Registerer = registry })
	connect(n, w.node(nil))
	problems, err := testutil.GatherAndLint(registry)
	check(t, err)
	for _, problem := range problems {
		t.Errorf("%s: %s", problem.Metric, problem.Text)
	}
	if got := testutil.ToFloat64(n.metrics.handshakes.WithLabelValues("ok")); got != 1 {
		t.Errorf("%v handshakes are counted", got)
	}
}
