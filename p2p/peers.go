package p2p

import (
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"
)

// Peer is a connected peer.
type Peer struct {
	ID        peer.ID
	Addr      ma.Multiaddr      // remote address of the connection
	Local     ma.Multiaddr      // our own address of it
	Direction network.Direction // who dialled
	Transport string            // "tcp" or "quic"
	Agent     string            // what it says it runs
	Protocols []string          // what it says it serves
	Since     time.Time
	Latency   time.Duration // moving average; 0 = not known yet
	Score     float64       // 0 = ordinary, banned at -100
	Static    bool
	Trusted   bool
	ENR       string // its record, if it has told us
}

// PeerEvent says that a peer came or went. Events of one peer alternate.
type PeerEvent struct {
	ID        peer.ID
	Connected bool
	Inbound   bool // it dialled us
	// First tells who is to speak first: for a new connection it is true at
	// exactly one of the two ends, even if both have dialled at once.
	First  bool
	Reason string // of the end
}

// Count returns the number of connected peers.
func (s *Service) Count() int { return s.roster.count() }

// Connected reports whether the peer is connected.
func (s *Service) Connected(id peer.ID) bool {
	_, ok := s.roster.get(id)
	return ok
}

// Peers returns the connected peers, the longest connected first.
func (s *Service) Peers() []Peer {
	members := s.roster.all()
	peers := make([]Peer, 0, len(members))
	for _, m := range members {
		peers = append(peers, s.describe(m))
	}
	return peers
}

func (s *Service) describe(m *member) Peer {
	p := Peer{
		ID:        m.id,
		Addr:      m.conn.RemoteMultiaddr(),
		Local:     m.conn.LocalMultiaddr(),
		Direction: network.DirOutbound,
		Transport: transportOf(m.conn.RemoteMultiaddr()),
		Agent:     m.agent,
		Since:     m.since,
		Latency:   s.host.Peerstore().LatencyEWMA(m.id),
		Score:     s.scores.of(m.id),
	}
	if m.inbound {
		p.Direction = network.DirInbound
	}
	protocols, err := s.host.Peerstore().GetProtocols(m.id)
	if err == nil {
		for _, id := range protocols {
			p.Protocols = append(p.Protocols, printable([]byte(id)))
		}
	}
	p.Static, p.Trusted = s.roster.named(m.id)
	if node, ok := s.records.Get(m.id); ok {
		p.ENR = node.String()
	}
	return p
}
