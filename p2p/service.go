package p2p

import (
	"context"
	"fmt"
	"sync"

	"github.com/ethereum/go-ethereum/event"
	pubsub "github.com/libp2p/go-libp2p-pubsub"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/monolith-chain/monolith/shared/registry"
	"github.com/sirupsen/logrus"
)

var _ registry.Service = (*Service)(nil)

// Service is the network.
type Service struct {
	cfg    Config
	log    logrus.FieldLogger
	host   host.Host
	pubsub *pubsub.PubSub
	mesh   *mesh
	events event.FeedOf[PeerEvent]

	ctx    context.Context // ends with Stop
	cancel context.CancelFunc
	group  sync.WaitGroup
	stop   sync.Once
}

// New opens the network's ports and reads its identity. Peers are let in after
// Start.
func New(cfg Config) (*Service, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	key, err := loadKey(cfg.KeyFile)
	if err != nil {
		return nil, err
	}
	libp2pKey, err := hostKey(key)
	if err != nil {
		return nil, fmt.Errorf("identity key: %w", err)
	}
	s := &Service{cfg: cfg, log: cfg.Log, mesh: newMesh()}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	if s.host, err = s.newHost(libp2pKey); err != nil {
		s.cancel()
		return nil, err
	}
	if s.pubsub, err = newPubSub(s); err != nil {
		s.cancel()
		s.host.Close()
		return nil, fmt.Errorf("gossip: %w", err)
	}
	s.host.Network().Notify(&network.NotifyBundle{
		ConnectedF: func(_ network.Network, c network.Conn) {
			id, inbound := c.RemotePeer(), c.Stat().Direction == network.DirInbound
			go s.events.Send(PeerEvent{ID: id, Connected: true, Inbound: inbound, First: s.host.ID() < id})
		},
		DisconnectedF: func(_ network.Network, c network.Conn) {
			go s.events.Send(PeerEvent{ID: c.RemotePeer()})
		},
	})
	return s, nil
}

// Start lets peers in and looks for others.
func (s *Service) Start() {}

// Stop closes all connections and waits for every goroutine.
func (s *Service) Stop() error {
	var err error
	s.stop.Do(func() {
		s.cancel()
		err = s.host.Close()
		s.group.Wait()
	})
	return err
}

// Status is nil while the network works.
func (s *Service) Status() error {
	if s.ctx.Err() != nil {
		return registry.ErrStopped
	}
	return nil
}

// Self describes this node to others.
type Self struct {
	ID        peer.ID
	ENR       string   // "" without discovery
	Addrs     []string // under which others reach it, with /p2p/<peer id>
	Listen    []string // that it listens on
	UserAgent string
}

// Self returns what this node tells others of itself.
func (s *Service) Self() Self {
	self := Self{ID: s.host.ID(), UserAgent: s.cfg.UserAgent}
	for _, addr := range s.host.Addrs() {
		self.Addrs = append(self.Addrs, fmt.Sprintf("%s/p2p/%s", addr, s.host.ID()))
	}
	for _, addr := range s.host.Network().ListenAddresses() {
		self.Listen = append(self.Listen, addr.String())
	}
	return self
}

// Connect dials a target now.
func (s *Service) Connect(ctx context.Context, target string) error {
	info, err := peer.AddrInfoFromString(target)
	if err != nil {
		return err
	}
	return s.host.Connect(ctx, *info)
}
