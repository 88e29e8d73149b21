package rpc

import (
	"math/big"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/libp2p/go-libp2p/core/peer"

	"github.com/monolith-chain/monolith/shared/chain/chaintest"
)

// shownStatus is of monolith_status what these tests look at.
type shownStatus struct {
	Engine          string
	Dev             bool
	BlockTime       *hexutil.Uint64
	Head            blockSummary
	Network         bool
	Peers           hexutil.Uint
	Mining          *miningStatus
	Hashrate        *hexutil.Uint64
	Started, Time   hexutil.Uint64
	TotalDifficulty *hexutil.Big
}

// The hash rate is the work of the last blocks by their time, as soon as there are two.
func TestNetworkHashrate(t *testing.T) {
	n := newNode(t)
	for _, count := range []int{0, 1, 1, 10, 120} {
		if count > 0 {
			n.mineEmpty(count)
		}
		status, head := get[shownStatus](n, "monolith_status"), n.head()
		if head.NumberU64() < 2 {
			if status.Hashrate != nil {
				t.Errorf("%d blocks make a hash rate of %v", head.NumberU64(), *status.Hashrate)
			}
			continue
		}
		first := n.chain.GetBlockByNumber(max(1, head.NumberU64()-min(head.NumberU64(), 120)))
		work := n.chain.TotalWork(head.Hash(), head.NumberU64())
		work.Sub(work, n.chain.TotalWork(first.Hash(), first.NumberU64()))
		want := work.Div(work, bigUint(head.Time()-first.Time())).Uint64()
		if status.Hashrate == nil || uint64(*status.Hashrate) != want {
			t.Errorf("at block %d the hash rate is %v, want %d", head.NumberU64(), status.Hashrate, want)
		}
		if status.Head.Hash != head.Hash() || status.TotalDifficulty.ToInt().Cmp(status.Head.TotalDifficulty.ToInt()) != 0 {
			t.Errorf("head %+v", status.Head)
		}
	}
}

// A development chain has no hash rate, and no block time unless it is set.
func TestStatusOfDevChain(t *testing.T) {
	n := newNodeOf(t, t.TempDir(), chaintest.Instant(), func(cfg *Config) { cfg.About.BlockTime = 0 })
	status := get[shownStatus](n, "monolith_status")
	if status.Engine != "instant" || !status.Dev || status.BlockTime != nil || status.Hashrate != nil || status.Network || status.Mining == nil || !status.Mining.Mining {
		t.Errorf("%+v", status)
	}
	if status.Started == 0 || status.Time < status.Started {
		t.Errorf("started at %d, now it is %d", status.Started, status.Time)
	}
}

// What everybody may ask says nothing of where the node and its peers are, nor of keys.
func TestNothingPrivate(t *testing.T) {
	a, other := newAdmin(t), newNetwork(t, "Other/v1")
	a.mineEmpty(2)
	a.want(`true`, "admin_addPeer", other.Self().Addrs[0])
	a.await("the peer", func() bool { return a.network.Connected(other.Self().ID) })
	a.send(a.transfer(1))

	a.want(`{"network":true,"peers":"0x1"}`, "monolith_status")
	a.want(`[{"id":"`+other.Self().ID.String()+`","client":"Other/v1","direction":"outbound","trusted":false,"head":{"number":"0x7","hash":"`+peerHash.Hex()+`","totalDifficulty":"0x3e8"}}]`, "monolith_peers")

	private := []string{"127.0.0.1", "/ip4", "/tcp/", "/p2p/", "enr:", filepath.Dir(a.rpc.cfg.IPCPath)}
	for i := range 10 {
		private = append(private, common.Bytes2Hex(crypto.FromECDSA(chaintest.Key(i))))
	}
	for method, params := range map[string][]any{
		"monolith_status": nil, "monolith_services": nil, "monolith_peers": nil, "monolith_blocks": {"latest", 10}, "monolith_miners": {10}, "monolith_pool": {10},
	} {
		answer, err := a.ask(method, params...)
		a.check(err)
		for _, secret := range private {
			if strings.Contains(string(answer), secret) {
				t.Errorf("%s tells %q: %s", method, secret, answer)
			}
		}
	}
}

// The head of a peer that has told none yet is null.
func TestPeersBeforeHandshake(t *testing.T) {
	network, other := newNetwork(t, "Monolith/test"), newNetwork(t, "Other/v1")
	if err := network.AddPeer(other.Self().Addrs[0]); err != nil {
		t.Fatal(err)
	}
	await(t, "the peer", func() bool { return network.Connected(other.Self().ID) && other.Connected(network.Self().ID) })
	for name, head := range map[string]PeerHead{
		"nobody knows": nil,
		"not yet":      func(peer.ID) (uint64, common.Hash, *big.Int, bool) { return 0, common.Hash{}, nil, false },
	} {
		if peers := (&peersAPI{network, head}).Peers(); len(peers) != 1 || peers[0].Head != nil {
			t.Errorf("%s: %+v", name, peers)
		}
	}
	if peers := (&peersAPI{other, nil}).Peers(); peers[0].Direction != "inbound" || peers[0].Since == 0 {
		t.Errorf("at the other end: %+v", peers)
	}
}
