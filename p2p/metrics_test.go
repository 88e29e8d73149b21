package p2p_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/gologshim"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	"github.com/sirupsen/logrus"

	nodep2p "github.com/monolith-chain/monolith/p2p"
)

func TestMetrics(t *testing.T) {
	registry := prometheus.NewRegistry()
	node := startNode(t, func(cfg *nodep2p.Config) { cfg.Registerer = registry })
	other, third := startNode(t), startNode(t)
	handleEcho(t, other, echo, nil)
	accept := func(context.Context, peer.ID, []byte) error { return nil }
	ours, theirs, others := join(t, node, accept), join(t, other, accept), join(t, third, accept)
	if err := errors.Join(node.AddPeer(addrOf(other)), node.AddPeer(addrOf(third)), third.AddPeer(addrOf(other))); err != nil {
		t.Fatal(err)
	}
	awaitMesh(t, map[*nodep2p.Topic]int{ours: 2, theirs: 2, others: 2})
	if _, err := node.Request(t.Context(), other.Self().ID, echo, make([]byte, 1000)); err != nil {
		t.Fatal(err)
	}
	if err := theirs.Publish(t.Context(), []byte("x")); err != nil {
		t.Fatal(err)
	}
	for want, least := range map[string]float64{
		`peers{direction="outbound",transport="tcp"}`:                      2,
		`dials_total{result="connected"}`:                                  2,
		`bytes_total{direction="out",protocol="/test/echo/1"}`:             1000,
		`bytes_total{direction="in",protocol="/test/echo/1"}`:              1000,
		`requests_total{protocol="/test/echo/1",result="ok",side="asked"}`: 1,
		`gossip_mesh_peers{topic="/test/1"}`:                               2,
		`gossip_messages_total{topic="/test/1",verdict="forwarded"}`:       1,
		`gossip_messages_total{topic="/test/1",verdict="duplicate"}`:       1,
		`gossip_repeat_delay_seconds{topic="/test/1"}`:                     1,
		`ping_seconds{}`: 2,
	} {
		await(t, want, func() bool { return metric(t, registry, want) >= least })
	}
	node.Report(other.Self().ID, nodep2p.FalseWork, errors.New("no headers"))
	for _, want := range []string{`bans_total{reason="false work"}`, `offences_total{offence="false work"}`} {
		await(t, want, func() bool { return metric(t, registry, want) == 1 })
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	problems, err := promlint.NewWithMetricFamilies(families).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("promlint: %v %v", problems, err)
	}
}

// metric returns the value of a metric of this package, of a histogram how many it
// counted; -1 = there is none.
func metric(t *testing.T, registry *prometheus.Registry, want string) float64 {
	t.Helper()
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		for _, m := range family.GetMetric() {
			var labels []string
			for _, label := range m.GetLabel() {
				labels = append(labels, label.GetName()+`="`+label.GetValue()+`"`)
			}
			if family.GetName()+"{"+strings.Join(labels, ",")+"}" == "monolith_p2p_"+want {
				return m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
			}
		}
	}
	return -1
}

// What libp2p says arrives in the node's log, at the node's levels.
func TestBridgeLogs(t *testing.T) {
	var out bytes.Buffer
	log := logrus.New()
	log.SetOutput(&out)
	log.SetLevel(logrus.DebugLevel)
	nodep2p.BridgeLogs(log)
	t.Cleanup(func() { gologshim.SetDefaultHandler(slog.DiscardHandler) })
	libp2p := gologshim.Logger("test")
	libp2p.Debug("not this")
	libp2p.Warn("a peer did something", "peer", "x")
	libp2p.Error("something is wrong")
	got := out.String()
	for _, want := range []string{`level=debug msg="a peer did something"`, "component=libp2p", "peer=x", "logger=test", `level=warning msg="something is wrong"`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not in %s", want, got)
		}
	}
	if strings.Contains(got, "not this") {
		t.Errorf("logged %s", got)
	}
}
