package rpc

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/consensus"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/eth/tracers"
	"github.com/ethereum/go-ethereum/ethdb"
	"github.com/ethereum/go-ethereum/params"
	"github.com/ethereum/go-ethereum/rlp"
	"github.com/ethereum/go-ethereum/rpc"
	"github.com/holiman/uint256"

	"github.com/monolith-chain/monolith/shared/chain/chaintest"
)

// gethBackend shows our chain to go-ethereum's own tracing API.
type gethBackend struct{ *backend }

func (b gethBackend) HeaderByHash(_ context.Context, hash common.Hash) (*types.Header, error) {
	return b.chain.GetHeaderByHash(hash), nil
}

func (b gethBackend) HeaderByNumber(_ context.Context, number rpc.BlockNumber) (*types.Header, error) {
	return b.headerByNumber(number)
}

func (b gethBackend) CurrentHeader() *types.Header { return b.chain.CurrentBlock() }

func (b gethBackend) BlockByHash(_ context.Context, hash common.Hash) (*types.Block, error) {
	return b.chain.GetBlockByHash(hash), nil
}

func (b gethBackend) BlockByNumber(_ context.Context, number rpc.BlockNumber) (*types.Block, error) {
	return b.blockByNumber(number)
}

func (b gethBackend) GetCanonicalTransaction(hash common.Hash) (bool, *types.Transaction, common.Hash, uint64, uint64) {
	at, tx := b.chain.GetCanonicalTransaction(hash)
	if tx == nil {
		return false, nil, common.Hash{}, 0, 0
	}
	return true, tx, at.BlockHash, at.BlockIndex, at.Index
}

func (b gethBackend) TxIndexDone() bool                { return true }
func (b gethBackend) RPCGasCap() uint64                { return b.limits.GasCap }
func (b gethBackend) ChainConfig() *params.ChainConfig { return b.config }
func (b gethBackend) Engine() consensus.Engine         { return b.chain.Engine() }
func (b gethBackend) ChainDb() ethdb.Database          { return b.chain.DB() }

func (b gethBackend) StateAtBlock(_ context.Context, block *types.Block, _ *state.StateDB, _, _ bool) (*state.StateDB, tracers.StateReleaseFunc, error) {
	statedb, err := b.chain.StateOf(block.Header())
	return statedb, func() {}, err
}

func (b gethBackend) StateAtTransaction(ctx context.Context, block *types.Block, index int) (*types.Transaction, vm.BlockContext, *state.StateDB, tracers.StateReleaseFunc, error) {
	r, err := b.replay(ctx, block, nil)
	if err == nil {
		err = r.seek(ctx, index, nil)
	}
	if err != nil {
		return nil, vm.BlockContext{}, nil, nil, err
	}
	return block.Transactions()[index], r.context, r.state, func() {}, nil
}

// serveGeth serves go-ethereum's tracing API on the node's chain.
func (n *node) serveGeth() *rpc.Client {
	server := rpc.NewServer()
	n.check(server.RegisterName("debug", tracers.NewAPI(gethBackend{n.rpc.backend})))
	client := rpc.DialInProc(server)
	n.t.Cleanup(func() { client.Close(); server.Stop() })
	return client
}

// jsTracer counts steps and calls.
const jsTracer = `{n: 0, calls: [], step: function(log) { this.n++ }, fault: function() {},
	enter: function(f) { this.calls.push(toHex(f.getTo())) }, exit: function() {},
	result: function(ctx) { return {n: this.n, calls: this.calls, type: ctx.type, gas: ctx.gasUsed} }}`

// traceConfigs are what to trace with: all of go-ethereum's tracers, and mistakes.
func traceConfigs() []string {
	return []string{
		`null`, `{}`,
		`{"enableMemory":true,"enableReturnData":true}`,
		`{"disableStack":true,"disableStorage":true,"limit":1000}`,
		`{"tracer":"callTracer"}`,
		`{"tracer":"callTracer","tracerConfig":{"withLog":true,"onlyTopCall":true}}`,
		`{"tracer":"prestateTracer"}`,
		`{"tracer":"prestateTracer","tracerConfig":{"diffMode":true}}`,
		`{"tracer":"4byteTracer"}`,
		`{"tracer":"flatCallTracer"}`,
		`{"tracer":"noopTracer"}`,
		`{"tracer":"opcountTracer"}`,
		`{"tracer":"missing"}`,
		`{"tracer":"keccak256PreimageTracer"}`,
		`{"tracer":"erc7562Tracer"}`,
		`{"tracer":"muxTracer","tracerConfig":{"callTracer":{},"prestateTracer":{"diffMode":true}}}`,
		`{"tracer":` + fmt.Sprintf("%q", strings.Join(strings.Fields(jsTracer), " ")) + `}`,
		`{"tracer":"{step: function() { throw 'no' }, fault: function() {}, result: function() { return 1 }}"}`,
		`{"tracer":"callTracer","tracerConfig":{"withLog":3}}`,
		`{"tracer":"callTracer","timeout":"soon"}`,
	}
}

// TestTraceAsGeth compares traces with those of go-ethereum's own API on the same
// chain: of a deployment, of calls that succeed, fail and log, of a delegation, of
// several in one block, now and when the states are long out of memory.
func TestTraceAsGeth(t *testing.T) {
	var (
		dir     = t.TempDir()
		scripts = func(cfg *Config) { cfg.Limits.TraceJS = true }
		counter common.Address
	)
	t.Run("recent", func(t *testing.T) {
		n := newNodeIn(t, dir, scripts)
		counter = n.deploy()
		n.mine(n.increment(0, counter), n.transfer(1), n.increment(0, counter),
			n.tx(2, types.DynamicFeeTx{To: &counter, Data: selector("unknown()")}),      // reverts
			n.tx(2, types.DynamicFeeTx{Data: []byte{byte(vm.PUSH1), 0, byte(vm.JUMP)}}), // fails
			n.delegate(3, counter))
		delegator := chaintest.Address(3)
		n.mine(n.tx(1, types.DynamicFeeTx{To: &delegator, Data: selector("increment()")}))
		n.compareTraces()
		n.compareCalls(counter)
		n.mineEmpty(300)
	})
	t.Run("old", func(t *testing.T) {
		// Opened again, for go-ethereum indexes the history of a chain that is not
		// being synced at once.
		n := newNodeIn(t, dir, scripts)
		n.await("the history is indexed", func() bool {
			// Accounts and trie nodes have an index each; this asks for both.
			_, err := n.ask("debug_intermediateRoots", n.chain.GetBlockByNumber(1).Hash())
			return err == nil
		})
		n.compareTraces()
		n.compareCalls(counter)
	})
}

// comparer asks the service and go-ethereum's API the same.
func (n *node) comparer() func(method string, params ...any) {
	geth := n.serveGeth()
	return func(method string, params ...any) {
		n.t.Helper()
		have, haveErr := n.ask(method, params...)
		want, wantErr := ask(n.t, geth, method, params...)
		if fmt.Sprint(haveErr) != fmt.Sprint(wantErr) {
			n.t.Errorf("%s%.200s: error %v, geth's is %v", method, params, haveErr, wantErr)
		} else if haveErr == nil && !sameJSON(have, want) {
			n.t.Errorf("%s%.200s:\n%.2000s\ngeth's is\n%.2000s", method, params, have, want)
		}
	}
}

// compareTraces compares the traces of the first three blocks and their transactions.
func (n *node) compareTraces() {
	n.t.Helper()
	compare := n.comparer()
	for number := range uint64(3) {
		block := n.chain.GetBlockByNumber(number + 1)
		raw, err := rlp.EncodeToBytes(block)
		n.check(err)
		for _, config := range traceConfigs() {
			config := json.RawMessage(config)
			compare("debug_traceBlockByNumber", hexutil.Uint64(number+1), config)
			compare("debug_traceBlockByHash", block.Hash(), config)
			compare("debug_traceBlock", hexutil.Bytes(raw), config)
			for _, tx := range block.Transactions() {
				compare("debug_traceTransaction", tx.Hash(), config)
			}
		}
		compare("debug_intermediateRoots", block.Hash())
	}
	compare("debug_traceBlockByNumber", "0x0")
	compare("debug_traceBlockByNumber", "0x9999")
	compare("debug_traceBlockByHash", unknownHash)
	compare("debug_traceTransaction", unknownHash)
}

// compareCalls compares traces of calls, good and bad, plain and with overrides.
func (n *node) compareCalls(counter common.Address) {
	n.t.Helper()
	compare := n.comparer()
	call := func(data hexutil.Bytes) map[string]any {
		return map[string]any{"from": chaintest.Address(5), "to": counter, "data": data}
	}
	// The contract's code that returns the block's number, and the hash of block 3.
	number, blockHash := "0x4360005260206000f3", "0x60034060005260206000f3"
	override := func(code string) string {
		return fmt.Sprintf(`"stateOverrides":{"%s":{"balance":"0x7","code":"%s"}}`, counter.Hex(), code)
	}
	for _, config := range append(traceConfigs(),
		`{"tracer":"prestateTracer",`+override(number)+`,"blockOverrides":{"number":"0x99"}}`,
		`{`+override(blockHash)+`,"blockOverrides":{"number":"0x4","time":"0xffffffff","baseFeePerGas":"0x1"}}`,
		`{"tracer":"callTracer","txIndex":"0x1"}`,
		`{"tracer":"callTracer","txIndex":"0x9"}`,
	) {
		config := json.RawMessage(config)
		compare("debug_traceCall", call(selector("increment()")), "0x2", config)
		compare("debug_traceCall", call(selector("unknown()")), "0x3", config)
		compare("debug_traceCall", call(nil), "latest", config)
		compare("debug_traceCall", map[string]any{"data": hexutil.Bytes(common.FromHex(counterCode)), "gas": "0x20000"},
			map[string]any{"blockHash": n.chain.GetCanonicalHash(2)}, config)
	}
	compare("debug_traceCall", call(nil), "0x9999")
	compare("debug_traceCall", map[string]any{"to": counter, "value": "0xffffffffffffffffffffffffffffffff"}, "latest")
}

func sameJSON(a, b json.RawMessage) bool {
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}

// delegate is an account's transaction that lets its own calls be answered by a
// contract's code (EIP-7702).
func (n *node) delegate(from int, to common.Address) *types.Transaction {
	n.t.Helper()
	chainID := uint256.MustFromBig(n.genesis.Config.ChainID)
	auth, err := types.SignSetCode(chaintest.Key(from), types.SetCodeAuthorization{ChainID: *chainID, Address: to, Nonce: n.nonces[from] + 1})
	n.check(err)
	tx := types.MustSignNewTx(chaintest.Key(from), n.builder.Signer(), &types.SetCodeTx{
		ChainID: chainID, Nonce: n.nonces[from], Gas: 100_000, To: chaintest.Address(from),
		GasFeeCap: uint256.MustFromBig(dear), GasTipCap: uint256.MustFromBig(gwei),
		AuthList: []types.SetCodeAuthorization{auth},
	})
	n.nonces[from] += 2
	return tx
}

// FuzzTraceBlock traces blocks that nobody has checked: whatever a client makes up is
// traced or refused, in bounded time.
func FuzzTraceBlock(f *testing.F) {
	n := newNode(f, func(cfg *Config) { cfg.Limits.TraceTime = time.Second })
	api := &traceAPI{n.rpc.backend, n.rpc.filters, n.rpc.cfg.Log}
	counter := n.deploy()
	n.mine(n.increment(1, counter), n.delegate(3, counter))
	block := n.head()
	txs, err := rlp.EncodeToBytes(block.Transactions())
	n.check(err)
	// What is not fuzzed, parent and so on, differs from run to run.
	header, fee := block.Header(), block.BaseFee().Uint64()
	f.Add([]byte{2}, fee, uint64(0), header.Time, header.GasLimit, byte(0), txs)
	f.Add([]byte{2}, fee, uint64(math.MaxUint64), header.Time, header.GasLimit, byte(0), txs)
	f.Add([]byte{2}, uint64(0), uint64(0), uint64(0), uint64(math.MaxUint64), byte(0xff), txs)
	f.Add(new(big.Int).Lsh(common.Big1, 70).Bytes(), fee, uint64(0), header.Time, header.GasLimit, byte(0), txs)
	f.Fuzz(func(t *testing.T, number []byte, fee, excess, stamp, gasLimit uint64, missing byte, rawTxs []byte) {
		header := block.Header()
		header.Number, header.Time, header.GasLimit = new(big.Int).SetBytes(number), stamp, gasLimit
		header.BaseFee, header.ExcessBlobGas = bigUint(fee), &excess
		if missing&1 != 0 {
			header.BaseFee = nil
		}
		if missing&2 != 0 {
			header.ExcessBlobGas = nil
		}
		if missing&4 != 0 {
			header.BlobGasUsed = nil
		}
		if missing&8 != 0 {
			header.ParentBeaconRoot = nil
		}
		var txs types.Transactions
		if rlp.DecodeBytes(rawTxs, &txs) != nil {
			txs = nil
		}
		raw, err := rlp.EncodeToBytes(types.NewBlockWithHeader(header).WithBody(types.Body{Transactions: txs}))
		if err != nil {
			return
		}
		traces, err := api.TraceBlock(t.Context(), raw, nil)
		if err == nil && len(traces) != len(txs) {
			t.Errorf("%d traces of %d transactions", len(traces), len(txs))
		}
	})
}
