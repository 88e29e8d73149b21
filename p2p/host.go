package p2p

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"time"

	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/p2p/muxer/yamux"
	"github.com/libp2p/go-libp2p/p2p/net/connmgr"
	"github.com/libp2p/go-libp2p/p2p/net/swarm"
	"github.com/libp2p/go-libp2p/p2p/security/noise"
	libp2ptls "github.com/libp2p/go-libp2p/p2p/security/tls"
	quic "github.com/libp2p/go-libp2p/p2p/transport/quic"
	"github.com/libp2p/go-libp2p/p2p/transport/tcp"
	ma "github.com/multiformats/go-multiaddr"
)

// newHost builds the libp2p host and binds its ports.
func (s *Service) newHost(key crypto.PrivKey) (host.Host, error) {
	manager, err := newResourceManager(s.cfg.MaxPeers)
	if err != nil {
		return nil, err
	}
	// Slots are the roster's business: libp2p's own manager must not prune.
	conns, err := connmgr.NewConnManager(0, 1<<20)
	if err != nil {
		return nil, fmt.Errorf("connection manager: %w", err)
	}
	opts := []libp2p.Option{
		libp2p.Identity(key),
		libp2p.UserAgent(s.cfg.UserAgent),
		libp2p.NoListenAddrs, // bound one by one below, for errors that say which
		// Without sharing the listening port with dials, a second process cannot
		// bind the same port unnoticed, and two nodes that dial each other do not
		// end up in one TCP connection that both think they have opened.
		libp2p.Transport(tcp.NewTCPTransport, tcp.DisableReuseport()),
		libp2p.Transport(quic.NewTransport),
		libp2p.Security(noise.ID, noise.New),
		libp2p.Security(libp2ptls.ID, libp2ptls.New),
		libp2p.Muxer(yamux.ID, muxer()),
		libp2p.ResourceManager(manager),
		libp2p.ConnectionManager(conns),
		libp2p.ConnectionGater(s.gater),
		libp2p.BandwidthReporter(bandwidth{s.metrics.bytes}),
		libp2p.SwarmOpts(swarm.WithDialRanker(rankDials)),
		libp2p.AddrsFactory(s.announced),
		libp2p.DisableMetrics(), // its registerer is global
	}
	h, err := libp2p.New(append(opts, s.natOptions()...)...)
	if err != nil {
		return nil, fmt.Errorf("libp2p: %w", err)
	}
	if err := s.listen(h); err != nil {
		_ = h.Close()
		return nil, err
	}
	return h, nil
}

// muxer returns libp2p's multiplexer, but one that notices a dead line in 20 s
// rather than 40.
func muxer() *yamux.Transport {
	config := *yamux.DefaultTransport
	config.KeepAliveInterval = 10 * time.Second
	return &config
}

// natOptions are those for nodes behind routers.
func (s *Service) natOptions() []libp2p.Option {
	if !s.cfg.NAT {
		return []libp2p.Option{
			libp2p.DisableRelay(),
			libp2p.ForceReachabilityPublic(), // asks nobody whether we can be reached
			libp2p.DisableIdentifyAddressDiscovery(),
		}
	}
	return []libp2p.Option{
		libp2p.NATPortMap(),
		libp2p.EnableNATService(),
		libp2p.EnableAutoNATv2(),
		libp2p.EnableRelay(),
		libp2p.EnableRelayService(), // runs only while we can be reached
		libp2p.EnableAutoRelayWithPeerSource(s.relays),
		libp2p.EnableHolePunching(),
	}
}

// relays offers our peers to libp2p's search for a relay.
func (s *Service) relays(_ context.Context, n int) <-chan peer.AddrInfo {
	members := s.roster.all()
	offers := make(chan peer.AddrInfo, len(members))
	defer close(offers)
	for _, m := range members[:min(n, len(members))] {
		offers <- peer.AddrInfo{ID: m.id, Addrs: []ma.Multiaddr{m.conn.RemoteMultiaddr()}}
	}
	return offers
}

// rankDials says in which order a peer's addresses are dialled: TCP, then QUIC,
// then relays. libp2p prefers QUIC; but TCP carries bulk a fifth to a half faster
// (BenchmarkRequest), and in the private networks that this node is made for
// nothing is in its way.
func rankDials(addrs []ma.Multiaddr) []network.AddrDelay {
	const quicDelay, relayDelay = 150 * time.Millisecond, 500 * time.Millisecond
	haveTCP := false
	for _, addr := range addrs {
		haveTCP = haveTCP || (transportOf(addr) == "tcp" && !isRelayed(addr))
	}
	ranked := make([]network.AddrDelay, 0, len(addrs))
	for _, addr := range addrs {
		delay := time.Duration(0)
		switch {
		case isRelayed(addr):
			delay = relayDelay
		case transportOf(addr) == "quic" && haveTCP:
			delay = quicDelay
		}
		ranked = append(ranked, network.AddrDelay{Addr: addr, Delay: delay})
	}
	return ranked
}

// listen binds TCP and QUIC on every address. The port is the same for both
// and for all addresses, if it is set.
func (s *Service) listen(h host.Host) error {
	for _, text := range s.cfg.Addrs {
		ip, err := netip.ParseAddr(text)
		if err != nil {
			return fmt.Errorf("listen address: %w", err)
		}
		if ip.Is6() && ip.IsUnspecified() && len(s.cfg.Addrs) > 1 && !haveIPv6() {
			s.log.WithField("addr", text).Debug("No IPv6 on this machine")
			continue
		}
		for _, addr := range listenAddrs(ip, s.cfg.Port) {
			if err := h.Network().Listen(addr); err != nil {
				return fmt.Errorf("listen on %s: %w (if another process uses the port, --%s sets another one)", addr, err, FlagPort)
			}
		}
	}
	return nil
}

func listenAddrs(ip netip.Addr, port int) []ma.Multiaddr {
	base := ipAddr(ip)
	return []ma.Multiaddr{
		ma.Join(base, ma.StringCast("/tcp/"+strconv.Itoa(port))),
		ma.Join(base, ma.StringCast("/udp/"+strconv.Itoa(port)+"/quic-v1")),
	}
}

// ipAddr returns an IP as a multiaddr.
func ipAddr(ip netip.Addr) ma.Multiaddr {
	if ip = ip.Unmap().WithZone(""); ip.Is4() {
		return ma.StringCast("/ip4/" + ip.String())
	}
	return ma.StringCast("/ip6/" + ip.String())
}

// haveIPv6 tells whether the machine can listen on IPv6.
func haveIPv6() bool {
	l, err := net.Listen("tcp6", "[::]:0")
	if err != nil {
		return false
	}
	_ = l.Close()
	return true
}

// ports returns those that TCP and QUIC listen on.
func ports(h host.Host) (tcpPort, quicPort int) {
	for _, addr := range h.Network().ListenAddresses() {
		if port, ok := portOf(addr); ok {
			switch transportOf(addr) {
			case "tcp":
				tcpPort = port
			case "quic":
				quicPort = port
			}
		}
	}
	return tcpPort, quicPort
}

// portOf returns the port of an address of TCP or QUIC.
func portOf(addr ma.Multiaddr) (int, bool) {
	for _, c := range addr {
		if code := c.Protocol().Code; code == ma.P_TCP || code == ma.P_UDP {
			port, err := strconv.Atoi(c.Value())
			return port, err == nil
		}
	}
	return 0, false
}

// transportOf names the transport of an address: "tcp", "quic", or "" for one
// that is not ours.
func transportOf(addr ma.Multiaddr) string {
	for _, c := range addr {
		switch c.Protocol().Code {
		case ma.P_TCP:
			return "tcp"
		case ma.P_QUIC_V1:
			return "quic"
		}
	}
	return ""
}

// isRelayed reports whether an address leads through another peer.
func isRelayed(addr ma.Multiaddr) bool {
	_, err := addr.ValueForProtocol(ma.P_CIRCUIT)
	return err == nil
}
