package sync

import (
	"context"
	"io"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/monolith-chain/monolith/db"
	nodep2p "github.com/monolith-chain/monolith/p2p"
	"github.com/monolith-chain/monolith/shared/chain"
	"github.com/monolith-chain/monolith/shared/chain/chaintest"
	"github.com/monolith-chain/monolith/shared/pow"
	"github.com/monolith-chain/monolith/shared/txpool"
	"github.com/sirupsen/logrus"
	logrustest "github.com/sirupsen/logrus/hooks/test"
)

// testPatience of a test with a condition: far beyond what any takes.
const testPatience = 40 * time.Second

// world is a network of nodes for a test, and a maker of its blocks.
type world struct {
	*chaintest.Builder
	t       testing.TB
	genesis *core.Genesis
	full    func() error // why the disks take no blocks; nil is a disk with room
}

func newWorld(t testing.TB) *world { return newWorldOf(t, chaintest.Params()) }

func newWorldOf(t testing.TB, params *pow.Params) *world {
	t.Helper()
	genesis := chaintest.Genesis(params)
	return &world{Builder: chaintest.New(t, genesis, params), t: t, genesis: genesis}
}

// node is a whole node but for miner and rpc.
type node struct {
	*Service
	t     testing.TB
	chain *chain.Service
	pool  *txpool.Service
	net   *nodep2p.Service
	logs  *logrustest.Hook
}

// node starts a node with the given blocks in its chain.
func (w *world) node(blocks types.Blocks, change ...func(*Config)) *node {
	w.t.Helper()
	n := w.idle(blocks, change...)
	n.net.Start()
	n.Start()
	return n
}

// idle makes a node whose network and sync are not started.
func (w *world) idle(blocks types.Blocks, change ...func(*Config)) *node {
	w.t.Helper()
	n := &node{t: w.t}
	n.chain = w.chain()
	if len(blocks) > 0 {
		if _, err := n.chain.InsertBlocks(w.t.Context(), blocks); err != nil {
			w.t.Fatal(err)
		}
	}
	pool := txpool.DefaultConfig()
	pool.Chain, pool.Log = n.chain, discard()
	var err error
	n.pool, err = txpool.New(pool)
	check(w.t, err)
	n.pool.Start()
	stopAtEnd(w.t, n.pool.Stop)

	log, hook := logrustest.NewNullLogger()
	log.SetLevel(logrus.DebugLevel)
	n.logs = hook
	n.net = w.network(n.chain, log)
	cfg := DefaultConfig()
	cfg.Chain, cfg.Pool, cfg.Network, cfg.Params = n.chain, n.pool, n.net, w.Params
	cfg.Log = log
	for _, f := range change {
		f(&cfg)
	}
	n.Service, err = New(cfg)
	check(w.t, err)
	stopAtEnd(w.t, n.Stop)
	return n
}

func (w *world) chain() *chain.Service {
	w.t.Helper()
	store := db.DefaultConfig()
	store.Memory, store.Log = true, discard()
	opened, err := db.New(store)
	check(w.t, err)
	stopAtEnd(w.t, opened.Stop)
	cfg := chain.DefaultConfig()
	cfg.DB, cfg.Writable = opened.Database(), opened.Writable
	if w.full != nil {
		cfg.Writable = w.full
	}
	cfg.Genesis, cfg.Params, cfg.Log = w.genesis, w.Params, discard()
	s, err := chain.New(w.t.Context(), cfg)
	check(w.t, err)
	s.Start()
	stopAtEnd(w.t, s.Stop)
	return s
}

// network opens p2p on loopback.
func (w *world) network(c *chain.Service, log logrus.FieldLogger) *nodep2p.Service {
	w.t.Helper()
	store := db.DefaultConfig()
	store.Memory, store.Log = true, discard()
	opened, err := db.New(store)
	check(w.t, err)
	stopAtEnd(w.t, opened.Stop)
	cfg := nodep2p.DefaultConfig()
	cfg.DB, cfg.Network = opened.Database(), NetworkOf(c)
	cfg.Addrs, cfg.Port, cfg.Discovery, cfg.NAT = []string{"127.0.0.1"}, 0, false, false
	cfg.Log = log
	s, err := nodep2p.New(cfg)
	check(w.t, err)
	stopAtEnd(w.t, s.Stop)
	return s
}

func (n *node) id() peer.ID { return n.net.Self().ID }

// connect connects nodes to the first one and awaits their handshakes.
func connect(hub *node, others ...*node) {
	hub.t.Helper()
	for _, other := range others {
		dial(hub.t, hub.net, other.net)
		await(hub.t, "handshake", func() bool {
			_, here := hub.PeerStatus(other.id())
			_, there := other.PeerStatus(hub.id())
			return here && there
		})
	}
}

func dial(t testing.TB, from, to *nodep2p.Service) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), testPatience)
	defer cancel()
	check(t, from.Connect(ctx, to.Self().Addrs[0]))
}

// awaitMesh waits until gossip between two nodes goes both ways.
func awaitMesh(nodes ...*node) {
	nodes[0].t.Helper()
	for _, a := range nodes[1:] {
		await(a.t, "gossip mesh", func() bool {
			return slices.Contains(nodes[0].blockTopic.Mesh(), a.id()) && slices.Contains(a.blockTopic.Mesh(), nodes[0].id()) &&
				slices.Contains(nodes[0].txTopic.Mesh(), a.id()) && slices.Contains(a.txTopic.Mesh(), nodes[0].id())
		})
	}
}

// mine puts a block on the node's chain and announces it, as a miner does.
func (n *node) mine(block *types.Block) {
	n.t.Helper()
	if _, err := n.chain.InsertBlocks(n.t.Context(), types.Blocks{block}); err != nil {
		n.t.Fatal(err)
	}
	n.Announce(block)
}

func (n *node) awaitHead(block *types.Block) {
	n.t.Helper()
	await(n.t, "head", func() bool { return n.chain.CurrentBlock().Hash() == block.Hash() })
}

func (n *node) awaitPending(count int) {
	n.t.Helper()
	await(n.t, "pooled transactions", func() bool { pending, _ := n.pool.Stats(); return pending == count })
}

func await(t testing.TB, what string, done func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), testPatience)
	defer cancel()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for !done() {
		select {
		case <-ctx.Done():
			t.Fatalf("no %s in %v", what, testPatience)
		case <-ticker.C:
		}
	}
}

func stopAtEnd(t testing.TB, stop func() error) {
	t.Helper()
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func discard() *logrus.Logger {
	l := logrus.New()
	l.SetOutput(io.Discard)
	return l
}

// instant are the rules of development mode.
func instant() *pow.Params {
	p := pow.DefaultParams()
	p.TargetInterval, p.HalfLife = 1, 30
	p.Limit = new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 256), big.NewInt(1))
	p.InitialTarget = pow.MaxCompact
	return &p
}

// awaitBan awaits that a node has banned a peer.
func (n *node) awaitBan(id peer.ID) {
	n.t.Helper()
	await(n.t, "ban", func() bool {
		return slices.ContainsFunc(n.net.Bans(), func(b nodep2p.Ban) bool { return b.Target == id.String() })
	})
}
