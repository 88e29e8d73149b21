package discovery

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common/lru"
	"github.com/ethereum/go-ethereum/p2p/discover"
	"github.com/ethereum/go-ethereum/p2p/enode"
	"github.com/ethereum/go-ethereum/p2p/enr"
	"github.com/libp2p/go-libp2p/core/host"
	"golang.org/x/time/rate"
)

// protocolID is in every packet of our discv5, in the place of "discv5".
const protocolID = "monov5"

const (
	// candidateQueue is what may wait for the dialler; there is no point in more,
	// since addresses age.
	candidateQueue = 64
	// candidateRate and candidateBurst are the pace at which nodes are handed on,
	// in nodes per second: enough to fill all slots of a fresh node in seconds.
	candidateRate, candidateBurst = 10, 20

	// admitQueue is how many added records may wait to be asked for, by so many
	// admitters. One whose node is silent takes about a second.
	admitQueue, admitters = 64, 4

	// pingInterval is how often discv5 checks a node of its table, on average
	// twice within it. A node that it finds is passed on to others only then.
	pingInterval = 500 * time.Millisecond
)

// Service searches for nodes.
type Service struct {
	cfg     Config
	local   *enode.LocalNode
	db      *enode.DB
	socket  *socket         // nil without discv5
	udp     *discover.UDPv5 // nil without discv5
	metrics *metrics

	candidates chan Candidate
	pace       *rate.Limiter
	added      chan *enode.Node
	poke       chan struct{} // asks for a search soon; holds one, since one is enough
	seen       lru.BasicLRU[enode.ID, time.Time]

	ctx    context.Context // ends with Stop
	cancel context.CancelFunc
	group  sync.WaitGroup // every goroutine

	// life orders Start and Stop and guards the rest.
	life             sync.Mutex
	started, stopped bool
	mdns             *mdnsFinder // nil unless running
}

// New opens the sockets and signs the record. The node answers from now on, but
// searches only after Start.
func New(cfg Config) (*Service, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	s := &Service{
		cfg:        cfg,
		candidates: make(chan Candidate, candidateQueue),
		pace:       rate.NewLimiter(candidateRate, candidateBurst),
		added:      make(chan *enode.Node, admitQueue),
		poke:       make(chan struct{}, 1),
		seen:       lru.NewBasicLRU[enode.ID, time.Time](seenSize),
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	if err := s.open(); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

// open acquires what Stop releases.
func (s *Service) open() (err error) {
	own, err := s.cfg.Network.current()
	if err != nil {
		return err
	}
	if s.metrics, err = newMetrics(s.cfg.Registerer, s.Table); err != nil {
		return fmt.Errorf("discovery metrics: %w", err)
	}
	// In memory: peers worth remembering are remembered by who dials them.
	if s.db, err = enode.OpenDB(""); err != nil {
		return fmt.Errorf("open node database: %w", err)
	}
	s.local = enode.NewLocalNode(s.db, s.cfg.Key)
	s.local.Set(own)
	s.setPorts(s.cfg.TCP, s.cfg.QUIC)
	for _, ip := range s.cfg.Announce {
		s.local.SetStaticIP(net.IP(ip.Unmap().AsSlice()))
	}
	if len(s.cfg.Announce) == 0 {
		for _, ip := range ownAddrs(s.cfg.Addrs, interfaceAddrs()) {
			s.local.SetFallbackIP(net.IP(ip.AsSlice()))
		}
	}
	if !s.cfg.DiscV5 {
		return nil
	}
	if s.socket, err = listen(s.cfg.Addrs, s.cfg.Port); err != nil {
		return err
	}
	if s.cfg.UDP != 0 {
		s.local.SetFallbackUDP(s.cfg.UDP)
	} else {
		s.local.SetFallbackUDP(s.socket.Port())
	}
	id := [6]byte([]byte(protocolID))
	s.udp, err = discover.ListenV5(s.socket, s.local, discover.Config{
		PrivateKey:   s.cfg.Key,
		PingInterval: pingInterval,
		V5ProtocolID: &id,
		Log:          quiet(),
	})
	if err != nil {
		return fmt.Errorf("start discv5: %w", err)
	}
	return nil
}

func (s *Service) setPorts(tcp, quic int) {
	if tcp != 0 {
		s.local.Set(enr.TCP(tcp))
	}
	if quic != 0 {
		s.local.Set(enr.QUIC(quic))
	}
}

// Start begins to search. mDNS announces the addresses of h, which may be nil
// without it.
func (s *Service) Start(h host.Host) {
	s.life.Lock()
	defer s.life.Unlock()
	if s.started || s.stopped {
		return
	}
	s.started = true
	if s.udp != nil {
		for _, node := range s.cfg.Bootnodes {
			s.AddNode(node)
		}
		for range admitters {
			s.group.Go(s.admit)
		}
		s.group.Go(s.run)
	}
	if s.cfg.MDNS {
		s.startMDNS(h)
	}
}

// Stop closes the sockets and waits for every goroutine. It may be called more
// than once, and before Start.
func (s *Service) Stop() error {
	s.life.Lock()
	defer s.life.Unlock()
	if s.stopped {
		return nil
	}
	s.stopped = true
	s.cancel()
	var err error
	if s.mdns != nil {
		err = s.mdns.stop()
	}
	switch {
	case s.udp != nil:
		s.udp.Close() // the socket too
	case s.socket != nil:
		err = errors.Join(err, s.socket.Close())
	}
	s.group.Wait()
	if s.db != nil {
		s.db.Close()
	}
	return err
}

// Candidates delivers the nodes that are found. It is never closed.
func (s *Service) Candidates() <-chan Candidate { return s.candidates }

// AddNode makes a record known, that of a connected peer for example. The node
// is asked for its record over UDP and joins the table if it answers. It never
// blocks; when too many records wait, this one is dropped.
func (s *Service) AddNode(node *enode.Node) {
	if s.udp == nil {
		return
	}
	select {
	case s.added <- node:
	default:
		s.metrics.dropped.Inc()
	}
}

// Self returns the node's own record, signed and up to date.
func (s *Service) Self() *enode.Node { return s.local.Node() }

// Port returns the UDP port listened on, 0 without discv5.
func (s *Service) Port() int {
	if s.socket == nil {
		return 0
	}
	return s.socket.Port()
}

// Announce puts an address into the record that was found out otherwise, by a
// port mapping or by AutoNAT, with the ports that lead to this node; 0 leaves a
// port as it is. Addresses that the configuration announces stay.
func (s *Service) Announce(ip netip.Addr, tcp, quic, udp int) {
	if len(s.cfg.Announce) > 0 || !dialable(ip) {
		return
	}
	s.local.SetFallbackIP(net.IP(ip.Unmap().AsSlice()))
	s.setPorts(tcp, quic)
	if udp != 0 {
		s.local.SetFallbackUDP(udp)
	}
}

// Table returns how many nodes discv5 knows, and how many of them have
// answered.
func (s *Service) Table() (known, live int) {
	if s.udp == nil {
		return 0, 0
	}
	for _, bucket := range s.udp.Nodes() {
		known += len(bucket)
	}
	return known, len(s.live())
}
