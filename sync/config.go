package sync

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	gethpool "github.com/ethereum/go-ethereum/core/txpool"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethdb"
	"github.com/ethereum/go-ethereum/event"
	"github.com/libp2p/go-libp2p/core/peer"
	nodep2p "github.com/monolith-chain/monolith/p2p"
	"github.com/monolith-chain/monolith/shared/chain"
	"github.com/monolith-chain/monolith/shared/pow"
	"github.com/monolith-chain/monolith/sync/download"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/sirupsen/logrus"
)

// Chain is this node's chain, as shared/chain's Service offers it.
type Chain interface {
	download.Chain
	Genesis() *types.Block
	GetBlock(hash common.Hash, number uint64) *types.Block
	DB() ethdb.Database // stored headers and bodies are served as they are
	Status() error      // nil while blocks can be added
	SubscribeChainHeadEvent(ch chan<- core.ChainHeadEvent) event.Subscription
	SubscribeReorg(ch chan<- chain.ReorgEvent) event.Subscription
}

// Pool is this node's transaction pool.
type Pool interface {
	Add(txs []*types.Transaction, sync bool) []error
	Get(hash common.Hash) *types.Transaction
	Has(hash common.Hash) bool
	Pending(filter gethpool.PendingFilter) (map[common.Address][]*gethpool.LazyTransaction, int)
	SubscribeTransactions(ch chan<- core.NewTxsEvent, reorgs bool) event.Subscription
}

// Network is what carries the messages: p2p's Service.
type Network interface {
	Join(cfg nodep2p.TopicConfig) (*nodep2p.Topic, error)
	Handle(p nodep2p.Protocol, handler nodep2p.Handler) error
	Request(ctx context.Context, to peer.ID, p nodep2p.Protocol, request []byte) ([]byte, error)

	Peers() []nodep2p.Peer
	Connected(id peer.ID) bool
	SubscribePeers(ch chan<- nodep2p.PeerEvent) event.Subscription
	Report(id peer.ID, o nodep2p.Offence, err error)
	Credit(id peer.ID, m nodep2p.Merit)
	Disconnect(id peer.ID, reason string)
}

// Config is what the service needs.
type Config struct {
	Chain   Chain
	Pool    Pool
	Network Network
	Params  *pow.Params

	// CompactBlocks announces blocks by short ids of their transactions. Without
	// it they are sent whole; both are understood always.
	CompactBlocks bool
	FutureLimit   time.Duration // how far ahead of the clock a block may be: the chain's own limit

	Now        func() time.Time // the clock; nil = time.Now
	Log        logrus.FieldLogger
	Registerer prometheus.Registerer // may be nil
}

// DefaultConfig returns the settings of an ordinary node.
func DefaultConfig() Config {
	return Config{CompactBlocks: true, FutureLimit: chain.DefaultConfig().FutureLimit}
}

// Validate reports every missing or impossible setting at once.
func (cfg Config) Validate() error {
	var faults []error
	require := func(ok bool, what string) {
		if !ok {
			faults = append(faults, errors.New(what))
		}
	}
	require(cfg.Chain != nil, "no chain")
	require(cfg.Pool != nil, "no transaction pool")
	require(cfg.Network != nil, "no network")
	require(cfg.Params != nil, "no proof-of-work parameters")
	require(cfg.FutureLimit >= 0, "negative future limit")
	require(cfg.Log != nil, "no logger")
	if err := errors.Join(faults...); err != nil {
		return fmt.Errorf("sync configuration: %w", err)
	}
	return nil
}
