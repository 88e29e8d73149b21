package rpc

import (
	"math"
	"math/big"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/p2p/enode"
	"github.com/ethereum/go-ethereum/params"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"

	nodep2p "github.com/monolith-chain/monolith/p2p"
)

// protocolName is the key under which answers tell of the chain, where geth's have
// "eth".
const protocolName = "monolith"

// maxSeconds is the longest ban: what a time.Duration can hold.
const maxSeconds = uint64(math.MaxInt64 / time.Second)

// Network is what the handlers need of the network: whom it knows, and the ways to
// manage it. Targets are strings that name a peer, as package p2p reads them.
type Network interface {
	Self() nodep2p.Self
	Peers() []nodep2p.Peer
	Count() int
	AddPeer(target string) error
	RemovePeer(target string) error
	Trust(target string) error
	Untrust(target string) error
	Ban(target string, d time.Duration, reason string) error
	Unban(target string) error
	Bans() []nodep2p.Ban
}

// PeerHead is what a peer last said of its chain: number and hash of its head, and
// the work of it all. It is false before the handshake.
type PeerHead func(id peer.ID) (number uint64, hash common.Hash, work *big.Int, ok bool)

// adminAPI is the namespace admin: the network as its operator sees it. Answers
// have geth's members where there is the same thing to say. There is no "enode": it
// names nodes of another network; "enr" and "addresses" are to be used instead.
type adminAPI struct {
	*backend
	network Network
	head    PeerHead // nil = nothing is known
}

// nodeInfo is the answer of admin_nodeInfo.
type nodeInfo struct {
	ID         string                `json:"id"` // peer id
	Name       string                `json:"name"`
	ENR        string                `json:"enr,omitempty"`
	IP         string                `json:"ip,omitempty"` // of the record, like the ports
	Ports      nodePorts             `json:"ports"`
	ListenAddr string                `json:"listenAddr,omitempty"` // the first of listenAddrs
	Listen     []string              `json:"listenAddrs"`
	Addresses  []string              `json:"addresses"` // to be used as targets by others
	Protocols  map[string]*chainInfo `json:"protocols"`
}

type nodePorts struct {
	Discovery int `json:"discovery"`
	Listener  int `json:"listener"`
}

// chainInfo is what the node says of its chain.
type chainInfo struct {
	Network    *big.Int            `json:"network"` // the chain's id
	Genesis    common.Hash         `json:"genesis"`
	Config     *params.ChainConfig `json:"config"`
	Number     hexutil.Uint64      `json:"number"`
	Head       common.Hash         `json:"head"`
	Difficulty *hexutil.Big        `json:"difficulty"` // total work
}

// NodeInfo is admin_nodeInfo.
func (api *adminAPI) NodeInfo() *nodeInfo {
	self, head := api.network.Self(), api.chain.CurrentBlock()
	info := &nodeInfo{
		ID:        self.ID.String(),
		Name:      self.UserAgent,
		ENR:       self.ENR,
		Listen:    sorted(self.Listen),
		Addresses: sorted(self.Addrs),
		Protocols: map[string]*chainInfo{protocolName: {
			Network:    api.config.ChainID,
			Genesis:    api.chain.GetCanonicalHash(0),
			Config:     api.config,
			Number:     hexutil.Uint64(head.Number.Uint64()),
			Head:       head.Hash(),
			Difficulty: (*hexutil.Big)(api.chain.TotalWork(head.Hash(), head.Number.Uint64())),
		}},
	}
	if len(info.Listen) > 0 {
		info.ListenAddr = info.Listen[0]
	}
	if node, err := enode.Parse(enode.ValidSchemes, self.ENR); err == nil {
		info.Ports = nodePorts{Discovery: node.UDP(), Listener: node.TCP()}
		if node.IPAddr().IsValid() {
			info.IP = node.IPAddr().String()
		}
	}
	return info
}

// peerResult is one peer in the answer of admin_peers.
type peerResult struct {
	ID        string         `json:"id"` // peer id
	Name      string         `json:"name"`
	ENR       string         `json:"enr,omitempty"`
	Caps      []string       `json:"caps"` // protocols it serves
	Network   peerConn       `json:"network"`
	Since     time.Time      `json:"since"`
	Latency   *float64       `json:"latency"` // milliseconds; null = not measured yet
	Score     float64        `json:"score"`
	Protocols map[string]any `json:"protocols"`
}

// peerConn is the connection to a peer.
type peerConn struct {
	LocalAddress  string `json:"localAddress"`
	RemoteAddress string `json:"remoteAddress"`
	Transport     string `json:"transport"`
	Direction     string `json:"direction"` // "inbound" or "outbound"
	Inbound       bool   `json:"inbound"`
	Trusted       bool   `json:"trusted"`
	Static        bool   `json:"static"`
}

// peerChain is what a peer says of its chain.
type peerChain struct {
	Number     hexutil.Uint64 `json:"number"`
	Head       common.Hash    `json:"head"`
	Difficulty *hexutil.Big   `json:"difficulty"` // total work that it claims
}

// Peers is admin_peers: those that are connected.
func (api *adminAPI) Peers() []peerResult {
	peers := api.network.Peers()
	results := make([]peerResult, len(peers))
	for i, p := range peers {
		results[i] = peerResult{
			ID:        p.ID.String(),
			Name:      p.Agent,
			ENR:       p.ENR,
			Caps:      sorted(p.Protocols),
			Network:   connOf(p),
			Since:     p.Since.UTC().Truncate(time.Second),
			Latency:   milliseconds(p.Latency),
			Score:     p.Score,
			Protocols: map[string]any{protocolName: api.chainOf(p.ID)},
		}
	}
	return results
}

func connOf(p nodep2p.Peer) peerConn {
	conn := peerConn{
		LocalAddress:  p.Local.String(),
		RemoteAddress: p.Addr.String(),
		Transport:     p.Transport,
		Direction:     "outbound",
		Inbound:       p.Direction == network.DirInbound,
		Trusted:       p.Trusted,
		Static:        p.Static,
	}
	if conn.Inbound {
		conn.Direction = "inbound"
	}
	return conn
}

// chainOf is a peer's chain, or, as geth says it, that it has not told yet.
func (api *adminAPI) chainOf(id peer.ID) any {
	if api.head != nil {
		if number, hash, work, ok := api.head(id); ok {
			return peerChain{Number: hexutil.Uint64(number), Head: hash, Difficulty: (*hexutil.Big)(work)}
		}
	}
	return "handshake"
}

func milliseconds(d time.Duration) *float64 {
	if d == 0 {
		return nil
	}
	ms := float64(d.Microseconds()) / 1000
	return &ms
}

// sorted returns a list in a stable order, never nil: JSON shall show [], not null.
func sorted(list []string) []string {
	list = append([]string{}, list...)
	slices.Sort(list)
	return list
}

// AddPeer is admin_addPeer: dial the target now, and again whenever it is lost.
func (api *adminAPI) AddPeer(target string) (bool, error) {
	return done(api.network.AddPeer(target))
}

// RemovePeer is admin_removePeer: disconnect the target, and dial it no more.
func (api *adminAPI) RemovePeer(target string) (bool, error) {
	return done(api.network.RemovePeer(target))
}

// AddTrustedPeer is admin_addTrustedPeer: let the target in even if all slots are
// taken.
func (api *adminAPI) AddTrustedPeer(target string) (bool, error) {
	return done(api.network.Trust(target))
}

// RemoveTrustedPeer is admin_removeTrustedPeer. It does not disconnect.
func (api *adminAPI) RemoveTrustedPeer(target string) (bool, error) {
	return done(api.network.Untrust(target))
}

// Ban is admin_ban: keep a peer or a network (IP or CIDR) out for so many seconds.
// Without a number, or with 0, the time is that of the bans the node itself gives.
func (api *adminAPI) Ban(target string, seconds *uint64, reason *string) (bool, error) {
	var (
		d   time.Duration
		why = "banned by the operator"
	)
	if seconds != nil {
		if *seconds > maxSeconds {
			return false, invalidParams("%d seconds are too long, the most is %d", *seconds, maxSeconds)
		}
		d = time.Duration(*seconds) * time.Second
	}
	if reason != nil {
		why = *reason
	}
	return done(api.network.Ban(target, d, why))
}

// Unban is admin_unban.
func (api *adminAPI) Unban(target string) (bool, error) {
	return done(api.network.Unban(target))
}

// banResult is one ban in the answer of admin_bans.
type banResult struct {
	Target  string    `json:"target"`
	Reason  string    `json:"reason"`
	Expires time.Time `json:"expires"`
}

// Bans is admin_bans: those in force.
func (api *adminAPI) Bans() []banResult {
	bans := api.network.Bans()
	results := make([]banResult, len(bans))
	for i, b := range bans {
		results[i] = banResult{Target: b.Target, Reason: b.Reason, Expires: b.Expires.UTC().Truncate(time.Second)}
	}
	return results
}

// done is the answer of a method that either works or fails.
func done(err error) (bool, error) { return err == nil, err }
