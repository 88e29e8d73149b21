package p2p

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/ethdb/memorydb"
	"github.com/libp2p/go-libp2p"
	pubsubpb "github.com/libp2p/go-libp2p-pubsub/pb"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
)

// A peer that begins a message of gossip and does not end it loses the stream.
func TestStalledGossip(t *testing.T) {
	cfg := DefaultConfig()
	cfg.DB, cfg.Log, cfg.Addrs, cfg.Port, cfg.Discovery, cfg.NAT = memorydb.New(), quietLog(), []string{"127.0.0.1"}, 0, false, false
	cfg.Network = Network{ForkID: func() []byte { return []byte{0xc0} }, Compatible: func([32]byte, []byte) error { return nil }}
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Stop() })
	s.gossip.patience = 100 * time.Millisecond
	s.Start()

	evil, err := libp2p.New(libp2p.NoListenAddrs, libp2p.DisableMetrics())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = evil.Close() })
	evil.SetStreamHandler(goodbye().ID, func(s network.Stream) { _ = s.Close() })
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := evil.Connect(ctx, peer.AddrInfo{ID: s.host.ID(), Addrs: s.host.Addrs()}); err != nil {
		t.Fatal(err)
	}
	stream, err := evil.NewStream(ctx, s.host.ID(), "/meshsub/1.2.0")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stream.Write([]byte{100, 1, 2, 3}); err != nil {
		t.Fatal(err)
	}
	if err := stream.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	var one [1]byte
	if _, err := stream.Read(one[:]); err == nil || isTimeout(err) {
		t.Errorf("the stream lives: %v", err)
	}
	if got := s.scores.of(evil.ID()); got > -7 || got < -9 {
		t.Errorf("score %v, want that of one time-out", got)
	}
}

// A peer cannot make gossipsub note topics without end.
func TestTopicFilter(t *testing.T) {
	f := newTopicFilter()
	subscribe := func(topic string, on bool) int {
		accepted, err := f.FilterIncomingSubscriptions(id(1), []*pubsubpb.RPC_SubOpts{{Topicid: &topic, Subscribe: &on}})
		if err != nil {
			t.Fatal(err)
		}
		return len(accepted)
	}
	accepted := 0
	for n := range 10 * topicsPerPeer {
		accepted += subscribe(strings.Repeat("x", n), true)
	}
	if accepted != topicsPerPeer {
		t.Errorf("%d topics", accepted)
	}
	if subscribe("x", true) != 1 || subscribe("x", false) != 1 || subscribe("new", true) != 1 || subscribe("newer", true) != 0 {
		t.Error("the bound is not on the topics at one time")
	}
	f.tidy(func(peer.ID) bool { return false })
	if len(f.topics) != 0 {
		t.Error("not forgotten")
	}
}

// What one peer can have in validation is bounded.
func TestPendingValidation(t *testing.T) {
	topic := &Topic{cfg: TopicConfig{MaxMessage: minPending}, pending: make(map[peer.ID]int)}
	if first, second := topic.begin(id(1), minPending), topic.begin(id(1), minPending); !first || !second || topic.begin(id(1), 1) || !topic.begin(id(2), 1) {
		t.Error("not two messages for each peer")
	}
	topic.end(id(1), minPending)
	if !topic.begin(id(1), 50) {
		t.Error("nothing is given back")
	}
}
