package p2p

import (
	"errors"
	"sync/atomic"

	"github.com/libp2p/go-libp2p/core/connmgr"
	"github.com/libp2p/go-libp2p/core/control"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"
)

var _ connmgr.ConnectionGater = (*gater)(nil)

// gater refuses connections: all before Start, those of banned or denied peers
// and networks, those that no allow-list names, and those above the limit.
//
// The limit is well above MaxPeers, so that a peer for which there is no slot
// can be told so; see [Service.admit].
type gater struct {
	open        atomic.Bool
	allow, deny subjects
	bans        *banList
	roster      *roster
	conns       atomic.Int64 // established; kept by the notifications of the host
	maxConns    int64
}

func newGater(s *Service) (*gater, error) {
	g := &gater{bans: s.bans, roster: s.roster, maxConns: int64(maxConns(s.cfg.MaxPeers))}
	var errAllow, errDeny error
	g.allow, errAllow = parseSubjects(s.cfg.Allow)
	g.deny, errDeny = parseSubjects(s.cfg.Deny)
	return g, errors.Join(errAllow, errDeny)
}

// permits reports whether a peer at an address may be connected.
func (g *gater) permits(id peer.ID, addr ma.Multiaddr) bool {
	if g.deny.hasPeer(id) || g.bans.hasPeer(id) {
		return false
	}
	ip, ok := addrIP(addr)
	if ok && (g.deny.hasAddr(ip) || g.bans.hasAddr(ip)) {
		return false
	}
	return g.allow.empty() || g.allow.hasPeer(id) || (ok && g.allow.hasAddr(ip))
}

// InterceptPeerDial implements connmgr.ConnectionGater.
func (g *gater) InterceptPeerDial(id peer.ID) bool {
	return g.open.Load() && !g.deny.hasPeer(id) && !g.bans.hasPeer(id)
}

// InterceptAddrDial implements connmgr.ConnectionGater.
func (g *gater) InterceptAddrDial(id peer.ID, addr ma.Multiaddr) bool {
	return g.permits(id, addr)
}

// InterceptAccept implements connmgr.ConnectionGater: what can be said before
// the peer has said who it is.
func (g *gater) InterceptAccept(addrs network.ConnMultiaddrs) bool {
	if !g.open.Load() {
		return false
	}
	ip, ok := addrIP(addrs.RemoteMultiaddr())
	if !ok {
		return true
	}
	if g.deny.hasAddr(ip) || g.bans.hasAddr(ip) {
		return false
	}
	// With peer ids on the list, it may be one of those.
	return g.allow.empty() || len(g.allow.peers) > 0 || g.allow.hasAddr(ip)
}

// InterceptSecured implements connmgr.ConnectionGater.
func (g *gater) InterceptSecured(dir network.Direction, id peer.ID, addrs network.ConnMultiaddrs) bool {
	if !g.permits(id, addrs.RemoteMultiaddr()) {
		return false
	}
	return dir == network.DirOutbound || g.conns.Load() < g.maxConns || g.roster.isExempt(id)
}

// InterceptUpgraded implements connmgr.ConnectionGater.
func (g *gater) InterceptUpgraded(network.Conn) (bool, control.DisconnectReason) {
	return true, 0
}
