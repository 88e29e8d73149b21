package discovery

import (
	"net"
	"testing"

	"github.com/libp2p/go-libp2p/core/peer"
)

// multicast reports whether this machine has an interface for it.
func multicast(t *testing.T) bool {
	t.Helper()
	interfaces, err := net.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range interfaces {
		const need = net.FlagUp | net.FlagMulticast
		if i.Flags&need == need {
			return true
		}
	}
	return false
}

func TestMDNS(t *testing.T) {
	if !multicast(t) {
		t.Skip("no interface with multicast")
	}
	start := func(n Network) (*Service, peer.ID) {
		cfg := testConfig(t)
		cfg.Network, cfg.MDNS, cfg.DiscV5 = n, true, false
		s, h := newService(t, cfg), newHost(t)
		s.Start(h)
		return s, h.ID()
	}
	a, aID := start(network(genesisA, 1))
	b, bID := start(network(genesisA, 1))
	_, stranger := start(network(genesisB, 1))

	for s, want := range map[*Service]peer.ID{a: bID, b: aID} {
		await(t, "the other node", func() bool {
			select {
			case c := <-s.Candidates():
				if c.Info.ID == stranger || c.Source != SourceMDNS || len(c.Info.Addrs) == 0 {
					t.Errorf("found %v", c)
				}
				return c.Info.ID == want
			default:
				return false
			}
		})
	}
	if err := a.Stop(); err != nil {
		t.Error(err)
	}
	(&mdnsFinder{parent: a}).HandlePeerFound(peer.AddrInfo{ID: bID}) // late, and harmless
}

// What answers say is bounded: addresses of one, and answers that wait.
func TestMDNSFlood(t *testing.T) {
	s := newService(t, testConfig(t))
	finder, h := &mdnsFinder{parent: s}, newHost(t)
	info := peer.AddrInfo{ID: h.ID()}
	for range 1000 {
		info.Addrs = append(info.Addrs, h.Addrs()...)
	}
	for range fakes {
		finder.HandlePeerFound(info)
	}
	if n := len(s.Candidates()); n < candidateBurst || n > candidateQueue {
		t.Errorf("%d candidates", n)
	}
	if c := <-s.Candidates(); len(c.Info.Addrs) != mdnsAddrs {
		t.Errorf("%d addresses", len(c.Info.Addrs))
	}
	if counter(t, s, "dropped_total", "") < fakes-2*candidateQueue {
		t.Error("what was dropped is not counted")
	}
}
