package main

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/monolith-chain/monolith/config"
	"github.com/monolith-chain/monolith/db"
	"github.com/monolith-chain/monolith/miner"
	nodep2p "github.com/monolith-chain/monolith/p2p"
	noderpc "github.com/monolith-chain/monolith/rpc"
	"github.com/monolith-chain/monolith/shared/addressindex"
	"github.com/monolith-chain/monolith/shared/chain"
	"github.com/monolith-chain/monolith/shared/monitor"
	"github.com/monolith-chain/monolith/shared/pow"
	"github.com/monolith-chain/monolith/shared/registry"
	"github.com/monolith-chain/monolith/shared/txpool"
	"github.com/monolith-chain/monolith/shared/wallet"
	chainsync "github.com/monolith-chain/monolith/sync"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/sirupsen/logrus"
)

// node holds what the services have in common while they are put together.
type node struct {
	cfg      *config.Config
	genesis  *config.Genesis
	log      *logrus.Logger
	metrics  *prometheus.Registry
	services *registry.ServiceRegistry
	started  time.Time
}

func newNode(cfg *config.Config, log *logrus.Logger) *node {
	n := &node{
		cfg: cfg, genesis: cfg.Genesis(), log: log, metrics: prometheus.NewRegistry(),
		services: registry.NewServiceRegistry(registry.WithLogger(log)),
		started:  time.Now(),
	}
	n.metrics.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		info("build", "What the node was built from, as labels.",
			prometheus.Labels{"version": release(), "commit": commit, "goversion": runtime.Version()}),
		info("network", "The network that the node is on, as labels.",
			prometheus.Labels{"network": n.networkName(), "chainid": n.genesis.Core.Config.ChainID.String(), "genesis": n.genesis.Hash().Hex()}),
	)
	return n
}

// info is a metric that is always 1 and tells what it has to by its labels.
func info(name, help string, labels prometheus.Labels) prometheus.Collector {
	g := prometheus.NewGauge(prometheus.GaugeOpts{Name: "monolith_" + name + "_info", Help: help, ConstLabels: labels})
	g.Set(1)
	return g
}

// registration builds one service and adds it to the registry.
type registration func(ctx context.Context) error

// store is what every command that opens the chain needs; all is a whole node.
func (n *node) store() []registration { return []registration{n.registerDB, n.registerChain} }
func (n *node) all() []registration {
	return append(n.store(), n.registerTxPool, n.registerP2P, n.registerSync, n.registerMiner, n.registerWallet, n.registerAddressIndex, n.registerRPC, n.registerMonitor)
}

// register builds services in order. If one cannot be built, those before it
// are closed.
func (n *node) register(ctx context.Context, registrations []registration) error {
	for _, register := range registrations {
		if err := register(ctx); err != nil {
			return errors.Join(err, n.services.StopAll())
		}
	}
	return nil
}

func (n *node) registerDB(context.Context) error {
	cfg := n.cfg.DB
	cfg.Log, cfg.Registerer = n.logger("db"), n.metrics
	return add(n, func() (*db.Service, error) { return db.New(cfg) })
}

func (n *node) registerChain(ctx context.Context) error {
	var store *db.Service
	if err := n.services.FetchService(&store); err != nil {
		return err
	}
	return add(n, func() (*chain.Service, error) { return chain.New(ctx, n.chainConfig(store)) })
}

func (n *node) chainConfig(store *db.Service) chain.Config {
	cfg := n.cfg.Chain
	cfg.DB, cfg.Writable = store.Database(), store.Writable
	cfg.Genesis, cfg.Params = n.genesis.Core, n.genesis.Pow
	cfg.Log, cfg.Registerer = n.logger("chain"), n.metrics
	return cfg
}

func (n *node) registerTxPool(context.Context) error {
	cfg := n.cfg.PoolConfig()
	if err := n.services.FetchService(&cfg.Chain); err != nil {
		return err
	}
	cfg.Log, cfg.Registerer = n.logger("txpool"), n.metrics
	return add(n, func() (*txpool.Service, error) { return txpool.New(cfg) })
}

func (n *node) registerP2P(context.Context) error {
	if !n.cfg.Peers {
		return nil
	}
	var store *db.Service
	var blocks *chain.Service
	if err := errors.Join(n.services.FetchService(&store), n.services.FetchService(&blocks)); err != nil {
		return err
	}
	cfg := n.cfg.P2PConfig()
	cfg.DB, cfg.Network, cfg.UserAgent = store.Database(), chainsync.NetworkOf(blocks), clientVersion()
	cfg.Log, cfg.Registerer = n.logger("p2p"), n.metrics
	return add(n, func() (*nodep2p.Service, error) { return nodep2p.New(cfg) })
}

func (n *node) registerSync(context.Context) error {
	if !n.cfg.Peers {
		return nil
	}
	cfg := n.cfg.Sync
	if err := errors.Join(
		n.services.FetchService(&cfg.Chain),
		n.services.FetchService(&cfg.Pool),
		n.services.FetchService(&cfg.Network),
	); err != nil {
		return err
	}
	cfg.Params, cfg.FutureLimit = n.genesis.Pow, n.cfg.Chain.FutureLimit
	cfg.Log, cfg.Registerer = n.logger("sync"), n.metrics
	return add(n, func() (*chainsync.Service, error) { return chainsync.New(cfg) })
}

func (n *node) registerMiner(context.Context) error {
	if n.stock() {
		return nil // whoever checks no proofs cannot make one
	}
	var store *db.Service
	cfg := n.cfg.Miner
	if n.cfg.Peers {
		var sync *chainsync.Service
		if err := n.services.FetchService(&sync); err != nil {
			return err
		}
		cfg.Synced, cfg.OnSealed = sync.Synced, sync.Announce
	}
	if err := errors.Join(
		n.services.FetchService(&store),
		n.services.FetchService(&cfg.Chain),
		n.services.FetchService(&cfg.Pool),
	); err != nil {
		return err
	}
	cfg.Params, cfg.Writable = n.genesis.Pow, store.Writable
	cfg.Log, cfg.Registerer = n.logger("miner"), n.metrics
	return add(n, func() (*miner.Service, error) { return miner.New(cfg) })
}

func (n *node) registerWallet(ctx context.Context) error {
	cfg := n.cfg.WalletConfig()
	cfg.Log = n.logger("wallet")
	return add(n, func() (*wallet.Service, error) { return wallet.New(ctx, cfg) })
}

func (n *node) registerAddressIndex(context.Context) error {
	if !n.cfg.IndexAddresses {
		return nil
	}
	var store *db.Service
	var cfg addressindex.Config
	if err := errors.Join(n.services.FetchService(&store), n.services.FetchService(&cfg.Chain)); err != nil {
		return err
	}
	cfg.DB, cfg.Writable = store.Database(), store.Writable
	cfg.Log, cfg.Registerer = n.logger("addressindex"), n.metrics
	return add(n, func() (*addressindex.Service, error) { return addressindex.New(cfg) })
}

func (n *node) registerRPC(context.Context) error {
	cfg := n.cfg.RPC
	if err := errors.Join(
		n.services.FetchService(&cfg.Chain),
		n.services.FetchService(&cfg.Pool),
		n.services.FetchService(&cfg.Wallet),
	); err != nil {
		return err
	}
	if !n.stock() {
		if err := n.services.FetchService(&cfg.Miner); err != nil {
			return err
		}
	}
	if n.cfg.IndexAddresses {
		if err := n.services.FetchService(&cfg.AddressIndex); err != nil {
			return err
		}
	}
	if n.cfg.Dev {
		dev, err := n.dev()
		if err != nil {
			return err
		}
		cfg.Dev, cfg.Faucet.Key = dev, config.DevFaucet()
	}
	if n.cfg.Peers {
		var sync *chainsync.Service
		if err := errors.Join(n.services.FetchService(&cfg.Network), n.services.FetchService(&sync)); err != nil {
			return err
		}
		cfg.Sync = sync.Progress
		cfg.PeerHead = func(id peer.ID) (uint64, common.Hash, *big.Int, bool) {
			head, ok := sync.PeerStatus(id)
			return head.Number, head.Hash, head.Work, ok
		}
	}
	if err := n.offerBackup(&cfg); err != nil {
		return err
	}
	cfg.Services = n.services
	cfg.About = noderpc.About{Name: n.networkName(), BlockTime: n.blockTime(), Started: n.started}
	cfg.History = noderpc.History{State: n.cfg.Chain.StateHistory, Logs: n.cfg.Chain.LogHistory}
	cfg.ClientVersion = clientVersion()
	if n.genesis.Pow.Instant() {
		cfg.ClientVersion = devVersion()
	}
	cfg.Log, cfg.Registerer, cfg.SetLogLevel = n.logger("rpc"), n.metrics, n.log.SetLevel
	return add(n, func() (*noderpc.Service, error) { return noderpc.New(cfg) })
}

// dev makes the controls of a development chain.
func (n *node) dev() (*miner.Dev, error) {
	cfg := miner.DevConfig{Bank: config.DevBank()}
	if err := errors.Join(
		n.services.FetchService(&cfg.Miner),
		n.services.FetchService(&cfg.Chain),
		n.services.FetchService(&cfg.Pool),
		n.services.FetchService(&cfg.Wallet),
	); err != nil {
		return nil, err
	}
	return miner.NewDev(cfg)
}

func (n *node) registerMonitor(context.Context) error {
	if !n.cfg.Metrics {
		return nil
	}
	cfg := n.cfg.Monitor
	var err error
	if cfg.Facts, err = n.facts(); err != nil {
		return err
	}
	cfg.Registry, cfg.Gatherer = n.services, n.metrics
	cfg.Log, cfg.Registerer = n.logger("monitor"), n.metrics
	return add(n, func() (*monitor.Service, error) { return monitor.New(cfg) })
}

// facts are what decides, beside the services' states, whether the node is ready.
func (n *node) facts() (facts monitor.Facts, err error) {
	var store *db.Service
	var blocks *chain.Service
	if err := errors.Join(n.services.FetchService(&store), n.services.FetchService(&blocks)); err != nil {
		return facts, err
	}
	facts.FreeDisk = store.FreeDisk
	facts.Head = func() (uint64, time.Time) {
		head := blocks.CurrentBlock()
		return head.Number.Uint64(), time.Unix(int64(head.Time), 0)
	}
	if n.cfg.Peers {
		var network *nodep2p.Service
		var sync *chainsync.Service
		if err := errors.Join(n.services.FetchService(&network), n.services.FetchService(&sync)); err != nil {
			return facts, err
		}
		facts.Peers, facts.Highest = network.Count, sync.Highest
	}
	return facts, nil
}

// add builds a service and registers it.
func add[S registry.Service](n *node, build func() (S, error)) error {
	service, err := build()
	if err != nil {
		return err
	}
	return n.services.RegisterService(service)
}

func (n *node) logger(service string) logrus.FieldLogger { return n.log.WithField("service", service) }

// stock reports whether blocks follow go-ethereum's rules instead of ours.
func (n *node) stock() bool { return n.genesis.Pow.Engine == pow.EngineStock }

// networkName names the network to strangers, who are not told where a file is.
func (n *node) networkName() string {
	if n.cfg.Network != "" {
		return n.cfg.Network
	}
	name := filepath.Base(n.cfg.GenesisFile)
	if name == config.GenesisFileName { // in the data directory, or never named
		return "private network"
	}
	return strings.TrimSuffix(name, filepath.Ext(name))
}

// blockTime is the time between blocks that the rules or the settings aim at.
func (n *node) blockTime() time.Duration {
	switch {
	case n.stock():
		return 0
	case n.genesis.Pow.Instant():
		return n.cfg.Miner.DevPeriod
	}
	return time.Duration(n.genesis.Pow.TargetInterval) * time.Second
}

// clientVersion is the answer to web3_clientVersion, in the usual form.
func clientVersion() string {
	return fmt.Sprintf("Monolith/%s/%s-%s/%s", release(), runtime.GOOS, runtime.GOARCH, runtime.Version())
}

// devVersion is what a development chain answers instead: Hardhat's network helpers
// refuse to travel in time or take snapshots unless the name starts with one that
// they know, and it is anvil's methods that we have.
func devVersion() string { return "anvil-compatible/" + clientVersion() }
