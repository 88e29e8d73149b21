package download

import (
	"context"
	"errors"
	"io"
	"math/big"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rlp"
	"github.com/monolith-chain/monolith/db"
	"github.com/monolith-chain/monolith/shared/chain"
	"github.com/monolith-chain/monolith/shared/chain/chaintest"
	"github.com/monolith-chain/monolith/shared/pow"
	"github.com/sirupsen/logrus"
)

func discard() *logrus.Logger {
	l := logrus.New()
	l.SetOutput(io.Discard)
	return l
}

// network is a test network with a builder for its blocks.
type network struct {
	*chaintest.Builder
	genesis *core.Genesis
}

func newNetwork(t testing.TB) *network {
	t.Helper()
	params := chaintest.Params()
	genesis := chaintest.Genesis(params)
	return &network{Builder: chaintest.New(t, genesis, params), genesis: genesis}
}

// every returns a spec for blocks that come that many seconds after each other.
func every(seconds uint64, coinbase int) func(int) chaintest.Spec {
	return func(int) chaintest.Spec {
		return chaintest.Spec{After: seconds, Coinbase: chaintest.Address(coinbase)}
	}
}

// branch is blocks from genesis on.
func (n *network) branch(parents types.Blocks, blocks int, spec func(int) chaintest.Spec) types.Blocks {
	if len(parents) == 0 {
		parents = types.Blocks{n.Genesis()}
	}
	return append(slices.Clip(parents), n.Chain(parents[len(parents)-1], blocks, spec)...)
}

// open opens a chain in dir, or in memory, and returns what closes it.
func (n *network) open(t testing.TB, dir string) (*chain.Service, func()) {
	t.Helper()
	dbConfig := db.DefaultConfig()
	dbConfig.Memory, dbConfig.Dir, dbConfig.Log = dir == "", dir, discard()
	store, err := db.New(dbConfig)
	if err != nil {
		t.Fatal(err)
	}
	cfg := chain.DefaultConfig()
	cfg.DB, cfg.Writable = store.Database(), store.Writable
	cfg.Genesis, cfg.Params, cfg.Log = n.genesis, n.Params, discard()
	s, err := chain.New(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	return s, func() {
		if err := errors.Join(s.Stop(), store.Stop()); err != nil {
			t.Error(err)
		}
	}
}

// openChain opens a chain that closes with the test.
func (n *network) openChain(t testing.TB, dir string) *chain.Service {
	t.Helper()
	s, stop := n.open(t, dir)
	t.Cleanup(stop)
	return s
}

// newChain returns a chain, in memory, with the given blocks.
func (n *network) newChain(t testing.TB, blocks types.Blocks) *chain.Service {
	t.Helper()
	s := n.openChain(t, "")
	insert(t, s, blocks)
	return s
}

func insert(t testing.TB, s *chain.Service, blocks types.Blocks) {
	t.Helper()
	if len(blocks) > 0 && blocks[0].NumberU64() == 0 {
		blocks = blocks[1:]
	}
	if _, err := s.InsertBlocks(t.Context(), blocks); err != nil {
		t.Fatal(err)
	}
}

func last(blocks types.Blocks) *types.Block { return blocks[len(blocks)-1] }

func wantHead(t testing.TB, s *chain.Service, block *types.Block) {
	t.Helper()
	if head := s.CurrentBlock(); head.Hash() != block.Hash() {
		t.Fatalf("head is block %d (%x), want %d (%x)", head.Number, head.Hash(), block.NumberU64(), block.Hash())
	}
}

// workOf adds up the work of blocks from genesis on, as the chain counts it.
func workOf(t testing.TB, blocks types.Blocks) *big.Int {
	t.Helper()
	work := big.NewInt(1)
	for _, block := range blocks[1:] {
		seal, err := pow.ParseSeal(block.Extra())
		if err != nil {
			t.Fatal(err)
		}
		work.Add(work, pow.Work(seal.Target))
	}
	return work
}

// peer is a source with a chain of blocks from genesis on. Everything it says goes
// through its encoding, as it would on a wire. The fields are set before a Sync, or
// under mu.
type peer struct {
	name string

	mu     sync.Mutex // guards the fields below
	blocks types.Blocks
	byHash map[common.Hash]*types.Block
	asked  int // blocks
	served int // blocks
	taken  int // headers

	// What is wrong with it: these replace or change answers.
	onHeaders func(ctx context.Context, honest []*types.Header) ([]*types.Header, error)
	onBlocks  func(ctx context.Context, hashes []common.Hash, honest types.Blocks) (types.Blocks, error)
}

func newPeer(name string, blocks types.Blocks) *peer {
	p := &peer{name: name}
	p.switchTo(blocks)
	return p
}

// switchTo replaces the peer's chain. Blocks of the old one are no longer served.
func (p *peer) switchTo(blocks types.Blocks) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.blocks, p.byHash = blocks, make(map[common.Hash]*types.Block, len(blocks))
	for _, block := range blocks {
		p.byHash[block.Hash()] = block
	}
}

// target is the peer's head, honestly described.
func (p *peer) target(t testing.TB) Target {
	head := last(p.blocks)
	return Target{Source: p, Hash: head.Hash(), Number: head.NumberU64(), Work: workOf(t, p.blocks)}
}

func (p *peer) ID() string { return p.name }

func (p *peer) Headers(ctx context.Context, locator []common.Hash, most int) ([]*types.Header, error) {
	p.mu.Lock()
	var honest []*types.Header
	for _, hash := range locator {
		if from := p.byHash[hash]; from != nil {
			rest := p.blocks[from.NumberU64()+1:]
			for _, block := range rest[:min(most, len(rest))] {
				honest = append(honest, block.Header())
			}
			break
		}
	}
	change := p.onHeaders
	p.mu.Unlock()
	if change != nil {
		var err error
		if honest, err = change(ctx, honest); err != nil {
			return nil, err
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	p.mu.Lock()
	p.taken += len(honest)
	p.mu.Unlock()
	return throughWire(honest)
}

func (p *peer) Blocks(ctx context.Context, hashes []common.Hash) (types.Blocks, error) {
	p.mu.Lock()
	var honest types.Blocks
	for _, hash := range hashes {
		block := p.byHash[hash]
		if block == nil {
			break
		}
		honest = append(honest, block)
	}
	p.asked += len(hashes)
	change := p.onBlocks
	p.mu.Unlock()
	if change != nil {
		var err error
		if honest, err = change(ctx, hashes, honest); err != nil {
			return nil, err
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	p.mu.Lock()
	p.served += len(honest)
	p.mu.Unlock()
	return throughWire(honest)
}

// delivered returns how many blocks the peer was asked for and served.
func (p *peer) delivered() (asked, served int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked, p.served
}

func throughWire[T any](items []T) ([]T, error) {
	enc, err := rlp.EncodeToBytes(items)
	if err != nil {
		return nil, err
	}
	var decoded []T
	return decoded, rlp.DecodeBytes(enc, &decoded)
}

// wait blocks until the context ends: a peer that says nothing.
func wait(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

// setup is a downloader for a chain, with what it says of its sources.
type setup struct {
	*Downloader
	chain   *chain.Service
	sources []Source

	mu    sync.Mutex // guards blamed
	fault map[string][]Fault
}

// newSetup returns a downloader whose limits are adapted to chains of some hundred
// blocks. Change may be nil.
func newSetup(t testing.TB, s *chain.Service, change func(*Config), others ...Source) *setup {
	t.Helper()
	u := &setup{chain: s, sources: others, fault: make(map[string][]Fault)}
	cfg := DefaultConfig()
	cfg.Chain, cfg.Log = s, discard()
	cfg.Sources = func() []Source { return u.sources }
	cfg.Blame = func(id string, fault Fault, err error) {
		u.mu.Lock()
		defer u.mu.Unlock()
		u.fault[id] = append(u.fault[id], fault)
		t.Logf("%s: %s: %v", id, fault, err)
	}
	cfg.Limits.Headers, cfg.Limits.Unproven, cfg.Limits.Blocks, cfg.Limits.Import = 64, 64, 32, 32
	cfg.Limits.Patience, cfg.Limits.Stall = 200*time.Millisecond, 10*time.Second
	if change != nil {
		change(&cfg)
	}
	d, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	u.Downloader = d
	return u
}

// sync runs a Sync that has to succeed without anybody being blamed.
func (u *setup) sync(t testing.TB, target Target) {
	t.Helper()
	if err := u.Sync(t.Context(), target); err != nil {
		t.Fatal(err)
	}
	u.wantBlamed(t, target.ID())
}

// wantFault runs a Sync that has to fail through a fault of the target's source.
func (u *setup) wantFault(t testing.TB, target Target, want Fault) {
	t.Helper()
	err := u.Sync(t.Context(), target)
	var fault *FaultError
	if !errors.As(err, &fault) || fault.Fault != want || fault.Source != target.ID() {
		t.Fatalf("sync ended with %v, want %s from %s", err, want, target.ID())
	}
	u.wantBlamed(t, target.ID(), want)
}

func (u *setup) wantBlamed(t testing.TB, id string, want ...Fault) {
	t.Helper()
	u.mu.Lock()
	defer u.mu.Unlock()
	if got := u.fault[id]; !slices.Equal(got, want) {
		t.Fatalf("%s is blamed for %q, want %q", id, got, want)
	}
}
