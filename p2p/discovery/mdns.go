package discovery

import (
	"encoding/hex"

	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/p2p/discovery/mdns"
)

// mdnsAddrs bounds the addresses taken from one mDNS answer.
const mdnsAddrs = 16

// serviceName is what nodes of one chain ask the local network for. A label of
// a DNS name has 63 bytes, too few for a whole hash.
func (n Network) serviceName() string {
	return "_monolith-" + hex.EncodeToString(n.Genesis[:8]) + "._udp"
}

// mdnsFinder is a running mDNS service.
type mdnsFinder struct {
	service mdns.Service
	parent  *Service
}

// startMDNS announces h on the local network and listens for others. Where that
// cannot be done the node goes on without.
func (s *Service) startMDNS(h host.Host) {
	finder := &mdnsFinder{parent: s}
	finder.service = mdns.NewMdnsService(h, s.cfg.Network.serviceName(), finder)
	if err := finder.service.Start(); err != nil {
		s.cfg.Log.WithField("err", err).Warn("No multicast DNS on this machine")
		return
	}
	s.mdns = finder
}

func (f *mdnsFinder) stop() error { return f.service.Close() }

// HandlePeerFound implements mdns.Notifee. It is called for every answer in a
// goroutine of its own, also after Stop.
func (f *mdnsFinder) HandlePeerFound(info peer.AddrInfo) {
	s := f.parent
	if s.ctx.Err() != nil || len(info.Addrs) == 0 {
		return
	}
	info.Addrs = info.Addrs[:min(len(info.Addrs), mdnsAddrs)]
	s.metrics.records.Inc()
	if err := s.wanted(info); err != nil {
		s.metrics.refused.WithLabelValues(reason(err)).Inc()
		return
	}
	if !s.deliver(Candidate{Info: info, Source: SourceMDNS}) {
		s.metrics.dropped.Inc()
	}
}
