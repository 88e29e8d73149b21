package rpc

import (
	"context"
	"encoding/json"
	"errors"
	"math/big"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/eth/tracers"
	"github.com/ethereum/go-ethereum/ethclient/gethclient"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/monolith-chain/monolith/shared/chain"
	"github.com/monolith-chain/monolith/shared/chain/chaintest"
)

// callFrame is what callTracer says of a call.
type callFrame struct {
	Type  string         `json:"type"`
	From  common.Address `json:"from"`
	To    common.Address `json:"to"`
	Error string         `json:"error"`
}

// TestTraceClient traces with go-ethereum's own client.
func TestTraceClient(t *testing.T) {
	s := newScene(t)
	client := gethclient.New(s.client)
	frame, err := client.TraceTransactionWithCallTracer(t.Context(), s.tx.Hash(), nil)
	s.check(err)
	if *frame.To != s.counter || frame.From != chaintest.Address(1) || frame.GasUsed != s.logged.GasUsed() {
		t.Errorf("traced transaction: %+v", frame)
	}
	frame, err = client.TraceCallWithCallTracer(t.Context(), ethereum.CallMsg{To: &s.counter, Data: selector("refuse()")},
		rpc.BlockNumberOrHashWithHash(s.logged.Hash(), true), nil, nil, nil)
	s.check(err)
	if frame.RevertReason != "no luck" {
		t.Errorf("traced call: %+v", frame)
	}
	limit := "1s"
	trace, err := client.TraceTransaction(t.Context(), s.tx.Hash(), &tracers.TraceConfig{Timeout: &limit})
	s.check(err)
	if gas := trace.(map[string]any)["gas"]; gas != float64(s.logged.GasUsed()) {
		t.Errorf("steps: gas %v", gas)
	}
	if _, err := client.TraceBlock(t.Context(), s.logged.Hash(), nil); err != nil {
		t.Error(err)
	}
}

// TestTraceChain subscribes to the traces of a range of blocks, some without
// transactions, and of one in which a block cannot be traced.
func TestTraceChain(t *testing.T) {
	s := newScene(t)
	s.mineEmpty(2)
	client := s.dialWS()
	traces := make(chan chainTrace, 8)
	config := map[string]any{"tracer": "callTracer"}
	subscription, err := client.Subscribe(t.Context(), "debug", traces, "traceChain", "0x0", "0x4", config)
	s.check(err)
	for _, want := range []struct {
		number uint64
		txs    int
	}{{1, 1}, {2, 1}, {4, 0}} { // the last is told of in any case
		got := receive(t, "a block's traces", traces)
		if uint64(got.Block) != want.number || got.Hash != s.chain.GetCanonicalHash(want.number) || len(got.Traces) != want.txs || got.Error != "" {
			t.Errorf("got %+v, want block %d with %d", got, want.number, want.txs)
		}
	}
	subscription.Unsubscribe()
	_, err = client.Subscribe(t.Context(), "debug", traces, "traceChain", "0x0", "0x4", map[string]any{"tracer": "nothing"})
	s.check(err)
	if got := receive(t, "a failure", traces); got.Block != 1 || !strings.Contains(got.Error, FlagTraceJS) {
		t.Errorf("got %+v", got)
	}
	for _, bounds := range [][2]string{{"0x2", "0x1"}, {"0x1", "0x99"}, {"0x99", "0x1"}} {
		if _, err := client.Subscribe(t.Context(), "debug", traces, "traceChain", bounds[0], bounds[1]); err == nil {
			t.Errorf("subscribed to %v", bounds)
		}
	}
}

// TestTraceAfterReorg traces blocks of the branch that has won and of the one that has
// lost.
func TestTraceAfterReorg(t *testing.T) {
	n := newNode(t, func(cfg *Config) { cfg.Limits.TraceJS = true })
	genesis := n.head()
	lost := n.transfer(1)
	n.mine(lost)
	old := n.head()
	n.nonces[1] = 0
	won := n.tx(1, types.DynamicFeeTx{To: &stranger, Value: big.NewInt(2)})
	first := n.mineOn(genesis, won)
	n.mineOn(first)
	compare := n.comparer()
	for _, config := range traceConfigs() {
		config := json.RawMessage(config)
		compare("debug_traceTransaction", won.Hash(), config)
		compare("debug_traceTransaction", lost.Hash(), config)
		compare("debug_traceBlockByHash", old.Hash(), config)
		compare("debug_traceBlockByHash", first.Hash(), config)
		compare("debug_traceBlockByNumber", "0x1", config)
	}
	_, err := n.ask("debug_traceTransaction", lost.Hash())
	wantError(t, err, codeServer, "transaction not found")
}

// TestBadBlocks refuses blocks, one on the head and one of a side branch, and shows and
// traces them.
func TestBadBlocks(t *testing.T) {
	n := newNode(t)
	genesis := n.head()
	n.mine()
	spoil := func(parent *types.Block, change func(*types.Header)) *types.Block {
		block := n.builder.Block(parent, chaintest.Spec{Coinbase: etherbase, Txs: types.Transactions{n.transfer(1)}})
		n.nonces[1] = 0
		header := block.Header()
		change(header)
		block = types.NewBlockWithHeader(chaintest.Seal(header)).WithBody(*block.Body())
		if _, err := n.chain.InsertBlocks(t.Context(), types.Blocks{block}); !errors.Is(err, chain.ErrBadBlock) {
			t.Fatalf("inserted: %v", err)
		}
		return block
	}
	onHead := spoil(n.head(), func(h *types.Header) { h.Root = common.Hash{1} })
	onSide := spoil(genesis, func(h *types.Header) { h.TxHash = common.Hash{1} })
	wrongFee := spoil(genesis, func(h *types.Header) { h.BaseFee = big.NewInt(1) })

	bad := get[[]struct {
		Hash  common.Hash
		RLP   hexutil.Bytes
		Block map[string]any
	}](n, "debug_getBadBlocks")
	if len(bad) != 3 || bad[0].Hash != onHead.Hash() || bad[0].Block["hash"] != onHead.Hash().Hex() || len(bad[0].RLP) == 0 {
		t.Fatalf("bad blocks %+v", bad)
	}
	config := map[string]any{"tracer": "callTracer"}
	for _, block := range []*types.Block{onHead, onSide} {
		traces := get[[]struct{ Result callFrame }](n, "debug_traceBadBlock", block.Hash(), config)
		if len(traces) != 1 || traces[0].Result.To != stranger {
			t.Errorf("traces %+v", traces)
		}
		if roots := get[[]common.Hash](n, "debug_intermediateRoots", block.Hash()); len(roots) != 1 {
			t.Errorf("roots %v", roots)
		}
	}
	_, err := n.ask("debug_traceBadBlock", wrongFee.Hash(), config)
	wantError(t, err, codeServer, "invalid baseFee")
}

// forever is code that runs until it is stopped, and greedy code that calls nobody with
// a long input until it is.
var (
	forever = hexutil.Bytes{byte(vm.JUMPDEST), byte(vm.PUSH0), byte(vm.JUMP)}
	greedy  = hexutil.Bytes{byte(vm.JUMPDEST), byte(vm.PUSH0), byte(vm.PUSH0), byte(vm.PUSH2), 0x40, 0, byte(vm.PUSH0), byte(vm.PUSH0),
		byte(vm.PUSH2), 0xde, 0xad, byte(vm.GAS), byte(vm.CALL), byte(vm.POP), byte(vm.PUSH0), byte(vm.JUMP)}
)

// TestTraceLimits traces what runs for long and what fills memory.
func TestTraceLimits(t *testing.T) {
	n := newNode(t)
	traceFor := func(gas hexutil.Uint64, client *rpc.Client, code hexutil.Bytes, config map[string]any) error {
		config["stateOverrides"] = map[string]any{stranger.Hex(): map[string]any{"code": code}}
		_, err := ask(t, client, "debug_traceCall", map[string]any{"to": stranger, "gas": gas}, "latest", config)
		return err
	}
	trace := func(client *rpc.Client, code hexutil.Bytes, config map[string]any) error {
		return traceFor(1<<25, client, code, config)
	}
	small := n.dial("http://" + n.serve(func(cfg *Config) { cfg.Limits.Response = 1 << 20 }).Addr().String())
	short := n.dial("http://" + n.serve(func(cfg *Config) { cfg.Limits.TraceTime = time.Millisecond }).Addr().String())
	tooLarge := "trace is larger than 1048576 bytes (see --rpc.response-max-size)"

	wantError(t, trace(n.client, forever, map[string]any{"timeout": "1ms"}), codeServer,
		`execution timeout: 1ms; the trace's "timeout" can ask for up to 30s (see --rpc.trace-timeout)`)
	for _, tracer := range []string{"callTracer", "noopTracer", "4byteTracer"} {
		wantError(t, trace(short, forever, map[string]any{"timeout": "1h", "tracer": tracer}), codeServer,
			"tracing took longer than 1ms (see --rpc.trace-timeout)")
	}
	wantError(t, trace(small, greedy, map[string]any{"tracer": "callTracer"}), codeServer, tooLarge)
	wantError(t, trace(small, greedy, map[string]any{"tracer": "muxTracer", "tracerConfig": map[string]any{"callTracer": nil, "flatCallTracer": nil}}), codeServer, tooLarge)
	const enough = 1 << 18 // gas for more steps than that
	wantError(t, traceFor(enough, small, forever, map[string]any{}), codeServer, tooLarge)
	if err := traceFor(enough, small, forever, map[string]any{"limit": 1000}); err != nil { // what the client limits is cut
		t.Error(err)
	}

	gone, leave := context.WithCancel(t.Context())
	leave()
	n.mine(n.transfer(1))
	if _, err := n.rpc.backend.traceBlock(gone, n.head(), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("traced for nobody: %v", err)
	}
}

// TestTraceStopped executes a transaction under tracers that were stopped before its
// first call, as happens when a client leaves at that moment, or that are about to be, as
// when the answer becomes too large with its input.
func TestTraceStopped(t *testing.T) {
	n := newNode(t)
	tx := n.tx(1, types.DynamicFeeTx{Data: []byte{byte(vm.PUSH0), byte(vm.PUSH0), byte(vm.LOG0)}})
	n.mine(tx)
	b := n.rpc.backend
	for tracer, options := range map[string]string{
		"callTracer": `{"withLog": true}`, "flatCallTracer": "", "erc7562Tracer": `{"withLog": true}`, "prestateTracer": "", "4byteTracer": "",
		muxTracer: `{"callTracer": {"withLog": true}, "erc7562Tracer": null}`,
	} {
		for _, stopped := range []bool{true, false} {
			config := &traceConfig{Tracer: &tracer, TracerConfig: json.RawMessage(options)}
			r, err := b.replay(t.Context(), n.head(), nil)
			n.check(err)
			msg, err := core.TransactionToMessage(tx, r.signer, r.block.BaseFee())
			n.check(err)
			evm := r.newEVM(nil)
			made, err := b.newTracer(config, new(tracers.Context), b.newBudget(), evm)
			n.check(err)
			evm.Config.Tracer, evm.StateDB = made.Hooks, state.NewHookedState(r.state, made.Hooks)
			evm.Cancel()
			if stopped {
				made.Stop(context.Canceled)
			}
			_, _, err = core.ApplyTransactionWithEVM(t.Context(), msg, core.NewGasPool(msg.GasLimit), r.state,
				r.context.BlockNumber, r.block.Hash(), r.context.Time, tx, evm)
			n.check(err)
			evm.Release()
		}
	}
}

// TestTraceCrash lets a tracer of go-ethereum panic, which looks for what an instruction
// should have found on the stack. That ends a request or a subscription and nothing else.
func TestTraceCrash(t *testing.T) {
	n := newNode(t)
	tx := n.tx(1, types.DynamicFeeTx{Data: []byte{byte(vm.SLOAD)}})
	n.mine(tx)
	config := map[string]any{"tracer": "erc7562Tracer"}
	_, err := n.ask("debug_traceTransaction", tx.Hash(), config)
	wantError(t, err, codeInternal, "method handler crashed")
	traces := make(chan chainTrace, 1)
	_, err = n.dialWS().Subscribe(t.Context(), "debug", traces, "traceChain", "0x0", "0x1", config)
	n.check(err)
	if got := receive(t, "a failure", traces); got.Block != 1 || got.Error != "method handler crashed" {
		t.Errorf("got %+v", got)
	}
}

// TestPrivate: what is for whoever runs the node is not for everybody.
func TestPrivate(t *testing.T) {
	n := newNode(t, func(cfg *Config) { cfg.IPCPath = filepath.Join(t.TempDir(), "ipc") })
	profiling := n.dial("http://" + n.serve(func(cfg *Config) { cfg.Profiling = true }).Addr().String())
	local := n.dial(n.rpc.cfg.IPCPath)
	for _, door := range []struct {
		name            string
		client          *rpc.Client
		profiles, reads bool
	}{{"public", n.client, false, false}, {"profiling", profiling, true, false}, {"local", local, true, true}} {
		if _, err := ask(t, door.client, "debug_memStats"); (err == nil) != door.profiles {
			t.Errorf("%s: profiling: %v", door.name, err)
		}
		if _, err := ask(t, door.client, "debug_dbAncients"); (err == nil) != door.reads {
			t.Errorf("%s: database: %v", door.name, err)
		}
	}
	if !reflect.DeepEqual(get[[]string](n, "debug_getBadBlocks"), []string{}) {
		t.Error("debug is not served in public")
	}
}

// TestListOldStates lists state in the middle of a block, now and when it is long out
// of memory.
func TestListOldStates(t *testing.T) {
	dir := t.TempDir()
	var counter common.Address
	check := func(n *node) {
		n.t.Helper()
		for index, want := range []int64{0, 1, 2} {
			slots := get[storageRange](n, "debug_storageRangeAt", "0x2", index, counter, "0x", 10)
			value := slots.Storage[crypto.Keccak256Hash(make([]byte, common.HashLength))].Value
			if value.Big().Int64() != want || slots.NextKey != nil {
				n.t.Errorf("before transaction %d: %+v", index, slots)
			}
		}
		dump := get[struct {
			Accounts map[common.Address]struct{ Storage map[common.Hash]string }
		}](n, "debug_dumpBlock", "0x2")
		if dump.Accounts[counter].Storage[common.Hash{}] != "03" || len(dump.Accounts) < 10 {
			n.t.Errorf("dump %+v", dump)
		}
		if changed := get[[]common.Address](n, "debug_getModifiedAccountsByNumber", 1, 2); len(changed) != 5 {
			n.t.Errorf("changed: %v", changed)
		}
	}
	t.Run("recent", func(t *testing.T) {
		n := newNodeIn(t, dir)
		counter = n.deploy()
		n.mine(n.increment(0, counter), n.increment(0, counter), n.increment(0, counter))
		check(n)
		n.mineEmpty(300)
	})
	t.Run("old", func(t *testing.T) {
		n := newNodeIn(t, dir)
		n.await("the history is indexed", func() bool {
			_, err := n.ask("eth_getProof", counter, []string{"0x0"}, "0x1")
			return err == nil
		})
		check(n)
	})
}
