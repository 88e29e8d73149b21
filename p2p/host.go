package p2p

import (
	"fmt"
	"net"
	"net/netip"

	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/p2p/muxer/yamux"
	"github.com/libp2p/go-libp2p/p2p/security/noise"
	libp2ptls "github.com/libp2p/go-libp2p/p2p/security/tls"
	quic "github.com/libp2p/go-libp2p/p2p/transport/quic"
	"github.com/libp2p/go-libp2p/p2p/transport/tcp"
	ma "github.com/multiformats/go-multiaddr"
)

// newHost builds the libp2p host and binds its ports.
func (s *Service) newHost(key crypto.PrivKey) (host.Host, error) {
	opts := []libp2p.Option{
		libp2p.Identity(key),
		libp2p.UserAgent(s.cfg.UserAgent),
		libp2p.NoListenAddrs, // bound one by one below, for errors that say which
		libp2p.Transport(tcp.NewTCPTransport),
		libp2p.Transport(quic.NewTransport),
		libp2p.Security(noise.ID, noise.New),
		libp2p.Security(libp2ptls.ID, libp2ptls.New),
		libp2p.Muxer(yamux.ID, yamux.DefaultTransport),
		libp2p.DisableMetrics(),
	}
	h, err := libp2p.New(opts...)
	if err != nil {
		return nil, fmt.Errorf("libp2p: %w", err)
	}
	if err := s.listen(h); err != nil {
		h.Close()
		return nil, err
	}
	return h, nil
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
				return fmt.Errorf("listen on %s: %w (another process may use the port: --port sets another)", addr, err)
			}
		}
	}
	return nil
}

func listenAddrs(ip netip.Addr, port int) []ma.Multiaddr {
	version := "ip4"
	if ip.Is6() {
		version = "ip6"
	}
	return []ma.Multiaddr{
		ma.StringCast(fmt.Sprintf("/%s/%s/tcp/%d", version, ip, port)),
		ma.StringCast(fmt.Sprintf("/%s/%s/udp/%d/quic-v1", version, ip, port)),
	}
}

// haveIPv6 tells whether the machine can listen on IPv6.
func haveIPv6() bool {
	l, err := net.Listen("tcp6", "[::]:0")
	if err != nil {
		return false
	}
	l.Close()
	return true
}
