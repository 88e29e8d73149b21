package p2p

import (
	"errors"
	"fmt"
	"net/netip"

	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"
	manet "github.com/multiformats/go-multiaddr/net"
)

// subject is what an allow-list or a ban speaks of: a peer or a network.
type subject struct {
	id  peer.ID      // "" = net
	net netip.Prefix // of one address too
}

// parseSubject reads a peer id, an IP or a CIDR.
func parseSubject(text string) (subject, error) {
	if addr, err := netip.ParseAddr(text); err == nil {
		addr = addr.Unmap().WithZone("")
		return subject{net: netip.PrefixFrom(addr, addr.BitLen())}, nil
	}
	if prefix, err := netip.ParsePrefix(text); err == nil {
		return subject{net: prefix.Masked()}, nil
	}
	if id, err := peer.Decode(text); err == nil {
		return subject{id: id}, nil
	}
	return subject{}, fmt.Errorf("%q is neither a peer id nor an IP or CIDR", text)
}

// String returns the subject as parseSubject reads it.
func (s subject) String() string {
	if s.id != "" {
		return s.id.String()
	}
	return s.net.String()
}

// subjects is an allow-list or a deny-list.
type subjects struct {
	peers map[peer.ID]struct{}
	nets  []netip.Prefix
}

// parseSubjects reads a list, and reports every fault in it.
func parseSubjects(list []string) (subjects, error) {
	all := subjects{peers: make(map[peer.ID]struct{})}
	var faults []error
	for _, text := range list {
		s, err := parseSubject(text)
		switch {
		case err != nil:
			faults = append(faults, err)
		case s.id != "":
			all.peers[s.id] = struct{}{}
		default:
			all.nets = append(all.nets, s.net)
		}
	}
	return all, errors.Join(faults...)
}

func (s subjects) empty() bool { return len(s.peers) == 0 && len(s.nets) == 0 }

func (s subjects) hasPeer(id peer.ID) bool {
	_, ok := s.peers[id]
	return ok
}

func (s subjects) hasAddr(addr netip.Addr) bool {
	for _, prefix := range s.nets {
		if prefix.Contains(addr) {
			return true
		}
	}
	return false
}

// addrIP returns the IP in an address, if there is one. That of a relayed
// address is the relay's.
func addrIP(addr ma.Multiaddr) (netip.Addr, bool) {
	ip, err := manet.ToIP(addr)
	if err != nil {
		return netip.Addr{}, false
	}
	parsed, ok := netip.AddrFromSlice(ip)
	return parsed.Unmap(), ok
}
