package p2p

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	ma "github.com/multiformats/go-multiaddr"
	manet "github.com/multiformats/go-multiaddr/net"
)

// lookupTimeout bounds the look-up of an announced name.
const lookupTimeout = 5 * time.Second

// announcement is a place where the user says others reach us.
type announcement struct {
	addr ma.Multiaddr // as given, or nil
	ip   netip.Addr   // or
	name string       // or
	port int          // with ip and name; 0 = those we listen on
}

// parseAnnouncement reads a multiaddr, an IP or a DNS name; the latter two with
// or without a port.
func parseAnnouncement(text string) (announcement, error) {
	if strings.HasPrefix(text, "/") {
		addr, err := ma.NewMultiaddr(text)
		if err != nil {
			return announcement{}, fmt.Errorf("announced address %q: %w", text, err)
		}
		if transportOf(addr) == "" {
			return announcement{}, fmt.Errorf("announced address %q has neither /tcp/<port> nor /udp/<port>/quic-v1", text)
		}
		return announcement{addr: addr}, nil
	}
	var a announcement
	host := text
	if h, portText, err := net.SplitHostPort(text); err == nil {
		port, err := strconv.ParseUint(portText, 10, 16)
		if err != nil || port == 0 {
			return announcement{}, fmt.Errorf("announced address %q: invalid port", text)
		}
		host, a.port = h, int(port)
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		a.ip = ip.Unmap().WithZone("")
		if a.ip.IsUnspecified() || a.ip.IsMulticast() {
			return announcement{}, fmt.Errorf("announced address %q: nobody can dial it", text)
		}
		return a, nil
	}
	if _, err := ma.NewMultiaddr("/dns/" + host); err != nil || host == "" || strings.ContainsAny(host, "/: ") {
		return announcement{}, fmt.Errorf("announced address %q is neither an IP, nor a DNS name, nor a multiaddr", text)
	}
	a.name = host
	return a, nil
}

func parseAnnouncements(list []string) (all []announcement, err error) {
	for _, text := range list {
		a, err := parseAnnouncement(text)
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, nil
}

// ports returns the announced ports, given those we listen on.
func (a announcement) ports(tcpPort, quicPort int) (int, int) {
	if a.port != 0 {
		return a.port, a.port
	}
	return tcpPort, quicPort
}

// multiaddrs returns what to tell other peers.
func (a announcement) multiaddrs(tcpPort, quicPort int) []ma.Multiaddr {
	if a.addr != nil {
		return []ma.Multiaddr{a.addr}
	}
	base := ma.StringCast("/dns/localhost")
	if a.name == "" {
		base = ipAddr(a.ip)
	} else if named, err := ma.NewMultiaddr("/dns/" + a.name); err == nil {
		base = named
	}
	tcpPort, quicPort = a.ports(tcpPort, quicPort)
	return []ma.Multiaddr{
		ma.Join(base, ma.StringCast("/tcp/"+strconv.Itoa(tcpPort))),
		ma.Join(base, ma.StringCast("/udp/"+strconv.Itoa(quicPort)+"/quic-v1")),
	}
}

// announced replaces the addresses that libp2p has found out by the announced
// ones, if there are any.
func (s *Service) announced(found []ma.Multiaddr) []ma.Multiaddr {
	if fixed := s.fixedAddrs.Load(); fixed != nil {
		return *fixed
	}
	return found
}

// fixAddrs sets the announced addresses, now that the ports are known.
func (s *Service) fixAddrs() {
	if len(s.announce) == 0 {
		return
	}
	tcpPort, quicPort := ports(s.host)
	var addrs []ma.Multiaddr
	for _, a := range s.announce {
		addrs = append(addrs, a.multiaddrs(tcpPort, quicPort)...)
	}
	s.fixedAddrs.Store(&addrs)
}

// announcedIPs returns the announced addresses for the node record, which has
// room for one of each family.
func announcedIPs(all []announcement) (ips []netip.Addr) {
	families := make(map[bool]bool)
	for _, a := range all {
		ip := a.ip
		if a.addr != nil {
			ip, _ = addrIP(a.addr)
		}
		if ip.IsValid() && !families[ip.Is4()] {
			families[ip.Is4()] = true
			ips = append(ips, ip)
		}
	}
	return ips
}

// recordNames puts the addresses of announced names into the node record, which
// cannot hold names.
func (s *Service) recordNames(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, lookupTimeout)
	defer cancel()
	tcpPort, quicPort := ports(s.host)
	for _, a := range s.announce {
		if a.name == "" {
			continue
		}
		ips, err := net.DefaultResolver.LookupNetIP(ctx, "ip", a.name)
		if err != nil || len(ips) == 0 {
			s.log.WithField("name", a.name).WithError(err).Warn("Cannot resolve the announced name")
			continue
		}
		tcpAt, quicAt := a.ports(tcpPort, quicPort)
		s.discovery.Announce(ips[0].Unmap(), tcpAt, quicAt, 0)
	}
}

// recordFound puts into the node record what libp2p has found out by port
// mappings and from peers: the first public address of each family.
func (s *Service) recordFound() {
	if len(s.announce) > 0 || !s.cfg.NAT {
		return
	}
	type place struct{ tcp, quic int }
	places := make(map[netip.Addr]*place)
	families := make(map[bool]netip.Addr)
	for _, addr := range s.host.Addrs() {
		ip, ok := addrIP(addr)
		port, hasPort := portOf(addr)
		if !ok || !hasPort || isRelayed(addr) || !manet.IsPublicAddr(addr) {
			continue
		}
		if first, taken := families[ip.Is4()]; taken && first != ip {
			continue
		}
		families[ip.Is4()] = ip
		if places[ip] == nil {
			places[ip] = new(place)
		}
		switch transportOf(addr) {
		case "tcp":
			places[ip].tcp = port
		case "quic":
			places[ip].quic = port
		}
	}
	for ip, place := range places {
		s.discovery.Announce(ip, place.tcp, place.quic, 0)
	}
}
