package p2p

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/lru"
	"github.com/ethereum/go-ethereum/p2p/enode"
	pubsub "github.com/libp2p/go-libp2p-pubsub"
	libp2pevent "github.com/libp2p/go-libp2p/core/event"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/p2p/protocol/ping"
	"github.com/monolith-chain/monolith/p2p/discovery"
	"github.com/monolith-chain/monolith/shared/registry"
	ma "github.com/multiformats/go-multiaddr"
	"github.com/sirupsen/logrus"
)

var _ registry.Service = (*Service)(nil)

const (
	// tidyInterval is how often what has lapsed is dropped, and latencies are
	// measured.
	tidyInterval = 30 * time.Second

	// pingTimeout bounds a measurement of latency.
	pingTimeout = 5 * time.Second

	// peopleKept bounds what is remembered of peers in memory, connected or not.
	peopleKept = 1024
)

// Service is the network.
type Service struct {
	cfg       Config
	log       logrus.FieldLogger
	announce  []announcement
	host      host.Host
	pubsub    *pubsub.PubSub
	gossip    *gossipHost
	topics    *topicFilter
	mesh      *mesh
	discovery *discovery.Service
	resolver  *discovery.Resolver
	metrics   *metrics

	roster *roster
	gater  *gater
	dialer *dialer
	scores *scores
	bans   *banList
	store  *peerStore
	quotas *quotas
	events *eventQueue

	farewells *lru.Cache[peer.ID, farewell]    // the last one of each peer
	records   *lru.Cache[peer.ID, *enode.Node] // what peers say of themselves
	parting   sync.Map                         // peers that a goodbye is being said to
	expected  sync.Map                         // peers that have yet to say what they are

	fixedAddrs atomic.Pointer[[]ma.Multiaddr] // announced ones; nil = found out
	hostEvents libp2pevent.Subscription

	ctx    context.Context // ends with Stop
	cancel context.CancelFunc
	start  sync.Once
	stop   sync.Once

	// life orders spawn and Stop.
	life    sync.Mutex
	stopped bool           // guarded by life
	group   sync.WaitGroup // every goroutine
}

// New opens the network's ports and reads its identity. Peers are let in after
// Start.
func New(cfg Config) (*Service, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	key, err := loadKey(cfg.KeyFile)
	if err != nil {
		return nil, err
	}
	s := &Service{
		cfg:       cfg,
		log:       cfg.Log,
		topics:    newTopicFilter(),
		mesh:      newMesh(),
		roster:    newRoster(cfg.MaxPeers, cfg.InboundShare),
		scores:    newScores(time.Now),
		quotas:    newQuotas(),
		events:    newEventQueue(),
		farewells: lru.NewCache[peer.ID, farewell](peopleKept),
		records:   lru.NewCache[peer.ID, *enode.Node](peopleKept),
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	if err := s.open(key); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

// open acquires what Stop releases.
func (s *Service) open(key *ecdsa.PrivateKey) (err error) {
	hostKey, err := discovery.Libp2pKey(key)
	if err != nil {
		return fmt.Errorf("identity key: %w", err)
	}
	s.resolver = &discovery.Resolver{Key: hostKey}
	if s.metrics, err = newMetrics(s.cfg.Registerer, s.roster, s.mesh); err != nil {
		return err
	}
	s.mesh.gossip, s.mesh.again = s.metrics.gossip, s.metrics.again
	if s.announce, err = parseAnnouncements(s.cfg.Announce); err != nil {
		return err
	}
	if s.store, err = loadPeers(s.cfg.DB, s.log); err != nil {
		return err
	}
	if s.bans, err = loadBans(s.cfg.DB, time.Now, s.log); err != nil {
		return err
	}
	if s.gater, err = newGater(s); err != nil {
		return err
	}
	if s.host, err = s.newHost(hostKey); err != nil {
		return err
	}
	s.fixAddrs()
	if err = s.subscribeHost(); err != nil {
		return fmt.Errorf("subscribe to libp2p: %w", err)
	}
	s.gossip = newGossipHost(s)
	if s.pubsub, err = newPubSub(s); err != nil {
		return fmt.Errorf("gossip: %w", err)
	}
	if s.discovery, err = discovery.New(s.discoveryConfig(key)); err != nil {
		return fmt.Errorf("%w (if another process uses the port, --%s sets another one)", err, FlagDiscoveryPort)
	}
	if err = errors.Join(s.Handle(goodbye(), s.hearGoodbye), s.Handle(enrProtocol(), s.handleENR)); err != nil {
		return err
	}
	return s.fillDialer()
}

// fillDialer tells the dialer whom the user has named.
func (s *Service) fillDialer() error {
	s.dialer = newDialer(s)
	var faults []error
	for why, list := range map[purpose][]string{forStatic: s.cfg.Static, forTrust: s.cfg.Trusted, forStartup: s.cfg.Bootnodes} {
		for _, target := range list {
			faults = append(faults, s.dialer.name(target, why))
		}
	}
	s.dialer.recall(s.store.all())
	return errors.Join(faults...)
}

// discoveryConfig derives discovery's settings from ours.
func (s *Service) discoveryConfig(key *ecdsa.PrivateKey) discovery.Config {
	tcpPort, quicPort := ports(s.host)
	cfg := discovery.Config{
		Key: key,
		Network: discovery.Network{
			Genesis: s.cfg.Network.Genesis,
			ForkID:  s.cfg.Network.ForkID,
			Compatible: func(genesis common.Hash, forkID []byte) error {
				return s.cfg.Network.Compatible(genesis, forkID)
			},
		},
		DiscV5:     s.cfg.Discovery,
		Port:       s.cfg.DiscoveryPort,
		TCP:        tcpPort,
		QUIC:       quicPort,
		Announce:   announcedIPs(s.announce),
		Accept:     s.wanted,
		MDNS:       s.cfg.MDNS,
		Log:        s.log,
		Registerer: s.cfg.Registerer,
	}
	for _, text := range s.cfg.Addrs {
		if ip, err := netip.ParseAddr(text); err == nil {
			cfg.Addrs = append(cfg.Addrs, ip)
		}
	}
	for _, text := range s.cfg.Bootnodes {
		if target, err := discovery.ParseTarget(text); err == nil && target.Node() != nil {
			cfg.Bootnodes = append(cfg.Bootnodes, target.Node())
		}
	}
	return cfg
}

// wanted says why a node that discovery has found is not worth dialling now.
func (s *Service) wanted(info peer.AddrInfo) error {
	switch {
	case s.Connected(info.ID):
		return errors.New("connected already")
	case !s.gater.InterceptPeerDial(info.ID):
		return errors.New("banned")
	case s.roster.freeOutbound() == 0:
		return errors.New("no slot is free")
	}
	return nil
}

// Start lets peers in and looks for others.
func (s *Service) Start() {
	s.start.Do(func() {
		s.spawn(func() { s.events.run(s.ctx) })
		s.spawn(s.watchHost)
		s.gater.open.Store(true)
		s.discovery.Start(s.host)
		s.spawn(func() { s.recordNames(s.ctx) })
		s.spawn(func() { s.dialer.run(s.ctx, s.discovery.Candidates()) })
		s.spawn(s.tidy)
		self := s.Self()
		s.log.WithFields(logrus.Fields{"peer": self.ID, "listen": self.Listen, "enr": self.ENR}).Info("Network ready")
	})
}

// spawn runs f in a goroutine that Stop waits for, unless Stop was called.
func (s *Service) spawn(f func()) {
	s.life.Lock()
	defer s.life.Unlock()
	if !s.stopped {
		s.group.Go(f)
	}
}

// tidy drops what has lapsed, now and then.
func (s *Service) tidy() {
	tick := time.NewTicker(tidyInterval)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-s.ctx.Done():
			return
		}
		s.scores.tidy()
		s.quotas.tidy()
		s.gossip.tidy()
		s.topics.tidy(s.Connected)
		if err := s.bans.tidy(); err != nil {
			s.log.WithError(err).Warn("Cannot remove old bans")
		}
		s.reintroduce()
		s.measure()
	}
}

// measure pings all peers; libp2p keeps the average.
func (s *Service) measure() {
	var pings sync.WaitGroup
	for _, m := range s.roster.all() {
		pings.Go(func() { s.ping(s.ctx, m.id) })
	}
	pings.Wait()
}

func (s *Service) ping(ctx context.Context, id peer.ID) {
	ctx, cancel := context.WithTimeout(network.WithNoDial(ctx, "ping"), pingTimeout)
	defer cancel()
	result, ok := <-ping.Ping(ctx, s.host, id)
	if !ok { // the channel is closed when the time is up
		result.Error = ctx.Err()
	}
	if result.Error != nil {
		s.log.WithField("peer", id).WithError(result.Error).Debug("No answer to a ping")
		return
	}
	s.metrics.pings.Observe(result.RTT.Seconds())
}

// Stop says goodbye, closes all connections and waits for every goroutine. It
// can be called more than once, and before Start.
func (s *Service) Stop() error {
	var faults []error
	s.stop.Do(func() {
		if s.host != nil {
			s.gater.open.Store(false)
			for _, m := range s.roster.all() {
				s.remember(m) // until when it was connected
			}
			s.partAll()
		}
		s.cancel()
		s.life.Lock()
		s.stopped = true
		s.life.Unlock()
		if s.discovery != nil {
			faults = append(faults, s.discovery.Stop())
		}
		s.events.scope.Close()
		if s.hostEvents != nil {
			faults = append(faults, s.hostEvents.Close())
		}
		if s.host != nil {
			faults = append(faults, s.host.Close())
		}
		s.group.Wait()
	})
	return errors.Join(faults...)
}

// Status is nil while the network works; a node without peers does.
func (s *Service) Status() error {
	if s.ctx.Err() != nil {
		return registry.ErrStopped
	}
	return nil
}

// Self describes this node to others.
type Self struct {
	ID        peer.ID
	ENR       string
	Addrs     []string // under which others reach it, with /p2p/<peer id>
	Listen    []string // that it listens on
	UserAgent string
}

// Self returns what this node tells others of itself.
func (s *Service) Self() Self {
	self := Self{ID: s.host.ID(), ENR: s.discovery.Self().String(), UserAgent: s.cfg.UserAgent}
	for _, addr := range s.host.Addrs() {
		self.Addrs = append(self.Addrs, fmt.Sprintf("%s/p2p/%s", addr, s.host.ID()))
	}
	for _, addr := range s.host.Network().ListenAddresses() {
		self.Listen = append(self.Listen, addr.String())
	}
	return self
}
