package discovery

import (
	"crypto/ecdsa"
	"errors"
	"fmt"
	"net/netip"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/p2p/enode"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/sirupsen/logrus"
)

// DefaultPort is the port of a target that names none.
const DefaultPort = 30303

// Network tells this chain's nodes from others.
type Network struct {
	Genesis common.Hash
	// ForkID returns the RLP of the fork id now, at most 64 bytes. It is asked
	// again and again: the record follows it.
	ForkID func() []byte
	// Compatible says why a node with this genesis and fork id (RLP, from a
	// stranger) is no node to talk to. It is asked only about equal genesis
	// hashes.
	Compatible func(genesis common.Hash, forkID []byte) error
}

// Config is what discovery needs and how it shall search.
type Config struct {
	Key     *ecdsa.PrivateKey // the node's identity
	Network Network

	DiscV5 bool         // take part in discv5; without it the record has no "udp"
	Addrs  []netip.Addr // interfaces of the UDP sockets, the unspecified ones for all
	Port   int          // UDP port on each of Addrs; 0 = any free one

	TCP, QUIC int          // the ports others can dial, for the record; 0 = none
	UDP       int          // the port others reach discv5 at; 0 = the one listened on
	Announce  []netip.Addr // the addresses others reach this node at, at most one of each family

	Bootnodes []*enode.Node
	// Accept says why a node that was found is not wanted now: connected
	// already, banned, and so on. It must not block. Nil takes all.
	Accept func(peer.AddrInfo) error

	MDNS bool // find nodes on the local network through multicast DNS

	Log        logrus.FieldLogger
	Registerer prometheus.Registerer // may be nil
}

// DefaultConfig takes part in discv5 on all interfaces.
func DefaultConfig() Config {
	return Config{
		DiscV5: true,
		Addrs:  []netip.Addr{netip.IPv4Unspecified(), netip.IPv6Unspecified()},
		Port:   DefaultPort,
	}
}

// Validate reports every missing or impossible setting at once.
func (cfg Config) Validate() error {
	var faults []error
	require := func(ok bool, format string, args ...any) {
		if !ok {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	require(cfg.Key != nil, "no key")
	require(cfg.Network.ForkID != nil && cfg.Network.Compatible != nil, "no network functions")
	require(cfg.Log != nil, "no logger")
	require(!cfg.DiscV5 || len(cfg.Addrs) > 0, "no address to listen on")
	for name, port := range map[string]int{"UDP": cfg.Port, "TCP": cfg.TCP, "QUIC": cfg.QUIC, "announced UDP": cfg.UDP} {
		require(port >= 0 && port <= 65535, "%s port must be from 0 to 65535, have %d", name, port)
	}
	families := make(map[bool]int)
	for _, ip := range cfg.Announce {
		require(dialable(ip), "%s cannot be announced", ip)
		families[ip.Unmap().Is4()]++
	}
	require(families[true] <= 1 && families[false] <= 1, "more than one announced address of a family: %v", cfg.Announce)
	if err := errors.Join(faults...); err != nil {
		return fmt.Errorf("discovery configuration: %w", err)
	}
	return nil
}
