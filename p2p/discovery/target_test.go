package discovery

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/p2p/enode"
	"github.com/libp2p/go-libp2p"
	p2pcrypto "github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"
	madns "github.com/multiformats/go-multiaddr-dns"
)

const somePeer = "16Uiu2HAmPLe7Mzm8TsYUubgCAW1aJoeFScxrLj8ppHFivPo97bUZ"

func TestParseTarget(t *testing.T) {
	cfg := testConfig(t)
	record := newService(t, cfg).Self().String()
	bare := testConfig(t)
	bare.TCP, bare.QUIC = 0, 0
	id, err := PeerID(&cfg.Key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	// What it says of the peer, and of the host to ask.
	for text, want := range map[string]struct {
		id   string
		host string
	}{
		record: {id: id.String()},
		"/ip4/10.0.0.5/tcp/30303/p2p/" + somePeer:     {id: somePeer},
		"/ip6/fd00::2/udp/1/quic-v1/p2p/" + somePeer:  {id: somePeer},
		"/dns4/boot/tcp/30303/p2p/" + somePeer:        {id: somePeer},
		"/dns/boot/udp/30303/quic-v1/p2p/" + somePeer: {id: somePeer},
		"/dnsaddr/boot.example.org":                   {},
		"/dnsaddr/boot.example.org/p2p/" + somePeer:   {id: somePeer},
		"boot":                        {host: "boot:30303"},
		"boot:1":                      {host: "boot:1"},
		"boot-1.example_2.org.:65535": {host: "boot-1.example_2.org.:65535"},
		"10.0.0.5":                    {host: "10.0.0.5:30303"},
		"10.0.0.5:30304":              {host: "10.0.0.5:30304"},
		"fd00::2":                     {host: "[fd00::2]:30303"},
		"[fd00::2]":                   {host: "[fd00::2]:30303"},
		"[fd00::2]:5":                 {host: "[fd00::2]:5"},
	} {
		target, err := ParseTarget(text)
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		got, ok := target.ID()
		if ok != (want.id != "") || ok && got.String() != want.id {
			t.Errorf("%s: peer %s", text, got)
		}
		if target.host != "" {
			if hostPort := net.JoinHostPort(target.host, fmt.Sprint(target.port)); hostPort != want.host {
				t.Errorf("%s: host %s", text, hostPort)
			}
		} else if want.host != "" {
			t.Errorf("%s: no host", text)
		}
		if target.String() != text || (target.Node() != nil) != (text == record) {
			t.Errorf("%s became %s with record %v", text, target, target.Node())
		}
	}

	for text, want := range map[string]string{
		"":                                    "empty",
		"boot:":                               "no port",
		"boot:0":                              "from 1 to 65535",
		"boot:65536":                          "from 1 to 65535",
		"boot:http":                           "from 1 to 65535",
		"boot name":                           "' ' in it",
		"http://boot":                         "a URL",
		"boot..org":                           "nor a DNS name",
		"10.0.0.300":                          "invalid IP",
		"0.0.0.0":                             "not the address of a node",
		"fe80::1%eth0":                        "not the address of a node",
		"[::1]x":                              "",
		"[boot":                               "",
		strings.Repeat("a.", 130) + "a":       "more than 253",
		strings.Repeat("a", 2000):             "2000 characters",
		somePeer:                              "does not say where",
		"enr:zzz":                             "invalid node record",
		newService(t, bare).Self().String():   "without an address and port",
		"/ip4/10.0.0.5/tcp/30303":             "without /p2p/",
		"/p2p/" + somePeer:                    "without an address",
		"/ip4/10.0.0.5/udp/1/p2p/" + somePeer: "neither /tcp",
		"/unix/tmp/x/p2p/" + somePeer:         "begins with /unix",
		"/ip4/10.0.0.5/tcp/30303/p2p/nobody":  "invalid multiaddr",
		"/":                                   "multiaddr",
	} {
		_, err := ParseTarget(text)
		if err == nil || !contains(err, want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}

// An enode:// URL is told what it would be here.
func TestParseTargetDevp2p(t *testing.T) {
	key := newKey(t)
	id, err := PeerID(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	_, err = ParseTarget(enode.NewV4(&key.PublicKey, net.IP{10, 0, 0, 5}, 30304, 30301).String())
	if want := "/ip4/10.0.0.5/tcp/30304/p2p/" + id.String(); !errors.Is(err, ErrDevp2p) || !contains(err, want) {
		t.Errorf("got %v", err)
	}
	for _, text := range []string{"enode://", "enode://00@10.0.0.5:1", enode.NewV4(&key.PublicKey, nil, 0, 0).String()} {
		if _, err := ParseTarget(text); !errors.Is(err, ErrDevp2p) || !contains(err, "enr:") {
			t.Errorf("%s: got %v", text, err)
		}
	}
}

// newHost is a libp2p node on the loopback interface.
func newHost(t *testing.T, options ...libp2p.Option) host.Host {
	t.Helper()
	key, err := Libp2pKey(newKey(t))
	if err != nil {
		t.Fatal(err)
	}
	h, err := libp2p.New(append([]libp2p.Option{
		libp2p.Identity(key),
		libp2p.ListenAddrStrings("/ip4/127.0.0.1/tcp/0"),
		libp2p.DisableRelay(),
	}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() })
	return h
}

func tcpPort(t *testing.T, h host.Host) string {
	t.Helper()
	port, err := h.Addrs()[0].ValueForProtocol(ma.P_TCP)
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func resolve(t *testing.T, r *Resolver, text string) ([]peer.AddrInfo, error) {
	t.Helper()
	target, err := ParseTarget(text)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	return r.Resolve(ctx, target)
}

func newResolver(t *testing.T) *Resolver {
	t.Helper()
	key, err := Libp2pKey(newKey(t))
	if err != nil {
		t.Fatal(err)
	}
	return &Resolver{Key: key}
}

func TestResolve(t *testing.T) {
	h := newHost(t)
	port, id := tcpPort(t, h), h.ID().String()
	at := "/ip4/127.0.0.1/tcp/" + port
	names := &madns.MockResolver{
		IP: map[string][]net.IPAddr{
			"boot":  {{IP: net.IP{127, 0, 0, 1}}},
			"two":   {{IP: net.IP{127, 0, 0, 1}}, {IP: net.IP{127, 0, 0, 2}}, {IP: net.IPv4zero}},
			"mixed": {{IP: net.IP{127, 0, 0, 1}}, {IP: net.IPv6loopback}},
		},
		TXT: map[string][]string{
			"_dnsaddr.boot":  {"dnsaddr=" + at + "/p2p/" + id, "dnsaddr=/unix/x/p2p/" + id, "something else"},
			"_dnsaddr.chain": {"dnsaddr=/dnsaddr/boot"},
			"_dnsaddr.loop":  {"dnsaddr=/dnsaddr/loop", "dnsaddr=/dnsaddr/loop"},
		},
	}
	r := newResolver(t)
	r.DNS = names
	for _, text := range []string{
		"127.0.0.1:" + port,
		"boot:" + port,
		at + "/p2p/" + id,
		"/dns4/boot/tcp/" + port + "/p2p/" + id,
		"/dns/boot/tcp/" + port + "/p2p/" + id,
		"/dnsaddr/boot",
		"/dnsaddr/chain",
		"two:" + port, // nobody listens at the second address
	} {
		infos, err := resolve(t, r, text)
		if err != nil || len(infos) != 1 || infos[0].ID != h.ID() || fmt.Sprint(infos[0].Addrs) != "["+at+"]" {
			t.Errorf("%s: got %v, %v", text, infos, err)
		}
	}
	// What was learnt can be dialled.
	infos, err := resolve(t, r, "boot:"+port)
	if err != nil {
		t.Fatal(err)
	}
	if err := newHost(t).Connect(t.Context(), infos[0]); err != nil {
		t.Error(err)
	}
	// Resolved again each time.
	delete(names.IP, "boot")
	for _, text := range []string{"boot:" + port, "/dns4/boot/tcp/" + port + "/p2p/" + id, "/dnsaddr/loop", "/dnsaddr/nowhere"} {
		if _, err := resolve(t, r, text); !errors.Is(err, ErrUnresolved) {
			t.Errorf("%s: got %v", text, err)
		}
	}
	infos, err = resolve(t, r, "/dns6/mixed/tcp/1/p2p/"+id)
	if err != nil || fmt.Sprint(infos[0].Addrs) != "[/ip6/::1/tcp/1]" {
		t.Errorf("got %v, %v", infos, err)
	}
}

// A name can stand for several nodes.
func TestResolveSeveral(t *testing.T) {
	a := newHost(t)
	b := newHost(t, libp2p.ListenAddrStrings("/ip4/127.0.0.2/tcp/"+tcpPort(t, a)))
	r := newResolver(t)
	r.DNS = &madns.MockResolver{IP: map[string][]net.IPAddr{"nodes": {{IP: net.IP{127, 0, 0, 1}}, {IP: net.IP{127, 0, 0, 2}}}}}
	infos, err := resolve(t, r, "nodes:"+tcpPort(t, a))
	if err != nil {
		t.Fatal(err)
	}
	if ids := peer.AddrInfosToIDs(infos); !slices.Equal(ids, []peer.ID{a.ID(), b.ID()}) {
		t.Errorf("learnt %v", infos)
	}
}

func TestResolveRecord(t *testing.T) {
	cfg := testConfig(t)
	s := newService(t, cfg)
	infos, err := resolve(t, newResolver(t), s.Self().String())
	if err != nil || len(infos) != 1 || len(infos[0].Addrs) != 2 {
		t.Errorf("got %v, %v", infos, err)
	}
	own, err := Libp2pKey(cfg.Key)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := resolve(t, &Resolver{Key: own}, s.Self().String()); !errors.Is(err, ErrSelf) {
		t.Errorf("got %v", err)
	}
}

func TestResolveSelf(t *testing.T) {
	h := newHost(t)
	r := &Resolver{Key: h.Peerstore().PrivKey(h.ID())}
	if _, err := resolve(t, r, "127.0.0.1:"+tcpPort(t, h)); !errors.Is(err, ErrSelf) {
		t.Errorf("got %v", err)
	}
}

// serve accepts one connection after the other and hands them to handle.
func serve(t *testing.T, handle func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { _ = conn.Close() })
			go handle(conn)
		}
	}()
	return l.Addr().String()
}

func TestResolveNoNode(t *testing.T) {
	r := newResolver(t)
	for _, answer := range []string{
		"", "\x00\x00\x00", "HTTP/1.1 400 Bad Request\r\n\r\n", "\xff\xff\xff\xff\x7f",
		"\x13/multistream/1.0.0\n\x03na\n", "\x13/multistream/1.0.0\n\x07/noise\n\xff\xff",
	} {
		addr := serve(t, func(c net.Conn) {
			_, _ = c.Write([]byte(answer))
			_ = c.Close()
		})
		if _, err := resolve(t, r, addr); !errors.Is(err, ErrNoAnswer) {
			t.Errorf("%q: got %v", answer, err)
		}
	}

	silent := serve(t, func(net.Conn) {})
	halfway := serve(t, func(c net.Conn) { _, _ = c.Write([]byte("\x13/multistream/1.0.0\n\x07/noise\n")) })
	for _, addr := range []string{silent, halfway} {
		target, err := ParseTarget(addr)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		if _, err := r.Resolve(ctx, target); !errors.Is(err, ErrNoAnswer) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		cancel()
	}
	if _, err := r.Resolve(t.Context(), Target{}); err == nil {
		t.Error("the empty target resolves")
	}
}

func TestKeys(t *testing.T) {
	key := newKey(t)
	node := enode.NewV4(&key.PublicKey, nil, 0, 0)
	id, err := PeerID(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	private, err := Libp2pKey(key)
	if err != nil {
		t.Fatal(err)
	}
	if from, err := peer.IDFromPrivateKey(private); err != nil || from != id {
		t.Errorf("peer id %s of the private key, %s of the public one: %v", from, id, err)
	}
	if got, err := NodeID(id); err != nil || got != node.ID() {
		t.Errorf("node id %s, want %s: %v", got, node.ID(), err)
	}
	_, other, err := p2pcrypto.GenerateEd25519Key(nil)
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := peer.IDFromPublicKey(other)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NodeID(stranger); err == nil {
		t.Error("a node id of an Ed25519 key")
	}
	if _, err := ParseENR(enode.NewV4(&key.PublicKey, net.IP{1, 2, 3, 4}, 1, 1).String()); err == nil {
		t.Error("an enode:// URL is a record")
	}
}

func TestOwnAddrs(t *testing.T) {
	parse := func(text string) (ips []netip.Addr) {
		for _, ip := range strings.Fields(text) {
			ips = append(ips, netip.MustParseAddr(ip))
		}
		return ips
	}
	const all = "0.0.0.0 ::"
	for _, test := range []struct{ listen, interfaces, want string }{
		{all, "127.0.0.1 ::1", "127.0.0.1 ::1"},
		{all, "127.0.0.1 172.17.0.2 10.0.0.5 ::1 fe80::1", "172.17.0.2"},
		{all, "127.0.0.1 10.0.0.5 ::1 fe80::1 fd00::2", "10.0.0.5 fd00::2"},
		{all, "127.0.0.1 192.0.2.2 fd00::2", "fd00::2"}, // 192.0.2.0/24 is passed on by nobody
		{"0.0.0.0", "127.0.0.1 192.0.2.2 fd00::2", "127.0.0.1"},
		{"::", "127.0.0.1 10.0.0.5 ::1", "::1"},
		{"127.0.0.1", "10.0.0.5", "127.0.0.1"},
		{"127.0.0.1 10.0.0.6", "10.0.0.5", "10.0.0.6"},
		{"127.0.0.1 ::1", "10.0.0.5", "127.0.0.1 ::1"},
		{all, "", ""},
	} {
		if got := ownAddrs(parse(test.listen), parse(test.interfaces)); !slices.Equal(got, parse(test.want)) {
			t.Errorf("listening on %s, interfaces %s: %s, want %s", test.listen, test.interfaces, got, test.want)
		}
	}
	for _, ip := range interfaceAddrs() {
		if !ip.IsValid() {
			t.Error("invalid address of an interface")
		}
	}
}
