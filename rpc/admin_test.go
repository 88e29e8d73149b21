package rpc

import (
	"encoding/json"
	"fmt"
	"math/big"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/rpc"
	"github.com/libp2p/go-libp2p/core/peer"

	nodep2p "github.com/monolith-chain/monolith/p2p"
)

var peerHash = common.HexToHash("0x0eadbeef")

// peerHead stands for the sync service, which has heard of every peer's chain.
func peerHead(peer.ID) (uint64, common.Hash, *big.Int, bool) {
	return 7, peerHash, big.NewInt(1000), true
}

// newNetwork starts a real network on the loopback interface.
func newNetwork(t *testing.T, agent string) *nodep2p.Service {
	t.Helper()
	cfg := nodep2p.DefaultConfig()
	cfg.DB = rawdb.NewMemoryDatabase()
	cfg.Addrs = []string{"127.0.0.1"}
	cfg.Port, cfg.DiscoveryPort, cfg.NAT = 0, 0, false
	cfg.Network = nodep2p.Network{
		ForkID:     func() []byte { return []byte{0xc0} },
		Compatible: func([32]byte, []byte) error { return nil },
	}
	cfg.UserAgent, cfg.Log = agent, discard()
	s, err := nodep2p.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	s.Start()
	return s
}

// admin is a node with a network, asked over IPC.
type admin struct {
	*node
	network *nodep2p.Service
	local   *rpc.Client
}

func newAdmin(t *testing.T) *admin {
	t.Helper()
	a := &admin{network: newNetwork(t, "Monolith/test")}
	path := filepath.Join(t.TempDir(), "ipc")
	a.node = newNode(t, func(cfg *Config) {
		cfg.Network, cfg.PeerHead, cfg.IPCPath = a.network, peerHead, path
	})
	a.local = a.dial(path)
	return a
}

// want asks over IPC and compares what the answer has to have.
func (a *admin) want(answer, method string, params ...any) {
	a.t.Helper()
	result, err := ask(a.t, a.local, method, params...)
	if err != nil {
		a.t.Errorf("%s: %v", method, err)
	} else if fault := contains(result, json.RawMessage(answer)); fault != "" {
		a.t.Errorf("%s: %s\nin %s", method, fault, result)
	}
}

func (a *admin) fails(code int, text, method string, params ...any) {
	a.t.Helper()
	_, err := ask(a.t, a.local, method, params...)
	wantError(a.t, err, code, text)
}

func TestAdmin(t *testing.T) {
	a, other := newAdmin(t), newNetwork(t, "Other/v1")
	address, id := other.Self().Addrs[0], other.Self().ID
	a.want(`[]`, "admin_peers")
	a.want(`true`, "net_listening")
	a.want(`"0x0"`, "net_peerCount")

	a.want(`true`, "admin_addPeer", address)
	a.await("the peer", func() bool { return a.network.Connected(id) && other.Connected(a.network.Self().ID) })
	a.want(`"0x1"`, "net_peerCount")
	a.want(fmt.Sprintf(`[{
		"id": %q, "name": "Other/v1",
		"network": {"direction": "outbound", "inbound": false, "static": true, "trusted": false},
		"protocols": {"monolith": {"number": "0x7", "head": %q, "difficulty": "0x3e8"}}
	}]`, id, peerHash), "admin_peers")
	var peers []peerResult
	a.check(a.local.CallContext(t.Context(), &peers, "admin_peers"))
	if p := peers[0]; p.Network.RemoteAddress == "" || p.Network.Transport == "" || len(p.Caps) == 0 || time.Since(p.Since) > patience {
		t.Errorf("peer %+v", p)
	}

	a.want(`true`, "admin_addTrustedPeer", address)
	a.want(`[{"network": {"trusted": true}}]`, "admin_peers")
	a.want(`true`, "admin_removeTrustedPeer", address)
	a.want(`[{"network": {"trusted": false}}]`, "admin_peers")
	a.want(`true`, "admin_removePeer", address)
	a.await("the peer has gone", func() bool { return !a.network.Connected(id) })
	a.want(`[]`, "admin_peers")

	a.fails(codeServer, "", "admin_removePeer", address)
	a.fails(codeServer, "", "admin_removeTrustedPeer", address)
	a.fails(codeServer, "", "admin_addPeer", "no target")
	a.fails(codeServer, "", "admin_addPeer", "enode://00@10.0.0.1:30303")
	a.fails(codeInvalidParams, "missing value", "admin_addPeer")
}

func TestAdminNodeInfo(t *testing.T) {
	a := newAdmin(t)
	self, head := a.network.Self(), a.mine()
	slices.Sort(self.Listen) // TCP first
	slices.Sort(self.Addrs)
	work := a.chain.TotalWork(head.Hash(), 1)
	a.want(fmt.Sprintf(`{
		"id": %q, "name": "Monolith/test", "enr": %q, "ip": "127.0.0.1", "listenAddr": %q, "addresses": [%q, %q],
		"protocols": {"monolith": {"network": 4242, "genesis": %q, "config": {"chainId": 4242}, "number": "0x1", "head": %q, "difficulty": "%#x"}}
	}`, self.ID, self.ENR, self.Listen[0], self.Addrs[0], self.Addrs[1], a.chain.Genesis().Hash(), head.Hash(), work), "admin_nodeInfo")
	var info nodeInfo
	a.check(a.local.CallContext(t.Context(), &info, "admin_nodeInfo"))
	if info.Ports.Discovery == 0 || info.Ports.Listener == 0 {
		t.Errorf("ports %+v", info.Ports)
	}
	// Whoever reads the answer can connect.
	for _, target := range append(info.Addresses, info.ENR) {
		a.check(newNetwork(t, "").Connect(t.Context(), target))
	}
}

func TestAdminBans(t *testing.T) {
	a, other := newAdmin(t), newNetwork(t, "Other/v1")
	id := other.Self().ID.String()
	a.check(a.network.Connect(t.Context(), other.Self().Addrs[0]))
	a.want(`[]`, "admin_bans")
	a.want(`true`, "admin_ban", id, 600, "spam")
	a.await("the peer has gone", func() bool { return a.network.Count() == 0 })
	a.want(`true`, "admin_ban", "10.0.0.0/8")
	a.want(`true`, "admin_ban", "192.168.0.1", 0)

	var bans []banResult
	a.check(a.local.CallContext(t.Context(), &bans, "admin_bans"))
	if len(bans) != 3 {
		t.Fatalf("bans %v", bans)
	}
	for _, ban := range bans {
		left := time.Until(ban.Expires)
		if ban.Target == id && (ban.Reason != "spam" || left > 10*time.Minute || left < 9*time.Minute) ||
			ban.Target != id && (ban.Reason != "banned by the operator" || left < time.Minute) {
			t.Errorf("ban %+v", ban)
		}
	}
	if err := a.network.Connect(t.Context(), other.Self().Addrs[0]); err == nil {
		t.Error("connected to a banned peer")
	}
	a.want(`true`, "admin_unban", id)
	a.want(`true`, "admin_unban", "10.0.0.0/8")
	a.want(`[{"reason": "banned by the operator"}]`, "admin_bans")
	a.check(a.network.Connect(t.Context(), other.Self().Addrs[0]))

	a.fails(codeServer, "", "admin_ban", "no target", 1)
	a.fails(codeServer, "", "admin_unban", "10.0.0.0/8")
	a.fails(codeInvalidParams, "invalid argument 1", "admin_ban", id, -1)
	a.fails(codeInvalidParams, "18446744073709551615 seconds are too long", "admin_ban", id, uint64(1<<64-1))
}

// TestAdminIsLocal: not over HTTP, and without a network not at all.
func TestAdminIsLocal(t *testing.T) {
	a := newAdmin(t)
	_, err := a.ask("admin_nodeInfo")
	wantError(t, err, -32601, "the method admin_nodeInfo does not exist")

	path := filepath.Join(t.TempDir(), "ipc")
	alone := newNode(t, func(cfg *Config) { cfg.IPCPath = path })
	_, err = ask(t, alone.dial(path), "admin_peers")
	wantError(t, err, -32601, "the method admin_peers does not exist")
	if !get[bool](alone, "net_listening") || get[string](alone, "net_peerCount") != "0x0" {
		t.Error("a network without one")
	}
}

// TestAdminBeforeHandshake: a peer may be connected and have said nothing yet.
func TestAdminBeforeHandshake(t *testing.T) {
	for _, head := range []PeerHead{nil, func(peer.ID) (uint64, common.Hash, *big.Int, bool) { return 0, common.Hash{}, nil, false }} {
		api := &adminAPI{head: head}
		if got := api.chainOf("somebody"); got != "handshake" {
			t.Errorf("got %v", got)
		}
	}
}
