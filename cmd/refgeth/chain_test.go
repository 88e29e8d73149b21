package main

import (
	"bytes"
	"crypto/ecdsa"
	"fmt"
	"math/big"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/params"
	"github.com/holiman/uint256"

	"github.com/monolith-chain/monolith/config"
	"github.com/monolith-chain/monolith/shared/chain/chaintest"
)

const (
	// emptyBlocks put the head far above the final block.
	emptyBlocks = 80

	// bigBlock is how many transactions the largest block has.
	bigBlock = 200
)

var nobody = common.HexToAddress("0x7000000000000000000000000000000000000007")

// testChain makes the chain of the comparison, on the network "dev": transactions of
// all types, successful and failed, logs, a delegation and many transactions at once.
type testChain struct {
	t       *testing.T
	builder *chaintest.Builder
	keys    []*ecdsa.PrivateKey
	nonces  map[int]uint64
	blocks  types.Blocks
	values  map[string]string // what requests are filled in with, as JSON
}

func newTestChain(t *testing.T) *testChain {
	genesis := config.Dev()
	c := &testChain{
		t: t, builder: chaintest.New(t, genesis.Core, genesis.Pow), keys: config.DevKeys(),
		nonces: make(map[int]uint64), values: make(map[string]string),
	}
	counter := crypto.CreateAddress(config.DevAccounts()[0], 0)
	code := common.FromHex(chaintest.CounterCode())
	c.add(c.call(0, nil, code))

	kinds := c.kinds(counter)
	c.add(kinds...)
	c.name("kinds")
	var calls []*types.Transaction
	for i := range bigBlock {
		calls = append(calls, c.call(i%8, &counter, selector("increment()")))
	}
	c.add(calls...)
	c.name("big")
	for range emptyBlocks {
		c.add()
	}
	for i, address := range config.DevAccounts() {
		c.set(fmt.Sprintf("a%d", i), address)
		c.set(fmt.Sprintf("a%d.topic", i), common.BytesToHash(address.Bytes()))
	}
	c.set("counter", counter)
	c.set("counter.code", hexutil.Bytes(code))
	c.set("counter.runtime", hexutil.Bytes(code[28:])) // after what deploys it
	c.set("nobody", nobody)
	c.set("delegated", config.DevAccounts()[5])
	c.set("sha256", common.BytesToAddress([]byte{2}))
	c.set("unknown.hash", crypto.Keccak256Hash([]byte("unknown")))
	c.set("incremented", crypto.Keccak256Hash([]byte("Incremented(address,uint256)")))
	for _, name := range []string{"count", "increment", "refuse", "spin", "here", "price"} {
		c.set(name, selector(name+"()"))
	}
	c.set("atLeast", selector("atLeast(uint256)", 1_000_000))
	c.set("divideByZero", selector("divide(uint256)", 0))
	c.values["long.batch"] = "[" + strings.TrimSuffix(strings.Repeat(`{"jsonrpc":"2.0","id":1,"method":"eth_chainId"},`, 1001), ",") + "]"
	c.values["long.body"] = `{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":["` + strings.Repeat("x", 5<<20) + `"]}`
	c.submissions(counter)
	return c
}

// kinds are transactions of every type, and of every fate.
func (c *testChain) kinds(counter common.Address) []*types.Transaction {
	increment, chainID := selector("increment()"), c.builder.Signer().ChainID()
	auth, err := types.SignSetCode(c.keys[5], types.SetCodeAuthorization{ChainID: *uint256.MustFromBig(chainID), Address: counter})
	if err != nil {
		c.t.Fatal(err)
	}
	var txs []*types.Transaction
	add := func(name string, tx *types.Transaction) {
		c.set("tx."+name, tx.Hash())
		txs = append(txs, tx)
	}
	add("legacy", c.sign(1, &types.LegacyTx{Nonce: c.nonce(1), To: &nobody, Value: big.NewInt(7), Gas: 30_000, GasPrice: gwei(20)}))
	unprotected := &types.LegacyTx{Nonce: c.nonce(1), To: &nobody, Gas: 30_000, GasPrice: gwei(20)}
	add("unprotected", types.MustSignNewTx(c.keys[1], types.HomesteadSigner{}, unprotected))
	add("access", c.sign(2, &types.AccessListTx{ChainID: chainID, Nonce: c.nonce(2), To: &counter, Data: increment, Gas: 100_000, GasPrice: gwei(20),
		AccessList: types.AccessList{{Address: counter, StorageKeys: []common.Hash{{}, {31: 1}}}, {Address: nobody}}}))
	add("dynamic", c.sign(3, &types.DynamicFeeTx{ChainID: chainID, Nonce: c.nonce(3), To: &nobody, Gas: 50_000, GasFeeCap: gwei(30), GasTipCap: gwei(2), Data: []byte("hello")}))
	add("setcode", c.sign(4, &types.SetCodeTx{ChainID: uint256.MustFromBig(chainID), Nonce: c.nonce(4), To: config.DevAccounts()[5], Gas: 200_000,
		GasFeeCap: uint256.NewInt(30 * params.GWei), GasTipCap: uint256.NewInt(params.GWei), AuthList: []types.SetCodeAuthorization{auth}, Data: increment}))
	c.nonce(5) // which the authorization used
	add("create", c.call(6, nil, common.FromHex(chaintest.CounterCode())))
	add("createfail", c.call(6, nil, []byte{0xfe}))
	add("revert", c.call(7, &counter, selector("refuse()")))
	add("outofgas", c.call(7, &counter, selector("spin()")))
	add("log", c.call(8, &counter, increment))
	return txs
}

// submissions are transactions to send, most of which are to be refused. The good ones
// are account 9's, and account 8's.
func (c *testChain) submissions(counter common.Address) {
	chainID, next := c.builder.Signer().ChainID(), c.nonces[9]
	big256 := uint256.MustFromBig(chainID)
	raw := func(name string, tx *types.Transaction) {
		bytes, err := tx.MarshalBinary()
		if err != nil {
			c.t.Fatal(err)
		}
		c.set("raw."+name, hexutil.Bytes(bytes))
	}
	dynamic := func(change func(*types.DynamicFeeTx)) *types.Transaction {
		tx := &types.DynamicFeeTx{ChainID: chainID, Nonce: next, To: &nobody, Value: big.NewInt(1), Gas: 100_000, GasFeeCap: gwei(10), GasTipCap: gwei(1)}
		change(tx)
		return c.sign(9, tx)
	}
	setCode := func(auths ...types.SetCodeAuthorization) *types.Transaction {
		return c.sign(8, &types.SetCodeTx{ChainID: big256, Nonce: c.nonces[8], To: nobody, Gas: 200_000,
			GasFeeCap: uint256.NewInt(30 * params.GWei), GasTipCap: uint256.NewInt(params.GWei), AuthList: auths})
	}
	auth, err := types.SignSetCode(c.keys[7], types.SetCodeAuthorization{ChainID: *big256, Address: counter, Nonce: c.nonces[7]})
	if err != nil {
		c.t.Fatal(err)
	}
	ok := dynamic(func(*types.DynamicFeeTx) {})
	c.set("sent.hash", dynamic(func(tx *types.DynamicFeeTx) { tx.GasFeeCap, tx.GasTipCap = gwei(20), gwei(2) }).Hash())
	c.set("a9.nonce", hexutil.Uint64(next))
	raw("ok", ok)
	raw("mined", c.blocks[1].Transactions()[0])
	raw("low", c.sign(0, &types.DynamicFeeTx{ChainID: chainID, Nonce: 0, To: &nobody, Gas: 21_000, GasFeeCap: gwei(10), GasTipCap: gwei(1)}))
	raw("gap", dynamic(func(tx *types.DynamicFeeTx) { tx.Nonce += 10 }))
	raw("underpriced", dynamic(func(tx *types.DynamicFeeTx) { tx.Value = big.NewInt(2) }))
	raw("replacement", dynamic(func(tx *types.DynamicFeeTx) { tx.GasFeeCap, tx.GasTipCap = gwei(20), gwei(2) }))
	raw("legacy", c.sign(9, &types.LegacyTx{Nonce: next + 1, To: &nobody, Gas: 30_000, GasPrice: gwei(10)}))
	raw("access", c.sign(9, &types.AccessListTx{ChainID: chainID, Nonce: next + 2, To: &nobody, Gas: 30_000, GasPrice: gwei(10), AccessList: types.AccessList{{Address: nobody}}}))
	raw("setcode", setCode(auth))
	raw("setcode.empty", setCode())
	raw("create", dynamic(func(tx *types.DynamicFeeTx) {
		tx.Nonce, tx.To, tx.Data, tx.Gas = next+3, nil, common.FromHex(chaintest.CounterCode()), 1_000_000
	}))
	raw("poor", types.MustSignNewTx(chaintest.Key(77), c.builder.Signer(), &types.DynamicFeeTx{ChainID: chainID, To: &nobody, Gas: 21_000, GasFeeCap: gwei(10), GasTipCap: gwei(1)}))
	raw("gas.low", dynamic(func(tx *types.DynamicFeeTx) { tx.Nonce, tx.Gas = next+4, 20_999 }))
	raw("gas.floor", dynamic(func(tx *types.DynamicFeeTx) {
		tx.Nonce, tx.Gas, tx.Data = next+4, 21_000+16*1000, bytes.Repeat([]byte{1}, 1000)
	}))
	raw("gas.cap", dynamic(func(tx *types.DynamicFeeTx) { tx.Nonce, tx.Gas, tx.GasFeeCap = next+4, params.MaxTxGas+1, gwei(2) }))
	raw("gas.block", dynamic(func(tx *types.DynamicFeeTx) { tx.Nonce, tx.Gas, tx.GasFeeCap = next+4, 60_000_001, gwei(2) }))
	raw("tip", dynamic(func(tx *types.DynamicFeeTx) { tx.Nonce, tx.GasTipCap = next+4, gwei(11) }))
	raw("tip.none", dynamic(func(tx *types.DynamicFeeTx) { tx.Nonce, tx.GasTipCap = next+4, new(big.Int) }))
	raw("fee.high", dynamic(func(tx *types.DynamicFeeTx) { tx.Nonce, tx.GasFeeCap = next+4, gwei(11_000) }))
	raw("fee.bits", dynamic(func(tx *types.DynamicFeeTx) {
		tx.Nonce, tx.GasFeeCap = next+4, new(big.Int).Lsh(common.Big1, 300)
	}))
	raw("chain", types.MustSignNewTx(c.keys[9], types.LatestSignerForChainID(common.Big1), &types.DynamicFeeTx{ChainID: common.Big1, Nonce: next + 4, To: &nobody, Gas: 21_000, GasFeeCap: gwei(10), GasTipCap: gwei(1)}))
	raw("chain.legacy", types.MustSignNewTx(c.keys[9], types.NewEIP155Signer(common.Big1), &types.LegacyTx{Nonce: next + 4, To: &nobody, Gas: 21_000, GasPrice: gwei(10)}))
	raw("unprotected", types.MustSignNewTx(c.keys[9], types.HomesteadSigner{}, &types.LegacyTx{Nonce: next + 4, To: &nobody, Gas: 21_000, GasPrice: gwei(10)}))
	raw("initcode", dynamic(func(tx *types.DynamicFeeTx) {
		tx.Nonce, tx.To, tx.Data, tx.Gas = next+4, nil, make([]byte, params.MaxInitCodeSize+1), 10_000_000
	}))
	raw("big", dynamic(func(tx *types.DynamicFeeTx) { tx.Nonce, tx.Data, tx.Gas = next+4, make([]byte, 140_000), 10_000_000 }))
	raw("blob", c.sign(9, &types.BlobTx{ChainID: big256, Nonce: next + 4, To: nobody, Gas: 30_000, GasFeeCap: uint256.NewInt(params.GWei * 10),
		GasTipCap: uint256.NewInt(params.GWei), BlobFeeCap: uint256.NewInt(params.GWei), BlobHashes: []common.Hash{{1}}}))
	raw("value", dynamic(func(tx *types.DynamicFeeTx) { tx.Nonce, tx.Value = next+4, config.Ether(1_000_000) }))
	raw("nonce", dynamic(func(tx *types.DynamicFeeTx) { tx.Nonce = 1<<64 - 1 }))

	bytes, err := dynamic(func(tx *types.DynamicFeeTx) { tx.Nonce = next + 4 }).MarshalBinary()
	if err != nil {
		c.t.Fatal(err)
	}
	c.set("raw.truncated", hexutil.Bytes(bytes[:len(bytes)-1]))
	c.set("raw.trailing", hexutil.Bytes(append(append([]byte{}, bytes...), 0)))
	unsigned := types.NewTx(&types.DynamicFeeTx{ChainID: chainID, Nonce: next + 4, To: &nobody, Gas: 21_000, GasFeeCap: gwei(10), GasTipCap: gwei(1),
		V: common.Big0, R: new(big.Int).Sub(crypto.S256().Params().N, common.Big1), S: new(big.Int).Sub(crypto.S256().Params().N, common.Big1)})
	raw("signature", unsigned)
	// The destination of a delegation cannot be missing: the encoding says so.
	bytes, err = setCode(auth).MarshalBinary()
	if err != nil {
		c.t.Fatal(err)
	}
	c.set("raw.setcode.create", hexutil.Bytes(withoutRecipient(bytes)))
}

// withoutRecipient empties the recipient of an encoded transaction. The list is then
// shorter than its length says.
func withoutRecipient(tx []byte) []byte {
	i := bytes.Index(tx, append([]byte{0x94}, nobody[:]...))
	return append(append(append([]byte{}, tx[:i]...), 0x80), tx[i+21:]...)
}

func gwei(n int64) *big.Int { return new(big.Int).Mul(big.NewInt(n), big.NewInt(params.GWei)) }

// selector is the data of a contract call.
func selector(signature string, args ...int64) hexutil.Bytes {
	data := crypto.Keccak256([]byte(signature))[:4]
	for _, arg := range args {
		data = append(data, common.BigToHash(big.NewInt(arg)).Bytes()...)
	}
	return data
}

func (c *testChain) nonce(from int) uint64 {
	nonce := c.nonces[from]
	c.nonces[from]++
	return nonce
}

func (c *testChain) sign(from int, tx types.TxData) *types.Transaction {
	return types.MustSignNewTx(c.keys[from], c.builder.Signer(), tx)
}

func (c *testChain) call(from int, to *common.Address, data []byte) *types.Transaction {
	return c.sign(from, &types.DynamicFeeTx{
		ChainID: c.builder.Signer().ChainID(), Nonce: c.nonce(from), To: to, Data: data,
		Gas: 1_000_000, GasFeeCap: gwei(20), GasTipCap: gwei(int64(1 + from)),
	})
}

// add puts a block on the head. The first comes long after genesis: on a chain that
// looks as if it was still syncing, some things are put off.
func (c *testChain) add(txs ...*types.Transaction) {
	parent, after := c.builder.Genesis(), uint64(1)
	if len(c.blocks) > 0 {
		parent = c.blocks[len(c.blocks)-1]
	} else {
		after = uint64(time.Now().Add(-time.Hour).Unix()) - parent.Time()
	}
	c.blocks = append(c.blocks, c.builder.Block(parent, chaintest.Spec{After: after, Coinbase: config.DevAccounts()[0], Txs: txs}))
}

// name makes the head known to requests.
func (c *testChain) name(name string) {
	head := c.blocks[len(c.blocks)-1]
	c.set(name+".hash", head.Hash())
	c.set(name+".number", hexutil.Uint64(head.NumberU64()))
}

func (c *testChain) set(name string, value fmt.Stringer) { c.values[name] = `"` + value.String() + `"` }

// write makes a chain file.
func (c *testChain) write(path string) {
	var file bytes.Buffer
	for _, block := range c.blocks {
		if err := block.EncodeRLP(&file); err != nil {
			c.t.Fatal(err)
		}
	}
	if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
		c.t.Fatal(err)
	}
}
