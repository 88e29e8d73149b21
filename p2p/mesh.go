package p2p

import (
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common/lru"
	pubsub "github.com/libp2p/go-libp2p-pubsub"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
	"github.com/prometheus/client_golang/prometheus"
)

var _ pubsub.RawTracer = (*mesh)(nil)

// arrivalsKept is how many messages are remembered to tell how much later they come
// again: those of some seconds.
const arrivalsKept = 1024

// mesh follows what gossipsub does: who is in the mesh of a topic, and what
// becomes of messages. Its methods are called from gossipsub's loop and from what
// validates messages.
type mesh struct {
	gossip *prometheus.CounterVec   // by topic and verdict
	again  *prometheus.HistogramVec // by topic

	mu     sync.Mutex
	topics map[string]map[peer.ID]struct{} // guarded by mu

	arrivals *lru.Cache[string, time.Time] // when a message came first, by its id
}

func newMesh() *mesh {
	return &mesh{
		topics:   make(map[string]map[peer.ID]struct{}),
		arrivals: lru.NewCache[string, time.Time](arrivalsKept),
	}
}

// sizes returns the number of peers in each mesh.
func (m *mesh) sizes() map[string]int {
	m.mu.Lock()
	defer m.mu.Unlock()
	sizes := make(map[string]int, len(m.topics))
	for topic, peers := range m.topics {
		sizes[topic] = len(peers)
	}
	return sizes
}

func (m *mesh) peers(topic string) []peer.ID {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Sorted(maps.Keys(m.topics[topic]))
}

// Graft implements pubsub.RawTracer.
func (m *mesh) Graft(id peer.ID, topic string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.topics[topic] == nil {
		m.topics[topic] = make(map[peer.ID]struct{})
	}
	m.topics[topic][id] = struct{}{}
}

// Prune implements pubsub.RawTracer.
func (m *mesh) Prune(id peer.ID, topic string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.topics[topic], id)
}

// OnClosedOutboundStream implements pubsub.RawTracer: the peer is in no mesh
// any more.
func (m *mesh) OnClosedOutboundStream(id peer.ID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, peers := range m.topics {
		delete(peers, id)
	}
}

// DeliverMessage implements pubsub.RawTracer.
func (m *mesh) DeliverMessage(msg *pubsub.Message) { m.count(msg.GetTopic(), "forwarded") }

// RejectMessage implements pubsub.RawTracer.
func (m *mesh) RejectMessage(msg *pubsub.Message, reason string) {
	m.count(msg.GetTopic(), verdict(reason))
}

// ValidateMessage implements pubsub.RawTracer: the message is here for the first time.
func (m *mesh) ValidateMessage(msg *pubsub.Message) { m.arrivals.Add(msg.ID, time.Now()) }

// DuplicateMessage implements pubsub.RawTracer.
func (m *mesh) DuplicateMessage(msg *pubsub.Message) {
	m.count(msg.GetTopic(), "duplicate")
	if first, ok := m.arrivals.Get(msg.ID); ok {
		m.again.WithLabelValues(msg.GetTopic()).Observe(time.Since(first).Seconds())
	}
}

// count counts a message of a topic that we have joined: only those get here.
func (m *mesh) count(topic, verdict string) {
	m.gossip.WithLabelValues(topic, verdict).Inc()
}

// The rest of pubsub.RawTracer is of no interest.

func (m *mesh) OnNewOutboundStream(peer.ID, protocol.ID)             {}
func (m *mesh) Join(string)                                          {}
func (m *mesh) Leave(string)                                         {}
func (m *mesh) ThrottlePeer(peer.ID)                                 {}
func (m *mesh) RecvRPC(*pubsub.RPC)                                  {}
func (m *mesh) SendRPC(*pubsub.RPC, peer.ID)                         {}
func (m *mesh) SendRPCCompleted(*pubsub.RPC, peer.ID, time.Duration) {}
func (m *mesh) DropRPC(*pubsub.RPC, peer.ID)                         {}
func (m *mesh) UndeliverableMessage(*pubsub.Message)                 {}
