package p2p_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/ethdb"
	"github.com/ethereum/go-ethereum/ethdb/memorydb"
	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
	"github.com/sirupsen/logrus"

	nodep2p "github.com/monolith-chain/monolith/p2p"
	"github.com/monolith-chain/monolith/shared/registry"
)

// patience is how long a test waits for what ought to happen at once.
const patience = 20 * time.Second

func testConfig() nodep2p.Config {
	log := logrus.New()
	log.SetLevel(logrus.DebugLevel)
	log.SetOutput(io.Discard)
	if os.Getenv("P2P_TEST_LOG") != "" {
		log.SetOutput(os.Stderr)
	}
	cfg := nodep2p.DefaultConfig()
	cfg.DB = memorydb.New()
	cfg.Addrs = []string{"127.0.0.1"}
	cfg.Port, cfg.Discovery, cfg.NAT = 0, false, false
	cfg.Network = nodep2p.Network{
		ForkID:     func() []byte { return []byte{0xc0} },
		Compatible: func([32]byte, []byte) error { return nil },
	}
	cfg.Log = log
	return cfg
}

// startNode starts a node that is stopped when the test ends, if not before.
func startNode(t testing.TB, edit ...func(*nodep2p.Config)) *nodep2p.Service {
	t.Helper()
	cfg := testConfig()
	for _, f := range edit {
		f(&cfg)
	}
	s, err := nodep2p.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stopNode(t, s) })
	s.Start()
	return s
}

func stopNode(t testing.TB, s *nodep2p.Service) {
	t.Helper()
	if err := s.Stop(); err != nil {
		t.Errorf("stop: %v", err)
	}
}

func tryConnect(t testing.TB, from *nodep2p.Service, to string) error {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	return from.Connect(ctx, to)
}

func connect(t testing.TB, from, to *nodep2p.Service) {
	t.Helper()
	if err := tryConnect(t, from, addrOf(to)); err != nil {
		t.Fatal(err)
	}
	await(t, "connection at the other end", func() bool { return to.Connected(from.Self().ID) })
}

// addrOf returns the TCP address of a node.
func addrOf(s *nodep2p.Service) string {
	for _, addr := range s.Self().Addrs {
		if strings.Contains(addr, "/tcp/") {
			return addr
		}
	}
	return ""
}

// await waits until the condition holds.
func await(t testing.TB, what string, condition func() bool) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !condition() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("waited %s for: %s", patience, what)
		}
	}
}

func isBanned(s *nodep2p.Service, id peer.ID) bool {
	for _, ban := range s.Bans() {
		if ban.Target == id.String() {
			return true
		}
	}
	return false
}

// stranger is a libp2p host that is no node of ours, but can pretend.
type stranger struct {
	host.Host
	t *testing.T
}

// newStranger returns a host that serves the protocol by which peers are told
// from others.
func newStranger(t *testing.T) stranger {
	t.Helper()
	h, err := libp2p.New(libp2p.ListenAddrStrings("/ip4/127.0.0.1/tcp/0"), libp2p.DisableMetrics(), libp2p.DisableRelay())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Close() })
	h.SetStreamHandler("/monolith/goodbye/1", func(s network.Stream) { s.Close() })
	return stranger{h, t}
}

func (s stranger) dial(to *nodep2p.Service) error {
	info, err := peer.AddrInfoFromString(addrOf(to))
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	return s.Connect(ctx, *info)
}

// join connects to a node and waits until it is a peer.
func (s stranger) join(to *nodep2p.Service) {
	s.t.Helper()
	if err := s.dial(to); err != nil {
		s.t.Fatal(err)
	}
	await(s.t, "stranger is a peer", func() bool { return to.Connected(s.ID()) })
}

// send opens a stream and writes to it. The stream stays open.
func (s stranger) send(to *nodep2p.Service, id protocol.ID, data []byte) (network.Stream, error) {
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	stream, err := s.NewStream(network.WithNoDial(ctx, "test"), to.Self().ID, id)
	if err != nil {
		return nil, err
	}
	_, err = stream.Write(data)
	return stream, err
}

// bother repeats f until the node has banned the stranger.
func (s stranger) bother(node *nodep2p.Service, f func()) {
	s.t.Helper()
	await(s.t, "ban", func() bool {
		f()
		return isBanned(node, s.ID())
	})
	await(s.t, "disconnection", func() bool { return !node.Connected(s.ID()) })
}

func withDB(db ethdb.KeyValueStore) func(*nodep2p.Config) {
	return func(cfg *nodep2p.Config) { cfg.DB = db }
}

func TestLifecycle(t *testing.T) {
	before := runtime.NumGoroutine()
	unstarted, err := nodep2p.New(testConfig())
	if err != nil {
		t.Fatal(err)
	}
	stopNode(t, unstarted)
	s := startNode(t)
	s.Start() // does nothing
	if err := s.Status(); err != nil {
		t.Errorf("status while running: %v", err)
	}
	stopNode(t, s)
	stopNode(t, s) // does nothing
	if err := s.Status(); !errors.Is(err, registry.ErrStopped) {
		t.Errorf("status after stop: %v", err)
	}
	await(t, "end of all goroutines", func() bool { return runtime.NumGoroutine() <= before+2 })
}

// Nobody is let in before Start.
func TestClosedBeforeStart(t *testing.T) {
	closed, err := nodep2p.New(testConfig())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stopNode(t, closed) })
	other := startNode(t)
	if err := tryConnect(t, other, addrOf(closed)); err == nil {
		t.Error("connected to a node that has not started")
	}
	closed.Start()
	connect(t, other, closed)
}

func TestConfigFaults(t *testing.T) {
	cfg := testConfig()
	cfg.DB, cfg.Log, cfg.Port, cfg.Addrs = nil, nil, 70000, []string{"localhost"}
	cfg.Bootnodes, cfg.Allow, cfg.Announce = []string{"enode://ab@1.2.3.4:5"}, []string{"10.0.0.0/8", "x"}, []string{"/ip4/1.2.3.4"}
	_, err := nodep2p.New(cfg)
	for _, want := range []string{"no database", "no logger", "70000", `"localhost"`, "enode", `"x"`, "/ip4/1.2.3.4"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error does not mention %s: %v", want, err)
		}
	}
}

func TestPortInUse(t *testing.T) {
	for _, network := range []string{"tcp", "udp"} {
		var port int
		if network == "tcp" {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			port = l.Addr().(*net.TCPAddr).Port
		} else {
			c, err := net.ListenPacket("udp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			port = c.LocalAddr().(*net.UDPAddr).Port
		}
		cfg := testConfig()
		cfg.Port = port
		if _, err := nodep2p.New(cfg); err == nil || !strings.Contains(err.Error(), nodep2p.FlagPort) {
			t.Errorf("%s port in use: %v", network, err)
		}
	}
	// Two nodes do not share a port either.
	first := startNode(t)
	cfg := testConfig()
	info, err := peer.AddrInfoFromString(addrOf(first))
	if err != nil {
		t.Fatal(err)
	}
	text, err := info.Addrs[0].ValueForProtocol(6) // TCP
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Port, err = net.LookupPort("tcp", text); err != nil {
		t.Fatal(err)
	}
	if _, err := nodep2p.New(cfg); err == nil || !strings.Contains(err.Error(), nodep2p.FlagPort) {
		t.Errorf("port of another node: %v", err)
	}
}

func TestIdentityFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sub", "nodekey")
	withKey := func(cfg *nodep2p.Config) { cfg.KeyFile = file }
	first := startNode(t, withKey)
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("key file: %v, %v", info, err)
	}
	stopNode(t, first)
	if again := startNode(t, withKey); again.Self().ID != first.Self().ID {
		t.Error("another identity after a restart")
	}
	if other := startNode(t); other.Self().ID == first.Self().ID {
		t.Error("the same identity without a file")
	}
	for _, damage := range []string{"", "zz", strings.Repeat("0", 64), strings.Repeat("a", 63)} {
		if err := os.WriteFile(file, []byte(damage), 0o600); err != nil {
			t.Fatal(err)
		}
		cfg := testConfig()
		cfg.KeyFile = file
		if _, err := nodep2p.New(cfg); err == nil || !strings.Contains(err.Error(), file) {
			t.Errorf("damaged key %q: %v", damage, err)
		}
	}
}

func TestAnnounce(t *testing.T) {
	s := startNode(t, func(cfg *nodep2p.Config) {
		cfg.Announce = []string{"203.0.113.7:4000", "/dns4/node.example/tcp/4001"}
	})
	got := strings.Join(s.Self().Addrs, " ")
	for _, want := range []string{"/ip4/203.0.113.7/tcp/4000/p2p/", "/ip4/203.0.113.7/udp/4000/quic-v1/p2p/", "/dns4/node.example/tcp/4001/p2p/"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not announced: %s", want, got)
		}
	}
	if strings.Contains(got, "127.0.0.1") {
		t.Errorf("announced beside the announced: %s", got)
	}
}

func TestListenBothFamilies(t *testing.T) {
	s := startNode(t, func(cfg *nodep2p.Config) { cfg.Addrs = []string{"127.0.0.1", "::"} })
	listen := strings.Join(s.Self().Listen, " ")
	if !strings.Contains(listen, "/ip4/127.0.0.1/tcp/") || !strings.Contains(listen, "/quic-v1") {
		t.Errorf("listens on %s", listen)
	}
	for _, addr := range s.Self().Addrs { // each of them works
		other := startNode(t)
		if err := tryConnect(t, other, addr); err != nil {
			t.Errorf("dial %s: %v", addr, err)
		}
	}
}
