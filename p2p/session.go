package p2p

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/libp2p/go-libp2p/core/event"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/p2p/host/eventbus"
	ma "github.com/multiformats/go-multiaddr"
	"github.com/sirupsen/logrus"
)

// goodbye tells a peer why the session ends. A peer is who serves it: others
// that speak libp2p are let go.
func goodbye() Protocol {
	return Protocol{
		ID: "/monolith/goodbye/1", MaxRequest: maxRefusal, MaxResponse: 0,
		Timeout: time.Second, PerPeer: 1, Rate: 1, Burst: 10,
	}
}

// introductionTime is how long a connection is kept whose peer does not say that
// it is a node of this kind.
const introductionTime = 5 * time.Second

// Reasons for a goodbye that are nobody's fault, and no news.
const (
	reasonStopping = "shutting down"
	reasonEvicted  = "making room for another peer"
	reasonLost     = "the connection is lost"
)

// hostEvents is how many events of libp2p can wait for watchHost. libp2p itself
// waits when it is full.
const hostEvents = 256

// subscribeHost asks libp2p to tell about connections.
func (s *Service) subscribeHost() error {
	s.host.Network().Notify(&network.NotifyBundle{
		ConnectedF:    func(network.Network, network.Conn) { s.gater.conns.Add(1) },
		DisconnectedF: func(network.Network, network.Conn) { s.gater.conns.Add(-1) },
	})
	var err error
	s.hostEvents, err = s.host.EventBus().Subscribe([]any{
		new(event.EvtPeerIdentificationCompleted),
		new(event.EvtPeerIdentificationFailed),
		new(event.EvtPeerConnectednessChanged),
		new(event.EvtLocalAddressesUpdated),
	}, eventbus.BufSize(hostEvents))
	return err
}

// watchHost turns libp2p's connections into sessions: a peer is connected when
// it has said which protocols it serves and there is a slot for it, and no
// longer connected when its last connection is closed.
func (s *Service) watchHost() {
	for {
		select {
		case e, ok := <-s.hostEvents.Out():
			if !ok {
				return
			}
			switch e := e.(type) {
			case event.EvtPeerIdentificationCompleted:
				s.identified(e)
			case event.EvtPeerIdentificationFailed:
				s.expectIntroduction(e.Peer, e.Reason)
			case event.EvtPeerConnectednessChanged:
				if e.Connectedness == network.NotConnected {
					s.lost(e.Peer)
				}
			case event.EvtLocalAddressesUpdated:
				s.recordFound()
			}
		case <-s.ctx.Done():
			return
		}
	}
}

// identified is called for every new connection, and again when a peer changes
// what it says of itself.
func (s *Service) identified(e event.EvtPeerIdentificationCompleted) {
	if e.Conn == nil || e.Conn.Stat().Limited || !s.live(e.Conn) {
		return // relayed: a session begins when a direct connection is made
	}
	if m, ok := s.roster.get(e.Peer); ok {
		if s.live(m.conn) {
			return
		}
		// The peer has closed its session and begun another before libp2p told
		// us of the first one's end.
		s.end(e.Peer, m.conn)
	}
	if slices.Contains(e.Protocols, goodbye().ID) {
		s.admit(e)
		return
	}
	// A node that has just started may say so in a moment only: libp2p tells of
	// new protocols with a delay, and of changes afterwards.
	s.expectIntroduction(e.Peer, fmt.Errorf("%w: %s", errForeign, printable([]byte(e.AgentVersion))))
}

// errForeign is the fault of a peer that does not serve our protocols.
var errForeign = errors.New("not a node of this kind")

// expectIntroduction closes the connections to a peer that is none after a while.
func (s *Service) expectIntroduction(id peer.ID, fault error) {
	if _, waiting := s.expected.LoadOrStore(id, nil); waiting {
		return
	}
	s.spawn(func() {
		defer s.expected.Delete(id)
		select {
		case <-time.After(introductionTime):
		case <-s.ctx.Done():
			return
		}
		for _, conn := range s.host.Network().ConnsToPeer(id) {
			// Others may have been made since, and be about to become a session.
			if !s.Connected(id) && !conn.Stat().Limited && time.Since(conn.Stat().Opened) >= introductionTime {
				s.log.WithField("peer", id).WithError(fault).Debug("Closing a connection that is no session")
				_ = conn.Close()
			}
		}
	})
}

// live reports whether a connection is open, in the sense in which libp2p says
// that a peer is connected: one that we close is listed no more before it is
// closed, one that the peer closes is closed before it is listed no more.
func (s *Service) live(conn network.Conn) bool {
	return !conn.IsClosed() && slices.Contains(s.host.Network().ConnsToPeer(conn.RemotePeer()), conn)
}

// admit begins a session, or tells the peer why not.
func (s *Service) admit(e event.EvtPeerIdentificationCompleted) {
	m := &member{
		id:      e.Peer,
		conn:    e.Conn,
		inbound: e.Conn.Stat().Direction == network.DirInbound,
		agent:   printable([]byte(e.AgentVersion)),
		since:   time.Now(),
	}
	evicted, err := s.roster.admit(m, s.scores.of)
	if err != nil {
		s.spawn(func() { s.part(m.id, err.Error()) })
		return
	}
	if evicted != "" {
		s.finish(evicted, reasonEvicted)
		s.spawn(func() { s.part(evicted, reasonEvicted) })
	}
	s.log.WithFields(logrus.Fields{
		"peer": m.id, "addr": m.conn.RemoteMultiaddr(), "agent": m.agent, "inbound": m.inbound, "peers": s.roster.count(),
	}).Info("Peer connected")
	s.remember(m)
	s.events.push(PeerEvent{ID: m.id, Connected: true, Inbound: m.inbound, First: s.speaksFirst(m.id)})
	s.spawn(func() {
		if s.speaksFirst(m.id) {
			s.exchangeENR(m.id)
		}
		s.ping(s.ctx, m.id)
	})
}

// speaksFirst is true at one end of every pair.
func (s *Service) speaksFirst(id peer.ID) bool { return s.host.ID() < id }

// lost is called when the last connection to a peer is closed.
func (s *Service) lost(id peer.ID) {
	if m, ok := s.roster.get(id); ok && s.live(m.conn) {
		return // it is back already
	}
	s.end(id, nil)
}

// end ends a session that is over.
func (s *Service) end(id peer.ID, conn network.Conn) {
	m, ok := s.roster.remove(id, conn)
	if !ok {
		return
	}
	reason := s.reason(id, m.conn.Stat().Opened)
	s.log.WithFields(logrus.Fields{"peer": id, "reason": reason, "lasted": time.Since(m.since).Round(time.Millisecond)}).
		Info("Peer disconnected")
	s.remember(m)
	s.finish(id, reason)
	s.dialer.lost(id, time.Since(m.since))
}

// finish tells other services that a peer is gone.
func (s *Service) finish(id peer.ID, reason string) {
	s.events.push(PeerEvent{ID: id, Reason: reason})
}

// Disconnect tells a peer why it is to go, and closes all connections to it.
// Both sides log the reason. It does not wait for either.
func (s *Service) Disconnect(id peer.ID, reason string) {
	s.spawn(func() { s.part(id, reason) })
}

// part says goodbye, if the peer listens, and closes all connections.
func (s *Service) part(id peer.ID, reason string) {
	if s.host.Network().Connectedness(id) == network.NotConnected {
		return
	}
	if _, busy := s.parting.LoadOrStore(id, nil); busy {
		return // a goodbye is under way
	}
	defer s.parting.Delete(id)
	s.noteFarewell(id, reason, "Disconnecting peer")
	ctx, cancel := context.WithTimeout(context.Background(), goodbye().Timeout)
	defer cancel()
	if _, err := s.exchange(ctx, id, goodbye(), []byte(reason[:min(len(reason), maxRefusal)])); err != nil {
		s.log.WithField("peer", id).WithError(err).Debug("Cannot say goodbye")
	}
	s.closePeer(id)
}

// partAll says goodbye to everybody at once.
func (s *Service) partAll() {
	done := make(chan struct{})
	members := s.roster.all()
	for _, m := range members {
		go func() {
			defer func() { done <- struct{}{} }()
			s.part(m.id, reasonStopping)
		}()
	}
	for range members {
		<-done
	}
}

func (s *Service) closePeer(id peer.ID) {
	if err := s.host.Network().ClosePeer(id); err != nil {
		s.log.WithField("peer", id).WithError(err).Debug("Cannot close connection")
	}
}

// hearGoodbye takes a peer's goodbye. The peer closes the connection itself.
func (s *Service) hearGoodbye(_ context.Context, from peer.ID, reason []byte) ([]byte, error) {
	s.noteFarewell(from, printable(reason), "Peer says goodbye")
	return nil, nil
}

// farewell is why a session ended, said by either side.
type farewell struct {
	reason string
	at     time.Time
}

// reason returns why a session that began at a time ends: what either side has
// said, or else that nobody has.
func (s *Service) reason(id peer.ID, since time.Time) string {
	if f, ok := s.farewells.Get(id); ok && !f.at.Before(since) {
		return f.reason
	}
	return reasonLost
}

// noteFarewell notes why a session ends. What a user may have to act upon is
// logged at info; the routine of full slots and restarts, and what the same peer
// has been told before, at debug.
func (s *Service) noteFarewell(id peer.ID, reason, message string) {
	previous, _ := s.farewells.Get(id)
	s.farewells.Add(id, farewell{reason, time.Now()})
	entry := s.log.WithFields(logrus.Fields{"peer": id, "reason": reason})
	switch reason {
	case previous.reason, reasonStopping, reasonEvicted, errTooManyPeers.Error():
		entry.Debug(message)
	default:
		entry.Info(message)
	}
}

// remember stores where a peer can be dialled.
func (s *Service) remember(m *member) {
	var addrs []ma.Multiaddr
	remote := m.conn.RemoteMultiaddr()
	if !m.inbound {
		addrs = append(addrs, remote)
	}
	for _, addr := range s.host.Peerstore().Addrs(m.id) {
		if worthRemembering(addr, remote) && !slices.ContainsFunc(addrs, addr.Equal) {
			addrs = append(addrs, addr)
		}
	}
	var enr []byte
	if node, ok := s.records.Get(m.id); ok {
		enr = encodeENR(node)
	}
	if err := s.store.save(m.id, addrs, enr, time.Now()); err != nil {
		s.log.WithField("peer", m.id).WithError(err).Warn("Cannot remember peer")
	}
}

// worthRemembering leaves out addresses that we cannot dial, and loopback ones
// of peers on other machines.
func worthRemembering(addr, remote ma.Multiaddr) bool {
	ip, ok := addrIP(addr)
	if !ok || transportOf(addr) == "" || isRelayed(addr) {
		return false
	}
	at, ok := addrIP(remote)
	return !ip.IsLoopback() || (ok && at.IsLoopback())
}
