package rpc

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethdb/leveldb"
	"github.com/ethereum/go-ethereum/params"
	"github.com/ethereum/go-ethereum/rpc"
	"github.com/sirupsen/logrus"

	"github.com/monolith-chain/monolith/miner"
	"github.com/monolith-chain/monolith/shared/addressindex"
	"github.com/monolith-chain/monolith/shared/chain"
	"github.com/monolith-chain/monolith/shared/chain/chaintest"
	"github.com/monolith-chain/monolith/shared/pow"
	"github.com/monolith-chain/monolith/shared/registry"
	"github.com/monolith-chain/monolith/shared/txpool"
)

// patience of a test with a condition: far beyond what any takes.
const patience = time.Minute

var (
	counterCode = chaintest.CounterCode()

	etherbase = common.HexToAddress("0xfee00000000000000000000000000000000000fee")
	stranger  = common.HexToAddress("0x7000000000000000000000000000000000000007")
	gwei      = big.NewInt(params.GWei)
	dear      = new(big.Int).Mul(gwei, big.NewInt(100)) // a fee that is always enough

	// An hour leaves room for blocks that do not come from the future.
	genesisTime = uint64(time.Now().Add(-time.Hour).Unix())
)

// node is a real chain, pool and miner with the service under test.
type node struct {
	t       testing.TB
	genesis *core.Genesis
	params  *pow.Params
	chain   *chain.Service
	pool    *txpool.Service
	miner   *miner.Service
	index   *addressindex.Service
	builder *chaintest.Builder
	rpc     *Service
	client  *rpc.Client // over HTTP
	nonces  map[int]uint64
}

// newNode starts a node. It mines nothing by itself: see mine.
func newNode(t testing.TB, change ...func(*Config)) *node {
	t.Helper()
	return newNodeIn(t, t.TempDir(), change...)
}

// newNodeIn starts a node in a directory that may hold its chain already.
func newNodeIn(t testing.TB, dir string, change ...func(*Config)) *node {
	t.Helper()
	return newNodeOf(t, dir, chaintest.Params(), change...)
}

// newNodeOf starts a node of a network with the given rules. On a development chain it
// mines transactions as they come.
func newNodeOf(t testing.TB, dir string, p *pow.Params, change ...func(*Config)) *node {
	t.Helper()
	n := &node{t: t, params: p, genesis: chaintest.Genesis(p), nonces: make(map[int]uint64)}
	n.genesis.Timestamp = genesisTime
	n.openChain(dir)
	n.openPool()
	n.openMiner()
	n.openIndex()
	n.builder = chaintest.New(t, n.genesis, p)
	n.rpc = n.serve(change...)
	n.client = n.dial("http://" + n.rpc.Addr().String())
	return n
}

func (n *node) openChain(dir string) {
	kv, err := leveldb.New(filepath.Join(dir, "data"), 16, 64, "", false)
	n.check(err)
	cfg := chain.DefaultConfig()
	cfg.DB, err = rawdb.Open(kv, rawdb.OpenOptions{Ancient: filepath.Join(dir, "ancient")})
	n.check(err)
	cfg.Writable = func() error { return nil }
	cfg.Genesis, cfg.Params, cfg.Log, cfg.Preimages = n.genesis, n.params, discard(), true
	n.chain, err = chain.New(n.t.Context(), cfg)
	n.check(err)
	n.chain.Start()
	n.t.Cleanup(func() { n.check(errors.Join(n.chain.Stop(), cfg.DB.Close())) })
}

func (n *node) openPool() {
	cfg := txpool.DefaultConfig()
	cfg.Chain, cfg.Log = n.chain, discard()
	var err error
	n.pool, err = txpool.New(cfg)
	n.check(err)
	n.t.Cleanup(func() { n.check(n.pool.Stop()) })
}

func (n *node) openMiner() {
	cfg := miner.DefaultConfig()
	cfg.Chain, cfg.Pool, cfg.Params = n.chain, n.pool, n.params
	cfg.Etherbase, cfg.Log = etherbase, discard()
	cfg.Enabled = n.params.Instant()
	var err error
	n.miner, err = miner.New(cfg)
	n.check(err)
	n.t.Cleanup(func() { n.check(n.miner.Stop()) })
	if cfg.Enabled {
		n.miner.Start()
	}
}

func (n *node) openIndex() {
	var err error
	n.index, err = addressindex.New(addressindex.Config{
		DB: n.chain.DB(), Writable: func() error { return nil }, Chain: n.chain, Log: discard(),
	})
	n.check(err)
	n.t.Cleanup(func() { n.check(n.index.Stop()) })
	n.index.Start()
}

// config is that of the node's service, on a free port.
func (n *node) config(change ...func(*Config)) Config {
	cfg := DefaultConfig()
	cfg.Chain, cfg.Pool, cfg.Miner, cfg.AddressIndex = n.chain, n.pool, n.miner, n.index
	cfg.ClientVersion, cfg.Log = "Monolith/test", discard()
	cfg.Services = n.services()
	cfg.About = About{Name: "test", BlockTime: 4 * time.Second, Started: time.Now()}
	cfg.Port = 0
	cfg.API = append(cfg.API, "debug", "ots", "testing", "txpool")
	if n.params.Instant() {
		n.openDev(&cfg)
	}
	for _, f := range change {
		f(&cfg)
	}
	return cfg
}

// services are the node's in a registry, which starts none of them.
func (n *node) services() *registry.ServiceRegistry {
	n.t.Helper()
	r := registry.NewServiceRegistry(registry.WithLogger(discard()))
	var blocks *chain.Service
	n.check(errors.Join(r.RegisterService(n.chain), r.FetchService(&blocks), r.RegisterService(n.pool)))
	if n.miner != nil {
		n.check(errors.Join(r.FetchService(&blocks), r.RegisterService(n.miner)))
	}
	return r
}

// serve starts a service.
func (n *node) serve(change ...func(*Config)) *Service {
	n.t.Helper()
	s, err := New(n.config(change...))
	n.check(err)
	n.t.Cleanup(func() { n.check(s.Stop()) })
	s.Start()
	return s
}

func (n *node) dial(url string) *rpc.Client {
	n.t.Helper()
	client, err := rpc.DialContext(n.t.Context(), url)
	n.check(err)
	n.t.Cleanup(client.Close)
	return client
}

func (n *node) dialWS() *rpc.Client {
	n.t.Helper()
	return n.dial("ws://" + n.rpc.Addr().String())
}

func (n *node) check(err error) {
	n.t.Helper()
	if err != nil {
		n.t.Fatal(err)
	}
}

// head is the chain's head.
func (n *node) head() *types.Block {
	h := n.chain.CurrentBlock()
	return n.chain.GetBlock(h.Hash(), h.Number.Uint64())
}

// mine puts a block with the transactions on the head, and waits for the pool.
func (n *node) mine(txs ...*types.Transaction) *types.Block {
	n.t.Helper()
	return n.mineOn(n.head(), txs...)
}

// mineOn puts a block on any other.
func (n *node) mineOn(parent *types.Block, txs ...*types.Transaction) *types.Block {
	n.t.Helper()
	block := n.builder.Block(parent, chaintest.Spec{Coinbase: etherbase, Txs: txs})
	_, err := n.chain.InsertBlocks(n.t.Context(), types.Blocks{block})
	n.check(err)
	n.await("the pool follows", func() bool {
		for _, tx := range txs {
			if n.pool.Has(tx.Hash()) && n.chain.CurrentBlock().Hash() == block.Hash() {
				return false
			}
		}
		return true
	})
	return block
}

// mineEmpty puts many blocks on the head.
func (n *node) mineEmpty(count int) types.Blocks {
	n.t.Helper()
	blocks := n.builder.Chain(n.head(), count, func(int) chaintest.Spec { return chaintest.Spec{Coinbase: etherbase} })
	_, err := n.chain.InsertBlocks(n.t.Context(), blocks)
	n.check(err)
	return blocks
}

// tx signs a transaction of an account with its next nonce, which it fills in with
// chain id, gas and fees where they are missing.
func (n *node) tx(from int, inner types.DynamicFeeTx) *types.Transaction {
	inner.ChainID = n.genesis.Config.ChainID
	inner.Nonce = n.nonces[from]
	n.nonces[from]++
	if inner.Gas == 0 {
		inner.Gas = 1_000_000
	}
	if inner.GasFeeCap == nil {
		inner.GasFeeCap, inner.GasTipCap = dear, gwei
	}
	return types.MustSignNewTx(chaintest.Key(from), n.builder.Signer(), &inner)
}

// transfer is a signed transfer of one wei.
func (n *node) transfer(from int) *types.Transaction {
	return n.tx(from, types.DynamicFeeTx{To: &stranger, Value: common.Big1, Gas: params.TxGas})
}

// transferWithData is a transfer that is long.
func (n *node) transferWithData(from, size int) *types.Transaction {
	return n.tx(from, types.DynamicFeeTx{To: &stranger, Data: make([]byte, size)})
}

// deploy mines the counter contract.
func (n *node) deploy() common.Address {
	n.t.Helper()
	tx := n.tx(0, types.DynamicFeeTx{Data: common.FromHex(counterCode)})
	n.mine(tx)
	return crypto.CreateAddress(chaintest.Address(0), tx.Nonce())
}

// increment is a signed call of the counter, which logs.
func (n *node) increment(from int, counter common.Address) *types.Transaction {
	return n.tx(from, types.DynamicFeeTx{To: &counter, Data: selector("increment()")})
}

// selector is the start of a contract call's data.
func selector(signature string, args ...*big.Int) hexutil.Bytes {
	data := crypto.Keccak256([]byte(signature))[:4]
	for _, arg := range args {
		data = append(data, common.BigToHash(arg).Bytes()...)
	}
	return data
}

// send submits a transaction through the service.
func (n *node) send(tx *types.Transaction) {
	n.t.Helper()
	raw, err := tx.MarshalBinary()
	n.check(err)
	var hash common.Hash
	n.check(n.client.CallContext(n.t.Context(), &hash, "eth_sendRawTransaction", hexutil.Bytes(raw)))
	if hash != tx.Hash() {
		n.t.Fatalf("sent %x, answer is %x", tx.Hash(), hash)
	}
}

// ask calls a method and returns the result as it came.
func (n *node) ask(method string, params ...any) (json.RawMessage, error) {
	return ask(n.t, n.client, method, params...)
}

func ask(t testing.TB, client *rpc.Client, method string, params ...any) (json.RawMessage, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var result json.RawMessage
	err := client.CallContext(ctx, &result, method, params...)
	return result, err
}

// get calls a method that must succeed and decodes its result.
func get[T any](n *node, method string, params ...any) T {
	n.t.Helper()
	result, err := n.ask(method, params...)
	if err != nil {
		n.t.Fatalf("%s: %v", method, err)
	}
	var value T
	if err := json.Unmarshal(result, &value); err != nil {
		n.t.Fatalf("%s: %v in %s", method, err, result)
	}
	return value
}

// wantError checks an error's code and that its text begins as given.
func wantError(t testing.TB, err error, code int, prefix string) {
	t.Helper()
	var coded rpc.Error
	if !errors.As(err, &coded) {
		t.Fatalf("no JSON-RPC error: %v", err)
	}
	if coded.ErrorCode() != code || !strings.HasPrefix(coded.Error(), prefix) {
		t.Errorf("error %d %q, want %d %q", coded.ErrorCode(), coded.Error(), code, prefix)
	}
}

// post sends a body and returns the response with its body.
func (n *node) post(body string, change ...func(*http.Request)) (*http.Response, string) {
	n.t.Helper()
	return n.request(http.MethodPost, "/", body, change...)
}

func (n *node) request(method, path, body string, change ...func(*http.Request)) (*http.Response, string) {
	n.t.Helper()
	r, err := http.NewRequestWithContext(n.t.Context(), method, "http://"+n.rpc.Addr().String()+path, strings.NewReader(body))
	n.check(err)
	r.Header.Set("Content-Type", "application/json")
	for _, f := range change {
		f(r)
	}
	return n.do(r)
}

func (n *node) do(r *http.Request) (*http.Response, string) {
	n.t.Helper()
	response, err := http.DefaultClient.Do(r)
	n.check(err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	n.check(err)
	return response, string(text)
}

// await polls until the condition holds.
func (n *node) await(what string, condition func() bool) {
	n.t.Helper()
	await(n.t, what, condition)
}

func await(t testing.TB, what string, condition func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !condition() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// receive waits for something on a channel.
func receive[T any](t testing.TB, what string, ch <-chan T) T {
	t.Helper()
	select {
	case v := <-ch:
		return v
	case <-time.After(patience):
		t.Fatalf("waited in vain: %s", what)
		panic("unreachable")
	}
}

func discard() *logrus.Logger {
	l := logrus.New()
	l.SetOutput(io.Discard)
	return l
}
