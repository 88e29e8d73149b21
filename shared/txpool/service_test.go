package txpool_test

import (
	"bytes"
	"errors"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/rawdb"
	gethpool "github.com/ethereum/go-ethereum/core/txpool"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/params"
	"github.com/ethereum/go-ethereum/rlp"
	"github.com/holiman/uint256"
	"github.com/monolith-chain/monolith/shared/chain"
	"github.com/monolith-chain/monolith/shared/chain/chaintest"
	"github.com/monolith-chain/monolith/shared/registry"
	"github.com/monolith-chain/monolith/shared/txpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/sirupsen/logrus"
)

// fixture is a chain with a pool on it.
type fixture struct {
	*chaintest.Builder
	chain   *chain.Service
	pool    *txpool.Service
	journal string
}

func discard() *logrus.Logger {
	l := logrus.New()
	l.SetOutput(io.Discard)
	return l
}

func setUp(t *testing.T) *fixture {
	t.Helper()
	rules := chaintest.Params()
	genesis := chaintest.Genesis(rules)
	cfg := chain.DefaultConfig()
	cfg.DB, cfg.Writable = rawdb.NewMemoryDatabase(), func() error { return nil }
	cfg.Genesis, cfg.Params, cfg.Log = genesis, rules, discard()
	s, err := chain.New(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	f := &fixture{Builder: chaintest.New(t, genesis, rules), chain: s, journal: filepath.Join(t.TempDir(), "transactions.rlp")}
	f.pool = f.open(t)
	return f
}

func (f *fixture) open(t *testing.T) *txpool.Service {
	t.Helper()
	cfg := txpool.DefaultConfig()
	cfg.Chain, cfg.Journal, cfg.Log = f.chain, f.journal, discard()
	pool, err := txpool.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	pool.Start()
	t.Cleanup(func() {
		if err := pool.Stop(); err != nil {
			t.Error(err)
		}
	})
	return pool
}

func (f *fixture) wantPending(t *testing.T, pool *txpool.Service, want ...*types.Transaction) {
	t.Helper()
	if pending, _ := pool.Stats(); pending != len(want) {
		t.Errorf("%d pending transactions, want %d", pending, len(want))
	}
	for _, tx := range want {
		if pool.Get(tx.Hash()) == nil || pool.TxStatus(tx.Hash()) != gethpool.TxStatusPending {
			t.Errorf("nonce %d is not pending", tx.Nonce())
		}
	}
}

func addLocal(t *testing.T, pool *txpool.Service, txs ...*types.Transaction) {
	t.Helper()
	for _, tx := range txs {
		if err := pool.AddLocal(tx); err != nil {
			t.Fatal(err)
		}
	}
}

func TestLocalTransactionsSurviveARestart(t *testing.T) {
	f := setUp(t)
	first, second := f.Transfer(0, 0, chaintest.Address(20)), f.Transfer(0, 1, chaintest.Address(20))
	remote := f.Transfer(1, 0, chaintest.Address(20))
	addLocal(t, f.pool, first, second)
	if err := f.pool.Add([]*types.Transaction{remote}, true)[0]; err != nil {
		t.Fatal(err)
	}
	// The journal is complete before Stop: a kill -9 at this point leaves the
	// same file.
	before, err := os.ReadFile(f.journal)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.pool.Stop(); err != nil {
		t.Fatal(err)
	}
	after, err := os.ReadFile(f.journal)
	if err != nil {
		t.Fatal(err)
	}
	if len(before) == 0 || string(before) != string(after) {
		t.Errorf("the journal had %d bytes before Stop and %d after", len(before), len(after))
	}
	again := f.open(t)
	f.wantPending(t, again, first, second) // at once, not when the tracker looks for the first time
	if again.Nonce(chaintest.Address(0)) != 2 {
		t.Errorf("next nonce is %d", again.Nonce(chaintest.Address(0)))
	}
}

// TestJournalForgetsIncludedTransactions includes one of two local transactions:
// after a restart the other one is left, in the pool and in the file.
func TestJournalForgetsIncludedTransactions(t *testing.T) {
	f := setUp(t)
	first, second := f.Transfer(0, 0, chaintest.Address(20)), f.Transfer(0, 1, chaintest.Address(20))
	addLocal(t, f.pool, first, second)
	block := f.Block(f.Genesis(), chaintest.Spec{Txs: []*types.Transaction{first}})
	if _, err := f.chain.InsertBlocks(t.Context(), types.Blocks{block}); err != nil {
		t.Fatal(err)
	}
	if err := f.pool.Stop(); err != nil {
		t.Fatal(err)
	}
	f.wantPending(t, f.open(t), second)
	enc, err := rlp.EncodeToBytes(second)
	if err != nil {
		t.Fatal(err)
	}
	if kept, err := os.ReadFile(f.journal); err != nil || !bytes.Equal(kept, enc) {
		t.Errorf("the journal has %d bytes, want %d: %v", len(kept), len(enc), err)
	}
}

// TestJournalInTheMaking is a crash while the journal is made anew: what waits is
// in the second file, and some of it in the first one again.
func TestJournalInTheMaking(t *testing.T) {
	f := setUp(t)
	first, second := f.Transfer(0, 0, chaintest.Address(20)), f.Transfer(0, 1, chaintest.Address(20))
	addLocal(t, f.pool, first, second)
	if err := f.pool.Stop(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(f.journal)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(f.journal+".kept", whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(f.journal, whole[:len(whole)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	f.wantPending(t, f.open(t), first, second)
	if again, err := os.ReadFile(f.journal); err != nil || !bytes.Equal(again, whole) {
		t.Errorf("the journal has %d bytes, want %d: %v", len(again), len(whole), err)
	}
	if _, err := os.Stat(f.journal + ".kept"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the second file is left: %v", err)
	}
}

// TestJournalCutShort leaves half a record at the journal's end, as a crash does.
func TestJournalCutShort(t *testing.T) {
	f := setUp(t)
	first, second, third := f.Transfer(0, 0, chaintest.Address(20)), f.Transfer(0, 1, chaintest.Address(20)), f.Transfer(0, 2, chaintest.Address(20))
	addLocal(t, f.pool, first, second)
	if err := f.pool.Stop(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(f.journal)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(f.journal, whole[:len(whole)-5], 0o600); err != nil {
		t.Fatal(err)
	}
	again := f.open(t)
	f.wantPending(t, again, first)
	if damaged, err := os.ReadFile(f.journal + ".damaged"); err != nil || len(damaged) == 0 {
		t.Errorf("what was cut off is not kept: %v", err)
	}
	addLocal(t, again, second, third) // written after the repair
	if err := again.Stop(); err != nil {
		t.Fatal(err)
	}
	f.wantPending(t, f.open(t), first, second, third)
}

func TestJournalThatCannotBeOpened(t *testing.T) {
	f := setUp(t)
	cfg := txpool.DefaultConfig()
	cfg.Chain, cfg.Journal, cfg.Log = f.chain, t.TempDir(), discard() // a directory
	if _, err := txpool.New(cfg); err == nil || !strings.Contains(err.Error(), "journal") {
		t.Errorf("got %v", err)
	}
}

func TestBlobTransactionsAreRefused(t *testing.T) {
	f := setUp(t)
	blob := types.MustSignNewTx(chaintest.Key(0), f.Signer(), &types.BlobTx{
		ChainID: uint256.NewInt(chaintest.ChainID), Gas: 21000, GasFeeCap: uint256.NewInt(params.GWei * 100),
		GasTipCap: uint256.NewInt(params.GWei), BlobFeeCap: uint256.NewInt(1), BlobHashes: []common.Hash{{1}},
	})
	if err := f.pool.AddLocal(blob); !errors.Is(err, txpool.ErrBlobTransaction) {
		t.Errorf("got %v", err)
	}
	good := f.Transfer(0, 0, chaintest.Address(20))
	errs := f.pool.Add([]*types.Transaction{blob, good, blob}, true)
	if !errors.Is(errs[0], txpool.ErrBlobTransaction) || errs[1] != nil || !errors.Is(errs[2], txpool.ErrBlobTransaction) {
		t.Errorf("got %v", errs)
	}
	f.wantPending(t, f.pool, good)
}

// TestPoolFollowsTheHead includes transactions in a block and brings them back
// when that block is dropped.
func TestPoolFollowsTheHead(t *testing.T) {
	f := setUp(t)
	tx := f.Transfer(0, 0, chaintest.Address(20))
	if err := f.pool.Add([]*types.Transaction{tx}, true)[0]; err != nil {
		t.Fatal(err)
	}
	news := make(chan core.NewTxsEvent, 4)
	defer f.pool.SubscribeTransactions(news, true).Unsubscribe()
	include := func(blocks types.Blocks) {
		t.Helper()
		if _, err := f.chain.InsertBlocks(t.Context(), blocks); err != nil {
			t.Fatal(err)
		}
	}
	include(f.Chain(f.Genesis(), 1, func(int) chaintest.Spec { return chaintest.Spec{Txs: []*types.Transaction{tx}} }))
	await(t, func() bool { pending, _ := f.pool.Stats(); return pending == 0 })
	include(f.Chain(f.Genesis(), 2, nil)) // a branch with more work, without it
	if back := (<-news).Txs; len(back) != 1 || back[0].Hash() != tx.Hash() {
		t.Errorf("after the reorg the pool announced %d transactions", len(back))
	}
	f.wantPending(t, f.pool, tx)
}

// TestLongReorgBringsTransactionsBack covers branches whose heads are further
// apart than go-ethereum's pool looks: what both contain is not pooled again.
func TestLongReorgBringsTransactionsBack(t *testing.T) {
	f := setUp(t)
	var txs []*types.Transaction
	for nonce := range uint64(6) {
		txs = append(txs, f.Transfer(0, nonce, chaintest.Address(20)))
	}
	left := f.Chain(f.Genesis(), 3, func(i int) chaintest.Spec { return chaintest.Spec{Txs: txs[2*i : 2*i+2]} })
	right := f.Chain(f.Genesis(), 80, func(i int) chaintest.Spec {
		if i == 0 {
			return chaintest.Spec{Txs: txs[:2]}
		}
		return chaintest.Spec{}
	})
	for _, branch := range []types.Blocks{left, right} {
		if _, err := f.chain.InsertBlocks(t.Context(), branch); err != nil {
			t.Fatal(err)
		}
	}
	await(t, func() bool { pending, _ := f.pool.Stats(); return pending == 4 })
	f.wantPending(t, f.pool, txs[2:]...)
}

func await(t *testing.T, done func() bool) {
	t.Helper()
	ticker, patience := time.NewTicker(time.Millisecond), time.After(20*time.Second)
	defer ticker.Stop()
	for !done() {
		select {
		case <-patience:
			t.Fatal("the condition was not met")
		case <-ticker.C:
		}
	}
}

// TestManyTransactionsOfOneAccount is the load of a faucet or a test script.
func TestManyTransactionsOfOneAccount(t *testing.T) {
	f := setUp(t)
	txs := make([]*types.Transaction, 3000)
	for i := range txs {
		txs[i] = f.Transfer(0, uint64(i), chaintest.Address(20))
	}
	for i, err := range f.pool.Add(txs, true) {
		if err != nil {
			t.Fatalf("transaction %d: %v", i, err)
		}
	}
	f.wantPending(t, f.pool, txs...)
	pending, queued := f.pool.ContentFrom(chaintest.Address(0))
	if len(pending) != 3000 || len(queued) != 0 {
		t.Errorf("content: %d pending, %d queued", len(pending), len(queued))
	}
}

// TestSenderIsRecoveredOnce shows that the pool hands on the transaction it was
// given, with the sender in it, in the form in which the blocks' signer finds it:
// a recovery would allocate.
func TestSenderIsRecoveredOnce(t *testing.T) {
	f := setUp(t)
	tx := f.Transfer(0, 0, chaintest.Address(20))
	if err := f.pool.AddLocal(tx); err != nil {
		t.Fatal(err)
	}
	pending, count := f.pool.Pending(gethpool.PendingFilter{})
	if count != 1 || pending[chaintest.Address(0)][0].Resolve() != tx || f.pool.Get(tx.Hash()) != tx {
		t.Fatal("the pool hands on another copy of the transaction")
	}
	head := f.chain.CurrentBlock()
	signer, want := types.MakeSigner(f.chain.Config(), head.Number, head.Time), chaintest.Address(0)
	if allocs := testing.AllocsPerRun(100, func() {
		if from, err := types.Sender(signer, tx); err != nil || from != want {
			t.Errorf("sender %v: %v", from, err)
		}
	}); allocs != 0 {
		t.Errorf("finding the sender allocates %v times: it is recovered again", allocs)
	}
}

func TestMetricsAndStatus(t *testing.T) {
	f := setUp(t)
	gatherer := prometheus.NewRegistry()
	cfg := txpool.DefaultConfig()
	cfg.Chain, cfg.Log, cfg.Registerer = f.chain, discard(), gatherer
	pool, err := txpool.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	errs := pool.Add([]*types.Transaction{f.Transfer(0, 0, chaintest.Address(20)), f.Transfer(0, 2, chaintest.Address(20))}, true)
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	want := `
		# HELP monolith_txpool_pending_limit_transactions Executable transactions beyond which the pool drops some, of the accounts that have most.
		# TYPE monolith_txpool_pending_limit_transactions gauge
		monolith_txpool_pending_limit_transactions 65536
		# HELP monolith_txpool_pending_transactions Executable transactions in the pool.
		# TYPE monolith_txpool_pending_transactions gauge
		monolith_txpool_pending_transactions 1
		# HELP monolith_txpool_queued_limit_transactions Transactions that wait for an earlier nonce beyond which the pool drops some.
		# TYPE monolith_txpool_queued_limit_transactions gauge
		monolith_txpool_queued_limit_transactions 16384
		# HELP monolith_txpool_queued_transactions Transactions that wait for an earlier nonce.
		# TYPE monolith_txpool_queued_transactions gauge
		monolith_txpool_queued_transactions 1
	`
	if err := testutil.GatherAndCompare(gatherer, strings.NewReader(want)); err != nil {
		t.Error(err)
	}
	if err := pool.Status(); err != nil {
		t.Errorf("status %v", err)
	}
	if err := errors.Join(pool.Stop(), pool.Stop()); err != nil {
		t.Error(err)
	}
	if err := pool.Status(); !errors.Is(err, registry.ErrStopped) {
		t.Errorf("status after Stop %v", err)
	}
}

func TestConfigFaultsAreAllNamed(t *testing.T) {
	_, err := txpool.New(txpool.Config{PriceLimit: big.NewInt(-1)})
	for _, want := range []string{"no chain", "no logger", "price limit", "price bump", "limit is zero", "lifetime"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in: %v", want, err)
		}
	}
}
