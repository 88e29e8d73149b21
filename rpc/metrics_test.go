package rpc

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

func gauge(t testing.TB, g prometheus.Collector) float64 {
	t.Helper()
	return testutil.ToFloat64(g)
}

func TestMetrics(t *testing.T) {
	registry := prometheus.NewRegistry()
	n := newNode(t, func(cfg *Config) { cfg.Registerer = registry; cfg.Limits.BatchItems = 3 })
	n.post(`[{"jsonrpc":"2.0","id":1,"method":"eth_chainId"},{"jsonrpc":"2.0","id":2,"method":"eth_call"},{"jsonrpc":"2.0","id":2,"method":"made_up_1"}]`)
	n.post(`{"jsonrpc":"2.0","id":3,"method":"made_up_2"}`)
	n.post(`{"jsonrpc":"2.0","method":"eth_chainId"}`)
	n.post(`[1,2,3,4]`)
	ws := n.dialWS()
	if _, err := ask(t, ws, "eth_call", map[string]any{}, "0x99"); err == nil {
		t.Error("no error")
	}
	m := n.rpc.gate.metrics
	for name, test := range map[string]struct {
		have prometheus.Collector
		want float64
	}{
		"chain id":         {m.requests.WithLabelValues("eth_chainId"), 2},
		"call":             {m.requests.WithLabelValues("eth_call"), 2},
		"unknown":          {m.requests.WithLabelValues("unknown"), 2},
		"invalid params":   {m.errors.WithLabelValues("eth_call", "-32602"), 1},
		"server error":     {m.errors.WithLabelValues("eth_call", "-32000"), 1},
		"unknown methods":  {m.errors.WithLabelValues("unknown", "-32601"), 2},
		"batch refused":    {m.refused.WithLabelValues("batch_size"), 1},
		"connections":      {m.conns.WithLabelValues("ws"), 1},
		"requests running": {m.inFlight, 0},
	} {
		if got := testutil.ToFloat64(test.have); got != test.want {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
	if n := testutil.CollectAndCount(m.duration); n != 3 {
		t.Errorf("durations of %d methods", n)
	}
	ws.Close()
	n.await("the connection's end", func() bool { return testutil.ToFloat64(m.conns.WithLabelValues("ws")) == 0 })
	if problems, err := testutil.GatherAndLint(registry); err != nil || len(problems) > 0 {
		t.Errorf("%v, %v", problems, err)
	}
	if _, err := New(n.config(func(cfg *Config) { cfg.Registerer = registry })); err == nil {
		t.Error("two services share one registry")
	}
}
