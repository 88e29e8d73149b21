package sync

import (
	"context"
	"errors"
	"math/big"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	nodep2p "github.com/monolith-chain/monolith/p2p"
	"github.com/sirupsen/logrus"
)

const (
	// statusEvery is how often two peers exchange their heads at least: gossip
	// loses messages.
	statusEvery = 10 * time.Second

	// statusPatience is how long a peer may stay without a handshake.
	statusPatience = 10 * time.Second

	// statusTick is how often the peers are looked through.
	statusTick = time.Second

	peerEventBuffer = 64 // peers that come at once when a partition heals
)

// serveStatus takes a peer's status and answers with ours, or with the reason why
// the peer is not on our network.
func (s *Service) serveStatus(_ context.Context, from peer.ID, request []byte) ([]byte, error) {
	theirs, err := decodeStatus(request)
	if err != nil {
		return nil, nodep2p.Blame(nodep2p.Malformed, err)
	}
	if err := s.mismatch(theirs); err != nil {
		s.metrics.handshakes.WithLabelValues("mismatch").Inc()
		s.logParting(from, err, "Peer is not on our network")
		return nil, nodep2p.Refuse("not the same network: %v", err)
	}
	s.note(from, theirs, 0)
	return encode(s.status()), nil
}

// greet exchanges status messages with a peer. A peer of another network is sent
// away.
func (s *Service) greet(ctx context.Context, id peer.ID) error {
	sent := s.cfg.Now()
	response, err := s.cfg.Network.Request(ctx, id, s.protocols.status, encode(s.status()))
	if refusal, ok := errors.AsType[*nodep2p.RemoteError](err); ok && !refusal.Busy() {
		s.metrics.handshakes.WithLabelValues("refused").Inc()
		s.logParting(id, err, "Peer does not take us for one of its network")
		s.cfg.Network.Disconnect(id, "you refused the handshake")
		return err
	}
	if err != nil {
		s.metrics.handshakes.WithLabelValues("failed").Inc()
		return err
	}
	theirs, err := decodeStatus(response)
	if err != nil {
		s.cfg.Network.Report(id, nodep2p.Malformed, err)
		return err
	}
	if err := s.mismatch(theirs); err != nil {
		s.metrics.handshakes.WithLabelValues("mismatch").Inc()
		s.logParting(id, err, "Peer is not on our network")
		s.cfg.Network.Disconnect(id, err.Error())
		return err
	}
	s.note(id, theirs, s.cfg.Now().Sub(sent))
	return nil
}

// logParting logs why a peer is sent away or goes: once at info, since it may be a
// bootnode of another network, which is dialled again and again.
func (s *Service) logParting(id peer.ID, err error, message string) {
	level := logrus.InfoLevel
	if before, ok := s.parted.Get(id); ok && before == err.Error() {
		level = logrus.DebugLevel
	}
	s.parted.Add(id, err.Error())
	s.log.WithField("peer", id).WithError(err).Log(level, message)
}

// note takes down what a peer said; took is how long the exchange lasted.
func (s *Service) note(id peer.ID, theirs *status, took time.Duration) {
	now, first := s.cfg.Now(), false
	s.peers.update(id, now, func(p *peerInfo) {
		first = !p.greeted()
		p.head = PeerStatus{Number: theirs.Number, Hash: theirs.Head, Work: theirs.Work, Since: now}
		p.offset = time.UnixMilli(int64(theirs.Time)).Sub(now.Add(-took / 2))
	})
	if first {
		s.metrics.handshakes.WithLabelValues("ok").Inc()
		s.log.WithFields(logrus.Fields{"peer": id, "number": theirs.Number, "hash": theirs.Head, "work": theirs.Work}).
			Debug("Handshake made")
	}
	s.clock.check(s.log, s.peers.greeted())
	s.follower.poke()
}

// headWork is the cumulative work of our head.
func (s *Service) headWork() *big.Int {
	head := s.cfg.Chain.CurrentBlock()
	if work := s.cfg.Chain.TotalWork(head.Hash(), head.Number.Uint64()); work != nil {
		return work
	}
	return new(big.Int) // the chain is being closed
}

// watchPeers greets peers that come, and all of them every now and then.
func (s *Service) watchPeers() func() {
	events := make(chan nodep2p.PeerEvent, peerEventBuffer)
	sub := s.cfg.Network.SubscribePeers(events)
	return func() {
		defer sub.Unsubscribe()
		for _, p := range s.cfg.Network.Peers() { // who came before
			s.peers.update(p.ID, s.cfg.Now(), func(*peerInfo) {})
		}
		ticker := time.NewTicker(statusTick)
		defer ticker.Stop()
		for {
			select {
			case <-s.ctx.Done():
				return
			case <-sub.Err():
				return
			case event := <-events:
				s.peerChanged(event)
			case <-ticker.C:
				s.visitPeers(s.cfg.Now())
			}
		}
	}
}

func (s *Service) peerChanged(event nodep2p.PeerEvent) {
	if !event.Connected {
		if !s.cfg.Network.Connected(event.ID) {
			s.peers.remove(event.ID)
			s.follower.poke()
		}
		return
	}
	s.peers.update(event.ID, s.cfg.Now(), func(*peerInfo) {})
	if event.First {
		s.ask(event.ID)
	}
}

// visitPeers asks peers that were not heard of for a while, sends away those that
// do not answer, and forgets those that left.
func (s *Service) visitPeers(now time.Time) {
	for _, p := range s.peers.all() {
		switch {
		case !s.cfg.Network.Connected(p.id):
			s.peers.remove(p.id)
		case !p.greeted() && now.Sub(p.since) > statusPatience:
			s.metrics.handshakes.WithLabelValues("timeout").Inc()
			s.log.WithField("peer", p.id).Debug("Peer makes no handshake")
			s.cfg.Network.Disconnect(p.id, "no handshake")
			s.peers.remove(p.id)
		case !p.greeted() && now.Sub(p.since) > statusTick, p.greeted() && now.Sub(p.head.Since) >= statusEvery:
			s.ask(p.id)
		}
	}
}

// ask greets a peer in the background, unless that is being done.
func (s *Service) ask(id peer.ID) {
	busy := false
	s.peers.update(id, s.cfg.Now(), func(p *peerInfo) { busy, p.asking = p.asking, true })
	if busy {
		return
	}
	s.spawn(func() {
		defer s.peers.update(id, s.cfg.Now(), func(p *peerInfo) { p.asking = false })
		if err := s.greet(s.ctx, id); err != nil {
			s.log.WithField("peer", id).WithError(err).Debug("Status exchange failed")
		}
	})
}

// tellHead tells all peers that do not know it of our head, which they were not
// told of by gossip.
func (s *Service) tellHead() {
	work := s.headWork()
	for _, p := range s.peers.greeted() {
		if p.head.Work.Cmp(work) < 0 {
			s.ask(p.id)
		}
	}
}
