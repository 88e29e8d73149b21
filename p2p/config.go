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

// Validate reports every impossible setting at once, each by the name of its flag.
func (cfg Config) Validate() error {
	var faults []error
	fault := func(flag string, err error) {
		if err != nil {
			faults = append(faults, fmt.Errorf("--%s: %w", flag, err))
		}
	}
	require := func(ok bool, flag, format string, args ...any) {
		if !ok {
			fault(flag, fmt.Errorf(format, args...))
		}
	}
	port := func(n int) bool { return n >= 0 && n < 1<<16 }
	require(cfg.MaxPeers >= 0, "maxpeers", "%d is negative", cfg.MaxPeers)
	require(cfg.InboundShare >= 0 && cfg.InboundShare <= 1, "p2p.inbound", "%v is not between 0 and 1", cfg.InboundShare)
	require(port(cfg.Port), FlagPort, "%d is not between 0 and 65535", cfg.Port)
	require(port(cfg.DiscoveryPort), FlagDiscoveryPort, "%d is not between 0 and 65535", cfg.DiscoveryPort)
	require(!cfg.Discovery || cfg.Port == 0 || cfg.Port != cfg.DiscoveryPort, FlagDiscoveryPort,
		"%d is --%s too, but QUIC and discovery both use UDP", cfg.DiscoveryPort, FlagPort)
	require(len(cfg.Addrs) > 0, "p2p.addr", "no address to listen on")
	for _, addr := range cfg.Addrs {
		_, err := netip.ParseAddr(addr)
		require(err == nil, "p2p.addr", "%q is not an IP", addr)
	}
	_, err := parseAnnouncements(cfg.Announce)
	fault("p2p.announce", err)
	for _, named := range []struct {
		flag    string
		why     purpose
		targets []string
	}{{"bootnodes", forStartup, cfg.Bootnodes}, {"p2p.static", forStatic, cfg.Static}, {"p2p.trusted", forTrust, cfg.Trusted}} {
		for _, text := range named.targets {
			_, err := parseErrand(text, named.why)
			fault(named.flag, err)
		}
	}
	_, err = parseSubjects(cfg.Allow)
	fault("p2p.allow", err)
	_, err = parseSubjects(cfg.Deny)
	fault("p2p.deny", err)
	return errors.Join(faults...)
}

// check is Validate, and that everything is there which the service depends on.
func (cfg Config) check() error {
	var faults []error
	require := func(ok bool, what string) {
		if !ok {
			faults = append(faults, errors.New(what))
		}
	}
	require(cfg.DB != nil, "no database")
	require(cfg.Log != nil, "no logger")
	require(cfg.Network.ForkID != nil && cfg.Network.Compatible != nil, "no network")
	if err := errors.Join(append(faults, cfg.Validate())...); err != nil {
		return fmt.Errorf("p2p configuration: %w", err)
	}
	return nil
}
