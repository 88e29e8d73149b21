package addressindex

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"math/big"
	"path/filepath"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/core/vm/program"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethdb"
	"github.com/ethereum/go-ethereum/ethdb/leveldb"
	"github.com/ethereum/go-ethereum/params"
	"github.com/monolith-chain/monolith/shared/chain"
	"github.com/monolith-chain/monolith/shared/chain/chaintest"
	"github.com/monolith-chain/monolith/shared/pow"
	"github.com/sirupsen/logrus"
)

const patience = time.Minute

// node is a real chain with an index of it, which can be switched off and on.
type node struct {
	t       testing.TB
	db      ethdb.Database
	chain   *chain.Service
	builder *chaintest.Builder
	nonces  map[common.Hash]map[int]uint64 // of the accounts, after each block
}

func newNode(t testing.TB, p *pow.Params) *node {
	t.Helper()
	return newNodeOf(t, chaintest.Genesis(p), p)
}

func newNodeOf(t testing.TB, genesis *core.Genesis, p *pow.Params) *node {
	t.Helper()
	n := &node{t: t, nonces: make(map[common.Hash]map[int]uint64)}
	dir := t.TempDir()
	kv, err := leveldb.New(filepath.Join(dir, "data"), 16, 64, "", false)
	n.check(err)
	n.db, err = rawdb.Open(kv, rawdb.OpenOptions{Ancient: filepath.Join(dir, "ancient")})
	n.check(err)
	cfg := chain.DefaultConfig()
	cfg.DB, cfg.Writable, cfg.Genesis, cfg.Params, cfg.Log = n.db, func() error { return nil }, genesis, p, discard()
	n.chain, err = chain.New(t.Context(), cfg)
	n.check(err)
	n.chain.Start()
	t.Cleanup(func() { n.check(errors.Join(n.chain.Stop(), n.db.Close())) })
	n.builder = chaintest.New(t, genesis, p)
	n.nonces[n.builder.Genesis().Hash()] = make(map[int]uint64)
	return n
}

func (n *node) check(err error) {
	n.t.Helper()
	if err != nil {
		n.t.Fatal(err)
	}
}

func (n *node) config(db ethdb.KeyValueStore) Config {
	return Config{DB: db, Writable: func() error { return nil }, Chain: n.chain, Log: discard()}
}

// open starts an index in a database.
func (n *node) open(db ethdb.KeyValueStore) *Service {
	n.t.Helper()
	s, err := New(n.config(db))
	n.check(err)
	s.Start()
	n.t.Cleanup(func() { n.check(s.Stop()) })
	return s
}

// synced waits until an index is at the head.
func (n *node) synced(s *Service) {
	n.t.Helper()
	n.await("at the head", func() bool {
		s.poke()
		return s.Synced()
	})
}

// await polls until the condition holds.
func (n *node) await(what string, condition func() bool) {
	n.t.Helper()
	ctx, cancel := context.WithTimeout(n.t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !condition() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			n.t.Fatalf("waited in vain: %s", what)
		}
	}
}

// head is the chain's last block.
func (n *node) head() *types.Block {
	head := n.chain.CurrentBlock()
	return n.chain.GetBlock(head.Hash(), head.Number.Uint64())
}

// put adds blocks on any other, which need not become the head.
func (n *node) put(parent *types.Block, count int, txs func(tx func(from int, to *common.Address, data []byte))) *types.Block {
	n.t.Helper()
	for range count {
		nonces := maps.Clone(n.nonces[parent.Hash()])
		var list types.Transactions
		if txs != nil {
			txs(func(from int, to *common.Address, data []byte) {
				list = append(list, types.MustSignNewTx(chaintest.Key(from), n.builder.Signer(), &types.DynamicFeeTx{
					ChainID: big.NewInt(chaintest.ChainID), Nonce: nonces[from], To: to, Data: data,
					Gas: 300_000, GasTipCap: big.NewInt(params.GWei), GasFeeCap: big.NewInt(100 * params.GWei),
				}))
				nonces[from]++
			})
		}
		block := n.builder.Block(parent, chaintest.Spec{Coinbase: common.Address{0xfe}, Txs: list})
		_, err := n.chain.InsertBlocks(n.t.Context(), types.Blocks{block})
		n.check(err)
		n.nonces[block.Hash()] = nonces
		parent = block
	}
	return parent
}

// loggerCode deploys a contract that logs as many topics as given, taken from the
// beginning of its input, and the rest of this as data.
func loggerCode(topics int) []byte {
	p := program.New()
	p.Push(topics*32).Op(vm.CALLDATASIZE, vm.SUB).Push(topics * 32).Push(0).Op(vm.CALLDATACOPY)
	for i := topics - 1; i >= 0; i-- {
		p.Push(i * 32).Op(vm.CALLDATALOAD)
	}
	p.Push(topics*32).Op(vm.CALLDATASIZE, vm.SUB).Push(0).Op(vm.LOG0+vm.OpCode(topics), vm.STOP)
	return program.New().ReturnViaCodeCopy(p.Bytes()).Bytes()
}

// deploy adds a block in which account 0 makes the two contracts that log.
func (n *node) deploy() (three, four common.Address) {
	n.t.Helper()
	nonce := n.nonces[n.head().Hash()][0]
	n.put(n.head(), 1, func(tx func(int, *common.Address, []byte)) {
		tx(0, nil, loggerCode(3))
		tx(0, nil, loggerCode(4))
	})
	return crypto.CreateAddress(chaintest.Address(0), nonce), crypto.CreateAddress(chaintest.Address(0), nonce+1)
}

// wordsOf puts numbers and addresses one after the other, as the ABI does.
func wordsOf(values ...any) []byte {
	var enc []byte
	for _, value := range values {
		switch v := value.(type) {
		case int:
			enc = append(enc, common.BigToHash(big.NewInt(int64(v))).Bytes()...)
		case common.Address:
			enc = append(enc, common.LeftPadBytes(v[:], 32)...)
		case common.Hash:
			enc = append(enc, v[:]...)
		}
	}
	return enc
}

// dump is all that an index has stored.
func dump(t testing.TB, db ethdb.KeyValueStore) map[string]string {
	t.Helper()
	all := make(map[string]string)
	it := db.NewIterator([]byte(KeyPrefix), nil)
	defer it.Release()
	for it.Next() {
		all[string(it.Key())] = string(it.Value())
	}
	if it.Error() != nil {
		t.Fatal(it.Error())
	}
	return all
}

// compare holds an index against one that is made anew of the chain as it is, and both
// against what a reader of the chain finds.
func (n *node) compare(s *Service, db ethdb.KeyValueStore) {
	n.t.Helper()
	n.synced(s)
	fresh := rawdb.NewMemoryDatabase()
	other, err := New(n.config(fresh))
	n.check(err)
	other.Start()
	n.synced(other)
	n.check(other.Stop())
	have, want := dump(n.t, db), dump(n.t, fresh)
	if !maps.Equal(have, want) {
		for key, value := range have {
			if w, ok := want[key]; !ok || w != value {
				n.t.Errorf("too much: %x = %x", bytes.TrimPrefix([]byte(key), []byte(KeyPrefix)), value)
			}
		}
		for key := range want {
			if _, ok := have[key]; !ok {
				n.t.Errorf("missing: %x", bytes.TrimPrefix([]byte(key), []byte(KeyPrefix)))
			}
		}
		n.t.FailNow()
	}
	n.compareModel(s)
}

func discard() *logrus.Logger {
	l := logrus.New()
	l.SetOutput(io.Discard)
	return l
}
