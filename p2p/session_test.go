package p2p_test

import (
	"context"
	"errors"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/ethdb/memorydb"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"

	nodep2p "github.com/monolith-chain/monolith/p2p"
)

// listen collects a node's events.
func listen(t *testing.T, s *nodep2p.Service) <-chan nodep2p.PeerEvent {
	t.Helper()
	ch := make(chan nodep2p.PeerEvent, 100)
	sub := s.SubscribePeers(ch)
	t.Cleanup(sub.Unsubscribe)
	return ch
}

func next(t *testing.T, ch <-chan nodep2p.PeerEvent) nodep2p.PeerEvent {
	t.Helper()
	select {
	case e := <-ch:
		return e
	case <-time.After(patience):
		t.Fatal("no event")
		return nodep2p.PeerEvent{}
	}
}

func maxPeers(n int) func(*nodep2p.Config) {
	return func(cfg *nodep2p.Config) { cfg.MaxPeers, cfg.InboundShare = n, 1 }
}

func TestPeersAndEvents(t *testing.T) {
	a, b := startNode(t), startNode(t)
	events := map[*nodep2p.Service]<-chan nodep2p.PeerEvent{a: listen(t, a), b: listen(t, b)}
	connect(t, a, b)
	atA, atB := next(t, events[a]), next(t, events[b])
	if !atA.Connected || atA.ID != b.Self().ID || atA.Inbound || !atB.Connected || atB.ID != a.Self().ID || !atB.Inbound {
		t.Errorf("events %+v and %+v", atA, atB)
	}
	if atA.First == atB.First {
		t.Errorf("who speaks first: %v and %v", atA.First, atB.First)
	}
	await(t, "record of the other", func() bool { return a.Peers()[0].ENR == b.Self().ENR && b.Peers()[0].ENR == a.Self().ENR })
	p := b.Peers()[0]
	if p.ID != a.Self().ID || p.Direction != network.DirInbound || p.Transport != "tcp" || p.Agent != "monolith" || p.Static || p.Trusted || b.Count() != 1 {
		t.Errorf("peer %+v", p)
	}
	if !strings.Contains(strings.Join(p.Protocols, " "), "/monolith/goodbye/1") {
		t.Errorf("protocols %v", p.Protocols)
	}
	a.Disconnect(b.Self().ID, "just a test")
	for _, s := range []*nodep2p.Service{a, b} {
		if e := next(t, events[s]); e.Connected || e.Reason != "just a test" {
			t.Errorf("event %+v", e)
		}
	}
}

// Two nodes that dial each other at once are connected, and agree who speaks
// first, whatever becomes of the two connections.
func TestSimultaneousDial(t *testing.T) {
	for range 10 {
		a, b := startNode(t), startNode(t)
		atA, atB := listen(t, a), listen(t, b)
		var dials sync.WaitGroup
		dials.Go(func() {
			if err := tryConnect(t, a, addrOf(b)); err != nil {
				t.Errorf("dial: %v", err)
			}
		})
		dials.Go(func() {
			if err := tryConnect(t, b, addrOf(a)); err != nil {
				t.Errorf("dial: %v", err)
			}
		})
		dials.Wait()
		if first, second := next(t, atA), next(t, atB); !first.Connected || !second.Connected || first.First == second.First {
			t.Errorf("events %+v and %+v", first, second)
		}
		if !a.Connected(b.Self().ID) || !b.Connected(a.Self().ID) || a.Count() != 1 || b.Count() != 1 {
			t.Error("not connected")
		}
		if len(atA)+len(atB) > 0 {
			t.Error("more than one session")
		}
		stopNode(t, a)
		stopNode(t, b)
	}
}

// A subscriber that does not receive holds up neither the network nor its end.
func TestSlowSubscriber(t *testing.T) {
	a, b := startNode(t), startNode(t)
	sub := a.SubscribePeers(make(chan nodep2p.PeerEvent))
	defer sub.Unsubscribe()
	connect(t, b, a)
	b.Disconnect(a.Self().ID, "test")
	await(t, "disconnection", func() bool { return a.Count() == 0 })
}

// refused checks that a node is told that there is no slot for it.
func refused(t *testing.T, node, full *nodep2p.Service) {
	t.Helper()
	events := listen(t, node)
	err := tryConnect(t, node, addrOf(full))
	if err == nil { // the node thought so for a moment
		next(t, events)
		err = errors.New(next(t, events).Reason)
	}
	if !strings.Contains(err.Error(), "too many peers") {
		t.Errorf("refused: %v", err)
	}
	if full.Connected(node.Self().ID) {
		t.Error("not refused")
	}
}

func TestMaxPeers(t *testing.T) {
	trusted := startNode(t)
	full := startNode(t, maxPeers(2), func(cfg *nodep2p.Config) { cfg.Trusted = []string{trusted.Self().ID.String()} })
	first, second, third := startNode(t), startNode(t), startNode(t)
	connect(t, first, full)
	connect(t, second, full)
	refused(t, third, full)
	connect(t, trusted, full)
	if full.Count() != 3 {
		t.Errorf("%d peers", full.Count())
	}
	if err := full.Untrust(trusted.Self().ID.String()); err != nil {
		t.Error(err)
	}
	if err := full.Untrust(trusted.Self().ID.String()); err == nil {
		t.Error("untrusted twice")
	}
	// The node's own user may go beyond.
	if err := full.AddPeer(addrOf(third)); err != nil {
		t.Fatal(err)
	}
	await(t, "static peer", func() bool { return full.Connected(third.Self().ID) })
	for _, p := range full.Peers() {
		if p.Static != (p.ID == third.Self().ID) {
			t.Errorf("peer %+v", p)
		}
	}
	if err := full.RemovePeer(addrOf(third)); err != nil {
		t.Error(err)
	}
	await(t, "end of static peer", func() bool { return !full.Connected(third.Self().ID) })
	if err := full.RemovePeer(addrOf(third)); err == nil {
		t.Error("removed twice")
	}
}

// When slots are short, the peer with the worst score goes, if it is bad.
func TestEviction(t *testing.T) {
	full, bad, good, newcomer := startNode(t, maxPeers(2)), startNode(t), startNode(t), startNode(t)
	connect(t, bad, full)
	connect(t, good, full)
	for range 3 {
		full.Report(bad.Self().ID, nodep2p.Timeout, errors.New("slow"))
		full.Credit(good.Self().ID, nodep2p.UsefulBlock)
	}
	connect(t, newcomer, full)
	await(t, "eviction", func() bool { return !bad.Connected(full.Self().ID) })
	if !full.Connected(good.Self().ID) || full.Connected(bad.Self().ID) || full.Count() != 2 {
		t.Error("the wrong one was evicted")
	}
	refused(t, bad, full) // it does not come back at the cost of others
}

// Slowness never bans.
func TestTimeoutsDoNotBan(t *testing.T) {
	a, b := startNode(t), startNode(t)
	connect(t, a, b)
	for range 100 {
		a.Report(b.Self().ID, nodep2p.Timeout, errors.New("slow"))
		a.Report(b.Self().ID, nodep2p.Useless, errors.New("empty"))
	}
	if isBanned(a, b.Self().ID) || !a.Connected(b.Self().ID) {
		t.Error("banned for being slow")
	}
	a.Report(b.Self().ID, nodep2p.InvalidHeader, errors.New("wrong target"))
	if !isBanned(a, b.Self().ID) {
		t.Error("not banned for an invalid header")
	}
}

// A ban outlives a restart, and ends when it is lifted.
func TestBanAndRestart(t *testing.T) {
	db := memorydb.New()
	node, peer := startNode(t, withDB(db)), startNode(t)
	connect(t, peer, node)
	node.Report(peer.Self().ID, nodep2p.InvalidBlock, errors.New("wrong state root"))
	await(t, "disconnection", func() bool { return peer.Count() == 0 && node.Count() == 0 })
	if err := tryConnect(t, peer, addrOf(node)); err == nil {
		t.Error("banned peer is back")
	}
	if err := tryConnect(t, node, addrOf(peer)); !errors.Is(err, nodep2p.ErrBanned) {
		t.Errorf("dial a banned peer: %v", err)
	}
	bans := node.Bans()
	if len(bans) != 1 || bans[0].Reason != "invalid block" || time.Until(bans[0].Expires) < 59*time.Minute {
		t.Errorf("bans %+v", bans)
	}
	stopNode(t, node)
	node = startNode(t, withDB(db))
	if len(node.Bans()) != 1 {
		t.Fatalf("bans after a restart: %+v", node.Bans())
	}
	if err := tryConnect(t, peer, addrOf(node)); err == nil {
		t.Error("banned peer is back after a restart")
	}
	if err := node.Unban(peer.Self().ID.String()); err != nil {
		t.Fatal(err)
	}
	connect(t, peer, node)
	if err := node.Unban(peer.Self().ID.String()); err == nil {
		t.Error("unbanned twice")
	}
}

func TestManualBans(t *testing.T) {
	node, peer := startNode(t), startNode(t)
	for _, target := range []string{peer.Self().ID.String(), addrOf(peer), peer.Self().ENR, "127.0.0.1", "127.0.0.0/8"} {
		connect(t, peer, node)
		if err := node.Ban(target, time.Minute, "a test"); err != nil {
			t.Fatal(err)
		}
		await(t, "disconnection", func() bool { return peer.Count() == 0 && node.Count() == 0 })
		if err := tryConnect(t, peer, addrOf(node)); err == nil {
			t.Errorf("back from a ban of %s", target)
		}
		if err := tryConnect(t, node, addrOf(peer)); err == nil {
			t.Errorf("dialled in spite of a ban of %s", target)
		}
		if err := node.Unban(target); err != nil {
			t.Fatal(err)
		}
	}
	for _, target := range []string{"", "localhost", "10.0.0.0/99", "/ip4/1.2.3.4/tcp/1"} {
		if err := node.Ban(target, time.Minute, ""); err == nil {
			t.Errorf("banned %q", target)
		}
	}
	if err := node.Ban("10.0.0.0/8", 100*time.Millisecond, ""); err != nil {
		t.Fatal(err)
	}
	await(t, "end of the ban", func() bool { return len(node.Bans()) == 0 })
}

func TestAllowAndDeny(t *testing.T) {
	friend, stranger := startNode(t), startNode(t)
	id := friend.Self().ID.String()
	for name, test := range map[string]struct {
		allow, deny      []string
		friend, stranger bool
	}{
		"allow id":          {allow: []string{id}, friend: true},
		"allow network":     {allow: []string{"127.0.0.0/8"}, friend: true, stranger: true},
		"allow other":       {allow: []string{"10.0.0.0/8"}},
		"allow id or other": {allow: []string{"10.0.0.0/8", id}, friend: true},
		"deny id":           {deny: []string{id}, stranger: true},
		"deny network":      {deny: []string{"127.0.0.1"}},
		"deny one of many":  {allow: []string{"127.0.0.0/8"}, deny: []string{id}, stranger: true},
	} {
		node := startNode(t, func(cfg *nodep2p.Config) { cfg.Allow, cfg.Deny = test.allow, test.deny })
		for other, want := range map[*nodep2p.Service]bool{friend: test.friend, stranger: test.stranger} {
			if err := tryConnect(t, other, addrOf(node)); (err == nil) != want {
				t.Errorf("%s: inbound %v, want success %v", name, err, want)
			}
			if err := tryConnect(t, node, addrOf(other)); (err == nil) != want {
				t.Errorf("%s: outbound %v, want success %v", name, err, want)
			}
		}
		stopNode(t, node)
	}
}

// Who speaks libp2p but not our protocols is no peer.
func TestForeignHost(t *testing.T) {
	node, foreign := startNode(t), newStranger(t)
	foreign.RemoveStreamHandler("/monolith/goodbye/1")
	if err := foreign.dial(node); err != nil {
		t.Fatal(err)
	}
	await(t, "disconnection", func() bool { return foreign.Network().Connectedness(node.Self().ID) == network.NotConnected })
	if node.Count() != 0 {
		t.Error("foreign host is a peer")
	}
}

// A static peer is dialled again and again.
func TestStaticPeerComesBack(t *testing.T) {
	key := t.TempDir() + "/nodekey"
	fixed := func(cfg *nodep2p.Config) { cfg.KeyFile = key }
	target := startNode(t, fixed)
	addr := addrOf(target)
	node := startNode(t, func(cfg *nodep2p.Config) { cfg.Static = []string{addr} })
	await(t, "first connection", func() bool { return node.Count() == 1 })
	stopNode(t, target)
	await(t, "disconnection", func() bool { return node.Count() == 0 })
	startNode(t, fixed, func(cfg *nodep2p.Config) { cfg.Port = tcpPort(t, addr) })
	await(t, "second connection", func() bool { return node.Count() == 1 })
}

func tcpPort(t *testing.T, addr string) (port int) {
	t.Helper()
	parsed, err := ma.NewMultiaddr(addr)
	if err != nil {
		t.Fatal(err)
	}
	text, err := parsed.ValueForProtocol(ma.P_TCP)
	if err != nil {
		t.Fatal(err)
	}
	if port, err = strconv.Atoi(text); err != nil {
		t.Fatal(err)
	}
	return port
}

func hostPort(host string, port int) string { return net.JoinHostPort(host, strconv.Itoa(port)) }

// Peers are remembered: a node that starts again needs no bootnode to find
// those it knew, not even those who had dialled it.
func TestRestartWithoutBootnode(t *testing.T) {
	db, dir := memorydb.New(), t.TempDir()
	boot := startNode(t)
	same := func(cfg *nodep2p.Config) { cfg.DB, cfg.KeyFile = db, dir+"/nodekey" }
	node := startNode(t, same, func(cfg *nodep2p.Config) { cfg.Bootnodes = []string{addrOf(boot)} })
	other := startNode(t)
	connect(t, other, node)
	await(t, "bootnode", func() bool { return node.Count() == 2 })
	stopNode(t, node)
	stopNode(t, boot)
	node = startNode(t, same)
	await(t, "connection with a remembered peer", func() bool { return node.Connected(other.Self().ID) })
}

// A bare name leads to whoever answers there.
func TestBootnodeByName(t *testing.T) {
	boot := startNode(t)
	port := tcpPort(t, addrOf(boot))
	node := startNode(t, func(cfg *nodep2p.Config) { cfg.Bootnodes = []string{hostPort("localhost", port)} })
	await(t, "bootnode", func() bool { return node.Connected(boot.Self().ID) })
	// A node that is its own bootnode is no trouble, nor is a name that nobody knows.
	lonely := startNode(t, func(cfg *nodep2p.Config) { cfg.Bootnodes = []string{"no-such-host.invalid"} })
	if err := lonely.AddPeer(addrOf(lonely)); err != nil {
		t.Error(err)
	}
	if err := tryConnect(t, lonely, addrOf(lonely)); err == nil {
		t.Error("connected to itself")
	}
	if err := lonely.Status(); err != nil {
		t.Error(err)
	}
}

// Three nodes that know only the bootnode find each other through discovery.
func TestDiscovery(t *testing.T) {
	discover := func(cfg *nodep2p.Config) { cfg.Discovery, cfg.DiscoveryPort = true, 0 }
	boot := startNode(t, discover)
	withBoot := func(cfg *nodep2p.Config) { cfg.Bootnodes = []string{addrOf(boot)} }
	a, b := startNode(t, discover, withBoot), startNode(t, discover, withBoot)
	await(t, "everybody knows everybody", func() bool { return a.Count() == 2 && b.Count() == 2 && boot.Count() == 2 })
}

func TestQUIC(t *testing.T) {
	a, b := startNode(t), startNode(t)
	for _, addr := range b.Self().Addrs {
		if strings.Contains(addr, "/quic-v1/") {
			if err := tryConnect(t, a, addr); err != nil {
				t.Fatal(err)
			}
		}
	}
	if peers := a.Peers(); len(peers) != 1 || peers[0].Transport != "quic" {
		t.Errorf("peers %+v", peers)
	}
}

// What runs when the node stops is ended, and what is asked afterwards fails.
func TestStopWhileBusy(t *testing.T) {
	a, b := startNode(t), startNode(t)
	entered := make(chan struct{})
	handleEcho(t, b, echo, func(ctx context.Context, _ peer.ID, _ []byte) ([]byte, error) {
		close(entered)
		<-ctx.Done()
		return nil, ctx.Err()
	})
	connect(t, a, b)
	result := make(chan error, 1)
	go func() {
		_, err := a.Request(context.Background(), b.Self().ID, echo, nil)
		result <- err
	}()
	<-entered
	stopNode(t, b)
	if err := <-result; err == nil {
		t.Error("answer from a stopped node")
	}
	stopNode(t, a)
	if _, err := a.Request(context.Background(), b.Self().ID, echo, nil); !errors.Is(err, nodep2p.ErrNotConnected) {
		t.Errorf("request after stop: %v", err)
	}
	if err := tryConnect(t, a, addrOf(b)); err == nil {
		t.Error("connected after stop")
	}
}

// With all that libp2p has against routers, on a machine without any.
func TestNAT(t *testing.T) {
	withNAT := func(cfg *nodep2p.Config) { cfg.NAT = true }
	a, b := startNode(t, withNAT), startNode(t, withNAT)
	connect(t, a, b)
	await(t, "latency", func() bool { return a.Peers()[0].Latency > 0 && b.Peers()[0].Latency > 0 })
}
