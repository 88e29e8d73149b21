package discovery

import (
	"context"
	"net/netip"
	"sync"

	"github.com/ethereum/go-ethereum/p2p/enode"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/peer"
)

// Candidate is a node of this chain that somebody may dial.
type Candidate struct {
	Info   peer.AddrInfo
	Node   *enode.Node // its record; nil if it was found through mDNS
	Source string      // "discv5" or "mdns"
}

// Service searches for nodes.
type Service struct {
	cfg        Config
	candidates chan Candidate
	stop       sync.Once
	cancel     context.CancelFunc
}

// New opens the sockets and signs the record. The node answers from now on, but
// searches only after Start.
func New(cfg Config) (*Service, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	return &Service{cfg: cfg, candidates: make(chan Candidate, 64)}, nil
}

// Start begins to search. mDNS announces the addresses of h, which may be nil
// without it.
func (s *Service) Start(h host.Host) {}

// Stop closes the sockets and waits for every goroutine. It may be called more
// than once, and before Start.
func (s *Service) Stop() error { return nil }

// Candidates delivers the nodes that are found. It is never closed.
func (s *Service) Candidates() <-chan Candidate { return s.candidates }

// AddNode makes a record known, that of a connected peer for example. The node
// is asked for its record over UDP and joins the table if it answers. It never
// blocks; when too many records wait, this one is dropped.
func (s *Service) AddNode(node *enode.Node) {}

// Self returns the node's own record, signed and up to date.
func (s *Service) Self() *enode.Node { return nil }

// Port returns the UDP port listened on, 0 without discv5.
func (s *Service) Port() int { return 0 }

// Announce puts an address into the record that was found out otherwise, by a
// port mapping or by AutoNAT, with the ports that lead to this node; 0 leaves a
// port as it is.
func (s *Service) Announce(ip netip.Addr, tcp, quic, udp int) {}

// Table returns how many nodes discv5 knows, and how many of them have
// answered.
func (s *Service) Table() (known, live int) { return 0, 0 }
