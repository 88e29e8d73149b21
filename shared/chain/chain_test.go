package chain_test

import (
	"context"
	"io"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethdb"
	"github.com/ethereum/go-ethereum/ethdb/leveldb"
	"github.com/monolith-chain/monolith/shared/chain"
	"github.com/monolith-chain/monolith/shared/chain/chaintest"
	"github.com/sirupsen/logrus"
)

func writable() error { return nil }

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

// openDB opens a database in dir, which has state histories as a node's has.
func openDB(t testing.TB, dir string) ethdb.Database {
	t.Helper()
	kv, err := leveldb.New(dir+"/kv", 16, 64, "", false)
	if err != nil {
		t.Fatal(err)
	}
	db, err := rawdb.Open(kv, rawdb.OpenOptions{Ancient: dir + "/ancient"})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func (n *network) config(db ethdb.Database) chain.Config {
	cfg := chain.DefaultConfig()
	cfg.DB, cfg.Writable = db, writable
	cfg.Genesis, cfg.Params = n.genesis, n.Params
	cfg.Log = discard()
	return cfg
}

// start opens and starts a chain that ends with the test.
func start(t testing.TB, cfg chain.Config) *chain.Service {
	t.Helper()
	s, err := chain.New(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
		if err := cfg.DB.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func newChain(t testing.TB, n *network) *chain.Service {
	t.Helper()
	return start(t, n.config(openDB(t, t.TempDir())))
}

func insert(t testing.TB, s *chain.Service, blocks types.Blocks) {
	t.Helper()
	n, err := s.InsertBlocks(t.Context(), blocks)
	if err != nil || n != len(blocks) {
		t.Fatalf("inserted %d of %d blocks: %v", n, len(blocks), err)
	}
}

func wantHead(t testing.TB, s *chain.Service, block *types.Block) {
	t.Helper()
	if head := s.CurrentBlock(); head.Hash() != block.Hash() {
		t.Fatalf("head is block %d (%x), want %d (%x)", head.Number, head.Hash(), block.NumberU64(), block.Hash())
	}
	if !s.HasState(block.Root()) {
		t.Fatalf("the state of head %d is missing", block.NumberU64())
	}
}

func discard() *logrus.Logger {
	l := logrus.New()
	l.SetOutput(io.Discard)
	return l
}

// awaitNoError retries until check succeeds or the test's patience ends.
func awaitNoError(t testing.TB, check func() error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for {
		err := check()
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatal(err)
		case <-ticker.C:
		}
	}
}
