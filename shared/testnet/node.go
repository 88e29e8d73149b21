package testnet

import (
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/monolith-chain/monolith/db"
	"github.com/monolith-chain/monolith/miner"
	nodep2p "github.com/monolith-chain/monolith/p2p"
	"github.com/monolith-chain/monolith/shared/chain"
	"github.com/monolith-chain/monolith/shared/chain/chaintest"
	"github.com/monolith-chain/monolith/shared/logging"
	"github.com/monolith-chain/monolith/shared/registry"
	"github.com/monolith-chain/monolith/shared/txpool"
	chainsync "github.com/monolith-chain/monolith/sync"
	"github.com/sirupsen/logrus"
)

// NodeConfig is what a test may change of a node.
type NodeConfig struct {
	DB    db.Config
	Chain chain.Config
	Pool  txpool.Config
	P2P   nodep2p.Config
	Sync  chainsync.Config
	Miner miner.Config
}

// Node is one node. Its services are those of the time since the last Start.
type Node struct {
	Name  string
	Index int

	DB    *db.Service
	Chain *chain.Service
	Pool  *txpool.Service
	P2P   *nodep2p.Service
	Sync  *chainsync.Service
	Miner *miner.Service

	t        testing.TB
	network  *Network
	cfg      NodeConfig
	services *registry.ServiceRegistry // nil while stopped
}

// Dir keeps a node's data in a directory, so that it can be restarted.
func (cfg *NodeConfig) Dir(dir string) {
	cfg.DB.Memory, cfg.DB.Dir = false, dir
	cfg.P2P.KeyFile = filepath.Join(dir, "nodekey")
	cfg.Pool.Journal = filepath.Join(dir, "transactions.rlp")
}

func (node *Node) defaults() NodeConfig {
	mining := node.network.cfg.Mining
	cfg := NodeConfig{
		DB: db.DefaultConfig(), Chain: chain.DefaultConfig(), Pool: txpool.DefaultConfig(),
		P2P: nodep2p.DefaultConfig(), Sync: chainsync.DefaultConfig(), Miner: miner.DefaultConfig(),
	}
	cfg.DB.Memory = true
	cfg.Chain.CacheMB = 8
	cfg.P2P.Addrs, cfg.P2P.Port = []string{"127.0.0.1"}, 0
	cfg.P2P.Discovery, cfg.P2P.NAT = false, false
	cfg.Miner.Enabled = mining != nil && mining(node.Index)
	if node.network.Params.Instant() {
		cfg.Miner.DevPeriod = node.network.cfg.Period
	}
	cfg.Miner.Etherbase = chaintest.Address(100 + node.Index)
	return cfg
}

// Start makes the node's services and starts them, in the order of the real node.
func (node *Node) Start() {
	node.t.Helper()
	if node.running() {
		return
	}
	node.services = registry.NewServiceRegistry(registry.WithLogger(node.logger("registry")))
	err := node.register()
	if err == nil {
		err = node.services.StartAll()
	}
	if err != nil {
		node.t.Fatalf("start %s: %v", node.Name, errors.Join(err, node.services.StopAll()))
	}
}

func (node *Node) running() bool { return node.services != nil }

// Stop stops the node in order, if it runs.
func (node *Node) Stop() {
	node.t.Helper()
	if !node.running() {
		return
	}
	if err := node.services.StopAll(); err != nil {
		node.t.Errorf("stop %s: %v", node.Name, err)
	}
	node.services = nil
}

func (node *Node) register() (err error) {
	cfg, genesis, params := node.cfg, node.network.Genesis, node.network.Params
	cfg.DB.Log = node.logger("db")
	if node.DB, err = add(node, func() (*db.Service, error) { return db.New(cfg.DB) }); err != nil {
		return err
	}
	cfg.Chain.DB, cfg.Chain.Writable = node.DB.Database(), node.DB.Writable
	cfg.Chain.Genesis, cfg.Chain.Params, cfg.Chain.Log = genesis, params, node.logger("chain")
	if node.Chain, err = add(node, func() (*chain.Service, error) { return chain.New(node.t.Context(), cfg.Chain) }); err != nil {
		return err
	}
	cfg.Pool.Chain, cfg.Pool.Log = node.Chain, node.logger("txpool")
	if node.Pool, err = add(node, func() (*txpool.Service, error) { return txpool.New(cfg.Pool) }); err != nil {
		return err
	}
	cfg.P2P.DB, cfg.P2P.Log = node.DB.Database(), node.logger("p2p")
	cfg.P2P.Network = chainsync.NetworkOf(node.Chain)
	if node.P2P, err = add(node, func() (*nodep2p.Service, error) { return nodep2p.New(cfg.P2P) }); err != nil {
		return err
	}
	cfg.Sync.Chain, cfg.Sync.Pool, cfg.Sync.Network = node.Chain, node.Pool, node.P2P
	cfg.Sync.Params, cfg.Sync.Log = params, node.logger("sync")
	if node.Sync, err = add(node, func() (*chainsync.Service, error) { return chainsync.New(cfg.Sync) }); err != nil {
		return err
	}
	cfg.Miner.Chain, cfg.Miner.Pool, cfg.Miner.Params = node.Chain, node.Pool, params
	cfg.Miner.Synced, cfg.Miner.OnSealed = node.Sync.Synced, node.Sync.Announce
	cfg.Miner.Writable, cfg.Miner.Log = node.minable, node.logger("miner")
	node.Miner, err = add(node, func() (*miner.Service, error) { return miner.New(cfg.Miner) })
	return err
}

// minable says why the node may not mine now, if so.
func (node *Node) minable() error {
	if node.network.halted.Load() {
		return errHalted
	}
	return node.DB.Writable()
}

func add[S registry.Service](node *Node, build func() (S, error)) (S, error) {
	service, err := build()
	if err != nil {
		return service, err
	}
	return service, node.services.RegisterService(service)
}

// logger is silent unless MONOLITH_TESTLOG names a level.
func (node *Node) logger(service string) logrus.FieldLogger {
	log := logging.Discard()
	if level, err := logrus.ParseLevel(os.Getenv("MONOLITH_TESTLOG")); err == nil {
		log = logrus.New()
		log.SetLevel(level)
	}
	return log.WithFields(logrus.Fields{"node": node.Name, "service": service})
}

// ID is the node's name on the network.
func (node *Node) ID() peer.ID { return node.P2P.Self().ID }

// Address is where the node can be dialled.
func (node *Node) Address() string { return node.P2P.Self().Addrs[0] }

// Head is the node's head.
func (node *Node) Head() *types.Header { return node.Chain.CurrentBlock() }

// Knows reports whether the node has shaken hands with the other.
func (node *Node) Knows(other *Node) bool {
	_, ok := node.Sync.PeerStatus(other.ID())
	return ok
}

// banTime of a partition: longer than any test.
const banTime = time.Hour

func (node *Node) refuse(other *Node) {
	node.t.Helper()
	if err := node.P2P.Ban(other.ID().String(), banTime, "partition"); err != nil {
		node.t.Fatal(err)
	}
}

func (node *Node) accept(other *Node) {
	node.t.Helper()
	if err := node.P2P.Unban(other.ID().String()); err != nil {
		node.t.Fatal(err)
	}
}

// Send has the node pool transfers from the given account, one per nonce from the
// first on, as if they had come over its own interface, and returns their hashes.
func (node *Node) Send(account int, nonce uint64, count int) []common.Hash {
	node.t.Helper()
	signer := types.LatestSigner(node.network.Genesis.Config)
	to := chaintest.Address(99)
	hashes := make([]common.Hash, count)
	for i := range hashes {
		tx := types.MustSignNewTx(chaintest.Key(account), signer, &types.DynamicFeeTx{
			ChainID: signer.ChainID(), Nonce: nonce + uint64(i), To: &to, Value: big.NewInt(1),
			Gas: 21000, GasTipCap: big.NewInt(1e9), GasFeeCap: big.NewInt(100e9),
		})
		if err := node.Pool.AddLocal(tx); err != nil {
			node.t.Fatalf("%s: transfer %d: %v", node.Name, nonce+uint64(i), err)
		}
		hashes[i] = tx.Hash()
	}
	return hashes
}
