package discovery

import (
	"crypto/ecdsa"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/p2p/enode"
	"github.com/ethereum/go-ethereum/p2p/enr"
	p2pcrypto "github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"
)

// Libp2pKey returns the node's key as libp2p takes it.
func Libp2pKey(key *ecdsa.PrivateKey) (p2pcrypto.PrivKey, error) {
	return p2pcrypto.UnmarshalSecp256k1PrivateKey(crypto.FromECDSA(key))
}

// PeerID returns the name under which libp2p knows the owner of a key.
func PeerID(key *ecdsa.PublicKey) (peer.ID, error) {
	public, err := p2pcrypto.UnmarshalSecp256k1PublicKey(crypto.CompressPubkey(key))
	if err != nil {
		return "", fmt.Errorf("peer id of a key: %w", err)
	}
	return peer.IDFromPublicKey(public)
}

// NodeID returns the name under which discv5 knows a peer. Peers whose key is
// not of the kind that records are signed with have none.
func NodeID(id peer.ID) (enode.ID, error) {
	public, err := id.ExtractPublicKey()
	if err != nil {
		return enode.ID{}, fmt.Errorf("key of peer %s: %w", id, err)
	}
	raw, err := public.Raw()
	if err != nil {
		return enode.ID{}, fmt.Errorf("key of peer %s: %w", id, err)
	}
	key, err := crypto.DecompressPubkey(raw)
	if err != nil || public.Type() != p2pcrypto.Secp256k1 {
		return enode.ID{}, fmt.Errorf("key of peer %s is of type %s, not secp256k1", id, public.Type())
	}
	return enode.PubkeyToIDV4(key), nil
}

// ParseENR decodes and verifies the text form of a record, "enr:...".
func ParseENR(text string) (*enode.Node, error) {
	if !strings.HasPrefix(text, "enr:") {
		return nil, errors.New("a node record begins with \"enr:\"")
	}
	node, err := enode.Parse(enode.ValidSchemes, text)
	if err != nil {
		return nil, fmt.Errorf("invalid node record: %w", err)
	}
	return node, nil
}

// NodeToAddrInfo returns the peer id and the addresses of a record: TCP and
// QUIC, over IPv4 and IPv6. A record with none of them is an error.
func NodeToAddrInfo(node *enode.Node) (peer.AddrInfo, error) {
	key := node.Pubkey()
	if key == nil {
		return peer.AddrInfo{}, errNoKey
	}
	id, err := PeerID(key)
	if err != nil {
		return peer.AddrInfo{}, err
	}
	info := peer.AddrInfo{ID: id}
	var (
		ip4                    enr.IPv4Addr
		ip6                    enr.IPv6Addr
		tcp, tcp6, quic, quic6 uint16
		entries                = node.Record()
		has4                   = entries.Load(&ip4) == nil && dialable(netip.Addr(ip4))
		has6                   = entries.Load(&ip6) == nil && dialable(netip.Addr(ip6))
		port                   = func(entry enr.Entry) { _ = entries.Load(entry) } // a missing one stays 0
		add                    = func(ip netip.Addr, tcp, quic uint16) { info.Addrs = append(info.Addrs, multiaddrs(ip, tcp, quic)...) }
	)
	port((*enr.TCP)(&tcp))
	port((*enr.QUIC)(&quic))
	port((*enr.TCP6)(&tcp6))
	port((*enr.QUIC6)(&quic6))
	if has4 {
		add(netip.Addr(ip4), tcp, quic)
	}
	if has6 {
		// Without ports of its own, IPv6 has those of IPv4.
		if tcp6 == 0 {
			tcp6 = tcp
		}
		if quic6 == 0 {
			quic6 = quic
		}
		add(netip.Addr(ip6), tcp6, quic6)
	}
	if len(info.Addrs) == 0 {
		return peer.AddrInfo{}, errNoAddr
	}
	return info, nil
}

// multiaddrs returns the addresses to dial at ip; a port of 0 is none.
func multiaddrs(ip netip.Addr, tcp, quic uint16) []ma.Multiaddr {
	prefix := "/ip6/"
	if ip = ip.Unmap(); ip.Is4() {
		prefix = "/ip4/"
	}
	prefix += ip.String()
	var addrs []ma.Multiaddr
	add := func(suffix string) {
		if addr, err := ma.NewMultiaddr(prefix + suffix); err == nil {
			addrs = append(addrs, addr)
		}
	}
	if quic != 0 {
		add("/udp/" + strconv.Itoa(int(quic)) + "/quic-v1")
	}
	if tcp != 0 {
		add("/tcp/" + strconv.Itoa(int(tcp)))
	}
	return addrs
}

// dialable reports whether ip can be the address of one node.
func dialable(ip netip.Addr) bool {
	ip = ip.Unmap()
	return ip.IsValid() && !ip.IsUnspecified() && !ip.IsMulticast()
}
