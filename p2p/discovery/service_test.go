package discovery

import (
	"crypto/ecdsa"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/p2p/enode"
	"github.com/ethereum/go-ethereum/p2p/enr"
	"github.com/ethereum/go-ethereum/rlp"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/sirupsen/logrus"
)

const patience = 20 * time.Second

var (
	genesisA = common.Hash{0xaa, 1}
	genesisB = common.Hash{0xbb, 2}
	loopback = netip.MustParseAddr("127.0.0.1")
)

// await polls until ok holds.
func await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// forkID is the RLP of a fork id with the given checksum.
func forkID(checksum byte) []byte {
	id, err := rlp.EncodeToBytes(struct {
		Hash [4]byte
		Next uint64
	}{Hash: [4]byte{checksum}})
	if err != nil {
		panic(err)
	}
	return id
}

// network is a chain whose nodes all have the same fork id.
func network(genesis common.Hash, fork byte) Network {
	return Network{
		Genesis: genesis,
		ForkID:  func() []byte { return forkID(fork) },
		Compatible: func(_ common.Hash, id []byte) error {
			if !slices.Equal(id, forkID(fork)) {
				return errors.New("another fork")
			}
			return nil
		},
	}
}

func testLog() logrus.FieldLogger {
	log := logrus.New()
	log.SetOutput(io.Discard)
	return log
}

func testConfig(t testing.TB, bootnodes ...*enode.Node) Config {
	cfg := DefaultConfig()
	cfg.Key = newKey(t)
	cfg.Network = network(genesisA, 1)
	cfg.Addrs = []netip.Addr{loopback}
	cfg.Port = 0
	cfg.TCP, cfg.QUIC = 30303, 30303
	cfg.Bootnodes = bootnodes
	cfg.Log = testLog()
	cfg.Registerer = prometheus.NewRegistry()
	return cfg
}

// newService builds a service that ends with the test.
func newService(t testing.TB, cfg Config) *Service {
	t.Helper()
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func run(t testing.TB, cfg Config) *Service {
	t.Helper()
	s := newService(t, cfg)
	s.Start(nil)
	return s
}

// counter reads a counter with at most one label.
func counter(t testing.TB, s *Service, name, label string) int {
	t.Helper()
	families, err := s.cfg.Registerer.(*prometheus.Registry).Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() != "monolith_p2p_discovery_"+name {
			continue
		}
		for _, m := range family.GetMetric() {
			if label == "" || m.GetLabel()[0].GetValue() == label {
				return int(m.GetCounter().GetValue() + m.GetGauge().GetValue())
			}
		}
	}
	return 0
}

// collect awaits candidates until all of want have come.
func collect(t *testing.T, s *Service, want ...*Service) map[enode.ID]Candidate {
	t.Helper()
	found := make(map[enode.ID]Candidate)
	await(t, fmt.Sprintf("%d candidates", len(want)), func() bool {
		select {
		case c := <-s.Candidates():
			found[c.Node.ID()] = c
		default:
		}
		return !slices.ContainsFunc(want, func(other *Service) bool {
			_, ok := found[other.Self().ID()]
			return !ok
		})
	})
	return found
}

func TestNodesFindEachOther(t *testing.T) {
	boot := run(t, testConfig(t))
	nodes := []*Service{boot}
	for range 4 {
		nodes = append(nodes, run(t, testConfig(t, boot.Self())))
	}
	for i, node := range nodes {
		others := slices.Delete(slices.Clone(nodes), i, i+1)
		found := collect(t, node, others...)
		for _, other := range others {
			c := found[other.Self().ID()]
			id, err := PeerID(&other.cfg.Key.PublicKey)
			if err != nil {
				t.Fatal(err)
			}
			want := "[/ip4/127.0.0.1/udp/30303/quic-v1 /ip4/127.0.0.1/tcp/30303]"
			if c.Info.ID != id || fmt.Sprint(c.Info.Addrs) != want || c.Source != SourceDiscV5 {
				t.Errorf("node %d found %v, from %s", i, c.Info, c.Source)
			}
		}
	}
}

// A record that is made known joins the table if its node answers.
func TestAddNode(t *testing.T) {
	a, b := run(t, testConfig(t)), run(t, testConfig(t))
	a.AddNode(b.Self())
	collect(t, a, b)
	collect(t, b, a) // who was asked learns the record of who asked
}

func TestOthersAreRefused(t *testing.T) {
	boot := run(t, testConfig(t))
	stranger := testConfig(t, boot.Self())
	stranger.Network = network(genesisB, 1)
	old := testConfig(t, boot.Self())
	old.Network = network(genesisA, 2)
	mute := testConfig(t, boot.Self())
	mute.TCP, mute.QUIC = 0, 0
	unwanted := testConfig(t, boot.Self())
	for _, cfg := range []Config{stranger, old, mute, unwanted} {
		run(t, cfg)
	}
	friend := run(t, testConfig(t, boot.Self()))

	cfg := testConfig(t, boot.Self())
	banned, err := PeerID(&unwanted.Key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Accept = func(info peer.AddrInfo) error {
		if info.ID == banned {
			return errors.New("banned")
		}
		return nil
	}
	s := run(t, cfg)
	found := collect(t, s, boot, friend)
	for _, why := range []string{"genesis", "fork", "no_address", "unwanted"} {
		await(t, "a refusal: "+why, func() bool { return counter(t, s, "refused_total", why) > 0 })
	}
	for len(s.Candidates()) > 0 {
		c := <-s.Candidates()
		found[c.Node.ID()] = c
	}
	if len(found) != 2 {
		t.Errorf("%d candidates: %v", len(found), found)
	}
	// The table counts a node as live once it has answered a later check.
	await(t, "the metrics to show what happened", func() bool {
		return counter(t, s, "records_total", "") >= 6 && counter(t, s, "candidates_total", SourceDiscV5) >= 2 &&
			counter(t, s, "table_live_nodes", "") >= 2
	})
}

// The record follows the fork id, and others see it.
func TestRecordFollowsForkID(t *testing.T) {
	boot := run(t, testConfig(t))
	cfg := testConfig(t, boot.Self())
	forked := make(chan struct{})
	cfg.Network.ForkID = func() []byte {
		select {
		case <-forked:
			return forkID(9)
		default:
			return forkID(1)
		}
	}
	s := run(t, cfg)
	collect(t, boot, s)
	before := s.Self().Seq()
	close(forked)
	await(t, "a new record", func() bool { return s.Self().Seq() > before })
	e, err := loadEntry(s.Self().Record())
	if err != nil || !slices.Equal(e.ForkID, forkID(9)) || e.Genesis != genesisA {
		t.Errorf("record says %v, %v", e, err)
	}
	await(t, "the new record to arrive", func() bool {
		return slices.ContainsFunc(boot.udp.AllNodes(), func(n *enode.Node) bool {
			return n.ID() == s.Self().ID() && n.Seq() == s.Self().Seq()
		})
	})
}

// A bootnode that comes up later is found.
func TestLateBootnode(t *testing.T) {
	cfg := testConfig(t)
	reserved := newService(t, cfg)
	cfg.Port, cfg.Registerer = reserved.Port(), nil
	record := reserved.Self()
	if err := reserved.Stop(); err != nil {
		t.Fatal(err)
	}
	s := run(t, testConfig(t, record))
	await(t, "two searches", func() bool { return len(s.added) == 0 && counter(t, s, "table_nodes", "") == 0 })
	collect(t, s, run(t, cfg))
}

func TestBothFamilies(t *testing.T) {
	cfg := testConfig(t)
	cfg.Addrs = []netip.Addr{loopback, netip.IPv6Loopback()}
	a, err := New(cfg)
	if err != nil {
		t.Skipf("no IPv6 loopback here: %v", err)
	}
	t.Cleanup(func() { _ = a.Stop() })
	a.Start(nil)
	over6 := testConfig(t, a.Self())
	over6.Addrs = []netip.Addr{netip.IPv6Loopback()}
	b := run(t, over6)
	over4 := run(t, testConfig(t, a.Self()))
	c := collect(t, over4, a)[a.Self().ID()]
	want := "[/ip4/127.0.0.1/udp/30303/quic-v1 /ip4/127.0.0.1/tcp/30303 /ip6/::1/udp/30303/quic-v1 /ip6/::1/tcp/30303]"
	if got := fmt.Sprint(c.Info.Addrs); got != want {
		t.Errorf("addresses %s", got)
	}
	b.AddNode(only6(t, a))
	collect(t, b, a)
	collect(t, a, b, over4)
}

// only6 is the record of s as it would be without IPv4.
func only6(t *testing.T, s *Service) *enode.Node {
	t.Helper()
	var r enr.Record
	r.Set(enr.IPv6(s.cfg.Addrs[1].AsSlice()))
	r.Set(enr.UDP(s.Port()))
	if err := enode.SignV4(&r, s.cfg.Key); err != nil {
		t.Fatal(err)
	}
	node, err := enode.New(enode.ValidSchemes, &r)
	if err != nil {
		t.Fatal(err)
	}
	return node
}

// A machine without IPv6 does with IPv4, unless an address of its own is asked
// for.
func TestNoIPv6(t *testing.T) {
	unsupported := fmt.Errorf("listen: %w", os.NewSyscallError("socket", syscall.EAFNOSUPPORT))
	for ip, want := range map[netip.Addr]bool{
		netip.IPv6Unspecified(): true, netip.IPv6Loopback(): false, netip.IPv4Unspecified(): false,
	} {
		if got := noFamily(ip, unsupported); got != want {
			t.Errorf("%s: %v", ip, got)
		}
	}
	if noFamily(netip.IPv6Unspecified(), syscall.EADDRINUSE) {
		t.Error("a port in use is left out")
	}
	if _, err := listen([]netip.Addr{loopback, netip.MustParseAddr("2001:db8::1")}, 0); err == nil {
		t.Error("listens on an address of another machine")
	}
}

func TestAnnounce(t *testing.T) {
	cfg := testConfig(t)
	cfg.Announce = []netip.Addr{netip.MustParseAddr("203.0.113.7")}
	cfg.UDP = 4444
	s := newService(t, cfg)
	s.Announce(netip.MustParseAddr("198.51.100.1"), 1, 2, 3) // changes nothing
	if n := s.Self(); n.IPAddr() != cfg.Announce[0] || n.UDP() != 4444 || n.TCP() != 30303 {
		t.Errorf("announced %s, UDP %d, TCP %d", n.IPAddr(), n.UDP(), n.TCP())
	}
	s = newService(t, testConfig(t))
	if n := s.Self(); n.IPAddr() != loopback || n.UDP() != s.Port() {
		t.Errorf("announced %s, UDP %d", n.IPAddr(), n.UDP())
	}
	s.Announce(netip.MustParseAddr("198.51.100.1"), 1, 2, 3)
	info, err := NodeToAddrInfo(s.Self())
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(info.Addrs); got != "[/ip4/198.51.100.1/udp/2/quic-v1 /ip4/198.51.100.1/tcp/1]" || s.Self().UDP() != 3 {
		t.Errorf("announced %s, UDP %d", got, s.Self().UDP())
	}
}

func TestWithoutDiscV5(t *testing.T) {
	cfg := testConfig(t)
	cfg.DiscV5 = false
	s := run(t, cfg)
	s.AddNode(s.Self())
	if n := s.Self(); n.UDP() != 0 || n.TCP() != 30303 || s.Port() != 0 {
		t.Errorf("record with UDP %d, TCP %d", n.UDP(), n.TCP())
	}
}

func TestStop(t *testing.T) {
	s := newService(t, testConfig(t)) // never started
	for range 2 {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	}
	s.Start(nil) // too late: nothing happens
	s.Self()
	s.AddNode(s.Self())

	started := run(t, testConfig(t))
	again := testConfig(t)
	again.Registerer = nil
	again.Port = started.Port()
	if _, err := New(again); err == nil {
		t.Error("two nodes on one port")
	}
	if err := started.Stop(); err != nil {
		t.Error(err)
	}
	newService(t, again) // the port is free again
}

func TestConfigValidate(t *testing.T) {
	err := Config{DiscV5: true, Port: 70000, Announce: []netip.Addr{netip.IPv4Unspecified()}}.Validate()
	if err == nil {
		t.Fatal("an empty configuration is valid")
	}
	want := []string{"no key", "no network functions", "no logger", "no address to listen on", "UDP port must be", "0.0.0.0 cannot be announced"}
	for _, fault := range want {
		if !contains(err, fault) {
			t.Errorf("%q is missing in: %v", fault, err)
		}
	}
	bad := testConfig(t)
	bad.Network.ForkID = func() []byte { return []byte{1, 2} }
	if _, err := New(bad); !contains(err, "no RLP list") {
		t.Errorf("got %v", err)
	}
}
