package p2p_test

import (
	"bytes"
	"context"
	"io"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/ethdb/memorydb"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/sirupsen/logrus"

	nodep2p "github.com/monolith-chain/monolith/p2p"
)

// patience is how long a test waits for what ought to happen at once.
const patience = 20 * time.Second

func testConfig(t *testing.T) nodep2p.Config {
	t.Helper()
	log := logrus.New()
	log.SetLevel(logrus.DebugLevel)
	log.SetOutput(io.Discard)
	cfg := nodep2p.DefaultConfig()
	cfg.DB = memorydb.New()
	cfg.Addrs = []string{"127.0.0.1"}
	cfg.Port, cfg.Discovery, cfg.NAT = 0, false, false
	cfg.Network = nodep2p.Network{
		ForkID:     func() []byte { return []byte{0xc0} },
		Compatible: func([32]byte, []byte) error { return nil },
	}
	cfg.Log = log
	return cfg
}

// startNode starts a node that is stopped when the test ends.
func startNode(t *testing.T, edit ...func(*nodep2p.Config)) *nodep2p.Service {
	t.Helper()
	cfg := testConfig(t)
	for _, f := range edit {
		f(&cfg)
	}
	s, err := nodep2p.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	s.Start()
	return s
}

func connect(t *testing.T, from, to *nodep2p.Service) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := from.Connect(ctx, to.Self().Addrs[0]); err != nil {
		t.Fatal(err)
	}
}

// await waits until the condition holds.
func await(t *testing.T, what string, condition func() bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for !condition() {
		if time.Now().After(deadline) {
			t.Fatalf("waited %s for: %s", patience, what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

var echo = nodep2p.Protocol{
	ID: "/test/echo/1", MaxRequest: 1 << 20, MaxResponse: 1 << 20,
	Timeout: 5 * time.Second, PerPeer: 4, Rate: 100, Burst: 100,
}

func TestRequest(t *testing.T) {
	a, b := startNode(t), startNode(t)
	err := b.Handle(echo, func(_ context.Context, from peer.ID, request []byte) ([]byte, error) {
		if from != a.Self().ID {
			t.Errorf("request from %s", from)
		}
		return request, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	connect(t, a, b)
	for _, size := range []int{0, 1, 1000, 1 << 20} {
		request := bytes.Repeat([]byte{7}, size)
		response, err := a.Request(t.Context(), b.Self().ID, echo, request)
		if err != nil || !bytes.Equal(response, request) {
			t.Errorf("%d bytes: %d bytes back, error %v", size, len(response), err)
		}
	}
}

func TestGossip(t *testing.T) {
	nodes := []*nodep2p.Service{startNode(t), startNode(t), startNode(t)}
	received := make([]chan []byte, len(nodes))
	topics := make([]*nodep2p.Topic, len(nodes))
	for i, node := range nodes {
		received[i] = make(chan []byte, 10)
		var err error
		topics[i], err = node.Join(nodep2p.TopicConfig{
			Name: "/test/1", MaxMessage: 12 << 20,
			Validate: func(_ context.Context, _ peer.ID, data []byte) error {
				received[i] <- data
				return nil
			},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	connect(t, nodes[0], nodes[1])
	connect(t, nodes[1], nodes[2])
	await(t, "mesh", func() bool { return len(topics[0].Mesh()) == 1 && len(topics[1].Mesh()) == 2 })
	for _, size := range []int{10, 12 << 20} {
		data := bytes.Repeat([]byte{byte(size)}, size)
		start := time.Now()
		if err := topics[0].Publish(t.Context(), data); err != nil {
			t.Fatal(err)
		}
		for i := 1; i < 3; i++ {
			select {
			case got := <-received[i]:
				if !bytes.Equal(got, data) {
					t.Errorf("node %d received %d bytes, want %d", i, len(got), size)
				}
			case <-time.After(patience):
				t.Fatalf("node %d received nothing", i)
			}
		}
		t.Logf("%d bytes over two hops: %s", size, time.Since(start))
	}
}
