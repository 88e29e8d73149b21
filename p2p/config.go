package p2p

import (
	"errors"
	"fmt"
	"net/netip"

	"github.com/ethereum/go-ethereum/ethdb"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/sirupsen/logrus"
)

// Network tells which chain this node is on: it is what our record in discovery
// says, and how to tell whether another node is worth dialling.
type Network struct {
	Genesis [32]byte
	ForkID  func() []byte // RLP of the fork id of the current head

	// Compatible returns nil if a node with this genesis and fork id may be on
	// the same chain.
	Compatible func(genesis [32]byte, forkID []byte) error
}

// Names of the settings that errors speak of, without the dashes of a flag.
const (
	FlagPort          = "p2p.port"
	FlagDiscoveryPort = "discovery.port"
)

// Config is what the network needs and how much of it may be used.
//
// Peers are named by a target wherever a string is asked for: an "enr:..."
// record, a multiaddr that ends in /p2p/<peer id> (with an IP or a DNS name), or
// just a DNS name or IP with an optional port. Names are resolved at every dial.
type Config struct {
	DB      ethdb.KeyValueStore // peers and bans are kept here, under one prefix
	KeyFile string              // identity key, made if it does not exist; "" = a new key in memory

	Addrs         []string // IPs to listen on
	Port          int      // TCP and QUIC (UDP); 0 = any free ones
	Discovery     bool     // look for nodes with discv5
	DiscoveryPort int      // UDP port of discv5; 0 = any free one
	MDNS          bool     // look for nodes on the local network
	NAT           bool     // map ports, learn whether we can be reached, punch holes

	Bootnodes []string // targets to begin with
	Static    []string // targets to stay connected to
	Trusted   []string // targets that are let in beyond MaxPeers
	Announce  []string // IPs, DNS names or multiaddrs under which others reach us; nil = found out

	MaxPeers     int      // connected peers, but for trusted ones
	InboundShare float64  // of MaxPeers, that peers who dialled us may take
	Allow        []string // peer ids or CIDRs: if any, nobody else is a peer
	Deny         []string // peer ids or CIDRs that are never peers

	Network   Network
	UserAgent string

	Log        logrus.FieldLogger
	Registerer prometheus.Registerer // may be nil
}

// DefaultConfig returns the settings of an ordinary node.
func DefaultConfig() Config {
	return Config{
		Addrs:         []string{"0.0.0.0", "::"},
		Port:          30303,
		Discovery:     true,
		DiscoveryPort: 30304,
		NAT:           true,
		MaxPeers:      50,
		InboundShare:  0.7, // most nodes are behind routers and can only dial
		UserAgent:     "monolith",
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
	require(cfg.DB != nil, "no database")
	require(cfg.Log != nil, "no logger")
	require(cfg.Network.ForkID != nil && cfg.Network.Compatible != nil, "no network")
	require(cfg.MaxPeers >= 0, "negative number of peers")
	require(cfg.InboundShare >= 0 && cfg.InboundShare <= 1, "inbound share %v is not between 0 and 1", cfg.InboundShare)
	for name, port := range map[string]int{"port": cfg.Port, "discovery port": cfg.DiscoveryPort} {
		require(port >= 0 && port < 1<<16, "%s %d is not between 0 and 65535", name, port)
	}
	require(!cfg.Discovery || cfg.Port == 0 || cfg.Port != cfg.DiscoveryPort,
		"port and discovery port are both %d, but QUIC and discovery both use UDP", cfg.Port)
	require(len(cfg.Addrs) > 0, "no address to listen on")
	for _, addr := range cfg.Addrs {
		_, err := netip.ParseAddr(addr)
		require(err == nil, "listen address %q is not an IP", addr)
	}
	if _, err := parseAnnouncements(cfg.Announce); err != nil {
		faults = append(faults, err)
	}
	for why, list := range map[purpose][]string{forStartup: cfg.Bootnodes, forStatic: cfg.Static, forTrust: cfg.Trusted} {
		for _, text := range list {
			if _, err := parseErrand(text, why); err != nil {
				faults = append(faults, err)
			}
		}
	}
	for _, list := range [][]string{cfg.Allow, cfg.Deny} {
		if _, err := parseSubjects(list); err != nil {
			faults = append(faults, err)
		}
	}
	if err := errors.Join(faults...); err != nil {
		return fmt.Errorf("p2p configuration: %w", err)
	}
	return nil
}
