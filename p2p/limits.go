package p2p

import (
	"fmt"
	"net/netip"

	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/network"
	rcmgr "github.com/libp2p/go-libp2p/p2p/host/resource-manager"
	"github.com/libp2p/go-libp2p/x/rate"
)

// privateNetworks are those in which many nodes may share an address or a
// subnet: loopback, RFC 1918, link-local, carrier NAT, ULA. libp2p's limits for
// strangers (8 connections per address, a new one every 5 s) would keep the
// containers of one machine apart.
func privateNetworks() (ip4, ip6 []netip.Prefix) {
	for _, text := range []string{"127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10"} {
		ip4 = append(ip4, netip.MustParsePrefix(text))
	}
	for _, text := range []string{"::1/128", "fc00::/7", "fe80::/10"} {
		ip6 = append(ip6, netip.MustParsePrefix(text))
	}
	return ip4, ip6
}

// newResourceManager bounds what all peers together, and each, can take up.
func newResourceManager(maxPeers int) (network.ResourceManager, error) {
	conns := maxConns(maxPeers)
	scaling := rcmgr.DefaultLimits
	libp2p.SetDefaultServiceLimits(&scaling)
	limit := func(n int) rcmgr.LimitVal { return rcmgr.LimitVal(n) }
	limits := rcmgr.PartialLimitConfig{
		System: rcmgr.ResourceLimits{
			Conns: limit(2 * conns), ConnsInbound: limit(conns), ConnsOutbound: limit(conns), FD: limit(2 * conns),
			Streams: limit(64 * conns), StreamsInbound: limit(32 * conns), StreamsOutbound: limit(32 * conns),
		},
		Transient: rcmgr.ResourceLimits{ // handshakes in progress
			Conns: limit(conns), ConnsInbound: limit(conns), ConnsOutbound: limit(conns), FD: limit(conns),
			Streams: limit(8 * conns), StreamsInbound: limit(4 * conns), StreamsOutbound: limit(4 * conns),
		},
		PeerDefault: rcmgr.ResourceLimits{Conns: 8, ConnsInbound: 4, ConnsOutbound: 8},
	}
	ip4, ip6 := privateNetworks()
	var rates []rate.PrefixLimit
	prefixes := func(nets []netip.Prefix) (limits []rcmgr.NetworkPrefixLimit) {
		for _, net := range nets {
			limits = append(limits, rcmgr.NetworkPrefixLimit{Network: net, ConnCount: 2 * conns})
			rates = append(rates, rate.PrefixLimit{Prefix: net}) // no limit
		}
		return limits
	}
	counts4, counts6 := prefixes(ip4), prefixes(ip6)
	manager, err := rcmgr.NewResourceManager(
		rcmgr.NewFixedLimiter(limits.Build(scaling.AutoScale())),
		rcmgr.WithMetricsDisabled(),
		rcmgr.WithNetworkPrefixLimit(counts4, counts6),
		rcmgr.WithConnRateLimiters(&rate.Limiter{
			NetworkPrefixLimits: rates,
			SubnetRateLimiter: rate.SubnetLimiter{
				IPv4SubnetLimits: []rate.SubnetLimit{{PrefixLength: 32, Limit: rate.Limit{RPS: 0.5, Burst: 16}}},
				IPv6SubnetLimits: []rate.SubnetLimit{{PrefixLength: 56, Limit: rate.Limit{RPS: 0.5, Burst: 16}}},
			},
		}),
	)
	if err != nil {
		return nil, fmt.Errorf("resource limits: %w", err)
	}
	return manager, nil
}

// maxConns is the most inbound connections: a peer may have two after both have
// dialled, and some are on their way in or out.
func maxConns(maxPeers int) int { return 2*maxPeers + 64 }
