package p2p

import (
	"maps"
	"slices"
	"sync"
	"time"

	pubsub "github.com/libp2p/go-libp2p-pubsub"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
	"github.com/prometheus/client_golang/prometheus"
)

var _ pubsub.RawTracer = (*mesh)(nil)

// mesh follows what gossipsub does: who is in the mesh of a topic, and what
// becomes of messages. Its methods are called from gossipsub's loop.
type mesh struct {
	gossip *prometheus.CounterVec // by topic and verdict

	mu     sync.Mutex
	topics map[string]map[peer.ID]struct{} // guarded by mu
}

func newMesh() *mesh { return &mesh{topics: make(map[string]map[peer.ID]struct{})} }

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

// DuplicateMessage implements pubsub.RawTracer.
func (m *mesh) DuplicateMessage(msg *pubsub.Message) { m.count(msg.GetTopic(), "duplicate") }

// count counts a message of a topic that we have joined: only those get here.
func (m *mesh) count(topic, verdict string) {
	m.gossip.WithLabelValues(topic, verdict).Inc()
}

// The rest of pubsub.RawTracer is of no interest.

func (m *mesh) OnNewOutboundStream(peer.ID, protocol.ID)             {}
func (m *mesh) Join(string)                                          {}
func (m *mesh) Leave(string)                                         {}
func (m *mesh) ValidateMessage(*pubsub.Message)                      {}
func (m *mesh) ThrottlePeer(peer.ID)                                 {}
func (m *mesh) RecvRPC(*pubsub.RPC)                                  {}
func (m *mesh) SendRPC(*pubsub.RPC, peer.ID)                         {}
func (m *mesh) SendRPCCompleted(*pubsub.RPC, peer.ID, time.Duration) {}
func (m *mesh) DropRPC(*pubsub.RPC, peer.ID)                         {}
func (m *mesh) UndeliverableMessage(*pubsub.Message)                 {}
