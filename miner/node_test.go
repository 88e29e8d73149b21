package miner

import (
	"context"
	"io"
	"math/big"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethdb"
	"github.com/ethereum/go-ethereum/ethdb/leveldb"
	"github.com/ethereum/go-ethereum/params"
	"github.com/monolith-chain/monolith/shared/chain"
	"github.com/monolith-chain/monolith/shared/chain/chaintest"
	"github.com/monolith-chain/monolith/shared/pow"
	"github.com/monolith-chain/monolith/shared/txpool"
	"github.com/sirupsen/logrus"
	logrustest "github.com/sirupsen/logrus/hooks/test"
)

// patience of a test with a condition: far beyond what any takes.
const testPatience = time.Minute

var etherbase = common.HexToAddress("0xfee00000000000000000000000000000000000fee")

// node is a real chain and a real pool around the miner under test.
type node struct {
	t       testing.TB
	genesis *core.Genesis
	params  *pow.Params
	chain   *chain.Service
	pool    *txpool.Service
	signer  types.Signer
}

// easy rules let every other hash be a proof; blocks then come every second,
// since their stamps must grow.
func easy() *pow.Params { return chaintest.Params() }

// instant rules are those of development mode.
func instant() *pow.Params { return chaintest.Instant() }

// bits are rules under which one hash in 2^n is a proof.
func bits(n uint) *pow.Params {
	p := pow.DefaultParams()
	p.InitialTarget = pow.NewCompact(new(big.Int).Lsh(common.Big1, 256-n))
	return &p
}

// newNode opens chain and pool. The genesis block is a few seconds old, as on a
// chain that is alive.
func newNode(t testing.TB, p *pow.Params, change ...func(*core.Genesis)) *node {
	t.Helper()
	genesis := chaintest.Genesis(p)
	genesis.Timestamp = uint64(time.Now().Add(-5 * time.Second).Unix())
	for _, f := range change {
		f(genesis)
	}
	n := &node{t: t, genesis: genesis, params: p, signer: types.LatestSigner(genesis.Config)}
	n.chain = n.newChain()

	cfg := txpool.DefaultConfig()
	cfg.Chain, cfg.Log = n.chain, discard()
	var err error
	if n.pool, err = txpool.New(cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.pool.Stop(); err != nil {
			t.Error(err)
		}
	})
	return n
}

// newChain opens a chain of the node's network. A second one executes blocks on
// its own account.
func (n *node) newChain() *chain.Service {
	n.t.Helper()
	cfg := chain.DefaultConfig()
	cfg.DB, cfg.Writable = openDB(n.t), func() error { return nil }
	cfg.Genesis, cfg.Params, cfg.Log = n.genesis, n.params, discard()
	s, err := chain.New(n.t.Context(), cfg)
	if err != nil {
		n.t.Fatal(err)
	}
	s.Start()
	n.t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			n.t.Error(err)
		}
		if err := cfg.DB.Close(); err != nil {
			n.t.Error(err)
		}
	})
	return s
}

// openDB opens a throw-away database.
func openDB(t testing.TB) ethdb.Database {
	t.Helper()
	kv, err := leveldb.New(t.TempDir(), 16, 64, "", false)
	if err != nil {
		t.Fatal(err)
	}
	db, err := rawdb.Open(kv, rawdb.OpenOptions{Ancient: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func (n *node) config() Config {
	cfg := DefaultConfig()
	cfg.Chain, cfg.Pool, cfg.Params = n.chain, n.pool, n.params
	cfg.Etherbase, cfg.Log = etherbase, discard()
	return cfg
}

// miner makes a miner, without starting it.
func (n *node) miner(change func(*Config)) *Service {
	n.t.Helper()
	cfg := n.config()
	if change != nil {
		change(&cfg)
	}
	s, err := New(cfg)
	if err != nil {
		n.t.Fatal(err)
	}
	n.t.Cleanup(func() { stop(n.t, s) })
	return s
}

// mining makes a miner and starts it.
func (n *node) mining(change func(*Config)) *Service {
	n.t.Helper()
	s := n.miner(func(cfg *Config) {
		cfg.Enabled = true
		if change != nil {
			change(cfg)
		}
	})
	s.Start()
	return s
}

// stop ends a miner and makes sure that nothing of it is left.
func stop(t testing.TB, s *Service) {
	t.Helper()
	if err := s.Stop(); err != nil {
		t.Error(err)
	}
}

// transfer returns a signed transfer of one wei from a funded account.
func (n *node) transfer(from int, nonce uint64, tip int64) *types.Transaction {
	to := common.HexToAddress("0x7000000000000000000000000000000000000007")
	return n.tx(from, &types.DynamicFeeTx{
		Nonce: nonce, To: &to, Value: common.Big1, Gas: params.TxGas,
		GasTipCap: big.NewInt(tip), GasFeeCap: big.NewInt(100 * params.GWei),
	})
}

// tx signs a transaction, filling in chain id and fees.
func (n *node) tx(from int, inner *types.DynamicFeeTx) *types.Transaction {
	inner.ChainID = n.genesis.Config.ChainID
	if inner.GasFeeCap == nil {
		inner.GasFeeCap, inner.GasTipCap = big.NewInt(100*params.GWei), big.NewInt(params.GWei)
	}
	return types.MustSignNewTx(chaintest.Key(from), n.signer, inner)
}

// add pools transactions and waits until they are pending.
func (n *node) add(txs ...*types.Transaction) {
	n.t.Helper()
	for i, err := range n.pool.Add(txs, true) {
		if err != nil {
			n.t.Fatalf("transaction %d: %v", i, err)
		}
	}
}

// build makes a payload on the head.
func (n *node) build(s *Service) *Payload {
	n.t.Helper()
	head := n.chain.CurrentBlock()
	payload, err := s.builder.build(n.t.Context(), head, s.clock.stamp(head.Time, time.Now()), time.Time{})
	if err != nil {
		n.t.Fatal(err)
	}
	return payload
}

// insert seals a payload, puts it on the chain, and waits for the pool to follow.
func (n *node) insert(payload *Payload) *types.Block {
	n.t.Helper()
	header, err := pow.SealHeader(n.t.Context(), payload.Block.Header())
	if err != nil {
		n.t.Fatal(err)
	}
	block := payload.seal(header)
	if err := n.chain.InsertSealed(n.t.Context(), block, payload.Receipts, payload.State); err != nil {
		n.t.Fatal(err)
	}
	if head := n.chain.CurrentBlock().Hash(); head != block.Hash() {
		n.t.Fatalf("the block inserted is not the head: %x", head)
	}
	n.await("the pool follows", func() bool {
		for _, tx := range block.Transactions() {
			if n.pool.Has(tx.Hash()) {
				return false
			}
		}
		return true
	})
	return block
}

// executeElsewhere has another chain execute all blocks up to the head.
func (n *node) executeElsewhere() {
	n.t.Helper()
	var blocks types.Blocks
	head := n.chain.CurrentBlock()
	for number := uint64(1); number <= head.Number.Uint64(); number++ {
		blocks = append(blocks, n.chain.GetBlockByNumber(number))
	}
	other := n.newChain()
	if done, err := other.InsertBlocks(n.t.Context(), blocks); err != nil {
		n.t.Fatalf("block %d is not valid: %v", done+1, err)
	}
	if other.CurrentBlock().Hash() != head.Hash() {
		n.t.Fatal("another chain ends elsewhere")
	}
}

// await polls until the condition holds.
func (n *node) await(what string, condition func() bool) {
	n.t.Helper()
	await(n.t, what, condition)
}

func await(t testing.TB, what string, condition func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), testPatience)
	defer cancel()
	tick := time.NewTicker(200 * time.Microsecond)
	defer tick.Stop()
	for !condition() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// height is the number of the head.
func (n *node) height() uint64 { return n.chain.CurrentBlock().Number.Uint64() }

func discard() *logrus.Logger {
	l := logrus.New()
	l.SetOutput(io.Discard)
	return l
}

// logBook remembers what was logged.
type logBook struct{ *logrustest.Hook }

func newLogBook() (*logrus.Logger, logBook) {
	l, hook := logrustest.NewNullLogger()
	l.SetLevel(logrus.DebugLevel)
	return l, logBook{hook}
}

// lines returns the entries with the given message.
func (b logBook) lines(message string) (found []*logrus.Entry) {
	for _, entry := range b.AllEntries() {
		if entry.Message == message {
			found = append(found, entry)
		}
	}
	return found
}

// goroutines returns the stacks that are in this package's services.
func goroutines() (stacks []string) {
	buffer := make([]byte, 1<<20)
	buffer = buffer[:runtime.Stack(buffer, true)]
	for stack := range strings.SplitSeq(string(buffer), "\n\n") {
		if strings.Contains(stack, "miner.(*mainLoop)") || strings.Contains(stack, "miner.(*sealer)") ||
			strings.Contains(stack, "miner.(*watcher)") || strings.Contains(stack, "miner.(*builder)") {
			stacks = append(stacks, stack)
		}
	}
	return stacks
}

// toggle is a condition that a test switches.
type toggle struct {
	mu    sync.Mutex
	value error
	used  bool
}

// once sets the value and returns true, the first time.
func (c *toggle) once(err error) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.used {
		return false
	}
	c.value, c.used = err, true
	return true
}

func (c *toggle) set(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.value = err
}

func (c *toggle) get() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.value
}
