package discovery

import (
	"net"
	"net/netip"

	"github.com/ethereum/go-ethereum/p2p/netutil"
)

// ownAddrs returns the addresses that the record starts with, at most one of
// each family, of those listened on; the package doc says how they are chosen.
func ownAddrs(listen, interfaces []netip.Addr) []netip.Addr {
	var ip4, ip6, loop4, loop6 netip.Addr
	consider := func(ip netip.Addr) {
		best, loop := &ip6, &loop6
		if ip.Is4() {
			best, loop = &ip4, &loop4
		}
		if ip.IsLoopback() {
			best = loop
		}
		if !best.IsValid() && dialable(ip) && !ip.IsLinkLocalUnicast() && !netutil.AddrIsSpecialNetwork(ip) {
			*best = ip
		}
	}
	for _, ip := range listen {
		ip = ip.Unmap().WithZone("")
		if !ip.IsUnspecified() {
			consider(ip)
			continue
		}
		for _, own := range interfaces {
			if own = own.Unmap().WithZone(""); own.Is4() == ip.Is4() {
				consider(own)
			}
		}
	}
	// Loopback only when there is nothing else: others would dial themselves.
	if !ip4.IsValid() && !ip6.IsValid() {
		ip4, ip6 = loop4, loop6
	}
	var addrs []netip.Addr
	for _, ip := range []netip.Addr{ip4, ip6} {
		if ip.IsValid() {
			addrs = append(addrs, ip)
		}
	}
	return addrs
}

// interfaceAddrs returns the addresses of this machine in the order in which it
// lists them.
func interfaceAddrs() []netip.Addr {
	nets, err := net.InterfaceAddrs()
	if err != nil {
		return nil // as good as a machine with no network
	}
	var addrs []netip.Addr
	for _, n := range nets {
		if prefix, ok := n.(*net.IPNet); ok {
			if ip, ok := netip.AddrFromSlice(prefix.IP); ok {
				addrs = append(addrs, ip.Unmap())
			}
		}
	}
	return addrs
}
