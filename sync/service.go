package sync

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/lru"
	"github.com/ethereum/go-ethereum/core/forkid"
	"github.com/libp2p/go-libp2p/core/peer"
	nodep2p "github.com/monolith-chain/monolith/p2p"
	"github.com/monolith-chain/monolith/shared/pow"
	"github.com/monolith-chain/monolith/shared/registry"
	"github.com/monolith-chain/monolith/sync/download"
	"github.com/sirupsen/logrus"
)

var _ registry.Service = (*Service)(nil)

const partedKept = 256 // more peers than anybody reads about

// Service is what this node and its peers say to each other about the chain.
type Service struct {
	cfg       Config
	log       logrus.FieldLogger
	engine    *pow.Engine
	genesis   common.Hash
	forks     forkid.Filter
	protocols protocols
	metrics   *metrics

	blockTopic *nodep2p.Topic
	txTopic    *nodep2p.Topic

	peers    *peerSet
	parted   *lru.Cache[peer.ID, string] // why peers were sent away last, to log it once
	clock    clock
	relay    *relay
	txs      *txGossip
	follower *follower
	loader   *download.Downloader

	ctx    context.Context // ends with Stop
	cancel context.CancelFunc
	group  group // every goroutine
	start  sync.Once
}

// New joins the topics and serves the protocols; what arrives before Start is
// answered already. The error lists everything that is wrong with the
// configuration.
func New(cfg Config) (*Service, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	s := &Service{
		cfg:       cfg,
		log:       cfg.Log,
		engine:    pow.NewEngine(cfg.Params),
		genesis:   cfg.Chain.Genesis().Hash(),
		forks:     forkid.NewFilter(cfg.Chain),
		protocols: newProtocols(),
		peers:     newPeerSet(),
		parted:    lru.NewCache[peer.ID, string](partedKept),
		relay:     newRelay(),
		txs:       newTxGossip(),
		follower:  newFollower(),
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.metrics = newMetrics(s)
	var err error
	if s.loader, err = download.New(s.downloadConfig()); err != nil {
		return nil, err
	}
	if err := s.register(); err != nil {
		return nil, fmt.Errorf("sync: %w", err)
	}
	return s, nil
}

// Start begins to greet peers, to follow the chain with most work and to announce
// what is new here.
func (s *Service) Start() {
	s.start.Do(func() {
		for _, loop := range []func(){s.watchChain(), s.watchPool(), s.watchPeers(), s.publishTxs, s.follow, s.exchangePools} {
			s.spawn(loop)
		}
	})
}

// Stop waits for a block being imported and for every goroutine. Afterwards
// requests are refused and gossip is dropped.
func (s *Service) Stop() error {
	s.cancel()
	s.group.wait()
	return nil
}

// StopTimeout tells the registry how long Stop may take: as long as the chain's,
// since a batch of blocks may be in execution.
func (s *Service) StopTimeout() time.Duration { return 2 * time.Minute }

// Status is nil unless a peer has shown a chain far ahead.
func (s *Service) Status() error {
	if s.ctx.Err() != nil {
		return registry.ErrStopped
	}
	if s.Synced() {
		return nil
	}
	head, highest := s.cfg.Chain.CurrentBlock().Number.Uint64(), s.shown()
	return fmt.Errorf("%w: at block %d of %d", registry.ErrSyncing, head, highest)
}

// syncedWithin is how many blocks behind the best chain shown a node may be and
// still count as up to date: as many as a burst of blocks may bring.
const syncedWithin = 16

// Synced reports whether there is no reason to believe that this node's chain is
// not the network's: it is false only while a peer has shown headers, with their
// proofs, of a chain far ahead with more work. What peers merely claim, and having
// none at all, do not count.
func (s *Service) Synced() bool {
	return s.shown() <= s.cfg.Chain.CurrentBlock().Number.Uint64()+syncedWithin
}

// Progress returns how far a synchronisation has come, or nil if this node is up
// to date.
func (s *Service) Progress() *ethereum.SyncProgress {
	progress := s.loader.Progress()
	if progress == nil || s.Synced() {
		return nil
	}
	return &ethereum.SyncProgress{
		StartingBlock: progress.Origin,
		CurrentBlock:  s.cfg.Chain.CurrentBlock().Number.Uint64(),
		HighestBlock:  s.shown(),
	}
}

// spawn runs f in a goroutine that Stop waits for, or not at all after Stop.
func (s *Service) spawn(f func()) { s.group.spawn(f) }

// whileRunning refuses requests after Stop.
func (s *Service) whileRunning(handler nodep2p.Handler) nodep2p.Handler {
	return func(ctx context.Context, from peer.ID, request []byte) ([]byte, error) {
		if s.ctx.Err() != nil {
			return nil, nodep2p.Refuse("stopping")
		}
		return handler(ctx, from, request)
	}
}

// group owns goroutines. Unlike a WaitGroup it can be added to by others while
// somebody waits.
type group struct {
	mu     sync.Mutex // guards closed, and Add against Wait
	closed bool
	wg     sync.WaitGroup
}

func (g *group) spawn(f func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.closed {
		g.wg.Go(f)
	}
}

// wait closes the group and returns when its goroutines have ended.
func (g *group) wait() {
	g.mu.Lock()
	g.closed = true
	g.mu.Unlock()
	g.wg.Wait()
}
