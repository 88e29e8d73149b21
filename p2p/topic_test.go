package p2p_test

import (
	"bytes"
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"

	nodep2p "github.com/monolith-chain/monolith/p2p"
)

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
	await(t, "mesh", func() bool {
		return len(topics[0].Mesh()) == 1 && len(topics[1].Mesh()) == 2 && len(topics[2].Mesh()) == 1
	})
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

const topic = "/test/1"

// join joins the topic with a validator.
func join(t *testing.T, s *nodep2p.Service, validate nodep2p.Validator) *nodep2p.Topic {
	t.Helper()
	joined, err := s.Join(nodep2p.TopicConfig{Name: topic, MaxMessage: 1 << 10, Validate: validate})
	if err != nil {
		t.Fatal(err)
	}
	return joined
}

// awaitMesh waits until each topic has so many peers.
func awaitMesh(t *testing.T, sizes map[*nodep2p.Topic]int) {
	t.Helper()
	await(t, "mesh", func() bool {
		for topic, size := range sizes {
			if len(topic.Mesh()) != size {
				return false
			}
		}
		return true
	})
}

// What a validator says decides who else sees a message, and who is blamed.
func TestVerdicts(t *testing.T) {
	left, middle, right := startNode(t), startNode(t), startNode(t)
	got := make(chan string, 10)
	publisher := join(t, left, func(context.Context, peer.ID, []byte) error {
		t.Error("validator called for own message")
		return nil
	})
	judge := join(t, middle, func(_ context.Context, from peer.ID, data []byte) error {
		if from != left.Self().ID {
			t.Errorf("message from %s", from)
		}
		switch string(data) {
		case "ignore":
			return errors.New("not now")
		case "reject":
			return nodep2p.Blame(nodep2p.InvalidTransaction, errors.New("bad"))
		}
		return nil
	})
	listener := join(t, right, func(_ context.Context, _ peer.ID, data []byte) error {
		got <- string(data)
		return nil
	})
	connect(t, left, middle)
	connect(t, middle, right)
	awaitMesh(t, map[*nodep2p.Topic]int{publisher: 1, judge: 2, listener: 1})
	for _, text := range []string{"ignore", "reject", "good"} {
		if err := publisher.Publish(t.Context(), []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	select {
	case text := <-got:
		if text != "good" {
			t.Errorf("%q was forwarded", text)
		}
	case <-time.After(patience):
		t.Fatal("nothing was forwarded")
	}
	await(t, "blame", func() bool { // of one peer, by the price of one transaction
		var total float64
		for _, p := range middle.Peers() {
			total += p.Score
		}
		return total < -19 && total > -21
	})
	if err := publisher.Publish(t.Context(), make([]byte, 2<<10)); !errors.Is(err, nodep2p.ErrTooLarge) {
		t.Errorf("publishing too large a message: %v", err)
	}
	if len(got) > 0 {
		t.Errorf("%q was forwarded too", <-got)
	}
}

// A topic that is joined when peers are connected already.
func TestJoinLate(t *testing.T) {
	a, b := startNode(t), startNode(t)
	connect(t, a, b)
	accept := func(context.Context, peer.ID, []byte) error { return nil }
	first := join(t, a, accept)
	var received atomic.Bool
	second := join(t, b, func(context.Context, peer.ID, []byte) error { received.Store(true); return nil })
	awaitMesh(t, map[*nodep2p.Topic]int{first: 1, second: 1})
	if err := first.Publish(t.Context(), []byte("x")); err != nil {
		t.Fatal(err)
	}
	await(t, "message", received.Load)
	if _, err := a.Join(nodep2p.TopicConfig{Name: topic, MaxMessage: 1, Validate: accept}); err == nil {
		t.Error("joined twice")
	}
	for _, cfg := range []nodep2p.TopicConfig{{}, {Name: "x", MaxMessage: 1}, {Name: "x", Validate: accept}, {Name: "x", Validate: accept, MaxMessage: 1 << 30}} {
		if _, err := a.Join(cfg); err == nil {
			t.Errorf("joined %+v", cfg)
		}
	}
}

// rpc encodes a gossip message by hand: field 2 (publish) of field 2 (data) and
// field 4 (topic).
func rpc(topic string, data []byte) []byte {
	field := func(number byte, value []byte) []byte {
		return append([]byte{number<<3 | 2}, frame(len(value), value)...)
	}
	message := field(2, append(field(2, data), field(4, []byte(topic))...))
	return frame(len(message), message)
}

const meshsub = "/meshsub/1.2.0"

// What a peer can do wrong with gossip.
func TestBadGossip(t *testing.T) {
	for name, attack := range map[string]func(stranger, *nodep2p.Service){
		"garbage": func(s stranger, node *nodep2p.Service) {
			s.send(node, meshsub, frame(50, bytes.Repeat([]byte{0xff}, 50)))
		},
		"huge message": func(s stranger, node *nodep2p.Service) { s.send(node, meshsub, frame(1<<30, nil)) },
		"endless length": func(s stranger, node *nodep2p.Service) {
			s.send(node, meshsub, bytes.Repeat([]byte{0x80}, 20))
		},
		"half a message": func(s stranger, node *nodep2p.Service) {
			if stream, err := s.send(node, meshsub, frame(100, []byte("half"))); err == nil {
				stream.CloseWrite()
			}
		},
		"oversized for the topic": func(s stranger, node *nodep2p.Service) {
			s.send(node, meshsub, rpc(topic, bytes.Repeat([]byte{byte(time.Now().UnixNano())}, 5<<10+time.Now().Nanosecond()%100)))
		},
		"many streams": func(s stranger, node *nodep2p.Service) {
			for range 30 {
				if stream, err := s.send(node, meshsub, rpc("x", nil)); err == nil {
					stream.Close()
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			node, honest := startNode(t), startNode(t)
			accept := func(context.Context, peer.ID, []byte) error { return nil }
			ours := join(t, node, accept)
			var heard atomic.Bool
			theirs := join(t, honest, func(context.Context, peer.ID, []byte) error { heard.Store(true); return nil })
			connect(t, honest, node)
			evil := newStranger(t)
			evil.SetStreamHandler(meshsub, func(s network.Stream) {})
			evil.join(node)
			evil.bother(node, func() { attack(evil, node) })
			awaitMesh(t, map[*nodep2p.Topic]int{ours: 1, theirs: 1})
			if err := ours.Publish(t.Context(), []byte("x")); err != nil {
				t.Fatal(err)
			}
			await(t, "message", heard.Load)
			if isBanned(node, honest.Self().ID) {
				t.Error("honest peer is banned")
			}
		})
	}
}

// A burst that comes faster than it is validated waits: nothing of it is lost.
func TestBurstWaits(t *testing.T) {
	a, b := startNode(t), startNode(t)
	const burst = 200
	var running, most, done atomic.Int64
	accept := func(context.Context, peer.ID, []byte) error { return nil }
	publisher, err := a.Join(nodep2p.TopicConfig{Name: topic, MaxMessage: 100, Validate: accept})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := b.Join(nodep2p.TopicConfig{Name: topic, MaxMessage: 100, Concurrency: 2, Validate: func(ctx context.Context, _ peer.ID, _ []byte) error {
		now := running.Add(1)
		defer running.Add(-1)
		for most.Load() < now && !most.CompareAndSwap(most.Load(), now) {
		}
		select {
		case <-time.After(time.Millisecond):
		case <-ctx.Done():
		}
		done.Add(1)
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	connect(t, a, b)
	awaitMesh(t, map[*nodep2p.Topic]int{publisher: 1, listener: 1})
	for n := range burst {
		if err := publisher.Publish(t.Context(), []byte{byte(n)}); err != nil {
			t.Fatal(err)
		}
	}
	await(t, "the whole burst", func() bool { return done.Load() == burst })
	if most.Load() > 2 {
		t.Errorf("%d messages were validated at once", most.Load())
	}
}
